package cti

import (
	"slices"
	"time"
)

// Input is one fact with its circumstances.
type Input struct {
	Driver string    // who told it; "" for the desk's own facts
	At     time.Time // when
	NewID  func() string
	Fact   Fact
}

// Apply folds one fact into a table: pure but for NewID, which is called once
// for each call the fact opens. It answers the new table and what changed, in
// order, without Seq. A fact that changes nothing makes no event.
//
// A call ends exactly once; it never goes back from connected to ringing or
// dialing; an inferred state never overrules a reported one; of two drivers
// that tell of one call the one higher in the stack rules.
func Apply(t Table, in Input) (Table, []Event) {
	f := folding{t: t, in: in}
	switch fact := in.Fact.(type) {
	case LinkFact:
		f.link(fact)
	case SnapshotFact:
		f.snapshot(fact)
	case CallFact:
		f.call(fact)
	case AgentFact:
		f.agent(fact)
	case PreviewFact:
		f.emit(Event{Type: EventCallPreview, Contact: &fact.Contact})
	case CallbackFact:
		f.emit(Event{Type: EventCallbackDue, Contact: &fact.Contact})
	case WishFact:
		f.wish(fact)
	case WishSentFact:
		f.wishSent(fact)
	case WishFailedFact:
		f.wishFailed(fact)
	case CanFact:
		f.can(fact)
	case OutboxFact:
		f.t.Outbox = fact.Count
		f.emit(Event{Type: EventOutboxChanged, Outbox: &fact.Count})
	case TickFact:
		f.tick()
	}
	f.settleAgent()
	return f.t, f.events
}

type folding struct {
	t       Table
	in      Input
	events  []Event
	renamed bool // the agent's id, extension or name changed
	rights  bool // what decides the agent's verbs changed
}

func (f *folding) emit(e Event) {
	e.Time = At(f.in.At)
	f.events = append(f.events, e)
}

func (f *folding) link(l LinkFact) {
	for i, d := range f.t.Drivers {
		if d.Name != f.in.Driver || d.Link == l.State && d.Detail == l.Detail {
			continue
		}
		if d.Link != l.State {
			d.Since = At(f.in.At)
		}
		d.Link, d.Detail, d.DetailID = l.State, l.Detail, l.DetailID
		f.t.Drivers = slices.Clone(f.t.Drivers)
		f.t.Drivers[i] = d
		f.emit(Event{Type: EventDriverChanged, Driver: &d})
	}
}

func (f *folding) snapshot(s SnapshotFact) {
	for _, c := range s.Calls {
		f.call(c)
	}
	for _, c := range slices.Clone(f.t.Calls) {
		ref := c.RefOf(f.in.Driver)
		if ref == "" || slices.ContainsFunc(s.Calls, func(k CallFact) bool { return k.Ref == ref && k.State != Ended }) {
			continue
		}
		n := *c
		n.Refs = slices.DeleteFunc(slices.Clone(c.Refs), func(r Ref) bool { return r.Driver == f.in.Driver })
		if len(n.Refs) == 0 {
			f.end(c, &n, EndUnknown)
		} else {
			n.Ref = n.Refs[0].Ref
			f.replace(c, &n, "")
		}
	}
	if s.Agent != nil {
		f.agent(*s.Agent)
	}
}

func (f *folding) call(c CallFact) {
	if c.Ref == "" {
		return
	}
	old := f.known(c.Ref)
	if old == nil {
		if c.State == Ended || f.endedBefore(c.Ref) {
			return
		}
		if old = f.joinable(c); old == nil {
			f.open(c)
			return
		}
	}
	n := *old
	changed := f.join(&n, c.Ref)
	n.wish = nil
	changed = merge(&n, c) || changed
	state, moved := f.nextState(old, c)
	switch {
	case moved && state == Ended:
		f.end(old, &n, c.EndReason)
		return
	case moved:
		n.State, n.Inferred = state, c.Inferred
		f.stamp(&n, c.Age)
	case old.Inferred && !c.Inferred && c.State == old.State:
		n.Inferred, changed = false, true
	}
	if !moved && !changed {
		f.settle(old, &n)
		return
	}
	f.replace(old, &n, transition(old.State, n.State, moved))
}

// known is the live call this driver calls ref.
func (f *folding) known(ref string) *Call {
	for _, c := range f.t.Calls {
		if c.RefOf(f.in.Driver) == ref {
			return c
		}
	}
	return nil
}

func (f *folding) endedBefore(ref string) bool {
	return slices.ContainsFunc(f.t.Recent, func(c *Call) bool { return c.RefOf(f.in.Driver) == ref })
}

func (f *folding) join(n *Call, ref string) (changed bool) {
	if n.RefOf(f.in.Driver) != "" {
		return false
	}
	n.Refs = append(slices.Clip(n.Refs), Ref{f.in.Driver, ref})
	slices.SortStableFunc(n.Refs, func(a, b Ref) int { return f.t.rank(a.Driver) - f.t.rank(b.Driver) })
	n.Ref = n.Refs[0].Ref
	n.wish = nil
	if n.Via == "" {
		n.Via = f.in.Driver
	}
	return true
}

func (f *folding) open(c CallFact) {
	n := &Call{ID: f.in.NewID(), Direction: c.Direction, State: c.State, Inferred: c.Inferred,
		StartedAt: At(f.in.At.Add(-c.Age))}
	if n.State == "" {
		n.State = Dialing
	}
	if n.Direction == "" {
		n.Direction = Outbound
	}
	f.join(n, c.Ref)
	merge(n, c)
	f.stamp(n, c.Age)
	f.add(n)
}

