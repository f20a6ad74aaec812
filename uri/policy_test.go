package uri

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ctiagent/internal/config"
)

// risks is a dial plan of three numbers.
func risks(number string) Reason {
	return map[string]Reason{"0900123": Premium, "+4930123": International, "190": Short}[number]
}

func judged(p Policy, text string) string {
	_, e := p.Judge(text)
	return fmt.Sprintf("%s %s %s", e.Verdict, e.Method, e.Reason)
}

func TestPolicyAsksBeforeALinkDials(t *testing.T) {
	for _, c := range []struct{ link, always, risky, never string }{
		{"tel:100", "confirm call.dial always_asks", "do call.dial ordinary", "do call.dial ordinary"},
		{"tel:0900123", "confirm call.dial premium", "confirm call.dial premium", "do call.dial never_asks"},
		{"tel:+4930123", "confirm call.dial international", "confirm call.dial international", "do call.dial never_asks"},
		{"sip:190", "confirm call.dial short_number", "confirm call.dial short_number", "do call.dial never_asks"},
		{"tel:*21%23", "confirm call.dial star_code", "confirm call.dial star_code", "confirm call.dial star_code"},
		{"sip:-rediscar", "confirm call.redial always_asks", "do call.redial ordinary", "do call.redial ordinary"},
		{"sip:-discar", "confirm softphone.dial always_asks", "do softphone.dial ordinary", "do softphone.dial ordinary"},
		{"sip:-desligar", "do call.hangup ordinary", "do call.hangup ordinary", "do call.hangup ordinary"},
		{"sip:alice", "refuse  not_a_number", "refuse  not_a_number", "refuse  not_a_number"},
	} {
		for confirm, want := range map[string]string{config.ConfirmAlways: c.always, config.ConfirmRisky: c.risky, config.ConfirmNever: c.never} {
			if got := judged(Policy{Confirm: confirm, Risk: risks}, c.link); got != want {
				t.Errorf("%s with confirm = %s: got %s, want %s", c.link, confirm, got, want)
			}
		}
	}
	if got := judged(Policy{}, "tel:100"); got != "confirm call.dial always_asks" {
		t.Errorf("without a policy: got %s, want to be asked", got)
	}
}

func TestPersonMayOnlyAskMoreOften(t *testing.T) {
	for _, c := range []struct{ site, person, want string }{
		{config.ConfirmNever, config.ConfirmAlways, config.ConfirmAlways},
		{config.ConfirmNever, config.ConfirmRisky, config.ConfirmRisky},
		{config.ConfirmRisky, config.ConfirmAlways, config.ConfirmAlways},
		{config.ConfirmRisky, config.ConfirmNever, config.ConfirmRisky},
		{config.ConfirmAlways, config.ConfirmNever, config.ConfirmAlways},
		{config.ConfirmRisky, "", config.ConfirmRisky},
		{"", config.ConfirmNever, ""}, // which asks always
	} {
		if got := (Policy{Confirm: c.site}).For("", c.person).Confirm; got != c.want {
			t.Errorf("%q of the site and %q of the person: %q, want %q", c.site, c.person, got, c.want)
		}
	}
	for site, want := range map[string]string{"": "10005", "10009": "10009"} {
		if got := (Policy{Extension: site}).For("10005", "").Extension; got != want {
			t.Errorf("%q of the site: %q, want %q", site, got, want)
		}
	}
}

func TestLoginLinkNeedsTheSiteAndTheDesksExtension(t *testing.T) {
	const link = "sip:-ramal=10005 -senha=1234"
	for _, c := range []struct {
		p    Policy
		want string
	}{
		{Policy{Extension: "10005"}, "refuse agent.login login_links_off"},
		{Policy{LoginLinks: true}, "refuse agent.login login_extension"},
		{Policy{LoginLinks: true, Extension: "10006"}, "refuse agent.login login_extension"},
		{Policy{LoginLinks: true, Extension: "10005"}, "do agent.login ordinary"},
	} {
		if got := judged(c.p, link); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.p, got, c.want)
		}
	}
}

func TestExplanationIsTheContractsJSON(t *testing.T) {
	p := Policy{Confirm: config.ConfirmRisky, LoginLinks: true, Extension: "10005", Risk: risks}
	for link, want := range map[string]string{
		"tel:+55(11)3355-3400;ext=12":        `{"verdict":"do","method":"call.dial","number":"+551133553400","reason":"ordinary"}`,
		"sip:190":                            `{"verdict":"confirm","method":"call.dial","number":"190","reason":"short_number"}`,
		"sip:-digito=4":                      `{"verdict":"do","method":"softphone.digit","params":{"digit":"4"},"reason":"ordinary"}`,
		"sip:-linha=2":                       `{"verdict":"do","method":"softphone.line","params":{"line":2},"reason":"ordinary"}`,
		"sip:-desligar":                      `{"verdict":"do","method":"call.hangup","reason":"ordinary"}`,
		"sip:-ramal=10005 -senha=canary-123": `{"verdict":"do","method":"agent.login","params":{"extension":"10005","password":"***"},"reason":"ordinary"}`,
		"sip:-senha=canary-123":              `{"verdict":"refuse","reason":"login"}`,
	} {
		_, e := p.Judge(link)
		raw, err := json.Marshal(e)
		if err != nil || string(raw) != want {
			t.Errorf("%s: got %s, %v, want %s", link, raw, err, want)
		}
		if shown := fmt.Sprintf("%+v", e); strings.Contains(shown, "canary") {
			t.Errorf("the password is shown: %s", shown)
		}
	}
}
