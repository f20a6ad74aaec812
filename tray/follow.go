package tray

import (
	"context"
	"errors"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi/client"
)

// The pauses between attempts to reach the service: short at first, for a restart takes a second, and then long enough
// to cost nothing where no service is.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 10 * time.Second
)

// askTime bounds one question to the service.
const askTime = 30 * time.Second

// follow keeps the state like the desk until ctx ends: it connects, watches, and after a loss goes on behind the last
// event seen.
func (t *Tray) follow(ctx context.Context) {
	var seen place
	pause := firstPause
	for ctx.Err() == nil {
		err := t.session(ctx, &seen, func() { pause = firstPause })
		if ctx.Err() != nil {
			return
		}
		if !errors.Is(err, client.ErrNoAgent) {
			t.opt.Log.Info("the service is not reached", "error", err)
		}
		t.post(ctx, func(s *State) { s.Online, t.link = false, nil })
		if cti.Wait(ctx, t.opt.Clock, pause) != nil {
			return
		}
		pause = min(2*pause, lastPause)
	}
}

// place is the last event seen.
type place struct {
	epoch string
	seq   uint64
}

// session is one connection, from the greeting to its end.
func (t *Tray) session(ctx context.Context, seen *place, reached func()) error {
	c, err := client.Dial(ctx, t.opt.Client)
	if err != nil {
		return err
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	desk, events, err := c.Watch(ctx, seen.epoch, seen.seq)
	if err != nil {
		return err
	}
	reached()
	if desk.Calls != nil || desk.Epoch != seen.epoch {
		*seen = place{desk.Epoch, desk.Seq}
	}
	t.post(ctx, func(s *State) {
		s.Watched(desk)
		t.link = c
	})
	t.Refresh()
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		t.askAgain(ctx, c)
	}()
	defer func() { cancel(); <-asked }()
	for e, err := range events {
		if err != nil {
			return err
		}
		seen.seq = e.Seq
		t.post(ctx, func(s *State) {
			before := s.Desk.Agent.State
			s.Apply(e)
			// A PBX that is back, or an agent who logs in, may bring other reasons.
			if e.Driver != nil || e.Agent != nil && before == cti.AgentOffline && e.Agent.State != before {
				t.Refresh()
			}
		})
	}
	return ctx.Err()
}

// askAgain asks for what no event tells of, each time somebody says that it may have changed.
func (t *Tray) askAgain(ctx context.Context, c *client.Client) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.again:
		}
		var reasons []cti.PauseReason
		if t.learns(ctx, c, cti.AgentPauseReasons.Name, &reasons) {
			t.post(ctx, func(s *State) { s.Reasons = reasons })
		}
		var pages []Page
		if t.learns(ctx, c, originsList, &pages) {
			t.post(ctx, func(s *State) { s.Pages = pages })
		}
	}
}

// learns asks one question; what cannot be learnt now stays as it was, and what no driver has is none.
func (t *Tray) learns(ctx context.Context, c *client.Client, method string, into any) bool {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	err := c.Call(ctx, method, nil, into)
	if err != nil && ctx.Err() == nil && !errors.Is(err, cti.Unsupported) {
		t.opt.Log.Info("a question to the service was not answered", "method", method, "error", err)
	}
	return err == nil || errors.Is(err, cti.Unsupported)
}
