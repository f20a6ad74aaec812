package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/totalip/mailing"

	"github.com/spf13/cobra"
)

func (a *app) mailingExportCommand() *cobra.Command {
	var campaign, file string
	var table bool
	cmd := &cobra.Command{Use: "export", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		if !isCampaign(campaign) {
			return usage("mailing.usage.campaign")
		}
		return a.exportResults(cmd.Context(), campaign, table, file)
	}}
	cmd.Flags().StringVar(&campaign, "campaign", "", "")
	cmd.Flags().BoolVar(&table, "csv", false, "")
	cmd.Flags().StringVar(&file, "output", "", "")
	cmd.Flags().StringVar(&a.desk, "desk", "", "")
	return cmd
}

// exportResults writes what came of a campaign. No road tells all of it at once: the dialer's results have the extension, the
// users the person at it, the groups that person's group.
func (a *app) exportResults(ctx context.Context, campaign string, table bool, file string) error {
	out := &outlet{app: a, file: file}
	if err := out.open(); err != nil {
		return err
	}
	defer out.discard()
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	who, err := usersOf(ctx, c)
	if err != nil {
		return err
	}
	write, flush, err := out.results(table)
	if err != nil {
		return err
	}
	m := a.newMeter()
	if file == "" || file == "-" {
		m = nil // the lines themselves are to be seen
	}
	defer m.clear()
	id, _ := strconv.ParseInt(campaign, 10, 64)
	params := map[string]any{"campanha_id": id, "order": []string{"id"},
		"columns": []string{"identificador1", "identificador2", "telefone", "status_nome", "data_hora_inicio", "ramal"}}
	err = rowsOf(ctx, c, "totalip.db.resultado_discador_mensal", params, func(row totalip.DBResultadoDiscadorMensal) error {
		r := mailing.Result{Param1: orNone(row.Identificador1), Param2: orNone(row.Identificador2), Number: orNone(row.Telefone), Status: orNone(row.StatusNome)}
		if row.DataHoraInicio != nil {
			r.At = row.DataHoraInicio.Time
		}
		u := who[orNone(row.Ramal)]
		r.User, r.Group = u.name, u.group
		out.done++
		m.show(out.done, 0)
		return write(r)
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	m.clear()
	return out.keep()
}

// results writes results to the outlet in the form that was asked for.
func (o *outlet) results(table bool) (write func(mailing.Result) error, flush func() error, err error) {
	if o.app.json {
		to := *o.app
		to.out = o.w
		return func(r mailing.Result) error { return to.print(r) }, func() error { return nil }, nil
	}
	w := mailing.NewResults(o.w)
	if table {
		w, err = mailing.NewResultsCSV(o.w)
	}
	return w.Write, w.Flush, err
}

// seat is who sits at an extension.
type seat struct{ name, group string }

// usersOf answers who sits at each extension now; the results keep the extension only.
func usersOf(ctx context.Context, c *client.Client) (map[string]seat, error) {
	groups := map[int64]string{}
	err := rowsOf(ctx, c, "totalip.db.grupos", nil, func(g totalip.DBGrupos) error {
		if g.IDGrupo != nil {
			groups[*g.IDGrupo] = orNone(g.Nome)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	who := map[string]seat{}
	return who, rowsOf(ctx, c, "totalip.db.usuarios", map[string]any{"columns": []string{"nome", "ramal", "id_grupo"}}, func(u totalip.DBUsuarios) error {
		if u.Ramal != nil {
			s := seat{name: orNone(u.Nome)}
			if u.IDGrupo != nil {
				s.group = groups[*u.IDGrupo]
			}
			who[*u.Ramal] = s
		}
		return nil
	})
}

// rowsOf hands over the rows of a table, one after the other.
func rowsOf[T any](ctx context.Context, c *client.Client, function string, params map[string]any, each func(T) error) error {
	if params == nil {
		params = map[string]any{}
	}
	var out protocol.StreamOut
	if err := answered(ctx, c.Call(ctx, protocol.FunctionsInvoke, map[string]any{"name": function, "params": params}, &out)); err != nil {
		return err
	}
	for raw, err := range c.Stream(ctx, out.Stream) {
		if err != nil {
			return answered(ctx, err)
		}
		var row T
		if err := json.Unmarshal(raw, &row); err != nil {
			return fmt.Errorf("read a row of %s: %w", function, err)
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return nil
}

// orNone is a cell, "" for none.
func orNone(cell *string) string {
	if cell == nil {
		return ""
	}
	return *cell
}
