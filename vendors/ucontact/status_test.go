package ucontact

import (
	"encoding/json"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"

	"github.com/google/go-cmp/cmp"
)

// sampleStatus is manual 004, "Estado de Campañas", of one campaign, shortened.
const sampleStatus = `{ "test->": { "campaign": "test->", "availables": 1, "notavailables": 1, "paused": 0, "busy": 0, "busypaused": 0,
"totalagents": 2, "logged": 1, "talked": "00:00:00-0", "abandonedlevel": "0", "servicelevel": "0.0", "strategy": "fewestcalls",
"slevelthreshold": "15", "wrapup": 0 },
"SIP/1010": { "queue": "test->", "location": "SIP/1010", "membership": "", "name": "Daniel", "penalty": 0, "callsTaken": 0, "lastCall": 0,
"status": 5, "paused": false, "stateinterface": "SIP/1010", "incall": 0, "pausedreason": "[]", "internalActionId": "1982468278_8979",
"dateReceived": "Nov 2, 2018 11:36:11 AM", "server": "00:10:12" },
"SIP/1001": { "queue": "test->", "location": "SIP/1001", "membership": "", "name": "Santiago", "penalty": 0, "callsTaken": 0, "lastCall": 0,
"status": 1, "paused": false, "stateinterface": "SIP/1001", "incall": 0, "pausedreason": "", "internalActionId": "1982468278_8979",
"dateReceived": "Nov 2, 2018 11:26:45 AM", "server": "00:19:39" } }`

