package peer

import (
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// OfSocket is the user at the other end of a Unix socket, as the kernel noted
// when the connection was made.
func OfSocket(c net.Conn) (User, error) {
	s, ok := c.(*net.UnixConn)
	if !ok {
		return User{}, fmt.Errorf("%T: %w", c, ErrUnknown)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return User{}, err
	}
	var cred *unix.Xucred
	var sockErr error
	if err := raw.Control(func(fd uintptr) { cred, sockErr = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED) }); err != nil {
		return User{}, err
	}
	if sockErr != nil {
		return User{}, fmt.Errorf("ask the socket for its peer: %w", sockErr)
	}
	u := ofUID(cred.Uid)
	u.Admin = cred.Uid == 0
	return u, nil
}

// OfTCP is unsupported here: macOS has no documented table of sockets with
// their owners.
func OfTCP(local, remote netip.AddrPort) (User, error) { return User{}, ErrUnsupported }

// PortHolder knows nothing here.
func PortHolder(port int) string { return "" }

// PortCommand is what finds out who listens on a port.
func PortCommand(port int) string { return fmt.Sprintf("sudo lsof -nP -iTCP:%d -sTCP:LISTEN", port) }
