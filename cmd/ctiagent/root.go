package main

import (
	"strings"

	"ctiagent/internal/i18n"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root is the tree of all commands. Its sentences are put in only when
// somebody reads them, see localize.
func (a *app) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:           "ctiagent",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownCommand(cmd, args[0])
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
		a.json = wantsJSON(args) // it may stand behind the option at fault
		return flagError(cmd, err)
	})
	root.SetHelpCommand(&cobra.Command{Use: "help [COMMAND]", Hidden: true, RunE: func(_ *cobra.Command, args []string) error {
		target, rest, err := root.Find(args)
		if err != nil || target == root && len(rest) > 0 {
			return unknownCommand(root, strings.Join(args, " "))
		}
		return target.Help()
	}})
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		a.localize(root)
		a.help(cmd)
	})
	root.AddCommand(a.runCommand())
	if len(args) > 0 && args[0] == "run" {
		return root // it serves for days, and keeps no other command in memory
	}
	root.AddCommand(a.demoCommand())
	for _, cmd := range append(a.verbCommands(), a.statusCommand(), a.callsCommand(), a.eventsCommand(), a.dialCommand(), a.loginCommand(), a.logoutCommand(),
		a.pauseCommand(), a.unpauseCommand(), a.pauseReasonsCommand(), a.invokeCommand(), a.historyCommand(), a.outboxCommand()) {
		cmd.PersistentFlags().StringVar(&a.desk, "desk", "", "")
		root.AddCommand(cmd)
	}
	root.AddCommand(a.functionsCommand(), a.numberCommand(), a.uriCommand(), a.handlersCommand(), a.originsCommand(), a.policyCommand(), a.openControlCommand(), a.openWallboardCommand(), a.configCommand(),
		a.doctorCommand(), a.mailingCommand(), a.serviceCommand(), a.secretCommand(), a.tlsCommand(), a.setupCommand(), a.vicidialCommand(), a.versionCommand(), a.completionCommand())
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	if near := root.SuggestionsFor(name); len(near) > 0 {
		return usage("cli.usage.unknown_command.near", "Name", name, "Near", near[0])
	}
	return usage("cli.usage.unknown_command", "Name", name)
}

// group is a command that only holds others; called alone, or with a word that
// is none of them, it says so.
func group(name, sentence string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: name + " COMMAND", Args: cobra.ArbitraryArgs, RunE: func(*cobra.Command, []string) error { return usage(sentence) }}
	cmd.AddCommand(commands...)
	return cmd
}

// localize puts the sentences of the person's language into the tree: the
// summary of each command under cli.cmd.<path>, of each flag under
// cli.flag.<path>.<name>, else under cli.flag.<name>.
func (a *app) localize(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	id := "cli.cmd." + strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "ctiagent "), " ", ".")
	if cmd.Parent() == nil {
		id = "cli.cmd.root"
	}
	if !cmd.Hidden {
		cmd.Short = a.t(id, nil)
	}
	name := func(f *pflag.Flag) {
		flag := "cli.flag." + f.Name
		if its := strings.Replace(id, "cli.cmd.", "cli.flag.", 1) + "." + f.Name; i18n.Has(its) {
			flag = its
		}
		f.Usage = a.t(flag, nil)
	}
	cmd.LocalFlags().VisitAll(name)
	cmd.PersistentFlags().VisitAll(name)
	for _, c := range cmd.Commands() {
		a.localize(c)
	}
}
