package grandstreamtest

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// State is what api-get_line_status says of a line. The CTI guide prints idle only; the others are those that programs
// for these phones look for.
type State string

// The states of a line, and Ended for a call that has left it.
const (
	Dialing   State = "dialing"
	Calling   State = "calling"
	Ringing   State = "ringing"
	Connected State = "connected"
	OnHold    State = "onhold"
	Failed    State = "failed"
	Ended     State = "ended"
)

// Call is one call of the phone.
type Call struct {
	Ref           string // ours; the phone names no calls
	Line          int    // counted from 1, as api-get_line_status does
	Inbound       bool
	State         State
	Number        string
	Name          string
	Answered      bool   // at any time
	Muted         bool   // by the MUTE key
	Digits        string // pressed during the call
	TransferredTo string
}

// errNoCall is what the customer's and the agent's side say of a call that is not there, or not in a state for it.
var errNoCall = errors.New("grandstreamtest: no such live call")

// errNoLine is what a phone says that has no free line.
var errNoLine = errors.New("grandstreamtest: every line is in use")

// Call answers a call by its ref, also when it has ended.
func (p *Phone) Call(ref string) (Call, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.find(ref); c != nil {
		return *c, true
	}
	return Call{}, false
}

// LiveCalls answers the calls that have not ended, by line.
func (p *Phone) LiveCalls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Call
	for _, c := range p.lines {
		if c != nil {
			out = append(out, *c)
		}
	}
	return out
}

// Ring lets somebody call the phone: a customer, or the telephone system that calls the agent first. It panics when no
// line is free.
func (p *Phone) Ring(number string) Call { return p.RingAs(number, "") }

// RingAs is Ring with the caller's name.
func (p *Phone) RingAs(number, name string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.open(Call{Inbound: true, State: Ringing, Number: number, Name: name})
	if err != nil {
		panic(err)
	}
	p.call("incoming", c)
	return *c
}

// Dial makes the phone dial, as if its own API had been asked: what a telephone system does to the phone of a hardphone
// user (manual 002, 1.1.20).
func (p *Phone) Dial(number string) (Call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.dial(number)
	if err != nil {
		return Call{}, err
	}
	return *c, nil
}

// Lift takes the handset up: the line dials, and nobody has typed a number yet.
func (p *Phone) Lift() Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.open(Call{State: Dialing})
	if err != nil {
		panic(err)
	}
	p.call("offhook", c)
	p.focus(c)
	return *c
}

// Type adds digits to a call that is being dialled by hand.
func (p *Phone) Type(ref, digits string) error {
	return p.change(ref, func(c *Call) bool {
		c.Number += digits
		return c.State == Dialing
	})
}

// RemoteRings lets the customer's phone ring.
func (p *Phone) RemoteRings(ref string) error {
	return p.change(ref, func(c *Call) bool {
		ok := c.State == Dialing
		if ok {
			c.State = Calling
		}
		return ok
	})
}

// RemoteAnswers lets the customer answer a call that the phone dials.
func (p *Phone) RemoteAnswers(ref string) error {
	return p.change(ref, func(c *Call) bool {
		ok := !c.Inbound && (c.State == Dialing || c.State == Calling)
		if ok {
			p.connect(c)
		}
		return ok
	})
}

// RemoteFails lets a dialled call fail: the line says failed until somebody hangs up.
func (p *Phone) RemoteFails(ref string) error {
	return p.change(ref, func(c *Call) bool {
		ok := !c.Inbound && (c.State == Dialing || c.State == Calling)
		if ok {
			c.State = Failed
		}
		return ok
	})
}

// RemoteHangup lets the other side end the call.
func (p *Phone) RemoteHangup(ref string) error {
	return p.change(ref, func(c *Call) bool {
		missed := c.State == Ringing
		p.end(c)
		if missed {
			p.call("missed", c)
		}
		return true
	})
}

