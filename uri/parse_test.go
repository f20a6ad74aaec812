package uri

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ctiagent/cti"
)

// vector is one line of testdata/uri.tsv.
type vector struct{ text, want string }

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/uri.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []vector
	for i, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if i == 0 {
			continue // the head of the table
		}
		text, rest, ok := strings.Cut(line, "\t")
		want, _, _ := strings.Cut(rest, "\t")
		if !ok || want == "" {
			t.Fatalf("uri.tsv:%d has no answer", i+1)
		}
		out = append(out, vector{text, want})
	}
	if len(out) < 50 {
		t.Fatalf("uri.tsv has %d lines, want all of them", len(out))
	}
	return out
}

// told is a link as the vectors write it.
func told(l Link, err error) string {
	switch {
	case err != nil:
		return "refuse"
	case l.Method == cti.AgentLogin.Name:
		return "refuse" // no site has allowed it
	case l.Star():
		return "confirm"
	case l.Number != "":
		return l.Method + " " + l.Number
	case l.Digit != "":
		return l.Method + " " + l.Digit
	case l.Line != 0:
		return l.Method + " " + strconv.Itoa(l.Line)
	}
	return l.Method
}

func TestVectorsAreReadLineByLine(t *testing.T) {
	for _, v := range vectors(t) {
		if got := told(Parse(v.text)); got != v.want {
			t.Errorf("%q: got %q, want %q", v.text, got, v.want)
		}
	}
}

func TestRefusalsNameTheirReason(t *testing.T) {
	for _, c := range []struct {
		text string
		want Reason
	}{
		{"", Empty},
		{"tel:" + strings.Repeat("1", maxText), TooLong},
		{"tel:" + strings.Repeat("1", maxNumber+1), TooLong},
		{"tel:１２３４", Characters},
		{"tel:1\n2", Characters},
		{"tel:1%0A2", Characters},
		{"tel:1%00", Characters},
		{"tel:%2531", Characters},
		{"tel:%zz1", Characters},
		{"tel:1%2", Characters},
		{"tel:1\xff", Characters},
		{" tel:100", Scheme},
		{"100", Scheme},
		{"mailto:100", Scheme},
		{"javascript:100", Scheme},
		{"tel:", NoNumber},
		{"tel:+", NoNumber},
		{"tel:*", NoNumber},
		{"tel:--", NoNumber},
		{"tel:ana", NoNumber},
		{"sip:192.168.0.25", NoNumber},
		{"sip:alice@atlanta.com", NoNumber},
		{"sip:alice;day=tuesday@atlanta.com", NoNumber},
		{"tel:+5511,,1234", Pause},
		{"tel:+5511p1234", Pause},
		{"tel:5511w1234", Pause},
		{"tel:100;postd=pp22", Pause},
		{"tel:1+2", Characters},
		{"tel:100?x", Characters},
		{"tel:100;ext=a", Characters},
		{"tel:100;x y=1", Characters},
		{"sip:100@pbx@pbx", Characters},
		{"sip:100@", Characters},
		{"sip:100@[::1", Characters},
		{"sip:100@pbx:", Characters},
		{"sip:100@pbx:5060:1", Characters},
		{"sip:100@pbx;method=REGISTER", Characters},
		{"sip:100?x=\"", Characters},
		{`sip:100@pbx" --x "`, Characters},
		{"sip:1000:5060", Characters},
		{"sip:/i:x", Characters},
		{"sip:-", Verb},
		{"sip:-exec=calc", Verb},
		{"sip:-discar;x", Verb},
		{"sip:-desligar=1", Verb},
		{"sip:-%64iscar=100", Verb},
		{"sip:%2Ddiscar=100", NoNumber},
		{"sip://-discar=100", NoNumber},
		{"sips:-desligar", NoNumber},
		{"sip:-discar=100@pbx", Characters},
		{"sip:-discar=", NoNumber},
		{"sip:-discar=100 -fechar", NoNumber},
		{"sip:-digito=", Digit},
		{"sip:-digito=*", Digit},
		{"sip:-digito=%31", Digit},
		{"sip:-linha=0", Line},
		{"sip:-senha=1234", BadLogin},
		{"sip:-ramal=99999", BadLogin},
		{"sip:-ramal=99999 -senha=", BadLogin},
		{"sip:-ramal=99999 -senha=-x", BadLogin},
		{"sip:-ramal=99999 -senha=1 -fechar", BadLogin},
		{"sip:-ramal=9a -senha=1234", BadLogin},
	} {
		_, err := Parse(c.text)
		var r *Refusal
		if !errors.As(err, &r) || r.Reason != c.want {
			t.Errorf("%q: got %v, want the reason %s", c.text, err, c.want)
		}
	}
}

