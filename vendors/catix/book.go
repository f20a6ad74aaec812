package catix

import (
	"slices"
	"strconv"
	"sync"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// Bounds of what is remembered.
const (
	mostBooks = 256 // more agents than one computer has
	mostCalls = 16  // live ones of an agent
	mostEnded = 64  // legs of calls that are over, whose late events must not open them again, and those calls' customers
)

// newShelf keeps one book for every agent, so that calls keep their refs from one session to the next.
func newShelf() *shelf.Shelf[book] { return shelf.New(mostBooks, func() *book { return &book{} }) }

// call is one call of an agent as the driver knows it.
type call struct {
	ref       string
	legs      []string // rl and linked-rl of its events
	direction cti.Direction
	number    string
	state     cti.CallState
	campaign  string
	contact   map[string]string
}

func (c *call) fact() cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: c.state, Direction: c.direction, Number: c.number, Campaign: c.campaign, Contact: c.contact}
	if c.direction == cti.Inbound {
		f.From = c.number
	} else {
		f.To = c.number
	}
	return f
}

// book is what is known of one agent's calls.
type book struct {
	mu     sync.Mutex
	minted int
	calls  []*call
	over   []string // legs
	past   []*call  // calls that are over and had a customer, for what is filed afterwards
}

// find is the live call an event is about: by a leg, else the one met by its number alone. The caller holds b.mu.
func (b *book) find(legs []string, number string) *call {
	for _, c := range b.calls {
		if slices.ContainsFunc(legs, func(l string) bool { return slices.Contains(c.legs, l) }) {
			return c
		}
	}
	for _, c := range b.calls {
		if len(c.legs) == 0 && (number == "" || c.number == "" || cti.SameNumber(c.number, number)) {
			return c
		}
	}
	return nil
}

// ended says whether a leg is of a call that is over.
func (b *book) ended(legs []string) bool {
	return slices.ContainsFunc(legs, func(l string) bool { return slices.Contains(b.over, l) })
}

// open enters a call under the first of its legs, or under a ref of ours.
func (b *book) open(legs []string, c call) *call {
	if c.legs = legs; len(legs) > 0 {
		c.ref = legs[0]
	} else {
		b.minted++
		c.ref = "status-" + strconv.Itoa(b.minted)
	}
	if len(b.calls) >= mostCalls {
		b.calls = b.calls[1:]
	}
	b.calls = append(b.calls, &c)
	return &c
}

// join adds the legs that are new to a call.
func (c *call) join(legs []string) {
	for _, l := range legs {
		if !slices.Contains(c.legs, l) && len(c.legs) < mostCalls {
			c.legs = append(slices.Clip(c.legs), l)
		}
	}
}

// end takes a call out.
func (b *book) end(c *call) {
	b.calls = slices.DeleteFunc(b.calls, func(o *call) bool { return o == c })
	b.over = append(b.over, c.legs...)
	if n := len(b.over) - mostEnded; n > 0 {
		b.over = b.over[n:]
	}
	if len(c.contact) == 0 {
		return
	}
	if b.past = append(b.past, c); len(b.past) > mostEnded {
		b.past = b.past[1:]
	}
}

// contactOf is the customer of a call, live or over; without a ref that of the latest call which has one. Nobody writes to it.
func (b *book) contactOf(ref string) map[string]string {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, calls := range [][]*call{b.calls, b.past} {
		for _, c := range slices.Backward(calls) {
			if (ref == "" || c.ref == ref) && len(c.contact) > 0 {
				return c.contact
			}
		}
	}
	return nil
}
