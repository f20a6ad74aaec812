package main

import (
	"ctiagent/cti"

	"github.com/spf13/cobra"
)

// resume is what desk.watch is asked for with --after.
type resume struct {
	Epoch string `json:"epoch,omitempty"`
	After uint64 `json:"after,omitempty"`
}

func (a *app) eventsCommand() *cobra.Command {
	var after uint64
	cmd := &cobra.Command{Use: "events", Args: a.exactly(), RunE: func(cmd *cobra.Command, _ []string) error {
		return a.events(cmd, after)
	}}
	cmd.Flags().Uint64Var(&after, "after", 0, "")
	return cmd
}

func (a *app) events(cmd *cobra.Command, after uint64) error {
	ctx := cmd.Context()
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // the stream has ended, nothing is lost
	var from resume
	if after > 0 {
		var now cti.DeskState
		if err := c.Call(ctx, "desk.snapshot", nil, &now); err != nil {
			return err
		}
		from = resume{Epoch: now.Epoch, After: after}
	}
	_, events, err := c.Watch(ctx, from.Epoch, from.After)
	if err != nil {
		return err
	}
	for e, err := range events {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if a.json {
			err = a.print(e)
		} else {
			err = a.line(a.eventLine(e))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) eventLine(e cti.Event) string {
	text := e.Time.Local().Format("15:04:05") + "  " + string(e.Type)
	switch {
	case e.Call != nil:
		text += "  " + a.callLine(e.Call, "  ")
	case e.Agent != nil:
		text += "  " + a.t("cli.agent.state."+string(e.Agent.State), nil)
		if e.Agent.Reason != "" {
			text += " (" + e.Agent.Reason + ")"
		}
	case e.Driver != nil:
		text += "  " + e.Driver.Title + "  " + a.t("cli.link."+string(e.Driver.Link), nil)
		if e.Driver.Detail != "" {
			text += ": " + e.Driver.Detail
		}
	case e.Contact != nil:
		text += "  " + e.Contact.Number
	}
	return text
}
