package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"

	"github.com/jackc/pgx/v5/pgconn"
)

// HeldFor is how long rows that nobody has committed are held for somebody who says nothing more.
const HeldFor = 30 * time.Second

// Bulk puts many rows into one table by COPY. Nobody sees them before Commit, and the transaction they are in has a name by
// which Outcome tells later, from whatever connection, whether they came in. Any error ends a Bulk; what it held is gone then.
// Its methods may be called from any goroutine, and work one after the other.
type Bulk struct {
	pool  *Pool
	table Table
	names bool // the server can tell later what became of a transaction

	mu      sync.Mutex
	conn    *conn // nil when it is over
	site    site
	open    bool // a transaction
	name    string
	rows    int64
	used    uint64      // how often it was; the timer compares
	spare   func() bool // stops the timer
	unhook  func() bool // from the end of the pool
	because string      // why it is over

	queue   sync.Mutex // may be taken with mu held, not the other way round
	waiting []*portion // for the database, oldest first
}

// portion is rows as COPY reads them.
type portion struct {
	sql  string
	text []byte
	rows int64
	in   bool   // the transaction; with Bulk.mu
	name string // of it
}

// mostText bounds what goes by one COPY, in bytes: who waits for it has the time of one wish.
const mostText = 1 << 20

// Bulk takes a connection for a table, until Close or until nothing was done with it for HeldFor.
func (p *Pool) Bulk(ctx context.Context, op string, t Table) (*Bulk, error) {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return nil, err
	}
	s, known := c.live.find(t)
	if !known {
		p.give(c)
		return nil, p.noTable(op, t)
	}
	life, err := c.life(ctx)
	if err != nil {
		p.give(c)
		return nil, p.fail(op, err, cti.NotSent)
	}
	b := &Bulk{pool: p, table: t, names: life != "", conn: c, site: s, spare: func() bool { return true }}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unhook = context.AfterFunc(p.ctx, b.Close) // which may begin at once, and waits for the mutex
	b.touch()
	return b, nil
}

// touch begins the time anew that it may be left alone; with the mutex held.
func (b *Bulk) touch() {
	b.spare()
	b.used++
	used := b.used
	b.spare = b.pool.cfg.Clock.AfterFunc(HeldFor, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.used == used {
			b.finish(fmt.Sprintf("nothing was heard of it for %d s", int(HeldFor.Seconds())))
		}
	})
}

// finish ends it; with the mutex held. A connection in a transaction is not kept, so the server rolls back.
func (b *Bulk) finish(because string) {
	if b.conn == nil {
		return
	}
	b.because = because
	b.spare()
	b.unhook()
	b.pool.give(b.conn)
	b.conn, b.open = nil, false
}

// Close ends it; what is not committed is gone. It may be called twice.
func (b *Bulk) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.finish("it was closed")
}

// begun answers an error when it is over; with the mutex held.
func (b *Bulk) begun(op string) error {
	if b.conn != nil {
		return nil
	}
	e := b.pool.fails.Make(cti.WrongState, op, "the rows are not held any more: "+b.because, cti.NotSent, nil)
	e.Hint = hintLapsed
	return e
}

