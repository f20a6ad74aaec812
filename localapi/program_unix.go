//go:build unix

package localapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// listenPrograms opens a Unix socket for this user, or when shared for every
// user. A socket left behind by a program that died is replaced, one that
// answers is not.
func listenPrograms(path string, shared bool) (net.Listener, error) {
	dirMode, mode := fs.FileMode(0o700), fs.FileMode(0o600)
	if shared {
		dirMode, mode = 0o755, 0o666
	}
	if err := os.MkdirAll(filepath.Dir(path), dirMode); err != nil {
		return nil, fmt.Errorf("open the program door: %w", err)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, fmt.Errorf("open the program door: %w", err)
	}
	if err := os.Chmod(path, mode); err != nil {
		l.Close()
		return nil, fmt.Errorf("open the program door: %w", err)
	}
	return l, nil
}

func removeStale(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the program door: %w", err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return fmt.Errorf("open the program door: %s is no socket; remove it", path)
	}
	c, err := new(net.Dialer).DialContext(context.Background(), "unix", path)
	if err == nil {
		c.Close()
		return fmt.Errorf("open the program door: another ctiagent answers on %s; end it first", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("open the program door: %w; remove the socket if no ctiagent runs", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open the program door: remove the old socket: %w", err)
	}
	return nil
}
