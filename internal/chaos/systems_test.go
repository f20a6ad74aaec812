package chaos_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/simulator"
	"ctiagent/vendors/catix/catixtest"
	"ctiagent/vendors/grandstream/grandstreamtest"
	"ctiagent/vendors/khomp/khomptest"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/totalphone/totalphonetest"
	"ctiagent/vendors/ucontact/ucontacttest"
	"ctiagent/vendors/vicidial/vicidialtest"
	"ctiagent/vendors/vocom/vocomtest"
)

// systems make every vendor's system with one agent, who is logged in and in no call.
func systems() map[string]func(t testing.TB, clock cti.Clock) *system {
	return map[string]func(t testing.TB, clock cti.Clock) *system{
		"catix":              newCatix,
		"grandstream":        newGrandstream,
		"khomp":              newKhomp,
		"totalip":            func(testing.TB, cti.Clock) *system { return newTotalIP("http") },
		"totalip by command": func(testing.TB, cti.Clock) *system { return newTotalIP("socket") },
		"totalphone":         newTotalPhone,
		"ucontact":           newUContact,
		"vicidial":           newVICIdial,
		"vocom":              newVocom,
	}
}

// found are the texts of the requests that one of the names is for.
func found[R any](all []R, is func(R) bool) (out []string) {
	for _, r := range all {
		if is(r) {
			out = append(out, fmt.Sprintf("%s", any(r))) // bodies are bytes, and read as text
		}
	}
	return out
}

func newCatix(testing.TB, cti.Clock) *system {
	p := catixtest.New(catixtest.Options{Pass: password})
	p.AddAgent(catixtest.Agent{ID: agentID, Name: "Ana Souza", Extension: extension, LoggedIn: true})
	return &system{use: "catix", most: 1,
		values:  map[string]string{"address": p.Addr(), "user": catixtest.DefaultUser, "password": password},
		ring:    func(number string) { p.Ring(agentID, number) },
		answer:  func(ref string) { _ = p.Answer(ref) },
		hangup:  func(ref string) { _ = p.Hangup(ref) },
		cut:     p.CutLink,
		restore: p.RestoreLink,
		stop:    p.Close,
		wishes: map[string]any{"call.hangup": nil, "call.transfer": map[string]any{"to": "101"}, "agent.pause": map[string]any{"reason": "Almoço"},
			"agent.unpause": nil, "agent.state": nil, "agent.logout": nil, "agent.login": nil},
		calls: func() (out []call) {
			for _, c := range p.LiveCalls(agentID) {
				// A customer's call shows when the agent has taken it.
				out = append(out, call{c.Ref, c.Number, cti.CallState(c.State), c.State == catixtest.Ringing})
			}
			return out
		},
		agent: func() cti.AgentState {
			a, _ := p.AgentState(agentID)
			return standing(a.LoggedIn, a.Pause != "")
		},
		dials: func() []string {
			return found(p.Requests(), func(r catixtest.Request) bool { return r.Command == "DISCAR" })
		},
	}
}

func standing(loggedIn, paused bool) cti.AgentState {
	switch {
	case !loggedIn:
		return cti.AgentOffline
	case paused:
		return cti.AgentPaused
	}
	return cti.AgentReady
}

