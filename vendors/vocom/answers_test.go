package vocom

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vocom/vocomtest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a session on a simulator, which ends with the test.
func open(t *testing.T, p *vocomtest.PBX, more map[string]string) cti.Session {
	t.Helper()
	host := ctitest.NewHost(nil)
	host.SetDesk(cti.Target{Agent: lawAgent, Extension: lawBranch})
	s, err := Driver().Open(t.Context(), configOf(p, vocomtest.DefaultKey, more), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// soon is a context that ends long before the driver's own patience does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	t.Cleanup(cancel)
	return ctx
}

var desk = cti.Target{Agent: lawAgent, Extension: lawBranch}

func says(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
}

// Every word of manual 003 has one meaning, whatever the HTTP side says.
func TestEveryWordOfTheManualHasItsKind(t *testing.T) {
	for _, c := range []struct {
		body string
		kind cti.Kind // "" is success
		sent cti.Sent
	}{
		{`{"response":{"command":"login","status":"ok","status_type":""}}`, "", ""},
		{`{"response":{"command":"login","status":"ok"}}`, "", ""},
		{`{"response":{"command":"login","status":"error","status_type":"params_failed"}}`, cti.BadRequest, cti.CertainSent},
		{`{"response":{"command":"login","status":"error","status_type":"authentication_failed"}}`, cti.Unauthorized, cti.CertainSent},
		{`{"response":{"command":"login","status":"error","status_type":"execute_failed"}}`, cti.Refused, cti.CertainSent},
		{`{"response":{"command":"login","status":"error","status_type":"not_found_failed"}}`, cti.NotFound, cti.CertainSent},
		{`{"response":{"command":"login","status":"ok","status_type":"execute_failed"}}`, cti.Refused, cti.CertainSent},
		{`{"response":{"command":"login","status":"error","status_type":""}}`, cti.Refused, cti.MaybeSent},
		{`{"response":{"command":"login","status":"error","status_type":"new_failed"}}`, cti.Refused, cti.MaybeSent},
		{`{"response":{"command":"login","status":null,"status_type":""}}`, cti.Unavailable, cti.MaybeSent},
	} {
		p := newPBX(t, vocomtest.Options{})
		p.AnswerWith(says(c.body))
		_, err := cti.Do(soon(t), open(t, p, nil).Actions(), Login, desk, BranchIn{})
		switch e := cti.AsError(err); {
		case c.kind == "" && err != nil:
			t.Errorf("%s: %v", c.body, err)
		case c.kind != "" && (err == nil || e.Kind != c.kind || e.Sent != c.sent):
			t.Errorf("%s: %v, want %s and %v", c.body, err, c.kind, c.sent)
		}
	}
	if len(meanings()) != 4 {
		t.Errorf("manual 003 has four words, the table %d", len(meanings()))
	}
}

func TestBadAnswersAreClearErrors(t *testing.T) {
	for name, c := range map[string]struct {
		serve http.Handler
		kind  cti.Kind
		says  string
	}{
		"a web page":      {says("<html><body>Login</body></html>"), cti.Unavailable, "<html>"},
		"nothing":         {says(""), cti.Unavailable, "answered nothing"},
		"half an object":  {says(`{"response":{"status":"ok"`), cti.Unavailable, "no document knows"},
		"no response":     {says(`{"status":"ok"}`), cti.Unavailable, "no document knows"},
		"another type":    {says(`{"response":"ok"}`), cti.Unavailable, "no document knows"},
		"a warning first": {says("<b>Warning</b>: x {\"response\":{\"status\":\"ok\"}}"), cti.Unavailable, "Warning"},
		"ten mebibytes":   {says(strings.Repeat("x", 10<<20)), cti.Unavailable, "1 MiB"},
		"another host": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://elsewhere.example/x", http.StatusFound)
		}), cti.Unavailable, "elsewhere.example"},
		"a broken server": {http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }), cti.Unavailable, "500"},
		"a slow drip": {http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"resp`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}), cti.Timeout, "in time"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPBX(t, vocomtest.Options{})
			p.AnswerWith(c.serve)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			if name == "a slow drip" {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer cancel()
			_, err := cti.Do(ctx, open(t, p, nil).Actions(), Login, desk, BranchIn{})
			if e := cti.AsError(err); err == nil || e.Kind != c.kind || !strings.Contains(e.Text, c.says) || !cti.MayHaveReached(err) {
				t.Errorf("%v (%s), want %s saying %q, perhaps sent", err, e.Text, c.kind, c.says)
			}
		})
	}
}

