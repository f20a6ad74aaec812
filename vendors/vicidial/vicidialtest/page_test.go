package vicidialtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPageActsAtItsPollAndNotBefore(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("external_pause", "bruno", "value=PAUSE"), "SUCCESS: external_pause function set - PAUSE|1795170217|bruno\n")
	s.is("bruno", "READY")
	s.Tick()
	s.is("bruno", "PAUSED")
}

func TestPagePollsByItself(t *testing.T) {
	s := New(Options{PagePoll: time.Millisecond})
	t.Cleanup(s.Close)
	s.AddAgent(Agent{User: "bruno", Status: "READY"})
	request(t, s, "POST", agentAPIPath, "source=test&user=apiuser&pass=apipass1&function=external_pause&agent_user=bruno&value=PAUSE")
	await(t, s, "the pause", func() bool { a, _ := s.AgentState("bruno"); return a.Status == "PAUSED" })
}

func TestSecondCommandOverwritesOneThePageHasNotRead(t *testing.T) {
	s := newSite(t, Options{})
	s.command("send_dtmf", "bruno", "value=1")
	s.command("send_dtmf", "bruno", "value=2")
	if want := []string{"external_dtmf overwritten before the page read it"}; !slices.Equal(s.lastFaults(), want) {
		t.Errorf("faults %q, want %q", s.lastFaults(), want)
	}
	s.Tick()
	s.command("send_dtmf", "bruno", "value=3")
	if f := s.lastFaults(); len(f) > 0 {
		t.Errorf("a command after the poll has the faults %q", f)
	}
	s.Tick()
	if diff := cmp.Diff([]string{"external_dtmf 2", "external_dtmf 3"}, s.acted("bruno")); diff != "" {
		t.Errorf("the page did (-want +got)\n%s", diff)
	}
}

func TestLogoutAndPauseShareACellAndPreviewAndDialAnother(t *testing.T) {
	s := newSite(t, Options{})
	s.command("logout", "bruno", "value=LOGOUT")
	s.command("external_pause", "bruno", "value=PAUSE")
	s.command("external_dial", "ana", "value=1133334444&phone_code=55&search=NO&preview=NO&focus=NO")
	s.command("preview_dial_action", "ana", "value=SKIP")
	s.Tick()
	if a := s.state("bruno"); !a.LoggedIn || a.Status != "PAUSED" {
		t.Errorf("bruno is %+v, want logged in and paused: the pause replaced the logout", a)
	}
	if calls := s.LiveCalls("ana"); len(calls) > 0 {
		t.Errorf("ana dialled %+v, though the preview action replaced the dial", calls)
	}
}

func TestCommandOfTheSameSecondIsDropped(t *testing.T) {
	s := newSite(t, Options{})
	s.command("external_pause", "bruno", "value=PAUSE")
	s.Tick()
	s.inThisSecond("external_pause", "bruno", "value=RESUME")
	if f := s.lastFaults(); !slices.Contains(f, "external_pause of a second the page has had") {
		t.Errorf("faults %q do not name the second", f)
	}
	s.Tick()
	s.is("bruno", "PAUSED")
	s.command("external_pause", "bruno", "value=RESUME")
	s.Tick()
	s.is("bruno", "READY")
}

func TestClosedPageLetsNothingHappen(t *testing.T) {
	s := newSite(t, Options{})
	s.SetPage("bruno", false)
	if got := s.command("external_pause", "bruno", "value=PAUSE"); !strings.HasPrefix(got, "SUCCESS:") {
		t.Errorf("answered %q, want SUCCESS", got)
	}
	s.Tick()
	s.is("bruno", "READY")
	s.SetPage("bruno", true)
	s.Tick()
	s.is("bruno", "PAUSED")
}

func TestFreshPageDialsAtItsThirdPoll(t *testing.T) {
	s := newSite(t, Options{})
	s.SetPage("ana", false)
	s.SetPage("ana", true)
	s.command("external_dial", "ana", "value=1133334444&phone_code=55&search=NO&preview=NO&focus=NO")
	s.Tick()
	s.Tick()
	s.is("ana", "PAUSED")
	s.Tick()
	s.is("ana", "INCALL DIAL")
}

func TestNewCallWipesStaleCommands(t *testing.T) {
	s := newSite(t, Options{})
	s.SetPage("bruno", false)
	for _, c := range []string{"external_hangup 1", "external_status A", "external_pause PAUSE", "send_dtmf 5"} {
		function, value, _ := strings.Cut(c, " ")
		s.command(function, "bruno", "value="+value)
	}
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	for cell, want := range map[string]string{"external_hangup": "", "external_status": "", "external_pause": "", "external_dtmf": "5"} {
		if got := s.Cell("bruno", cell); got != want {
			t.Errorf("%s holds %q after the call began, want %q", cell, got, want)
		}
	}
	s.SetPage("bruno", true)
	s.Tick()
	s.is("bruno", "INCALL")
}

func TestDispositionWipesCommandsOfItsCall(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.SetPage("bruno", false)
	for _, c := range []string{"external_hangup 1", "external_status A", "external_pause PAUSE", "send_dtmf 5", "park_call PARK_CUSTOMER",
		"transfer_conference HANGUP_BOTH", "recording START"} {
		function, value, _ := strings.Cut(c, " ")
		s.command(function, "bruno", "value="+value)
	}
	must(t, s.Dispo("bruno", "SALE"))
	for _, cell := range []string{"external_hangup", "external_status", "external_dtmf", "external_park", "external_transferconf", "external_recording"} {
		if got := s.Cell("bruno", cell); got != "" {
			t.Errorf("%s still holds %q after the disposition", cell, got)
		}
	}
	if s.Cell("bruno", "external_pause") == "" {
		t.Error("the disposition wiped the pause, which it leaves alone")
	}
}

