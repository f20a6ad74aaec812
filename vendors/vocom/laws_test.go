package vocom

import (
	"crypto/rand"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vocom/vocomtest"
)

const (
	lawAgent  = "DEV"
	lawBranch = "2000"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	pbx     *vocomtest.PBX
	options map[string]string
}

func (s *lawSim) Config() cti.Config      { return configOf(s.pbx, ctitest.Canary, s.options) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.pbx, ctitest.Canary+"wrong", s.options) }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: lawAgent, Extension: lawBranch} }
func (s *lawSim) CutLink()                { s.pbx.CutLink() }
func (s *lawSim) RestoreLink()            { s.pbx.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.pbx.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.pbx.HangAfterRead(wire) }

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.pbx.Requests() {
		names = append(names, r.Name)
	}
	return names
}

type lawCall struct {
	pbx *vocomtest.PBX
	id  string
}

func (c lawCall) Answer() { must(c.pbx.Answer(c.id)) }
func (c lawCall) Hangup() { must(c.pbx.Hangup(c.id)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *lawSim) Ring(number string) ctitest.Call {
	if s.options[optionPop] == "" {
		return nil // manual 003 shows no call that comes in
	}
	return lawCall{s.pbx, s.pbx.Ring(lawAgent, number).ID}
}

func (s *lawSim) Samples() []ctitest.Sample {
	const firstCall = "1f74b26a-442a-40ca-83af-000000000001" // what call.dial is answered on a fresh simulator
	pause := &cti.PauseIn{Reason: "Lanche"}
	period := PeriodIn{cti.At(time.Unix(1599000000, 0)), cti.At(time.Unix(1599080000, 0))}
	dialled := []string{"call.dial"}
	return []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "1133553434"}, Wire: "call/call_services"},
		{Name: "call.hangup", Wire: "call/call_terminate", After: dialled},
		{Name: "call.hold", Wire: "call/call_hold", After: dialled},
		{Name: "call.resume", Wire: "call/call_hold_retrieve", After: []string{"call.dial", "call.hold"}},
		{Name: "call.transfer", In: &cti.TransferIn{To: "2001"}, Wire: "call/call_transfer", After: dialled},
		{Name: "agent.login", In: &cti.LoginIn{}, Wire: "agent/login"},
		{Name: "agent.logout", Wire: "agent/logout"},
		{Name: "agent.pause", In: pause, Wire: "agent/state_set_break"},
		{Name: "agent.unpause", Wire: "agent/state_return_break", After: []string{"agent.pause"}},
		{Name: "agent.pauseReasons", Wire: "agent/get_break_list"},
		{Name: "agent.state", Wire: "get_agent_list"},
		{Name: "queue.status", In: &cti.QueueIn{Queue: vocomtest.DefaultQueue}, Wire: "get_agent_list"},
		{Name: "directory.list", Wire: "get_agent_list"},
		{Name: "report.calls", Wire: "tabs/list_all"},
		{Name: "vocom.agent/login", Wire: "agent/login"},
		{Name: "vocom.agent/logout", Wire: "agent/logout"},
		{Name: "vocom.agent/get_break_list", Wire: "agent/get_break_list"},
		{Name: "vocom.agent/state_set_break", In: &SetBreakIn{Break: "816b6751-0592-44dc-a311-b870f7850750"}, Wire: "agent/state_set_break"},
		{Name: "vocom.agent/state_return_break", Wire: "agent/state_return_break", After: []string{"agent.pause"}},
		{Name: "vocom.call/call_services", In: &CallServicesIn{To: "1133553434"}, Wire: "call/call_services"},
		{Name: "vocom.call/call_terminate", In: &CallIn{CallID: firstCall}, Wire: "call/call_terminate", After: dialled},
		{Name: "vocom.call/call_transfer", In: &TransferIn{CallIn{CallID: firstCall}, "2001"}, Wire: "call/call_transfer", After: dialled},
		{Name: "vocom.call/call_hold", In: &CallIn{CallID: firstCall}, Wire: "call/call_hold", After: dialled},
		{Name: "vocom.call/call_hold_retrieve", In: &CallIn{CallID: firstCall}, Wire: "call/call_hold_retrieve", After: dialled},
		{Name: "vocom.get_agent_list", In: &QueueIn{vocomtest.DefaultQueue}, Wire: "get_agent_list"},
		{Name: "vocom.tabs/list_all", In: &period, Wire: "tabs/list_all"},
		{Name: "vocom.dialer/list_all", In: &DialerIn{PeriodIn: period}, Wire: "dialer/list_all"},
	}
}

// newPBX starts a system with an agent who is logged in and one who is not. The test fails when the system was asked
// something the manual does not allow.
func newPBX(t testing.TB, opts vocomtest.Options) *vocomtest.PBX {
	t.Helper()
	opts.Company = rand.Text() // a port may be one that an earlier system had, with other calls
	p := vocomtest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what the manual allows: %v", r.Method, r.URI, r.Faults)
			}
		}
	})
	p.AddAgent(vocomtest.Agent{Name: lawAgent, Branch: lawBranch, LoggedIn: true})
	p.AddAgent(vocomtest.Agent{Name: "SUPORTE.BARBARA", Branch: "2008"})
	return p
}

// configOf is the configuration that reaches a simulator.
func configOf(p *vocomtest.PBX, key string, more map[string]string) cti.Config {
	values := map[string]string{optionURL: p.URL(), optionKey: key, optionCompany: p.Company(), optionQueue: vocomtest.DefaultQueue}
	for name, v := range more {
		values[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: values}
}

func TestLaws(t *testing.T) {
	const silent = "without screen_pop_poll the system shows no call but those that were dialled here"
	testLaws(t, vocomtest.Options{}, nil, map[ctitest.Law]string{ctitest.LawRefs: silent, ctitest.LawEnds: silent, ctitest.LawLink: silent})
}

func TestLawsWithScreenPops(t *testing.T) {
	testLaws(t, vocomtest.Options{ObjectLists: true, ShowCaller: true}, map[string]string{optionPop: "1"}, nil)
}

func testLaws(t *testing.T, opts vocomtest.Options, options map[string]string, waivers map[ctitest.Law]string) {
	opts.Key = ctitest.Canary
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50, Waivers: waivers, New: func(t testing.TB, _ *ctitest.Host) ctitest.Sim {
		return &lawSim{pbx: newPBX(t, opts), options: options}
	}})
}