func newTotalIP(road string) *system {
	p := totaliptest.New(totaliptest.Options{Key: password})
	p.AddExtension(totaliptest.Extension{Number: extension, User: agentID, Name: "Ana Souza", LoggedIn: true})
	return &system{use: "totalip", most: 1,
		values:  map[string]string{"url": p.URL(), "events": p.EventsAddr(), "commands": p.CommandsAddr(), "key": password, "ringing_poll": "1", "road": road},
		ring:    func(number string) { p.Ring(extension, number, "40045000") },
		answer:  func(ref string) { _ = p.Answer(ref) },
		hangup:  func(ref string) { _ = p.Hangup(ref) },
		cut:     p.CutLink,
		restore: p.RestoreLink,
		stop:    p.Close,
		wishes: map[string]any{"agent.pause": nil, "agent.unpause": nil, "agent.state": nil, "agent.logout": nil, "agent.login": nil,
			"agent.pauseReasons": nil},
		calls: func() (out []call) {
			for _, c := range p.LiveCalls(extension) {
				number := c.To
				switch {
				case c.State == totaliptest.Ringing:
					number = "" // a telephone that rings does not say for whom
				case c.Direction == totaliptest.Inbound:
					number = c.From
				}
				out = append(out, call{c.Ref, number, cti.CallState(c.State), false})
			}
			return out
		},
		agent: func() cti.AgentState {
			x, _ := p.ExtensionState(extension)
			return standing(x.StatusID != "2", x.StatusID != "1")
		},
		dials: func() []string {
			return found(p.Requests(), func(r totaliptest.Request) bool { return r.Function == "discar" || r.Function == "DISCAR" })
		},
	}
}

func newUContact(testing.TB, cti.Clock) *system {
	s := ucontacttest.New(ucontacttest.Options{Password: password})
	s.AddAgent(ucontacttest.Agent{Name: agentID, Password: "agent-" + password, Extension: extension, LoggedIn: true})
	return &system{use: "ucontact", most: 1, nameless: true,
		values: map[string]string{"url": s.URL(), "user": ucontacttest.DefaultUser, "password": password, "campaign": ucontacttest.DefaultCampaign,
			"records": s.RecordsURL(), "backup_records": s.BackupURL(), "pause_reasons": "Lunch"},
		ring: func(number string) { s.Ring(extension, number) },
		answer: func(ref string) {
			if s.PickUp(ref) != nil {
				_ = s.Answer(ref)
			}
		},
		hangup:  func(ref string) { _ = s.Hangup(ref) },
		cut:     s.CutLink,
		restore: s.RestoreLink,
		stop:    s.Close,
		wishes: map[string]any{"call.hangup": nil, "agent.pause": map[string]any{"reason": "Lunch"}, "agent.unpause": nil, "agent.state": nil,
			"call.tag": map[string]any{"text": "sold"}, "agent.logout": nil, "agent.login": map[string]any{"password": "agent-" + password}},
		calls: func() (out []call) {
			for _, c := range s.LiveCalls(extension) {
				// The agent's own telephone is all that shows: it rings, or it is in use.
				state := map[ucontacttest.State]cti.CallState{ucontacttest.AgentLeg: cti.Ringing, ucontacttest.Dialing: cti.Connected}[c.State]
				if state == "" {
					state = cti.CallState(c.State)
				}
				out = append(out, call{c.GUID, "", state, false})
			}
			return out
		},
		agent: func() cti.AgentState {
			a, _ := s.AgentState(agentID)
			return standing(a.LoggedIn, a.Paused || a.Break != "")
		},
		dials: func() []string {
			return found(s.Requests(), func(r simulator.Request) bool { return r.Name == "Agents/AgentCall" })
		},
	}
}

