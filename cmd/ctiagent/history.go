package main

import (
	"context"
	"encoding/csv"
	"errors"
	"iter"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/localapi/client"

	"github.com/spf13/cobra"
)

// What people at a terminal are shown without asking for more, and what one
// page of the service has at most.
const (
	shownCalls = 50
	pageCalls  = 100
)

// breather is how long an export waits when the service finds it too quick.
const breather = time.Second

func (a *app) historyCommand() *cobra.Command {
	var in desk.HistoryIn
	var from, to string
	var table bool
	cmd := &cobra.Command{Use: "history", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) (err error) {
		if in.From, err = moment(from); err != nil {
			return err
		}
		if in.To, err = moment(to); err != nil {
			return err
		}
		c, err := a.connect(cmd.Context())
		if err != nil {
			return err
		}
		defer hangUp(c)
		switch {
		case table:
			return a.historyTable(pagesOf(cmd.Context(), c, in))
		case a.json:
			return a.historyLines(pagesOf(cmd.Context(), c, in))
		case in.Limit == 0:
			in.Limit = shownCalls
		}
		return a.showHistory(pagesOf(cmd.Context(), c, in))
	}}
	cmd.Flags().StringVar(&in.Number, "number", "", "")
	cmd.Flags().StringVar(&from, "from", "", "")
	cmd.Flags().StringVar(&to, "to", "", "")
	cmd.Flags().IntVar(&in.Limit, "limit", 0, "")
	cmd.Flags().BoolVar(&table, "csv", false, "")
	return cmd
}

// pagesOf asks for one page after the other, up to in.Limit calls, all of them
// for zero. There is always a first page.
func pagesOf(ctx context.Context, c *client.Client, in desk.HistoryIn) iter.Seq2[desk.HistoryOut, error] {
	return func(yield func(desk.HistoryOut, error) bool) {
		left := in.Limit
		for {
			in.Limit = pageCalls
			if left > 0 {
				in.Limit = min(left, pageCalls)
			}
			var out desk.HistoryOut
			err := answered(ctx, c.Call(ctx, "history.list", in, &out))
			if errors.Is(err, cti.RateLimited) {
				if err = cti.Wait(ctx, cti.RealClock(), breather); err == nil {
					continue
				}
			}
			if !yield(out, err) || err != nil {
				return
			}
			left -= len(out.Calls)
			if in.Cursor = out.Cursor; in.Cursor == "" || left == 0 {
				return
			}
		}
	}
}

func (a *app) showHistory(pages iter.Seq2[desk.HistoryOut, error]) error {
	var calls []*cti.Call
	for page, err := range pages {
		if err != nil {
			return err
		}
		calls = append(calls, page.Calls...)
	}
	if len(calls) == 0 {
		return a.line(a.t("cli.history.none", nil))
	}
	return a.showCalls(calls)
}

// historyLines writes the answers of the service, a page a line.
func (a *app) historyLines(pages iter.Seq2[desk.HistoryOut, error]) error {
	for page, err := range pages {
		if err != nil {
			return err
		}
		if err := a.print(page); err != nil {
			return err
		}
	}
	return nil
}

// historyTable writes the calls as CSV, each page as it comes. The columns have
// the names of the JSON fields, in every language.
func (a *app) historyTable(pages iter.Seq2[desk.HistoryOut, error]) error {
	w := csv.NewWriter(a.out)
	rows := [][]string{{"id", "startedAt", "answeredAt", "endedAt", "direction", "number", "state", "endReason", "campaign", "queue", "via"}}
	for page, err := range pages {
		if err != nil {
			return err
		}
		for _, c := range page.Calls {
			rows = append(rows, callRow(c))
		}
		if err := w.WriteAll(rows); err != nil {
			return err
		}
		rows = rows[:0]
	}
	return nil
}

func callRow(c *cti.Call) []string {
	return []string{c.ID, c.StartedAt.String(), c.AnsweredAt.String(), c.EndedAt.String(), string(c.Direction), number(c),
		string(c.State), string(c.EndReason), c.Campaign, c.Queue, c.Via}
}
