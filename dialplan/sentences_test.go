package dialplan

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// declared collects the values of the constants in rules.go whose names begin with prefix, so that no list has to be kept by hand.
func declared(t *testing.T, prefix string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "rules.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	ast.Inspect(f, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(spec.Names[0].Name, prefix) {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, value)
		}
		return true
	})
	if len(values) < 10 {
		t.Fatalf("found %d constants %s…, expected more", len(values), prefix)
	}
	return values
}

func locale(t *testing.T, language string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile("../internal/i18n/locales/dialplan." + language + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var sentences map[string]string
	if err := json.Unmarshal(raw, &sentences); err != nil {
		t.Fatal(err)
	}
	return sentences
}

func TestEveryRuleAndReasonHasASentenceInEachLanguage(t *testing.T) {
	var ids []string
	for _, rule := range declared(t, "rule") {
		ids = append(ids, "dialplan.rule."+rule)
	}
	for _, reason := range declared(t, "reason") {
		ids = append(ids, "dialplan.reason."+reason)
	}
	for _, k := range packs() {
		for _, d := range k.documents {
			ids = append(ids, "dialplan.reason."+d.reason)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	placeholder := regexp.MustCompile(`\{\{[^}]*\}\}`)
	english := locale(t, "en")
	for _, language := range []string{"en", "es", "pt-BR"} {
		sentences := locale(t, language)
		var have []string
		for id, text := range sentences {
			have = append(have, id)
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", language, id)
			}
			if d := cmp.Diff(placeholder.FindAllString(text, -1), placeholder.FindAllString(english[id], -1)); d != "" {
				t.Errorf("%s: placeholders of %s differ from English (-got +want)\n%s", language, id, d)
			}
		}
		slices.Sort(have)
		if d := cmp.Diff(have, ids); d != "" {
			t.Errorf("%s: ids (-got +want)\n%s", language, d)
		}
	}
}

func TestEnglishStepTextsEqualTheTranslationFile(t *testing.T) {
	english := locale(t, "en")
	for _, rule := range declared(t, "rule") {
		if got, want := sentence(rule), english["dialplan.rule."+rule]; got != want {
			t.Errorf("%s: %q in the code, %q in the file", rule, got, want)
		}
	}
}
