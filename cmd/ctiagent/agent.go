package main

import (
	"fmt"
	"text/tabwriter"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) logoutCommand() *cobra.Command {
	return &cobra.Command{Use: "logout", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, cti.AgentLogout.Name, nil, a.showFared)
	}}
}

func (a *app) showAgent(g cti.Agent) error {
	return a.line(a.t("cli.agent.line", map[string]any{
		"Who": orDash(g.ID), "Extension": orDash(g.Extension), "State": a.agentState(g)}) + a.since(g.Since))
}

// agentState is what the agent does, with the pause's name in the PBX's own
// words.
func (a *app) agentState(g cti.Agent) string {
	text := a.t("cli.agent.state."+string(g.State), nil)
	if g.Reason != "" {
		text += ", " + g.Reason
	}
	return text
}

func (a *app) pauseCommand() *cobra.Command {
	var in cti.PauseIn
	var after bool
	cmd := &cobra.Command{Use: "pause [REASON]", Args: a.between(0, 1), RunE: func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			in.Reason = args[0]
		}
		if after {
			in.When = "afterCall"
		}
		return ask(cmd.Context(), a, cti.AgentPause.Name, in, a.showChanged)
	}}
	cmd.Flags().StringVar(&in.Note, "note", "", "")
	cmd.Flags().BoolVar(&after, "after-call", false, "")
	return cmd
}

func (a *app) unpauseCommand() *cobra.Command {
	return &cobra.Command{Use: "unpause", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, cti.AgentUnpause.Name, nil, a.showChanged)
	}}
}

func (a *app) pauseReasonsCommand() *cobra.Command {
	return &cobra.Command{Use: "pause-reasons", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, cti.AgentPauseReasons.Name, nil, func(reasons []cti.PauseReason) error {
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, r := range reasons {
				if _, err := fmt.Fprintf(w, "%s\t%s\n", r.ID, r.Name); err != nil {
					return err
				}
			}
			return w.Flush()
		})
	}}
}
