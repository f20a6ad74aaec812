package desktop

import (
	"errors"
	"strings"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

func TestTemplateIsFilled(t *testing.T) {
	v := Values{Number: "*33#5", E164: "+551133553400", Contact: map[string]string{"cpf": "123", "Razão-1.a": "João & Cia"}}
	for text, want := range map[string]string{
		"":                              "",
		"plain":                         "plain",
		"{number}":                      "*33#5",
		"a{e164}b{number}c":             "a+551133553400b*33#5c",
		"{contact.cpf}{contact.cpf}":    "123123",
		"{contact.Razão-1.a}":           "João & Cia",
		"{{number}} {{{number}}} }}{{x": "{number} {*33#5} }{x",
	} {
		tpl, err := ParseTemplate(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got, err := tpl.Fill(v); err != nil || got != want {
			t.Errorf("%q: got %q and %v, want %q", text, got, err, want)
		}
	}
}

func TestWrongTemplateIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"{":                          "desktop.problem.brace",
		"}":                          "desktop.problem.brace",
		"{number":                    "desktop.problem.brace",
		"{a{number}":                 "desktop.problem.brace",
		"{}":                         "desktop.problem.placeholder",
		"{Number}":                   "desktop.problem.placeholder",
		"{ number}":                  "desktop.problem.placeholder",
		"{contact.}":                 "desktop.problem.placeholder",
		"{contact.a b}":              "desktop.problem.placeholder",
		"{contact." + long(80):       "desktop.problem.brace",
		"{contact." + long(80) + "}": "desktop.problem.placeholder",
		"line\nbreak":                "desktop.problem.text",
		"tab\t":                      "desktop.problem.text",
		"right-to-left\u202e":        "desktop.problem.text",
		"\xff":                       "desktop.problem.text",
		long(1001):                   "desktop.problem.text",
	} {
		var p *Problem
		if _, err := ParseTemplate(text); !errors.As(err, &p) || p.ID != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestValueThatCannotBeTypedIsNamedAndNotShown(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		value Values
		kind  cti.Kind
		args  map[string]string
	}{
		"no number":         {"{number}", Values{E164: "+1"}, cti.NotFound, map[string]string{"Name": "number", "Known": "e164"}},
		"blank":             {"{number}", Values{Number: " "}, cti.NotFound, map[string]string{"Name": "number", "Known": "number"}},
		"misspelt field":    {"{contact.Nme}", Values{Number: "1", Contact: map[string]string{"Name": "x", "b\x00": "y", "empty": ""}}, cti.NotFound, map[string]string{"Name": "contact.Nme", "Known": "number, contact.Name"}},
		"enter in a name":   {"{contact.n}", Values{Contact: map[string]string{"n": "hostile\r"}}, cti.BadRequest, map[string]string{"Name": "contact.n"}},
		"escape sequence":   {"{contact.n}", Values{Contact: map[string]string{"n": "hostile\x1b[A"}}, cti.BadRequest, map[string]string{"Name": "contact.n"}},
		"too long together": {"{number}{number}", Values{Number: "hostile" + long(900)}, cti.BadRequest, nil},
	} {
		tpl, err := ParseTemplate(c.text)
		if err != nil {
			t.Fatal(err)
		}
		text, err := tpl.Fill(c.value)
		var e *cti.Error
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || text != "" {
			t.Errorf("%s: got %q and %v, want %v", name, text, err, c.kind)
			continue
		}
		if diff := cmp.Diff(e.Args, c.args); diff != "" {
			t.Errorf("%s: args, -got +want\n%s", name, diff)
		}
		if strings.Contains(err.Error(), "hostile") {
			t.Errorf("%s: the error tells the value: %v", name, err)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"", "{number}", "{{x}} {e164}", "{contact.a}", "{", "}}", "{contact.é-1}{{", "\x00", "{number}}"} {
		f.Add(seed, "55", "Jo")
	}
	f.Fuzz(func(t *testing.T, text, number, name string) {
		tpl, err := ParseTemplate(text)
		if err != nil {
			var p *Problem
			if !errors.As(err, &p) || strings.HasPrefix(p.Error(), "[") {
				t.Fatalf("the mistake has no sentence: %v", err)
			}
			return
		}
		got, err := tpl.Fill(Values{Number: number, E164: number, Contact: map[string]string{"a": name}})
		if err != nil {
			var e *cti.Error
			if !errors.As(err, &e) {
				t.Fatalf("got %T", err)
			}
			return
		}
		if err := CheckText(got); err != nil {
			t.Fatalf("%q fills to %q, which cannot be typed", text, got)
		}
		if !strings.ContainsAny(text, "{}") && got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
