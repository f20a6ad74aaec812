package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ctiagent/internal/i18n"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// runHere runs a command line that needs no agent, in a language.
func runHere(t *testing.T, lang i18n.Lang, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp(strings.NewReader(""), &stdout, &stderr, func(string) string { return "" })
	a.lang = lang
	code = a.run(context.Background(), args)
	return code, stdout.String(), stderr.String()
}

// commands are all that a person can type.
func commands(cmd *cobra.Command) []*cobra.Command {
	out := []*cobra.Command{cmd}
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			out = append(out, commands(c)...)
		}
	}
	return out
}

func TestHelpOfEveryCommandIsInThePersonsLanguage(t *testing.T) {
	missing := regexp.MustCompile(`\[(cli|error|desk)\.`)
	// Words that only pflag, cobra or an untranslated sentence would bring.
	foreign := regexp.MustCompile(`(?i)\b(usage|flags?|default|string|uint|use "|commands?|the|help for|list of)\b`)
	english := map[string]string{}
	for _, lang := range []i18n.Lang{i18n.En, i18n.PtBR, i18n.Es} {
		tree := commands(newApp(nil, nil, nil, func(string) string { return "" }).root(nil))
		if len(tree) < 40 {
			t.Fatalf("only %d commands", len(tree))
		}
		for _, cmd := range tree {
			words := strings.Fields(cmd.CommandPath())[1:]
			code, out, errOut := runHere(t, lang, append(words, "--help")...)
			if code != 0 || errOut != "" || !strings.Contains(out, "ctiagent") {
				t.Errorf("%s %s --help: status %d, %q, %q", lang, cmd.CommandPath(), code, out, errOut)
			}
			if missing.MatchString(out) {
				t.Errorf("%s %s: a sentence is missing:\n%s", lang, cmd.CommandPath(), out)
			}
			if lang == i18n.En {
				english[cmd.CommandPath()] = out
				continue
			}
			if m := foreign.FindString(out); m != "" {
				t.Errorf("%s %s: %q is English:\n%s", lang, cmd.CommandPath(), m, out)
			}
			if out == english[cmd.CommandPath()] {
				t.Errorf("%s %s: the help is the English one", lang, cmd.CommandPath())
			}
		}
	}
}

// The program that serves knows no command but its own.
func TestHelpOfRunIsTheSameFromOutsideAndInside(t *testing.T) {
	_, inside, _ := runHere(t, i18n.En, "run", "--help")
	if _, outside, _ := runHere(t, i18n.En, "help", "run"); inside != outside || !strings.Contains(inside, "run") {
		t.Errorf("got\n%s\nand\n%s", inside, outside)
	}
	if code, _, said := runHere(t, i18n.En, "run", "status"); code == 0 || said == "" {
		t.Errorf("a word too many: status %d, %q", code, said)
	}
}

func TestEveryFunctionAndOptionOfEveryVendorIsTranslated(t *testing.T) {
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			if id := "cli.function." + f.Name; !i18n.Has(id) || i18n.T(i18n.En, id, nil) != f.Title {
				t.Errorf("%s is %q, the function's title %q", id, i18n.T(i18n.En, id, nil), f.Title)
			}
		}
		for _, o := range d.Options {
			if id := "cli.option." + d.Name + "." + o.Name; !i18n.Has(id) || i18n.T(i18n.En, id, nil) != o.Help {
				t.Errorf("%s is %q, the option's help %q", id, i18n.T(i18n.En, id, nil), o.Help)
			}
		}
	}
}

func TestNumberExplainReadsEveryVector(t *testing.T) {
	site := filepath.Join(t.TempDir(), "site.toml")
	if err := os.WriteFile(site, []byte("[agent]\narea_code = \"11\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	vectors, err := os.ReadFile(filepath.Join("testdata", "numbers-br.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for line := range strings.Lines(string(vectors)) {
		cells := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if strings.HasPrefix(line, "#") || len(cells) < 3 {
			continue
		}
		tried++
		code, out, errOut := runHere(t, i18n.PtBR, "number", "explain", "--json", "--config", site, "--", cells[0])
		var got struct {
			Raw, E164, Kind, Dialed string
			Steps                   []map[string]any
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || errOut != "" || strings.Count(out, "\n") != 1 {
			t.Errorf("%q: status %d, %q, %q: %v", cells[0], code, out, errOut, err)
			continue
		}
		if e164 := strings.TrimPrefix(cells[1], "-"); got.E164 != e164 || got.Kind != cells[2] || got.Raw != cells[0] {
			t.Errorf("%q is %s %s %q, want %s %s", cells[0], got.Kind, got.E164, got.Raw, cells[2], e164)
		}
		if (got.Dialed == "") != (got.Kind == "not_a_phone") || len(got.Steps) == 0 {
			t.Errorf("%q: dialed %q in %d steps", cells[0], got.Dialed, len(got.Steps))
		}
		if _, text, _ := runHere(t, i18n.PtBR, "number", "explain", "--config", site, "--", cells[0]); strings.Contains(text, "[dialplan.") || strings.Contains(text, "[cli.") {
			t.Errorf("%q: a sentence is missing:\n%s", cells[0], text)
		}
	}
	if tried < 20 {
		t.Errorf("only %d vectors", tried)
	}
}
