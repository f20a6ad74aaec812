package main

import (
	"fmt"
	"runtime"

	"ctiagent/internal/paths"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error {
		system := paths.Current().GOOS
		if a.json {
			return a.print(map[string]string{"version": version, "go": runtime.Version(), "os": system, "arch": runtime.GOARCH})
		}
		return a.line(fmt.Sprintf("ctiagent %s (%s, %s/%s)", version, runtime.Version(), system, runtime.GOARCH))
	}}
}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{Use: "completion bash|zsh|fish|powershell", Args: a.exactly(1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			a.localize(root) // zsh, fish and PowerShell show the summaries
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.out, true)
			case "zsh":
				return root.GenZshCompletion(a.out)
			case "fish":
				return root.GenFishCompletion(a.out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.out)
			}
			return usage("cli.usage.shell", "Name", args[0])
		}}
}
