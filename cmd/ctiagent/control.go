package main

import "github.com/spf13/cobra"

// openControlCommand opens the control page in the browser. With --json the
// address is printed instead, for a program that opens it.
func (a *app) openControlCommand() *cobra.Command {
	return &cobra.Command{Use: "open-control", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
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
