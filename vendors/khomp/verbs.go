package khomp

import (
	"context"
	"strings"
	"time"

	"ctiagent/cti"
)

// endsWithin is how long the phone has to tell that a call has ended once it took the wish for it.
const endsWithin = 5 * time.Second

// mostTones bounds the keys of one request.
const mostTones = 64

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	_, err := s.dial(ctx, cti.CallDial.Name, r.In.Number, s.opts.line)
	return cti.CallOut{}, err
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.ending(ctx, cti.CallHangup.Name, r.Target, cti.EndCanceled, s.hangup)
}

// callAnswer presses F1, which answers a ringing call.
func (s *session) callAnswer(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallAnswer.Name
	if live, _ := s.phone.reach(r.Ref); r.Ref != "" && !live {
		return cti.CallOut{}, s.over(op)
	}
	_, err := s.press(ctx, op, "F1")
	return out(r.Target, err)
}

// callReject presses X, which rejects a ringing call.
func (s *session) callReject(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallReject.Name
	if live, _ := s.phone.reach(r.Ref); r.Ref != "" && !live {
		return cti.CallOut{}, s.over(op)
	}
	if r.Ref == "" { // X alone says not which call it rejects
		_, err := s.press(ctx, op, "X")
		return out(r.Target, err)
	}
	return s.end(ctx, op, r.Target, cti.EndRejected, func(ctx context.Context, op string) (Done, error) { return s.press(ctx, op, "X") })
}

func (s *session) callToggleHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.onCall(ctx, cti.CallToggleHold.Name, r.Target, "F_HOLD")
}

func (s *session) callToggleMute(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.onCall(ctx, cti.CallToggleMute.Name, r.Target, "MUTE")
}

func (s *session) callRedial(ctx context.Context, _ cti.Req[cti.None]) (cti.CallOut, error) {
	_, err := s.press(ctx, cti.CallRedial.Name, "RD")
	return cti.CallOut{}, err
}

// callTransfer hands a call over blind: F_TRANSFER, the number, ENTER, in the form of PLANET's example
// SPEAKER;8311;ENTER. That Khomp's phones do with it what a person's fingers would is inferred.
func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	if r.In.Mode == "attended" {
		e := s.fails.Make(cti.Unsupported, op, "nothing is known of how a program makes an attended transfer on this phone", cti.NotSent, nil)
		e.Hint = hintTransfer
		return cti.CallOut{}, e
	}
	if r.In.To == "" || len(r.In.To) > longestNumber || strings.Trim(r.In.To, "0123456789") != "" {
		e := s.bad(op, "the parameter to must be 1 to 32 digits; no key for * is known")
		e.Hint = hintDigits
		return cti.CallOut{}, e
	}
	return s.ending(ctx, op, r.Target, cti.EndCompleted, func(ctx context.Context, op string) (Done, error) {
		return s.press(ctx, op, "F_TRANSFER", r.In.To, "ENTER")
	})
}

func (s *session) callSendDTMF(ctx context.Context, r cti.Req[cti.DTMFIn]) (cti.CallOut, error) {
	op := cti.CallSendDTMF.Name
	keys, ok := toneKeys(r.In.Digits)
	if !ok {
		e := s.bad(op, "the parameter digits must be 1 to 64 of 0-9 and #; no key for * is known")
		e.Hint = hintDigits
		return cti.CallOut{}, e
	}
	return s.onCall(ctx, op, r.Target, keys...)
}

// toneKeys are the keys of tones.
func toneKeys(digits string) (keys []string, ok bool) {
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			keys = append(keys, string(d))
		case d == '#':
			keys = append(keys, "POUND")
		default:
			return nil, false
		}
	}
	return keys, len(keys) > 0 && len(keys) <= mostTones
}

// ending does what ends the call in focus. The phone tells of the end where it tells anything; where it forgets, the call
// ends all the same.
func (s *session) ending(ctx context.Context, op string, t cti.Target, why cti.EndReason, do func(context.Context, string) (Done, error)) (cti.CallOut, error) {
	if e := s.inFocus(op, t); e != nil {
		return cti.CallOut{}, e
	}
	return s.end(ctx, op, t, why, do)
}

func (s *session) end(ctx context.Context, op string, t cti.Target, why cti.EndReason, do func(context.Context, string) (Done, error)) (cti.CallOut, error) {
	s.phone.blame(t.Ref, why) // the phone may tell before it answers
	_, err := do(ctx, op)
	switch {
	case err == nil:
		s.phone.hungUp(t.Ref, s.host.Clock().Now().Add(endsWithin))
	case cti.AsError(err).Sent != cti.MaybeSent:
		s.phone.blame(t.Ref, "")
	}
	return out(t, err)
}

// onCall presses keys that act on the call in focus.
func (s *session) onCall(ctx context.Context, op string, t cti.Target, keys ...string) (cti.CallOut, error) {
	if e := s.inFocus(op, t); e != nil {
		return cti.CallOut{}, e
	}
	_, err := s.press(ctx, op, keys...)
	return out(t, err)
}

// inFocus answers an error when the driver knows that a wish would hit another call, or none. What it does not know it does
// not forbid.
func (s *session) inFocus(op string, t cti.Target) *cti.Error {
	if t.Ref == "" {
		return nil
	}
	live, focus := s.phone.reach(t.Ref)
	switch {
	case !live:
		return s.over(op)
	case !focus:
		e := s.fails.Make(cti.WrongState, op, "the phone has several calls, and another one is in focus", cti.NotSent, nil)
		e.Hint = hintLine
		return e
	}
	return nil
}

func (s *session) over(op string) *cti.Error {
	return s.fails.Make(cti.WrongState, op, "the call is over at the phone", cti.NotSent, nil)
}

func out(t cti.Target, err error) (cti.CallOut, error) {
	if err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: t.Ref}, nil
}
