package vicidial

import (
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vicidial/vicidialtest"
)

const (
	lawAgent = "1001"
	lawCRM   = "CRM1001" // custom_three
	lawCode  = "LUNCH"
	lawPoll  = 3 * time.Millisecond // of the agents' pages, in real time
)

// lawSim is the simulator as the laws drive it.
type lawSim struct{ dialer *vicidialtest.Server }

func (s *lawSim) Config() cti.Config      { return configOf(s.dialer, ctitest.Canary, nil) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.dialer, ctitest.Canary+"wrong", nil) }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: lawAgent, Extension: "gs101"} }
func (s *lawSim) CutLink()                { s.dialer.CutLink() }
func (s *lawSim) RestoreLink()            { s.dialer.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.dialer.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.dialer.HangAfterRead(wire) }

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.dialer.Requests() {
		names = append(names, r.Function)
	}
	return names
}

type lawCall struct {
	dialer *vicidialtest.Server
	ref    string
}

func (c lawCall) Answer() { must(c.dialer.Answer(c.ref)) }

// Hangup ends the call, and the agent's work after it where there is any.
func (c lawCall) Hangup() {
	must(c.dialer.Hangup(c.ref))
	if a, _ := c.dialer.AgentState(lawAgent); a.Lead != 0 {
		must(c.dialer.Dispo(lawAgent, "A"))
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Ring lets the agent wait first: VICIdial offers a paused agent nothing.
func (s *lawSim) Ring(number string) ctitest.Call {
	if a, _ := s.dialer.AgentState(lawAgent); a.Agent.Status == statusPaused && a.Lead == 0 {
		s.dialer.SetStatus(lawAgent, statusReady)
	}
	return lawCall{s.dialer, s.dialer.Ring(lawAgent, number)}
}

func (s *lawSim) Samples() []ctitest.Sample {
	const (
		number   = "1133553434"
		park     = "park_call"
		transfer = "transfer_conference"
	)
	someone := []string{"call.dial"} // who answers at once
	team := &TeamIn{Value: lawCRM, Team: "207"}
	code := &PauseCodeIn{Value: lawCode}
	return []ctitest.Sample{
		{Name: "agent.pause", In: &cti.PauseIn{}, Wire: "external_pause"}, // first: a law calls the agent after it
		{Name: "call.dial", In: &cti.DialIn{Number: number}, Wire: "external_dial"},
		{Name: "call.hangup", Wire: "external_hangup", OnCall: true},
		{Name: "call.hold", Wire: park, OnCall: true},
		{Name: "call.transfer", In: &cti.TransferIn{To: "8500"}, Wire: transfer, OnCall: true},
		{Name: "call.sendDtmf", In: &cti.DTMFIn{Digits: "1#"}, Wire: "send_dtmf", OnCall: true},
		{Name: "call.setDisposition", In: &cti.DispositionIn{Code: "SALE"}, Wire: "external_status", OnCall: true},
		{Name: "agent.logout", Wire: "logout"},
		{Name: "agent.unpause", Wire: "external_pause"},
		{Name: "agent.pauseReasons"},
		{Name: "agent.state", Wire: "agent_status"},
		{Name: "callback.schedule", In: &cti.CallbackIn{Number: "11987654321", At: cti.At(time.Unix(1798000000, 0)), Note: "in the morning"}, Wire: "external_status", OnCall: true},
		{Name: "contact.add", In: &cti.ContactIn{Name: "Ana Lima", Numbers: []string{number}}, Wire: "external_add_lead"},
		{Name: "contact.update", In: &cti.ContactIn{Name: "Ana Lima"}, Wire: "update_fields", OnCall: true},
		{Name: "queue.status", In: &cti.QueueIn{Queue: "*"}, Wire: "calls_in_queue_count"},
		{Name: "server.status", Wire: "webserver"},
		{Name: "vicidial.version", Wire: "version", Open: true},
		{Name: "vicidial.webserver", Wire: "webserver"},
		{Name: "vicidial.external_hangup", Wire: "external_hangup"},
		{Name: "vicidial.external_status", In: &StatusIn{Value: "A"}, Wire: "external_status"},
		{Name: "vicidial.external_pause", In: &PauseIn{Value: "PAUSE"}, Wire: "external_pause"},
		{Name: "vicidial.logout", Wire: "logout"},
		{Name: "vicidial.external_dial", In: &DialIn{Value: number}, Wire: "external_dial"},
		{Name: "vicidial.preview_dial_action", In: &PreviewIn{Value: "SKIP"}, Wire: "preview_dial_action"},
		{Name: "vicidial.external_add_lead", In: &AddLeadIn{Phone: number}, Wire: "external_add_lead"},
		{Name: "vicidial.change_ingroups", In: &InGroupsIn{Value: "ADD", Blended: "NO", Groups: []string{"SALESLINE"}}, Wire: "change_ingroups"},
		{Name: "vicidial.update_fields", In: &UpdateIn{LeadFields: LeadFields{FirstName: "Frank"}}, Wire: "update_fields", OnCall: true},
		{Name: "vicidial.refresh_panel", In: &PanelsIn{Form: "1"}, Wire: "refresh_panel"},
		{Name: "vicidial.set_timer_action", In: &TimerIn{Value: "MESSAGE_ONLY", Notes: "ask for the date", Rank: 15}, Wire: "set_timer_action"},
		{Name: "vicidial.st_login_log", In: team, Wire: "st_login_log"},
		{Name: "vicidial.st_get_agent_active_lead", In: team, Wire: "st_get_agent_active_lead", After: someone},
		{Name: "vicidial.send_dtmf", In: &DTMFIn{Value: "12#34*"}, Wire: "send_dtmf"},
		{Name: "vicidial.park_call", In: &ParkIn{Value: "PARK_CUSTOMER"}, Wire: park, After: someone},
		{Name: "vicidial.transfer_conference", In: &TransferIn{Value: "BLIND_TRANSFER", Phone: "8500"}, Wire: transfer, OnCall: true},
		{Name: "vicidial.recording", In: &RecordIn{Value: "START"}, Wire: "recording", OnCall: true},
		{Name: "vicidial.webphone_url", Wire: "webphone_url"},
		{Name: "vicidial.call_agent", Wire: "call_agent"},
		{Name: "vicidial.audio_playback", In: &AudioIn{Stage: "PLAY", Value: "ss-noservice"}, Wire: "audio_playback"},
		{Name: "vicidial.switch_lead", In: &SwitchIn{Vendor: "VLC-503"}, Wire: "switch_lead", OnCall: true},
		{Name: "vicidial.vm_message", In: &MessageIn{Files: []string{"EXship01", "EXship02"}}, Wire: "vm_message", OnCall: true},
		{Name: "vicidial.pause_code", In: code, Wire: "pause_code"},
		{Name: "vicidial.calls_in_queue_count", Wire: "calls_in_queue_count"},
		{Name: "vicidial.send_notification", In: &NotifyIn{Recipient: lawAgent, Kind: "USER", Text: "back at two"}, Wire: "send_notification"},
		{Name: "vicidial.non_agent.agent_status", Wire: "agent_status"},
		{Name: "vicidial.non_agent.logged_in_agents", Wire: "logged_in_agents"},
		{Name: "vicidial.non_agent.lead_all_info", In: &LeadIn{Lead: "503"}, Wire: "lead_all_info"},
		{Name: "vicidial.non_agent.lead_field_info", In: &FieldIn{LeadIn: LeadIn{Lead: "503"}, Field: "vendor_lead_code"}, Wire: "lead_field_info"},
	}
}

// newDialer starts a system with one agent. The test fails when it was asked in a way that loses something.
func newDialer(t testing.TB, opts vicidialtest.Options) *vicidialtest.Server {
	t.Helper()
	opts.NonLatin = true
	opts.Notify = true
	if opts.PagePoll == 0 {
		opts.PagePoll = lawPoll
	}
	s := vicidialtest.New(opts)
	t.Cleanup(func() {
		s.Close()
		for _, r := range s.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s %s lost something: %v", r.Method, r.Function, r.Body, r.Faults)
			}
		}
	})
	s.AddAgent(vicidialtest.Agent{User: lawAgent, Name: "Bia Outbound", Custom3: lawCRM, ManualDial: true, Webphone: "https://phone.example.com/?secret"})
	s.AddLead(vicidialtest.Lead{ID: 503, VendorLeadCode: "VLC-503", PhoneCode: "55", PhoneNumber: "1144445555", FirstName: "Caio"})
	s.AutoAnswer(0)
	return s
}

// configOf is the configuration that reaches a simulator.
func configOf(s *vicidialtest.Server, pass string, more map[string]string) cti.Config {
	values := map[string]string{optionURL: s.URL(), optionUser: vicidialtest.DefaultUser, optionPassword: pass, optionReasons: lawCode + "=Lunch"}
	for name, v := range more {
		values[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: values}
}

func TestLaws(t *testing.T) {
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50, New: func(t testing.TB, h *ctitest.Host) ctitest.Sim {
		return &lawSim{newDialer(t, vicidialtest.Options{Pass: ctitest.Canary, Now: h.Clock().Now})}
	}})
}