func (f *folding) add(n *Call) {
	if len(f.t.Calls) >= maxLive {
		oldest := f.t.Calls[0]
		gone := *oldest
		f.end(oldest, &gone, EndUnknown)
	}
	n.Actions = legal(n, f.t.can)
	calls := make([]*Call, len(f.t.Calls)+1)
	copy(calls, f.t.Calls)
	calls[len(f.t.Calls)] = n
	f.t.Calls = calls
	f.emit(Event{Type: transition("", n.State, true), Call: n})
}

// stamp notes the moment a call is answered.
func (f *folding) stamp(n *Call, age time.Duration) {
	if n.State == Connected && n.AnsweredAt.IsZero() {
		n.AnsweredAt = At(f.in.At.Add(-age))
	}
}

// nextState decides whether a fact moves a call's state.
func (f *folding) nextState(old *Call, c CallFact) (CallState, bool) {
	s := c.State
	if s == "" || s == old.State {
		return old.State, false
	}
	weak := len(old.Refs) > 0 && old.Refs[0].Driver != f.in.Driver && f.t.rank(old.Refs[0].Driver) < f.t.rank(f.in.Driver)
	switch {
	case isAgentLeg(old, c) && old.State == Dialing && s != Ended:
		return old.State, false // that the agent's phone was picked up does not mean that the customer's was
	case weak && s == Ended:
		return s, f.t.linkOf(old.Refs[0].Driver) != LinkConnected
	case order(s) < order(old.State) && (s == Dialing || s == Ringing):
		return old.State, false
	case c.Inferred && !old.Inferred && order(s) < order(old.State):
		return old.State, false
	case old.State == Held && s == Connected && weakHold(old, f.in.Driver):
		return old.State, false
	}
	return s, true
}

// weakHold says whether a driver that never held the call claims it is
// connected: a PBX that does not see the phone's hold key.
func weakHold(c *Call, driver string) bool { return c.heldBy != "" && c.heldBy != driver }

func order(s CallState) int {
	return slices.Index([]CallState{Dialing, Ringing, Connected, Held, Wrapup, Ended}, s)
}

// merge copies what a fact tells into a call, state apart.
func merge(n *Call, c CallFact) (changed bool) {
	text := func(to *string, from string) {
		if from != "" && *to != from {
			*to, changed = from, true
		}
	}
	fill := func(to *string, from string) {
		if *to == "" {
			text(to, from)
		}
	}
	if c.Direction != "" && n.Direction == "" {
		n.Direction, changed = c.Direction, true
	}
	fill(&n.From, c.From)
	fill(&n.To, c.To)
	fill(&n.Remote.Raw, c.Number)
	fill(&n.Remote.E164, c.E164)
	text(&n.Remote.Display, c.Display)
	text(&n.Campaign, c.Campaign)
	text(&n.Queue, c.Queue)
	if c.Contact != nil && n.Contact == nil {
		n.Contact, changed = c.Contact, true
	}
	flag := func(to *bool, from *bool) {
		if from != nil && *to != *from {
			*to, changed = *from, true
		}
	}
	flag(&n.Muted, c.Muted)
	flag(&n.Recording, c.Recording)
	return changed
}

// replace puts the new version of a live call in its place; an empty type
// means call.updated.
func (f *folding) replace(old, n *Call, typ EventType) {
	if n.State == Held && old.State != Held {
		n.heldBy = f.in.Driver
	}
	n.Actions = legal(n, f.t.can)
	f.t.Calls = slices.Clone(f.t.Calls)
	f.t.Calls[slices.Index(f.t.Calls, old)] = n
	if typ == "" {
		typ = EventCallUpdated
	}
	f.emit(Event{Type: typ, Call: n})
}

// settle keeps that a wish has been followed by a fact, of which nobody is told.
func (f *folding) settle(old, n *Call) {
	if old.wish == nil {
		return
	}
	f.t.Calls = slices.Clone(f.t.Calls)
	f.t.Calls[slices.Index(f.t.Calls, old)] = n
}

func (f *folding) end(old, n *Call, why EndReason) {
	if why == "" {
		why = EndUnknown
	}
	n.State, n.Inferred, n.EndedAt, n.EndReason, n.wish = Ended, false, At(f.in.At), why, nil
	n.Missed = n.Direction == Inbound && n.AnsweredAt.IsZero()
	n.Actions = legal(n, f.t.can)
	i := slices.Index(f.t.Calls, old)
	f.t.Calls = slices.Delete(slices.Clone(f.t.Calls), i, i+1)
	recent := make([]*Call, 0, min(len(f.t.Recent)+1, maxRecent))
	recent = append(recent, n)
	f.t.Recent = append(recent, f.t.Recent[:min(len(f.t.Recent), maxRecent-1)]...)
	f.emit(Event{Type: EventCallEnded, Call: n})
}

// transition is the event of a move between two states; from is "" for a call
// just opened.
func transition(from, to CallState, moved bool) EventType {
	if !moved {
		return EventCallUpdated
	}
	switch to {
	case Dialing:
		return EventCallDialing
	case Ringing:
		return EventCallRinging
	case Connected:
		if from == Held {
			return EventCallResumed
		}
		return EventCallConnected
	case Held:
		return EventCallHeld
	case Ended:
		return EventCallEnded
	}
	return EventCallUpdated
}
