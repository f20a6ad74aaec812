package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/stack"
)

// Options are what a journal is made of.
type Options struct {
	Path string // the file; its folder is made, too
	// KeepDays is how long entries stay, MaxBytes how large the file grows before the oldest go. Zero: 90 days, 256 MiB.
	KeepDays int
	MaxBytes int64
	Clock    cti.Clock    // nil: the system's time
	Log      *slog.Logger // nil: nowhere
}

// Wish is what somebody asked of a desk, without its parameters: they may hold secrets.
type Wish struct {
	At      cti.Time
	Method  string
	Call    string // the call's id, "" for none
	Via     string // the driver that did it, "" for none
	Outcome string // "ok" or a cti.Kind
	Sent    string // whether anything was sent, as cti.Error tells it; "" for ok
}

// State tells how the journal fares.
type State struct {
	Failing string   `json:"failing,omitempty"` // why nothing can be written now
	Since   cti.Time `json:"since,omitzero"`
	Waiting int      `json:"waiting"` // entries in memory, to be written
	Lost    int      `json:"lost"`    // entries that memory had no room for
}

// The bounds of what waits while the file cannot be written, and of one transaction.
const (
	maxWaiting = 4096
	maxBatch   = 256
	pageBytes  = 4096
	pruneEach  = 1000 // entries between two looks at what is too old
)

// Journal is one file. Its methods may be called concurrently. Nothing is opened before the first entry or question.
type Journal struct {
	opt  Options
	stop context.CancelFunc
	life context.Context //nolint:containedctx // ends with Close
	done sync.WaitGroup

	turn    sync.Mutex // held while a batch is written
	opening sync.Mutex // guards db
	db      *sql.DB

	mu      sync.Mutex // guards what follows
	waiting []entry
	state   State
	writing bool // a goroutine writes
	closed  bool
	written int // since the last pruning
}

// New makes a journal.
func New(o Options) *Journal {
	if o.KeepDays <= 0 {
		o.KeepDays = 90
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 256 << 20
	}
	if o.Clock == nil {
		o.Clock = cti.RealClock()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	j := &Journal{opt: o, written: pruneEach} // the first entry looks at once
	j.life, j.stop = context.WithCancel(context.Background())
	return j
}

// entry is one row to be written.
type entry struct {
	query string
	args  []any
}

// Call keeps a call as it is now; a later one of the same id takes its place. A call that an ended program left alive is
// the same as one with its word for it.
func (j *Journal) Call(person string, c *cti.Call) {
	data, err := json.Marshal(c)
	if err != nil {
		j.opt.Log.Error("a call cannot be kept", "error", err)
		return
	}
	number := c.Remote.E164
	if number == "" {
		number = c.Remote.Raw
	}
	live := over
	if c.Live() {
		live = alive
	}
	if c.Ref != "" {
		j.add(entry{"DELETE FROM calls WHERE person = ? AND ref = ? AND live <> 0 AND id <> ?", []any{person, c.Ref, c.ID}})
	}
	j.add(entry{`INSERT INTO calls (person, id, started, tail, ref, live, data) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (person, id) DO UPDATE SET tail = excluded.tail, ref = excluded.ref, live = excluded.live, data = excluded.data`,
		[]any{person, c.ID, c.StartedAt.UnixMilli(), cti.NumberTail(number), c.Ref, live, string(data)}})
}

// Agent keeps a change of the agent.
func (j *Journal) Agent(person string, a cti.Agent) {
	data, err := json.Marshal(a)
	if err != nil {
		j.opt.Log.Error("a change of the agent cannot be kept", "error", err)
		return
	}
	j.add(entry{"INSERT INTO agents (person, at, data) VALUES (?, ?, ?)", []any{person, j.opt.Clock.Now().UnixMilli(), string(data)}})
}

// Wish keeps a wish and what came of it.
func (j *Journal) Wish(person string, w Wish) {
	j.add(entry{"INSERT INTO wishes (person, at, method, call, via, outcome, sent) VALUES (?, ?, ?, ?, ?, ?, ?)",
		[]any{person, w.At.UnixMilli(), w.Method, w.Call, w.Via, w.Outcome, w.Sent}})
}

// State tells how the journal fares now.
func (j *Journal) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	s := j.state
	s.Waiting = len(j.waiting)
	return s
}