func TestPauseHangupStatusInARowCloseTheCallAndPause(t *testing.T) {
	s := newSite(t, Options{})
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	s.command("external_pause", "bruno", "value=PAUSE")
	s.inThisSecond("external_hangup", "bruno", "value=1")
	s.inThisSecond("external_status", "bruno", "value=SALE")
	s.Tick()
	s.is("bruno", "PAUSED DISPO")
	s.Tick()
	s.is("bruno", "PAUSED")
	want := []Disposition{{Agent: "bruno", Ref: ref, Status: "SALE", Lead: 501}}
	if diff := cmp.Diff(want, s.Dispositions()); diff != "" {
		t.Errorf("dispositions (-want +got)\n%s", diff)
	}
	if l, _ := s.Lead(501); l.Status != "SALE" {
		t.Errorf("the lead's status is %q, want SALE", l.Status)
	}
}

func TestStatusWaitsForItsScreen(t *testing.T) {
	s := newSite(t, Options{})
	ref := s.Ring("bruno", "11987654321")
	must(t, s.Answer(ref))
	s.command("external_status", "bruno", "value=CALLBK&callback_datetime=2026-12-25+12:00:00&callback_type=USERONLY&callback_comments=later")
	s.Tick()
	s.is("bruno", "INCALL")
	must(t, s.Hangup(ref))
	s.Tick()
	s.is("bruno", "INCALL DEAD")
	s.command("external_hangup", "bruno", "value=1")
	s.Tick()
	s.Tick()
	s.is("bruno", "READY")
	if d := s.Dispositions(); len(d) != 1 || d[0].Status != "CALLBK" || d[0].Callback != "2026-12-25 12:00:00!USERONLY!later" {
		t.Errorf("dispositions %+v", d)
	}
}

func TestResumeDoesNothingInAManualCampaign(t *testing.T) {
	s := newSite(t, Options{})
	s.AddCampaign(Campaign{ID: "HAND", DialMethod: "MANUAL"})
	s.AddAgent(Agent{User: "carla", Campaign: "HAND"})
	s.says(s.command("external_pause", "carla", "value=RESUME"), "SUCCESS: external_pause function set - RESUME|1795170217|carla\n")
	s.Tick()
	s.is("carla", "PAUSED")
}

func TestHangupCellNeedsACall(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("external_hangup", "ana", "value=1"), "SUCCESS: external_hangup function set - 1|ana\n")
	s.Tick()
	s.is("ana", "PAUSED")
	if got := s.acted("ana"); len(got) > 0 {
		t.Errorf("the page did %q", got)
	}
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.command("external_hangup", "bruno", "value=0")
	s.Tick()
	s.is("bruno", "INCALL") // only 1 acts
}

func TestPauseCodeNeedsThePage(t *testing.T) {
	s := newSite(t, Options{})
	s.says(s.command("pause_code", "ana", "value=LUNCH"), "SUCCESS: pause_code function sent - ana\n")
	if got := s.state("ana").PauseCode; got != "" {
		t.Errorf("the pause code is %q before the poll", got)
	}
	s.Tick()
	if got := s.state("ana").PauseCode; got != "LUNCH" {
		t.Errorf("the pause code is %q, want LUNCH", got)
	}
	s.says(s.command("pause_code", "ana", "value=JUMPING"), "ERROR: pause_code not valid - JUMPING|ana\n")
	s.says(s.command("pause_code", "bruno", "value=LUNCH"), "ERROR: pause_code error - agent is not paused - bruno\n")
}

func TestLogoutDuringACallWaitsForItsDisposition(t *testing.T) {
	s := newSite(t, Options{})
	must(t, s.Answer(s.Ring("bruno", "11987654321")))
	s.command("logout", "bruno", "value=LOGOUT")
	s.Tick()
	s.is("bruno", "INCALL")
	must(t, s.Dispo("bruno", "A"))
	if s.state("bruno").LoggedIn {
		t.Error("bruno is still logged in after the disposition")
	}
	s.says(s.command("external_pause", "bruno", "value=PAUSE"), "ERROR: agent_user is not logged in - bruno\n")
	s.LogIn("bruno")
	s.is("bruno", "PAUSED")
}

func TestLockedAccountFreezesItsOwnPage(t *testing.T) {
	s := newSite(t, Options{})
	for range lockAfter {
		request(t, s.Server, "POST", agentAPIPath, "source=test&user=bruno&pass=guess&function=external_pause&agent_user=bruno&value=PAUSE")
	}
	s.command("external_pause", "bruno", "value=PAUSE")
	s.Tick()
	s.is("bruno", "READY")
	s.clock.pass(lockTime + time.Second)
	s.Tick()
	s.is("bruno", "PAUSED")
}

func TestChangedInGroupsComeIntoForceOnThePage(t *testing.T) {
	s := newSite(t, Options{})
	s.command("change_ingroups", "bruno", "value=ADD&blended=NO&ingroup_choices=+SUPPORT+-")
	s.says(s.command("change_ingroups", "bruno", "value=REMOVE&blended=NO&ingroup_choices=+SALESLINE+-"),
		"SUCCESS: change_ingroups function set - apiuser|bruno| AGENTDIRECT -|NO|\n") // it starts from what the page applied last
	s.Tick()
	if got := s.state("bruno"); got.InGroups != " AGENTDIRECT -" || got.Status != "CLOSER" {
		t.Errorf("bruno serves %q as %s", got.InGroups, got.Status)
	}
}