func TestLeniencyKeepsTheNumber(t *testing.T) {
	for text, want := range map[string]string{
		"tel:+55%20(11)%203355-3400":      "+551133553400",
		"tel:(+55)1133553400":             "+551133553400",
		"tel://100":                       "100",
		"callto://100/":                   "100",
		"SIPS:1212@gateway.com?subject=x": "1212",
		"sip:100;user=phone":              "100",
		"sip:7042;phone-context=x.example@gw.example:5060;transport=tcp": "7042",
		"sip:-DISCAR=33553400":        "33553400",
		"sip:-discar=%2B551133553400": "+551133553400",
		"sip:-%20discar=33553400":     "33553400",
		"sip:*21#@pbx":                "*21#",
		"tel:*21#":                    "*21#",
	} {
		l, err := Parse(text)
		if err != nil || l.Method != cti.CallDial.Name || l.Number != want {
			t.Errorf("%q: got %+v, %v, want %s", text, l, err, want)
		}
	}
}

func TestExtensionIsDataAndNotDialled(t *testing.T) {
	l, err := Parse("tel:+55(11)3355-3400;ext=1-2")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := l.Params()
	if err != nil {
		t.Fatal(err)
	}
	var in cti.DialIn
	if err := json.Unmarshal(raw, &in); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, cti.DialIn{Number: "+551133553400", Data: map[string]string{"ext": "12"}}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestLoginLinkHidesItsPassword(t *testing.T) {
	const canary = "canary-0123.x"
	for _, text := range []string{"sip:-ramal=99999 -senha=" + canary, "sip:-ramal=99999%20-SENHA=" + canary} {
		l, err := Parse(text)
		if err != nil || l.Method != cti.AgentLogin.Name || l.Extension != "99999" || l.Password.Reveal() != canary {
			t.Fatalf("%v, %v", l, err)
		}
		if shown := fmt.Sprintf("%v %+v %#v", l, l, l); strings.Contains(shown, canary) {
			t.Errorf("the password is shown: %s", shown)
		}
		if raw, err := json.Marshal(l); err != nil || strings.Contains(string(raw), canary) {
			t.Errorf("the password is shown: %s, %v", raw, err)
		}
		raw, err := l.Params()
		if want := `{"extension":"99999","password":"` + canary + `"}`; err != nil || string(raw) != want {
			t.Errorf("the desk gets %s, %v, want %s", raw, err, want)
		}
	}
}

// FuzzParse holds the parser to its promise: whatever comes in, what goes out is one of the table's methods with a number
// of dialable signs, one digit, one line, or a login, and a text hides nothing in an escape.
func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.text)
	}
	methods := map[string]bool{cti.CallDial.Name: true, cti.SoftphoneDigit.Name: true, cti.SoftphoneLine.Name: true, cti.AgentLogin.Name: true}
	for _, m := range plainSwitches() {
		methods[m] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := Parse(text)
		if err != nil {
			var r *Refusal
			if !errors.As(err, &r) || r.Reason == "" || l != (Link{}) {
				t.Fatalf("%q: %+v, %v", text, l, err)
			}
			return
		}
		switch {
		case !methods[l.Method], len(text) > maxText:
			t.Fatalf("%q: %+v", text, l)
		case l.Method == cti.CallDial.Name:
			rest := strings.TrimPrefix(l.Number, "+")
			if strings.Trim(rest, "0123456789*#") != "" || !strings.ContainsAny(rest, "0123456789") || len(l.Number) > maxNumber ||
				strings.Trim(l.Extension, "0123456789") != "" || len(l.Extension) > maxExtension {
				t.Fatalf("%q: %+v", text, l)
			}
			again, err := Parse("tel:" + l.Number)
			if err != nil || again.Number != l.Number {
				t.Fatalf("%q is read as %q, and that as %+v, %v", text, l.Number, again, err)
			}
		case l.Method == cti.SoftphoneDigit.Name:
			if len(l.Digit) != 1 || strings.Trim(l.Digit, "0123456789") != "" {
				t.Fatalf("%q: %+v", text, l)
			}
		case l.Method == cti.SoftphoneLine.Name:
			if l.Line < 1 || l.Line > 6 {
				t.Fatalf("%q: %+v", text, l)
			}
		case l.Method == cti.AgentLogin.Name:
			if strings.Trim(l.Extension, "0123456789") != "" || l.Extension == "" || strings.ContainsAny(l.Password.Reveal(), " \"'\\/%=") || strings.HasPrefix(l.Password.Reveal(), "-") {
				t.Fatalf("%q: %+v", text, l)
			}
		case l != (Link{Method: l.Method}):
			t.Fatalf("%q: %+v", text, l)
		}
	})
}
