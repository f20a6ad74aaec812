package db

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// longestCursor bounds a cursor, in bytes: a page sends it back in a message of 64 KiB at most, with the rest of the query.
const longestCursor = 48 << 10

// position is where a query left off: the values of the columns it is sorted by, of the last row that was given, and how
// many rows with exactly these values were.
type position struct {
	values []*string // nil is NULL
	given  int
}

// written is a cursor on the wire.
type written struct {
	Table  string    `json:"t"`
	Order  []string  `json:"o"`
	Values []*string `json:"w"` // nil is NULL
	Given  int       `json:"n"`
}

// packed begins a value that is written in base64: what the server wrote need not be UTF-8.
const packed = "="

func pack(value string) string {
	if utf8.ValidString(value) && !strings.HasPrefix(value, packed) {
		return value
	}
	return packed + base64.RawStdEncoding.EncodeToString([]byte(value))
}

func unpack(text string) (string, error) {
	text, ok := strings.CutPrefix(text, packed)
	if !ok {
		return text, nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(text)
	return string(raw), err
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

// writeCursor makes the word by which a reader goes on later. One that is longer than longestCursor is of no use.
func writeCursor(table string, order []sorted, at position) string {
	w := written{Table: table, Order: orderNames(order), Given: at.given}
	for _, v := range at.values {
		if v != nil {
			text := pack(*v)
			v = &text
		}
		w.Values = append(w.Values, v)
	}
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	if err := e.Encode(w); err != nil {
		panic(err) // strings and a number
	}
	return base64.RawURLEncoding.EncodeToString(raw.Bytes())
}

// readCursor reads what writeCursor made, for the same table in the same order.
func readCursor(text, table string, order []sorted) (position, error) {
	var w written
	raw, err := base64.RawURLEncoding.DecodeString(text)
	switch {
	case len(text) > longestCursor || err != nil || json.Unmarshal(raw, &w) != nil:
		return position{}, bad("cursor", "is none that a row of this table carried")
	case w.Table != table || !slices.Equal(w.Order, orderNames(order)):
		return position{}, bad("cursor", "is of another table or another order")
	case len(w.Values) != len(order) || w.Given < 0 || w.Given > 1_000_000_000:
		return position{}, bad("cursor", "is none that a row of this table carried")
	}
	at := position{given: w.Given}
	for _, v := range w.Values {
		if v != nil {
			value, err := unpack(*v)
			if err != nil || strings.ContainsRune(value, 0) {
				return position{}, bad("cursor", "is none that a row of this table carried")
			}
			v = &value
		}
		at.values = append(at.values, v)
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
