// Package catixtest is a Catix telephone system for tests and for the demo: it speaks the integration socket, one JSON object
// a line, on a real loopback port, from one world of agents and calls.
//
// It answers what the vendor's integration documents print (comandos, eventos, msg_erro, v1.2.0), and shows their spelling
// variants where an option asks for them. Nobody has compared it with a real server.
package catixtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// The integration user of the zero Options.
const (
	DefaultUser = "zupao"
	DefaultPass = "123456"
)

// State is how far a call has come.
type State string

// The states of a call. A ringing one no event tells of.
const (
	Dialing   State = "dialing"
	Ringing   State = "ringing"
	Connected State = "connected"
	Ended     State = "ended"
)

// Options says what kind of system New starts.
type Options struct {
	User, Pass string
	Latin1     bool // text leaves in ISO-8859-1
	Variants   bool // events in the documents' other spellings
	KeepAlive  bool // a KEEP_ALIVE line before every reply
	LateReply  bool // a reply comes after the next one, when there is one within a moment
	SlowLogin  bool // AGENTE_LOGAR's AGENT_LOGIN comes only when Pickup is called
}

// Agent is one agent. ID is the id in Catix.
type Agent struct {
	ID, Name, Extension string
	LoggedIn            bool
	Pause, PauseNote    string
	ringing             string // the extension that AGENTE_LOGAR calls
}

// Call is one call. Ref is its rl.
type Call struct {
	Ref, Agent, Number, Kind string // Kind is tipo-ligacao
	State                    State
	Contact, Campaign        string
}

// Request is one command the system has read.
type Request struct {
	Command string
	Line    string
	Faults  []string
}

// PBX is one simulated system. All methods may be called from any goroutine.
type PBX struct {
	opts     Options
	listener net.Listener

	mu       sync.Mutex
	changed  chan struct{}
	closed   bool
	cut      bool
	conns    map[*conn]bool
	timers   map[*time.Timer]bool
	requests []Request
	drop     map[string]bool
	hang     map[string]chan struct{}
	agents   []*Agent
	calls    []*Call
	last     map[string]string // the number an agent dialled last
	minted   int
	began    string // the first part of every rl
	answers  time.Duration
	hangups  time.Duration
	running  sync.WaitGroup
	instead  func(command, messageID string) string
}

// New starts a system on a free loopback port. It panics when it cannot listen. Close ends it.
func New(opts Options) *PBX {
	if opts.User == "" {
		opts.User = DefaultUser
	}
	if opts.Pass == "" {
		opts.Pass = DefaultPass
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("catixtest: listen on loopback: %v", err))
	}
	p := &PBX{opts: opts, listener: l, changed: make(chan struct{}), conns: map[*conn]bool{}, timers: map[*time.Timer]bool{}, drop: map[string]bool{},
		hang: map[string]chan struct{}{}, last: map[string]string{}, began: strconv.FormatInt(time.Now().UnixNano(), 10), answers: -1, hangups: -1}
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		p.accept()
	}()
	return p
}

// Addr is the system's host:port.
func (p *PBX) Addr() string { return p.listener.Addr().String() }

// Close ends the system and waits for its goroutines. It may be called twice.
func (p *PBX) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		for t := range p.timers {
			if t.Stop() {
				p.running.Done()
			}
		}
		for c := range p.conns {
			_ = c.Conn.Close()
		}
		_ = p.listener.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// unlock wakes who waits for a change.
func (p *PBX) unlock() {
	close(p.changed)
	p.changed = make(chan struct{})
	p.mu.Unlock()
}

// Wait blocks until ok answers true, which it asks after every change, or until ctx ends.
func (p *PBX) Wait(ctx context.Context, ok func() bool) error {
	for {
		p.mu.Lock()
		changed := p.changed
		p.mu.Unlock()
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// AddAgent adds an agent.
func (p *PBX) AddAgent(a Agent) {
	p.mu.Lock()
	defer p.unlock()
	p.agents = append(p.agents, &a)
}

// AgentState answers how an agent stands.
func (p *PBX) AgentState(id string) (Agent, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a := p.agent(id); a != nil {
		return *a, true
	}
	return Agent{}, false
}

// Connections is how many connections are logged in.
func (p *PBX) Connections() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.in {
			n++
		}
	}
	return n
}