func TestLatin1IsRead(t *testing.T) {
	p := newPBX(t, vocomtest.Options{})
	p.AnswerWith(says("{\"response\":{\"status\":\"ok\",\"result\":[{\"break_id\":\"1\",\"break_name\":\"Almo\xe7o\",\"break_timeout\":\"90\"}]}}"))
	list, err := cti.Do(soon(t), open(t, p, nil).Actions(), cti.AgentPauseReasons, desk, cti.None{})
	want := []cti.PauseReason{{ID: "1", Name: "Almoço", LimitSeconds: 5400}}
	if diff := cmp.Diff(want, list); err != nil || diff != "" {
		t.Fatalf("%v: %s", err, diff)
	}
}

func TestAgentListsInAllThreeShapes(t *testing.T) {
	row := `{"name":"A","status":"Available","branch":"1"}`
	want := []AgentRow{{Name: "A", Status: "Available", Branch: "1"}}
	for raw, out := range map[string][]AgentRow{`""`: {}, "null": {}, "": {}, "[" + row + "]": want, `{"3":` + row + `}`: want,
		`{"10":{"name":"B"},"9":{"name":"A"}}`: {{Name: "A"}, {Name: "B"}}} {
		got, err := readAgents([]byte(raw))
		if diff := cmp.Diff(out, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", raw, err, diff)
		}
	}
	if _, err := readAgents([]byte(`[1]`)); err == nil {
		t.Error("a number is read as an agent")
	}
}

func TestListsThatTheSystemCutsSaySo(t *testing.T) {
	for n, cut := range map[int]bool{3: false, mostRows: true} {
		p := newPBX(t, vocomtest.Options{Rows: n})
		s := open(t, p, nil)
		in := PeriodIn{cti.At(time.Unix(1599000000, 0)), cti.At(time.Unix(1599080000, 0))}
		tabs, err := cti.Do(soon(t), s.Actions(), TabsList, desk, in)
		if err != nil || len(tabs.List) != n || tabs.LimitReached != cut {
			t.Errorf("%d outcomes, cut %v: %v", len(tabs.List), tabs.LimitReached, err)
		}
		dialer, err := cti.Do(soon(t), s.Actions(), DialerList, desk, DialerIn{PeriodIn: in})
		if err != nil || len(dialer.List) != n || dialer.LimitReached != cut {
			t.Errorf("%d calls, cut %v: %v", len(dialer.List), dialer.LimitReached, err)
		}
		report, err := cti.Do(soon(t), s.Actions(), cti.ReportCalls, desk, cti.ReportIn{})
		if err != nil {
			t.Fatal(err)
		}
		given, last := 0, error(nil)
		for _, err := range report {
			if last = err; err == nil {
				given++
			}
		}
		if given != n || (last != nil) != cut {
			t.Errorf("the report gave %d rows and ended with %v", given, last)
		}
	}
}

// No list at all would say that the system does not tell who answers.
func TestQueueWithoutAgentsSaysSo(t *testing.T) {
	p := vocomtest.New(vocomtest.Options{})
	t.Cleanup(p.Close)
	got, err := cti.Do(soon(t), open(t, p, nil).Actions(), cti.QueueStatusOf, desk, cti.QueueIn{Queue: vocomtest.DefaultQueue})
	if err != nil || got.Agents == nil || len(got.Agents) > 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzReply(f *testing.F) {
	f.Add(`{"response":{"status":"ok","status_type":"","call_id":"x","count":"2","list":[],"result":{"logged_in_agents":""}}}`)
	f.Add(`{"response":{"status":null}}`)
	f.Add("<html>")
	f.Fuzz(func(t *testing.T, text string) {
		var r reply
		if readReply([]byte(text), &r) == nil {
			list, err := readAgents(r.Result)
			if err == nil && list == nil {
				t.Errorf("no list and no error from %q", r.Result)
			}
		}
		var i info
		if readReply([]byte(text), &i) == nil {
			for name, v := range i.contact() {
				if len(v) > longestText || v == "" {
					t.Errorf("%s is %d bytes long", name, len(v))
				}
			}
		}
		_ = fmt.Sprint(stateOf(text))
	})
}
