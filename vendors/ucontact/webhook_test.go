package ucontact

import (
	"net/http"
	"testing"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"
)

// notified is a running session whose receiver door is open. It looks only when something makes it.
func notified(t *testing.T, site *ucontacttest.T, more map[string]string) (v *visit, f *facts, post func(event string, fields map[string]any) int) {
	t.Helper()
	host := ctitest.NewHost(nil)
	host.SetDesk(desk)
	host.OpenReceiver(t)
	options := map[string]string{optionPoll: "0"}
	for name, value := range more {
		options[name] = value
	}
	s, err := Driver().Open(t.Context(), configOf(site, ucontacttest.DefaultPassword, options), host)
	if err != nil {
		t.Fatal(err)
	}
	v = &visit{s, t, site, host}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	f = v.follow()
	f.link(cti.LinkConnected)
	// The door tells its address to whoever asks for a name; the driver has asked for its own.
	to, err := host.Receive(t.Context(), "test/base", nil)
	if err != nil {
		t.Fatal(err)
	}
	to = to[:len(to)-len("test/base")] + webhookName
	return v, f, func(event string, fields map[string]any) int {
		t.Helper()
		status, err := site.Post(soon(t), to, event, fields)
		if err != nil {
			t.Fatal(err)
		}
		return status
	}
}

func TestNotificationNamesWhoWasNotAnswered(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	_, f, post := notified(t, site, nil)
	guid := site.Ring(lawExtension, "11987654321").GUID
	if status := post("AgentBreak", map[string]any{"agent": lawAgent, "motive": "", "isBreak": false}); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	ringing := f.call(cti.Ringing) // any notification makes the driver look
	if err := site.Hangup(guid); err != nil {
		t.Fatal(err)
	}
	post("AgentRingNoAnswer", map[string]any{"agent": lawAgent, "agentNumber": lawExtension, "agentFullName": "Daniel D", "callerIdNum": "11987654321", "campaign": "test->"})
	if c := f.call(cti.Ended); c.Ref != ringing.Ref || c.Number != "11987654321" || c.From != "11987654321" || c.EndReason != cti.EndNoAnswer {
		t.Errorf("ended: %+v", c)
	}
}

func TestNotificationEndsACall(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v, f, post := notified(t, site, map[string]string{optionStatus: "no such campaign"})
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	f.call(cti.Connected) // inferred: the telephone is not seen
	post("FinishInteraction", map[string]any{"guid": "another-guid-1", "campaign": "test->", "agent": lawAgent})
	post("FinishInteraction", map[string]any{"guid": ref, "campaign": "test->", "agent": lawAgent, "talkTime": 10, "extra": map[string]any{"x": []int{1}}})
	if c := f.call(cti.Ended); c.Ref != ref || c.EndReason != cti.EndCompleted {
		t.Errorf("ended: %+v", c)
	}
}

func TestNotificationsTellOfAnAgentWhoIsNotSeen(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v, f, post := notified(t, site, map[string]string{optionStatus: "no such campaign"})
	if a := agents(f.told()); len(a) > 0 && a[len(a)-1].State != "" {
		t.Errorf("an agent nobody sees is %+v", a)
	}
	post("AgentLog", map[string]any{"agent": lawAgent, "isLogin": true})
	f.agent(cti.AgentReady)
	post("AgentBreak", map[string]any{"agent": lawAgent, "motive": lawBreak, "isBreak": "true"})
	if a := f.agent(cti.AgentPaused); a.Reason != lawBreak {
		t.Errorf("paused: %+v", a)
	}
	if out := must(v, cti.AgentStateNow, cti.None{}); out.State != cti.AgentPaused || out.Reason != lawBreak {
		t.Errorf("agent.state is %+v", out)
	}
	post("AgentBreak", map[string]any{"agent": lawAgent, "isBreak": false})
	f.agent(cti.AgentReady)
	post("AgentLog", map[string]any{"agent": lawAgent, "isLogin": false})
	f.agent(cti.AgentOffline)
}

func TestNotificationsOfOthersAreTurnedAway(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	_, f, post := notified(t, site, nil)
	for name, want := range map[string]struct {
		event  string
		fields map[string]any
		status int
	}{
		"own by name":       {"InteractionDisposition", map[string]any{"agent": "daniel"}, http.StatusOK},
		"own by number":     {"AgentRingNoAnswer", map[string]any{"agentNumber": 1010}, http.StatusOK},
		"another agent":     {"AgentLog", map[string]any{"agent": "Santiago", "isLogin": false}, http.StatusNotFound},
		"another number":    {"AgentRingNoAnswer", map[string]any{"agentNumber": "1001"}, http.StatusNotFound},
		"nobody":            {"AgentLog", map[string]any{"isLogin": false}, http.StatusNotFound},
		"unknown event":     {"AgentDance", map[string]any{"agent": lawAgent}, http.StatusNotFound},
		"no event":          {"", map[string]any{"agent": lawAgent}, http.StatusNotFound},
		"an object inside":  {"AgentLog", map[string]any{"agent": map[string]any{"name": lawAgent}}, http.StatusNotFound},
		"a line break":      {"AgentLog", map[string]any{"agent": lawAgent, "motive": "a\nb"}, http.StatusNotFound},
		"an event in lines": {"AgentLog\r\n", map[string]any{"agent": lawAgent}, http.StatusNotFound},
	} {
		if got := post(want.event, want.fields); got != want.status {
			t.Errorf("%s: answered %d, want %d", name, got, want.status)
		}
	}
	if got := calls(f.told()); len(got) != 0 {
		t.Errorf("told of %+v", got)
	}
}

// Samples have the minutes where the month belongs (facts B6): what is in date must not matter.
func TestDateOfANotificationIsNotRead(t *testing.T) {
	for _, date := range []string{`"2023-48-13 06:48:51"`, `null`, `17`, `{"a":[1]}`, `"\u0000\n"`} {
		n, ok := readNotice("application/json; charset=utf-8", []byte(`{"event":"AgentLog","date":`+date+`,"agent":"Daniel","isLogin":1}`))
		if !ok || n.Agent != "Daniel" || !n.IsLogin.isTrue() {
			t.Errorf("%s: %+v, %v", date, n, ok)
		}
	}
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "application/json; charset"} {
		if _, ok := readNotice(media, []byte(`{"event":"AgentLog","agent":"Daniel"}`)); ok {
			t.Errorf("%q is taken for a notification", media)
		}
	}
}

func TestClosedDoorIsNoFailure(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	f := open(t, site, nil).follow()
	f.link(cti.LinkConnected)
	f.agent(cti.AgentReady)
}
