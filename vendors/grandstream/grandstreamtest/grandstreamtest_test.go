package grandstreamtest

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
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.URL()+"/cgi-bin/"+path, nil)
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
	return strings.TrimSpace(string(body))
}

const (
	success  = `{"response":"success","body":true}`
	complete = `{"response":"success","body":"complete"}`
	refusal  = `{"response":"error","body":false}`
)

func TestAnswersAreThoseOfTheCTIGuide(t *testing.T) {
	p := newPhone(t, Options{Lines: 1})
	for _, c := range []struct{ path, want string }{
		{"api-get_line_status?passcode=admin", `{"response":"success","body":[{"line":1,"state":"idle","acct":"","remotename":"","remotenumber":"","active":0}]}`},
		{"api-phone_operation?passcode=admin&cmd=endcall", refusal},
		{"api-phone_operation?passcode=admin&cmd=holdcall", refusal},
		{"api-phone_operation?passcode=admin&cmd=acceptcall", refusal},
		{"api-phone_operation?passcode=admin&cmd=rejectcall", refusal},
		{"api-phone_operation?passcode=admin&cmd=dance", refusal},
		{"api-phone_operation?passcode=admin", `{"response":"error","body":"failed"}`},
		{"api-send_key?passcode=admin&keys=OK", complete},
		{"api-send_key?passcode=admin&keys=STAR:MPK1", complete},
		{"api-send_key?passcode=admin&keys=BANG", `{"response":"error","body":"unknown"}`},
		{"api-make_call?passcode=admin&phonenumber=3501", success},
		{"api-get_line_status?passcode=admin", `{"response":"success","body":[{"line":1,"state":"dialing","acct":"1","remotename":"","remotenumber":"3501","active":1}]}`},
		{"api-make_call?passcode=admin&phonenumber=3502", refusal},
		{"api-phone_operation?passcode=admin&cmd=cancel", success},
		{"api-make_call?phonenumber=12345&account=0&password=admin", success},
		{"api-phone_operation?passcode=admin&cmd=endcall", success},
		{"api-phone_operation?password=admin&cmd=endcall", "401 Unauthorized"},
		{"api-get_line_status?passcode=wrong", "401 Unauthorized"},
		{"api-sys_operation?passcode=admin&request=REBOOT", "404 Not Found"},
	} {
		if got := get(t, p, c.path); got != c.want {
			t.Errorf("%s: got %s, want %s", c.path, got, c.want)
		}
	}
}

func TestDialectIsTheConfiguredOne(t *testing.T) {
	literal := "api-make_call?phonenumber=12345&account=0&password=admin"
	guide := "api-make_call?passcode=admin&phonenumber=3501"
	for d, want := range map[Dialect][2]string{
		Password: {success, "401 Unauthorized"},
		Passcode: {"401 Unauthorized", success},
		Either:   {success, success},
	} {
		p := newPhone(t, Options{Dialect: d})
		if got := [2]string{get(t, p, literal), get(t, p, guide)}; got != want {
			t.Errorf("dialect %q: got %q, want %q", d, got, want)
		}
	}
}

func TestWrongPasswordHasItsReadings(t *testing.T) {
	for reading, want := range map[WrongPassword]string{
		ByStatus401: "401 Unauthorized", ByStatus403: "403 Forbidden", ByWord: `{"response":"error","body":"unauthorized"}`,
	} {
		p := newPhone(t, Options{WrongPassword: reading})
		if got := get(t, p, "api-get_line_status?passcode=x"); got != want {
			t.Errorf("%q: got %s, want %s", reading, got, want)
		}
	}
}

func TestUndocumentedRequestIsAFault(t *testing.T) {
	p := newPhone(t, Options{})
	get(t, p, "api-phone_operation?passcode=admin&cmd=endcall&line=1&cmd=x")
	if d := cmp.Diff(p.Requests()[0].Faults, []string{"parameter cmd more than once", "unknown parameter line"}); d != "" {
		t.Error(d)
	}
}

// shows is what the lines say, one word a busy line.
func (p *Phone) shows() string {
	var out []string
	for _, c := range p.LiveCalls() {
		out = append(out, string(c.State)+" "+c.Number)
	}
	return strings.Join(out, ", ")
}