func newVICIdial(_ testing.TB, clock cti.Clock) *system {
	s := vicidialtest.New(vicidialtest.Options{Pass: password, NonLatin: true, Now: clock.Now, PagePoll: 2 * time.Millisecond})
	s.AddAgent(vicidialtest.Agent{User: agentID, Name: "Ana Souza", ManualDial: true})
	return &system{use: "vicidial", most: 1,
		values: map[string]string{"url": s.URL(), "user": vicidialtest.DefaultUser, "password": password, "pause_codes": "LUNCH=Lunch"},
		ring: func(number string) {
			if a, _ := s.AgentState(agentID); a.Status == "PAUSED" && a.Lead == 0 {
				s.SetStatus(agentID, "READY")
			}
			s.Ring(agentID, number)
		},
		answer: func(ref string) { _ = s.Answer(ref) },
		hangup: func(ref string) {
			_ = s.Hangup(ref)
			_ = s.Dispo(agentID, "A")
		},
		cut:     s.CutLink,
		restore: s.RestoreLink,
		stop:    s.Close,
		wishes: map[string]any{"call.hangup": nil, "call.hold": nil, "call.resume": nil, "call.transfer": map[string]any{"to": "8500"},
			"call.setDisposition": map[string]any{"code": "SALE"}, "agent.pause": map[string]any{"reason": "Lunch"}, "agent.unpause": nil, "agent.state": nil},
		calls: func() (out []call) {
			for _, c := range s.LiveCalls(agentID) {
				state := map[vicidialtest.State]cti.CallState{vicidialtest.Offered: cti.Ringing, vicidialtest.Parked: cti.Held}[c.State]
				if state == "" {
					state = cti.CallState(c.State)
				}
				out = append(out, call{c.Ref, c.Number, state, c.State == vicidialtest.Waiting})
			}
			// What the agent has not filed yet stays on the screen, and who calls waits.
			if a, ok := s.AgentState(agentID); ok && a.Lead != 0 && !slices.ContainsFunc(out, func(c call) bool { return !c.hidden }) {
				lead, _ := s.Lead(a.Lead)
				out = append(out, call{a.CallID, lead.PhoneNumber, cti.Wrapup, false})
			}
			return out
		},
		agent: func() cti.AgentState {
			a, _ := s.AgentState(agentID)
			return standing(a.LoggedIn, a.Status == "PAUSED")
		},
		dials: func() []string {
			return found(s.Requests(), func(r vicidialtest.Request) bool { return r.Function == "external_dial" })
		},
	}
}

func newVocom(testing.TB, cti.Clock) *system {
	p := vocomtest.New(vocomtest.Options{Key: password, ShowCaller: true})
	p.AddAgent(vocomtest.Agent{Name: agentID, Branch: extension, LoggedIn: true})
	return &system{use: "vocom", most: 1, mute: true,
		values:  map[string]string{"url": p.URL(), "key": password, "company": p.Company(), "queue": vocomtest.DefaultQueue, "screen_pop_poll": "1"},
		ring:    func(number string) { p.Ring(agentID, number) },
		answer:  func(ref string) { _ = p.Answer(ref) },
		hangup:  func(ref string) { _ = p.Hangup(ref) },
		cut:     p.CutLink,
		restore: p.RestoreLink,
		stop:    p.Close,
		wishes: map[string]any{"call.hangup": nil, "call.hold": nil, "call.resume": nil, "call.transfer": map[string]any{"to": "2001"},
			"agent.pause": map[string]any{"reason": "Lanche"}, "agent.unpause": nil, "agent.state": nil, "agent.logout": nil, "agent.login": nil},
		calls: func() (out []call) {
			for _, c := range p.LiveCalls(agentID) {
				out = append(out, call{c.ID, c.Number, cti.CallState(c.State), !c.Inbound})
			}
			return out
		},
		agent: func() cti.AgentState {
			a, _ := p.AgentState(agentID)
			return standing(a.LoggedIn, a.Break != "")
		},
		dials: func() []string {
			return found(p.Requests(), func(r simulator.Request) bool { return r.Name == "call/call_services" })
		},
	}
}

func newGrandstream(testing.TB, cti.Clock) *system {
	p := grandstreamtest.New(grandstreamtest.Options{Password: password, Extension: extension})
	states := map[grandstreamtest.State]cti.CallState{grandstreamtest.Calling: cti.Dialing, grandstreamtest.OnHold: cti.Held}
	return &system{use: "grandstream", most: 3, lines: true,
		values: map[string]string{"url": p.URL(), "password": password},
		ring:   func(number string) { p.Ring(number) },
		answer: func(ref string) {
			if p.Answer(ref) != nil {
				_ = p.RemoteAnswers(ref)
			}
		},
		hangup:  func(ref string) { _ = p.RemoteHangup(ref) },
		cut:     p.CutLink,
		restore: p.RestoreLink,
		stop:    p.Close,
		wishes: map[string]any{"call.hangup": nil, "call.hold": nil, "call.resume": nil, "call.toggleMute": nil, "call.transfer": map[string]any{"to": "10006"},
			"call.sendDtmf": map[string]any{"digits": "12#"}},
		calls: func() (out []call) {
			for _, c := range p.LiveCalls() {
				state := states[c.State]
				if state == "" {
					state = cti.CallState(c.State)
				}
				out = append(out, call{c.Ref, c.Number, state, c.State == grandstreamtest.Failed})
			}
			return out
		},
		agent: func() cti.AgentState { return "" },
		dials: func() []string {
			return found(p.Requests(), func(r grandstreamtest.Request) bool { return r.Function == "api-make_call" })
		},
	}
}