// Rows puts rows into the transaction, and begins one when there is none. It answers the transaction's name, "" where the
// server cannot tell later what became of one. A cell is as in Value; "" leaves the column NULL. Cells are read at once.
func (b *Bulk) Rows(ctx context.Context, op string, columns []string, rows iter.Seq[[]string]) (name string, err error) {
	ctx, end := b.pool.bounded(ctx)
	defer end()
	text, spare := b.pool.texts.Get().(*[]byte) // written while the database is busy with the rows before
	if !spare {
		text = new([]byte)
	}
	sql, count, err := b.copyOf(text, columns, rows)
	p := &portion{sql: sql, text: *text, rows: count}
	if err == nil {
		b.wait(p)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.in && b.conn != nil { // with the rows before
		b.pool.texts.Put(text)
		return p.name, nil
	}
	if err := b.begun(op); err != nil {
		return "", err
	}
	if err != nil {
		b.finish("a row could not be written")
		e := b.pool.fail(op, err, cti.NotSent)
		if e.Hint == hintColumn {
			e.Hint = hintNoColumn
		}
		return "", e
	}
	if err := b.copy(ctx, op, b.together(p)); err != nil {
		return "", err
	}
	b.pool.texts.Put(text)
	return p.name, nil
}

// wait puts a portion behind those that wait for the database.
func (b *Bulk) wait(p *portion) {
	b.queue.Lock()
	defer b.queue.Unlock()
	b.waiting = append(b.waiting, p)
}

// together takes what can go by one COPY with p from what waits: to begin a COPY takes the database as long as some thousand
// rows.
func (b *Bulk) together(p *portion) []*portion {
	b.queue.Lock()
	defer b.queue.Unlock()
	group, left, size := []*portion{p}, b.waiting[:0], len(p.text)
	for _, other := range b.waiting {
		switch {
		case other == p:
		case other.sql == p.sql && size+len(other.text) <= mostText:
			group, size = append(group, other), size+len(other.text)
		default:
			left = append(left, other)
		}
	}
	clear(b.waiting[len(left):])
	b.waiting = left
	return group
}

// copy puts portions of one statement into the transaction; with the mutex held.
func (b *Bulk) copy(ctx context.Context, op string, group []*portion) (err error) {
	if !b.open {
		err = b.begin(ctx)
	}
	if err == nil {
		var texts []io.Reader
		want := int64(0)
		for _, p := range group {
			texts, want = append(texts, bytes.NewReader(p.text)), want+p.rows
		}
		var tag pgconn.CommandTag
		tag, err = b.conn.pg.CopyFrom(ctx, io.MultiReader(texts...), group[0].sql)
		b.rows += tag.RowsAffected()
		if err == nil && tag.RowsAffected() != want {
			b.finish("the database left rows out")
			e := b.pool.fails.Make(cti.Refused, op, fmt.Sprintf("the database took only %d of %d rows", tag.RowsAffected(), want), cti.NotSent, nil)
			e.Hint = hintStrange
			return e
		}
	}
	if err != nil {
		b.finish("the database did not take a row")
		return b.untaken(op, err)
	}
	for _, p := range group {
		p.in, p.name = true, b.name
	}
	b.touch()
	return nil
}

// begin begins a transaction and finds its name; with the mutex held. The server, too, ends it when nothing comes: who holds
// the connection may be cut off without its notice.
func (b *Bulk) begin(ctx context.Context) error {
	sql := "BEGIN"
	if b.names {
		sql += "; SET LOCAL idle_in_transaction_session_timeout = " + strconv.FormatInt(2*HeldFor.Milliseconds(), 10) + "; SELECT txid_current()::text, " + life
	}
	said, err := b.conn.pg.Exec(ctx, sql).ReadAll()
	if err != nil {
		return err
	}
	b.open, b.name, b.rows = true, "", 0
	if rows := said[len(said)-1].Rows; b.names && len(rows) == 1 && rows[0][1] != nil {
		b.name = string(rows[0][0]) + "." + short(string(rows[0][1]))
	}
	return nil
}

// copyOf writes rows as COPY reads them, and answers the statement and how many there are.
func (b *Bulk) copyOf(text *[]byte, columns []string, rows iter.Seq[[]string]) (sql string, count int64, err error) {
	var names []string
	casts := make([]string, len(columns)) // of the moments
	for i, name := range columns {
		column, ok := b.table.column(name)
		if !ok {
			return "", 0, bad(name, "is no column of %s", b.table.Name)
		}
		live, err := b.site.wanted(column)
		if err != nil {
			return "", 0, err
		}
		names = append(names, quoteName(live.name))
		if column.kind == moment {
			casts[i] = live.cast()
		}
	}
	out := (*text)[:0]
	defer func() { *text = out }()
	for row := range rows {
		for i, cell := range row {
			if i > 0 {
				out = append(out, '\t')
			}
			if casts[i] != "" && cell != "" {
				if cell, _, err = valueOf(moment, cell, casts[i]); err != nil {
					return "", 0, bad(columns[i], "%s", err.Error())
				}
			}
			out = appendCell(out, cell)
		}
		out = append(out, '\n')
		count++
	}
	return "COPY " + quoteName(b.site.name) + " (" + strings.Join(names, ", ") + ") FROM STDIN", count, nil
}

// appendCell writes a cell in the text form of COPY (PostgreSQL's documentation, COPY).
func appendCell(to []byte, cell string) []byte {
	if cell == "" {
		return append(to, `\N`...)
	}
	plain := true
	for i := range len(cell) {
		plain = plain && cell[i] >= ' ' && cell[i] != '\\'
	}
	if plain {
		return append(to, cell...)
	}
	for i := range len(cell) {
		switch c := cell[i]; c {
		case '\\':
			to = append(to, `\\`...)
		case '\n':
			to = append(to, `\n`...)
		case '\r':
			to = append(to, `\r`...)
		case '\t':
			to = append(to, `\t`...)
		default:
			to = append(to, c)
		}
	}
	return to
}

// untaken is the error of rows that were on their way. None of them is in, since nothing was committed.
func (b *Bulk) untaken(op string, err error) *cti.Error {
	e := b.pool.fail(op, err, cti.MaybeSent)
	e.Sent = cti.NotSent
	switch e.Hint {
	case hintCutWrite:
		e.Hint = hintCutRows
	case hintLateWrite:
		e.Hint = hintSlowWrite
	}
	return e
}

// Commit lets everybody see the rows, and answers how many they are. Where the error says that they may have come in, Outcome
// knows.
func (b *Bulk) Commit(ctx context.Context, op string) (rows int64, err error) {
	ctx, end := b.pool.bounded(ctx)
	defer end()
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.begun(op); err != nil {
		return 0, err
	}
	if !b.open {
		return 0, b.pool.fails.Make(cti.WrongState, op, "there are no rows to commit", cti.NotSent, nil)
	}
	said, err := b.conn.pg.Exec(ctx, "COMMIT").ReadAll()
	if err != nil {
		b.finish("the database did not say that the rows are in")
		return 0, b.pool.fail(op, err, cti.MaybeSent)
	}
	if tag := said[0].CommandTag.String(); tag != "COMMIT" { // it says ROLLBACK, and that this is no error
		b.finish("the database took the rows back")
		return 0, b.pool.fail(op, fmt.Errorf("COMMIT was answered with %q", tag), cti.NotSent)
	}
	b.open = false
	b.touch()
	return b.rows, nil
}

// Outcome is what became of a transaction.
type Outcome string

// The outcomes. They stand on the wire.
const (
	Committed Outcome = "committed"
	Aborted   Outcome = "aborted" // and will never come in
	Running   Outcome = "running" // nobody has ended it yet
	Lost      Outcome = "lost"    // nobody knows (any more)
)

// life names the time in which a server gives each transaction a number of its own. A server that crashed may give numbers
// once more that it had given shortly before, and so may a stand-by that took over or a backup that was brought back: each of
// them shows in one of these. Every user may read them.
const life = `(SELECT system_identifier::text FROM pg_control_system()) || ' ' || pg_postmaster_start_time()::text || ' ' || (SELECT stats_reset::text FROM pg_stat_bgwriter)`

// life answers "" where the server cannot tell what became of a transaction: before version 10, or when it keeps one of
// these to itself.
func (c *conn) life(ctx context.Context) (string, error) {
	version := c.pg.ParameterStatus("server_version")
	digits := len(version) - len(strings.TrimLeft(version, "0123456789"))
	if major, err := strconv.Atoi(version[:digits]); err != nil || major < 10 {
		return "", nil
	}
	rows, err := c.ask(ctx, "SELECT "+life)
	if errors.As(err, new(*pgconn.PgError)) {
		return "", nil
	}
	if err != nil || rows[0][0] == nil {
		return "", err
	}
	return *rows[0][0], nil
}

// short is a life as a part of a name.
func short(life string) string {
	sum := sha256.Sum256([]byte(life))
	return hex.EncodeToString(sum[:8])
}

// Outcome tells what became of the transaction with a name. It is Lost rather than guessed.
func (p *Pool) Outcome(ctx context.Context, op, name string) (Outcome, error) {
	ctx, end := p.bounded(ctx)
	defer end()
	number, during, ok := strings.Cut(name, ".")
	if _, err := strconv.ParseInt(number, 10, 64); err != nil || !ok {
		return Lost, nil
	}
	c, err := p.take(ctx, op)
	if err != nil {
		return "", err
	}
	defer func() { p.give(c) }()
	now, err := c.life(ctx)
	if err != nil {
		return "", p.fail(op, err, cti.NotSent)
	}
	if now == "" || short(now) != during {
		return Lost, nil
	}
	rows, err := c.ask(ctx, "SELECT txid_status($1::bigint)", number)
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg) && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "42")): // no such number was given yet
		return Lost, nil
	case err != nil:
		return "", p.fail(op, err, cti.NotSent)
	case rows[0][0] == nil: // too long ago
		return Lost, nil
	}
	switch *rows[0][0] {
	case "committed":
		return Committed, nil
	case "aborted":
		return Aborted, nil
	}
	return Running, nil
}
