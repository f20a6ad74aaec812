package khomp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/i18n"
	"ctiagent/vendors/khomp/khomptest"

	"github.com/google/go-cmp/cmp"
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
		{optionURL, "http://root:" + ctitest.Canary + "@192.168.0.25", "url must not hold a password"},
		{optionUser, "a:b", "user must have"},
		{optionPassword, "a\nb", "password must have"},
		{optionLine, "128", "line must be a number from 0 to 127"},
		{optionLine, "-1", "line must be"},
		{optionPath, "a/b", "path must be the name of a page below /goform/"},
		{optionPath, "a?Operate=Hangup", "path must be"},
		{optionKeysPath, strings.Repeat("a", 65), "keys_path must be the name of a page below /cgi-bin/"},
		{optionActionURLs, "maybe", "action_urls must be true or false"},
	} {
		values := map[string]string{optionURL: "http://192.168.0.25"}
		values[c.option] = c.value
		_, err := Driver().Open(t.Context(), cti.Config{Values: values}, ctitest.NewHost(nil))
		if !errors.Is(err, cti.BadRequest) || !strings.Contains(err.Error(), c.text) || strings.Contains(err.Error(), ctitest.Canary) {
			t.Errorf("%s = %q: %v, want %q", c.option, c.value, err, c.text)
		}
	}
}

// Manual 002, 1.1.20: http://root:root@192.168.0.25/goform/SavePhoneCAllInfoCfg?DialNumber=2222&Operate=Dail&BlackListAccountID=127
func TestDialIsTheManualsLiteralRequest(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	got := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		b := make([]byte, 4096)
		n, _ := c.Read(b)
		got <- string(b[:n])
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}()
	s := openSession(t, cti.Config{Values: map[string]string{optionURL: "http://" + l.Addr().String()}}, nil)
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "2222"}); err != nil {
		t.Error(err)
	}
	lines := strings.Split(<-got, "\r\n")
	if want := "GET /goform/SavePhoneCAllInfoCfg?DialNumber=2222&Operate=Dail&BlackListAccountID=127 HTTP/1.1"; lines[0] != want {
		t.Errorf("got %s, want %s", lines[0], want)
	}
	if want := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("root:root")); !strings.Contains(strings.Join(lines, "\n"), want) {
		t.Errorf("got %q, want %s in it", lines, want)
	}
}

func TestEveryWishIsOneKnownRequest(t *testing.T) {
	two := 2
	call := func(a cti.Action[cti.CallIn, cti.CallOut]) func(context.Context, *cti.Actions) error {
		return func(ctx context.Context, act *cti.Actions) error {
			_, err := cti.Do(ctx, act, a, desk(), cti.CallIn{})
			return err
		}
	}
	const goform, keys = "/goform/SavePhoneCallInfoCfg?", "/cgi-bin/ConfigManApp.com?key="
	for _, c := range []struct {
		want string
		do   func(context.Context, *cti.Actions) error
	}{
		{goform + "Operate=Hangup", call(cti.CallHangup)},
		{keys + "F1", call(cti.CallAnswer)},
		{keys + "X", call(cti.CallReject)},
		{keys + "F_HOLD", call(cti.CallToggleHold)},
		{keys + "MUTE", call(cti.CallToggleMute)},
		{keys + "RD", func(ctx context.Context, a *cti.Actions) error {
			_, err := cti.Do(ctx, a, cti.CallRedial, desk(), cti.None{})
			return err
		}},
		{keys + "F_TRANSFER;10006;ENTER", func(ctx context.Context, a *cti.Actions) error {
			_, err := cti.Do(ctx, a, cti.CallTransfer, desk(), cti.TransferIn{To: "10006", Mode: "blind"})
			return err
		}},
		{keys + "1;2;POUND", func(ctx context.Context, a *cti.Actions) error {
			_, err := cti.Do(ctx, a, cti.CallSendDTMF, desk(), cti.DTMFIn{Digits: "12#"})
			return err
		}},
		{goform + "DialNumber=*72%23&Operate=Dail&BlackListAccountID=1", func(ctx context.Context, a *cti.Actions) error {
			_, err := cti.Do(ctx, a, cti.CallDial, desk(), cti.DialIn{Number: "*72#"})
			return err
		}},
		{goform + "DialNumber=10&Operate=Dail&BlackListAccountID=2", func(ctx context.Context, a *cti.Actions) error {
			_, err := cti.Do(ctx, a, Dial, desk(), DialIn{Number: "10", Line: &two})
			return err
		}},
	} {
		p := startPhone(t, khomptest.Options{Path: khomptest.ProgramPath})
		s := openSession(t, configOf(p, "", map[string]string{optionLine: "1", optionPath: "/goform/SavePhoneCallInfoCfg"}), nil)
		if err := c.do(t.Context(), s.Actions()); err != nil {
			t.Errorf("%s: %v", c.want, err)
		}
		var got []string
		for _, r := range p.Requests() {
			got = append(got, r.URI)
		}
		if d := cmp.Diff(got, []string{c.want}); d != "" {
			t.Errorf("got-, want+:\n%s", d)
		}
	}
}