// Pickup lets an agent answer the call of AGENTE_LOGAR.
func (p *PBX) Pickup(id string) {
	p.mu.Lock()
	defer p.unlock()
	p.pickup(p.agent(id))
}

func (p *PBX) pickup(a *Agent) {
	if a.ringing == "" {
		return
	}
	a.LoggedIn, a.Extension, a.ringing, a.Pause = true, a.ringing, "", ""
	p.event(a.ID, "AGENT_LOGIN", map[string]any{"ramal-agente": a.Extension})
}

// Pause lets an agent take a pause at the telephone.
func (p *PBX) Pause(id, name string) error {
	p.mu.Lock()
	defer p.unlock()
	a := p.agent(id)
	if a == nil {
		return fmt.Errorf("catixtest: no agent %s", id)
	}
	a.Pause = name
	p.event(id, "AGENT_PAUSED", map[string]any{"idPausa": 1, "pausa": name, "descricao": "", "obs": ""})
	return nil
}

// LiveCalls answers an agent's calls that have not ended.
func (p *PBX) LiveCalls(agent string) (out []Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if c.Agent == agent && c.State != Ended {
			out = append(out, *c)
		}
	}
	return out
}

// Ring lets a customer call an agent, which no event tells of until it is answered.
func (p *PBX) Ring(agent, number string) Call {
	p.mu.Lock()
	defer p.unlock()
	return *p.open(Call{Agent: agent, Number: number, Kind: "ENTRANTE", State: Ringing})
}

// DialerCall lets the dialer hand a contact to an agent.
func (p *PBX) DialerCall(agent, number, contact, campaign string) Call {
	p.mu.Lock()
	defer p.unlock()
	c := p.open(Call{Agent: agent, Number: number, Kind: "PREDITIVO", State: Connected, Contact: contact, Campaign: campaign})
	p.event(agent, "AGENT_RECEIVED_DIALER_CALL", map[string]any{"contato-id": contact, "contato-cpfcnpj": "40002812345", "contato-contrato": "abc123",
		"numero-contato-id": "1000", "numero-contato": number, "campanha-id": campaign, "rl": c.Ref, "linked-rl": c.Ref})
	p.answered(c) // the documents say to use the other event and not this one
	return *c
}

// ScheduledCall lets a promised call come due.
func (p *PBX) ScheduledCall(agent, id, reference string) {
	p.mu.Lock()
	defer p.unlock()
	p.event(agent, "SCHEDULED_CALL_COMING", map[string]any{"agendamento-id": id, "agendamento-data-hora": "20/11/2026 24:00:00",
		"agendamento-destino-tipo": "Agente", "agendamento-destino-tipo-id": agent, "agendamento-cod-referencia": reference})
}

// ScheduledAnswer lets the customer of a promised call answer.
func (p *PBX) ScheduledAnswer(agent, id, number string) Call {
	p.mu.Lock()
	defer p.unlock()
	c := p.open(Call{Agent: agent, Number: number, Kind: "SAINTE", State: Connected})
	p.event(agent, "SCHEDULED_CALL_ANSWER", map[string]any{"agendamento-id": id, "agendamento-cod-referencia": "r1", "numero-agendamento-id": "7",
		"numero-agendamento": number, "rl": c.Ref, "linked-rl": c.Ref})
	return *c
}

var errNoCall = errors.New("catixtest: no such live call")

// Answer lets the agent take a ringing call, or the dialled customer answer.
func (p *PBX) Answer(ref string) error {
	return p.change(ref, func(c *Call) bool {
		if c.State != Ringing && c.State != Dialing {
			return false
		}
		c.State = Connected
		p.answered(c)
		return true
	})
}

// Hangup ends a call, at either end.
func (p *PBX) Hangup(ref string) error {
	return p.change(ref, func(c *Call) bool { p.end(c); return true })
}

