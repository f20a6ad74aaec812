package totalphone

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"ctiagent/cti"
)

// How long a call is believed in when nothing more is heard of it: nobody tells when it ends at the softphone's own button,
// and while it stands its number cannot be dialled again.
const (
	believeDialed = 60 * time.Second // as a desk does with a wish
	believeUsed   = 10 * time.Minute // after a hold, a mute or a tone: somebody talks
)

// mostCalls is how many calls the program has room for (manual 002, 1.6.12: six lines).
const mostCalls = 6

// call is one call that the driver was asked to dial. It is inferred from beginning to end.
type call struct {
	ref    string
	number string // "" when the program knows it alone, as after -rediscar
	state  cti.CallState
	muted  position
	line   int // 0 when nobody knows
	due    time.Time
}

// position is how a switch that toggles stands, as far as the driver knows.
type position int

const (
	unknown position = iota
	off
	on
)

func (p position) turned() position {
	switch p {
	case on:
		return off
	case off:
		return on
	}
	return unknown
}

// book is what a session infers from what it launched. Nothing confirms it: who uses the program by hand makes it wrong,
// which is why whatever may be meant otherwise passes.
type book struct {
	name string
	wake chan struct{} // of one: there is something to take

	mu      sync.Mutex
	calls   []*call
	current *call  // the call in progress or held on the active line; nil when nobody knows
	subject string // which call held is about, "" for current: a desk's word for another driver's call
	held    position
	muted   position // of the program, whichever call
	line    int      // the active one; 0 when nobody knows
	minted  int
	queue   []cti.Fact
}

// newBook makes a book whose refs begin with name.
func newBook(name string) *book { return &book{name: name, wake: make(chan struct{}, 1)} }

// begin is the snapshot of a run; what waited to be told is in it.
func (b *book) begin(now time.Time) cti.SnapshotFact {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(now)
	b.queue = nil
	s := cti.SnapshotFact{}
	for _, c := range b.calls {
		s.Calls = append(s.Calls, c.fact())
	}
	return s
}

// take hands over what is to be told, and when the next call is believed in no more.
func (b *book) take(now time.Time) (facts []cti.Fact, next time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expire(now)
	for _, c := range b.calls {
		if next.IsZero() || c.due.Before(next) {
			next = c.due
		}
	}
	facts, b.queue = b.queue, nil
	return facts, next
}

func (c *call) fact() cti.CallFact {
	f := cti.CallFact{Ref: c.ref, State: c.state, Inferred: true, Direction: cti.Outbound, Number: c.number}
	if c.muted != unknown {
		muted := c.muted == on
		f.Muted = &muted
	}
	return f
}

// tell queues how a call stands. Its caller, like those of push, end, expire, known, aimAt, heldOf and move, holds b.mu.
func (b *book) tell(c *call) {
	b.push(c.fact())
}

func (b *book) push(f cti.CallFact) {
	b.queue = append(b.queue, f)
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *book) end(c *call, why cti.EndReason) {
	b.calls = slices.DeleteFunc(b.calls, func(k *call) bool { return k == c })
	if b.current == c {
		b.current = nil
	}
	b.push(cti.CallFact{Ref: c.ref, State: cti.Ended, Inferred: true, EndReason: why})
}

func (b *book) expire(now time.Time) {
	for _, c := range slices.Clone(b.calls) {
		if !now.Before(c.due) {
			b.end(c, cti.EndUnknown)
		}
	}
}

// known is the live call that a ref names.
func (b *book) known(ref string) *call {
	for _, c := range b.calls {
		if c.ref == ref {
			return c
		}
	}
	return nil
}

// aim is the call a wish means. Own is nil where the driver has no say: for another driver's call, for one it believes in no
// more, and where it knows of none.
type aim struct {
	own     *call
	subject string
}

// aimAt finds the call of a wish: the driver's own word for it, and the desk's.
func (b *book) aimAt(ref, desk string) aim {
	if ref == "" && desk == "" {
		return aim{own: b.current}
	}
	if c := b.known(ref); c != nil {
		return aim{own: c}
	}
	return aim{subject: ref + desk}
}