func TestOtherSpellingIsNamedAndNotTriedByItself(t *testing.T) {
	p := startPhone(t, khomptest.Options{Path: khomptest.ProgramPath})
	s := openSession(t, configOf(p, "", nil), nil)
	_, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "2222"})
	if !errors.Is(err, cti.Unsupported) || cti.AsError(err).Hint != hintPath || len(p.Requests()) != 1 || len(p.LiveCalls()) > 0 {
		t.Errorf("%v after %d requests", err, len(p.Requests()))
	}
}

func TestWhatCannotBeSentIsNotSent(t *testing.T) {
	p := startPhone(t, khomptest.Options{})
	s := openSession(t, configOf(p, "", nil), nil)
	tooFar := 128
	bad := func(err error, kind cti.Kind) {
		t.Helper()
		if !errors.Is(err, kind) || cti.MayHaveReached(err) {
			t.Errorf("got %v, want %s", err, kind)
		}
	}
	for _, in := range []DialIn{{Number: ""}, {Number: "1&Operate=Hangup"}, {Number: strings.Repeat("1", 33)}, {Number: "1", Line: &tooFar}} {
		_, err := cti.Do(t.Context(), s.Actions(), Dial, desk(), in)
		bad(err, cti.BadRequest)
	}
	for _, digits := range []string{"", "1*", "A", "1,2", strings.Repeat("1", 65)} {
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallSendDTMF, desk(), cti.DTMFIn{Digits: digits})
		bad(err, cti.BadRequest)
	}
	for _, to := range []string{"", "*1", "+55", strings.Repeat("1", 33)} {
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallTransfer, desk(), cti.TransferIn{To: to})
		bad(err, cti.BadRequest)
	}
	_, err := cti.Do(t.Context(), s.Actions(), cti.CallTransfer, desk(), cti.TransferIn{To: "1", Mode: "attended"})
	bad(err, cti.Unsupported)
	for _, key := range []string{"", "F1;X", "F1&key=X"} {
		_, err := cti.Do(t.Context(), s.Actions(), Key, desk(), KeyIn{Key: key})
		bad(err, cti.BadRequest)
	}
	if n := len(p.Requests()); n > 0 {
		t.Errorf("the phone was asked %d times", n)
	}
}

// says answers a text with a status.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

const loginPage = `<!DOCTYPE html><html><body><form><input name="u"><input TYPE="Password" name="p"></form></body></html>`

func TestEveryAnswerHasItsMeaning(t *testing.T) {
	for _, m := range meanings() {
		p := startPhone(t, khomptest.Options{})
		body := "anything"
		if m.login {
			body = loginPage
		}
		p.AnswerWith("Dail", says(m.status, body))
		s := openSession(t, configOf(p, "", nil), nil)
		done, err := cti.Do(t.Context(), s.Actions(), Dial, desk(), DialIn{Number: "2222"})
		if m.kind == "" {
			if err != nil || done.Body != body {
				t.Errorf("%d: %v, %q", m.status, err, done.Body)
			}
			continue
		}
		if e := cti.AsError(err); err == nil || e.Kind != m.kind || e.Sent != cti.CertainSent || e.Hint != m.hint || m.source == "" || !i18n.Has(m.hint) {
			t.Errorf("%d became %+v, want %s with the hint %s", m.status, e, m.kind, m.hint)
		}
	}
}

