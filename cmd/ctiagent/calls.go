package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{Use: "status", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return ask(cmd.Context(), a, "desk.snapshot", nil, a.showStatus)
	}}
}

func (a *app) callsCommand() *cobra.Command {
	return &cobra.Command{Use: "calls", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
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
	if err := a.showAgent(s.Agent); err != nil {
		return err
	}
	for _, d := range s.Drivers {
		if err := a.line(a.driverLine(d) + a.since(d.Since)); err != nil {
			return err
		}
	}
	if err := a.showOutboxCount(s.Outbox); err != nil {
		return err
	}
	return a.showCalls(s.Calls)
}

// driverLine is a link and what is wrong with it.
func (a *app) driverLine(d cti.DriverState) string {
	text := d.Title + ": " + a.t("cli.link."+string(d.Link), nil)
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	return text
}

func (a *app) showCalls(calls []*cti.Call) error {
	if len(calls) == 0 {
		return a.line(a.t("cli.calls.none", nil))
	}
	now := time.Now()
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, c := range calls {
		if _, err := fmt.Fprintf(w, "%s\t%s\n", clock(c.StartedAt, now), a.callLine(c, "\t")); err != nil {
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

// showCall prints the call a verb answered; nil where no driver can see calls.
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
