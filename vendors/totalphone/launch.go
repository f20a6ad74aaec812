package totalphone

import (
	"context"
	"errors"
	"time"

	"ctiagent/cti"
)

// The ids of sentences for the person.
const (
	hintHalfway  = "totalphone.hint.halfway"
	hintPassword = "totalphone.hint.password"
	hintDigits   = "totalphone.hint.digits"
	hintTransfer = "totalphone.hint.transfer"
	hintOutgoing = "totalphone.hint.outgoing"
	hintLine     = "totalphone.hint.line"
	hintHold     = "totalphone.hint.hold"
	hintMute     = "totalphone.hint.mute"
)

// launch launches the program once for each list of arguments, in order, with a pause after each and nobody else's launches
// between them. A launch that fails ends the row; nothing is launched twice. Settle is how long the program needs after the
// last one.
//
// The pause is what makes an order of it: each launch hands its switch to the running program by itself, and of two at once
// nobody knows which arrives first. No manual names its length.
func (s *session) launch(ctx context.Context, op string, settle time.Duration, launches ...[]string) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return s.gaveUp(op, ctx.Err(), cti.NotSent)
	}
	for i, args := range launches {
		begun := i > 0
		if err := s.rest(ctx); err != nil {
			e := s.gaveUp(op, err, cti.NotSent)
			return s.halfway(e, begun)
		}
		err := s.host.Launch(ctx, s.opts.program, args...)
		pause := s.opts.pause
		if i == len(launches)-1 {
			pause = max(pause, settle)
		}
		s.free = s.host.Clock().Now().Add(pause)
		if err != nil {
			return s.halfway(s.failed(op, err), begun)
		}
	}
	s.found(tells())
	return nil
}

// rest waits until the program is ready for a switch.
func (s *session) rest(ctx context.Context) error {
	if wait := s.free.Sub(s.host.Clock().Now()); wait > 0 {
		if err := cti.Wait(ctx, s.host.Clock(), wait); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// gaveUp is the error of a wish whose context ended.
func (s *session) gaveUp(op string, err error, sent cti.Sent) *cti.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return s.fails.Make(cti.Timeout, op, "the softphone took too long", sent, err)
	}
	return s.fails.Make(cti.Canceled, op, "the wish was given up", sent, err)
}

// failed makes the error of a launch. The host says itself whether something was launched; of an error that is none of the
// model nobody knows.
func (s *session) failed(op string, err error) *cti.Error {
	var told *cti.Error
	if !errors.As(err, &told) {
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return s.gaveUp(op, err, cti.MaybeSent)
		}
		s.found(cti.LinkFact{State: cti.LinkDegraded, Detail: interrupted, DetailID: interruptedID})
		return s.fails.Make(cti.Unavailable, op, interrupted, cti.MaybeSent, err)
	}
	text := told.Text
	if text == "" {
		text = unlaunched
	}
	e := s.fails.Make(told.Kind, op, text, told.Sent, told.Err)
	e.Hint, e.Args, e.Retryable = told.Hint, told.Args, told.Retryable
	switch {
	case told.Kind == cti.Canceled:
	case told.Sent == cti.MaybeSent || told.Sent == cti.CertainSent:
		s.found(cti.LinkFact{State: cti.LinkDegraded, Detail: interrupted, DetailID: interruptedID})
	default:
		s.found(cti.LinkFact{State: cti.LinkDegraded, Detail: unlaunched, DetailID: unlaunchedID})
	}
	return e
}

// halfway says of an error that came after the first launch that something was done.
func (s *session) halfway(e *cti.Error, begun bool) *cti.Error {
	if begun {
		e.Text += ", after a part was done"
		e.Sent, e.Hint, e.Args, e.Retryable = cti.CertainSent, hintHalfway, nil, false
	}
	return e
}

func (s *session) bad(op, hint, text string) *cti.Error {
	e := s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
	e.Hint = hint
	return e
}

func (s *session) wrong(op, hint, text string) *cti.Error {
	e := s.fails.Make(cti.WrongState, op, text, cti.NotSent, nil)
	e.Hint = hint
	return e
}
