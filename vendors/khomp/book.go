package khomp

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/actionurl"
)

// Bounds of what a phone, or who speaks with its address, can make the driver remember.
const (
	mostCalls  = 16
	mostWishes = 16
	mostQueued = 256
)

// memory is how long a wish may be the call that the phone tells of.
const memory = 30 * time.Second

// call is one call the phone has told of.
type call struct {
	ref       string
	direction cti.Direction // "" while nobody knows
	state     cti.CallState
	number    string
	name      string
	answered  bool
	due       time.Time // when it ends, should the phone not tell; zero for never
	why       cti.EndReason
}

// wished is a number that the phone was asked to dial.
type wished struct {
	number string
	at     time.Time
}

// phone is what all sessions on one telephone know of it.
type phone struct {
	mu        sync.Mutex
	calls     []*call // the one that was dialled or answered last comes last
	wishes    []wished
	minted    int
	listeners map[*listener]bool
}

// listener is one Run. The phone's mutex guards the queue.
type listener struct {
	queue []cti.Fact
	wake  chan struct{} // of one
}

func newPhone() *phone { return &phone{listeners: map[*listener]bool{}} }

// join begins to listen and answers the calls there are. Where nobody listened, nobody knows what became of the calls.
func (p *phone) join() (*listener, cti.SnapshotFact) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.listeners) == 0 {
		p.calls = nil
	}
	l := &listener{wake: make(chan struct{}, 1)}
	p.listeners[l] = true
	s := cti.SnapshotFact{}
	for _, c := range p.calls {
		s.Calls = append(s.Calls, c.fact())
	}
	return l, s
}

func (p *phone) leave(l *listener) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.listeners, l)
}

// take hands over what has happened, and when the next call is due to end.
func (p *phone) take(l *listener, now time.Time) (facts []cti.Fact, next time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range slices.Clone(p.calls) {
		switch {
		case c.due.IsZero():
		case !now.Before(c.due):
			p.end(c, c.why)
		case next.IsZero() || c.due.Before(next):
			next = c.due
		}
	}
	facts, l.queue = l.queue, nil
	return facts, next
}

// wish notes that the phone was asked to dial.
func (p *phone) wish(number string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wishes = append(p.wishes, wished{number, now})
	if len(p.wishes) > mostWishes {
		p.wishes = slices.Delete(p.wishes, 0, 1)
	}
}

// forget takes a wish back that certainly was not done.
func (p *phone) forget(number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range slices.Backward(p.wishes) {
		if w.number == number {
			p.wishes = slices.Delete(p.wishes, i, i+1)
			return
		}
	}
}

// blame notes why a call is about to end; "" takes it back. ref "" is the one in focus.
func (p *phone) blame(ref string, why cti.EndReason) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.target(ref); c != nil {
		c.why = why
	}
}

// hungUp notes that the phone took a wish to end a call: it has until then to tell of it.
func (p *phone) hungUp(ref string, due time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.target(ref); c != nil {
		c.due = due
		p.nudge()
	}
}

// reach says what a wish about a call would meet: an operation names no call and acts on the one in focus.
func (p *phone) reach(ref string) (live, focus bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.named(ref)
	return c != nil, c != nil && c == p.calls[len(p.calls)-1]
}

// hear takes what the phone told.
func (p *phone) hear(n actionurl.Notice, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wishes = slices.DeleteFunc(p.wishes, func(w wished) bool { return now.Sub(w.at) > memory })
	switch n.Event {
	case eventIncoming:
		p.begin(cti.Inbound, cti.Ringing, n, now)
	case eventOutgoing:
		p.begin(cti.Outbound, cti.Dialing, p.explained(n), now)
	case eventEstablished:
		p.established(n, now)
	case eventTerminated:
		if c := p.meant(n.Number, func(*call) bool { return true }); c != nil {
			p.end(c, c.why)
		}
	case eventMissed:
		if c := p.meant(n.Number, func(c *call) bool { return c.state == cti.Ringing }); c != nil {
			p.end(c, cti.EndNoAnswer)
		}
	}
}