func TestTwoCallsShareOneHandset(t *testing.T) {
	p := newPhone(t, Options{})
	first := p.Ring("1111")
	get(t, p, "api-phone_operation?passcode=admin&cmd=acceptcall")
	p.Ring("2222")
	get(t, p, "api-phone_operation?passcode=admin&cmd=acceptcall")
	if got, want := p.shows(), "onhold 1111, connected 2222"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	get(t, p, "api-phone_operation?passcode=admin&cmd=endcall")
	get(t, p, "api-phone_operation?passcode=admin&cmd=holdcall")
	if got, want := p.shows(), "connected 1111"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if err := p.RemoteHangup(first.Ref); err != nil {
		t.Error(err)
	}
	if err := p.RemoteHangup(first.Ref); err == nil {
		t.Error("a call ended twice")
	}
}

func TestKeysDoWhatTheySay(t *testing.T) {
	p := newPhone(t, Options{})
	c := p.RingAs("1111", "Ana")
	get(t, p, "api-send_key?passcode=admin&keys=OFFHOOK")
	get(t, p, "api-send_key?passcode=admin&keys=1:STAR:POUND:MUTE")
	get(t, p, "api-send_key?passcode=admin&keys=TRANSFER:2:0:0:SEND")
	got, _ := p.Call(c.Ref)
	want := Call{Ref: c.Ref, Line: 1, Inbound: true, State: Ended, Number: "1111", Name: "Ana", Answered: true, Muted: true, Digits: "1*#", TransferredTo: "200"}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("got-, want+:\n%s", d)
	}
	get(t, p, "api-send_key?passcode=admin&keys=3:0:SEND")
	if got := p.shows(); got != "dialing 30" {
		t.Errorf("got %s", got)
	}
}

func TestDialledCustomerAnswersAndLeavesByItself(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p := newPhone(t, Options{})
	p.AutoAnswer(time.Millisecond)
	p.AutoHangup(time.Millisecond)
	c, err := p.Dial("3501")
	if err != nil {
		t.Fatal(err)
	}
	ended := func() bool { c, _ = p.Call(c.Ref); return c.State == Ended }
	if err := p.Wait(ctx, ended); err != nil || !c.Answered {
		t.Errorf("%v: %+v", err, c)
	}
}

func TestActionURLsAreCalledInOrderWithTheirVariables(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	heard := make(chan string, 16)
	site := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.RequestURI }))
	t.Cleanup(site.Close)
	p := newPhone(t, Options{Extension: "10005"})
	for _, event := range []string{"incoming", "established", "hold", "terminated", "missed"} {
		p.SetActionURL(event, strings.TrimPrefix(site.URL, "http://")+"/"+event+"?r=$remote&d=$display_remote&m=$mac&l=$local")
	}
	c := p.RingAs("1111", "Ana S")
	for _, do := range []func(string) error{p.Answer, p.ToggleHold, p.Hangup} {
		if err := do(c.Ref); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.RemoteHangup(p.Ring("2222").Ref); err != nil {
		t.Fatal(err)
	}
	const rest = "?r=1111&d=Ana+S&m=000b82000001&l=10005"
	const other = "?r=2222&d=&m=000b82000001&l=10005"
	for _, want := range []string{"/incoming" + rest, "/established" + rest, "/hold" + rest, "/terminated" + rest,
		"/incoming" + other, "/terminated" + other, "/missed" + other} {
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

func TestNotifyHearsEveryChangeInOrder(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p := newPhone(t, Options{})
	heard := make(chan State, 16)
	p.Notify(func(c Call) { heard <- c.State })
	c := p.Ring("1111")
	if err := p.Answer(c.Ref); err != nil {
		t.Fatal(err)
	}
	if err := p.RemoteHangup(c.Ref); err != nil {
		t.Fatal(err)
	}
	for _, want := range []State{Ringing, Connected, Ended} {
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

func TestCutLinkAnswersNobody(t *testing.T) {
	p := newPhone(t, Options{})
	p.CutLink()
	if got := get(t, p, "api-get_line_status?passcode=admin"); got != "no answer" {
		t.Errorf("got %s", got)
	}
	p.RestoreLink()
	if got := get(t, p, "api-phone_operation?passcode=admin&cmd=endcall"); got != refusal {
		t.Errorf("got %s", got)
	}
}

func TestDroppedRequestWasReadOnceAndNothingWasDone(t *testing.T) {
	p := newPhone(t, Options{})
	p.DropAfterRead("api-make_call")
	if got := get(t, p, "api-make_call?passcode=admin&phonenumber=1"); got != "no answer" || len(p.LiveCalls()) > 0 {
		t.Errorf("got %s and %s", got, p.shows())
	}
	if n := p.Received("api-make_call"); n != 1 {
		t.Errorf("read %d times", n)
	}
}
