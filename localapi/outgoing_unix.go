//go:build unix

package localapi

import (
	"errors"
	"net"
	"syscall"
)

func newTrier(c net.Conn) *trier {
	t := &trier{}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			t.raw = raw
		}
	}
	t.attempt = func(fd uintptr) bool {
		t.n, t.err = syscall.Write(int(fd), t.batch)
		return true // never wait
	}
	return t
}

// write writes what fits into the system's buffer. Its caller is alone.
func (t *trier) write(b []byte) (int, error) {
	if t.raw == nil {
		return 0, nil
	}
	t.batch = b
	err := t.raw.Write(t.attempt)
	t.batch = nil
	if err != nil {
		return 0, err
	}
	if t.err != nil {
		if errors.Is(t.err, syscall.EAGAIN) || errors.Is(t.err, syscall.EINTR) {
			return 0, nil
		}
		return 0, t.err
	}
	return t.n, nil
}

func isAddressInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
