package grandstream

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/i18n"
	"ctiagent/vendors/grandstream/grandstreamtest"

	"go.uber.org/goleak"
)

func desk() cti.Target { return cti.Target{Agent: "12", Extension: "10005"} }

// openSession opens a session that ends with the test.
func openSession(t *testing.T, cfg cti.Config, host cti.Host) cti.Session {
	t.Helper()
	if host == nil {
		host = ctitest.NewHost(nil)
	}
	s, err := Driver().Open(t.Context(), cfg, host)
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

func TestOptionsAreHeldAgainstTheirMeaning(t *testing.T) {
	for _, c := range []struct{ option, value, text string }{
		{optionURL, "phone", "url must look like"},
		{optionURL, "ftp://192.168.0.25", "url must look like"},
		{optionURL, "http://admin:" + ctitest.Canary + "@192.168.0.25", "url must not hold a password"},
		{optionPassword, "", "password is missing"},
		{optionPassword, "a\nb", "password must have"},
		{optionVariant, "both", "variant must be"},
		{optionAccount, "16", "account must be a number from 0 to 15"},
		{optionAccount, "one", "account must be"},
		{optionPoll, "-1", "poll must be a number from 0 to 3600"},
		{optionActionURLs, "maybe", "action_urls must be true or false"},
	} {
		values := map[string]string{optionURL: "http://192.168.0.25", optionPassword: "admin"}
		values[c.option] = c.value
		_, err := Driver().Open(t.Context(), cti.Config{Values: values}, ctitest.NewHost(nil))
		if !errors.Is(err, cti.BadRequest) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), ctitest.Canary) {
			t.Errorf("%s = %q: %v, want %q", c.option, c.value, err, c.text)
		}
	}
}

// The two literal addresses that documents print for a dial.
func TestDialIsTheDocumentsLiteralRequest(t *testing.T) {
	for _, c := range []struct {
		options map[string]string
		number  string
		want    string
	}{
		// Manual 002, 1.1.20 and 1.2.2.15.
		{map[string]string{optionVariant: variantPassword}, "12345", "/cgi-bin/api-make_call?phonenumber=12345&account=0&password=admin"},
		// CTI guide, "Make Call".
		{nil, "3501", "/cgi-bin/api-make_call?passcode=admin&phonenumber=3501"},
		{map[string]string{optionAccount: "2"}, "3501", "/cgi-bin/api-make_call?passcode=admin&phonenumber=3501&account=2"},
		{nil, "*72#", "/cgi-bin/api-make_call?passcode=admin&phonenumber=*72%23"},
	} {
		p := startPhone(t, grandstreamtest.Options{})
		s := openSession(t, configOf(p, "admin", c.options), nil)
		if _, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: c.number}); err != nil {
			t.Errorf("%s: %v", c.number, err)
		}
		got := p.Requests()
		if len(got) != 1 || got[0].URI != c.want || got[0].Method != http.MethodGet {
			t.Errorf("got %+v, want one GET %s", got, c.want)
		}
	}
}

func TestDialIsNeverTriedInTheOtherDialect(t *testing.T) {
	for variant, spoken := range map[string]grandstreamtest.Dialect{variantPasscode: grandstreamtest.Password, variantPassword: grandstreamtest.Passcode} {
		p := grandstreamtest.New(grandstreamtest.Options{Dialect: spoken})
		t.Cleanup(p.Close)
		s := openSession(t, configOf(p, "admin", map[string]string{optionVariant: variant}), nil)
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "3501"})
		if !errors.Is(err, cti.Unauthorized) || cti.AsError(err).Hint != hintPassword {
			t.Errorf("%s: got %v", variant, err)
		}
		if n := p.Received(programCall); n != 1 {
			t.Errorf("%s: asked %d times", variant, n)
		}
	}
}

func TestNumberThatIsNoneIsNotSent(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	sixteen := 16
	for _, in := range []MakeCallIn{{Number: ""}, {Number: "12&account=1"}, {Number: "12 34"}, {Number: strings.Repeat("1", 33)}, {Number: "12", Account: &sixteen}} {
		_, err := cti.Do(t.Context(), s.Actions(), MakeCall, desk(), in)
		if !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	for _, keys := range [][]string{nil, {}, {"1&cmd=x"}, {""}, make([]string, 65)} {
		_, err := cti.Do(t.Context(), s.Actions(), SendKeys, desk(), KeysIn{Keys: keys})
		if !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
			t.Errorf("%q: %v", keys, err)
		}
	}
	if n := len(p.Requests()); n > 0 {
		t.Errorf("the phone was asked %d times", n)
	}
}

