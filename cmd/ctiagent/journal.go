package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/paths"
	"ctiagent/journal"
)

// stateFile is a file of this program's own data; "" where nothing is kept: a
// demo's calls and pages are nobody's.
func (p *program) stateFile(name string) string {
	env := paths.Current()
	dir := env.UserState()
	if p.shared {
		dir = env.StateDir()
	}
	if p.demo != nil || dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}

// journalOf is the journal as the desk of one person sees it; nil without one.
func (p *program) journalOf(who cti.Person) desk.Journal {
	if p.journal == nil {
		return nil
	}
	return personalJournal{p.journal, who.ID}
}

type personalJournal struct {
	*journal.Journal
	person string
}

func (j personalJournal) Call(c *cti.Call)  { j.Journal.Call(j.person, c) }
func (j personalJournal) Agent(a cti.Agent) { j.Journal.Agent(j.person, a) }

func (j personalJournal) Wish(w desk.Asked) {
	j.Journal.Wish(j.person, journal.Wish{At: w.At, Method: w.Method, Call: w.Call, Via: w.Via, Outcome: w.Outcome, Sent: string(w.Sent)})
}

func (j personalJournal) Calls(ctx context.Context, in desk.HistoryIn) ([]*cti.Call, error) {
	calls, err := j.Journal.Calls(ctx, journal.Query{Person: j.person, From: in.From, To: in.To, Number: in.Number, After: in.Cursor, Limit: in.Limit})
	if errors.Is(err, journal.ErrCursor) {
		return nil, fmt.Errorf("%w: %w", cti.NotFound, err)
	}
	return calls, err
}
