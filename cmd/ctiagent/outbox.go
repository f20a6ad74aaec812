package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/journal"
	"ctiagent/localapi/protocol"

	"github.com/spf13/cobra"
)

// outboxOf is the outbox as the desk of one person sees it: in the journal's
// file, or nowhere. A demo's wishes wait in memory only, and end with it.
func (p *program) outboxOf(who cti.Person) desk.OutboxKeeper {
	switch {
	case p.journal != nil:
		return personalOutbox{p.journal, who.ID}
	case p.demo != nil:
		return forgetful{}
	}
	return nil
}

type personalOutbox struct {
	journal *journal.Journal
	person  string
}

func (o personalOutbox) Outbox(ctx context.Context) ([]desk.KeptEntry, error) {
	list, err := o.journal.Outbox(ctx, o.person)
	out := make([]desk.KeptEntry, 0, len(list))
	for _, w := range list {
		out = append(out, desk.KeptEntry{ID: w.ID, Forget: cti.At(time.UnixMilli(w.Forget)), Data: w.Data})
	}
	return out, err
}

func (o personalOutbox) KeepOutbox(ctx context.Context, put []desk.KeptEntry, drop []string) error {
	list := make([]journal.Waiting, 0, len(put))
	for _, k := range put {
		list = append(list, journal.Waiting{ID: k.ID, Forget: k.Forget.UnixMilli(), Data: k.Data})
	}
	return o.journal.KeepOutbox(ctx, o.person, list, drop)
}

// forgetful keeps nothing beyond the life of the program.
type forgetful struct{}

func (forgetful) Outbox(context.Context) ([]desk.KeptEntry, error)             { return nil, nil }
func (forgetful) KeepOutbox(context.Context, []desk.KeptEntry, []string) error { return nil }

// outboxCommand works with what waits for a link.
func (a *app) outboxCommand() *cobra.Command {
	return group("outbox", "cli.usage.outbox",
		&cobra.Command{Use: "list", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(cmd.Context(), a, protocol.OutboxList, nil, a.showOutbox)
		}},
		&cobra.Command{Use: "retry ID", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
			return ask(cmd.Context(), a, protocol.OutboxRetry, protocol.OutboxIn{ID: args[0]}, func(cti.OutboxEntry) error {
				return a.line(a.t("cli.outbox.retried", nil))
			})
		}},
		&cobra.Command{Use: "drop ID", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
			return ask(cmd.Context(), a, protocol.OutboxDrop, protocol.OutboxIn{ID: args[0]}, func(struct{}) error {
				return a.line(a.t("cli.outbox.dropped", nil))
			})
		}})
}

func (a *app) showOutbox(list []cti.OutboxEntry) error {
	if len(list) == 0 {
		return a.line(a.t("cli.outbox.none", nil))
	}
	now := time.Now()
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range list {
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", clock(e.WantedAt, now), a.outboxWish(e, now), orDash(e.Number), e.Title, e.ID, a.outboxState(e, now)); err != nil {
			return err
		}
	}
	return w.Flush()
}

// outboxWish is what an entry asks for, in one line.
func (a *app) outboxWish(e cti.OutboxEntry, now time.Time) string {
	words := append([]string{e.Code}, e.Levels...)
	words = append(words, e.Reason, e.Text, e.Note)
	if !e.At.IsZero() {
		words = append(words, clock(e.At, now))
	}
	text := a.t("cli.outbox.wish."+e.Method, nil)
	for _, word := range words {
		if word = strings.Join(strings.Fields(word), " "); word != "" {
			text += ", " + word
		}
	}
	return text
}

func (a *app) outboxState(e cti.OutboxEntry, now time.Time) string {
	return a.t("cli.outbox.state."+string(e.State), map[string]any{"Until": clock(e.ExpiresAt, now), "Text": orDash(e.Error)})
}

// showOutboxCount tells of an outbox that has something.
func (a *app) showOutboxCount(n cti.OutboxCount) error {
	if n == (cti.OutboxCount{}) {
		return nil
	}
	return a.line(a.t("cli.outbox.count", map[string]any{"Waiting": n.Waiting, "Unconfirmed": n.Unconfirmed, "Refused": n.Refused, "Expired": n.Expired}))
}

// showChanged is the agent after a pause or its end, or that it waits.
func (a *app) showChanged(g desk.AgentAnswer) error {
	if g.Stored.Stored == cti.StoredQueued {
		return a.line(a.t("cli.stored.queued", nil))
	}
	return a.showAgent(g.Agent)
}
