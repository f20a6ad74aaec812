package vocom

import (
	"slices"
	"strconv"
	"sync"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// mostBooks is more agents than one computer has.
const mostBooks = 256

// newShelf keeps one book for every agent, so that calls keep their refs from one session to the next.
func newShelf() *shelf.Shelf[book] { return shelf.New(mostBooks, func() *book { return &book{} }) }

// call is one call of an agent as the driver knows it.
type call struct {
	ref       string
	direction cti.Direction
	number    string
	state     cti.CallState
	inferred  bool // that the customer has answered nobody tells
	contact   map[string]string
}

func (c call) fact(state cti.CallState) cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: state, Direction: c.direction, Number: c.number, Contact: c.contact,
		Inferred: c.inferred && state != cti.Ended}
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
	calls  []call
	ended  []ending // the latest, newest last
	over   int      // calls that have ended so far
}

// ending is a call that is over, and why.
type ending struct {
	call
	why  cti.EndReason
	rank int // the first call that ended has 1
}

// mostEndings is how many endings are remembered: more than happen between two looks.
const mostEndings = 64

// dialled enters a call of ours. The one before it is over: an agent has one at a time, and nobody tells of its end.
func (b *book) dialled(ref, number string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range slices.Clone(b.calls) {
		if c.direction == cti.Outbound {
			b.endLocked(c.ref, cti.EndUnknown)
		}
	}
	b.calls = append(b.calls, call{ref: ref, direction: cti.Outbound, number: number, state: cti.Connected, inferred: true})
}

// turned changes the state of a call.
func (b *book) turned(ref string, state cti.CallState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range b.calls {
		if b.calls[i].ref == ref {
			b.calls[i].state, b.calls[i].inferred = state, false
		}
	}
}

func (b *book) end(ref string, why cti.EndReason) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.endLocked(ref, why)
}

func (b *book) endLocked(ref string, why cti.EndReason) {
	i := slices.IndexFunc(b.calls, func(c call) bool { return c.ref == ref })
	if i < 0 {
		return
	}
	b.over++
	b.ended = append(b.ended, ending{b.calls[i], why, b.over})
	if len(b.ended) > mostEndings {
		b.ended = b.ended[1:]
	}
	b.calls = slices.Delete(b.calls, i, i+1)
}

// incoming files what get-info shows of the call that comes in; the zero state is none.
func (b *book) incoming(state cti.CallState, number string, contact map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.calls, func(c call) bool { return c.direction == cti.Inbound })
	if i >= 0 && (state == "" || number != "" && b.calls[i].number != "" && b.calls[i].number != number) {
		why := cti.EndNoAnswer
		if b.calls[i].state == cti.Connected {
			why = cti.EndCompleted
		}
		b.endLocked(b.calls[i].ref, why)
		i = -1
	}
	switch {
	case state == "":
	case i >= 0:
		b.calls[i].state = state
		if b.calls[i].number == "" {
			b.calls[i].number = number
		}
	default:
		b.minted++
		b.calls = append(b.calls, call{ref: "in-" + strconv.Itoa(b.minted), direction: cti.Inbound, number: number, state: state, contact: contact})
	}
}

// live answers the calls that are not over.
func (b *book) live() []call {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.calls)
}

// endings answers the calls that have ended since so many had, oldest first, and how many have by now.
func (b *book) endings(since int) (news []ending, now int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.ended {
		if e.rank > since {
			news = append(news, e)
		}
	}
	return news, b.over
}

// ours is the one call that the system can be asked about; false when there is none or several fit.
func (b *book) ours(ref string, states ...cti.CallState) (call, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []call
	for _, c := range b.calls {
		if c.direction == cti.Outbound && (ref == "" || c.ref == ref) && slices.Contains(states, c.state) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		return call{}, false
	}
	return found[0], true
}
