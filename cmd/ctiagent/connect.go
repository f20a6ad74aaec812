package main

import (
	"context"
	"encoding/json"
	"errors"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/localapi/client"
)

// connect opens the program door: the service's, else the one of a ctiagent
// this person runs in the foreground.
func (a *app) connect(ctx context.Context) (*client.Client, error) {
	env := paths.Current()
	c, err := client.Dial(ctx, client.Options{Sockets: []string{env.ServiceSocket(), env.UserSocket()}, Language: string(a.lang), Desk: a.desk})
	var refused *client.Error
	switch {
	case err == nil:
		return c, nil
	case errors.Is(err, client.ErrNoAgent), errors.As(err, &refused), ctx.Err() != nil:
		return nil, err
	case errors.Is(err, cti.Unavailable):
		return nil, errGone
	}
	return nil, problem(cti.Unavailable, "the program door cannot be used", "cli.hint.door", map[string]string{"Cause": err.Error()}, err)
}

// call connects, calls one method and hangs up.
func (a *app) call(ctx context.Context, method string, params, result any) error {
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	return answered(ctx, c.Call(ctx, method, params, result))
}

// answered tells a refusal from a connection that broke.
func answered(ctx context.Context, err error) error {
	var refused *client.Error
	switch {
	case err == nil, errors.As(err, &refused):
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, cti.Unavailable):
		return errGone
	}
	return err
}

// ask calls one method; with --json the answer is printed as it came, else
// show prints it.
func ask[T any](ctx context.Context, a *app, method string, params any, show func(T) error) error {
	var raw json.RawMessage
	if err := a.call(ctx, method, params, &raw); err != nil {
		return err
	}
	if a.json {
		return a.printAnswer(raw)
	}
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	return show(v)
}

// hangUp ends a connection whose answers are in; nothing can be lost any more.
func hangUp(c *client.Client) { _ = c.Close() }
