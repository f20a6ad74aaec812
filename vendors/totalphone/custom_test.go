package totalphone

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/totalphone/totalphonetest"

	"github.com/google/go-cmp/cmp"
)

// microSIP is the table of docs/vendors/totalphone.md.
func microSIP() map[string]string {
	return map[string]string{optionPause: "0", "dial": "{number}", "answer": "/answer", "hangup": "/hangupall", "quit": "/exit"}
}

func TestMicroSIPIsDrivenByATable(t *testing.T) {
	b := newBench(t, Custom(), totalphonetest.Options{Custom: true, Name: "microsip.exe"}, microSIP())
	var served []string
	for _, f := range b.session.Actions().All() {
		served = append(served, f.Name)
	}
	if d := cmp.Diff(served, []string{"call.answer", "call.dial", "call.hangup", "softphone.quit"}); d != "" {
		t.Errorf("served (-got +want):\n%s", d)
	}
	dialWithMicroSIP(t, b)
}

func dialWithMicroSIP(t *testing.T, b *bench) {
	t.Helper()
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "01133553400"}).(cti.CallOut)
	b.want(inferred("customphone-1", "01133553400", cti.Dialing))
	b.do("call.answer", cti.Target{}, nil)
	b.do("call.hangup", cti.Target{Ref: out.Ref}, nil)
	b.want(over("customphone-1", cti.EndCanceled))
	b.do("softphone.quit", cti.Target{}, nil)
	b.launched("01133553400", "/answer", "/hangupall", "/exit")
}

func TestEveryEntryOfATableLaunchesItsTemplate(t *testing.T) {
	values := whole()
	values[optionPause] = "0"
	values["dial"] = "--call sip:{number}@pbx --quiet"
	b := newBench(t, Custom(), totalphonetest.Options{Custom: true}, values)
	for _, c := range []struct {
		name string
		in   any
		want []string
	}{
		{"call.dial", &cti.DialIn{Number: "*21#"}, []string{"--call", "sip:*21#@pbx", "--quiet"}},
		{"call.answer", nil, []string{"/answer"}},
		{"call.reject", nil, []string{"/reject"}},
		{"call.hold", nil, []string{"/hold"}},
		{"call.hold", nil, []string{"/hold"}}, // no switch that toggles: asking twice does no harm
		{"call.resume", nil, []string{"/resume"}},
		{"call.toggleHold", nil, []string{"/togglehold"}},
		{"call.mute", nil, []string{"/mute"}},
		{"call.mute", nil, []string{"/mute"}},
		{"call.unmute", nil, []string{"/unmute"}},
		{"call.toggleMute", nil, []string{"/togglemute"}},
		{"call.sendDtmf", &cti.DTMFIn{Digits: "1A#"}, []string{"/tones=1A#"}},
		{"call.transfer", &cti.TransferIn{To: "40074"}, []string{"/transfer=40074"}},
		{"call.hangup", nil, []string{"/hangupall"}},
		{"call.redial", nil, []string{"/redial"}},
		{"call.pickup", nil, []string{"/pickup"}},
		{"softphone.quit", nil, []string{"/exit"}},
	} {
		b.do(c.name, cti.Target{}, c.in)
		all := b.phone.Requests()
		if got := all[len(all)-1].Args; !slices.Equal(got, c.want) {
			t.Errorf("%s launched %q, want %q", c.name, got, c.want)
		}
	}
	if got, want := len(b.phone.Requests()), 17; got != want {
		t.Errorf("%d launches, want %d", got, want)
	}
	b.refused(cti.BadRequest, hintDigits, "call.sendDtmf", cti.Target{}, &cti.DTMFIn{Digits: "1,2"})
	b.refused(cti.BadRequest, "", "call.dial", cti.Target{}, &cti.DialIn{Number: `1" /i:\\evil\x.ini`})
	b.refused(cti.BadRequest, hintDigits, "call.transfer", cti.Target{}, &cti.TransferIn{To: "{number}"})
	b.refused(cti.Unsupported, hintTransfer, "call.transfer", cti.Target{}, &cti.TransferIn{To: "1", Mode: "attended"})
}

