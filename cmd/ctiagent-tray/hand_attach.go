package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/internal/config"
	"ctiagent/internal/hotkey"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
)

// The pauses between attempts to reach the service: a restart takes a second, and where no service is, trying must cost
// nothing.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 10 * time.Second
)

// serve stands ready until ctx ends: for the service, whenever it is there, and for the person's own recipes and keys.
func (h *hand) serve(ctx context.Context, o client.Options) {
	var jobs sync.WaitGroup
	defer jobs.Wait()
	recipes, key, seat := h.choices(ctx)
	event := func(cti.Event) {}
	if len(recipes) > 0 && h.runner != nil {
		r := desktop.NewReflexes(h.runner, recipes, func(r desktop.Recipe, err error) {
			h.log.Info("a recipe was not done", "error", err)
			h.report(ctx, h.say("desktop.recipe.title", map[string]any{"Recipe": r.Name}), h.because(err))
		})
		event = r.Event
		jobs.Go(func() { r.Run(ctx) })
	}
	if key != (hotkey.Key{}) && h.screen != nil {
		pressed := make(chan struct{}, 1)
		release, err := h.screen.Hear(key, func() {
			select {
			case pressed <- struct{}{}:
			default: // a question stands already
			}
		})
		if err != nil {
			h.report(ctx, h.say("desktop.setup.title", nil), h.because(err))
		} else {
			defer release()
			jobs.Go(func() { h.dialMarked(ctx, key, pressed) })
		}
	}
	pause := firstPause
	for ctx.Err() == nil {
		err := h.attached(ctx, o, seat, event, func() { pause = firstPause })
		if ctx.Err() != nil {
			return
		}
		if !errors.Is(err, client.ErrNoAgent) {
			h.log.Info("the service is not served", "error", err)
		}
		if cti.Wait(ctx, cti.RealClock(), pause) != nil {
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// attached is one connection, from its beginning to its end.
func (h *hand) attached(ctx context.Context, o client.Options, seat protocol.AttachIn, event func(cti.Event), reached func()) error {
	c, err := client.Dial(ctx, o)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.Attach(ctx, seat, h); err != nil {
		return err
	}
	_, events, err := c.Watch(ctx, "", 0)
	if err != nil {
		return err
	}
	reached()
	h.use(c)
	defer h.use(nil)
	for e, err := range events {
		if err != nil {
			return err
		}
		event(e)
	}
	return ctx.Err()
}

func (h *hand) use(c *client.Client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.link = c
}

// service is the connection to the service, nil while there is none.
func (h *hand) service() *client.Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.link
}

// choices are the person's recipes and key, and what the service is told of the person. They are told of mistakes, with
// which there are none.
func (h *hand) choices(ctx context.Context) ([]desktop.Recipe, hotkey.Key, protocol.AttachIn) {
	seat := protocol.AttachIn{Session: sessionName(h.env), Language: string(h.lang)}
	c, from, err := config.Load(config.Sources(h.env, false, ""))
	var recipes []desktop.Recipe
	if err == nil {
		recipes, err = desktop.Configured(c)
	}
	if err != nil {
		h.report(ctx, h.say("desktop.setup.title", nil), h.say("desktop.setup.wrong", map[string]any{"Cause": first(err, h.lang)}))
		return nil, hotkey.Key{}, seat
	}
	seat.Agent, seat.Extension = c.Agent.ID, c.Agent.Extension
	if _, chosen := from["links.confirm"]; chosen { // the default is nobody's choice
		seat.Confirm = c.Links.Confirm
	}
	if c.Hotkey.Dial == "" {
		return recipes, hotkey.Key{}, seat
	}
	key, err := hotkey.Parse(c.Hotkey.Dial)
	if err != nil { // the configuration was checked
		h.log.Error("the key cannot be read", "error", err)
	}
	return recipes, key, seat
}

// first is the first of many problems, in the person's language.
func first(err error, lang i18n.Lang) string {
	var many config.Errors
	if errors.As(err, &many) && len(many) > 0 {
		return many[0].In(lang)
	}
	return err.Error()
}
