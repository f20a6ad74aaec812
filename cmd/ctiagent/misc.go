package main

import (
	"fmt"
	"runtime"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{Use: "version", Args: a.exactly(), RunE: func(*cobra.Command, []string) error {
		if a.json {
			return a.print(map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}) //nolint:forbidigo // told, not decided on
		}
		return a.line(fmt.Sprintf("ctiagent %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH))
	}}
}

func (a *app) completionCommand() *cobra.Command {
	return &cobra.Command{Use: "completion [bash|zsh|fish|powershell]", Args: a.exactly("SHELL"),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			a.localize(root)
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
			return usageError{a.t("cli.usage.shell", map[string]any{"Name": args[0]})}
		}}
}

func (a *app) openControlCommand() *cobra.Command {
	return &cobra.Command{Use: "open-control", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, "control.ticket", nil, func(t struct {
			URL string `json:"url"`
		}) error {
			if err := openBrowser(t.URL); err != nil {
				return a.line(a.t("cli.control.visit", map[string]any{"URL": t.URL}))
			}
			return a.line(a.t("cli.control.opened", nil))
		})
	}}
}

func (a *app) historyCommand() *cobra.Command {
	var in struct {
		From   string `json:"from,omitempty"`
		To     string `json:"to,omitempty"`
		Number string `json:"number,omitempty"`
		Limit  int    `json:"limit,omitempty"`
	}
	cmd := &cobra.Command{Use: "history", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, "history.list", in, func(h struct {
			Calls []*cti.Call `json:"calls"`
		}) error {
			return a.showCalls(h.Calls)
		})
	}}
	cmd.Flags().StringVar(&in.Number, "number", "", "")
	cmd.Flags().StringVar(&in.From, "from", "", "")
	cmd.Flags().StringVar(&in.To, "to", "", "")
	cmd.Flags().IntVar(&in.Limit, "limit", 0, "")
	return cmd
}