func TestVerbWithoutAnEntryIsNotServed(t *testing.T) {
	b := newBench(t, Custom(), totalphonetest.Options{Custom: true}, microSIP())
	_, err := b.session.Actions().Call(b.ctx, "call.hold", cti.Target{}, &cti.CallIn{}, nil)
	if !errors.Is(err, cti.Unsupported) || len(b.phone.Requests()) > 0 {
		t.Errorf("the answer is %v", err)
	}
}

func TestTemplatesAreReadStrictly(t *testing.T) {
	for _, c := range []struct {
		text   string
		number bool
		want   []string // for the number 190; none for a refusal
	}{
		{"{number}", true, []string{"190"}},
		{"/dial:{number};x", true, []string{"/dial:190;x"}},
		{"-a -b {number} -c", true, []string{"-a", "-b", "190", "-c"}},
		{"/answer", false, []string{"/answer"}},
		{`C:\x\y.ini`, false, []string{`C:\x\y.ini`}},
		{"", false, nil},
		{"", true, nil},
		{"/dial", true, nil},
		{"{number}", false, nil},
		{"{number} {number}", true, nil},
		{"{Number}", true, nil},
		{"{number}{", true, nil},
		{"{e164} {number}", true, nil},
		{"{{number}}", true, nil},
		{" /answer", false, nil},
		{"/answer ", false, nil},
		{"/a  /b", false, nil},
		{"/a\t/b", false, nil},
		{"/a\n/b", false, nil},
		{"/a\u2028/b", false, nil},
		{`"/a b"`, false, nil},
		{"'/a'", false, nil},
		{"`id`", false, nil},
		{strings.Repeat("a", 257), false, nil},
		{strings.TrimSpace(strings.Repeat("a ", 17)), false, nil},
		{strings.TrimSpace(strings.Repeat("a ", 16)), false, strings.Fields(strings.Repeat("a ", 16))},
	} {
		got, wrong := parseTemplate(c.text, c.number)
		switch {
		case c.want == nil && wrong == "":
			t.Errorf("%q is read as %q", c.text, got)
		case c.want != nil && (wrong != "" || !slices.Equal(got.with("190"), c.want)):
			t.Errorf("%q is %q (%s), want %q", c.text, got.with("190"), wrong, c.want)
		}
	}
}

// FuzzTemplate: a template that is taken gives the same arguments for every number, but for the number itself, and a number
// never makes another argument of its own.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{number}", "/dial {number}", "/answer", "{number", "a{}b", `"x"`, "a  b", "\x00", "{numbe{number}r}"} {
		f.Add(s, true, "+5511*#")
		f.Add(s, false, "0")
	}
	f.Fuzz(func(t *testing.T, text string, takes bool, number string) {
		tpl, wrong := parseTemplate(text, takes)
		if wrong != "" {
			if tpl != nil {
				t.Fatalf("%q is refused and read as %q", text, tpl)
			}
			return
		}
		if !isNumber(number, dialable, longestNumber) {
			number = "190"
		}
		args := tpl.with(number)
		if len(args) != len(tpl) || len(args) == 0 || len(args) > mostArguments {
			t.Fatalf("%q gives %q", text, args)
		}
		// Putting the placeholder back gives the template's own text.
		at := slices.IndexFunc(tpl, func(a string) bool { return strings.Contains(a, placeholder) })
		if (at >= 0) != takes {
			t.Fatalf("%q takes a number: %v", text, at >= 0)
		}
		for i, a := range args {
			if i == at {
				before, after, _ := strings.Cut(tpl[i], placeholder)
				if a != before+number+after {
					t.Fatalf("%q gives %q", text, args)
				}
			} else if a != tpl[i] {
				t.Fatalf("%q gives %q", text, args)
			}
			if a == "" || strings.ContainsAny(a, " \"'`\t\r\n") {
				t.Fatalf("%q gives the argument %q", text, a)
			}
		}
		if strings.Join(tpl, " ") != text {
			t.Fatalf("%q is read as %q", text, tpl)
		}
	})
}

// FuzzNumber: what reaches an argument is made of the allowed signs, whatever is asked for.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"33553400", "+55 11", `1" -senha=2`, "-1", "/i:x", "١٢"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if isNumber(text, dialable, longestNumber) && (strings.Trim(text, "0123456789*#+") != "" || text == "" || len(text) > 32 || text[0] == '-' || text[0] == '/') {
			t.Errorf("%q is taken for a number", text)
		}
		if isPassword(text) && strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' }) {
			t.Errorf("%q is taken for a password", text)
		}
	})
}
