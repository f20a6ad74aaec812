package db

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
)

// longestCursor bounds a cursor, in bytes.
const longestCursor = 16 << 10

// position is where a query left off: the values of the columns it is sorted by, of the last row that was given, and how
// many rows with exactly these values were.
type position struct {
	values []*string // nil is NULL
	given  int
}

// written is a cursor on the wire.
type written struct {
	Table  string   `json:"t"`
	Order  []string `json:"o"`
	Values [][]byte `json:"v"` // as the server wrote them, which need not be UTF-8; null is NULL
	Given  int      `json:"n"`
}

func orderNames(order []sorted) []string {
	var out []string
	for _, o := range order {
		name := o.col.name
		if o.down {
			name = "-" + name
		}
		out = append(out, name)
	}
	return out
}

// writeCursor makes the word by which a reader goes on later.
func writeCursor(table string, order []sorted, at position) string {
	w := written{Table: table, Order: orderNames(order), Given: at.given}
	for _, v := range at.values {
		var value []byte
		if v != nil {
			value = append([]byte{}, *v...)
		}
		w.Values = append(w.Values, value)
	}
	raw, err := json.Marshal(w)
	if err != nil {
		panic(err) // strings and a number
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// readCursor reads what writeCursor made, for the same table in the same order.
func readCursor(text, table string, order []sorted) (position, error) {
	var w written
	raw, err := base64.RawURLEncoding.DecodeString(text)
	switch {
	case err != nil || len(text) > longestCursor || json.Unmarshal(raw, &w) != nil:
		return position{}, bad("cursor", "is none that a row of this table carried")
	case w.Table != table || !slices.Equal(w.Order, orderNames(order)):
		return position{}, bad("cursor", "is of another table or another order")
	case len(w.Values) != len(order) || w.Given < 0 || w.Given > 1_000_000_000:
		return position{}, bad("cursor", "is none that a row of this table carried")
	}
	at := position{given: w.Given}
	for _, v := range w.Values {
		if bytes.IndexByte(v, 0) >= 0 {
			return position{}, bad("cursor", "is none that a row of this table carried")
		}
		var value *string
		if v != nil {
			text := string(v)
			value = &text
		}
		at.values = append(at.values, value)
	}
	return at, nil
}

// from keeps the rows from a position on: those behind it, and where rows may repeat also those with its very values. Upwards
// NULL comes last, downwards first, as PostgreSQL sorts.
func (b *builder) from(s site, order []sorted, at position, repeat bool) string {
	var after func(i int) string
	after = func(i int) string {
		if i == len(order) {
			return map[bool]string{true: "TRUE", false: "FALSE"}[repeat]
		}
		o, v := order[i], at.values[i]
		col := o.col.sql()
		switch {
		case v == nil && o.down:
			return "(" + col + " IS NOT NULL OR " + after(i+1) + ")"
		case v == nil:
			return "(" + col + " IS NULL AND " + after(i+1) + ")"
		}
		p := b.param(*v, o.col.cast())
		same := "(" + col + " = " + p + " AND " + after(i+1) + ")"
		if o.down {
			return "(" + col + " < " + p + " OR " + same + ")"
		}
		return "(" + col + " > " + p + " OR " + col + " IS NULL OR " + same + ")"
	}
	sql := after(0)
	if len(order) == 0 {
		return sql
	}
	// The first column says it once more alone where it is the key, which an index serves.
	if key, ok := s.table.column(s.table.Key); ok && at.values[0] != nil {
		if live, has := s.find(key); has && live.name == order[0].col.name {
			op := " >= "
			if order[0].down {
				op = " <= "
			}
			sql = order[0].col.sql() + op + b.param(*at.values[0], order[0].col.cast()) + " AND " + sql
		}
	}
	return sql
}
