package db

import (
	"context"
	"strconv"
	"strings"
)

// catalogue is what a site has: the columns of each table, both in the site's own spelling.
type catalogue map[string][]liveColumn

type liveColumn struct {
	name string
	typ  string // as format_type writes it
}

// longestCatalogue bounds what is read of a catalogue, in columns: a site has some four hundred.
const longestCatalogue = 20_000

// readCatalogue learns which tables and views the user may see, with their columns. Materialized views are among them, which
// information_schema leaves out; of two that are called the same, the one that a statement means.
func (c *conn) readCatalogue(ctx context.Context) error {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	r := c.pg.ExecParams(ctx, `SELECT c.relname::text, a.attname::text, format_type(coalesce(nullif(y.typbasetype, 0), y.oid), NULL)
		FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type y ON y.oid = a.atttypid
		WHERE n.nspname = ANY (current_schemas(false)) AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
			AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT')
		ORDER BY c.relname, a.attnum LIMIT `+strconv.Itoa(longestCatalogue), nil, nil, nil, nil)
	live := catalogue{}
	for r.NextRow() {
		v := r.Values()
		table := string(v[0])
		live[table] = append(live[table], liveColumn{string(v[1]), string(v[2])})
	}
	_, err := r.Close()
	if err == nil {
		c.live, c.liveA = live, c.pool.cfg.Clock.Now()
	}
	return err
}

// site is a table as a site has it.
type site struct {
	table Table
	name  string // in the site's spelling
	live  []liveColumn
}

// find looks a table up by all of its spellings.
func (c catalogue) find(t Table) (site, bool) {
	for _, want := range append([]string{t.Name}, t.Also...) {
		if live, ok := c[want]; ok {
			return site{t, want, live}, true
		}
	}
	for name, live := range c {
		if spelled(name, t.Name, t.Also) {
			return site{t, name, live}, true
		}
	}
	return site{}, false
}

// find looks a column up by all of its spellings.
func (s site) find(c Column) (liveColumn, bool) {
	for _, want := range append([]string{c.Name}, c.Also...) {
		for _, l := range s.live {
			if l.name == want {
				return l, true
			}
		}
	}
	for _, l := range s.live {
		if spelled(l.name, c.Name, c.Also) {
			return l, true
		}
	}
	return liveColumn{}, false
}

// names lists the columns for people.
func (s site) names() string {
	var out []string
	for _, l := range s.live {
		out = append(out, l.name)
	}
	return strings.Join(out, ", ")
}

// cast is the type that a parameter compared with the column or put into it is given: the column's own, so that a value comes
// back from a cursor as the very same.
func (l liveColumn) cast() string {
	switch l.typ {
	case "smallint", "integer", "bigint":
		return "bigint"
	case "numeric", "real", "double precision", "boolean":
		return l.typ
	case "date", "timestamp without time zone":
		return "timestamp"
	case "timestamp with time zone":
		return "timestamptz"
	}
	return "text"
}

// holds says whether the column is of a type that can hold the kind which the manual says.
func (l liveColumn) holds(k kind) bool {
	switch l.cast() {
	case "bigint", "numeric", "real", "double precision":
		return k == integer || k == number
	case "boolean":
		return k == boolean
	case "timestamp", "timestamptz":
		return k == moment
	}
	return k == text
}

// sql is the column of the table t in a statement, as something that can be compared with a parameter of its cast.
func (l liveColumn) sql() string {
	name := "t." + quoteName(l.name)
	if l.cast() != "text" || l.typ == "text" || l.typ == "character varying" {
		return name // as it is, so that an index of it serves
	}
	return name + "::text"
}

// quoteName writes a name of a table or column as an identifier of SQL.
func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