// heldOf is how hold stands for the call that is meant.
func (b *book) heldOf(a aim) position {
	switch {
	case a.own != nil && a.own.state == cti.Held:
		return on
	case a.own != nil:
		return off
	case a.subject == b.subject:
		return b.held
	}
	return unknown
}

// stand says how hold and mute stand for a wish, and whether the driver knows that another call is the one in progress.
func (b *book) stand(ref, desk string) (held, muted position, another, own bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.aimAt(ref, desk)
	return b.heldOf(a), b.muted, a.own != nil && b.current != nil && a.own != b.current, a.own != nil
}

// dialed opens a call, on the active line when that is free; which line the program takes otherwise no document says.
func (b *book) dialed(number string, now time.Time) (ref string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.calls) >= mostCalls {
		b.end(b.calls[0], cti.EndUnknown)
	}
	if slices.ContainsFunc(b.calls, func(c *call) bool { return c.line == b.line || c == b.current }) {
		b.line = 0
	}
	b.minted++
	c := &call{ref: b.name + "-" + strconv.Itoa(b.minted), number: number, state: cti.Dialing, muted: b.muted, line: b.line, due: now.Add(believeDialed)}
	b.calls = append(b.calls, c)
	b.current, b.subject, b.held = c, "", unknown
	b.tell(c)
	return c.ref
}

// hungUp ends the call in progress.
func (b *book) hungUp(ref, desk string, why cti.EndReason) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.aimAt(ref, desk); a.own != nil {
		b.end(a.own, why)
	}
	b.subject, b.held = "", unknown
}

// elsewhere notes that a call was answered or picked up: some line is active now, and what became of the others no document
// says.
func (b *book) elsewhere() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.current, b.line, b.subject, b.held = nil, 0, "", unknown
}

// hold notes that hold was put to a position; unknown turns what there was.
func (b *book) hold(ref, desk string, to position, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.aimAt(ref, desk)
	if to == unknown {
		to = b.heldOf(a).turned()
	}
	b.subject, b.held = a.subject, to
	if a.own == nil {
		b.current = nil // another call was in progress
		return
	}
	b.current = a.own
	b.move(a.own, to, now)
}

// move puts a call on hold or takes it off.
func (b *book) move(c *call, held position, now time.Time) {
	c.state = cti.Connected
	if held == on {
		c.state = cti.Held
	}
	c.due = now.Add(believeUsed)
	b.tell(c)
}

// mute notes that mute was put to a position; unknown turns what there was. It is the microphone's, and so every call's.
func (b *book) mute(to position, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if to == unknown {
		to = b.muted.turned()
	}
	b.muted = to
	if c := b.current; c != nil {
		c.muted, c.due = to, now.Add(believeUsed)
		b.tell(c)
	}
}

// unsure forgets how the switches stand that may have been turned.
func (b *book) unsure() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held, b.muted = unknown, unknown
}

// used notes that somebody acted on a call, so that it goes on.
func (b *book) used(ref, desk string, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.aimAt(ref, desk); a.own != nil {
		a.own.due = now.Add(believeUsed)
	}
}

// chose notes that a line was activated (manual 002, 1.6.12): a call in progress on it is held, a held one goes on, and one
// in progress on another line is held.
func (b *book) chose(line int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	same := b.line == line
	b.line, b.subject, b.held = line, "", unknown
	was := b.current
	b.current = nil
	for _, c := range b.calls {
		switch {
		case c == was && c.state != cti.Held:
			b.move(c, on, now)
			if same {
				b.current = c
			}
		case c.line == line && c.state == cti.Held:
			b.move(c, off, now)
			b.current = c
		case c.line == line:
			b.current = c
		}
	}
}

// opened notes a login, which starts the program where it does not run: then the first line is active, as in the manual's
// scenario (1.6.14).
func (b *book) opened() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.calls) == 0 {
		b.line, b.subject, b.held, b.muted = 1, "", unknown, unknown
	}
}

// closed notes that the program has ended, and with it its calls. Line is the active one when it has started again.
func (b *book) closed(line int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range slices.Clone(b.calls) {
		b.end(c, cti.EndUnknown)
	}
	b.line, b.subject, b.held, b.muted = line, "", unknown, unknown
}
