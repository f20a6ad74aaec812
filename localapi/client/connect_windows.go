package client

import (
	"context"
	"errors"
	"io/fs"
	"net"

	"github.com/Microsoft/go-winio"

	"ctiagent/internal/peer"
)

// systemAccount is the SID the system service runs under: LocalSystem.
const systemAccount = "S-1-5-18"

// connect opens a pipe so that its server may know who asks but cannot act in
// this user's name.
func connect(ctx context.Context, path string) (net.Conn, error) {
	return winio.DialPipeAccessImpLevel(ctx, path, genericReadWrite, winio.PipeImpLevelIdentification)
}

const genericReadWrite = 0xC0000000 // GENERIC_READ | GENERIC_WRITE

// absent says whether an error of connect means that nobody listens.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }

func serverOf(conn net.Conn) (peer.User, error) { return peer.OfServer(conn) }
