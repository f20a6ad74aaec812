package web

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := fs.ReadFile(Files(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// served are the paths of all files with one of the endings.
func served(t *testing.T, endings ...string) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(Files(), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && slices.Contains(endings, path.Ext(p)) {
			out = append(out, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatalf("no file ends in %v", endings)
	}
	return out
}

func TestJavaScriptClientPassesItsOwnSuite(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing: install Node.js 18 or newer (Debian: apt-get install nodejs) to test the JavaScript client")
	}
	suites, err := filepath.Glob("sdk/*.test.js")
	if err != nil || len(suites) == 0 {
		t.Fatalf("found no suite of the client: %v", err)
	}
	cmd := exec.CommandContext(t.Context(), node, append([]string{"--test", "--test-reporter=tap"}, suites...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node --test: %v\n%s", err, out)
	}
	if !regexp.MustCompile(`(?m)^# pass [1-9]`).Match(out) || !bytes.Contains(out, []byte("\n# skipped 0\n")) {
		t.Fatalf("the suite ran no test or skipped some:\n%s", out)
	}
}

func catalogue(t *testing.T, language string) map[string]string {
	t.Helper()
	var m map[string]string
	if err := json.Unmarshal([]byte(read(t, "i18n/"+language+".json")), &m); err != nil {
		t.Fatalf("%s: %v", language, err)
	}
	return m
}

func TestCataloguesHaveTheSameKeysAndPlaceholders(t *testing.T) {
	placeholder := regexp.MustCompile(`\{\w+\}`)
	want := catalogue(t, "pt-BR")
	for _, language := range []string{"es", "en"} {
		got := catalogue(t, language)
		if d := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); d != "" {
			t.Errorf("%s has other keys than pt-BR (-pt-BR +%s):\n%s", language, language, d)
		}
		for key, text := range got {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", language, key)
			}
			a, b := placeholder.FindAllString(want[key], -1), placeholder.FindAllString(text, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Errorf("%s: %s has placeholders %v, pt-BR %v", language, key, b, a)
			}
		}
	}
}

// made are the keys that the pages put together from a word of the contract: the prefix as it stands in the source, and the words.
var made = map[string][]string{
	"call.":      {"dialing", "ringing", "connected", "held", "wrapup", "ended"},
	"end.":       {"completed", "busy", "no_answer", "canceled", "rejected", "failed", "unknown"},
	"agent.":     {"offline", "ready", "paused", "ringing", "on_call", "wrapup"},
	"link.":      {"connecting", "connected", "degraded", "disconnected"},
	"health.":    {"connecting", "degraded", "disconnected"},
	"direction.": {"inbound", "outbound", "internal"},
	"kind.":      {"mobile", "fixed", "tollfree", "shared", "emergency", "shortcode", "extension", "international", "not_a_phone"},
	"status.":    {"overdue", "agreement", "promise", "legal"},
	"phone.":     {"mobile", "work", "home"},
	"history.":   {"noAnswer", "reminder", "promise", "agreement", "letter"},
	"hangup.":    {"phone", "simulated"},
	"answer.":    {"phone", "simulated"},
	"part.":      {"waiting", "agents", "since", "level", "lines"}, // of a queue's status
	"kept.":      {"absent", "locked", "nowhere"},                  // what became of a password to keep
	"verb.":      nil,                                              // the verbs of ui/parts.js, read from there
}

func TestEverySentenceUsedExistsAndEveryOneThatExistsIsUsed(t *testing.T) {
	have := catalogue(t, "en")
	used := map[string]string{}
	quoted := regexp.MustCompile(`'([a-z]+\.[A-Za-z_]+)'`)
	asked := regexp.MustCompile(`\bt\('([^']+)'[,)]`)
	named := regexp.MustCompile(`data-t(?:-label|-placeholder)?="([^"]+)"`)
	prefix := regexp.MustCompile(`'([a-z]+\.)' \+`)
	prefixes := map[string]bool{}
	for _, p := range served(t, ".js", ".html") {
		if p == "sdk/ctiagent.js" {
			continue
		}
		text := read(t, p)
		for _, m := range append(asked.FindAllStringSubmatch(text, -1), named.FindAllStringSubmatch(text, -1)...) {
			used[m[1]] = p
		}
		// A key may also be handed on as a plain string; what is none (a method's name) is not in the catalogue.
		for _, m := range quoted.FindAllStringSubmatch(text, -1) {
			if _, ok := have[m[1]]; ok {
				used[m[1]] = p
			}
		}
		for _, m := range prefix.FindAllStringSubmatch(text, -1) {
			if m[1] == "data." {
				continue
			}
			prefixes[m[1]] = true
			for _, word := range made[m[1]] {
				used[m[1]+word] = p
			}
		}
	}
	for _, m := range regexp.MustCompile(`verb: 'call\.(\w+)'`).FindAllStringSubmatch(read(t, "ui/parts.js"), -1) {
		used["verb."+m[1]] = "ui/parts.js"
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(made)), slices.Sorted(maps.Keys(prefixes))); d != "" {
		t.Errorf("prefixes of made keys (-this test +the pages):\n%s", d)
	}
	for key, p := range used {
		if _, ok := have[key]; !ok {
			t.Errorf("%s uses %q, which no catalogue has", p, key)
		}
	}
	for key := range have {
		if used[key] == "" {
			t.Errorf("nothing uses %q", key)
		}
	}
}

// The server forbids all of this by its Content-Security-Policy; a page that had it would be broken without a word.
func TestPagesHaveNoInlineScriptStyleOrMarkupFromText(t *testing.T) {
	for what, found := range map[string]*regexp.Regexp{
		"inline style":       regexp.MustCompile(`(?i)<style|\sstyle\s*=|setAttribute\('style'`),
		"inline script":      regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]`),
		"event attribute":    regexp.MustCompile(`(?i)<[a-z][^>]*\son[a-z]+\s*=`),
		"markup from text":   regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser`),
		"evaluated text":     regexp.MustCompile(`\beval\(|new Function\(|setTimeout\(\s*['"]`),
		"resource elsewhere": regexp.MustCompile(`(?i)(?:src|href)="(?:https?:)?//|@import|url\(\s*['"]?(?:https?:)?//|from 'https?:|fetch\('https?:`),
	} {
		for _, p := range served(t, ".js", ".html", ".css", ".svg") {
			// What the browser reads as code cannot hold a <script>, only speak of one.
			if what == "inline script" && path.Ext(p) == ".js" {
				continue
			}
			if m := found.FindString(read(t, p)); m != "" {
				t.Errorf("%s: %s: %q", p, what, m)
			}
		}
	}
}

func TestEveryFileAPageNamesIsServed(t *testing.T) {
	link := regexp.MustCompile(`(?:src|href)="(/[^"#?]*)"|from '(/[^']+)'`)
	n := 0
	for _, p := range served(t, ".js", ".html") {
		for _, m := range link.FindAllStringSubmatch(read(t, p), -1) {
			n++
			name := strings.TrimPrefix(m[1]+m[2], "/")
			switch { // as the server has it
			case name == "":
				name = "control/index.html"
			case strings.HasSuffix(name, "/"):
				name += "index.html"
			}
			if _, err := fs.Stat(Files(), name); err != nil {
				t.Errorf("%s names %s: %v", p, m[1]+m[2], err)
			}
		}
	}
	if n < 10 {
		t.Errorf("found only %d links: the test looks at the wrong thing", n)
	}
}
