// Command ctiagent-native lets the browser's extension speak with ctiagent where a page may not: the browser starts it, hands it
// messages on its standard input, and ends it by closing that.
//
// An extension sees what hostile pages say, so it gets the rights of an allowed page and no more: what only programs of this
// computer may ask for ends here.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"

	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
)

// Told to the extension before anything else, and the last thing it hears where there is no ctiagent.
const (
	stateOpen   = "open"
	stateAbsent = "absent"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch args := os.Args[1:]; {
	case len(args) > 0 && args[0] == "register":
		err = register(os.Stdout, args[1:])
	case len(args) > 0 && args[0] == "unregister":
		err = unregister(os.Stdout, args[1:])
	default: // a browser names the extension, and on Windows a window
		env := paths.Current()
		err = serve(ctx, os.Stdin, os.Stdout, client.Options{Sockets: []string{env.ServiceSocket(), env.UserSocket()}})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ctiagent-native:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

// serve connects the browser's pipes with a ctiagent until either of them ends.
func serve(ctx context.Context, in io.Reader, out io.Writer, o client.Options) error {
	conn, err := client.Connect(ctx, o)
	if err != nil {
		return tell(out, stateAbsent)
	}
	defer conn.Close()
	if err := tell(out, stateOpen); err != nil {
		return err
	}
	return relay(ctx, in, out, conn)
}

func tell(out io.Writer, state string) error {
	return writeMessage(out, []byte(`{"native":"`+state+`"}`))
}
