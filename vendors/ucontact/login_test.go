package ucontact

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"
)

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := openAt(t, site, configOf(site, "wrong password", nil))
	for range 3 {
		_, err := do(v, cti.QueueList, cti.None{})
		if e := failed(t, "a list", err, cti.Unauthorized); e.Hint != hintPassword || e.Sent != cti.NotSent {
			t.Errorf("the hint is %s, sent %v", e.Hint, e.Sent)
		}
		_, err = do(v, cti.CallDial, cti.DialIn{Number: "33553434"})
		fails(t, "a call", err, cti.Unauthorized)
		_, err = do(v, cti.AgentLogin, cti.LoginIn{Password: lawPassword})
		fails(t, "an agent's login", err, cti.Unauthorized)
	}
	if n := site.Received("auth/getUserToken"); n != 1 {
		t.Errorf("the password was tried %d times", n)
	}
	for n := 2; n < 4; n++ { // each Run tries once, and ends
		if err := v.Run(soon(t), func(cti.Fact) {}); !errors.Is(err, cti.Unauthorized) {
			t.Fatalf("Run ended with %v", err)
		}
		if got := site.Received("auth/getUserToken"); got != n {
			t.Errorf("the password was tried %d times, want %d", got, n)
		}
	}
	if n := site.Received("Agents/AgentCall") + site.Received("auth/AgentLogin") + site.Received("auth/EndSession"); n != 0 {
		t.Errorf("%d functions were asked for without a session", n)
	}
}

func TestTokenGoesAsItIs(t *testing.T) {
	for _, raw := range []bool{false, true} {
		site := newSite(t, ucontacttest.Options{RawToken: raw})
		v := open(t, site, nil)
		must(v, cti.QueueList, cti.None{})
		must(v, cti.CampaignList, cti.None{})
		if n := site.Received("auth/getUserToken"); n != 1 || site.Sessions() != 1 {
			t.Errorf("%d logins, %d sessions", n, site.Sessions())
		}
		if err := v.Close(); err != nil {
			t.Error(err)
		}
		if n := site.Sessions(); n != 0 {
			t.Errorf("%d sessions are left at the server after Close", n)
		}
	}
}

func TestTokenThatRanOutIsRenewed(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	must(v, cti.QueueList, cti.None{})
	site.Expire()
	must(v, cti.QueueList, cti.None{}) // observing is harmless twice
	site.Expire()
	_, err := do(v, cti.CallDial, cti.DialIn{Number: "33553434"})
	if e := failed(t, "a call", err, cti.Refused); e.Hint != hintExpired || !e.Retryable {
		t.Errorf("the hint is %s, to be tried again %v", e.Hint, e.Retryable)
	}
	if n := site.Received("Agents/AgentCall"); n != 1 {
		t.Errorf("dialled %d times", n)
	}
	must(v, cti.CallDial, cti.DialIn{Number: "33553434"})
	if n := site.Received("auth/getUserToken"); n != 3 {
		t.Errorf("%d logins, want 3", n)
	}
}

func TestSessionCanBeBegunAndEnded(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	_, err := do(v, EndSession, cti.None{})
	fails(t, "without a session", err, cti.WrongState)
	for range 2 { // the second ends the first at the server
		must(v, GetUserToken, cti.None{})
		if n := site.Sessions(); n != 1 {
			t.Errorf("%d sessions", n)
		}
	}
	must(v, EndSession, cti.None{})
	if n := site.Sessions(); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	must(v, cti.QueueList, cti.None{})
}

