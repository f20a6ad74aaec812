package vicidial

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/vicidial/vicidialtest"
)

const someone = "1133553434"

// dials is an agent in a call that was dialled and answered.
func (s *site) dials() cti.CallFact {
	s.t.Helper()
	if out := do(s, cti.CallDial, cti.DialIn{Number: someone}); !strings.HasPrefix(out.Ref, "M") {
		s.t.Errorf("call.dial answered %q, want the server's call id", out.Ref)
	}
	return s.call(someone, cti.Connected)
}

func TestACommandIsNotDoneUntilThePageHasDoneIt(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.SetStatus(lawAgent, statusReady)
	s.dialer.SetPage(lawAgent, false)
	e := fails(s, cti.AgentPause, cti.PauseIn{})
	if e.Kind != cti.Timeout || e.Hint != hintPage || e.Sent != cti.MaybeSent || len(s.asked("external_pause")) != 1 {
		t.Errorf("with a frozen page: %v, hint %s, sent %s", e, e.Hint, e.Sent)
	}
}

func TestUnpauseInAManualCampaignSaysThatNothingHappened(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.AddCampaign(vicidialtest.Campaign{ID: vicidialtest.DefaultCampaign, DialMethod: "MANUAL"})
	if e := fails(s, cti.AgentUnpause, cti.None{}); e.Kind != cti.Timeout || e.Hint != hintPage {
		t.Errorf("%v, hint %s", e, e.Hint)
	}
}

func TestAPauseHasItsReason(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dialer.SetStatus(lawAgent, statusReady)
	if out := do(s, cti.AgentPause, cti.PauseIn{Reason: "lunch"}); out.State != cti.AgentPaused || out.Reason != "Lunch" {
		t.Errorf("answered %+v", out)
	}
	s.until("the pause", func(f cti.Fact) bool {
		a, ok := f.(cti.AgentFact)
		return ok && a.State == cti.AgentPaused && a.Reason == "Lunch"
	})
	if e := fails(s, cti.AgentPause, cti.PauseIn{Reason: "a long reason"}); e.Kind != cti.BadRequest {
		t.Errorf("a reason that is no code: %v", e)
	}
}

func TestAPauseDuringACallComesAfterItWithItsReason(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dials()
	if out := do(s, cti.AgentPause, cti.PauseIn{Reason: lawCode}); out.State != "" {
		t.Errorf("answered the state %q during a call", out.State)
	}
	do(s, cti.CallHangup, cti.CallIn{})
	s.call(someone, cti.Wrapup)
	do(s, cti.CallSetDisposition, cti.DispositionIn{Code: "A"})
	s.until("the reason after the call", func(f cti.Fact) bool {
		a, ok := f.(cti.AgentFact)
		return ok && a.State == cti.AgentPaused && a.Reason == "Lunch"
	})
}

func TestNumbersGoWithoutTheirCountryCode(t *testing.T) {
	for _, c := range []struct{ number, e164, value, code string }{
		{"11987654321", "+5511987654321", "11987654321", "55"},
		{"0012125551212", "+12125551212", "2125551212", "1"},
		{"00351212345678", "+351212345678", "212345678", "351"},
		{"8500", "", "8500", "55"},
	} {
		s := newSite(t, vicidialtest.Options{}, nil)
		do(s, cti.CallDial, cti.DialIn{Number: c.number, E164: c.e164})
		f := s.asked("external_dial")[0]
		if f.Get("value") != c.value || f.Get("phone_code") != c.code || f.Get("search") != "YES" || f.Get("preview") != "NO" || f.Get("focus") != "NO" {
			t.Errorf("%s is dialled as %v", c.number, f)
		}
	}
}

func TestOnlyAPausedAgentDials(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.SetStatus(lawAgent, statusReady)
	if e := fails(s, cti.CallDial, cti.DialIn{Number: someone}); e.Kind != cti.WrongState || e.Hint != hintPause {
		t.Errorf("%v, hint %s", e, e.Hint)
	}
}

