package db

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"reflect"
	"strconv"
	"strings"

	"ctiagent/cti"

	"github.com/jackc/pgx/v5/pgconn"
)

// Turn is a queue whose rows turn a flag round. Two rows undo each other, so one is put only while none waits.
type Turn struct {
	Queue  Table
	Column string // of Queue: names the row of Flags
	Flags  Table
	Flag   string // of Flags: what is turned round
}

// Turned is what Turn found and did.
type Turned struct {
	Found   bool   // there is such a row of Flags
	Flag    *bool  // how it stood, nil for NULL
	Waiting string // the key of a row that waits already; nothing was put then
	Key     string // of the row that was put, "" when none was
}

// lockTime is how long somebody else's look at the same flag is waited for. It takes milliseconds; only one whose computer has
// gone in the middle of it takes longer.
const lockTime = 2

// Turn puts a row for the flag with this id, unless the flag is as wanted, or unknown, or a row for it waits already. The look
// and the row are one transaction under a lock of the database, which holds all programs that use this function apart: two of
// them never turn the flag round for the same wish.
func (p *Pool) Turn(ctx context.Context, op string, t Turn, id string, want bool) (Turned, error) {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return Turned{}, err
	}
	defer func() { p.give(c) }() // which discards it in the middle of a transaction
	look, params, err := p.standing(op, c.live, t, id)
	if err != nil {
		return Turned{}, err
	}
	put, values, err := p.insertion(op, c.live, t.Queue, []Value{{t.Column, id}})
	if err != nil {
		return Turned{}, err
	}
	// Each statement sees what was committed before it, so the look after the lock sees the row of who had the lock before.
	for _, sql := range []string{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SET LOCAL lock_timeout = '" + strconv.Itoa(lockTime) + "s'"} {
		if _, err := c.ask(ctx, sql); err != nil {
			return Turned{}, p.fail(op, err, cti.NotSent)
		}
	}
	name := cmp.Or(strings.TrimLeft(id, "0"), "0") // 007 and 7 are one number, and one lock
	if _, err := c.ask(ctx, "SELECT pg_advisory_xact_lock($1::integer, $2::integer)", hashOf("ctiagent "+t.Queue.Name), hashOf(name)); err != nil {
		return Turned{}, p.fail(op, err, cti.NotSent)
	}
	rows, err := c.ask(ctx, look, params...)
	if err != nil {
		return Turned{}, p.fail(op, err, cti.NotSent)
	}
	var out Turned
	if out.Found = len(rows) > 0; out.Found {
		if out.Flag, err = p.flag(op, t, rows[0][0]); err != nil {
			return Turned{}, err
		}
		if waits := rows[0][1]; waits != nil {
			out.Waiting = *waits
		}
	}
	if out.Flag != nil && *out.Flag != want && out.Waiting == "" {
		made, err := c.ask(ctx, put, values...)
		if err != nil {
			sent := cti.MaybeSent
			if said := (*pgconn.PgError)(nil); errors.As(err, &said) {
				sent = cti.NotSent // the server refused the row, and takes back all of the transaction
			}
			return Turned{}, p.fail(op, err, sent)
		}
		out.Key = only(made)
	}
	if _, err := c.ask(ctx, "COMMIT"); err != nil {
		return Turned{}, p.fail(op, err, cti.MaybeSent)
	}
	return out, nil
}

// standing is the statement that reads the flag, and the key of the oldest row that waits for it.
func (p *Pool) standing(op string, live catalogue, t Turn, id string) (sql string, params []string, err error) {
	flags, known := live.find(t.Flags)
	if !known {
		return "", nil, p.noTable(op, t.Flags)
	}
	queue, known := live.find(t.Queue)
	if !known {
		return "", nil, p.noTable(op, t.Queue)
	}
	b := &builder{}
	var cols [4]liveColumn
	for i, w := range []struct {
		site site
		name string
	}{{flags, t.Flags.Key}, {flags, t.Flag}, {queue, t.Queue.Key}, {queue, t.Column}} {
		column, _ := w.site.table.column(w.name)
		if cols[i], err = w.site.wanted(column); err != nil {
			return "", nil, p.fail(op, err, cti.NotSent)
		}
	}
	key, flag, row, of := cols[0], cols[1], cols[2], cols[3]
	return "SELECT f." + quoteName(flag.name) + "::text, (SELECT t." + quoteName(row.name) + "::text FROM " + quoteName(queue.name) + " AS t WHERE " + of.sql() + " = " + b.param(id, of.cast()) +
		" ORDER BY t." + quoteName(row.name) + " LIMIT 1) FROM (SELECT * FROM " + quoteName(flags.name) + " AS t WHERE " + key.sql() + " = " + b.param(id, key.cast()) + ") AS f", b.params, nil
}

// flag reads what the column of the flag holds.
func (p *Pool) flag(op string, t Turn, cell *string) (*bool, error) {
	if cell == nil {
		return nil, nil
	}
	var out *bool
	if err := (Column{kind: boolean}).set(reflect.ValueOf(&out).Elem(), *cell); err != nil {
		e := p.strange(op, t.Flags.Name, t.Flag, *cell)
		e.Sent = cti.NotSent
		return nil, e
	}
	return out, nil
}

// hashOf makes a number of a name, as the database's locks are called.
func hashOf(name string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name))
	return strconv.Itoa(int(int32(h.Sum32()))) //nolint:gosec // any 32 bits will do
}

// Columns answers which of a table's columns this site has, in the table's own spelling.
func (p *Pool) Columns(ctx context.Context, op string, t Table) ([]string, error) {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return nil, err
	}
	defer p.give(c)
	s, known := c.live.find(t)
	if !known {
		return nil, p.noTable(op, t)
	}
	var out []string
	for _, column := range t.Columns {
		if _, ok := s.find(column); ok {
			out = append(out, column.Name)
		}
	}
	return out, nil
}