func TestLoginAnswersAreRead(t *testing.T) {
	for text, want := range map[string]string{
		someToken:                           someToken,
		" " + someToken + "\r\n":            someToken,
		`"` + someToken + `"`:               someToken,
		`["Admin",1,"` + someToken + `"]`:   someToken,
		`[1,2,{"x":3},"` + someToken + `"]`: someToken,
		"0":                                 "0",
		"[0]":                               "0",
		`["0"]`:                             "0",
		`"0"`:                               "0",
	} {
		if got, ok := readToken(text); !ok || got != want {
			t.Errorf("%s: %q, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "[]", "1", "short", `["a",null]`, `["a",{"token":"x"}]`, "<html>", "Basic " + someToken, `["a"`,
		someToken + "\r\nX-Other: 1", strings.Repeat("x", longestToken+1), "senhainválida"} {
		if got, ok := readToken(text); ok {
			t.Errorf("%q is taken for the token %q", text, got)
		}
	}
}

func TestUnreadableLoginIsNoRefusal(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	site.AnswerWith(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>maintenance</html>")) }))
	_, err := do(v, cti.CallDial, cti.DialIn{Number: "33553434"})
	if e := failed(t, "a page", err, cti.Unavailable); e.Sent != cti.NotSent {
		t.Errorf("sent %v: nothing of the call has left", e.Sent)
	}
	site.AnswerWith(nil)
	must(v, cti.CallDial, cti.DialIn{Number: "33553434"})
}

func TestAgentLogsInAndOut(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	site.SetAgent(lawAgent, func(a *ucontacttest.Agent) { a.LoggedIn = false })
	_, err := do(v, cti.AgentLogin, cti.LoginIn{})
	if e := failed(t, "without a password", err, cti.Unauthorized); e.Hint != cti.HintPassword || e.Sent != cti.NotSent {
		t.Errorf("without a password: %+v", e)
	}
	_, err = do(v, cti.AgentLogin, cti.LoginIn{Password: "wrong"})
	if e := failed(t, "a wrong password", err, cti.Unauthorized); e.Hint != hintAgent {
		t.Errorf("the hint is %s", e.Hint)
	}
	if n := site.Received("auth/AgentLogin"); n != 1 {
		t.Errorf("the agent's password was tried %d times", n)
	}
	out := must(v, cti.AgentLogin, cti.LoginIn{Password: lawPassword})
	if a, _ := site.AgentState(lawAgent); !a.LoggedIn || out.State != cti.AgentReady {
		t.Errorf("%+v, said %+v", a, out)
	}
	must(v, cti.AgentLogout, cti.None{})
	if a, _ := site.AgentState(lawAgent); a.LoggedIn {
		t.Error("still logged in")
	}
}

func TestAnswersToAnAgentsLogin(t *testing.T) {
	const sip = "sip-secret-of-10"
	for body, ok := range map[string]bool{
		`{"md5secret":"` + someToken + `","secret":"` + sip + `"}`:                      true,
		`["Daniel",{"md5secret":"` + someToken + `","phone":{"secret":"` + sip + `"}}]`: true,
		`["Daniel","` + someToken + `","` + sip + `"]`:                                  true,
		`{"error":"no licence","for":"` + sip + `"}`:                                    false,
		`{"md5secret":"","secret":null,"x":"` + sip + `"}`:                              false,
		`{}`: false, `[]`: false, `["Daniel"]`: false, `1`: false, `"x"`: false, `{"md5secret":"` + sip: false,
	} {
		site := newSite(t, ucontacttest.Options{})
		site.AnswerWith(says(200, body))
		v := open(t, site, nil)
		_, err := do(v, AgentLogin, LoginIn{Password: lawPassword})
		if (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
		if err != nil && (strings.Contains(err.Error(), sip) || !cti.MayHaveReached(err)) {
			t.Errorf("%s: %v gives the secret away or claims that nothing left", body, err)
		}
		if ok { // what was learnt is kept out of all that comes later
			site.AnswerWith(says(200, "strange: "+sip+" "+someToken))
			_, err := do(v, HangupPhone, PhoneIn{})
			if e := failed(t, body, err, cti.Refused, "strange"); strings.Contains(e.Text, sip) || strings.Contains(e.Text, someToken) {
				t.Errorf("%q gives a secret away", e.Text)
			}
		}
	}
}

// Everything the system could give away by an echo: the API's password, the token, the agent's password, the SIP password.
func TestNoSecretGetsOut(t *testing.T) {
	const canary = ctitest.Canary
	site := newSite(t, ucontacttest.Options{Password: canary, TokenID: canary})
	v := openAt(t, site, configOf(site, canary, nil))
	var out []string
	note := func(_ any, err error) {
		if err != nil {
			e := cti.AsError(err)
			out = append(out, err.Error(), e.Text, e.Hint)
		}
	}
	run := v.follow()
	run.link(cti.LinkConnected)
	note(do(v, AgentLogin, LoginIn{Password: lawPassword}))
	var given []string // what the system was told, and what it told
	for _, r := range site.Requests() {
		given = append(given, strings.TrimPrefix(r.Auth, "Basic "))
	}
	echo := func(status int) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte("failed: " + r.Header.Get("Authorization") + " " + canary + " " + lawPassword + " " + ucontacttest.SIPSecret + canary))
		})
	}
	for _, status := range []int{200, 400, 401, 500} {
		site.AnswerWith(echo(status))
		note(do(v, HangupPhone, PhoneIn{}))
		note(do(v, FileOutcome, someOutcome))
		note(do(v, cti.QueueList, cti.None{}))
		note(do(v, AgentLogin, LoginIn{Password: lawPassword}))
		note(do(v, GetUserToken, cti.None{}))
	}
	for _, f := range run.told() {
		if l, ok := f.(cti.LinkFact); ok {
			out = append(out, l.Detail)
		}
	}
	out = append(out, v.host.LogText())
	given = slices.DeleteFunc(append(given, canary, lawPassword, ucontacttest.SIPSecret), func(s string) bool { return s == "" })
	if len(out) < 10 || len(given) < 5 {
		t.Fatalf("only %d sentences and %d secrets were looked at", len(out), len(given))
	}
	for _, text := range out {
		for _, secret := range given {
			if strings.Contains(text, secret) {
				t.Errorf("%q gives %q away", text, secret)
			}
		}
	}
}
