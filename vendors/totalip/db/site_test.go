package db

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

// campaign is a table whose text people wrote.
type campaign struct {
	Page
	ID     *int64  `json:"id,omitempty"`
	Name   *string `json:"nome,omitempty"`
	Active *bool   `json:"ativa,omitempty"`
}

func campaigns() Table { return TableOf(reflect.TypeFor[campaign](), "campanhas", "id") }

// What the system fills in or works out by today's date is by its own clock, whoever asks.
func TestTimesStayTheSystemsOwn(t *testing.T) {
	type status struct {
		Page
		ID *int64    `json:"id,omitempty"`
		At *cti.Time `json:"created_at,omitempty"`
	}
	table := TableOf(reflect.TypeFor[status](), "set_status_ramal", "id")
	d := cluster.New(t)
	d.Pause()
	zone := func(name string) string {
		return "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET TimeZone TO %L', current_database(), '" + name + "'); END $$"
	}
	do(t, d.Exec(t.Context(), zone("Asia/Kolkata")))
	_, err := open(t, d).Insert(within(t), "op", table, []Value{{"id", "1"}})
	do(t, err)
	off, err := d.Rows(t.Context(), "SELECT round(extract(epoch FROM created_at - (now() AT TIME ZONE 'Asia/Kolkata')) / 3600) FROM set_status_ramal")
	if err != nil || !slices.Equal(off, []string{"0"}) {
		t.Errorf("the row was made %v hours off the system's clock (%v)", off, err)
	}

	do(t, d.Exec(t.Context(), "DELETE FROM set_status_ramal", "ALTER TABLE set_status_ramal ALTER created_at TYPE timestamptz",
		"INSERT INTO set_status_ramal (id, created_at) VALUES (1, '2026-11-20 10:00:00.5+00'), (2, NULL)"))
	want := of(cti.At(time.Date(2026, 11, 20, 10, 0, 0, 500e6, time.UTC)))
	for _, name := range []string{"Asia/Kolkata", "America/Sao_Paulo", "UTC"} {
		do(t, d.Exec(t.Context(), zone(name)))
		rows, err := all(Read(within(t), open(t, d), "op", table, Query{}, "", &status{At: want}))
		if d := cmp.Diff([]status{{ID: of[int64](1), At: want}}, rows); err != nil || d != "" {
			t.Errorf("%s: a time with a zone: %v\n%s", name, err, d)
		}
	}
}

func TestTextOfOldDatabasesComesWhole(t *testing.T) {
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		d := cluster.NewIn(t, encoding)
		do(t, d.Exec(t.Context(), `INSERT INTO campanhas (id, nome) VALUES (77, E'Promo\xe7\xe3o 1'), (78, E'Promo\xe7\xe3o 2')`))
		p := open(t, d)
		var got []string
		cursor := ""
		for range 10 {
			rows, err := all(Read(within(t), p, "op", campaigns(), Query{Order: []string{"-nome"}, Limit: 1}, cursor, &campaign{}))
			do(t, err)
			got = append(got, *rows[0].Name)
			if cursor = rows[0].Cursor; cursor == "" {
				break
			}
		}
		if d := cmp.Diff([]string{"Promoção 2", "Promoção 1", "Campanha Clientes Y", "Campanha Clientes X"}, got); d != "" {
			t.Errorf("%s: names by pages (-want +got)\n%s", encoding, d)
		}
	}
	p := open(t, cluster.NewIn(t, "LATIN1"))
	_, err := all(Read(within(t), p, "op", campaigns(), Query{}, "", &campaign{Name: of("日本")}))
	clearly(t, "a sign that the database has not", err, cti.BadRequest, cti.CertainSent, "no equivalent in encoding", hintParameter)
}

// A site's views may be materialized, and its user may have tables of the same names in a place of his own.
func TestCatalogueHasWhatAStatementMeans(t *testing.T) {
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "ALTER TABLE pausas RENAME TO feitas", "CREATE MATERIALIZED VIEW pausas AS SELECT * FROM feitas", "GRANT SELECT ON pausas TO integracao",
		"CREATE SCHEMA integracao", "GRANT USAGE ON SCHEMA integracao TO integracao", "CREATE VIEW integracao.campanhas AS SELECT id, upper(nome) AS nome FROM campanhas",
		"GRANT SELECT ON integracao.campanhas TO integracao", "CREATE TABLE integracao.rotas (id integer)", "REVOKE SELECT ON rotas FROM integracao"))
	p := open(t, d)
	if rows, err := all(Read(within(t), p, "op", pauses(), Query{}, "", &pause{})); err != nil || len(rows) != 3 {
		t.Errorf("a materialized view: %d rows, %v", len(rows), err)
	}
	_, err := all(Read(within(t), p, "op", campaigns(), Query{}, "", &campaign{}))
	clearly(t, "a column that only the other table has", err, cti.Unsupported, cti.NotSent, "no column ativa", hintColumn)
	rows, err := all(Read(within(t), p, "op", campaigns(), Query{Columns: []string{"nome"}, Order: []string{"id"}}, "", &campaign{}))
	if err != nil || !slices.ContainsFunc(rows, func(c campaign) bool { return strings.HasPrefix(*c.Name, "CAMPANHA") }) {
		t.Errorf("the user's own view: %v, %v", rows, err)
	}
	type route struct {
		Page
		ID *int64 `json:"id,omitempty"`
	}
	_, err = all(Read(within(t), p, "op", TableOf(reflect.TypeFor[route](), "rotas", "id"), Query{}, "", &route{}))
	clearly(t, "a table that is not shown to the user", err, cti.Unsupported, cti.NotSent, "no table rotas", hintTable)
}