// Answer lets the agent take a ringing call at the phone.
func (p *Phone) Answer(ref string) error {
	return p.change(ref, func(c *Call) bool {
		ok := c.State == Ringing
		if ok {
			p.connect(c)
		}
		return ok
	})
}

// Hangup lets the agent end the call at the phone, or reject it while it rings.
func (p *Phone) Hangup(ref string) error {
	return p.change(ref, func(c *Call) bool { p.end(c); return true })
}

// ToggleHold lets the agent press HOLD at the phone.
func (p *Phone) ToggleHold(ref string) error {
	return p.change(ref, func(c *Call) bool { return p.toggleHold(c) })
}

// AutoAnswer lets every customer that is dialled from now on answer after d. A negative d ends it.
func (p *Phone) AutoAnswer(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.autoAnswer = d
}

// AutoHangup lets every customer that AutoAnswer connects from now on hang up d later. A negative d ends it.
func (p *Phone) AutoHangup(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.autoHangup = d
}

func (p *Phone) change(ref string, do func(*Call) bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.find(ref)
	if c == nil || c.State == Ended || !do(c) {
		return fmt.Errorf("call %s: %w", ref, errNoCall)
	}
	p.tell(c)
	return nil
}

// find is a call by its ref. The caller holds p.mu, as for everything below.
func (p *Phone) find(ref string) *Call {
	for _, c := range p.calls {
		if c.Ref == ref {
			return c
		}
	}
	return nil
}

// open puts a call on the first idle line.
func (p *Phone) open(c Call) (*Call, error) {
	for i, busy := range p.lines {
		if busy == nil {
			p.minted++
			c.Ref, c.Line = strconv.Itoa(p.minted), i+1
			p.lines[i] = &c
			p.calls = append(p.calls, &c)
			p.tell(&c)
			return &c, nil
		}
	}
	return nil, errNoLine
}

func (p *Phone) dial(number string) (*Call, error) {
	c, err := p.open(Call{State: Dialing, Number: number})
	if err != nil {
		return nil, err
	}
	p.call("outgoing", c)
	p.focus(c)
	if p.autoAnswer >= 0 {
		ref, hangup := c.Ref, p.autoHangup
		p.after(p.autoAnswer, func() {
			if p.RemoteAnswers(ref) != nil || hangup < 0 {
				return // the call ended before the customer answered, or the customer stays on the line
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			p.after(hangup, func() { _ = p.RemoteHangup(ref) }) // the agent may have hung up first
		})
	}
	return c, nil
}

// focus makes a call's line the active one; a conversation on another is held, as phones with one handset do.
func (p *Phone) focus(c *Call) {
	p.active = c.Line - 1
	for _, o := range p.lines {
		if o != nil && o != c && o.State == Connected {
			o.State = OnHold
			p.call("hold", o)
			p.tell(o)
		}
	}
}

func (p *Phone) connect(c *Call) {
	c.State, c.Answered = Connected, true
	p.focus(c)
	p.call("established", c)
}

// end takes a call off its line, and the focus to another one.
func (p *Phone) end(c *Call) {
	c.State = Ended
	p.lines[c.Line-1] = nil
	p.handing, p.typed = false, ""
	for i, o := range p.lines {
		if o != nil && p.lines[p.active] == nil {
			p.active = i
		}
	}
	p.call("terminated", c)
}

func (p *Phone) toggleHold(c *Call) bool {
	switch c.State {
	case Connected:
		c.State = OnHold
		p.call("hold", c)
	case OnHold:
		c.State = Connected
		p.focus(c)
		p.call("unhold", c)
	default:
		return false
	}
	return true
}

// inFocus is the call on the active line; nil while that line is idle.
func (p *Phone) inFocus() *Call { return p.lines[p.active] }

// ringing is the first ringing call.
func (p *Phone) ringing() *Call {
	for _, c := range p.lines {
		if c != nil && c.State == Ringing {
			return c
		}
	}
	return nil
}
