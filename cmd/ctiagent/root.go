package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root is the tree of all commands. Its sentences are put in only when
// somebody reads them, see localize.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "ctiagent",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			text := a.t("cli.usage.unknown_command", map[string]any{"Name": args[0]})
			if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
				text += " " + a.t("cli.usage.near", map[string]any{"Name": near[0]})
			}
			return usageError{text}
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.PersistentFlags().StringVar(&a.config, "config", "", "")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{a.t("cli.usage.flag", map[string]any{"Problem": err.Error(), "Command": cmd.CommandPath()})}
	})
	root.SetHelpCommand(&cobra.Command{Use: "help [command]", Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		target, _, err := root.Find(args)
		if err != nil || target == nil {
			target = root
		}
		return target.Help()
	}})
	help := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		a.localize(root)
		help(cmd, args)
	})
	root.AddCommand(a.demoCommand(), a.runCommand(), a.statusCommand(), a.callsCommand(), a.eventsCommand(), a.dialCommand())
	root.AddCommand(a.verbCommands()...)
	root.AddCommand(a.loginCommand(), a.logoutCommand(), a.pauseCommand(), a.unpauseCommand(), a.pauseReasonsCommand(),
		a.functionsCommand(), a.invokeCommand(), a.numberCommand(), a.historyCommand(), a.openControlCommand(), a.configCommand(),
		a.doctorCommand(), a.versionCommand(), a.completionCommand())
	return root
}

// localize puts the sentences of the person's language into the tree: the
// summary of each command under cli.cmd.<path>, of each flag under
// cli.flag.<name>.
func (a *app) localize(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	id := "cli.cmd." + strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "ctiagent"), " "), " ", ".")
	if cmd.Parent() == nil {
		id = "cli.cmd.root"
	}
	if !cmd.Hidden {
		cmd.Short = a.t(id, nil)
	}
	name := func(f *pflag.Flag) { f.Usage = a.t("cli.flag."+f.Name, nil) }
	cmd.LocalFlags().VisitAll(name)
	cmd.PersistentFlags().VisitAll(name)
	cmd.SetUsageTemplate(a.usageTemplate())
	for _, c := range cmd.Commands() {
		a.localize(c)
	}
}

func (a *app) usageTemplate() string {
	words := strings.NewReplacer(
		"@usage", a.t("cli.help.usage", nil), "@commands", a.t("cli.help.commands", nil),
		"@flags", a.t("cli.help.flags", nil), "@global", a.t("cli.help.global", nil),
		"@more", a.t("cli.help.more", nil))
	return words.Replace(`@usage
  {{.UseLine}}{{if .HasAvailableSubCommands}}

@commands{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

@flags
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

@global
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

@more{{end}}
`)
}
