package ctitest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"ctiagent/cti"
)

// toySim is a made-up PBX on a real socket. A connection says one line,
// "name key argument": events stays open and gets one JSON line per news, the
// snapshot first; every other request gets one line of answer.
type toySim struct {
	listener net.Listener

	mu       sync.Mutex
	conns    map[net.Conn]bool
	watchers map[net.Conn]bool
	cut      bool
	requests []string
	drop     map[string]bool
	hang     map[string]chan struct{}
	agent    cti.AgentFact
	calls    []*toyCall
	ids      int
	running  sync.WaitGroup
}

type toyCall struct {
	sim  *toySim
	fact cti.CallFact
}

// toyNews is one line of the event connection.
type toyNews struct {
	Snapshot bool           `json:"snapshot,omitempty"`
	Agent    *cti.AgentFact `json:"agent,omitempty"`
	Calls    []cti.CallFact `json:"calls,omitempty"`
}

func newToySim(t testing.TB, _ *Host) Sim {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &toySim{listener: l, conns: map[net.Conn]bool{}, watchers: map[net.Conn]bool{}, drop: map[string]bool{}, hang: map[string]chan struct{}{},
		agent: cti.AgentFact{ID: "12", Extension: "10005", Name: "Ana", State: cti.AgentReady}}
	s.running.Go(s.accept)
	t.Cleanup(func() {
		l.Close()
		s.CutLink()
		s.running.Wait()
	})
	return s
}

func (s *toySim) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.cut {
			c.Close()
		} else {
			s.conns[c] = true
			s.running.Go(func() { s.serve(c) })
		}
		s.mu.Unlock()
	}
}

func (s *toySim) serve(c net.Conn) {
	lines := bufio.NewScanner(c)
	stay := lines.Scan() && s.request(c, lines.Text())
	for stay && lines.Scan() { // until the other end, or CutLink, closes
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	delete(s.watchers, c)
	c.Close()
}

// request answers a line and says whether the connection stays open.
func (s *toySim) request(c net.Conn, line string) (stay bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, rest, _ := strings.Cut(line, " ")
	key, arg, _ := strings.Cut(rest, " ")
	if name != "events" {
		s.requests = append(s.requests, name)
	}
	if s.drop[name] {
		delete(s.drop, name)
		return false
	}
	if read := s.hang[name]; read != nil {
		delete(s.hang, name)
		close(read)
		return true
	}
	if key != Canary {
		fmt.Fprintln(c, "unauthorized")
		return false
	}
	if name == "events" {
		fmt.Fprintln(c, "ok")
		s.watchers[c] = true
		s.write(c, toyNews{Snapshot: true, Agent: &s.agent, Calls: s.live()})
		return true
	}
	fmt.Fprintln(c, s.obey(name, arg))
	return false
}

func (s *toySim) obey(name, arg string) string {
	switch name {
	case "state":
	case "dial":
		c := s.add(cti.CallFact{State: cti.Dialing, Direction: cti.Outbound, Number: arg})
		return "ok " + c.fact.Ref
	case "hangup":
		i := slices.IndexFunc(s.calls, func(c *toyCall) bool { return c.fact.Ref == arg && c.fact.State != cti.Ended })
		if i < 0 {
			return "not_found"
		}
		s.calls[i].move(cti.Ended, cti.EndCompleted)
	case "pause":
		s.agent.State, s.agent.Reason = cti.AgentPaused, arg
		s.tell(toyNews{Agent: &s.agent})
	case "unpause":
		if s.agent.State != cti.AgentPaused {
			return "wrong_state"
		}
		s.agent.State, s.agent.Reason = cti.AgentReady, ""
		s.tell(toyNews{Agent: &s.agent})
	default:
		return "bad_request"
	}
	return "ok " + string(s.agent.State)
}

func (s *toySim) add(f cti.CallFact) *toyCall {
	s.ids++
	f.Ref = fmt.Sprint("c", s.ids)
	c := &toyCall{sim: s, fact: f}
	s.calls = append(s.calls, c)
	s.tell(toyNews{Calls: []cti.CallFact{f}})
	return c
}

func (s *toySim) live() (facts []cti.CallFact) {
	for _, c := range s.calls {
		if c.fact.State != cti.Ended {
			facts = append(facts, c.fact)
		}
	}
	return facts
}

func (s *toySim) tell(n toyNews) {
	for c := range s.watchers {
		s.write(c, n)
	}
}

func (s *toySim) write(c net.Conn, n toyNews) {
	b, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	_, _ = c.Write(append(b, '\n')) // the driver may be gone
}

func (c *toyCall) move(to cti.CallState, why cti.EndReason) {
	if c.fact.State == cti.Ended {
		return
	}
	c.fact.State, c.fact.EndReason = to, why
	c.sim.tell(toyNews{Calls: []cti.CallFact{c.fact}})
}

func (c *toyCall) Answer() {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.move(cti.Connected, "")
}

func (c *toyCall) Hangup() {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	c.move(cti.Ended, cti.EndCompleted)
}

func (s *toySim) config(key string) cti.Config {
	return cti.Config{Values: map[string]string{"address": s.listener.Addr().String(), "key": key}}
}

func (s *toySim) Config() cti.Config      { return s.config(Canary) }
func (s *toySim) WrongConfig() cti.Config { return s.config("not" + Canary) }
func (s *toySim) Target() cti.Target      { return cti.Target{Agent: "12", Extension: "10005"} }

func (s *toySim) Samples() []Sample {
	return []Sample{
		{Name: "agent.pause", In: &cti.PauseIn{Reason: "lunch"}, Wire: "pause"},
		{Name: "agent.state", Wire: "state"},
		{Name: "agent.unpause", Wire: "unpause", After: []string{"agent.pause"}},
		{Name: "call.dial", In: &cti.DialIn{Number: "33553434"}, Wire: "dial"},
		{Name: "call.hangup", Wire: "hangup", OnCall: true},
	}
}

func (s *toySim) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

func (s *toySim) Ring(number string) Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(cti.CallFact{State: cti.Ringing, Direction: cti.Inbound, Number: number})
}

func (s *toySim) CutLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	for c := range s.conns {
		c.Close()
	}
	clear(s.watchers)
}

func (s *toySim) RestoreLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = false
}

func (s *toySim) DropAfterRead(wire string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop[wire] = true
}

func (s *toySim) HangAfterRead(wire string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hang[wire] = make(chan struct{})
	return s.hang[wire]
}
