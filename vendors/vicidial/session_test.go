package vicidial

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vicidial/vicidialtest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var desk = cti.Target{Agent: lawAgent, Extension: "gs101"}

// hasty is a clock that runs fifty times as fast as real time.
type hasty struct{ start time.Time }

const hurry = 50

func (h hasty) Now() time.Time { return h.start.Add(time.Since(h.start) * hurry) }

func (h hasty) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d/hurry, f).Stop
}

// site is a simulator with a session on it that runs.
type site struct {
	t       *testing.T
	dialer  *vicidialtest.Server
	session cti.Session
	host    *ctitest.Host
	done    chan error

	mu   sync.Mutex
	all  []cti.Fact
	news chan struct{}
}

func newSite(t *testing.T, opts vicidialtest.Options, more map[string]string) *site {
	t.Helper()
	clock := hasty{time.Now()}
	opts.Now = clock.Now
	s := &site{t: t, dialer: newDialer(t, opts), host: ctitest.NewHost(clock), done: make(chan error, 1), news: make(chan struct{}, 1)}
	s.host.SetDesk(desk)
	s.host.OpenReceiver(t)
	var err error
	if s.session, err = Driver().Open(t.Context(), configOf(s.dialer, vicidialtest.DefaultPass, more), s.host); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.session.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// runs runs the session until the test ends.
func (s *site) runs() *site {
	s.t.Helper()
	go func() {
		s.done <- s.session.Run(context.Background(), func(f cti.Fact) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.all = append(s.all, f)
			select {
			case s.news <- struct{}{}:
			default:
			}
		})
	}()
	s.until("a snapshot", func(f cti.Fact) bool { _, ok := f.(cti.SnapshotFact); return ok })
	return s
}

func (s *site) told() []cti.Fact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.all)
}

// until waits for a fact.
func (s *site) until(what string, fits func(cti.Fact) bool) {
	s.t.Helper()
	ctx := soon(s.t)
	for {
		if slices.ContainsFunc(s.told(), fits) {
			return
		}
		select {
		case <-s.news:
		case <-ctx.Done():
			s.t.Fatalf("%s did not come: %+v", what, s.told())
		}
	}
}

// call waits until a call of this number is told in a state, and answers that fact.
func (s *site) call(number string, state cti.CallState) (found cti.CallFact) {
	s.t.Helper()
	s.until(number+" "+string(state), func(f cti.Fact) bool {
		c, ok := f.(cti.CallFact)
		if ok && c.Number == number && c.State == state {
			found = c
			return true
		}
		return false
	})
	return found
}

// asked are the forms of the requests for a function.
func (s *site) asked(function string) (out []url.Values) {
	for _, r := range s.dialer.Requests() {
		if r.Function != function {
			continue
		}
		f, err := url.ParseQuery(strings.Trim(r.Query+"&"+r.Body, "&"))
		if err != nil {
			s.t.Errorf("%s: %v", r.Body, err)
		}
		out = append(out, f)
	}
	return out
}

func do[In, Out any](s *site, a cti.Action[In, Out], in In) Out {
	s.t.Helper()
	out, err := cti.Do(soon(s.t), s.session.Actions(), a, desk, in)
	if err != nil {
		s.t.Fatalf("%s: %v", a.Name, err)
	}
	return out
}

func fails[In, Out any](s *site, a cti.Action[In, Out], in In) *cti.Error {
	s.t.Helper()
	_, err := cti.Do(soon(s.t), s.session.Actions(), a, desk, in)
	if err == nil {
		s.t.Fatalf("%s %+v: no error", a.Name, in)
	}
	return cti.AsError(err)
}

// soon is a context that ends long after everything should have happened.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestOptionsAreHeldAgainstWhatTheServerDeletes(t *testing.T) {
	for _, c := range []struct{ option, value, text string }{
		{optionURL, "dialer", "url must look like"},
		{optionURL, "http://u:" + ctitest.Canary + "@dialer.example.com", "url must not hold a password"},
		{optionUser, "ana.silva", "user must be"},
		{optionPassword, "p@ss#1!" + ctitest.Canary, "could never let it in"},
		{optionPassword, "", "password must be"},
		{optionSource, "my-crm", "source must be"},
		{optionPhoneCode, "+55", "phone_code must be"},
		{optionEvents, "push", "agent_events must be"},
		{optionGoTo, "javascript:alert(1)", "webform_goto must look like"},
		{optionGoTo, "https://{phone_number}/x", "webform_goto must look like"},
		{optionReasons, "LUNCHBREAK=Lunch", "pause_codes must look like"},
		{optionCallback, "CALL BACK", "callback_status must be"},
		{optionZone, "Sao Paulo", "time_zone must be"},
	} {
		values := map[string]string{optionURL: "https://dialer.example.com", optionUser: "api", optionPassword: "secret1"}
		values[c.option] = c.value
		_, err := Driver().Open(t.Context(), cti.Config{Values: values}, ctitest.NewHost(nil))
		if !errors.Is(err, cti.BadRequest) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), ctitest.Canary) {
			t.Errorf("%s = %q: %v, want %q", c.option, c.value, err, c.text)
		}
	}
	for _, good := range []string{"https://dialer.example.com", "https://dialer.example.com/agc/api.php", "https://dialer.example.com/"} {
		u, err := address(good)
		if err != nil || u.String() != "https://dialer.example.com" {
			t.Errorf("%s: %v, %v", good, u, err)
		}
	}
}

