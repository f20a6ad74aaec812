package khomptest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// State is where a call stands; the phone tells it to nobody.
type State string

// The states of a call.
const (
	Dialing   State = "dialing"
	Ringing   State = "ringing"
	Connected State = "connected"
	OnHold    State = "onhold"
	Ended     State = "ended"
)

// Call is one call of the phone.
type Call struct {
	Ref           string // ours; the phone names no calls
	Account       string // BlackListAccountID of the request that dialled it
	Inbound       bool
	State         State
	Number        string
	Name          string
	Answered      bool // at any time
	Muted         bool
	Digits        string // pressed during the call
	TransferredTo string
}

// errNoCall is what the customer's and the agent's side say of a call that is not there, or not in a state for it.
var errNoCall = errors.New("khomptest: no such live call")

// errNoLine is what a phone says that has no free line.
var errNoLine = errors.New("khomptest: every line is in use")

// Call answers a call by its ref, also when it has ended.
func (p *Phone) Call(ref string) (Call, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.find(ref); c != nil {
		return *c, true
	}
	return Call{}, false
}

// LiveCalls answers the calls that have not ended, the one in focus last.
func (p *Phone) LiveCalls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Call
	for _, c := range p.live {
		out = append(out, *c)
	}
	return out
}

// Ring lets somebody call the phone: a customer, or the telephone system that calls the agent first. It panics when no
// line is free.
func (p *Phone) Ring(number string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.open(Call{Inbound: true, State: Ringing, Number: number})
	if err != nil {
		panic(err)
	}
	p.call("incoming", c)
	return *c
}

// Dial makes the phone dial, as if its own web server had been asked: what a telephone system does to the phone of a
// hardphone user (manual 002, 1.1.20).
func (p *Phone) Dial(number string) (Call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.dial(number, "")
	if err != nil {
		return Call{}, err
	}
	return *c, nil
}

// RemoteAnswers lets the customer answer a call that the phone dials.
func (p *Phone) RemoteAnswers(ref string) error {
	return p.change(ref, func(c *Call) bool {
		ok := c.State == Dialing
		if ok {
			p.connect(c)
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

func (p *Phone) open(c Call) (*Call, error) {
	if len(p.live) >= p.opts.Lines {
		return nil, errNoLine
	}
	p.minted++
	c.Ref = strconv.Itoa(p.minted)
	p.calls = append(p.calls, &c)
	p.live = append([]*Call{&c}, p.live...) // a call that only rings takes no focus
	p.tell(&c)
	return &c, nil
}

func (p *Phone) dial(number, account string) (*Call, error) {
	c, err := p.open(Call{State: Dialing, Number: number, Account: account})
	if err != nil {
		return nil, err
	}
	p.last = number
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

// focus brings a call to the ear; another conversation is held, as phones with one handset do.
func (p *Phone) focus(c *Call) {
	p.live = append(slices.DeleteFunc(p.live, func(o *Call) bool { return o == c }), c)
	for _, o := range p.live {
		if o != c && o.State == Connected {
			o.State = OnHold
			p.tell(o)
		}
	}
}

func (p *Phone) connect(c *Call) {
	c.State, c.Answered = Connected, true
	p.focus(c)
	p.call("established", c)
}

func (p *Phone) end(c *Call) {
	c.State = Ended
	p.live = slices.DeleteFunc(p.live, func(o *Call) bool { return o == c })
	p.handing, p.typed = false, ""
	p.call("terminated", c)
}

// inFocus is the call at the ear; nil when there is none.
func (p *Phone) inFocus() *Call {
	if len(p.live) == 0 {
		return nil
	}
	return p.live[len(p.live)-1]
}

// ringing is a ringing call; nil when none rings.
func (p *Phone) ringing() *Call {
	for _, c := range p.live {
		if c.State == Ringing {
			return c
		}
	}
	return nil
}
