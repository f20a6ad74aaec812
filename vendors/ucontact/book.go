package ucontact

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// mintedRef begins the refs of our own.
const mintedRef = "phone-"

// mostBooks is more phones than one computer has.
const mostBooks = 256

// newShelf keeps one book for every phone, so that calls keep their refs from one session to the next.
func newShelf() *shelf.Shelf[book] { return shelf.New(mostBooks, func() *book { return &book{} }) }

// call is one call of a phone as the driver knows it.
type call struct {
	ref       string // the system's guid, or ours when guid is false; "" while AgentCall has not been answered
	guid      bool
	direction cti.Direction
	number    string
	campaign  string
	callerID  string
	data      map[string]string
	state     cti.CallState
	inferred  bool // that the customer has answered nobody tells
	since     time.Time

	asking bool // AgentCall is under way
	seen   bool // the phone has been in use or rung for it
	hungUp bool // we have hung the phone up
}

func (c call) fact(state cti.CallState) cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: state, Direction: c.direction, Number: c.number, Campaign: c.campaign, Contact: c.data,
		Inferred: c.inferred && state != cti.Ended}
	if c.direction == cti.Inbound {
		f.From = c.number
	} else {
		f.From, f.To = c.callerID, c.number
	}
	return f
}

// ending is a call that is over, and why.
type ending struct {
	call
	why  cti.EndReason
	rank int // the first call that ended has 1
}

const (
	// mostEndings is how many ended calls are remembered, for tags and outcomes that come after.
	mostEndings = 64
	// slowest is how long after AgentCall the agent's phone may stay silent before the call is given up.
	slowest = 20 * time.Second
)

// book is what is known of one phone's calls.
type book struct {
	mu     sync.Mutex
	minted int
	calls  []*call
	ended  []ending  // newest last
	count  int       // calls that have ended so far
	blind  bool      // the phone is not seen
	asked  time.Time // when the latest look that counts began
}

// begin notes that AgentCall is about to be asked.
func (b *book) begin(c call) *call {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.blind {
		// Nobody would ever tell that the call before it is over, and an agent has one at a time.
		for _, old := range slices.Clone(b.calls) {
			b.end(old, cti.EndUnknown)
		}
	}
	c.direction, c.state, c.asking = cti.Outbound, cti.Dialing, true
	n := &c
	b.calls = append(b.calls, n)
	return n
}

// settle files the answer to AgentCall: the guid, or "" for none. A call that may have been made stays until the phone shows
// whether it was.
func (b *book) settle(c *call, guid string, sent cti.Sent) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.asking = false
	switch {
	case guid != "":
		// A system that was set up anew may begin again with its ids: what had this one is long over.
		b.calls = slices.DeleteFunc(b.calls, func(k *call) bool { return k != c && k.ref == guid })
		b.ended = slices.DeleteFunc(b.ended, func(e ending) bool { return e.ref == guid })
		c.ref, c.guid = guid, true
		if b.blind {
			c.state, c.inferred = cti.Connected, true
		}
	case sent != cti.MaybeSent:
		b.calls = slices.DeleteFunc(b.calls, func(k *call) bool { return k == c })
	case c.seen:
		b.mint(c)
	}
}

// mint gives a call a ref of ours. The caller holds the lock, as for everything below that has no lock of its own.
func (b *book) mint(c *call) {
	if c.ref == "" {
		b.minted++
		c.ref = mintedRef + strconv.Itoa(b.minted)
	}
}

// observe concludes from what the phone does. asked is when the look began: an older one than the last counts for nothing.
func (b *book) observe(st Status, asked time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	// A look takes seconds: one that is much older was made after the clock was set back.
	if late := b.asked.Sub(asked); late > 0 && late < time.Minute {
		return
	}
	b.asked, b.blind = asked, st == unseen
	switch st {
	case unseen:
		b.observeNothing()
	case Ringing:
		b.over(asked, cti.Connected, cti.Held)
		b.rings(asked)
	case InUse, Busy:
		b.uses(asked, cti.Connected)
	case OnHold:
		b.uses(asked, cti.Held)
	case RingInUse:
		if b.find(cti.Connected, cti.Held, cti.Dialing) == nil {
			b.uses(asked, cti.Connected)
		} else if c := b.find(cti.Held); c != nil {
			c.state = cti.Connected
		} else if c := b.dialled(); c != nil && b.find(cti.Connected) == nil {
			b.connect(c)
			b.stale(c, asked)
		}
		if b.find(cti.Ringing) == nil {
			b.open(cti.Ringing)
		}
	case NotInUse, Unavailable, Invalid, Wrapup:
		b.over(asked, cti.Dialing, cti.Ringing, cti.Connected, cti.Held)
	}
}

// observeNothing goes on without seeing the phone: what was dialled is taken as connected until it is hung up here.
func (b *book) observeNothing() {
	for _, c := range slices.Clone(b.calls) {
		switch {
		case c.direction == cti.Inbound:
			b.end(c, cti.EndUnknown)
		case c.hungUp:
			b.end(c, why(c))
		case c.state == cti.Dialing && c.ref != "":
			c.state, c.inferred = cti.Connected, true
		}
	}
}

// rings: the phone rings and nothing is in use. For a call that was dialled that is the agent's own leg.
func (b *book) rings(asked time.Time) {
	if c := b.dialled(); c != nil {
		b.touch(c)
		b.stale(c, asked)
	} else if b.find(cti.Ringing) == nil {
		b.open(cti.Ringing)
	}
}

