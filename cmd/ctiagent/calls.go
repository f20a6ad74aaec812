package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{Use: "status", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, "desk.snapshot", nil, a.showStatus)
	}}
}

func (a *app) callsCommand() *cobra.Command {
	return &cobra.Command{Use: "calls", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		var state cti.DeskState
		if err := a.call(cmd.Context(), "desk.snapshot", nil, &state); err != nil {
			return err
		}
		if a.json {
			for _, c := range state.Calls {
				if err := a.print(c); err != nil {
					return err
				}
			}
			return nil
		}
		return a.showCalls(state.Calls)
	}}
}

func (a *app) showStatus(s cti.DeskState) error {
	agent := a.t("cli.agent.line", map[string]any{
		"Who": orDash(s.Agent.ID), "Extension": orDash(s.Agent.Extension), "State": a.t("cli.agent.state."+string(s.Agent.State), nil)})
	if s.Agent.Reason != "" {
		agent += " (" + s.Agent.Reason + ")"
	}
	if err := a.line(agent); err != nil {
		return err
	}
	for _, d := range s.Drivers {
		text := d.Title + ": " + a.t("cli.link."+string(d.Link), nil)
		if d.Detail != "" {
			text += ": " + d.Detail
		}
		if err := a.line(text); err != nil {
			return err
		}
	}
	return a.showCalls(s.Calls)
}

func (a *app) showCalls(calls []*cti.Call) error {
	if len(calls) == 0 {
		return a.line(a.t("cli.calls.none", nil))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range calls {
		if _, err := fmt.Fprintln(w, a.callLine(c, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// callLine is one call in one line of text.
func (a *app) callLine(c *cti.Call, sep string) string {
	state := a.t("cli.call.state."+string(c.State), nil)
	if c.Inferred {
		state += " " + a.t("cli.call.inferred", nil)
	}
	if c.State == cti.Ended && c.EndReason != "" {
		state += " (" + a.t("cli.call.end."+string(c.EndReason), nil) + ")"
	}
	parts := []string{a.t("cli.call.direction."+string(c.Direction), nil), orDash(number(c)), state}
	if c.Via != "" {
		parts = append(parts, c.Via)
	}
	return strings.Join(append(parts, c.ID), sep)
}

// showCall prints the call a verb answered.
func (a *app) showCall(c *cti.Call) error {
	if c == nil {
		return a.line(a.t("cli.done", nil))
	}
	return a.line(a.callLine(c, "  "))
}

func number(c *cti.Call) string {
	if c.Remote.E164 != "" {
		return c.Remote.E164
	}
	return c.Remote.Raw
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
