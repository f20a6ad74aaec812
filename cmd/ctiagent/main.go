// Command ctiagent is the CTI companion of a call-centre agent: the service
// that links web CRM pages with a PBX, and the command line that speaks to it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"ctiagent/internal/stack"
)

// version is set by the linker, which can set a package variable only.
var version = "dev"

func main() {
	stack.Reserve32()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := newApp(os.Stdin, os.Stdout, os.Stderr, os.Getenv).run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
