package vicidialtest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// status asks agent_status and answers the first, second, third and tenth column: status, call id, lead, sub status.
func (s *site) status(agent string) string {
	s.t.Helper()
	f := strings.Split(s.ask("agent_status", "agent_user="+agent), "|")
	if len(f) != 13 {
		s.t.Fatalf("agent_status of %s answered %q", agent, f)
	}
	return strings.Join([]string{f[0], f[1], f[2], f[9]}, "|")
}

const dialRest = "value=1133334444&phone_code=55&search=NO&preview=NO&focus=NO"

func TestManualCallGoesFromDialToDisposition(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("external_dial", "ana", dialRest), "SUCCESS: external_dial function set - 1133334444|ana|55|NO|NO|NO||1795170217||||\n")
	s.says(s.status("ana"), "PAUSED||0|")
	s.Tick()
	calls := s.LiveCalls("ana")
	if len(calls) != 1 || calls[0].State != Dialing || calls[0].Number != "1133334444" || calls[0].Code != "55" {
		t.Fatalf("live calls %+v, want one that dials 55 1133334444", calls)
	}
	ref := calls[0].Ref
	if ref != "M1120072337000000501" { // month to second at three hours behind UTC, and the lead
		t.Errorf("call id %s", ref)
	}
	s.says(s.status("ana"), "INCALL|"+ref+"|501|DIAL")
	must(t, s.Answer(ref))
	s.says(s.status("ana"), "INCALL|"+ref+"|501|")
	must(t, s.Hangup(ref))
	s.says(s.status("ana"), "INCALL|"+ref+"|501|DEAD")
	if err := s.Hangup(ref); err == nil {
		t.Error("a customer hung up twice")
	}
	s.command("external_hangup", "ana", "value=1")
	s.Tick()
	s.says(s.status("ana"), "PAUSED||501|DISPO")
	must(t, s.Dispo("ana", "NI"))
	s.says(s.status("ana"), "PAUSED||0|") // it was dialled from a pause
	s.says(s.ask("callid_info", "call_id="+ref+"&header=YES&stage=csv"), "call_id,custtime\n"+ref+",0\n")
}

func TestOfferedCallIsTakenOrLost(t *testing.T) {
	s := newSite(t, Options{})
	ref := s.Ring("bruno", "11987654321")
	s.says(s.status("bruno"), "QUEUE|"+ref+"|501|")
	must(t, s.Hangup(ref))
	s.says(s.status("bruno"), "READY||0|")
	ref = s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	s.says(s.status("bruno"), "INCALL|"+ref+"|501|")
	if err := s.Answer(ref); err == nil {
		t.Error("a call was answered twice")
	}
	if got := s.state("bruno").CallsToday; got != 2 {
		t.Errorf("calls_today %d, want 2", got)
	}
}

func TestCallOfTheSameSecondAndLeadHasAnIDOfItsOwn(t *testing.T) {
	s := newSite(t, Options{})
	if one, two := s.Ring("bruno", "11987654321"), s.Ring("bruno", "11987654321"); one == two {
		t.Errorf("two calls have the id %s", one)
	}
}

func TestCallWaitsForItsAgent(t *testing.T) {
	s := newSite(t, Options{})
	ref := s.Ring("ana", "11987654321")
	s.is("ana", "PAUSED")
	s.says(s.command("calls_in_queue_count", "ana", "value=DISPLAY"), "SUCCESS: calls_in_queue_count - 1")
	s.says(s.command("calls_in_queue_count", "bruno", "value=DISPLAY"), "SUCCESS: calls_in_queue_count - 0")
	s.SetStatus("ana", "READY")
	s.says(s.status("ana"), "QUEUE|"+ref+"|501|")
}

func TestDiallerCallCarriesItsLead(t *testing.T) {
	s := newSite(t, Options{})
	lead := s.AddLead(Lead{PhoneNumber: "2133334444", PhoneCode: "55", VendorLeadCode: "C-1"})
	ref := s.DialerCall("bruno", lead)
	must(t, s.Answer(ref))
	if !strings.HasPrefix(ref, "V") {
		t.Errorf("call id %s of a dialler's call", ref)
	}
	want := "INCALL," + ref + ",501,TESTCAMP,1,Bruno Lima,ADMIN,1,,,2133334444,C-1,8600052\n"
	s.says(s.ask("agent_status", "agent_user=bruno&stage=csv"), want)
}

