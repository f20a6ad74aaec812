package dialplan

import (
	"bufio"
	"os"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzExplain holds what callers rely on for any text: bounded answers, only diallable signs, nothing dialled that was refused, and
// an E.164 number that explains itself to itself.
func FuzzExplain(f *testing.F) {
	file, err := os.Open("testdata/numbers-br.tsv")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		f.Add(strings.Split(lines.Text(), "\t")[0])
	}
	for _, s := range []string{"", "+", "00", "(0xx11) 3355-3434 ramal 12", "+44 (0)20 7946 0958", "*21#33553400#", "00151201555" + "0123", "R$ 1,00", "::1", "\xff", "9090", "x1", "2026-11-20", "190/1"} {
		f.Add(s)
	}
	plans := []*Plan{
		plan(f, Site{}),
		plan(f, Site{AreaCode: "11"}),
		plan(f, Site{AreaCode: "55", OutsidePrefix: "0", Carrier: "15", ExtensionDigits: [2]int{1, 7}}),
		plan(f, Site{AreaCode: "21", OutsidePrefix: "9"}),
	}
	styles := []Style{{}, {AreaWhenLocal: true}, {TrunkZero: true}, {CountryCode: true}, {Plus: true}}
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range plans {
			e := p.Explain(text)
			if (e.Kind == KindNotAPhone) != (e.Dialed == "") || (e.Kind == KindNotAPhone) != (e.Reason != "") {
				t.Errorf("%q: kind %s, dialed %q, reason %q", text, e.Kind, e.Dialed, e.Reason)
			}
			if len(e.Steps) == 0 || len(e.Steps) > 16 || utf8.RuneCountInString(e.Raw) > MaxText || !utf8.ValidString(e.Raw) {
				t.Errorf("%q: %d steps, raw %q", text, len(e.Steps), e.Raw)
			}
			bare := e
			if bare.AreaCode != "" {
				bare.E164, bare.National = "", ""
			}
			if bare.Dialed, bare.Steps = "", nil; !reflect.DeepEqual(p.Read(text), bare) {
				t.Errorf("%q is read as %+v and explained as %+v", text, p.Read(text), e)
			}
			for _, s := range e.Steps {
				if s.Rule == "" || s.Text == "" || !utf8.ValidString(s.Before) || utf8.RuneCountInString(s.Before) > MaxText || utf8.RuneCountInString(s.After) > MaxText {
					t.Errorf("%q: step %+v", text, s)
				}
			}
			for _, style := range styles {
				d := p.Dial(e, style)
				if !onlyFrom(strings.TrimPrefix(d, "+"), "0123456789*#") || len(d) > MaxText+8 || (d == "") != (e.Kind == KindNotAPhone) {
					t.Errorf("%q in %+v: dialed %q", text, style, d)
				}
			}
			if e.E164 == "" {
				continue
			}
			if again := p.Explain(e.E164); again.E164 != e.E164 || again.Kind != e.Kind || again.Dialed != e.Dialed {
				t.Errorf("%q is %s %s, which is %s %s", text, e.E164, e.Kind, again.E164, again.Kind)
			}
			// A PBX's report is joined with what was dialled by the last eight digits.
			if n := len(e.E164); n > 8 && !strings.HasSuffix(p.Dial(e, Style{}), e.E164[n-8:]) {
				t.Errorf("%q: %s and what is dialed for it, %s, do not end alike", text, e.E164, p.Dial(e, Style{}))
			}
		}
	})
}