func TestAnswersThatAreNoneAreClearErrors(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		kind   cti.Kind // "" is success
		sent   cti.Sent
		text   string
	}{
		"nothing at all":  {says(200, ""), "", "", ""},
		"another charset": {says(200, "n\xe3o \x00\x1b[2J"), "", "", "não"},
		"half a JSON":     {says(200, `{"a":`), "", "", `{"a":`}, // no document prints an answer, so none is wrong
		"a login page":    {says(200, loginPage), cti.Unauthorized, cti.CertainSent, "password"},
		"an error page":   {says(500, "<html>"+ctitest.Canary), cti.Unavailable, cti.MaybeSent, "500"},
		"503":             {says(503, ""), cti.Unavailable, cti.MaybeSent, "503"},
		"400":             {says(400, ""), cti.Unavailable, cti.CertainSent, "400"},
		"ten megabytes":   {says(200, strings.Repeat("A", 10<<20)), cti.Unavailable, cti.MaybeSent, "1 MiB"},
		"another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/"+ctitest.Canary, http.StatusFound)
		}, cti.Unavailable, cti.CertainSent, "192.0.2.1"},
		"a broken body": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "<html>")
		}, cti.Unavailable, cti.MaybeSent, "dropped"},
	} {
		t.Run(name, func(t *testing.T) {
			p := startPhone(t, khomptest.Options{Password: ctitest.Canary})
			p.AnswerWith("Dail", c.answer)
			s := openSession(t, configOf(p, ctitest.Canary, nil), nil)
			done, err := cti.Do(t.Context(), s.Actions(), Dial, desk(), DialIn{Number: "33553434"})
			if all := fmt.Sprintf("%+v %v", err, done); strings.Contains(all, ctitest.Canary) {
				t.Errorf("the password came out: %s", all)
			}
			if n := p.Received("Dail"); n != 1 {
				t.Errorf("asked %d times", n)
			}
			if c.kind == "" {
				if err != nil || !strings.Contains(done.Body, c.text) || strings.ContainsAny(done.Body, "\x00\x1b") {
					t.Errorf("became %v, %q", err, done.Body)
				}
				return
			}
			if e := cti.AsError(err); err == nil || e.Kind != c.kind || e.Sent != c.sent || !strings.Contains(e.Text, c.text) || len(e.Text) > 300 {
				t.Errorf("became %+v", e)
			}
		})
	}
}

func TestSlowPhoneIsATimeoutAndLeavesNothingBehind(t *testing.T) {
	before := goleak.IgnoreCurrent()
	p := khomptest.New(khomptest.Options{})
	drip := make(chan struct{})
	p.AnswerWith("Dail", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "<")
		_ = http.NewResponseController(w).Flush()
		close(drip)
		<-r.Context().Done()
	})
	s, err := Driver().Open(t.Context(), configOf(p, "", nil), ctitest.NewHost(nil))
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

func TestPasswordThatIsEchoedStaysSecret(t *testing.T) {
	p := startPhone(t, khomptest.Options{Password: ctitest.Canary, Answer: "hello root:" + ctitest.Canary})
	s := openSession(t, configOf(p, ctitest.Canary, nil), nil)
	done, err := cti.Do(t.Context(), s.Actions(), Hangup, desk(), cti.None{})
	if err != nil || done.Body != "hello root:***" {
		t.Errorf("%v, %q", err, done.Body)
	}
}

func TestSentencesOfThisDriverExist(t *testing.T) {
	for _, id := range []string{hintPassword, hintPath, hintDigits, hintTransfer, hintLine, blindID, noReceiverID} {
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
