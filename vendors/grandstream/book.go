package grandstream

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"ctiagent/cti"
)

// memory is how long a wish or what an action URL told may explain a call that appears.
const memory = 30 * time.Second

// mostClues bounds how many of these wait at once.
const mostClues = 32

// call is one call on a line.
type call struct {
	ref       string // ours, never used again; "" while the call is not told of
	line      int
	stage     stage
	known     stage // the latest stage that is no unknown word
	inferred  bool
	direction cti.Direction // "" while nobody knows
	number    string
	told      string // the other end, as the line showed it last
	name      string
	answered  bool
	active    bool
}

// state is where the call stands in the words of the house.
func (c *call) state() cti.CallState {
	st := c.stage
	if st == uncharted {
		st = c.known
	}
	if st == ringing && c.direction == cti.Outbound {
		return cti.Dialing // the other side's phone rings
	}
	return st.state()
}

// clue is what is known of a call before its line shows it.
type clue struct {
	direction cti.Direction
	number    string
	name      string
	wished    bool // somebody asked us to dial it
	at        time.Time
}

// phone is what all sessions on one telephone know of it. Only who holds look may ask the phone and file what it says, so
// that an old answer is never filed after a newer one.
type phone struct {
	look chan struct{} // of one

	mu     sync.Mutex
	calls  map[int]*call // by line
	clues  []clue
	minted int
	gap    bool // nobody has looked for a while
}

func newPhone() *phone { return &phone{look: make(chan struct{}, 1), calls: map[int]*call{}} }

// hold waits for the right to look.
func (p *phone) hold(ctx context.Context) (release func(), err error) {
	select {
	case p.look <- struct{}{}:
		return func() { <-p.look }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// unseen notes that nobody has seen the lines for a while: what they show next may be other calls.
func (p *phone) unseen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gap = true
}

// expect files a clue.
func (p *phone) expect(c clue) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clues = append(p.clues, c)
	if len(p.clues) > mostClues {
		p.clues = slices.Delete(p.clues, 0, 1)
	}
}

// wished says whether somebody asked for a call to the number, or for any when it is "", that no line has shown yet.
func (p *phone) wished(number string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.clues, func(c clue) bool { return c.wished && (number == "" || cti.SameNumber(c.number, number)) })
}

// missed is the ref of the one ringing call, from that number where it is known; "" where there is none, or several.
func (p *phone) missed(number string) (ref string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if c.ref == "" || c.state() != cti.Ringing || number != "" && c.number != "" && !cti.SameNumber(c.number, number) {
			continue
		}
		if ref != "" {
			return ""
		}
		ref = c.ref
	}
	return ref
}

// forget takes a wish back that certainly was not made.
func (p *phone) forget(number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.clues) - 1; i >= 0; i-- {
		if p.clues[i].wished && p.clues[i].number == number {
			p.clues = slices.Delete(p.clues, i, i+1)
			return
		}
	}
}

// expecting says whether a wish has not shown on a line yet.
func (p *phone) expecting(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fade(now)
	return len(p.clues) > 0
}

// fade drops clues that are too old to explain anything. The caller holds p.mu, as for everything below.
func (p *phone) fade(now time.Time) {
	p.clues = slices.DeleteFunc(p.clues, func(c clue) bool { return now.Sub(c.at) > memory })
}

// file takes what the lines show now and answers the calls on them, by line; one without a ref is not to be told of yet.
func (p *phone) file(lines []Line, now time.Time) (calls []call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fade(now)
	gap := p.gap
	p.gap = false
	shown := map[int]bool{}
	for _, l := range lines {
		st := stageOf(l.State)
		if st == idle {
			continue
		}
		shown[l.Line] = true
		c := p.calls[l.Line]
		if c == nil || c.otherThan(st, l.number()) || gap && c.replaced(l.number()) {
			c = &call{line: l.Line}
			p.calls[l.Line] = c
		}
		c.see(st, l)
		p.explain(c)
		if c.ref == "" && c.tellable() {
			p.minted++
			c.ref = fmt.Sprintf("line%d.%d.%d", c.line, now.UnixMilli(), p.minted)
		}
	}
	for line := range p.calls {
		if !shown[line] {
			delete(p.calls, line)
		}
	}
	for _, c := range p.calls {
		calls = append(calls, *c)
	}
	sort.Slice(calls, func(i, j int) bool { return calls[i].line < calls[j].line })
	return calls
}

// otherThan says whether a line that was never seen idle has another call now: one begins anew, or another rings.
func (c *call) otherThan(st stage, number string) bool {
	begins := st == dialing || st == calling || st == ringing
	same := c.number != "" && cti.SameNumber(c.number, number)
	switch {
	case begins && (c.answered || c.stage == failed):
		return true
	case begins && (st == ringing) != (c.direction == cti.Inbound) && c.direction != "":
		// A phone might say ringing of the other side's phone, too.
		return st != ringing || !same
	case st == ringing:
		return c.number != "" && number != "" && !same
	}
	return false
}

// replaced says whether a line shows somebody else after nobody has looked for a while. While it is looked at, another number
// is no other call: a transfer at the other side shows so.
func (c *call) replaced(number string) bool {
	return c.told != "" && number != "" && !cti.SameNumber(c.told, number)
}

// see takes what the line shows into the call.
func (c *call) see(st stage, l Line) {
	c.stage, c.active, c.inferred = st, l.Active, c.inferred && st == uncharted
	switch st {
	case ringing:
		if c.direction == "" {
			c.direction = cti.Inbound
		}
	case dialing, calling, failed:
		if c.direction == "" {
			c.direction = cti.Outbound
		}
	case talking, held:
		c.answered = true
	case uncharted:
		if c.known == idle {
			c.known, c.inferred, c.answered = talking, true, true // something goes on, and it can be hung up
		}
	case idle:
	}
	if st != uncharted {
		c.known = st
	}
	if n := l.number(); n != "" {
		c.told = n
		if c.ref == "" || c.number == "" {
			c.number = n
		}
	}
	if l.RemoteName != "" && l.RemoteName != l.RemoteNumber {
		c.name = l.RemoteName
	}
}

// explain adds to a call what a wish or an action URL said about it, and uses that up.
func (p *phone) explain(c *call) {
	whole := c.ref != "" && c.direction != "" && c.number != ""
	for i, k := range p.clues {
		same := k.number != "" && cti.SameNumber(c.number, k.number)
		if c.direction != "" && k.direction != c.direction || c.number != "" && k.number != "" && !same || whole && !same {
			continue
		}
		c.direction = k.direction
		if c.number == "" || k.wished && c.ref == "" {
			c.number = k.number
		}
		if c.name == "" {
			c.name = k.name
		}
		if k.wished && c.known == dialing {
			c.known = calling // nobody is still typing
		}
		p.clues = slices.Delete(p.clues, i, i+1)
		return
	}
}

// tellable says whether a call is one already: a handset that was lifted, and digits that may still be being typed, are not.
func (c *call) tellable() bool { return c.known != dialing }
