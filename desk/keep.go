package desk

import (
	"context"
	"errors"

	"ctiagent/cti"
)

// Journal keeps what happens at a desk beyond the life of the program. Call,
// Agent and Wish neither fail nor block: who keeps it tells how it fares.
type Journal interface {
	// Call keeps a call as it is now; a later one of the same id takes its
	// place.
	Call(c *cti.Call)
	// Agent keeps a change of the agent.
	Agent(a cti.Agent)
	// Wish keeps what somebody asked of the desk and what came of it.
	Wish(w Asked)
	// Calls are calls that have ended, newest first, at most in.Limit of them
	// after the one whose id is in.Cursor. errors.Is(err, cti.NotFound) when
	// there is no such call.
	Calls(ctx context.Context, in HistoryIn) ([]*cti.Call, error)
}

// Asked is a wish and what came of it, without its parameters.
type Asked struct {
	At      cti.Time
	Method  string
	Call    string // "" for none
	Via     string // the driver, "" when none did it
	Outcome string // AskedDone, AskedQueued or a cti.Kind
	Sent    cti.Sent
}

// The outcomes of a wish that are no cti.Kind: it was done, or it waits in the
// outbox.
const (
	AskedDone   = "ok"
	AskedQueued = "queued"
)

// keepLocked has the journal keep what events tell. A call is kept when it is
// spoken on and when it is over: what only rang and is still there is found
// again at the PBX.
func (d *Desk) keepLocked(events []cti.Event) {
	if d.options.Journal == nil {
		return
	}
	for i := range events {
		e := &events[i]
		switch {
		case e.Type == cti.EventAgentChanged && e.Agent != nil:
			d.options.Journal.Agent(*e.Agent)
		case e.Call == nil:
		case e.Type == cti.EventCallConnected, e.Type == cti.EventCallEnded, e.Type == cti.EventCallUpdated && !e.Call.Live():
			d.options.Journal.Call(e.Call)
		}
	}
}

// keepWish has the journal keep a wish that was carried out, or was not.
func (d *Desk) keepWish(k *wish, err error) {
	if d.options.Journal == nil || k.info.Effect == cti.Observe {
		return
	}
	a := Asked{Method: k.info.Name, Outcome: AskedDone}
	if k.queued {
		a.Outcome = AskedQueued
	}
	if k.call != nil {
		a.Call, a.Via = k.call.ID, k.call.Via
	}
	d.keepAsked(a, err)
}

// keepAsked has the journal keep what came of a wish.
func (d *Desk) keepAsked(a Asked, err error) {
	if d.options.Journal == nil {
		return
	}
	a.At = cti.At(d.clock.Now())
	if err != nil {
		e := cti.AsError(err)
		a.Outcome, a.Sent = string(e.Kind), e.Sent
		if e.Driver != "" {
			a.Via = e.Driver
		}
	}
	d.options.Journal.Wish(a)
}

// kept is a page of the journal.
func (d *Desk) kept(ctx context.Context, op string, in HistoryIn) (any, error) {
	limit := in.Limit
	in.Limit++ // whether there is a next page
	calls, err := d.options.Journal.Calls(ctx, in)
	switch {
	case errors.Is(err, cti.NotFound):
		return nil, &cti.Error{Kind: cti.BadRequest, Op: op, Text: "the cursor is not known any more", Hint: hintCursor, Err: err}
	case err != nil:
		return nil, &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the journal cannot be read", Hint: hintJournal, Args: map[string]string{"Cause": err.Error()}, Err: err}
	}
	out := HistoryOut{Calls: calls}
	if len(calls) > limit {
		out.Calls, out.Cursor = calls[:limit], calls[limit-1].ID
	}
	if out.Calls == nil {
		out.Calls = []*cti.Call{}
	}
	return out, nil
}