func TestParkAndGrab(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("park_call", "bruno", "value=PARK_CUSTOMER"), "ERROR: agent_user does not have a lead on their screen - bruno\n")
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	for _, step := range []struct{ value, want string }{
		{"GRAB_CUSTOMER", "INCALL"}, {"PARK_CUSTOMER", "INCALL PARK"}, {"PARK_CUSTOMER", "INCALL PARK"}, {"GRAB_CUSTOMER", "INCALL"},
		{"PARK_IVR_CUSTOMER", "INCALL PARK"}, {"GRAB_IVR_CUSTOMER", "INCALL"},
	} {
		s.says(s.command("park_call", "bruno", "value="+step.value), "SUCCESS: park_call function set - "+step.value+"|bruno\n")
		s.Tick()
		s.is("bruno", step.want)
	}
	s.says(s.command("park_call", "bruno", "value=HOLD"), "ERROR: park_call not valid - HOLD|bruno\n")
}

func (s *site) transfer(agent, rest string) {
	s.t.Helper()
	if got := s.command("transfer_conference", agent, rest); !strings.HasPrefix(got, "SUCCESS: transfer_conference function set") {
		s.t.Errorf("%s answered %q", rest, got)
	}
	s.Tick()
}

func TestAttendedTransfer(t *testing.T) {
	s := newSite(t, Options{})
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	s.transfer("bruno", "value=PARK_CUSTOMER_DIAL&phone_number=8500")
	s.is("bruno", "INCALL PARK")
	third := s.state("bruno").ThirdParty
	if third == nil || third.Number != "8500" || third.State != Dialing || !strings.HasPrefix(third.Ref, "DC") {
		t.Fatalf("third party %+v", third)
	}
	must(t, s.Answer(third.Ref))
	s.transfer("bruno", "value=HANGUP_XFER")
	s.command("park_call", "bruno", "value=GRAB_CUSTOMER")
	s.Tick()
	s.is("bruno", "INCALL")
	s.transfer("bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8501")
	s.is("bruno", "INCALL 3-WAY")
	s.transfer("bruno", "value=LEAVE_3WAY_CALL")
	s.is("bruno", "PAUSED DISPO")
}

func TestBlindTransferWithoutANumberIsSuccessAndNothing(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.transfer("bruno", "value=BLIND_TRANSFER")
	s.is("bruno", "INCALL")
	s.transfer("bruno", "value=BLIND_TRANSFER&phone_number=8500")
	s.is("bruno", "PAUSED DISPO")
}

func TestTransferGuardKeepsTheNextOneForLater(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.transfer("bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8500")
	s.transfer("bruno", "value=HANGUP_XFER") // not of the three, so no guard
	s.is("bruno", "INCALL")
	s.transfer("bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8501")
	s.is("bruno", "INCALL")
	s.Tick()
	s.is("bruno", "INCALL 3-WAY")
}

func TestLocalCloserReachesTheNamedAgent(t *testing.T) {
	s := newSite(t, Options{})
	s.SetStatus("ana", "READY")
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.transfer("bruno", "value=LOCAL_CLOSER&ingroup_choices=AGENTDIRECT&phone_number=ana")
	s.is("bruno", "PAUSED DISPO")
	if got := s.status("ana"); !strings.HasPrefix(got, "QUEUE|J") {
		t.Errorf("ana has %s, want the customer offered", got)
	}
}

func TestAgentHearsOfThreeWayChecks(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("transfer_conference", "bruno", "value=HANGUP_XFER"), "ERROR: agent_user does not have a live call - bruno\n")
	s.says(s.command("transfer_conference", "bruno", "value=QQ"), "ERROR: transfer_conference not valid - QQ|bruno\n")
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.transfer("bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8500")
	s.says(s.command("transfer_conference", "bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8501&tw_check=YES"),
		"ERROR: agent_user has current active 3-way call - bruno|1|0|YES\n")
	s.says(s.command("transfer_conference", "bruno", "value=DIAL_WITH_CUSTOMER&phone_number=8501&cid_choice=MINE"),
		"ERROR: cid_choice is not valid - bruno|MINE\n")
}

