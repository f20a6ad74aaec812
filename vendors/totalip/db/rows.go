package db

import (
	"context"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// rowsAtOnce is how many rows are asked of the server at a time: what a slow reader keeps waiting here fills no memory, and
// does not count as a statement that takes long.
const rowsAtOnce = 200

// Read answers the rows of a table, each of the table's type of rows. What is set in same, such a row, is what they must have.
// Before the first row is read, what is wrong with the wish is an error; later errors end the stream. With a limit that cuts
// the rows, the field Cursor of the last one says where to go on.
//
// A stream that is not read holds a connection until ctx ends.
func (p *Pool) Read(ctx context.Context, op string, t Table, q Query, cursor string, same reflect.Value) (cti.Stream[any], error) {
	r, err := p.read(ctx, op, t, q, cursor, same)
	if err != nil {
		return nil, err
	}
	return func(yield func(any, error) bool) {
		r.rows(func(v told, err error) bool {
			row := reflect.New(t.row).Elem()
			if err == nil {
				err = r.fill(row, v)
			}
			return yield(row.Interface(), err) && err == nil
		})
	}, nil
}

// reading is one query whose rows are taken piece by piece.
type reading struct {
	pool *Pool
	op   string
	site site
	plan plan
	ctx  context.Context
	end  context.CancelFunc

	mu   sync.Mutex // held by who uses the connection
	conn *conn      // nil once it is given back

	at position // of the last row that was given
}

const (
	begin     = "BEGIN READ ONLY"
	fetch     = "FETCH FORWARD 200 FROM ctiagent_rows" // rowsAtOnce
	declare   = "DECLARE ctiagent_rows NO SCROLL CURSOR FOR "
	undeclare = "ROLLBACK"
)

func (p *Pool) read(ctx context.Context, op string, t Table, q Query, cursor string, same reflect.Value) (*reading, error) {
	ctx, end := p.bounded(ctx)
	c, err := p.take(ctx, op)
	if err != nil {
		end()
		return nil, err
	}
	r := &reading{pool: p, op: op, ctx: ctx, end: end, conn: c}
	fail := func(err error) (*reading, error) {
		r.close()
		return nil, err
	}
	var known bool
	if r.site, known = c.live.find(t); !known {
		return fail(p.noTable(op, t))
	}
	if r.plan, err = build(r.site, q, same, cursor); err != nil {
		return fail(p.fail(op, err, cti.NotSent))
	}
	r.at = r.plan.start
	if _, err = c.ask(ctx, begin); err != nil {
		return fail(p.fail(op, err, cti.NotSent))
	}
	if _, err = c.ask(ctx, declare+r.plan.sql, r.plan.params...); err != nil {
		return fail(p.fail(op, err, cti.CertainSent))
	}
	// Who never reads the stream lets its context end all the same.
	context.AfterFunc(ctx, func() {
		if r.mu.TryLock() {
			defer r.mu.Unlock()
			r.close()
		}
	})
	return r, nil
}

// told is one row on its way to the reader.
type told struct {
	cells  []*string
	cursor string
}

// rows hands over each row's cells. It is read once.
func (r *reading) rows(yield func(told, error) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer r.close()
	var held []*string // the last row that came: only the next one tells whether a limit cuts here
	given := 0
	hand := func(more bool) bool {
		if held == nil {
			return true
		}
		given++
		last := r.plan.limit > 0 && given == r.plan.limit
		r.pass(held)
		out := told{cells: held}
		if last && more {
			if out.cursor = writeCursor(r.site.table.Name, r.plan.order, r.at); len(out.cursor) > longestCursor {
				if out.cursor = ""; yield(out, nil) {
					yield(told{}, r.pool.fail(r.op, bad("limit", "ends the rows behind one that is too long to go on from: leave limit out, or that row by where"), cti.CertainSent))
				}
				return false
			}
		}
		return yield(out, nil) && !last
	}
	for {
		if r.conn == nil || r.ctx.Err() != nil {
			yield(told{}, r.pool.fail(r.op, context.Canceled, cti.CertainSent))
			return
		}
		batch, err := r.conn.ask(r.ctx, fetch)
		for _, row := range batch {
			if !hand(true) {
				return
			}
			held = row
		}
		if err != nil {
			yield(told{}, r.pool.fail(r.op, err, cti.CertainSent))
			return
		}
		if len(batch) < rowsAtOnce {
			hand(false)
			return
		}
	}
}

// pass counts a row that is given: how many with the same values of the order.
func (r *reading) pass(cells []*string) {
	if r.plan.limit == 0 {
		return
	}
	values := cells[len(r.plan.read):]
	same := r.at.values != nil
	for i := range values {
		same = same && (values[i] == nil) == (r.at.values[i] == nil) && (values[i] == nil || *values[i] == *r.at.values[i])
	}
	if !same {
		r.at = position{values: values}
	}
	r.at.given++
}

// close gives the connection back; with the mutex held, or before anybody else knows of it. It may be called twice.
func (r *reading) close() {
	defer r.end()
	if r.conn == nil {
		return
	}
	c := r.conn
	r.conn = nil
	if c.pg.TxStatus() != 'I' && !c.pg.IsClosed() && r.ctx.Err() == nil {
		_, _ = c.ask(r.ctx, undeclare) // a connection that cannot is discarded below
	}
	r.pool.give(c)
}

// Page is what a row type embeds besides its columns.
type Page struct {
	Cursor string `json:"cursor,omitempty" help:"where to go on: comes with the last row when limit cut the rows, and is given back to read the next ones"`
}

// fill writes the cells into a row.
func (r *reading) fill(row reflect.Value, t told) error {
	for i, c := range r.plan.read {
		if cell := t.cells[i]; cell != nil {
			if err := c.set(row.FieldByIndex(c.index), *cell); err != nil {
				return r.pool.strange(r.op, r.site.name, c.Name, *cell)
			}
		}
	}
	if t.cursor != "" {
		row.FieldByName("Cursor").SetString(t.cursor)
	}
	return nil
}

// set reads what the server wrote into a field.
func (c Column) set(field reflect.Value, cell string) error {
	var v any
	switch c.kind {
	case integer:
		whole, _, _ := strings.Cut(cell, ".") // a numeric of a view may have a fraction of zeroes
		n, err := strconv.ParseInt(whole, 10, 64)
		if err != nil {
			return err
		}
		v = &n
	case number:
		f, err := strconv.ParseFloat(cell, 64)
		if err != nil || f != f || f-f != 0 { // what is no number has no place in JSON
			return fmt.Errorf("no number")
		}
		v = &f
	case boolean:
		switch strings.ToLower(cell) {
		case "true", "t", "1":
			yes := true
			v = &yes
		case "false", "f", "0":
			no := false
			v = &no
		default:
			return fmt.Errorf("neither true nor false")
		}
	case moment:
		t, err := readMoment(cell)
		if err != nil {
			return err
		}
		v = &t
	default:
		if c.Secret {
			v = &cell
			break
		}
		clean := wire.Text([]byte(cell))
		v = &clean
	}
	field.Set(reflect.ValueOf(v))
	return nil
}

// readMoment reads a time as the server writes it. One without a zone is the system's own, which is taken to be ours.
func readMoment(cell string) (cti.Time, error) {
	for _, form := range []string{"2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05.999999999Z07", "2006-01-02 15:04:05.999999999Z07:00", time.DateOnly} {
		if t, err := time.ParseInLocation(form, cell, time.Local); err == nil {
			return cti.At(t), nil
		}
	}
	return cti.Time{}, fmt.Errorf("no time: %s", fault.Quote(cell))
}
