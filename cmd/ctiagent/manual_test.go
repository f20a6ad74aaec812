package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

//go:generate go test -run ^TestManualPagesAreFresh$ -update .
var update = flag.Bool("update", false, "write the manual pages again")

// TestManualPagesAreFresh makes the manual page of each language from its frame in installer/linux/man and from what the
// commands say of themselves.
func TestManualPagesAreFresh(t *testing.T) {
	for dir, lang := range map[string]string{"en": "en_US", "es": "es_ES", "pt_BR": "pt_BR"} {
		a := newApp(nil, nil, nil, func(name string) string { return map[string]string{"LANG": lang + ".UTF-8"}[name] })
		root := a.root(nil)
		a.localize(root)
		page := "../../installer/linux/man/" + dir + "/ctiagent.1"
		frame, err := os.ReadFile(page + ".in")
		if err != nil {
			t.Fatal(err)
		}
		var commands, options bytes.Buffer
		a.describe(&commands, root)
		optionsPage(&options, root.PersistentFlags())
		want := strings.NewReplacer("@COMMANDS@\n", commands.String(), "@OPTIONS@\n", options.String()).Replace(string(frame))
		if *update {
			if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(got), want); d != "" {
			t.Errorf("%s is stale; `go test -run TestManualPagesAreFresh ./cmd/ctiagent -update` writes it:\n%s", page, d)
		}
	}
}

// describe writes every command that can be called, each with its own options.
func (a *app) describe(b *bytes.Buffer, cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		if c.HasAvailableSubCommands() {
			a.describe(b, c)
			continue
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(a.useLine(c)), roff(c.Short))
		if c.NonInheritedFlags().HasAvailableFlags() {
			b.WriteString(".RS\n")
			optionsPage(b, c.NonInheritedFlags())
			b.WriteString(".RE\n")
		}
	}
}

func optionsPage(b *bytes.Buffer, flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		value, text := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			value = ""
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff(strings.TrimSpace("--"+f.Name+" "+value)), roff(text))
	})
}

// roff protects what means something to the formatter.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}