func (p *PBX) change(ref string, do func(*Call) bool) error {
	p.mu.Lock()
	defer p.unlock()
	for _, c := range p.calls {
		if c.Ref == ref && c.State != Ended && do(c) {
			return nil
		}
	}
	return fmt.Errorf("call %s: %w", ref, errNoCall)
}

// AutoAnswer lets every customer that is dialled from now on answer after d. A negative d ends it.
func (p *PBX) AutoAnswer(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = d
}

// AutoHangup lets every customer that AutoAnswer connects from now on hang up d later. A negative d ends it.
func (p *PBX) AutoHangup(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangups = d
}

// CutLink drops every connection and every new one until RestoreLink; calls go on meanwhile.
func (p *PBX) CutLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = true
	for c := range p.conns {
		_ = c.Conn.Close()
	}
}

// RestoreLink lets connections in again.
func (p *PBX) RestoreLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut = false
}

// DropAfterRead lets the system read the next command of that name whole and then close the connection.
func (p *PBX) DropAfterRead(command string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop[command] = true
}

// HangAfterRead lets the system read the next command of that name whole and never answer it. read is closed once it has
// been read.
func (p *PBX) HangAfterRead(command string) (read <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := make(chan struct{})
	p.hang[command] = c
	return c
}

// AnswerWith lets f write the bytes that follow every command but the log-in and STATUS_AGENTE; nil ends it.
func (p *PBX) AnswerWith(f func(command, messageID string) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.instead = f
}

// Say writes bytes to every connection that is logged in.
func (p *PBX) Say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if c.in {
			c.say([]byte(text))
		}
	}
}

// Requests answers every command read so far, in order of arrival.
func (p *PBX) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

func (p *PBX) agent(id string) *Agent {
	for _, a := range p.agents {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// open begins a call. The caller holds the lock, as for everything below.
func (p *PBX) open(c Call) *Call {
	p.minted++
	c.Ref = p.began + "." + strconv.Itoa(p.minted) // no other system and no other day has the same
	p.calls = append(p.calls, &c)
	return &c
}

func (p *PBX) dial(a *Agent, number string) {
	p.last[a.ID] = number
	c := p.open(Call{Agent: a.ID, Number: number, Kind: "SAINTE", State: Dialing})
	p.event(a.ID, "DIALING", p.about(c))
	if p.answers < 0 {
		return
	}
	ref, hangups := c.Ref, p.hangups
	p.after(p.answers, func() {
		if p.Answer(ref) != nil || hangups < 0 {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.after(hangups, func() { _ = p.Hangup(ref) }) // the agent may have hung up first
	})
}

func (p *PBX) about(c *Call) map[string]any {
	return map[string]any{"origem-tipo": "AGENTE", "origem-nome": "Agente " + c.Agent, "numero-discado": c.Number, "rl": c.Ref, "linked-rl": c.Ref}
}

func (p *PBX) answered(c *Call) {
	attributes := p.about(c)
	attributes["tipo-ligacao"] = c.Kind
	p.event(c.Agent, "ANSWER", attributes)
}

func (p *PBX) end(c *Call) {
	told := c.State != Ringing
	c.State = Ended
	if told {
		p.event(c.Agent, "HANGUP", p.about(c))
		p.event(c.Agent, "AGENT_COMPLETE", nil)
	}
}

func (p *PBX) calling(agent string) *Call {
	for _, c := range p.calls {
		if c.Agent == agent && (c.State == Dialing || c.State == Connected) {
			return c
		}
	}
	return nil
}

// after runs f once, d later and without the lock, unless the system closes first.
func (p *PBX) after(d time.Duration, f func()) {
	if p.closed {
		return
	}
	p.running.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer p.running.Done()
		p.mu.Lock()
		delete(p.timers, t)
		closed := p.closed
		p.mu.Unlock()
		if !closed {
			f()
		}
	})
	p.timers[t] = true
}

// Remember sets the number an agent dialled last.
func (p *PBX) Remember(agent, number string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last[agent] = number
}
