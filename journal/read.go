package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"

	"ctiagent/cti"
)

// Query chooses calls of one person that have ended.
type Query struct {
	Person string
	// From and To bound when a call began, To itself not included; zero is no bound.
	From, To cti.Time
	// Number is the other end; the last eight digits count.
	Number string
	// After is the id of the last call of the page before, "" for the first page.
	After string
	// Limit is how many calls at most.
	Limit int
}

// ErrCursor says that there is no call with the id of Query.After.
var ErrCursor = errors.New("the journal has no call with this id")

// Calls answers calls that have ended, newest first. A call of which nobody has told how it ended has ended as unknown.
func (j *Journal) Calls(ctx context.Context, q Query) ([]*cti.Call, error) {
	var out []*cti.Call
	for c, err := range j.each(ctx, q) {
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Export goes through all calls that a query chooses, whatever its limit, newest first.
func (j *Journal) Export(ctx context.Context, q Query) iter.Seq2[*cti.Call, error] {
	q.Limit = -1
	return j.each(ctx, q)
}

func (j *Journal) each(ctx context.Context, q Query) iter.Seq2[*cti.Call, error] {
	return func(yield func(*cti.Call, error) bool) {
		if err := j.scan(ctx, q, func(c *cti.Call) bool { return yield(c, nil) }); err != nil {
			yield(nil, err)
		}
	}
}

// scan reads rows until yield wants no more.
func (j *Journal) scan(ctx context.Context, q Query, yield func(*cti.Call) bool) error {
	_ = j.flush(ctx) // what cannot be written is told by State, and what is written can be read
	if _, err := os.Stat(j.opt.Path); errors.Is(err, os.ErrNotExist) {
		return nil // nothing was ever kept
	}
	db, err := j.file(ctx)
	if err != nil {
		return err
	}
	where, args := []string{"person = ?", "live <> 1"}, []any{q.Person}
	also := func(condition string, values ...any) {
		where, args = append(where, condition), append(args, values...)
	}
	if !q.From.IsZero() {
		also("started >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		also("started < ?", q.To.UnixMilli())
	}
	if tail := cti.NumberTail(q.Number); q.Number != "" {
		also("tail = ?", tail)
	}
	if q.After != "" {
		var started int64
		if err := db.QueryRowContext(ctx, "SELECT started FROM calls WHERE person = ? AND id = ?", q.Person, q.After).Scan(&started); err != nil {
			return fmt.Errorf("%w: %q", ErrCursor, q.After)
		}
		also("(started, id) < (?, ?)", started, q.After)
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	args = append(args, q.Limit)
	//nolint:gosec // the conditions are the constants above
	rows, err := db.QueryContext(ctx, "SELECT live, data FROM calls WHERE "+strings.Join(where, " AND ")+" ORDER BY started DESC, id DESC LIMIT ?", args...)
	if err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	defer func() { _ = rows.Close() }() // what it could say, rows.Err has said
	for rows.Next() {
		var live int
		var data []byte
		if err := rows.Scan(&live, &data); err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		c := new(cti.Call)
		if err := json.Unmarshal(data, c); err != nil {
			return fmt.Errorf("read a call in the journal: %w", err)
		}
		if live == orphan {
			c.State, c.EndReason = cti.Ended, cti.EndUnknown
		}
		c.Actions = []string{}
		if !yield(c) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the journal: %w", err)
	}
	return nil
}
