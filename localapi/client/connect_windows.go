package client

import (
	"context"
	"errors"
	"io/fs"
	"net"

	"github.com/Microsoft/go-winio"
)

// connect opens a pipe whose server cannot act in this user's name.
func connect(ctx context.Context, path string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, path)
}

// absent says whether an error of connect means that nobody listens.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
