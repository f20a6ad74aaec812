package totalip

import (
	"errors"
	"os"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/vendors/totalip/totaliptest"
)

type literal struct{ text, meaning, sections string }

// literals are the manual's own answers, spelled as it spells them.
func literals(t *testing.T) []literal {
	t.Helper()
	data, err := os.ReadFile("testdata/answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var out []literal
	for l := range strings.Lines(string(data)) {
		if strings.HasPrefix(l, "#") {
			continue
		}
		f := strings.Split(strings.TrimSpace(l), "\t")
		if len(f) != 3 {
			t.Fatalf("testdata/answers.tsv: %q has not three fields", l)
		}
		out = append(out, literal{f[0], f[1], f[2]})
	}
	return out
}

func TestEveryAnswerOfTheManualHasItsMeaning(t *testing.T) {
	book := newAnswerBook()
	met := map[string]bool{}
	for _, l := range literals(t) {
		for _, text := range []string{l.text, "  " + strings.ToLower(l.text) + "\r\n", strings.TrimSuffix(l.text, ".") + "."} {
			a, known := book.find(text)
			meaning := string(a.kind)
			if a.success() {
				meaning = "success"
			}
			if !known || meaning != l.meaning {
				t.Errorf("%q means %q (known %v), want %q", text, meaning, known, l.meaning)
			}
			met[a.words] = true
		}
		a, _ := book.find(l.text)
		for section := range strings.FieldsSeq(l.sections) {
			if !strings.Contains(" "+a.source+" ", " "+section+" ") {
				t.Errorf("%q: section %s prints it, the table names only %q", l.text, section, a.source)
			}
		}
	}
	for _, a := range manualAnswers() {
		if !met[a.words] {
			t.Errorf("the table has %q, which no literal answer of the manual is", a.words)
		}
		if a.hint != "" && !i18n.Has(a.hint) {
			t.Errorf("%q has the hint %s, which no language has", a.words, a.hint)
		}
	}
}

func TestAnswersNobodyKnowsAreNotTakenForAny(t *testing.T) {
	book := newAnswerBook()
	for _, text := range []string{"", "OK", "RAMAL", "DISCANDO 33553434", "NAO DISCANDO", "RAMAL LOGADO COM SUCESSO?", strings.Repeat("DISCANDO ", 100)} {
		if a, known := book.find(text); known {
			t.Errorf("%q was taken for %q", text, a.words)
		}
	}
}

// Over the wire each answer becomes a success or an error of its kind, on both roads and in both encodings.
func TestAnswersArriveAsTheirKind(t *testing.T) {
	for _, opts := range []totaliptest.Options{{}, {Encoding: totaliptest.Latin1}} {
		p := newPBX(t, opts)
		for road, function := range map[string]string{roadHTTP: "set_pause", roadSocket: "SETPAUSE"} {
			s := openSession(t, configOf(p, road, ""), nil)
			for _, l := range literals(t) {
				p.AnswerText(function, l.text)
				_, err := cti.Do(t.Context(), s.Actions(), cti.AgentPause, desk(), cti.PauseIn{})
				if l.meaning == "success" {
					if err != nil {
						t.Errorf("%s %q: %v", road, l.text, err)
					}
					continue
				}
				var e *cti.Error
				if !errors.As(err, &e) {
					t.Errorf("%s %q answered %v", road, l.text, err)
					continue
				}
				if string(e.Kind) != l.meaning || e.Text != l.text || e.Sent != cti.CertainSent || e.Driver != driverName || e.Op != "agent.pause" {
					t.Errorf("%s %q became %+v", road, l.text, e)
				}
			}
			p.AnswerText(function, "")
		}
	}
}