func TestHoldTransferAndConference(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	ref := s.dials().Ref
	do(s, cti.CallHold, cti.CallIn{})
	s.call(someone, cti.Held)
	do(s, cti.CallResume, cti.CallIn{})
	do(s, cti.CallTransfer, cti.TransferIn{To: "8500", Mode: "attended"})
	third := func() *vicidialtest.Call { a, _ := s.dialer.AgentState(lawAgent); return a.ThirdParty }
	if c := third(); c == nil || c.Number != "8500" {
		t.Fatalf("the third party is %+v", c)
	}
	do(s, cti.CallCancelTransfer, cti.CallIn{})
	if c := third(); c != nil {
		t.Errorf("after cancel there is %+v", c)
	}
	do(s, cti.CallTransfer, cti.TransferIn{To: "8501", Mode: "attended"})
	do(s, cti.CallConference, cti.CallIn{})
	if a, _ := s.dialer.AgentState(lawAgent); a.Sub != "3-WAY" {
		t.Errorf("in conference the agent is %s %s", a.Status, a.Sub)
	}
	do(s, cti.CallCompleteTransfer, cti.CallIn{})
	if got := s.call(someone, cti.Wrapup); got.Ref != ref {
		t.Errorf("the call is %s now, was %s", got.Ref, ref)
	}
}

func TestBlindTransferNeedsANumber(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dials()
	if e := fails(s, Transfer, TransferIn{Value: "BLIND_TRANSFER"}); e.Kind != cti.BadRequest || e.Sent != cti.NotSent {
		t.Errorf("without a number: %v", e)
	}
	do(s, cti.CallTransfer, cti.TransferIn{To: "8500"})
	s.call(someone, cti.Wrapup)
}

func TestDispositionOpensTheScreenWhenTheCustomerIsGone(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	c := s.dials()
	if err := s.dialer.Hangup(c.Ref); err != nil {
		t.Fatal(err)
	}
	s.call(someone, cti.Wrapup)
	do(s, cti.CallSetDisposition, cti.DispositionIn{Code: "SALE"})
	if d := s.dialer.Dispositions(); len(d) != 1 || d[0].Status != "SALE" || d[0].Ref != c.Ref {
		t.Errorf("filed %+v", d)
	}
	if got := s.call(someone, cti.Ended); got.EndReason != cti.EndCompleted {
		t.Errorf("ended as %s", got.EndReason)
	}
	if e := fails(s, cti.CallSetDisposition, cti.DispositionIn{Code: "SALE"}); e.Kind != cti.WrongState {
		t.Errorf("without a call: %v", e)
	}
}

func TestACallbackStandsInTheServersTime(t *testing.T) {
	for zone, want := range map[string]string{"": "2026-12-24 09:00:00", "America/Manaus": "2026-12-24 08:00:00"} {
		s := newSite(t, vicidialtest.Options{}, map[string]string{optionZone: zone}).runs()
		c := s.dials()
		at := cti.At(time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC))
		if e := fails(s, cti.CallbackSchedule, cti.CallbackIn{Number: "11900000000", At: at}); e.Kind != cti.WrongState || e.Hint != hintCallback {
			t.Errorf("for somebody else: %v", e)
		}
		do(s, cti.CallbackSchedule, cti.CallbackIn{Number: someone, At: at, Note: "in the morning"})
		do(s, cti.CallHangup, cti.CallIn{Call: c.Ref})
		s.call(someone, cti.Ended) // the status was waiting for the screen
		if d := s.dialer.Dispositions(); len(d) != 1 || d[0].Callback != want+"!ANYONE!in the morning" {
			t.Errorf("in the zone %q filed %+v", zone, d)
		}
	}
}

func TestRecordingIsConfirmed(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dials()
	do(s, cti.CallStartRecording, cti.CallIn{})
	if got := do(s, Record, RecordIn{Value: "STATUS"}); !got.Active || got.ID == "START_MIDCALL" {
		t.Errorf("after start %+v", got)
	}
	do(s, cti.CallStopRecording, cti.CallIn{})
	if got := do(s, Record, RecordIn{Value: "STATUS"}); got.Active {
		t.Errorf("after stop %+v", got)
	}
}

func TestTonesAreTranslated(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dials()
	do(s, cti.CallSendDTMF, cti.DTMFIn{Digits: "12#3,4*"})
	if got := s.asked("send_dtmf")[0].Get("value"); got != "12P3Q4S" {
		t.Errorf("sent %q", got)
	}
	for _, bad := range []string{"", "A", "1-2", "PQ"} {
		if e := fails(s, cti.CallSendDTMF, cti.DTMFIn{Digits: bad}); e.Kind != cti.BadRequest || e.Sent != cti.NotSent {
			t.Errorf("%q: %v", bad, e)
		}
	}
}

