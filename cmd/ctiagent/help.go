package main

import (
	"fmt"
	"regexp"
	"strings"
	"text/tabwriter"

	"ctiagent/internal/i18n"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// help prints what a command does and takes. Cobra's own has English words in
// it that nobody can replace.
func (a *app) help(cmd *cobra.Command) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n  %s\n", cmd.Short, a.t("cli.help.usage", nil), a.useLine(cmd))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.t("cli.help.commands", nil))
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() {
				fmt.Fprintf(w, "  %s\t%s\n", c.Name(), c.Short)
			}
		}
		_ = w.Flush() // a Builder takes everything
	}
	a.flagHelp(&b, a.t("cli.help.flags", nil), cmd.LocalFlags())
	a.flagHelp(&b, a.t("cli.help.global", nil), cmd.InheritedFlags())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s\n", a.t("cli.help.more", nil))
	}
	_, _ = fmt.Fprint(a.out, b.String()) // nobody is there to read of it
}

func (a *app) flagHelp(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	fmt.Fprintf(b, "\n%s\n", title)
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	flags.VisitAll(func(f *pflag.Flag) {
		short := "    "
		if f.Shorthand != "" {
			short = "-" + f.Shorthand + ", "
		}
		value, text := pflag.UnquoteUsage(f)
		if f.Value.Type() == "bool" {
			value = ""
		}
		if d := f.DefValue; value != "" && d != "" && d != "0" {
			text += " " + a.t("cli.help.default", map[string]any{"Value": d})
		}
		fmt.Fprintf(w, "  %s--%s\t%s\n", short, strings.TrimSpace(f.Name+" "+value), text)
	})
	_ = w.Flush() // a Builder takes everything
}

// useLine is how a command is typed, with its placeholders in the person's
// language.
func (a *app) useLine(cmd *cobra.Command) string {
	_, rest, _ := strings.Cut(cmd.Use, " ")
	if cmd.Parent() == nil {
		rest = "COMMAND"
	}
	word := regexp.MustCompile(`[A-Z]{2,}|name=value`) // what the person puts there
	rest = word.ReplaceAllStringFunc(rest, func(w string) string {
		id := "cli.word." + strings.ReplaceAll(strings.ToLower(w), "=", "_")
		if !i18n.Has(id) {
			return w
		}
		return a.t(id, nil)
	})
	return strings.TrimSpace(cmd.CommandPath() + " " + rest)
}
