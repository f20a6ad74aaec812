package main

import (
	"fmt"
	"time"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) eventsCommand() *cobra.Command {
	var after uint64
	cmd := &cobra.Command{Use: "events", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return a.events(cmd, after)
	}}
	cmd.Flags().Uint64Var(&after, "after", 0, "")
	return cmd
}

// events prints what happens until Ctrl-C, which ends it well, or until the
// ctiagent ends. An event number counts within one run of the service.
func (a *app) events(cmd *cobra.Command, after uint64) error {
	ctx := cmd.Context()
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	var epoch string
	if after > 0 {
		var now cti.DeskState
		if err := c.Call(ctx, "desk.snapshot", nil, &now); err != nil {
			return answered(ctx, err)
		}
		epoch = now.Epoch
	}
	first, events, err := c.Watch(ctx, epoch, after)
	if err != nil {
		return answered(ctx, err)
	}
	if after > 0 && first.Drivers != nil && !a.json { // a snapshot instead of what was missed
		if _, err := fmt.Fprintln(a.err, a.t("cli.events.gap", map[string]any{"After": after, "Seq": first.Seq})); err != nil {
			return err
		}
	}
	for e, err := range events {
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return answered(ctx, err)
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
	text := e.Time.Local().Format(time.TimeOnly) + "  " + string(e.Type)
	switch {
	case e.Call != nil:
		text += "  " + a.callLine(e.Call, "  ")
	case e.Agent != nil:
		text += "  " + a.agentState(*e.Agent)
	case e.Driver != nil:
		text += "  " + a.driverLine(*e.Driver)
	case e.Contact != nil:
		text += "  " + e.Contact.Number
	}
	return text
}
