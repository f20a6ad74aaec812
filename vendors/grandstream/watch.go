package grandstream

import (
	"context"
	"slices"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/actionurl"
	"ctiagent/vendors/internal/poll"
)

// How often the lines are looked at while there is something to see. Programs for these phones look once in one to two and
// a half seconds.
const (
	settling = 10 * time.Second       // how long after a wish the phone is expected to change
	wishPoll = 500 * time.Millisecond // meanwhile
	callPoll = time.Second            // while a line is in use
)

// receiverRetry is the wait until a closed receiver door is tried again.
const receiverRetry = 30 * time.Second

// The events that a phone may call an action URL for, as the receiver door's paths end. GRP26xx administration guide,
// "Action URL".
const (
	eventIncoming    = "incoming"
	eventOutgoing    = "outgoing"
	eventEstablished = "established"
	eventTerminated  = "terminated"
	eventMissed      = "missed"
	eventHold        = "hold"
	eventUnhold      = "unhold"
	eventOffHook     = "offhook"
	eventOnHook      = "onhook"
)

// Events lists the events that the driver takes on the receiver door, under grandstream/EVENT.
func Events() []string {
	return []string{eventIncoming, eventOutgoing, eventEstablished, eventTerminated, eventMissed, eventHold, eventUnhold, eventOffHook, eventOnHook}
}

// The receiver door in a link's words.
const (
	noReceiver   = "the phone cannot report here: the receiver door is closed"
	noReceiverID = "grandstream.link.receiver"
)

// watch is one Run: everything in it belongs to the loop's goroutine.
type watch struct {
	s     *session
	emit  func(cti.Fact)
	loop  *poll.Loop
	told  map[string]call // by ref
	state cti.LinkFact    // as the loop told it last

	receiver *actionurl.Receiver
	heard    bool      // the receiver door is open
	tried    time.Time // when it last was not
}

func newWatch(s *session, emit func(cti.Fact)) *watch {
	w := &watch{s: s, emit: emit, told: map[string]call{}}
	if s.opts.actionURLs {
		w.receiver = actionurl.New(s.host, driverName, s.opts.url, Events(), s.hear)
	}
	return w
}

// link passes on how the link stands, with a word about the receiver door while it is closed.
func (w *watch) link(f cti.Fact) {
	if l, ok := f.(cti.LinkFact); ok {
		w.state = l
		f = w.worded(l)
	}
	w.emit(f)
}

func (w *watch) worded(l cti.LinkFact) cti.LinkFact {
	if l.State == cti.LinkConnected && w.receiver != nil && !w.heard {
		l.Detail, l.DetailID = noReceiver, noReceiverID
	}
	return l
}

// look is one turn of the loop.
func (w *watch) look(ctx context.Context, fresh bool) (next time.Duration, err error) {
	w.listen(ctx)
	calls, e := w.s.look(ctx, LineStatus.Name)
	if e != nil {
		return 0, e
	}
	w.report(slices.DeleteFunc(slices.Clone(calls), func(c call) bool { return c.ref == "" }), fresh)
	return w.next(len(calls) > 0), nil
}

// next is the wait until the next look.
func (w *watch) next(busy bool) time.Duration {
	now := w.s.host.Clock().Now()
	switch {
	case w.s.stirred(now), w.s.phone.expecting(now):
		return wishPoll
	case busy:
		return callPoll
	}
	return w.s.opts.poll
}

// listen opens the receiver door where the site wants it.
func (w *watch) listen(ctx context.Context) {
	now := w.s.host.Clock().Now()
	if w.receiver == nil || w.heard || !w.tried.IsZero() && now.Sub(w.tried) < receiverRetry {
		return
	}
	if err := w.receiver.Open(ctx); err != nil {
		if w.tried.IsZero() {
			w.s.log.Warn("the phone's action URLs cannot be received", "error", err)
		}
		w.tried = now
		return
	}
	w.heard = true
	if w.state.State == cti.LinkConnected {
		w.emit(w.state)
	}
}

// report tells what has changed; fresh, everything.
func (w *watch) report(calls []call, fresh bool) {
	if fresh {
		w.snapshot(calls)
		return
	}
	seen := map[string]bool{}
	for _, c := range calls {
		seen[c.ref] = true
		old, known := w.told[c.ref]
		w.told[c.ref] = c
		switch {
		case known && old.stage == failed:
		case c.stage == failed:
			if !known {
				w.emit(c.fact(cti.Dialing))
			}
			w.end(c, cti.EndFailed)
		case !known || c.news(old):
			w.emit(c.fact(c.state()))
		}
	}
	for ref, c := range w.told {
		if !seen[ref] {
			delete(w.told, ref)
			if why := w.s.endOf(c); c.stage != failed {
				w.end(c, why)
			}
		}
	}
}

func (w *watch) snapshot(calls []call) {
	clear(w.told)
	s := cti.SnapshotFact{}
	for _, c := range calls {
		w.told[c.ref] = c
		if c.stage != failed {
			s.Calls = append(s.Calls, c.fact(c.state()))
		}
	}
	w.emit(s)
}

func (w *watch) end(c call, why cti.EndReason) {
	f := c.fact(cti.Ended)
	f.EndReason = why
	w.emit(f)
}

// news says whether a call differs from what was told of it.
func (c call) news(old call) bool {
	return c.state() != old.state() || c.inferred != old.inferred || c.direction != old.direction || c.number != old.number || c.name != old.name
}

// fact is the call in the words of the house.
func (c call) fact(state cti.CallState) cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: state, Inferred: c.inferred && state != cti.Ended, Direction: c.direction, Number: c.number, Display: c.name}
	switch c.direction {
	case cti.Inbound:
		f.From = c.number
	case cti.Outbound:
		f.To = c.number
	}
	return f
}

// hear takes what the phone told at the receiver door. It is called from the door's goroutines.
func (s *session) hear(n actionurl.Notice) {
	now := s.host.Clock().Now()
	switch n.Event {
	case eventIncoming:
		s.phone.expect(clue{direction: cti.Inbound, number: n.Number, name: n.Name, at: now})
	case eventOutgoing:
		if !s.phone.wished(n.Number) {
			s.phone.expect(clue{direction: cti.Outbound, number: n.Number, name: n.Name, at: now})
		}
	case eventMissed:
		if ref := s.phone.missed(n.Number); ref != "" {
			s.endsAs(ref, cti.EndNoAnswer)
		}
	}
	s.stir()
}
