package vicidialtest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpenPageTellsItsEvents(t *testing.T) {
	s := newSite(t, Options{})
	s.command("external_dial", "ana", dialRest)
	s.Tick()
	ref := s.LiveCalls("ana")[0].Ref
	must(t, s.Answer(ref))
	must(t, s.Hangup(ref))
	must(t, s.Dispo("ana", "SALE"))
	s.SetPage("ana", false)
	s.SetStatus("ana", "READY")
	var got []string
	for i, e := range s.AgentEvents("ana") {
		if e.Counter != i+1 || e.SQLDate != "2026-11-20 07:23:37" {
			t.Errorf("event %d is %+v", i+1, e)
		}
		got = append(got, e.Type+" "+e.Message)
	}
	want := []string{"call_dialed 1133334444 MANUAL", "call_answered " + ref, "call_dead " + ref, "dispo_set SALE", "state_paused PAUSED"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got)\n%s", diff)
	}
}

func TestConnectedCallOpensTheWebForm(t *testing.T) {
	s := newSite(t, Options{})
	seen := make(chan string, 4)
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.URL.String()
		http.Redirect(w, r, "https://crm.example.com/", http.StatusFound)
	}))
	t.Cleanup(door.Close)
	s.WebForm(DefaultCampaign, "VAR"+door.URL+"/pop?lead=--A--lead_id--B--&name=--A--first_name--B--&call=--A--call_id--B--&user=--A--user--B--&x=--A--nothing--B--")
	lead := s.AddLead(Lead{PhoneNumber: "1122223333", FirstName: "A&B Ltda"})
	ref := s.DialerCall("bruno", lead)
	must(t, s.Answer(ref))
	await(t, s.Server, "the pop", func() bool { return len(s.Pops()) == 1 })
	path := "/pop?lead=501&name=A%26B+Ltda&call=" + ref + "&user=bruno&x="
	if got := <-seen; got != path {
		t.Errorf("the page opened %s, want %s", got, path)
	}
	want := Pop{Agent: "bruno", URL: door.URL + path, Status: http.StatusFound, Location: "https://crm.example.com/"}
	got := s.Pops()[0]
	got.Body = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pop (-want +got)\n%s", diff)
	}
	s.SetPage("ana", false)
	s.SetStatus("ana", "READY")
	must(t, s.Answer(s.Ring("ana", "11987654321")))
	s.WebForm(DefaultCampaign, "")
	must(t, s.Dispo("bruno", "A"))
	must(t, s.Answer(s.Ring("bruno", "11987654322")))
	s.Close() // which waits for pops that are on their way
	if n := len(s.Pops()); n != 1 {
		t.Errorf("%d pops, though one page was closed and then no form set", n)
	}
}