// newKhomp is a telephone that calls the receiver door, on a road of its own, and is asked through the proxy.
func newKhomp(testing.TB, cti.Clock) *system {
	p := khomptest.New(khomptest.Options{Password: password, Extension: extension})
	return &system{use: "khomp", most: 1, blind: true,
		values: map[string]string{"url": p.URL(), "password": password, "action_urls": "true"},
		door: func(t testing.TB, h *ctitest.Host) {
			base, err := h.Receive(t.Context(), "somebody/else", func(cti.Received) (cti.Reply, bool) { return cti.Reply{}, true })
			if err != nil {
				t.Fatal(err)
			}
			u, err := url.Parse(base)
			if err != nil {
				t.Fatal(err)
			}
			for _, event := range []string{"incoming", "outgoing", "established", "terminated", "missed"} {
				p.SetActionURL(event, u.Host+"/khomp/"+event+"?remote=$remote&display=$display_remote&local=$local&mac=$mac")
			}
		},
		ring: func(number string) { p.Ring(number) },
		answer: func(ref string) {
			if p.Answer(ref) != nil {
				_ = p.RemoteAnswers(ref)
			}
		},
		hangup:  func(ref string) { _ = p.RemoteHangup(ref) },
		cut:     p.CutLink,
		restore: p.RestoreLink,
		stop:    p.Close,
		wishes:  map[string]any{"call.hangup": nil, "call.answer": nil, "call.toggleMute": nil, "call.sendDtmf": map[string]any{"digits": "12#"}},
		calls: func() (out []call) {
			for _, c := range p.LiveCalls() {
				state := cti.CallState(c.State)
				if c.State == khomptest.OnHold {
					state = cti.Held
				}
				out = append(out, call{c.Ref, c.Number, state, false})
			}
			return out
		},
		agent: func() cti.AgentState { return "" },
		dials: func() []string {
			return found(p.Requests(), func(r khomptest.Request) bool { return r.Function == "Dail" })
		},
	}
}

// newTotalPhone is a softphone whose program talks through the proxy: what it is told is all there is.
func newTotalPhone(t testing.TB, _ cti.Clock) *system {
	t.Helper()
	p, err := totalphonetest.New(totalphonetest.Options{Program: program(t)})
	if err != nil {
		t.Fatal(err)
	}
	address := filepath.Join(filepath.Dir(p.Path()), "simulator.addr")
	return &system{use: "totalphone", most: 1, blind: true, launch: p.Launch, stop: p.Close,
		values: map[string]string{"path": p.Path(), "password": password},
		around: func(through func(address string) string) {
			own, err := os.ReadFile(address)
			if err == nil {
				err = os.WriteFile(address, []byte(through(string(own))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		},
		answer:  func(string) {},
		hangup:  func(string) {},
		cut:     p.CutLink,
		restore: p.RestoreLink,
		wishes:  map[string]any{"call.hangup": nil, "call.answer": nil, "call.toggleHold": nil, "call.transfer": map[string]any{"to": "40074"}},
		calls:   func() []call { return nil },
		agent:   func() cti.AgentState { return "" },
		dials: func() []string {
			return found(p.Requests(), func(r totalphonetest.Request) bool { return r.Name == "-discar=" })
		},
	}
}

// program is the softphone's program, built once.
func program(t testing.TB) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
