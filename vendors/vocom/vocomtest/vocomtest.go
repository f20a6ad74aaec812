// Package vocomtest is a Vocom telephone system for tests and for the demo: its web server answers APIv2 on a real loopback
// port from one company with its agents, breaks and calls.
//
// It answers what manual 003 prints, each answer with its section in a comment. Where a public program with the same paths
// and words shows more than the manual (it is taken for Vocom's own server), the comment says "seen in a public server".
// Nobody has compared it with a real one.
package vocomtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/internal/simulator"
)

// The company of the zero Options.
const (
	DefaultKey     = "e45c53c6-049f-474d-896a-8e891ec57473"
	DefaultCompany = "894343d2-3f02-4c02-909b-a0bfa57c0a93"
	DefaultQueue   = "FILA_SUPORTE"
)

// State is how far a call has come.
type State string

// The states of a call.
const (
	Dialing   State = "dialing"
	Ringing   State = "ringing"
	Connected State = "connected"
	Held      State = "held"
	Ended     State = "ended"
)

// Options says what kind of system New starts.
type Options struct {
	Key, Company string
	// DialDelay is how long call_services takes; a public server sleeps 10 s. 0 answers at once.
	DialDelay time.Duration
	// NoChannel lets call_services find no channel: status and call_id are null (seen in a public server).
	NoChannel bool
	// ObjectLists writes agents as an object with numeric keys instead of an array (seen in a public server).
	ObjectLists bool
	// RetrieveFails lets call_hold_retrieve hold a second time (seen in a public server, whose command lacks "off").
	RetrieveFails bool
	// ShowCaller lets get-info name the caller; the public server leaves it empty.
	ShowCaller bool
	Rows       int // how many rows the reports have; 2 when zero
}

// Break is one reason for a pause.
type Break struct{ ID, Name, Timeout, Digit string }

// Agent is one agent of the company's queue.
type Agent struct {
	Name, Branch string
	LoggedIn     bool
	Break        string // the name of the pause, "" for none
}

// Call is one call of the system.
type Call struct {
	ID, Agent, Number string
	Inbound           bool
	State             State
}

// PBX is one simulated system. All methods may be called from any goroutine.
type PBX struct {
	*simulator.Server
	opts       Options
	agents     []*Agent
	breaks     []Break
	calls      []*Call
	autoAnswer time.Duration
	autoHangup time.Duration
}

// New starts a system on a free loopback port. Close ends it.
func New(opts Options) *PBX {
	if opts.Key == "" {
		opts.Key = DefaultKey
	}
	if opts.Company == "" {
		opts.Company = DefaultCompany
	}
	if opts.Rows == 0 {
		opts.Rows = 2
	}
	p := &PBX{opts: opts, autoAnswer: -1, autoHangup: -1, breaks: []Break{ // manual 003, "Lista de pausas do agente"
		{"0c8a9f1f-b49d-42d5-9b6b-2c108619aa7c", "Lanche", "5", "1"}, {"44b57078-d82c-4aa0-8b9a-a17bfc8d0674", "Almoço", "90", "2"},
		{"64d9fc6f-0324-4d1d-8368-599908f909b4", "Banheiro", "0", "4"}, {"816b6751-0592-44dc-a311-b870f7850750", "Feedback", "0", "3"}}}
	p.Server = simulator.New(nameOf, p.answer)
	return p
}

// Company is the id of the one company the system has.
func (p *PBX) Company() string { return p.opts.Company }

// nameOf is a request's function: its path without interact_cti and the slashes around.
func nameOf(r *http.Request) string {
	return strings.Trim(strings.TrimPrefix(r.URL.Path, "/interact_cti"), "/")
}

// AddAgent adds an agent.
func (p *PBX) AddAgent(a Agent) {
	p.Lock()
	defer p.Unlock()
	p.agents = append(p.agents, &a)
}

// AgentState answers how an agent stands.
func (p *PBX) AgentState(name string) (Agent, bool) {
	p.Lock()
	defer p.Unlock()
	if a := p.agent(name); a != nil {
		return *a, true
	}
	return Agent{}, false
}

