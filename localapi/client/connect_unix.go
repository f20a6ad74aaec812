//go:build unix

package client

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"syscall"
)

func connect(ctx context.Context, path string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, "unix", path)
}

// absent says whether an error of connect means that nobody listens.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}
