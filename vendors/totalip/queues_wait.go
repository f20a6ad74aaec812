package totalip

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

// tells says whether the table ever shows what became of a row.
func (q queue) tells() bool { return q.answer != "" || q.done != "" || q.goes }

// put puts a checked wish into a queue, once, and waits for what the system makes of it. Where the table never tells, the
// answer says that nothing is confirmed.
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
	id, err := s.database.Insert(ctx, c.op, q.table, values)
	if err != nil {
		return Queued{}, err
	}
	if id == "" || !q.tells() {
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

// await looks at a row until the system has treated it or the time is over.
func (s *session) await(ctx context.Context, op string, q queue, id string, until time.Time) (Queued, error) {
	clock := s.host.Clock()
	for pause := firstLook; ; pause = min(2*pause, latestLook) {
		cells, found, err := s.database.Look(ctx, op, q.table, id, q.answer, q.done)
		busy := errors.Is(err, cti.Busy) // the desk's own reads; it is looked again
		if err != nil && !busy {
			e := *cti.AsError(err)
			e.Text, e.Sent, e.Retryable = "the wish is in the queue, and what becomes of it could not be read: "+e.Text, cti.CertainSent, false
			return Queued{}, &e
		}
		if !busy {
			if out, over, err := s.became(op, q, id, cells, found); over {
				return out, err
			}
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

// became reads what a row shows; over is false while it shows nothing.
func (s *session) became(op string, q queue, id string, cells []string, found bool) (out Queued, over bool, err error) {
	out = Queued{ID: id, Confirmed: true}
	if !found {
		if q.goes {
			return out, true, nil
		}
		return Queued{}, true, s.fails.Make(cti.Refused, op, "the row "+id+" of "+q.table.Name+" is gone without an answer", cti.CertainSent, nil)
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
	case done && q.answer == "":
		return out, true, nil
	}
	return Queued{}, false, nil
}