func TestSampleOfTheManualIsRead(t *testing.T) {
	got, err := readStatus([]byte(sampleStatus))
	if err != nil {
		t.Fatal(err)
	}
	want := CampaignStatus{
		Campaigns: []CampaignRow{{Campaign: "test->", Availables: 1, NotAvailables: 1, TotalAgents: 2, Logged: 1, Talked: "00:00:00-0",
			AbandonedLevel: "0", ServiceLevel: "0.0", Strategy: "fewestcalls", LevelThreshold: "15"}},
		Agents: []AgentRow{
			{Queue: "test->", Location: "SIP/1001", Name: "Santiago", Status: "NOT_INUSE", StatusCode: NotInUse, Interface: "SIP/1001", Server: "00:19:39"},
			{Queue: "test->", Location: "SIP/1010", Name: "Daniel", Status: "UNAVAILABLE", StatusCode: Unavailable, Interface: "SIP/1010", Server: "00:10:12"},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Manual 004, "Códigos de estado de los agentes".
func TestTenStatusCodes(t *testing.T) {
	for code, want := range []struct {
		word   string
		state  cti.AgentState // of the agent, calls apart
		onCall cti.AgentState // what agent.state answers
	}{
		{"UNKNOWN", "", ""},
		{"NOT_INUSE", cti.AgentReady, cti.AgentReady},
		{"INUSE", cti.AgentReady, cti.AgentOnCall},
		{"BUSY", cti.AgentReady, cti.AgentOnCall},
		{"INVALID", cti.AgentOffline, cti.AgentOffline},
		{"UNAVAILABLE", cti.AgentOffline, cti.AgentOffline},
		{"RINGING", cti.AgentReady, cti.AgentRinging},
		{"RINGINUSE", cti.AgentReady, cti.AgentOnCall},
		{"ONHOLD", cti.AgentReady, cti.AgentOnCall},
		{"WRAPUP", cti.AgentWrapup, cti.AgentWrapup},
		{"", "", ""}, // 10, which nobody knows
	} {
		row := map[string]any{"location": "SIP/1010", "name": "Daniel", "status": code}
		raw, err := json.Marshal(map[string]any{"SIP/1010": row})
		if err != nil {
			t.Fatal(err)
		}
		got, err := readStatus(raw)
		if err != nil || len(got.Agents) != 1 || got.Agents[0].Status != want.word || int(got.Agents[0].StatusCode) != code {
			t.Fatalf("%d is read as %+v: %v", code, got.Agents, err)
		}
		if state := stateOf(got.Agents[0]); state != want.state {
			t.Errorf("%d is the state %q, want %q", code, state, want.state)
		}
		site := newSite(t, ucontacttest.Options{})
		site.AnswerWith(says(200, string(raw)))
		if out := must(open(t, site, nil), cti.AgentStateNow, cti.None{}); out.State != want.onCall || out.Reason != "" {
			t.Errorf("%d: agent.state is %+v, want %q", code, out, want.onCall)
		}
	}
}

func TestPauseIsReadInEverySpelling(t *testing.T) {
	for raw, want := range map[string]string{`""`: "", `"[]"`: "", "null": "", "[]": "", `"Lunch"`: "Lunch", `"[Lunch]"`: "Lunch",
		`["Lunch"]`: "Lunch", `"[\"Lunch\",\"Late\"]"`: "Lunch, Late", `"[Lunch break]"`: "Lunch break", `{}`: "", `7`: "7"} {
		var a AgentRow
		if err := json.Unmarshal([]byte(`{"status":"1","paused":true,"pausedreason":`+raw+`}`), &a); err != nil || a.PausedReason != want || stateOf(a) != cti.AgentPaused {
			t.Errorf("%s: %q, %s, %v", raw, a.PausedReason, stateOf(a), err)
		}
	}
	for raw, want := range map[string]bool{"true": true, "1": true, `"1"`: true, `"true"`: true, "false": false, "0": false, `""`: false, "null": false} {
		var a AgentRow
		if err := json.Unmarshal([]byte(`{"status":1,"paused":`+raw+`}`), &a); err != nil || a.Paused != want {
			t.Errorf("paused %s: %v, %v", raw, a.Paused, err)
		}
	}
}

func TestRowsThatAreNeitherCampaignNorAgentAreSkipped(t *testing.T) {
	got, err := readStatus([]byte(`{"a->":{"campaign":"a->"},"":{"dateReceived":"Nov 2, 2018"},"x":null}`))
	if err != nil || len(got.Campaigns) != 1 || len(got.Agents) != 0 {
		t.Errorf("%+v: %v", got, err)
	}
	for _, raw := range []string{`{"x":{"message":"no"}}`, `{"error":"no"}`, `[]`, `{"x":[]}`, `{"x":{"location":{}}}`} {
		if got, err := readStatus([]byte(raw)); err == nil {
			t.Errorf("%s is read as %+v", raw, got)
		}
	}
}

func TestLastElementOfTheSummaryIsNone(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	got := must(open(t, site, nil), QueueSummary, cti.None{})
	want := []Summary{{Queue: "Power<-", LoggedIn: 1, Available: 1, Callers: 3, HoldTime: 18, TalkTime: 130, LongestHoldTime: 220},
		{Queue: "test->", LoggedIn: 1, Available: 1, HoldTime: 18, TalkTime: 130, LongestHoldTime: 220}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// No list at all would say that the system does not tell who answers.
func TestQueueWithoutAgentsSaysSo(t *testing.T) {
	site := ucontacttest.New(ucontacttest.Options{})
	t.Cleanup(site.Close)
	got, err := do(open(t, site, nil), cti.QueueStatusOf, cti.QueueIn{Queue: ucontacttest.DefaultCampaign})
	if err != nil || got.Agents == nil || len(got.Agents) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestQueuesCampaignsAndPeople(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	got := must(v, cti.QueueStatusOf, cti.QueueIn{Queue: ucontacttest.OtherCampaign})
	want := cti.QueueStatus{Queue: "Power<-", Waiting: 3, Agents: []cti.QueueAgent{
		{Name: "Santiago", Extension: "1001", State: cti.AgentOffline}, {Name: lawAgent, Extension: lawExtension, State: cti.AgentReady}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	_, err := do(v, cti.QueueStatusOf, cti.QueueIn{Queue: "no such"})
	fails(t, "another campaign", err, cti.NotFound)
	people := must(v, cti.DirectoryList, cti.None{})
	if diff := cmp.Diff([]cti.DirectoryEntry{{ID: lawAgent, Name: lawAgent, Extension: lawExtension}, {ID: "Santiago", Name: "Santiago", Extension: "1001"}}, people); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if list := must(v, cti.CampaignList, cti.None{}); len(list) != 2 || list[0].ID != "Power<-" || list[1].ID != "test->" {
		t.Errorf("campaigns %+v", list)
	}
}

func TestBreaksAreThoseOfTheConfiguration(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	want := []cti.PauseReason{{ID: "Lunch", Name: "Lunch"}, {ID: "Meeting", Name: "Meeting"}}
	if diff := cmp.Diff(want, must(v, cti.AgentPauseReasons, cti.None{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	_, err := do(v, cti.AgentPause, cti.PauseIn{})
	fails(t, "no reason of two", err, cti.BadRequest)
	_, err = do(v, cti.AgentPause, cti.PauseIn{Reason: "Nap"})
	fails(t, "another reason", err, cti.NotFound)
	_, err = do(v, cti.AgentPause, cti.PauseIn{Reason: "Lunch", When: "afterCall"})
	fails(t, "after the call", err, cti.Unsupported)
	must(v, cti.AgentPause, cti.PauseIn{Reason: "meeting", Note: "two\nlines"})
	if a, _ := site.AgentState(lawAgent); !a.Paused || a.Break != "Meeting" {
		t.Errorf("the agent is %+v", a)
	}
	if out := must(v, cti.AgentStateNow, cti.None{}); out.State != cti.AgentPaused || out.Reason != "Meeting" {
		t.Errorf("said %+v", out)
	}
	must(v, cti.AgentUnpause, cti.None{})
	if a, _ := site.AgentState(lawAgent); a.Paused {
		t.Errorf("the agent is %+v", a)
	}
	if in := form(t, site, "api/AgentUnBreak"); in.Get("motive") != "Meeting" || in.Get("interface") != "SIP/1010" {
		t.Errorf("the end of the break was %v", in)
	}

	unseen := open(t, site, map[string]string{optionCampaign: "", optionStatus: ""}) // nothing shows why the agent is paused
	must(unseen, cti.AgentUnpause, cti.None{})
	if in := form(t, site, "api/AgentUnBreak"); in.Get("motive") != "Lunch" {
		t.Errorf("without any sign the end of the break was %v, want the first", in)
	}
	must(unseen, cti.AgentPause, cti.PauseIn{Reason: "Meeting"})
	must(unseen, cti.AgentUnpause, cti.None{})
	if in := form(t, site, "api/AgentUnBreak"); in.Get("motive") != "Meeting" {
		t.Errorf("the end of the break that was begun here was %v", in)
	}
}
