package main

import (
	"encoding/csv"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/spf13/cobra"
)

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
		show := a.showHistory
		if table {
			show = a.historyTable
		}
		return ask(cmd.Context(), a, "history.list", in, show)
	}}
	cmd.Flags().StringVar(&in.Number, "number", "", "")
	cmd.Flags().StringVar(&from, "from", "", "")
	cmd.Flags().StringVar(&to, "to", "", "")
	cmd.Flags().IntVar(&in.Limit, "limit", 0, "")
	cmd.Flags().BoolVar(&table, "csv", false, "")
	return cmd
}

func (a *app) showHistory(h desk.HistoryOut) error {
	if len(h.Calls) == 0 {
		return a.line(a.t("cli.history.none", nil))
	}
	return a.showCalls(h.Calls)
}

// historyTable writes the calls as CSV. The columns have the names of the JSON
// fields, in every language.
func (a *app) historyTable(h desk.HistoryOut) error {
	w := csv.NewWriter(a.out)
	rows := [][]string{{"id", "startedAt", "answeredAt", "endedAt", "direction", "number", "state", "endReason", "campaign", "queue", "via"}}
	for _, c := range h.Calls {
		rows = append(rows, callRow(c))
	}
	return w.WriteAll(rows)
}

func callRow(c *cti.Call) []string {
	return []string{c.ID, c.StartedAt.String(), c.AnsweredAt.String(), c.EndedAt.String(), string(c.Direction), number(c),
		string(c.State), string(c.EndReason), c.Campaign, c.Queue, c.Via}
}
