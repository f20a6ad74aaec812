package db

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
)

// oneSite is ligacoes_ativo as some site has it.
func oneSite() site {
	return site{calls(), "ligacoes_ativo", []liveColumn{{"id", "integer"}, {"destino", "character varying"}, {"duracao", "numeric"}, {"ramal", "integer"},
		{"data", "timestamp with time zone"}, {"custo", "real"}, {"custo_arrendado", "real"}, {"filiai", "text"}, {"desligamento_solicitado", "text"}, {"ID_CAMPANHA", "integer"}}}
}

func buildFor(q Query, cursor string) (plan, error) {
	return build(oneSite(), q, reflect.ValueOf(call{}), cursor)
}

func TestColumnsOfOtherTypesAreMet(t *testing.T) {
	p, err := buildFor(Query{Columns: []string{"id"}, Where: []Filter{{Column: "ramal", Op: "eq", Value: "0005"}, {Column: "data", Op: "ge", Value: "2026-11-20T10:00:00-03:00"},
		{Column: "id_campanha", Op: "eq", Value: "7"}}}, "")
	want := `SELECT t."id"::text FROM "ligacoes_ativo" AS t WHERE t."ramal"::text = $1::text AND t."data" >= $2::timestamptz AND t."ID_CAMPANHA" = $3::bigint`
	if err != nil || p.sql != want {
		t.Errorf("%v\n%s\nwant\n%s", err, p.sql, want)
	}
}

func TestQueriesThatDoNotFitAreRefusedByName(t *testing.T) {
	other := writeCursor("pausas", nil, position{})
	for _, c := range []struct {
		name   string
		q      Query
		cursor string
		says   string
	}{
		{"a column nobody knows", Query{Columns: []string{"id", `id" FROM usuarios --`}}, "", "the parameter columns[1] names no column of ligacoes_ativo, which has id, destino"},
		{"an order nobody knows", Query{Order: []string{"-senha"}}, "", "order[0]"},
		{"an order twice", Query{Order: []string{"id", "-id"}}, "", "order[1] names id again"},
		{"a filter nobody knows", Query{Where: []Filter{{Column: "1=1", Op: "eq"}}}, "", "where[0].column"},
		{"an operator nobody knows", Query{Where: []Filter{{Column: "id", Op: "= 1 OR", Value: "1"}}}, "", "where[0].op"},
		{"words for a number", Query{Where: []Filter{{Column: "id", Op: "eq", Value: "1; DROP"}}}, "", "where[0].value must be a whole number"},
		{"no number at all", Query{Where: []Filter{{Column: "custo", Op: "gt", Value: "NaN"}}}, "", "must be a number"},
		{"a day nobody has", Query{Where: []Filter{{Column: "data", Op: "eq", Value: "20/11/2026"}}}, "", "must be a day like 2026-11-20"},
		{"half a range", Query{Where: []Filter{{Column: "id", Op: "between", Values: []string{"1"}}}}, "", "where[0].values"},
		{"one of none", Query{Where: []Filter{{Column: "id", Op: "in"}}}, "", "where[0].values"},
		{"the beginning of a number", Query{Where: []Filter{{Column: "id", Op: "begins", Value: "1"}}}, "", "where[0].op must not be begins"},
		{"a type that the manual does not say", Query{Where: []Filter{{Column: "desligamento_solicitado", Op: "eq", Value: "true"}}}, "", "of the type text on this system"},
		{"a limit below nothing", Query{Limit: -1}, "", "limit"},
		{"a long value", Query{Where: []Filter{{Column: "filial", Op: "eq", Value: strings.Repeat("x", longestValue+1)}}}, "", "at most 500 bytes"},
		{"a NUL", Query{Where: []Filter{{Column: "filial", Op: "eq", Value: "a\x00b"}}}, "", "NUL"},
		{"many filters", Query{Where: make([]Filter, mostFilters+1)}, "", "at most 20"},
		{"a cursor that is none", Query{}, "not a cursor", "cursor"},
		{"a cursor of another table", Query{}, other, "cursor is of another table"},
		{"a long cursor", Query{}, strings.Repeat("A", longestCursor+1), "cursor"},
		{"a cursor with a value that is none", Query{}, base64.RawURLEncoding.EncodeToString([]byte(`{"t":"ligacoes_ativo","o":["id"],"w":["=?"],"n":1}`)), "cursor"},
		{"a cursor with a NUL", Query{}, base64.RawURLEncoding.EncodeToString([]byte(`{"t":"ligacoes_ativo","o":["id"],"w":["\u0000"],"n":1}`)), "cursor"},
		{"a cursor that lacks a value", Query{}, writeCursor("ligacoes_ativo", []sorted{{oneSite().live[0], false}}, position{}), "cursor"},
	} {
		if _, err := buildFor(c.q, c.cursor); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

func TestAccentsAndCaseOfNamesDoNotCount(t *testing.T) {
	for met, name := range map[string]string{"DESCRIÇÃO": "descricao", "ID_CAMPANHA": "id_campanha", "descrição": "descricao"} {
		if !spelled(met, name, nil) {
			t.Errorf("%s is not taken for %s", met, name)
		}
	}
	if spelled("id", "id_campanha", []string{"idade"}) {
		t.Error("another name is taken for it")
	}
}

// Whatever a page sends as cursor and filters, only names of the site and numbered parameters become SQL.
func FuzzQuery(f *testing.F) {
	f.Add("id", "eq", "1", "-data", "")
	f.Add("data", "between", "2026-11-20", "ramal", base64.RawURLEncoding.EncodeToString([]byte(`{"t":"ligacoes_ativo","o":["ramal","id"],"w":[null,"=Nw"],"n":2}`)))
	f.Add("filiai", "contains", `a'b"c\%_`, "id", writeCursor("ligacoes_ativo", []sorted{{liveColumn{"id", "integer"}, false}}, position{[]*string{of("5")}, 1}))
	f.Fuzz(func(t *testing.T, column, op, value, order, cursor string) {
		p, err := buildFor(Query{Where: []Filter{{Column: column, Op: op, Value: value, Values: []string{value, value}}}, Order: []string{order}, Limit: 5}, cursor)
		if err != nil {
			return
		}
		text := p.sql
		for _, l := range oneSite().live {
			text = strings.ReplaceAll(text, quoteName(l.name), "")
		}
		text = strings.ReplaceAll(text, `"ligacoes_ativo"`, "")
		if strings.ContainsAny(text, `"'\;`) || strings.Contains(text, "--") || strings.Count(p.sql, "$") < len(p.params) {
			t.Errorf("%s", p.sql)
		}
	})
}

func FuzzCells(f *testing.F) {
	for _, s := range []string{"12", "12.00", "t", "2026-11-20 23:59:59.9995", "2026-11-20 10:00:00+00", "2026-11-20", "Infinity", "infinity", "\xff\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, c := range calls().Columns {
			var row call
			field := reflect.ValueOf(&row).Elem().FieldByIndex(c.index)
			if err := c.set(field, cell); err != nil && !field.IsNil() {
				t.Errorf("%s of %q is set and an error", c.Name, cell)
			}
			if row.Cost != nil && (*row.Cost != *row.Cost || *row.Cost-*row.Cost != 0) {
				t.Errorf("%q became %v, which JSON has not", cell, *row.Cost)
			}
		}
	})
}