func TestRecordingIsStartedAndStoppedByThePage(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.says(s.command("recording", "bruno", "value=STOP"), "ERROR: stop recording error - bruno|||||10.10.10.15|8600052|INCALL\n")
	s.command("recording", "bruno", "value=START&stage=_A")
	s.Tick()
	s.says(s.command("recording", "bruno", "value=STATUS"),
		"NOTICE: recording active - bruno|121242|20261120-072338_11987654321_bruno_A|10.10.10.15|2026-11-20 07:23:38|10.10.10.15|8600052|INCALL\n")
	s.says(s.command("recording", "bruno", "value=STOP"), "SUCCESS: recording function sent - bruno|STOP||||10.10.10.15|8600052|INCALL\n")
	s.Tick()
	if r := s.Recordings("bruno"); len(r) != 1 || !r[0].Stopped {
		t.Errorf("recordings %+v", r)
	}
	s.says(s.command("recording", "bruno", "value=STATUS"), "NOTICE: not recording - bruno|||||10.10.10.15|8600052|INCALL\n")
}

func TestPreviewedLeadIsDialledOrSkipped(t *testing.T) {
	s := newSite(t, Options{})
	s.AddLead(Lead{PhoneNumber: "1122223333", AltPhone: "1122224444", PhoneCode: "55"})
	preview := "value=MANUALNEXT&search=NO&preview=YES&focus=NO"
	s.command("external_dial", "ana", preview)
	s.Tick()
	s.says(s.status("ana"), "PAUSED||501|PREVIEW")
	s.says(s.command("external_dial", "ana", dialRest), "ERROR: agent_user is not paused - ana\n")
	s.command("preview_dial_action", "ana", "value=SKIP")
	s.Tick()
	s.says(s.status("ana"), "PAUSED||0|")
	s.command("external_dial", "ana", preview)
	s.Tick()
	s.command("preview_dial_action", "ana", "value=ALTDIAL")
	s.Tick()
	if calls := s.LiveCalls("ana"); len(calls) != 1 || calls[0].Number != "1122224444" {
		t.Errorf("live calls %+v, want the alternative number", calls)
	}
}

func TestQueuedNumbersWaitForTheAgent(t *testing.T) {
	s := newSite(t, Options{ManualDial: DialQueue})
	s.command("external_dial", "bruno", dialRest) // though he is not paused
	s.says(s.command("external_dial", "bruno", dialRest), "ERROR: phone_number is already in this agents manual dial queue - bruno|1133334444\n")
	s.Tick()
	s.is("bruno", "READY")
	s.SetStatus("bruno", "PAUSED")
	if !s.TakeQueued("bruno") {
		t.Fatal("nothing was in the manual dial queue")
	}
	s.is("bruno", "INCALL DIAL")
	s.ManualDial(DialQueueAutoCall)
	s.command("external_dial", "ana", dialRest)
	s.Tick()
	s.is("ana", "INCALL DIAL")
}

func TestCustomersActByThemselves(t *testing.T) {
	s := newSite(t, Options{})
	s.AutoAnswer(0)
	s.AutoConnect(0)
	s.AutoHangup(time.Millisecond)
	s.AutoDispo(time.Millisecond)
	s.command("external_dial", "ana", dialRest)
	s.Tick()
	ref := s.Ring("bruno", "11987654321")
	await(t, s.Server, "the end of two calls", func() bool { return len(s.Dispositions()) == 2 })
	for _, c := range []string{ref, s.Dispositions()[0].Ref, s.Dispositions()[1].Ref} {
		if got, ok := s.Call(c); !ok || got.State != Ended || got.AnsweredAt.IsZero() {
			t.Errorf("call %s is %+v, want answered and ended", c, got)
		}
	}
	s.is("bruno", "READY")
	s.is("ana", "PAUSED")
}

func TestRemoteAgentIsControlledWithoutAPage(t *testing.T) {
	s := newSite(t, Options{})
	s.SetPage("bruno", false)
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	rest := "value=" + ref + "&stage=EXTENSIONTRANSFER&phone_number="
	s.says(s.command("ra_call_control", "bruno", rest+"9"), "ERROR: phone_number is not valid - 9\n")
	s.Language(DefaultUser, "es")
	if got := s.command("ra_call_control", "bruno", rest+"8500"); !strings.HasPrefix(got, "SUCESSO: ") {
		t.Errorf("a translated server answered %q", got)
	}
	s.is("bruno", "INCALL") // and did nothing
	s.Language(DefaultUser, "")
	s.says(s.command("ra_call_control", "bruno", "value="+ref+"&stage=HANGUP&status=TEST88"), "SUCCESS: ra_call_control hungup - bruno|"+ref+"|HANGUP\n")
	s.is("bruno", "READY")
	if d := s.Dispositions(); !slices.Equal(d, []Disposition{{Agent: "bruno", Ref: ref, Status: "TEST88", Lead: 501}}) {
		t.Errorf("dispositions %+v", d)
	}
}
