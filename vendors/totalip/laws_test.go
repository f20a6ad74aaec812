package totalip

import (
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	pbx  *totaliptest.PBX
	road string
}

const lawExtension = "10005"

func (s *lawSim) Config() cti.Config      { return configOf(s.pbx, s.road, ctitest.Canary) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.pbx, s.road, ctitest.Canary+"wrong") }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: "5", Extension: lawExtension} }
func (s *lawSim) CutLink()                { s.pbx.CutLink() }
func (s *lawSim) RestoreLink()            { s.pbx.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string) { s.pbx.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} {
	return s.pbx.HangAfterRead(wire)
}

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.pbx.Requests() {
		names = append(names, r.Function)
	}
	return names
}

type lawCall struct {
	pbx *totaliptest.PBX
	ref string
}

func (c lawCall) Answer() { must(c.pbx.Answer(c.ref)) }
func (c lawCall) Hangup() { must(c.pbx.Hangup(c.ref)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *lawSim) Ring(number string) ctitest.Call {
	return lawCall{s.pbx, s.pbx.Ring(lawExtension, number, "40045000").Ref}
}

func (s *lawSim) Samples() []ctitest.Sample {
	ext := ExtensionIn{Extension: lawExtension}
	wires := map[string]string{"dial": "discar", "login": "login", "logout": "logout", "status": "set_status", "pause": "set_pause", "unpause": "set_unpause"}
	if s.road == roadSocket {
		wires = map[string]string{"dial": "DISCAR", "login": "LOGIN", "logout": "LOGOUT", "status": "SETSTATUS", "pause": "SETPAUSE", "unpause": "SETUNPAUSE"}
	}
	// The command socket is documented with a key for DISCAR only (manual 002, 1.2.2.15).
	open := s.road == roadSocket
	return []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "1133553434"}, Wire: wires["dial"]},
		{Name: "agent.login", In: &cti.LoginIn{}, Wire: wires["login"], Open: open},
		{Name: "agent.logout", Wire: wires["logout"], Open: open},
		{Name: "agent.pause", In: &cti.PauseIn{}, Wire: wires["pause"], Open: open},
		{Name: "agent.unpause", Wire: wires["unpause"], After: []string{"agent.pause"}, Open: open},
		{Name: "agent.pauseReasons", Wire: "status"},
		{Name: "agent.state", Wire: "status_ramal"},
		{Name: "queue.status", In: &cti.QueueIn{Queue: "call_center"}, Wire: "fila_espera"},
		{Name: "directory.list", Wire: "usuarios"},
		{Name: "totalip.login", In: &ext, Wire: "login"},
		{Name: "totalip.logout", In: &ext, Wire: "logout"},
		{Name: "totalip.login_hardphone", In: &HardphoneIn{ExtensionIn: ExtensionIn{"40024"}}, Wire: "login_hardphone"},
		{Name: "totalip.logout_hardphone", In: &ExtensionIn{"40024"}, Wire: "logout_hardphone"},
		{Name: "totalip.status", Wire: "status"},
		{Name: "totalip.set_status", In: &SetStatusIn{ExtensionIn: ext, StatusID: "4"}, Wire: "set_status"},
		{Name: "totalip.usuarios", Wire: "usuarios"},
		{Name: "totalip.fila_espera", In: &WaitingIn{Queue: "call_center"}, Wire: "fila_espera"},
		{Name: "totalip.discar", In: &DialNumberIn{ExtensionIn: ext, Number: "33553434"}, Wire: "discar"},
		{Name: "totalip.status_ramal", In: &StatusOfIn{ExtensionIn: ext}, Wire: "status_ramal"},
		{Name: "totalip.status_telefone", Wire: "status_telefone"},
		{Name: "totalip.set_pause", In: &ext, Wire: "set_pause"},
		{Name: "totalip.set_unpause", In: &ext, Wire: "set_unpause"},
		{Name: "totalip.socket.SETSTATUS", In: &SetStatusIn{ExtensionIn: ext, StatusID: "4"}, Wire: "SETSTATUS", Open: true},
		{Name: "totalip.socket.LOGIN", In: &ext, Wire: "LOGIN", Open: true},
		{Name: "totalip.socket.LOGOUT", In: &ext, Wire: "LOGOUT", Open: true},
		{Name: "totalip.socket.LOGINHARDPHONE", In: &SharedIn{ExtensionIn: ExtensionIn{"40024"}}, Wire: "LOGINHARDPHONE", Open: true},
		{Name: "totalip.socket.LOGOUTHARDPHONE", In: &ExtensionIn{"40024"}, Wire: "LOGOUTHARDPHONE", Open: true},
		{Name: "totalip.socket.SETPAUSE", In: &ext, Wire: "SETPAUSE", Open: true},
		{Name: "totalip.socket.SETUNPAUSE", In: &ext, Wire: "SETUNPAUSE", Open: true},
		{Name: "totalip.socket.DISCAR", In: &DialPhoneIn{ExtensionIn: ext, Number: "33553434"}, Wire: "DISCAR"},
	}
}

// newPBX starts a system with an agent who is logged in, one who is not, and a desk phone.
func newPBX(t testing.TB, opts totaliptest.Options) *totaliptest.PBX {
	t.Helper()
	p := totaliptest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what the manual allows: %v", r.Function, r.Query, r.Faults)
			}
		}
	})
	p.AddExtension(totaliptest.Extension{Number: lawExtension, User: "5", Name: "Carlos da Silva", LoggedIn: true})
	p.AddExtension(totaliptest.Extension{Number: "20010", User: "20", Name: "Rodrigo Vieira"})
	p.AddExtension(totaliptest.Extension{Number: "40024", User: "24", Name: "Mesa", Hardphone: true})
	p.SetQueue("call_center", totaliptest.Waiting{From: "1195894637", Since: time.Now().Add(-3 * time.Second)})
	return p
}

// configOf is the configuration that reaches a simulator.
func configOf(p *totaliptest.PBX, road, key string) cti.Config {
	return cti.Config{Country: "BR", AreaCode: "11", Values: map[string]string{
		optionURL: p.URL(), optionEvents: p.EventsAddr(), optionCommands: p.CommandsAddr(), optionKey: key, optionRoad: road}}
}

func TestLawsOverHTTP(t *testing.T)   { testLaws(t, roadHTTP, totaliptest.Options{}) }
func TestLawsOverSocket(t *testing.T) { testLaws(t, roadSocket, totaliptest.Options{}) }

// The other readings of what the manual leaves open. Five fields in the Ativa line are not among them: that line has no
// code, so a session that meets a call under way cannot give it the ref that an earlier session knew.
func TestLawsOnTheOddestSystem(t *testing.T) {
	testLaws(t, roadHTTP, totaliptest.Options{Encoding: totaliptest.Latin1, LineEnd: totaliptest.NoEnd})
}

func testLaws(t *testing.T, road string, opts totaliptest.Options) {
	opts.Key = ctitest.Canary
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), New: func(t testing.TB, _ *ctitest.Host) ctitest.Sim {
		return &lawSim{pbx: newPBX(t, opts), road: road}
	}})
}
