package vicidial

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vicidial/vicidialtest"
)

// rows feeds rows of agent_status to a book, one look each, and answers what a Run tells of them.
func rows(t *testing.T, looks ...AgentRow) (out []string) {
	t.Helper()
	s, err := newSession(options{url: mustURL(t, "http://dialer.example.com"), road: roadPoll}, ctitest.NewHost(nil), newMemory())
	if err != nil {
		t.Fatal(err)
	}
	var b book
	w := newWatch(s, func(f cti.Fact) {
		switch f := f.(type) {
		case cti.CallFact:
			out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", f.Ref, f.State, f.Number, f.EndReason)))
		case cti.AgentFact:
			out = append(out, fmt.Sprintf("agent %s", f.State))
		case cti.PreviewFact:
			out = append(out, "preview "+f.Contact.Number)
		case cti.SnapshotFact:
			out = append(out, "snapshot")
		}
	})
	for i, r := range looks {
		b.saw(r, b.look())
		if i == 0 {
			w.snapshot(b.page())
		} else {
			w.report(b.page())
		}
	}
	return out
}

// The edges of section 8: what each change between two looks means.
func TestEveryEdgeIsOneFact(t *testing.T) {
	const in, out, auto = "Y1120101600000000502", "M1120101500000000501", "V1120101700000000503"
	at := func(status, sub, id, lead string, today int) AgentRow {
		return AgentRow{User: lawAgent, Status: status, Sub: sub, CallID: id, Lead: lead, CallsToday: today, Phone: map[bool]string{true: "", false: lead}[lead == "0"]}
	}
	ready, paused := at(statusReady, "", "", "0", 1), at(statusPaused, "", "", "0", 1)
	for name, c := range map[string]struct {
		looks []AgentRow
		want  []string
	}{
		"a customer calls": {[]AgentRow{ready, at(statusQueue, "", in, "502", 2), at(statusInCall, "", in, "502", 2), at(statusInCall, subDead, in, "502", 2), at(statusPaused, subDispo, "", "502", 2), at(statusReady, "", "", "0", 2)},
			[]string{in + " ringing 502", in + " connected 502", in + " wrapup 502", "agent wrapup", in + " ended 502 completed", "agent ready"}},
		"a customer gives up": {[]AgentRow{ready, at(statusQueue, "", in, "502", 2), at(statusReady, "", "", "0", 2)},
			[]string{in + " ringing 502", in + " ended 502 no_answer"}},
		"a dialled customer answers": {[]AgentRow{paused, at(statusInCall, subDial, out, "501", 2), at(statusInCall, "", out, "501", 2), at(statusInCall, subPark, out, "501", 2), at(statusInCall, "3-WAY", out, "501", 2), at(statusPaused, subDispo, out, "501", 2), at(statusPaused, "", "", "0", 2)},
			[]string{out + " dialing 501", out + " connected 501", out + " held 501", out + " connected 501", out + " wrapup 501", "agent wrapup", out + " ended 501 completed", "agent paused"}},
		"a dialled customer does not answer": {[]AgentRow{paused, at(statusInCall, subDial, out, "501", 2), at(statusPaused, "", "", "0", 2)},
			[]string{out + " dialing 501", out + " ended 501 unknown"}},
		"one call after the other": {[]AgentRow{ready, at(statusInCall, "", in, "502", 2), at(statusInCall, "", auto, "503", 3)},
			[]string{in + " connected 502", in + " ended 502 completed", auto + " connected 503"}},
		"the same customer again": {[]AgentRow{ready, at(statusInCall, "", in, "502", 2), at(statusInCall, "", auto, "502", 3)},
			[]string{in + " connected 502", in + " ended 502 completed", auto + " connected 502"}},
		"nothing new":      {[]AgentRow{ready, at(statusInCall, "", in, "502", 2), at(statusInCall, "", in, "502", 2)}, []string{in + " connected 502"}},
		"an e-mail":        {[]AgentRow{ready, at(statusInCall, "", "E1120101700000000503", "503", 2)}, nil},
		"a preview":        {[]AgentRow{paused, at(statusPaused, subPreview, "", "501", 1), at(statusPaused, subPreview, "", "501", 1)}, []string{"preview 501"}},
		"logged out":       {[]AgentRow{ready, at(statusInCall, "", in, "502", 2), {User: lawAgent}}, []string{in + " connected 502", in + " ended 502 completed", "agent offline"}},
		"a new day begins": {[]AgentRow{at(statusReady, "", "", "0", 9), at(statusReady, "", "", "0", 0)}, nil},
		"met on the screen": {[]AgentRow{at(statusPaused, subDispo, in, "502", 2), at(statusReady, "", "", "0", 2)},
			[]string{in + " ended 502 completed", "agent ready"}},
	} {
		got := rows(t, c.looks...)
		if want := append([]string{"snapshot"}, c.want...); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, "; "), strings.Join(want, "; "))
		}
	}
}

