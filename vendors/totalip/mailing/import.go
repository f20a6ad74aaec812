package mailing

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// mostRefusals is how many refusals one after the other end an import: the system has something against all of it.
const mostRefusals = 10

// Sender is a road that is open.
type Sender interface {
	// Batch is how many contacts go together; a road that sends many does all of them or none.
	Batch() int
	// Send sends contacts, as many as Batch says at most, and tells what came of it: State (Taken, Refused, Unknown or
	// NotSent), Numbers and Text. The error says why the import cannot go on behind Unknown and NotSent; a refusal has one too.
	Send(ctx context.Context, contacts []Contact) (Entry, error)
}

// StopError says that an import stopped before its end.
type StopError struct {
	State State // of the lines it stopped at: Refused, Unknown or NotSent
	Line  int64 // the first of them
	Many  bool  // refusals came one after the other
	Err   error // why
}

// Error answers the English sentence for developers.
func (e *StopError) Error() string {
	return fmt.Sprintf("import stopped at line %d, which is %s: %v", e.Line, e.State, e.Err)
}

// Unwrap is why.
func (e *StopError) Unwrap() error { return e.Err }

// Import sends the contacts of a file that the account does not have yet, one batch after the other, and leaves the bad
// lines out. Before each batch it asks same, which says whether the file is still the one that was checked. Progress is told
// how many contacts are settled. When ctx ends, the batch under way is finished first. The error is a *StopError, ctx's, or
// one of the file or the account.
func Import(ctx context.Context, r *Reader, a *Account, to Sender, same func() error, progress func(settled int64)) error {
	in := &importing{account: a, to: to, same: same, progress: progress}
	if head, ok := a.Begun(); !ok || head.SHA256 == "" {
		return errors.New("the account has no head")
	}
	for {
		line, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			if err := in.flush(ctx); err != nil {
				return err
			}
			if got := a.tally.Sent(); got != a.head.Contacts {
				return fmt.Errorf("the account has %d contacts of %d", got, a.head.Contacts)
			}
			return a.Finish()
		case err != nil:
			return err
		case line.Number <= a.After() || len(line.Problems) > 0:
			continue
		}
		if len(in.batch) == 0 {
			in.first = line.Number
		}
		in.last, in.batch = line.Number, append(in.batch, line.Contact)
		if len(in.batch) >= to.Batch() {
			if err := in.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// importing is an import under way.
type importing struct {
	account     *Account
	to          Sender
	same        func() error
	progress    func(int64)
	batch       []Contact
	first, last int64
	refusals    int
}

// flush sends the batch.
func (in *importing) flush(ctx context.Context) error {
	if len(in.batch) == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := in.same(); err != nil {
		return err
	}
	if err := in.account.Send(in.first, in.last, len(in.batch)); err != nil {
		return err
	}
	e, err := in.to.Send(context.WithoutCancel(ctx), in.batch)
	want := 0
	for _, c := range in.batch {
		want += len(c.Numbers)
	}
	switch {
	case e.State == Taken && e.Numbers == 0:
		e.State = Refused
	case e.State == Taken && e.Numbers < want:
		e.State = Partly
	}
	e.Contacts = len(in.batch)
	if err := in.account.Settle(e); err != nil {
		return err
	}
	in.batch = in.batch[:0]
	in.progress(in.account.tally.Sent())
	return in.judge(e, err)
}

// judge says whether the import goes on behind a batch.
func (in *importing) judge(e Entry, err error) error {
	t := in.account.tally
	switch e.State {
	case Refused:
		in.refusals++
		many := in.refusals >= mostRefusals
		if many || t.Sent() == int64(e.Contacts) {
			return &StopError{e.State, in.first, many, err}
		}
		return nil
	case Unknown, NotSent:
		return &StopError{e.State, in.first, false, err}
	}
	in.refusals = 0
	return nil
}
