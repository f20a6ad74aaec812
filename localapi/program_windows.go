package localapi

import (
	"errors"
	"fmt"
	"net"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"ctiagent/internal/peer"
)

// listenPrograms opens a named pipe for this user, or when shared for every
// user who is logged on. Nobody from the network may open either, and the
// first one to make the pipe owns its name.
func listenPrograms(path string, shared bool) (net.Listener, error) {
	self, err := peer.Self()
	if err != nil {
		return nil, fmt.Errorf("open the program door: %w", err)
	}
	// Protected; the network is denied; SYSTEM and this user have all rights.
	acl := "D:P(D;;GA;;;NU)(A;;GA;;;SY)(A;;GA;;;" + self.ID + ")"
	if shared {
		acl += "(A;;GRGW;;;IU)" // interactive users read and write
	}
	l, err := winio.ListenPipe(path, &winio.PipeConfig{SecurityDescriptor: acl})
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_PIPE_BUSY) {
		return nil, fmt.Errorf("open the program door: another ctiagent answers on %s; end it first: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the program door: %w", err)
	}
	touch(path)
	return l, nil
}

// touch connects to the pipe once. The library keeps the pipe's name by a first
// instance without rights, which Windows lets nobody connect to; wine gives it
// to the first who comes, who would wait there for ever.
func touch(path string) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return
	}
	if h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, 0, 0); err == nil {
		windows.CloseHandle(h)
	}
}
