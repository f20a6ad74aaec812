package db

import (
	"context"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// Value is what a column of a new row is to hold. A moment is written as RFC 3339.
type Value struct {
	Column string
	Text   string
}

// Insert puts one row into a table and answers its key, "" where the table of this site tells none. It is tried once: an
// error says whether the row may be there.
func (p *Pool) Insert(ctx context.Context, op string, t Table, values []Value) (key string, err error) {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return "", err
	}
	defer func() { p.give(c) }()
	sql, params, err := p.insertion(op, c.live, t, values)
	if err != nil {
		return "", err
	}
	rows, err := c.ask(ctx, sql, params...)
	if err != nil {
		return "", p.fail(op, err, cti.MaybeSent)
	}
	return only(rows), nil
}

// insertion is the statement that puts a row into a table and answers its key, where this site's table tells one.
func (p *Pool) insertion(op string, live catalogue, t Table, values []Value) (sql string, params []string, err error) {
	s, known := live.find(t)
	if !known {
		return "", nil, p.noTable(op, t)
	}
	b := &builder{}
	var columns, places []string
	for _, v := range values {
		column, ok := t.column(v.Column)
		if !ok {
			return "", nil, p.fail(op, bad(v.Column, "is no column of %s", t.Name), cti.NotSent)
		}
		live, err := s.wanted(column)
		if err != nil {
			return "", nil, p.fail(op, err, cti.NotSent)
		}
		text := v.Text
		if column.kind == moment {
			if text, _, err = valueOf(moment, v.Text, live.cast()); err != nil {
				return "", nil, p.fail(op, bad(v.Column, "%s", err.Error()), cti.NotSent)
			}
		}
		columns, places = append(columns, quoteName(live.name)), append(places, b.param(text, live.cast()))
	}
	sql = "INSERT INTO " + quoteName(s.name) + " (" + strings.Join(columns, ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
	if id, ok := t.column(t.Key); ok {
		if live, ok := s.find(id); ok {
			sql += " RETURNING " + quoteName(live.name) + "::text"
		}
	}
	return sql, b.params, nil
}

// only is the one cell of an answer, "" when there is none or it is NULL.
func only(rows [][]*string) string {
	if len(rows) == 1 && len(rows[0]) == 1 && rows[0][0] != nil {
		return *rows[0][0]
	}
	return ""
}

// Look answers the named columns of the row with a key, as the server writes them, "" for NULL and for what the site lacks;
// found is false when there is no such row (any more).
func (p *Pool) Look(ctx context.Context, op string, t Table, key string, columns ...string) (cells []string, found bool, err error) {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return nil, false, err
	}
	defer func() { p.give(c) }()
	s, known := c.live.find(t)
	if !known {
		return nil, false, p.noTable(op, t)
	}
	id, _ := t.column(t.Key)
	live, err := s.wanted(id)
	if err != nil {
		return nil, false, p.fail(op, err, cti.NotSent)
	}
	var read []string
	for _, name := range columns {
		column, _ := t.column(name)
		expression := "NULL"
		if l, ok := s.find(column); ok {
			expression = "t." + quoteName(l.name) + "::text"
		}
		read = append(read, expression)
	}
	b := &builder{}
	sql := "SELECT " + strings.Join(read, ", ") + " FROM " + quoteName(s.name) + " AS t WHERE " + live.sql() + " = " + b.param(key, live.cast())
	rows, err := c.ask(ctx, sql, b.params...)
	if err != nil {
		return nil, false, p.fail(op, err, cti.NotSent)
	}
	if len(rows) == 0 {
		return nil, false, nil
	}
	for _, cell := range rows[0] {
		text := ""
		if cell != nil {
			text = wire.Text([]byte(*cell))
		}
		cells = append(cells, text)
	}
	return cells, true, nil
}
