package totalip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/db"
)

const (
	answerTime  = 10 * time.Second // how long an answer is waited for when nobody says
	longestWait = 600              // seconds
	firstLook   = 50 * time.Millisecond
	latestLook  = time.Second
)

// queue is a table whose rows the system treats, and how it shows that it has.
type queue struct {
	table  db.Table
	wait   int    // seconds, 0 is answerTime
	answer string // the column that says what became of the row
	done   string // the column that becomes true
	goes   bool   // the row goes when all went well
}

// put puts a checked wish into a queue, once, and waits for what the system makes of it. Where the table never tells, which
// may be so on one site only, the answer says that nothing is confirmed.
func (s *session) put(ctx context.Context, c *checks, q queue) (Queued, error) {
	c.wait(q.wait)
	if err := errors.Join(c.err, s.hasDatabase(c.op)); err != nil {
		return Queued{}, cti.AsError(err)
	}
	var values []db.Value
	for _, f := range c.fields {
		if f.value != "" {
			values = append(values, db.Value{Column: f.name, Text: f.value})
		}
	}
	tells, err := s.tells(ctx, c.op, q)
	if err != nil {
		return Queued{}, err
	}
	id, err := s.database.Insert(ctx, c.op, q.table, values)
	if err != nil {
		return Queued{}, err
	}
	if id == "" || !tells {
		return Queued{ID: id}, nil
	}
	return s.await(ctx, c.op, q, id, s.until(q.wait))
}

// wait takes how long an answer is waited for.
func (c *checks) wait(seconds int) {
	if seconds < 0 || seconds > longestWait {
		c.bad("espera_segundos", fmt.Sprintf("must be 1 to %d", longestWait))
	}
}

// limit is how long an answer is waited for, of seconds that somebody may have said.
func limit(seconds int) time.Duration { return cmp.Or(time.Duration(seconds)*time.Second, answerTime) }

// until is when an answer is waited for no more.
func (s *session) until(seconds int) time.Time { return s.host.Clock().Now().Add(limit(seconds)) }

// tells says whether the table of this site ever shows what became of a row.
func (s *session) tells(ctx context.Context, op string, q queue) (bool, error) {
	if q.goes || q.answer == "" && q.done == "" {
		return q.goes, nil
	}
	has, err := s.database.Columns(ctx, op, q.table)
	return slices.Contains(has, q.answer) || slices.Contains(has, q.done), err
}

// await looks at a row until the system has treated it or the time is over.
func (s *session) await(ctx context.Context, op string, q queue, id string, until time.Time) (Queued, error) {
	clock := s.host.Clock()
	done := false
	for pause := firstLook; ; pause = min(2*pause, latestLook) {
		cells, found, err := s.database.Look(ctx, op, q.table, id, q.answer, q.done)
		busy := errors.Is(err, cti.Busy) // the desk's own reads; it is looked again
		if err != nil && !busy {
			e := *cti.AsError(err)
			e.Text, e.Sent, e.Retryable = "the wish is in the queue, and what becomes of it could not be read: "+e.Text, cti.CertainSent, false
			return Queued{}, &e
		}
		if !busy {
			out, over, err := s.became(op, q, id, cells, found)
			if over || done && out.Confirmed {
				return out, err
			}
			done = out.Confirmed
		}
		left := until.Sub(clock.Now())
		if left <= 0 {
			e := s.fails.Make(cti.Timeout, op, fmt.Sprintf("the system has not treated the row %s of %s within %d s", id, q.table.Name, int(limit(q.wait).Seconds())), cti.CertainSent, nil)
			e.Hint, e.Args = hintWaiting, map[string]string{"Table": q.table.Name, "ID": id}
			return Queued{}, e
		}
		if err := cti.Wait(ctx, clock, min(pause, left)); err != nil {
			return Queued{}, s.fails.Make(cti.Canceled, op, "the wish was given up while it was in the queue", cti.CertainSent, err)
		}
	}
}

// became reads what a row shows; over is false while it shows nothing, or may still get the message of what is done.
func (s *session) became(op string, q queue, id string, cells []string, found bool) (out Queued, over bool, err error) {
	out = Queued{ID: id, Confirmed: true}
	if !found {
		if q.goes {
			return out, true, nil
		}
		e := s.fails.Make(cti.Refused, op, "the row "+id+" of "+q.table.Name+" is gone without an answer", cti.CertainSent, nil)
		e.Hint, e.Args = hintGone, map[string]string{"Table": q.table.Name, "ID": id}
		return Queued{}, true, e
	}
	said, done := cells[0], cells[1] == "true" || cells[1] == "t"
	switch {
	case said != "":
		out.Text = fault.Quote(s.fails.Redact(said))
		err := s.fails.done(op, said)
		if err != nil {
			return Queued{}, true, err
		}
		return out, true, nil
	case done:
		return out, q.answer == "", nil
	}
	return Queued{}, false, nil
}
