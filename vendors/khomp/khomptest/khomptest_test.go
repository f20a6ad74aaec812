package khomptest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newPhone(t *testing.T, opts Options) *Phone {
	t.Helper()
	p := New(opts)
	t.Cleanup(p.Close)
	return p
}

func get(t *testing.T, p *Phone, path string) string {
	t.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = strings.Replace(p.URL(), "http://", "http://root:root@", 1) + path
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "no answer"
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		return res.Status
	}
	return string(body)
}

const dialling = "/goform/SavePhoneCAllInfoCfg?DialNumber=2222&Operate=Dail&BlackListAccountID=127" // manual 002, 1.1.20

func TestManualsLiteralAddressDials(t *testing.T) {
	p := newPhone(t, Options{})
	if got := get(t, p, dialling); got != "OK" {
		t.Errorf("got %s", got)
	}
	want := []Call{{Ref: "1", Account: "127", State: Dialing, Number: "2222"}}
	if d := cmp.Diff(p.LiveCalls(), want); d != "" || len(p.Requests()[0].Faults) > 0 {
		t.Errorf("%v, got-, want+:\n%s", p.Requests()[0].Faults, d)
	}
	if got := get(t, p, "/goform/SavePhoneCAllInfoCfg?Operate=Hangup"); got != "OK" || len(p.LiveCalls()) > 0 {
		t.Errorf("got %s, and %+v", got, p.LiveCalls())
	}
}

func TestPhoneMatchesCaseAndPassword(t *testing.T) {
	p := newPhone(t, Options{Path: ProgramPath})
	for _, c := range []struct{ path, want string }{
		{dialling, "404 Not Found"},
		{strings.Replace(dialling, ManualPath, ProgramPath, 1), "OK"},
		{strings.Replace(p.URL(), "http://", "http://root:admin@", 1) + "/goform/" + ProgramPath + "?Operate=Hangup", "401 Unauthorized"},
		{p.URL() + "/cgi-bin/ConfigManApp.com?key=F1", "401 Unauthorized"},
		{"/cgi-bin/configmanapp.com?key=F1", "404 Not Found"},
		{"/goform/" + ProgramPath + "?Operate=Answer", "404 Not Found"},
	} {
		if got := get(t, p, c.path); got != c.want {
			t.Errorf("%s: got %s, want %s", c.path, got, c.want)
		}
	}
}

func TestKeysDoWhatAPersonExpects(t *testing.T) {
	p := newPhone(t, Options{})
	press := func(keys string) {
		t.Helper()
		if got := get(t, p, "/cgi-bin/ConfigManApp.com?key="+keys); got != "OK" {
			t.Errorf("%s: got %s", keys, got)
		}
	}
	c := p.Ring("1111")
	state := func() State { now, _ := p.Call(c.Ref); return now.State }
	for _, step := range []struct {
		keys string
		want State
	}{
		{"F1", Connected}, {"F_HOLD", OnHold}, {"F_HOLD", Connected}, {"MUTE", Connected}, {"1;2;POUND", Connected}, {"F_TRANSFER;2000;ENTER", Ended},
	} {
		press(step.keys)
		if got := state(); got != step.want {
			t.Errorf("after %s the call is %s, want %s", step.keys, got, step.want)
		}
	}
	got, _ := p.Call(c.Ref)
	if got.Digits != "12#" || !got.Muted || got.TransferredTo != "2000" {
		t.Errorf("got %+v", got)
	}
	c = p.Ring("2222")
	press("X")
	if state() != Ended {
		t.Errorf("after X the call is %s", state())
	}
	get(t, p, dialling)
	press("X")
	press("RD")
	if live := p.LiveCalls(); len(live) != 1 || live[0].Number != "2222" || live[0].Ref != "4" {
		t.Errorf("after RD: %+v", live)
	}
}

func TestUnknownRequestIsAFault(t *testing.T) {
	p := newPhone(t, Options{})
	get(t, p, "/goform/SavePhoneCAllInfoCfg?Operate=Dail&DialNumber=1&DialNumber=2&Line=1")
	get(t, p, "/cgi-bin/ConfigManApp.com?key=F1;BANG")
	var got []string
	for _, r := range p.Requests() {
		got = append(got, r.Function+": "+strings.Join(r.Faults, ", "))
	}
	want := []string{"Dail: no BlackListAccountID, parameter DialNumber more than once, unknown parameter Line", "key: unknown key BANG"}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got-, want+:\n%s", d)
	}
}

func TestCustomerComesAndGoesByItself(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p := newPhone(t, Options{})
	heard := make(chan State, 16)
	p.Notify(func(c Call) { heard <- c.State })
	p.AutoAnswer(time.Millisecond)
	p.AutoHangup(time.Millisecond)
	if _, err := p.Dial("3501"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []State{Dialing, Connected, Ended} {
		select {
		case got := <-heard:
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", want)
		}
	}
	if err := p.RemoteHangup("1"); err == nil {
		t.Error("a call ended twice")
	}
}

func TestActionURLsAreCalledInOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	heard := make(chan string, 16)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.RequestURI }))
	t.Cleanup(site.Close)
	p := newPhone(t, Options{Extension: "10005"})
	for _, event := range []string{"incoming", "outgoing", "established", "terminated", "missed"} {
		p.SetActionURL(event, strings.TrimPrefix(site.URL, "http://")+"/"+event+"?r=$remote&l=$local")
	}
	p.SetActionURL("established", "")
	c := p.Ring("1111")
	if err := p.Answer(c.Ref); err != nil {
		t.Fatal(err)
	}
	if err := p.Hangup(c.Ref); err != nil {
		t.Fatal(err)
	}
	if err := p.RemoteHangup(p.Ring("2222").Ref); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"/incoming?r=1111&l=10005", "/terminated?r=1111&l=10005", "/incoming?r=2222&l=10005", "/terminated?r=2222&l=10005", "/missed?r=2222&l=10005"} {
		select {
		case got := <-heard:
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", want)
		}
	}
}

func TestCutLinkAnswersNobodyAndADroppedRequestDoesNothing(t *testing.T) {
	p := newPhone(t, Options{})
	p.CutLink()
	if got := get(t, p, dialling); got != "no answer" {
		t.Errorf("got %s", got)
	}
	p.RestoreLink()
	p.DropAfterRead("Dail")
	if got := get(t, p, dialling); got != "no answer" || len(p.LiveCalls()) > 0 || p.Received("Dail") != 1 {
		t.Errorf("got %s, %+v, read %d times", got, p.LiveCalls(), p.Received("Dail"))
	}
}