func TestACallBetweenTwoLooksIsNotLost(t *testing.T) {
	got := rows(t, AgentRow{Status: statusReady, CallsToday: 1}, AgentRow{Status: statusReady, CallsToday: 3}, AgentRow{Status: statusReady, CallsToday: 3})
	if len(got) != 5 {
		t.Fatalf("told %v", got)
	}
	for i, want := range []string{"snapshot", "connected", "ended", "connected", "ended"} {
		if !strings.Contains(got[i], want) || i > 0 && !strings.HasPrefix(got[i], "unseen-") {
			t.Errorf("told %q, want %s", got[i], want)
		}
	}
}

func TestHowOftenIsLooked(t *testing.T) {
	for _, c := range []struct {
		row                 AgentRow
		poll, webform, hook time.Duration
	}{
		{AgentRow{Status: statusInCall}, time.Second, time.Second, 0},
		{AgentRow{Status: statusQueue}, time.Second, time.Second, 0},
		{AgentRow{Status: statusPaused, Sub: subDispo}, time.Second, time.Second, 0},
		{AgentRow{Status: statusReady}, 2 * time.Second, 0, 0},
		{AgentRow{Status: statusCloser}, 2 * time.Second, 0, 0},
		{AgentRow{Status: statusPaused}, 5 * time.Second, 0, 0},
		{AgentRow{}, 10 * time.Second, 0, 0},
	} {
		for road, want := range map[string]time.Duration{roadPoll: c.poll, roadWebForm: c.webform, roadHook: c.hook} {
			s := &session{opts: options{road: road}}
			if got := s.pause(c.row); got != want {
				t.Errorf("%s %+v: %v, want %v", road, c.row, got, want)
			}
		}
	}
}

func TestWithoutTheRightToReportsThePollSaysSo(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.AddUser(vicidialtest.User{Name: vicidialtest.DefaultUser, Pass: vicidialtest.DefaultPass, Level: 4, AgentAPI: true})
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	var link cti.LinkFact
	if err := s.session.Run(ctx, func(f cti.Fact) {
		if l, ok := f.(cti.LinkFact); ok && l.State == cti.LinkDegraded {
			link = l
			cancel()
		}
	}); err != nil || !strings.Contains(link.Detail, "PERMISSION") {
		t.Errorf("the link says %+v, Run %v", link, err)
	}
}

func TestTheWebFormPopsAndTheCallIsFollowedToItsEnd(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadWebForm, optionGoTo: "https://crm.example.com/?tel={phone_number}&id={vendor_lead_code}"}).runs()
	looks := len(s.asked("agent_status"))
	base, err := s.host.Receive(t.Context(), WebFormName+"/probe", func(cti.Received) (cti.Reply, bool) { return cti.Reply{}, false })
	if err != nil {
		t.Fatal(err)
	}
	form := strings.TrimSuffix(base, "/probe")
	s.dialer.WebForm(vicidialtest.DefaultCampaign, "VAR"+form+"?user=--A--user--B--&call_id=--A--call_id--B--&lead_id=--A--lead_id--B--&phone_number=--A--phone_number--B--&vendor_lead_code=--A--vendor_lead_code--B--&first_name=--A--first_name--B--")
	s.dialer.SetStatus(lawAgent, statusReady)
	ref := s.dialer.Ring(lawAgent, "1144445555")
	must(s.dialer.Answer(ref))
	c := s.call("1144445555", cti.Connected)
	if c.Ref != ref || c.Direction != cti.Inbound || c.Contact["vendor_lead_code"] != "VLC-503" || c.Display != "Caio" {
		t.Errorf("told %+v", c)
	}
	must(s.dialer.Wait(soon(t), func() bool { return len(s.dialer.Pops()) == 1 }))
	if p := s.dialer.Pops()[0]; p.Status != http.StatusSeeOther || p.Location != "https://crm.example.com/?tel=1144445555&id=VLC-503" {
		t.Errorf("the window went to %+v", p)
	}
	must(s.dialer.Hangup(ref))
	must(s.dialer.Dispo(lawAgent, "A"))
	s.call("1144445555", cti.Ended)
	if now := len(s.asked("agent_status")); now <= looks {
		t.Errorf("nobody looked at the call")
	}
}

func TestAPopForAnotherAgentIsNotOurs(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadWebForm})
	session, _ := s.session.(*session)
	for _, user := range []string{"", "1002"} {
		if _, mine := session.pop(cti.Received{Values: map[string][]string{"user": {user}, "call_id": {"Y1120101600000000502"}}}); mine {
			t.Errorf("took a pop for %q", user)
		}
	}
	if reply, mine := session.pop(cti.Received{Values: map[string][]string{"user": {lawAgent}, "call_id": {"Y112<script>"}}}); !mine || reply.Location != "" {
		t.Errorf("a bad call id: %v, %+v", mine, reply)
	}
	if _, live := session.book(lawAgent).now(""); live {
		t.Error("a bad call id made a call")
	}
}