// begin opens a call, unless the phone tells twice of one. The caller holds p.mu, as for everything below.
func (p *phone) begin(d cti.Direction, s cti.CallState, n actionurl.Notice, now time.Time) {
	again := func(c *call) bool {
		return c.direction == d && c.state == s && n.Number != "" && cti.SameNumber(c.number, n.Number)
	}
	if slices.ContainsFunc(p.calls, again) {
		return
	}
	if len(p.calls) >= mostCalls {
		p.end(p.calls[0], "")
	}
	p.minted++
	c := &call{ref: fmt.Sprintf("call.%d.%d", now.UnixMilli(), p.minted), direction: d, state: s, number: n.Number, name: n.Name,
		answered: s == cti.Connected}
	if s == cti.Ringing { // it takes no focus
		p.calls = slices.Insert(p.calls, 0, c)
	} else {
		p.calls = append(p.calls, c)
	}
	p.tell(c.fact())
}

// explained adds to an outgoing call the number that was wished for, where the phone told none.
func (p *phone) explained(n actionurl.Notice) actionurl.Notice {
	for i, w := range p.wishes {
		if n.Number == "" || cti.SameNumber(n.Number, w.number) {
			n.Number = w.number
			p.wishes = slices.Delete(p.wishes, i, i+1)
			break
		}
	}
	return n
}

// established connects the call that is meant, or opens one whose begin was not heard.
func (p *phone) established(n actionurl.Notice, now time.Time) {
	c := p.meant(n.Number, func(c *call) bool { return !c.answered })
	if c == nil {
		if p.meant(n.Number, func(c *call) bool { return c.answered }) == nil {
			p.begin("", cti.Connected, n, now)
		}
		return
	}
	c.state, c.answered = cti.Connected, true
	if c.number == "" {
		c.number = n.Number
	}
	p.calls = append(slices.DeleteFunc(p.calls, func(o *call) bool { return o == c }), c)
	p.tell(c.fact())
}

// meant is the call an event is about: the latest with the number, else the latest that may be it.
func (p *phone) meant(number string, fits func(*call) bool) *call {
	var perhaps *call
	for _, c := range slices.Backward(p.calls) {
		switch {
		case !fits(c):
		case number != "" && c.number != "":
			if cti.SameNumber(c.number, number) {
				return c
			}
		case perhaps == nil:
			perhaps = c
		}
	}
	return perhaps
}

func (p *phone) named(ref string) *call {
	for _, c := range p.calls {
		if c.ref == ref {
			return c
		}
	}
	return nil
}

// target is the call of a wish; without a ref the one in focus.
func (p *phone) target(ref string) *call {
	if ref == "" && len(p.calls) > 0 {
		return p.calls[len(p.calls)-1]
	}
	return p.named(ref)
}

func (p *phone) end(c *call, why cti.EndReason) {
	p.calls = slices.DeleteFunc(p.calls, func(o *call) bool { return o == c })
	c.state = cti.Ended
	f := c.fact()
	switch {
	case c.answered:
		f.EndReason = cti.EndCompleted
	case why == cti.EndCanceled && c.direction == cti.Inbound:
		f.EndReason = cti.EndRejected
	case why != "":
		f.EndReason = why
	default:
		f.EndReason = cti.EndUnknown
	}
	p.tell(f)
}

// tell queues a fact for every Run.
func (p *phone) tell(f cti.CallFact) {
	for l := range p.listeners {
		if len(l.queue) < mostQueued {
			l.queue = append(l.queue, f)
		}
	}
	p.nudge()
}

func (p *phone) nudge() {
	for l := range p.listeners {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// fact is the call in the words of the house.
func (c *call) fact() cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: c.state, Direction: c.direction, Number: c.number, Display: c.name}
	switch c.direction {
	case cti.Inbound:
		f.From = c.number
	case cti.Outbound:
		f.To = c.number
	}
	return f
}
