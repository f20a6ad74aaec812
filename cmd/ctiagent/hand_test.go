package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"

	"ctiagent/desktop"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
)

// handMain stands ready in the session of whoever runs it, for the agent and the extension of its arguments, until the
// service ends the connection. It launches programs and prints what else it is asked for.
func handMain() {
	if err := stand(os.Args[1], os.Args[2]); err != nil {
		fmt.Println("hand:", err)
		os.Exit(1)
	}
}

func stand(agent, extension string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{paths.Current().ServiceSocket()}})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Attach(ctx, protocol.AttachIn{Agent: agent, Extension: extension}, printingHand{}); err != nil {
		return err
	}
	_, events, err := c.Watch(ctx, "", 0)
	if err != nil {
		return err
	}
	fmt.Println("attached")
	for e, err := range events {
		if err != nil {
			fmt.Println("detached")
			return nil //nolint:nilerr // the service has ended, as was awaited
		}
		fmt.Println("event", e.Type)
	}
	return ctx.Err()
}

type printingHand struct{}

func (printingHand) Launch(_ context.Context, program string, args ...string) error {
	fmt.Println("launch", program, strings.Join(args, " "))
	return desktop.Launch(paths.Current().GOOS, program, args...)
}
func (printingHand) OpenURL(_ context.Context, url string) error { return say("open", url) }
func (printingHand) Type(_ context.Context, text string) error   { return say("type", text) }
func (printingHand) Focus(_ context.Context, title string) error { return say("focus", title) }
func (printingHand) Notify(_ context.Context, text string) error { return say("notify", text) }
func (printingHand) Ask(_ context.Context, question string, _ []protocol.Choice) (string, error) {
	return "", say("ask", question)
}

func say(words ...any) error {
	_, err := fmt.Println(words...)
	return err
}