func TestEveryAnswerHasItsMeaning(t *testing.T) {
	quoted := func(body string) string {
		if body == "false" {
			return body
		}
		return strconv.Quote(body)
	}
	for _, m := range meanings() {
		p := startPhone(t, grandstreamtest.Options{})
		p.AnswerWith(programCall, says(http.StatusOK, `{"response":"error","body":`+quoted(m.body)+`}`))
		s := openSession(t, configOf(p, "admin", nil), nil)
		_, err := cti.Do(t.Context(), s.Actions(), MakeCall, desk(), MakeCallIn{Number: "3501"})
		e := cti.AsError(err)
		if err == nil || e.Kind != m.kind || e.Sent != cti.CertainSent || e.Hint != m.hint || m.source == "" || !i18n.Has(m.hint) {
			t.Errorf("%s became %+v, want %s with the hint %s", m.body, e, m.kind, m.hint)
		}
	}
	for _, body := range []string{`true`, `"complete"`, `[]`, `[{"line":1}]`, `{}`, `null`, `false`, `"failed"`} {
		p := startPhone(t, grandstreamtest.Options{})
		p.AnswerWith(programCall, says(http.StatusOK, `{"response":"success","body":`+body+`}`))
		s := openSession(t, configOf(p, "admin", nil), nil)
		if _, err := cti.Do(t.Context(), s.Actions(), MakeCall, desk(), MakeCallIn{Number: "3501"}); err != nil {
			t.Errorf("success with %s became %v", body, err)
		}
	}
}

// says answers a text with a status.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestAnswersThatAreNoneAreClearErrors(t *testing.T) {
	const page = "<!DOCTYPE html><html><body>Login</body></html>"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   cti.Kind
		sent   cti.Sent
		text   string
	}{
		"a web page":          {says(200, page), cti.Refused, cti.MaybeSent, "no document knows"},
		"an error page":       {says(500, page), cti.Unavailable, cti.MaybeSent, "500"},
		"401":                 {says(401, ""), cti.Unauthorized, cti.CertainSent, "401"},
		"404":                 {says(404, page), cti.Unsupported, cti.CertainSent, "404"},
		"nothing":             {says(200, ""), cti.Unavailable, cti.MaybeSent, "nothing"},
		"half an answer":      {says(200, `{"response":"suc`), cti.Refused, cti.MaybeSent, "no document knows"},
		"an answer and more":  {says(200, `{"response":"success","body":true}{}`), cti.Refused, cti.MaybeSent, "no document knows"},
		"no response in it":   {says(200, `{"body":true}`), cti.Refused, cti.MaybeSent, "no document knows"},
		"another response":    {says(200, `{"response":"perhaps"}`), cti.Refused, cti.MaybeSent, "perhaps"},
		"a list":              {says(200, `["success"]`), cti.Refused, cti.MaybeSent, "no document knows"},
		"a new body":          {says(200, `{"response":"error","body":"busy"}`), cti.Refused, cti.CertainSent, "busy"},
		"the password itself": {says(200, `{"response":"error","body":"no `+ctitest.Canary+`"}`), cti.Refused, cti.CertainSent, "no ***"},
		"Latin-1":             {says(200, "{\"response\":\"error\",\"body\":\"n\xe3o\"}"), cti.Refused, cti.CertainSent, "não"},
		"ten megabytes":       {says(200, strings.Repeat("A", 10<<20)), cti.Unavailable, cti.MaybeSent, "1 MiB"},
		"another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/"+ctitest.Canary, http.StatusFound)
		}, cti.Unavailable, cti.CertainSent, "192.0.2.1"},
		"a broken body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte(`{"response"`))
		}, cti.Unavailable, cti.MaybeSent, "dropped"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPhone(t, grandstreamtest.Options{Password: ctitest.Canary})
			p.AnswerWith(programCall, c.answer)
			s := openSession(t, configOf(p, ctitest.Canary, nil), nil)
			_, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"})
			e := cti.AsError(err)
			if err == nil || e.Kind != c.kind || e.Sent != c.sent || !strings.Contains(e.Text, c.text) || len(e.Text) > 300 {
				t.Errorf("became %+v", e)
			}
			if all := fmt.Sprintf("%+v %v", e, err); strings.Contains(all, ctitest.Canary) {
				t.Errorf("the password is in the error: %s", all)
			}
			if n := p.Received(programCall); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

func TestSlowPhoneIsATimeoutAndLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := grandstreamtest.New(grandstreamtest.Options{})
	drip := make(chan struct{})
	p.AnswerWith(programCall, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		close(drip)
		<-r.Context().Done()
	})
	s, err := Driver().Open(t.Context(), configOf(p, "admin", nil), ctitest.NewHost(nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = cti.Do(ctx, s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"})
	if !errors.Is(err, cti.Timeout) || !cti.MayHaveReached(err) {
		t.Errorf("got %v", err)
	}
	<-drip
	_ = s.Close()
	p.Close()
	goleak.VerifyNone(t, before)
}

func TestListThatIsNoneDegradesTheLink(t *testing.T) {
	for name, body := range map[string]string{
		"no list":      `{"response":"success","body":true}`,
		"many lines":   `{"response":"success","body":[` + strings.Repeat(`{"line":1,"state":"idle"},`, 64) + `{"line":1,"state":"idle"}]}`,
		"a line twice": `{"response":"success","body":[{"line":1,"state":"idle"},{"line":1,"state":"idle"}]}`,
		"no state":     `{"response":"success","body":[{"line":1}]}`,
		"no line":      `{"response":"success","body":[{"state":"idle"}]}`,
		"an object":    `{"response":"success","body":[{"line":{},"state":"idle"}]}`,
	} {
		p := startPhone(t, grandstreamtest.Options{})
		p.AnswerWith(programLines, says(200, body))
		s := openSession(t, configOf(p, "admin", nil), nil)
		_, err := cti.Do(t.Context(), s.Actions(), LineStatus, desk(), cti.None{})
		if !errors.Is(err, cti.Unavailable) || !strings.Contains(err.Error(), "not understood") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestSentencesOfThisDriverExist(t *testing.T) {
	for _, id := range []string{hintRefused, hintPassword, hintFunction, hintAddress, hintLine, hintDigits, hintTransfer, noReceiverID} {
		if !i18n.Has(id) {
			t.Errorf("%s has no sentence", id)
		}
	}
	for _, f := range Driver().Functions {
		if id := "cli.function." + f.Name; strings.HasPrefix(f.Name, driverName+".") && i18n.T(i18n.En, id, nil) != f.Title {
			t.Errorf("%s is %q, want %q", id, i18n.T(i18n.En, id, nil), f.Title)
		}
	}
	for _, o := range Driver().Options {
		if id := "cli.option." + driverName + "." + o.Name; i18n.T(i18n.En, id, nil) != o.Help {
			t.Errorf("%s is %q, want %q", id, i18n.T(i18n.En, id, nil), o.Help)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"response":"success","body":[{"line":1,"state":"idle","acct":"","remotename":"","remotenumber":"","active":0}]}`))
	f.Add([]byte(`{"response":"error","body":false}`))
	f.Add([]byte("\xef\xbb\xbf {\"response\":\"error\",\"body\":\"unknown\"}"))
	f.Add([]byte(`{"response":"success","body":[{"line":"2","state":"RINGING","remotename":"Jo\u0000e","remotenumber":"sip:1@x","active":"1"}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := readAnswer(body)
		if err != nil {
			return
		}
		_ = a.word()
		list, err := readLines(a.Body)
		if err != nil {
			return
		}
		book, now := newPhone(), time.Unix(1e9, 0)
		calls := book.file(list, now)
		for _, c := range calls {
			if c.ref == "" && c.tellable() || c.state() == "" || strings.ContainsAny(c.number+c.name, "\x00\r\n\x1b") {
				t.Errorf("%q became %+v", body, c)
			}
		}
		again := book.file(list, now)
		if len(again) != len(calls) {
			t.Errorf("%q: %d calls, then %d", body, len(calls), len(again))
		}
	})
}

func TestLineThatShowsSomebodyElseAfterAGapHasAnotherCall(t *testing.T) {
	now := time.Unix(1e9, 0)
	line := func(number string) []Line { return []Line{{Line: 1, State: "connected", RemoteNumber: number}} }
	book := newPhone()
	first := book.file(line("11987654321"), now)[0].ref
	if again := book.file(line("1133553434"), now)[0]; again.ref != first || again.number != "11987654321" {
		t.Errorf("a transfer at the other side became another call: %+v", again)
	}
	book.unseen()
	if other := book.file(line("11976543210"), now)[0]; other.ref == first || other.number != "11976543210" {
		t.Errorf("another call after a gap is %+v", other)
	}
}