func TestWhatTheServerWouldDamageIsRefused(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	for _, e := range []*cti.Error{
		fails(s, DialNumber, DialIn{Value: someone, Vendor: "O'Hara"}),
		fails(s, DialNumber, DialIn{Value: someone, Vendor: strings.Repeat("A", 60), Alias: "DEFAULT"}),
		fails(s, DialNumber, DialIn{Value: "+551133553434"}),
		fails(s, DialNumber, DialIn{}),
		fails(s, DialNumber, DialIn{Value: someone, Next: true}),
		fails(s, SetStatus, StatusIn{Value: "CALLBK", Comments: strings.Repeat("x", 201)}),
		fails(s, SetStatus, StatusIn{Value: "CALLBK", Comments: "a!b"}),
		fails(s, AddLead, AddLeadIn{Phone: someone, LeadFields: LeadFields{Comments: `say "hi"`}}),
		fails(s, SwitchLead, SwitchIn{Lead: "1", Vendor: "2"}),
		fails(s, SwitchLead, SwitchIn{}),
		fails(s, SetMessage, MessageIn{Files: []string{"a|b"}}),
		fails(s, SetPauseCode, PauseCodeIn{Value: "LUNCHES"}),
		fails(s, Record, RecordIn{Value: "START", Stage: "a-suffix-of-15c"}),
		fails(s, RemoteControl, RemoteIn{Value: "M1", Stage: "EXTENSIONTRANSFER"}),
		fails(s, Transfer, TransferIn{Value: "LOCAL_CLOSER"}),
		fails(s, Transfer, TransferIn{Value: "DIAL_WITH_CUSTOMER", Phones: make([]string, 11)}),
		fails(s, PlayAudio, AudioIn{Stage: "PLAY"}),
		fails(s, FronterLeave, FronterIn{Value: "CCC_REMOTE"}),
		fails(s, SendNotification, NotifyIn{Recipient: "1", Kind: "USER"}),
		fails(s, ChangeInGroups, InGroupsIn{Value: "ADD", Blended: "NO"}),
		fails(s, ChangeInGroups, InGroupsIn{Value: "ADD", Blended: "NO", Groups: []string{"A B"}}),
		fails(s, UpdateFields, UpdateIn{}),
		fails(s, RefreshPanel, PanelsIn{}),
		fails(s, LoggedInAgents, FloorIn{Campaigns: []string{"a|b"}}),
	} {
		if e.Kind != cti.BadRequest || e.Sent != cti.NotSent {
			t.Errorf("%v, sent %s", e, e.Sent)
		}
	}
	if n := len(s.dialer.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// Recorded: names of columns anywhere in the text empty those columns.
func TestUpdateFieldsTouchesNothingElse(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	c := s.dials()
	do(s, UpdateFields, UpdateIn{LeadFields: LeadFields{Rank: "7", City: "Santos", State: "SP", Owner: "ana", Email: "ana@example.com"}})
	lead := 0
	if _, err := fmt.Sscan(s.call(someone, cti.Connected).Contact["lead_id"], &lead); err != nil || c.Ref == "" {
		t.Fatal(err)
	}
	out := do(s, UpdateFields, UpdateIn{LeadFields: LeadFields{FirstName: "Frank", Comments: "real estate owner in Mexico city", LastName: "Conceição"}, Form: "1"})
	if len(out.Altered) != 0 || out.Stored["first_name"] != "Frank" {
		t.Errorf("answered %+v", out)
	}
	got, _ := s.dialer.Lead(lead)
	if got.Rank != 7 || got.City != "Santos" || got.State != "SP" || got.Owner != "ana" || got.Email != "ana@example.com" || got.FirstName != "Frank" || got.LastName != "Conceição" {
		t.Errorf("stored %+v", got)
	}
	do(s, UpdateFields, UpdateIn{Clear: []string{"email"}})
	if got, _ := s.dialer.Lead(lead); got.Email != "" {
		t.Errorf("the e-mail address is %q still", got.Email)
	}
	for _, r := range s.dialer.Requests() {
		if r.Function == "update_fields" && (strings.Contains(r.Query, vicidialtest.DefaultPass) || strings.Contains(r.Query, "Frank")) {
			t.Errorf("the address holds %s", r.Query)
		}
	}
}

func TestUpdateFieldsSaysWhatTheServerDeleted(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	s.dialer.NonLatin(false)
	s.dials()
	out := do(s, UpdateFields, UpdateIn{LeadFields: LeadFields{FirstName: "José", City: "Santos"}})
	if len(out.Altered) != 1 || out.Altered[0] != "first_name" || out.Stored["first_name"] != "Jos" {
		t.Errorf("answered %+v", out)
	}
	s.dialer.Forget() // the simulator calls the deletion a fault, which it is
}

func TestAnAccountNamedLikeAColumnCannotWriteLeads(t *testing.T) {
	s := newSite(t, vicidialtest.Options{User: "frank"}, map[string]string{optionUser: "frank"})
	if e := fails(s, UpdateFields, UpdateIn{LeadFields: LeadFields{Title: "Mr"}}); e.Kind != cti.Refused || e.Sent != cti.NotSent || !strings.Contains(e.Text, "rank") {
		t.Errorf("%v", e)
	}
}

func TestInGroupsBeginWithABlank(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	out := do(s, ChangeInGroups, InGroupsIn{Value: "CHANGE", Blended: "YES", Groups: []string{"SALESLINE", "SUPPORT"}})
	if got := s.asked("change_ingroups")[0].Get("ingroup_choices"); got != " SALESLINE SUPPORT -" {
		t.Errorf("sent %q", got)
	}
	if len(out.Groups) != 2 || out.Blended != "YES" {
		t.Errorf("answered %+v", out)
	}
}

func TestContactsOfTheScreen(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil).runs()
	id := do(s, cti.ContactAdd, cti.ContactIn{Name: "Ana Maria Lima", Numbers: []string{"1144440000", "11944440000"}, Parameters: map[string]string{"vendor_lead_code": "C-9"}}).ID
	row := do(s, LeadAllInfo, LeadIn{Lead: id}).Fields
	if row["first_name"] != "Ana" || row["last_name"] != "Maria Lima" || row["phone_code"] != "55" || row["alt_phone"] != "11944440000" || row["vendor_lead_code"] != "C-9" {
		t.Errorf("added %v", row)
	}
	if v := do(s, LeadFieldInfo, FieldIn{LeadIn{id}, "vendor_lead_code"}); v.Value != "C-9" {
		t.Errorf("the field is %q", v.Value)
	}
	if e := fails(s, cti.ContactUpdate, cti.ContactIn{Name: "X Y"}); e.Kind != cti.WrongState {
		t.Errorf("without a call: %v", e)
	}
	s.dials()
	if e := fails(s, cti.ContactUpdate, cti.ContactIn{ID: id, Name: "X Y"}); e.Kind != cti.WrongState {
		t.Errorf("another lead: %v", e)
	}
	do(s, cti.ContactUpdate, cti.ContactIn{Name: "Rita Souza", Parameters: map[string]string{"city": "Santos"}})
	if e := fails(s, cti.ContactUpdate, cti.ContactIn{Parameters: map[string]string{"salary": "1"}}); e.Kind != cti.BadRequest {
		t.Errorf("no column: %v", e)
	}
	s.until("the new name", func(f cti.Fact) bool { c, ok := f.(cti.CallFact); return ok && c.Display == "Rita Souza" })
}

func TestServerStatusGoesWithoutTheWebServer(t *testing.T) {
	for notApache, want := range map[bool]string{true: "tells nothing", false: "load"} {
		s := newSite(t, vicidialtest.Options{NotApache: notApache}, nil)
		got := do(s, cti.ServerStatusNow, cti.None{})
		if len(got) != 1 || !strings.Contains(got[0].Status, "2.14-82") || !strings.Contains(got[0].Status, want) {
			t.Errorf("got %+v, want %q", got, want)
		}
	}
}

func TestQueueIsAllThatCouldReachTheAgent(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.Ring(lawAgent, someone)
	if got := do(s, cti.QueueStatusOf, cti.QueueIn{Queue: "*"}); got.Waiting != 1 {
		t.Errorf("got %+v", got)
	}
	if e := fails(s, cti.QueueStatusOf, cti.QueueIn{Queue: "SALESLINE"}); e.Kind != cti.NotFound || e.Hint != hintQueue {
		t.Errorf("%v", e)
	}
}
