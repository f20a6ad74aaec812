package main

import (
	"context"
	"net"

	"github.com/Microsoft/go-winio"
)

// connect opens a pipe whose server cannot act in this user's name.
func connect(ctx context.Context, path string) (net.Conn, error) {
	return winio.DialPipeContext(ctx, path)
}

// isService says whether the system's service runs under this account: LocalSystem, LocalService or NetworkService.
func isService(id string) bool { return id == "S-1-5-18" || id == "S-1-5-19" || id == "S-1-5-20" }