// uses: the phone is in use, and nothing rings.
func (b *book) uses(asked time.Time, state cti.CallState) {
	ring := b.find(cti.Ringing)
	if c := b.find(cti.Connected, cti.Held); c != nil {
		b.stale(c, asked)
		if c.state != state {
			c.state, c.inferred = state, false
		}
		if ring != nil {
			b.end(ring, cti.EndNoAnswer)
		}
	} else if c := b.dialled(); c != nil {
		b.connect(c)
		c.state = state
		b.stale(c, asked)
		if ring != nil {
			b.end(ring, cti.EndNoAnswer)
		}
	} else if ring != nil {
		ring.state = state
	} else {
		b.open(state)
	}
}

// dialled is the call that the phone is at work for, of those that were dialled and not connected yet: one that it was seen to
// work for, else one that the system named, else one that is being asked for, else one whose answer got lost; of several the
// newest. An agent has one call at a time.
func (b *book) dialled() (best *call) {
	rank := func(c *call) int {
		switch {
		case c.seen:
			return 3
		case c.guid:
			return 2
		case c.asking:
			return 1
		}
		return 0
	}
	for _, c := range b.calls {
		if c.state == cti.Dialing && (best == nil || rank(c) >= rank(best)) {
			best = c
		}
	}
	return best
}

// stale ends the calls that cannot be what the phone is at work for, since that is c.
func (b *book) stale(c *call, asked time.Time) {
	for _, old := range slices.Clone(b.calls) {
		dialled := old.state == cti.Dialing && !old.asking && (old.seen || asked.Sub(old.since) >= slowest)
		rang := old.state == cti.Ringing && c.state == cti.Dialing && asked.Sub(c.since) >= slowest
		if old != c && (dialled || rang) {
			b.end(old, why(old))
		}
	}
}

func (b *book) connect(c *call) {
	b.touch(c)
	c.state, c.inferred = cti.Connected, true
}

// touch notes that the phone is at work for a call that was dialled. One whose answer got lost has its proof now.
func (b *book) touch(c *call) {
	c.seen = true
	if !c.asking {
		b.mint(c)
	}
}

// open enters a call that the phone shows and nobody has dialled here.
func (b *book) open(state cti.CallState) {
	c := &call{direction: cti.Inbound, state: state, seen: true}
	b.mint(c)
	b.calls = append(b.calls, c)
}

// over ends the calls in these states. What was dialled a moment ago may not have reached the phone yet.
func (b *book) over(asked time.Time, states ...cti.CallState) {
	for _, c := range slices.Clone(b.calls) {
		silent := c.state == cti.Dialing && !c.seen && asked.Sub(c.since) < slowest
		if slices.Contains(states, c.state) && !c.asking && (!silent || c.hungUp) {
			b.end(c, why(c))
		}
	}
}

// why says why a call has ended, as far as that can be told.
func why(c *call) cti.EndReason {
	talked := c.state == cti.Connected || c.state == cti.Held
	switch {
	case c.hungUp && talked:
		return cti.EndCompleted
	case c.hungUp:
		return cti.EndCanceled
	case c.direction == cti.Inbound && c.state == cti.Ringing:
		return cti.EndNoAnswer
	case talked && !c.inferred:
		return cti.EndCompleted
	}
	return cti.EndUnknown
}

func (b *book) find(states ...cti.CallState) *call {
	i := slices.IndexFunc(b.calls, func(c *call) bool { return slices.Contains(states, c.state) })
	if i < 0 {
		return nil
	}
	return b.calls[i]
}

func (b *book) end(c *call, reason cti.EndReason) {
	b.calls = slices.DeleteFunc(b.calls, func(k *call) bool { return k == c })
	if c.ref == "" {
		return // nobody was told of it
	}
	b.count++
	b.ended = append(b.ended, ending{*c, reason, b.count})
	if len(b.ended) > mostEndings {
		b.ended = slices.Delete(b.ended, 0, 1)
	}
}

// finish ends a call by its ref, because somebody told so now; number is the other end where that is news. A look that has
// begun before then has seen the call still and counts for nothing.
func (b *book) finish(ref, number string, reason cti.EndReason, now time.Time) (known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.calls {
		if c.ref == ref && ref != "" {
			if c.number == "" {
				c.number = number
			}
			b.end(c, reason)
			if now.After(b.asked) {
				b.asked = now
			}
			return true
		}
	}
	return false
}

// ringing is the ref of the call that rings at the phone; "" for none.
func (b *book) ringing() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.find(cti.Ringing); c != nil {
		return c.ref
	}
	return ""
}

// hangUp notes that the phone was hung up, with whatever call it had.
func (b *book) hangUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range slices.Clone(b.calls) {
		if c.hungUp = true; b.blind {
			b.end(c, why(c))
		}
	}
}

// live answers the calls that are not over and have a ref.
func (b *book) live() (out []call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.calls {
		if c.ref != "" {
			out = append(out, *c)
		}
	}
	return out
}

// busy says whether anything is under way, with or without a ref.
func (b *book) busy() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.calls) > 0
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
	return news, b.count
}

// named answers the call with that ref, live or ended; without a ref the call the agent is busy with, else the last one.
func (b *book) named(ref string) (c call, live, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range slices.Backward(b.calls) {
		if k.ref != "" && (ref == "" || k.ref == ref) {
			return *k, true, true
		}
	}
	for _, e := range slices.Backward(b.ended) {
		if ref == "" || e.ref == ref {
			return e.call, false, true
		}
	}
	return call{}, false, false
}