// Close writes what waits and closes the file; the error says what could not be written. It may be called twice.
func (j *Journal) Close() error {
	j.mu.Lock()
	again := j.closed
	j.closed = true
	j.mu.Unlock()
	if again {
		return nil
	}
	j.done.Wait()
	err := j.flush(j.life)
	if err != nil {
		err = fmt.Errorf("%d entries of the journal are lost: %w", j.State().Waiting, err)
	}
	j.stop()
	j.opening.Lock()
	defer j.opening.Unlock()
	if j.db != nil {
		err = errors.Join(err, j.db.Close())
		j.db = nil
	}
	return err
}

// add takes an entry and has it written soon. While the file cannot be written the newest entries wait in memory, and each
// new one is a new attempt.
func (j *Journal) add(e entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return
	}
	if len(j.waiting) == maxWaiting {
		j.waiting = j.waiting[1:]
		j.state.Lost++
	}
	j.waiting = append(j.waiting, e)
	if j.writing {
		return
	}
	j.writing = true
	j.done.Go(func() {
		stack.Reserve16() // SQLite calls deep
		for j.more(j.write(j.life)) {
		}
	})
}

// more says whether the writer goes on: while anything waits and can be written.
func (j *Journal) more(err error) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.writing = err == nil && len(j.waiting) > 0
	return j.writing
}

// flush writes what waits, as far as it can be written.
func (j *Journal) flush(ctx context.Context) error {
	for {
		j.mu.Lock()
		rest := len(j.waiting)
		j.mu.Unlock()
		if rest == 0 {
			return nil
		}
		if err := j.write(ctx); err != nil {
			return err
		}
	}
}

// write writes the oldest entries that wait in one transaction.
func (j *Journal) write(ctx context.Context) error {
	j.turn.Lock()
	defer j.turn.Unlock()
	j.mu.Lock()
	batch := j.waiting[:min(len(j.waiting), maxBatch)]
	lost := j.state.Lost
	j.mu.Unlock()
	err := j.commit(ctx, batch)
	j.mu.Lock()
	defer j.mu.Unlock()
	if err == nil {
		// What memory had no room for meanwhile was the oldest: it is written and not lost.
		gone := j.state.Lost - lost
		j.state.Lost = lost
		j.waiting = append([]entry(nil), j.waiting[max(len(batch)-gone, 0):]...)
		if j.state.Failing != "" {
			j.opt.Log.Info("the journal is written again", "lost", j.state.Lost)
		}
		j.state.Failing, j.state.Since = "", cti.Time{}
		return nil
	}
	if j.state.Failing == "" {
		j.state.Since = cti.At(j.opt.Clock.Now())
		j.opt.Log.Error("the journal cannot be written; what happens is kept in memory", "error", err)
	}
	j.state.Failing = err.Error()
	return err
}

func (j *Journal) commit(ctx context.Context, batch []entry) error {
	db, err := j.file(ctx)
	if err != nil {
		return err
	}
	if j.pruneDue(len(batch)) {
		if err := j.prune(ctx, db); err != nil {
			return err
		}
	}
	err = insert(ctx, db, batch)
	if isFull(err) {
		// The file is as large as it may be: the oldest make room, once.
		if freed, pruneErr := j.halve(ctx, db); pruneErr == nil && freed {
			err = insert(ctx, db, batch)
		}
	}
	return err
}

// beginner is a pool of connections, or one of them.
type beginner interface {
	BeginTx(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error)
}

func insert(ctx context.Context, db beginner, batch []entry) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	for _, e := range batch {
		if _, err := tx.ExecContext(ctx, e.query, e.args...); err != nil {
			return fmt.Errorf("write the journal: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	return nil
}

// file opens the file when it is not open yet.
func (j *Journal) file(ctx context.Context) (*sql.DB, error) {
	j.opening.Lock()
	defer j.opening.Unlock()
	if j.db != nil {
		return j.db, nil
	}
	if j.life.Err() != nil {
		return nil, errors.New("the journal is closed")
	}
	db, err := open(ctx, j.opt.Path, j.opt.MaxBytes/pageBytes)
	if err != nil {
		return nil, err
	}
	j.db = db
	return db, nil
}

// cutoff is the moment before which entries are too old.
func (j *Journal) cutoff() int64 {
	return j.opt.Clock.Now().Add(-time.Duration(j.opt.KeepDays) * 24 * time.Hour).UnixMilli()
}
