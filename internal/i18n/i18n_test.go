package i18n

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// sameEverywhere lists the ids whose text is the same in every language:
// names and codes, not sentences.
var sameEverywhere = map[string]bool{}

// texts answers every sentence of a language with the domain it stands in.
func texts(t *testing.T, lang Lang) (text, domain map[string]string) {
	t.Helper()
	text, domain = map[string]string{}, map[string]string{}
	names, err := fs.Glob(locales, "locales/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		d, l := domainOf(name)
		if !slices.Contains(Langs(), l) || d == "" {
			t.Fatalf("%s: the name is not <domain>.<language>.json", name)
		}
		if l != lang {
			continue
		}
		data, err := fs.ReadFile(locales, name)
		if err != nil {
			t.Fatal(err)
		}
		part, err := parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for id, s := range part {
			if other, twice := domain[id]; twice {
				t.Errorf("%s: %s stands in %s too", name, id, other)
			}
			text[id], domain[id] = s, d
		}
	}
	return text, domain
}

var placeholder = regexp.MustCompile(`{{[^}]*}}`)

func placeholders(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// hasWords tells whether there is anything to translate: a text of placeholders
// and signs alone is the same in every language.
func hasWords(text string) bool {
	return strings.IndexFunc(placeholder.ReplaceAllString(text, ""), unicode.IsLetter) >= 0
}

func TestEveryLanguageHasEverySentence(t *testing.T) {
	want, wantDomain := texts(t, En)
	if len(want) == 0 {
		t.Fatal("no sentence at all")
	}
	for _, lang := range []Lang{PtBR, Es} {
		got, gotDomain := texts(t, lang)
		if diff := cmp.Diff(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))); diff != "" {
			t.Errorf("ids of %s, -got +want\n%s", lang, diff)
		}
		for id, text := range got {
			if gotDomain[id] != wantDomain[id] {
				t.Errorf("%s: %s stands in %s, in English in %s", lang, id, gotDomain[id], wantDomain[id])
			}
			if diff := cmp.Diff(placeholders(text), placeholders(want[id])); diff != "" {
				t.Errorf("%s: placeholders of %s, -got +want\n%s", lang, id, diff)
			}
			if text == want[id] && hasWords(text) && !sameEverywhere[id] {
				t.Errorf("%s: %s is the English text: %s", lang, id, text)
			}
		}
	}
	for id := range sameEverywhere {
		if _, ok := want[id]; !ok {
			t.Errorf("%s is allowed to be the same but does not exist", id)
		}
	}
}

func TestEverySentenceCanBeSaid(t *testing.T) {
	for _, lang := range Langs() {
		all, _ := texts(t, lang)
		for id, text := range all {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", lang, id)
				continue
			}
			args := map[string]any{}
			for _, p := range placeholders(text) {
				args[strings.Trim(p, "{} .")] = "VALUE"
			}
			got := T(lang, id, args)
			if want := placeholder.ReplaceAllString(text, "VALUE"); got != want {
				t.Errorf("%s: %s\ngot  %s\nwant %s", lang, id, got, want)
			}
		}
	}
}

func TestUnknownSentenceIsItsIDInBrackets(t *testing.T) {
	for _, lang := range []Lang{PtBR, Es, En, "xx", ""} {
		if got, want := T(lang, "no.such.id", nil), "[no.such.id]"; got != want {
			t.Errorf("%q: got %q, want %q", lang, got, want)
		}
	}
	if Has("no.such.id") || !Has("secret.name") {
		t.Error("Has does not tell ids")
	}
}

func TestUnknownLanguageIsEnglish(t *testing.T) {
	if got, want := T("xx", "secret.name", nil), T(En, "secret.name", nil); got != want || strings.HasPrefix(got, "[") {
		t.Errorf("got %q, want %q", got, want)
	}
	if T(PtBR, "secret.name", nil) == T(Es, "secret.name", nil) {
		t.Error("two languages say the same")
	}
}

func TestMissingArgumentDoesNotPanic(t *testing.T) {
	if got := T(En, "secret.env", nil); !strings.Contains(got, "environment variable") {
		t.Errorf("got %q", got)
	}
}

func TestBrokenFileLeavesTheOthers(t *testing.T) {
	all := domains(fstest.MapFS{
		"locales/a.en.json": {Data: []byte(`{"a.one":"one"}`)},
		"locales/b.en.json": {Data: []byte(`{"b.two":`)},
		"locales/c.en.json": {Data: []byte(`{"c.three":"{{.Broken"}`)},
		"locales/d.es.json": {Data: []byte(`{"d.four":"cuatro"}`)},
	}, En)
	if got, ok := find(all, "a.one"); !ok || got != "one" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, id := range []string{"b.two", "c.three", "d.four"} {
		if got, ok := find(all, id); ok {
			t.Errorf("%s: got %q", id, got)
		}
	}
}

func TestManyMaySpeakAtOnce(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, lang := range Langs() {
				if got := T(lang, "secret.env", map[string]any{"Name": "KEY"}); !strings.Contains(got, "KEY") {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	wg.Wait()
}

func TestMatchFindsTheNearestLanguage(t *testing.T) {
	tests := []struct {
		tag  string
		want Lang
	}{
		{"pt-BR", PtBR}, {"pt_BR.UTF-8", PtBR}, {"pt", PtBR}, {"pt-PT", PtBR}, {"PT_br@euro", PtBR},
		{"es-AR", Es}, {"es_MX.utf8", Es}, {" es ", Es},
		{"en-US", En}, {"C", En}, {"C.UTF-8", En}, {"POSIX", En}, {"", En}, {"de", En}, {"português", En}, {"esperanto", En},
		{"de-DE,pt;q=0.8,en;q=0.5", PtBR},
		{"en;q=0.3, es;q=0.9", Es},
		{"es;q=0, en", En},
		{"es;q=x, pt;q=0.1", PtBR},
		{"es;q=NaN", En}, {"es;q=9", En},
		{"pt,es", PtBR},
		{strings.Repeat("de,", 1000) + "es", En},
	}
	for _, tt := range tests {
		t.Run(tt.tag, func(t *testing.T) {
			if got := Match(tt.tag); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestFromEnvTakesTheFirstVariableThatIsSet(t *testing.T) {
	tests := []struct {
		env  map[string]string
		want Lang
	}{
		{map[string]string{"LANG": "pt_BR.UTF-8"}, PtBR},
		{map[string]string{"LANG": "pt_BR.UTF-8", "LC_MESSAGES": "es_ES"}, Es},
		{map[string]string{"LANG": "pt_BR.UTF-8", "LC_MESSAGES": "es_ES", "LC_ALL": "C"}, En},
		{nil, En},
	}
	for _, tt := range tests {
		if got := FromEnv(func(k string) string { return tt.env[k] }); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.env, got, tt.want)
		}
	}
}

func FuzzMatchAnswersAKnownLanguage(f *testing.F) {
	f.Add("pt-BR,es;q=0.5")
	f.Fuzz(func(t *testing.T, tag string) {
		if got := Match(tag); !slices.Contains(Langs(), got) {
			t.Errorf("got %q", got)
		}
	})
}
