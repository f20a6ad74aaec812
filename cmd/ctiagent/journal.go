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

// journalFile is where this program keeps what happens at its desks; "" keeps
// nothing: a demo's calls are nobody's.
func (p *program) journalFile() string {
	env := paths.Current()
	switch {
	case p.demo != nil:
		return ""
	case p.shared:
		return filepath.Join(env.StateDir(), "journal.db")
	case env.UserState() == "":
		return ""
	}
	return filepath.Join(env.UserState(), "journal.db")
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
