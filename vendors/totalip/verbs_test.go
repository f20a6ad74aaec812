package totalip

import (
	"errors"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// wires are the requests a simulator has read, with their queries.
func wires(p *totaliptest.PBX) []string {
	var out []string
	for _, r := range p.Requests() {
		if r.Road == "http" {
			out = append(out, r.Function+"?"+r.Query)
		} else {
			out = append(out, r.Query)
		}
	}
	return out
}

func TestVerbsSayWhatTheManualWants(t *testing.T) {
	mesa := cti.Target{Extension: "40024"}
	hard := "desk phone"
	for _, c := range []struct {
		verb         string
		in           any
		who          cti.Target
		http, socket []string
		out          any
	}{
		{"call.dial", &cti.DialIn{Number: "33553434"}, desk(),
			[]string{"discar?chave=k&numero=33553434&ramal=10005"}, []string{"<DISCAR><10005><33553434><k>"}, cti.CallOut{}},
		{"agent.login", &cti.LoginIn{}, cti.Target{Extension: "20010"},
			[]string{"login?chave=k&ramal=20010"}, []string{"<LOGIN><20010>"}, cti.AgentOut{Extension: "20010", State: cti.AgentReady}},
		{"agent.login", &cti.LoginIn{Extension: "20010"}, cti.Target{},
			[]string{"login?chave=k&ramal=20010"}, []string{"<LOGIN><20010>"}, cti.AgentOut{Extension: "20010", State: cti.AgentReady}},
		{"agent.login", &cti.LoginIn{Password: hard}, mesa,
			[]string{"login?chave=k&ramal=40024", "login_hardphone?chave=k&ramal=40024"}, []string{"<LOGIN><40024>", "<LOGINHARDPHONE><40024>"},
			cti.AgentOut{Extension: "40024", State: cti.AgentReady}},
		{"agent.logout", nil, desk(),
			[]string{"logout?chave=k&ramal=10005"}, []string{"<LOGOUT><10005>"}, cti.AgentOut{Extension: "10005", State: cti.AgentOffline}},
		{"agent.logout", nil, mesa,
			[]string{"logout?chave=k&ramal=40024", "logout_hardphone?chave=k&ramal=40024"}, []string{"<LOGOUT><40024>", "<LOGOUTHARDPHONE><40024>"},
			cti.AgentOut{Extension: "40024", State: cti.AgentOffline}},
		{"agent.pause", &cti.PauseIn{}, desk(),
			[]string{"set_pause?chave=k&ramal=10005"}, []string{"<SETPAUSE><10005>"}, cti.AgentOut{Extension: "10005", State: cti.AgentPaused}},
		{"agent.pause", &cti.PauseIn{Reason: "4"}, desk(),
			[]string{"status?chave=k", "set_status?chave=k&ramal=10005&status_id=4"}, []string{"status?chave=k", "<SETSTATUS><10005><4>"},
			cti.AgentOut{Extension: "10005", State: cti.AgentPaused, Reason: "Reunião"}},
		{"agent.pause", &cti.PauseIn{Reason: "intervalo de  ALMOCO"}, desk(),
			[]string{"status?chave=k", "set_status?chave=k&ramal=10005&status_id=6"}, []string{"status?chave=k", "<SETSTATUS><10005><6>"},
			cti.AgentOut{Extension: "10005", State: cti.AgentPaused, Reason: "Intervalo de Almoço"}},
		{"agent.pause", &cti.PauseIn{Reason: "4"}, mesa,
			[]string{"status?chave=k", "set_status?chave=k&ramal=40024&status_id=4", "set_pause?chave=k&ramal=40024"},
			[]string{"status?chave=k", "<SETSTATUS><40024><4>", "<SETPAUSE><40024>"}, cti.AgentOut{Extension: "40024", State: cti.AgentPaused}},
		{"agent.unpause", nil, desk(),
			[]string{"set_unpause?chave=k&ramal=10005"}, []string{"<SETUNPAUSE><10005>"}, cti.AgentOut{Extension: "10005", State: cti.AgentReady}},
		{"agent.state", nil, desk(),
			[]string{"status_ramal?chave=k&ramal=10005"}, []string{"status_ramal?chave=k&ramal=10005"},
			cti.AgentOut{Extension: "10005", Name: "Carlos da Silva", State: cti.AgentReady}},
		{"queue.status", &cti.QueueIn{Queue: "call_center"}, desk(),
			[]string{"fila_espera?chave=k&fila=call_center"}, []string{"fila_espera?chave=k&fila=call_center"}, nil},
		{"directory.list", nil, desk(), []string{"usuarios?chave=k"}, []string{"usuarios?chave=k"},
			[]cti.DirectoryEntry{{ID: "5", Name: "Carlos da Silva", Extension: "10005"}, {ID: "20", Name: "Rodrigo Vieira", Extension: "20010"},
				{ID: "24", Name: "Mesa", Extension: "40024"}}},
		{"agent.pauseReasons", nil, desk(), []string{"status?chave=k"}, []string{"status?chave=k"},
			[]cti.PauseReason{{ID: "3", Name: "Siga-me"}, {ID: "4", Name: "Reunião"}, {ID: "5", Name: "Visita em Cliente"},
				{ID: "6", Name: "Intervalo de Almoço"}, {ID: "7", Name: "Feedback"}}},
		{"totalip.login_hardphone", &HardphoneIn{Shared: "50001"}, desk(),
			[]string{"login_hardphone?chave=k&hardphone=50001&ramal=10005"}, []string{"login_hardphone?chave=k&hardphone=50001&ramal=10005"}, Answer{"RAMAL LOGADO COM SUCESSO"}},
		{"totalip.socket.LOGINHARDPHONE", &SharedIn{Shared: "50001"}, desk(),
			[]string{"<LOGINHARDPHONE><10005><50001>"}, []string{"<LOGINHARDPHONE><10005><50001>"}, Answer{"RAMAL LOGADO COM SUCESSO"}},
		{"totalip.status_ramal", &StatusOfIn{User: "20"}, cti.Target{},
			[]string{"status_ramal?chave=k&id=20"}, []string{"status_ramal?chave=k&id=20"},
			ExtensionStatus{Name: "Rodrigo Vieira", Extension: "20010", Kind: "livre", Phone: "Desconectado", Status: "Deslogado", StatusID: "2"}},
		{"totalip.status_telefone", nil, desk(), []string{"status_telefone?chave=k"}, []string{"status_telefone?chave=k"},
			[]Status{{"0", "Livre"}, {"1", "Ocupado"}, {"2", "Ocupado"}, {"3", "Ocupado"}, {"4", "Desconectado"}, {"8", "Tocando"}, {"9", "Ocupado"}}},
	} {
		for road, want := range map[string][]string{roadHTTP: c.http, roadSocket: c.socket} {
			p := newPBX(t, totaliptest.Options{Key: "k"})
			p.AddExtension(totaliptest.Extension{Number: "50001", User: "51", Name: "Compartilhado", Shared: true})
			s := openSession(t, configOf(p, road, "k"), nil)
			if c.verb == "directory.list" {
				p = newPBX(t, totaliptest.Options{Key: "k"})
				s = openSession(t, configOf(p, road, "k"), nil)
			}
			in := c.in
			if in == nil {
				info, _ := s.Actions().Info(c.verb)
				in = info.NewIn()
			}
			out, err := s.Actions().Call(t.Context(), c.verb, c.who, in, nil)
			if err != nil {
				t.Errorf("%s by %s: %v", c.verb, road, err)
			}
			if d := cmp.Diff(want, wires(p)); d != "" {
				t.Errorf("%s by %s: requests (-want +got)\n%s", c.verb, road, d)
			}
			if c.out == nil {
				continue
			}
			if d := cmp.Diff(c.out, out); d != "" {
				t.Errorf("%s by %s: answer (-want +got)\n%s", c.verb, road, d)
			}
		}
	}
}

func TestQueueStatusTellsWhoWaits(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	p := newPBX(t, totaliptest.Options{Now: func() time.Time { return now }})
	p.SetQueue("call_center", totaliptest.Waiting{From: "1195894637", Since: now.Add(-2500 * time.Millisecond)},
		totaliptest.Waiting{From: "1129563288", Since: now.Add(-time.Second)})
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	page := desk()
	page.Foreign = true
	got, err := cti.Do(t.Context(), s.Actions(), cti.QueueStatusOf, page, cti.QueueIn{Queue: "call_center"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{2.5, 1}, []float64{got.At.Sub(got.Calls[0].Since.Time).Seconds(), got.At.Sub(got.Calls[1].Since.Time).Seconds()}); d != "" {
		t.Error(d)
	}
	want := cti.QueueStatus{Queue: "call_center", Waiting: 2, Via: roadHTTP, Calls: []cti.QueueCall{
		{Position: 1, Number: "1195894637", WaitSeconds: 2.5}, {Position: 2, Number: "1129563288", WaitSeconds: 1}}}
	if d := cmp.Diff(want, got, cmpopts.IgnoreTypes(cti.Time{})); d != "" {
		t.Error(d)
	}
	// The person's own page is told besides what a database would tell, and why it does not.
	mine, err := cti.Do(t.Context(), s.Actions(), cti.QueueStatusOf, desk(), cti.QueueIn{Queue: "call_center"})
	if err != nil || len(mine.Calls) != 2 || len(mine.Missing) != 3 || mine.Missing[0].Part != partAgents || mine.Missing[0].Err.Hint != hintNoDatabase {
		t.Errorf("%+v, %v", mine, err)
	}
	if _, err := cti.Do(t.Context(), s.Actions(), cti.QueueStatusOf, desk(), cti.QueueIn{Queue: "nenhuma"}); !errors.Is(err, cti.NotFound) {
		t.Errorf("a queue that is not there: %v", err)
	}
}

func TestPauseReasonsAreRememberedShortly(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	clock := ctitest.NewClock(time.Now())
	s := openSession(t, configOf(p, roadHTTP, ""), clock)
	ask := func() {
		t.Helper()
		if _, err := cti.Do(t.Context(), s.Actions(), cti.AgentPauseReasons, desk(), cti.None{}); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	ask()
	if n := p.Received("status"); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	clock.Advance(reasonsLast)
	ask()
	if n := p.Received("status"); n != 2 {
		t.Errorf("asked %d times after a while, want twice", n)
	}
}

func TestBadWishesAreRefusedBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		name, verb string
		in         any
		who        cti.Target
		kind       cti.Kind
	}{
		{"empty number", "call.dial", &cti.DialIn{}, desk(), cti.BadRequest},
		{"brackets", "call.dial", &cti.DialIn{Number: "33553434><1"}, desk(), cti.BadRequest},
		{"letters", "call.dial", &cti.DialIn{Number: "33553434&ramal=1"}, desk(), cti.BadRequest},
		{"long number", "call.dial", &cti.DialIn{Number: "333333333333333333333333333333333"}, desk(), cti.BadRequest},
		{"no extension", "call.dial", &cti.DialIn{Number: "33553434"}, cti.Target{}, cti.BadRequest},
		{"strange extension", "agent.login", &cti.LoginIn{}, cti.Target{Extension: "10005\r\n"}, cti.BadRequest},
		{"brackets in a status", "totalip.socket.SETSTATUS", &SetStatusIn{StatusID: "1><LOGOUT"}, desk(), cti.BadRequest},
		{"line end in a shared extension", "totalip.socket.LOGINHARDPHONE", &SharedIn{Shared: "1\n<LOGOUT><10005>"}, desk(), cti.BadRequest},
		{"after the call", "agent.pause", &cti.PauseIn{When: "afterCall"}, desk(), cti.Unsupported},
	} {
		for _, road := range []string{roadHTTP, roadSocket} {
			p := newPBX(t, totaliptest.Options{})
			s := openSession(t, configOf(p, road, ""), nil)
			_, err := s.Actions().Call(t.Context(), c.verb, c.who, c.in, nil)
			if !errors.Is(err, c.kind) || cti.MayHaveReached(err) {
				t.Errorf("%s by %s answered %v, want %s and not sent", c.name, road, err, c.kind)
			}
			if got := wires(p); len(got) > 0 {
				t.Errorf("%s by %s sent %v", c.name, road, got)
			}
		}
	}
}

func TestUnknownPauseReasonIsNotSent(t *testing.T) {
	for _, reason := range []string{"Café", "1", "Logado", "2"} {
		p := newPBX(t, totaliptest.Options{})
		s := openSession(t, configOf(p, roadHTTP, ""), nil)
		_, err := cti.Do(t.Context(), s.Actions(), cti.AgentPause, desk(), cti.PauseIn{Reason: reason})
		if !errors.Is(err, cti.NotFound) || cti.MayHaveReached(err) {
			t.Errorf("%s: %v", reason, err)
		}
		if p.Received("set_status")+p.Received("set_pause") > 0 {
			t.Errorf("%s: paused all the same", reason)
		}
	}
}

// Where set_pause shows nowhere, the driver's memory of it is all there is.
func TestPauseThatDoesNotShowIsRemembered(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		p := newPBX(t, totaliptest.Options{HiddenPause: hidden})
		s := openSession(t, configOf(p, roadHTTP, ""), nil)
		state := func() cti.AgentState {
			t.Helper()
			out, err := cti.Do(t.Context(), s.Actions(), cti.AgentStateNow, desk(), cti.None{})
			if err != nil {
				t.Fatal(err)
			}
			return out.State
		}
		if _, err := cti.Do(t.Context(), s.Actions(), cti.AgentPause, desk(), cti.PauseIn{}); err != nil {
			t.Fatal(err)
		}
		if got := state(); got != cti.AgentPaused {
			t.Errorf("hidden %v: paused, the agent is %s", hidden, got)
		}
		p.SetStatus(lawExtension, "1") // by somebody else
		if got := state(); !hidden && got != cti.AgentReady {
			t.Errorf("a pause that showed and ended is still told: %s", got)
		}
		if _, err := cti.Do(t.Context(), s.Actions(), cti.AgentUnpause, desk(), cti.None{}); err != nil {
			t.Fatal(err)
		}
		if got := state(); got != cti.AgentReady {
			t.Errorf("hidden %v: after the pause the agent is %s", hidden, got)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := map[string]string{optionURL: "http://192.168.0.1"}
	for name, bad := range map[string][]string{
		optionURL:         {"", "192.168.0.1", "ftp://x", "http://", "http://u:canary@[::1", "\x00"},
		optionEvents:      {"192.168.0.1", ":25000", "x:"},
		optionCommands:    {"192.168.0.1", "a:b:c"},
		optionKey:         {"a>b", "a\r\nb"},
		optionRoad:        {"carrier pigeon", "database"},
		optionRingingPoll: {"-1", "often", "99999"},
		optionDatabase:    {"192.168.0.1", ":5432", "192.168.0.1:5432"}, // the last one lacks its password
		optionDBTimeout:   {"0", "long", "3601"},
	} {
		for _, value := range bad {
			set := map[string]string{optionURL: good[optionURL]}
			set[name] = value
			s, err := Driver().Open(t.Context(), cti.Config{Values: set}, ctitest.NewHost(nil))
			if !errors.Is(err, cti.BadRequest) || s != nil {
				t.Errorf("%s = %q: %v", name, value, err)
			}
		}
	}
	for in, want := range map[string]string{"http://192.168.0.1": "http://192.168.0.1", "https://pbx:8443/": "https://pbx:8443", "http://pbx/api/": "http://pbx", "http://pbx/voz": "http://pbx/voz"} {
		o, err := readOptions(cti.Config{Values: map[string]string{optionURL: in}})
		if err != nil || o.url.String() != want {
			t.Errorf("%s: %v, %v", in, o.url, err)
		}
	}
	o, err := readOptions(cti.Config{Values: map[string]string{optionURL: "http://pbx:8080"}})
	if err != nil || o.events != "pbx:25000" || o.commands != "pbx:27000" || o.road != roadHTTP {
		t.Errorf("the defaults are %+v, %v", o, err)
	}
	var names []string
	for _, opt := range Driver().Options {
		names = append(names, opt.Name)
		if opt.Help == "" || opt.Secret != (opt.Kind == cti.OptionSecret) {
			t.Errorf("option %s: %+v", opt.Name, opt)
		}
	}
	if want := []string{"url", "events", "commands", "key", "road", "ringing_poll", "database", "database_password", "database_timeout"}; !slices.Equal(names, want) {
		t.Errorf("the options are %v, want %v", names, want)
	}
}