// SetBreak lets an agent take a break by telephone; "" ends it.
func (p *PBX) SetBreak(name, reason string) {
	p.Lock()
	defer p.Unlock()
	p.agent(name).Break = reason
}

// LiveCalls answers an agent's calls that have not ended.
func (p *PBX) LiveCalls(agent string) (out []Call) {
	p.Lock()
	defer p.Unlock()
	for _, c := range p.calls {
		if c.Agent == agent && c.State != Ended {
			out = append(out, *c)
		}
	}
	return out
}

// Ring lets a customer call the queue, which offers the call to an agent.
func (p *PBX) Ring(agent, number string) Call {
	p.Lock()
	defer p.Unlock()
	return *p.open(Call{Agent: agent, Number: number, Inbound: true, State: Ringing})
}

// AutoAnswer lets every customer that is dialled from now on answer after d. A negative d ends it.
func (p *PBX) AutoAnswer(d time.Duration) {
	p.Lock()
	defer p.Unlock()
	p.autoAnswer = d
}

// AutoHangup lets every customer that AutoAnswer connects from now on hang up d later. A negative d ends it.
func (p *PBX) AutoHangup(d time.Duration) {
	p.Lock()
	defer p.Unlock()
	p.autoHangup = d
}

var errNoCall = errors.New("vocomtest: no such live call")

// Answer lets the agent take an offered call, or the dialled customer answer.
func (p *PBX) Answer(id string) error {
	return p.change(id, func(c *Call) bool {
		ok := c.State == Ringing || c.State == Dialing
		c.State = Connected
		return ok
	})
}

// Hangup ends a call, at either end.
func (p *PBX) Hangup(id string) error {
	return p.change(id, func(c *Call) bool { c.State = Ended; return true })
}

func (p *PBX) change(id string, do func(*Call) bool) error {
	p.Lock()
	defer p.Unlock()
	if c := p.call(id); c == nil || !do(c) {
		return fmt.Errorf("call %s: %w", id, errNoCall)
	}
	return nil
}

// open begins a call. The caller holds the lock, as for everything below.
func (p *PBX) open(c Call) *Call {
	c.ID = fmt.Sprintf("1f74b26a-442a-40ca-83af-%012d", len(p.calls)+1)
	p.calls = append(p.calls, &c)
	return &c
}

func (p *PBX) dial(agent, number string) *Call {
	c := p.open(Call{Agent: agent, Number: number, State: Dialing})
	if p.autoAnswer >= 0 {
		id, hangup := c.ID, p.autoHangup
		p.After(p.autoAnswer, func() {
			if p.Answer(id) != nil || hangup < 0 {
				return
			}
			p.Lock()
			defer p.Unlock()
			p.After(hangup, func() { _ = p.Hangup(id) }) // the agent may have hung up first
		})
	}
	return c
}

// call is a live call by its id.
func (p *PBX) call(id string) *Call {
	i := slices.IndexFunc(p.calls, func(c *Call) bool { return c.ID == id && c.State != Ended })
	if i < 0 {
		return nil
	}
	return p.calls[i]
}

func (p *PBX) agent(name string) *Agent {
	i := slices.IndexFunc(p.agents, func(a *Agent) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return p.agents[i]
}

// AwaitCall waits until an agent has a live call.
func (p *PBX) AwaitCall(ctx context.Context, agent string) (Call, error) {
	err := p.Wait(ctx, func() bool { return len(p.LiveCalls(agent)) > 0 })
	if err != nil {
		return Call{}, err
	}
	return p.LiveCalls(agent)[0], nil
}

// status is an agent's status in the system's words (manual 003, "Agentes cadastrados"; the others seen in a public server).
func (a *Agent) status() string {
	switch {
	case !a.LoggedIn:
		return "Logged Out"
	case a.Break != "":
		return "On Break"
	}
	return "Available"
}

func (p *PBX) calling(agent string) *Call {
	for _, c := range p.calls {
		if c.Agent == agent && c.State != Ended && c.Inbound {
			return c
		}
	}
	return nil
}

func count(n int) string { return strconv.Itoa(n) }