func TestNothingIsSentAfterAWrongPassword(t *testing.T) {
	s := newSite(t, vicidialtest.Options{Pass: "another1"}, nil)
	err := s.session.Run(soon(t), func(cti.Fact) {})
	e := cti.AsError(err)
	if !errors.Is(err, cti.Unauthorized) || e.Hint != hintLogin {
		t.Fatalf("Run answered %v, want unauthorized", err)
	}
	before := len(s.dialer.Requests())
	for range 12 {
		if e := fails(s, cti.AgentPause, cti.PauseIn{}); e.Kind != cti.Unauthorized || e.Sent != cti.NotSent {
			t.Fatalf("after a wrong password: %v, sent %s", e, e.Sent)
		}
	}
	if now := len(s.dialer.Requests()); now != before {
		t.Errorf("%d requests more after a wrong password", now-before)
	}
	do(s, VersionOf, cti.None{}) // asks for no password, so it may
	if text := e.Error() + s.host.LogText(); strings.Contains(text, vicidialtest.DefaultPass) || strings.Contains(text, "SELECT") {
		t.Errorf("%s holds what the server echoes", text)
	}
}

func TestEveryWayOfBeingRefusedHasItsSentence(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(*vicidialtest.Server)
		kind cti.Kind
		hint string
	}{
		"no agent API access": {func(d *vicidialtest.Server) {
			d.AddUser(vicidialtest.User{Name: vicidialtest.DefaultUser, Pass: vicidialtest.DefaultPass, Level: 8})
		}, cti.Unauthorized, hintAccess},
		"no telephony server": {func(d *vicidialtest.Server) { d.TelephonyServers(false) }, cti.Unavailable, hintServers},
		"address blocked":     {func(d *vicidialtest.Server) { d.BlockIP(true) }, cti.Forbidden, hintAddressList},
		"API off":             {func(d *vicidialtest.Server) { d.AgentAPIActive(false) }, cti.Refused, hintInactive},
		"function not allowed": {func(d *vicidialtest.Server) {
			d.AddAPIUser(vicidialtest.DefaultUser, vicidialtest.DefaultPass, "external_hangup")
		}, cti.Forbidden, hintFunction},
		"a language": {func(d *vicidialtest.Server) { d.Language(vicidialtest.DefaultUser, "pt") }, cti.Refused, hintLanguage},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, vicidialtest.Options{}, nil)
			c.set(s.dialer)
			if e := fails(s, Pause, PauseIn{Value: "PAUSE"}); e.Kind != c.kind || e.Hint != c.hint {
				t.Errorf("%v, hint %s; want %s, %s", e, e.Hint, c.kind, c.hint)
			}
		})
	}
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func TestBadAnswersAreClearErrors(t *testing.T) {
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		kind  cti.Kind
		says  string
	}{
		"a web page":     {says("<html><body>Login</body></html>"), cti.Unavailable, "a web page"},
		"nothing":        {says(""), cti.Unsupported, "answered nothing"},
		"half a line":    {says("SUCCE"), cti.Refused, "no document knows"},
		"another reason": {says("SUCCESS: something else - 1"), cti.Refused, "no document knows"},
		"a notice alone": {says("NOTICE: something - 1"), cti.Refused, "something"},
		"Latin-1":        {says("ERROR: fun\xe7\xe3o - 1"), cti.Refused, "função"},
		"ten mebibytes":  {says(strings.Repeat("x", 10<<20)), cti.Unavailable, "1 MiB"},
		"another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/x", http.StatusFound)
		}, cti.Unavailable, "elsewhere.example"},
		"a broken statement": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, cti.Unavailable, "database"},
		"a page of an error": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(502)
			_, _ = io.WriteString(w, "<html>Bad Gateway")
		}, cti.Unavailable, "502"},
		"a slow drip": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `SUCC`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, cti.Timeout, "in time"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.serve)
			defer server.Close()
			session, err := Driver().Open(t.Context(), cti.Config{Values: map[string]string{optionURL: server.URL, optionUser: "api", optionPassword: ctitest.Canary}}, ctitest.NewHost(nil))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = session.Close() }()
			ctx := soon(t)
			if name == "a slow drip" {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
			}
			_, err = cti.Do(ctx, session.Actions(), Pause, desk, PauseIn{Value: "PAUSE"})
			if e := cti.AsError(err); err == nil || e.Kind != c.kind || !strings.Contains(e.Text, c.says) || !cti.MayHaveReached(err) {
				t.Errorf("%v, want %s saying %q, perhaps sent", err, c.kind, c.says)
			}
		})
	}
}

func TestCommandsOfACellWaitForEachOther(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	s.dialer.SetStatus(lawAgent, statusReady)
	var wg sync.WaitGroup
	for range mostWaiting {
		wg.Go(func() { do(s, Pause, PauseIn{Value: "PAUSE"}) })
	}
	wg.Wait()
	requests := s.dialer.Requests()
	for i := 1; i < len(requests); i++ {
		if d := requests[i].Time.Sub(requests[i-1].Time); d < gap {
			t.Errorf("%v between two commands of one cell, want %v", d, gap)
		}
	}
	if len(requests) != mostWaiting {
		t.Errorf("%d requests", len(requests))
	}
}

func TestACellTakesNoEndlessQueue(t *testing.T) {
	s := newSite(t, vicidialtest.Options{}, nil)
	read := s.dialer.HangAfterRead("external_pause")
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, mostWaiting+2)
	ask := func() {
		_, err := cti.Do(ctx, s.session.Actions(), Pause, desk, PauseIn{Value: "PAUSE"})
		results <- err
	}
	go ask()
	<-read
	for range mostWaiting + 1 {
		go ask()
	}
	if err := <-results; !errors.Is(err, cti.RateLimited) || cti.MayHaveReached(err) {
		t.Errorf("one too many: %v", err)
	}
	cancel()
	for range mostWaiting + 1 {
		if err := <-results; !errors.Is(err, cti.Canceled) {
			t.Errorf("given up: %v", err)
		}
	}
}
