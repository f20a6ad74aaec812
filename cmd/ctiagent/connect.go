package main

import (
	"context"
	"encoding/json"

	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
)

// connect opens the program door: the service's, else the one of a ctiagent
// this person runs in the foreground.
func (a *app) connect(ctx context.Context) (*client.Client, error) {
	env := paths.Current()
	return client.Dial(ctx, client.Options{Sockets: []string{env.ServiceSocket(), env.UserSocket()}, Language: string(a.lang)})
}

// call connects, calls one method and hangs up.
func (a *app) call(ctx context.Context, method string, params, result any) error {
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // the answer is in, nothing is lost
	return c.Call(ctx, method, params, result)
}

// ask calls one method; with --json the answer is printed as it came, else
// show prints it.
func ask[T any](ctx context.Context, a *app, method string, params any, show func(T) error) error {
	var raw json.RawMessage
	if err := a.call(ctx, method, params, &raw); err != nil {
		return err
	}
	if a.json {
		return a.print(raw)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	return show(v)
}
