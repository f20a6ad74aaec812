package desk_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

func TestEveryHintIsASentenceInEveryLanguageAndEverySentenceIsUsed(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var used []string
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"(desk\.(?:hint|notice|question)\.[a-z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			used = append(used, m[1])
		}
	}
	slices.Sort(used)
	for _, lang := range i18n.Langs() {
		text, err := os.ReadFile(filepath.Join("..", "internal", "i18n", "locales", "desk."+string(lang)+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var sentences map[string]string
		if err := json.Unmarshal(text, &sentences); err != nil {
			t.Fatal(err)
		}
		var there []string
		for id, s := range sentences {
			if strings.TrimSpace(s) != "" {
				there = append(there, id)
			}
		}
		slices.Sort(there)
		if d := cmp.Diff(there, slices.Compact(used)); d != "" {
			t.Errorf("%s (-sentences +used):\n%s", lang, d)
		}
	}
}