func TestWithoutAReceiverDoorTheWebFormIsAnError(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadWebForm})
	host := ctitest.NewHost(nil)
	host.SetDesk(desk)
	session, err := Driver().Open(t.Context(), configOf(s.dialer, vicidialtest.DefaultPass, map[string]string{optionEvents: roadWebForm}), host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = session.Close() }()
	if err := session.Run(soon(t), func(cti.Fact) {}); !errors.Is(err, cti.Unavailable) || !strings.Contains(err.Error(), "Web Form") {
		t.Errorf("Run answered %v", err)
	}
}

// forwards plays the hook in the agent's page: every event of the page, in order, as a call of agent_event.
func (s *site) forwards(from int) int {
	s.t.Helper()
	events := s.dialer.AgentEvents(lawAgent)
	for _, e := range events[from:] {
		in := EventIn{Type: e.Type, Message: e.Message, Counter: e.Counter}
		if e.Type == eventAnswered {
			in.Lead = map[string]string{"lead_id": "503", "phone_number": "1144445555", "first_name": "Caio"}
		}
		do(s, AgentEventOfAPage, in)
	}
	return len(events)
}

func TestTheHookTellsWholeCallsWithoutAsking(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadHook}).runs()
	looks := len(s.asked("agent_status")) + len(s.asked("lead_all_info"))
	n := s.forwards(0)
	s.dialer.SetStatus(lawAgent, statusReady)
	ref := s.dialer.Ring(lawAgent, "1144445555")
	must(s.dialer.Answer(ref))
	n = s.forwards(n)
	if c := s.call("1144445555", cti.Connected); c.Ref != ref || c.Direction != cti.Inbound || c.Display != "Caio" {
		t.Errorf("told %+v", c)
	}
	must(s.dialer.Hangup(ref))
	n = s.forwards(n)
	s.call("1144445555", cti.Wrapup)
	must(s.dialer.Dispo(lawAgent, "A"))
	s.forwards(n)
	if c := s.call("1144445555", cti.Ended); c.EndReason != cti.EndCompleted {
		t.Errorf("ended as %s", c.EndReason)
	}
	if now := len(s.asked("agent_status")); now != looks {
		t.Errorf("%d looks beside the hook", now-looks)
	}
}

func TestAClickIsOneCallAlsoByTheHook(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadHook}).runs()
	const id = "M1120101500000000501"
	for _, e := range []EventIn{{Type: eventDialed, Message: "1144445555 MANUAL"}, {Type: eventAnswered, Message: id}, {Type: eventDispo, Message: "A"}, {Type: eventDead, Message: id}, {Type: eventAnswered, Message: id}} {
		do(s, AgentEventOfAPage, e)
	}
	ended := s.call("1144445555", cti.Ended)
	refs := map[string]bool{}
	for _, f := range s.told() {
		if c, ok := f.(cti.CallFact); ok {
			refs[c.Ref] = true
		}
	}
	if len(refs) != 1 || !refs[ended.Ref] {
		t.Errorf("one call was told as %v", refs)
	}
}

func TestEventsAreForTheHookAndBounded(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	if e := fails(s, AgentEventOfAPage, EventIn{Type: eventReady}); e.Kind != cti.Refused {
		t.Errorf("on the road poll: %v", e)
	}
	h := newSite(t, vicidialtest.Options{}, map[string]string{optionEvents: roadHook})
	for _, in := range []EventIn{{Type: "a b"}, {Type: strings.Repeat("x", 65)}, {Type: "x", Message: strings.Repeat("x", 2000)}, {Type: "x", Lead: map[string]string{"comments": strings.Repeat("x", 2000)}}} {
		if e := fails(h, AgentEventOfAPage, in); e.Kind != cti.BadRequest {
			t.Errorf("%.20v: %v", in, e)
		}
	}
	do(h, AgentEventOfAPage, EventIn{Type: "in_man_dial_next_ready"}) // one of the fifty that say nothing to us
}

func TestAWindowGoesOnlyWhereTheTemplateSays(t *testing.T) {
	for template, want := range map[string]string{
		"https://crm.example.com/?tel={phone_number}":      "https://crm.example.com/?tel=11%2F..%2F%40evil.example%3Fx%3D%23",
		"https://crm.example.com/c/{nothing}/x":            "https://crm.example.com/c//x",
		"https://crm.example.com{phone_number}/":           "",
		"https://{phone_number}":                           "",
		"javascript:alert({phone_number})":                 "",
		"https://user:{phone_number}@crm.example.com/?x=1": "",
	} {
		got, err := goal(template, map[string][]string{"phone_number": {"11/../@evil.example?x=#"}})
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s goes to %q, %v; want %q", template, got, err, want)
		}
	}
}

func TestLookThatIsOlderThanTheLastOneCountsForNothing(t *testing.T) {
	b := &book{}
	old := b.look()
	b.saw(AgentRow{User: lawAgent, Status: statusInCall, CallID: "M1120105933000000501", Lead: "503"}, b.look())
	b.saw(AgentRow{User: lawAgent, Status: statusReady, CallsToday: 1}, old)
	if _, live := b.now(""); !live {
		t.Error("an old answer ended a call that goes on")
	}
	if p := b.page(); len(p.ended) > 0 {
		t.Errorf("and made calls up: %+v", p.ended)
	}
}
