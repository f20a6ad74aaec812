package mailing

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// mostRefusals is how many refusals one after the other end an import: the system has something against all of it.
const mostRefusals = 10

// Sender is a road that is open and takes contacts as P. It belongs to one goroutine.
type Sender[P any] interface {
	// Batch is how many contacts go together; a road that sends many does all of them or none.
	Batch() int
	// Add takes a part into the batch. It is the road's until Add returns.
	Add(ctx context.Context, part P) error
	// Stage brings the batch as far as it can go and be taken back. The mark is what Outcome is asked with, "" where nobody
	// can tell later what came of it. After an error of Add or of Stage nothing of the batch was done, or will be.
	Stage(ctx context.Context) (mark string, err error)
	// Send sends the batch, and tells what came of it: State (Taken, Refused, Unknown or NotSent), Numbers and Text. The error
	// says why the import cannot go on behind Unknown and NotSent; a refusal has one too.
	Send(ctx context.Context) (Entry, error)
	// Outcome tells what came of a batch: Taken, NotSent, Unknown when nobody can tell any more, or Sending while it is not
	// decided. The error says why not.
	Outcome(ctx context.Context, mark string) (State, error)
}

// StopError says that an import stopped before its end.
type StopError struct {
	State State // of the lines it stopped at: Refused, Unknown, NotSent, or Sending for what is Pending
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

// Import sends the contacts of a file that the account does not have yet, one batch after the other. From hands them out, in
// order and from behind a line on. Before each batch it asks same, which says whether the file is still the one that was
// checked. Progress is told how many contacts are settled. When ctx ends, the batch under way is finished first. The error is
// a *StopError, ctx's, or one of from or the account.
func Import[P any](ctx context.Context, from func(behind int64) iter.Seq2[Part[P], error], a *Account, to Sender[P], same func() error, progress func(settled int64)) error {
	in := &importing[P]{account: a, to: to, same: same, progress: progress}
	if head, ok := a.Begun(); !ok || head.SHA256 == "" {
		return errors.New("the account has no head")
	}
	if err := in.resolve(ctx); err != nil {
		return err
	}
	for part, err := range from(a.After()) {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		if err := in.add(ctx, part); err != nil {
			return err
		}
		if in.contacts >= to.Batch() {
			if err := in.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := in.flush(ctx); err != nil {
		return err
	}
	if got := a.tally.Sent(); got != a.head.Contacts {
		return fmt.Errorf("the account has %d contacts of %d", got, a.head.Contacts)
	}
	return a.Finish()
}

// importing is an import under way.
type importing[P any] struct {
	account  *Account
	to       Sender[P]
	same     func() error
	progress func(int64)
	refusals int

	// Of the batch.
	contacts, numbers int
	first, last       int64
}

// resolve asks what came of the lines that were under way when another run ended.
func (in *importing[P]) resolve(ctx context.Context) error {
	e, open := in.account.Pending()
	if !open {
		return nil
	}
	state, err := in.to.Outcome(ctx, e.Mark)
	if state == Sending || err != nil {
		return in.stop(ctx, Sending, e.Line, err)
	}
	done := Entry{State: state}
	if state == Taken {
		done.Numbers = e.Numbers
	}
	if err := in.account.Settle(done); err != nil {
		return err
	}
	in.progress(in.account.tally.Sent())
	return nil
}

// stop is the error of an import that cannot go on, or the person's wish that it does not.
func (in *importing[P]) stop(ctx context.Context, state State, line int64, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &StopError{state, line, false, err}
}

// add takes a part into the batch.
func (in *importing[P]) add(ctx context.Context, part Part[P]) error {
	if in.contacts == 0 {
		in.first, in.numbers = part.First, 0
	}
	in.last = part.Last
	in.contacts += part.Contacts
	in.numbers += part.Numbers
	if err := in.to.Add(ctx, part.What); err != nil {
		return in.stop(ctx, NotSent, in.first, err)
	}
	return nil
}

// flush sends the batch.
func (in *importing[P]) flush(ctx context.Context) error {
	if in.contacts == 0 {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err := in.same(); err != nil {
		return err
	}
	mark, err := in.to.Stage(ctx)
	if err != nil {
		return in.stop(ctx, NotSent, in.first, err)
	}
	if err := in.account.Send(in.first, in.last, in.contacts, in.numbers, mark); err != nil {
		return err
	}
	e, err := in.to.Send(context.WithoutCancel(ctx))
	if e.State == Unknown && mark != "" {
		state, why := in.to.Outcome(ctx, mark)
		if state == Sending || why != nil {
			return in.stop(ctx, Sending, in.first, errors.Join(err, why))
		}
		if e.State = state; state == Taken {
			e.Numbers, e.Text, err = in.numbers, "", nil
		}
	}
	switch {
	case e.State == Taken && e.Numbers == 0:
		e.State = Refused
	case e.State == Taken && e.Numbers < in.numbers:
		e.State = Partly
	}
	e.Contacts = in.contacts
	if err := in.account.Settle(e); err != nil {
		return err
	}
	in.contacts = 0
	in.progress(in.account.tally.Sent())
	return in.judge(e, err)
}

// judge says whether the import goes on behind a batch.
func (in *importing[P]) judge(e Entry, err error) error {
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
