package grandstream

import (
	"context"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// toggleSettles is how long after a press of HOLD the lines may still show the state before it.
const toggleSettles = 3 * time.Second

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	// The answer names no call; a line will show it.
	_, err := s.dial(ctx, cti.CallDial.Name, r.In.Number, s.opts.account)
	return cti.CallOut{}, err
}

func (s *session) callAnswer(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallAnswer.Name, r.Target, rings, func(c call) (string, error) { return "acceptcall", nil })
}

func (s *session) callReject(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallReject.Name, r.Target, rings, func(c call) (string, error) {
		s.endsAs(c.ref, cti.EndRejected)
		return "rejectcall", nil
	})
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallHangup.Name, r.Target, lives, func(c call) (string, error) {
		if rings(c) {
			s.endsAs(c.ref, cti.EndRejected)
			return "rejectcall", nil
		}
		s.endsAs(c.ref, cti.EndCanceled) // where nobody has answered
		return "endcall", nil
	})
}

func (s *session) callHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turn(ctx, cti.CallHold.Name, r.Target, cti.Held)
}

func (s *session) callResume(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turn(ctx, cti.CallResume.Name, r.Target, cti.Connected)
}

// turn brings a call on hold or off it. holdcall toggles, so it is pressed only where the line shows the other state and
// has not been turned a moment ago.
func (s *session) turn(ctx context.Context, op string, t cti.Target, want cti.CallState) (cti.CallOut, error) {
	return s.act(ctx, op, t, talks, func(c call) (string, error) {
		now := s.host.Clock().Now()
		last := s.lastToggle()
		if last.ref == c.ref && now.Sub(last.at) < toggleSettles {
			if last.want == want {
				return "", nil
			}
		} else if c.state() == want {
			return "", nil
		}
		s.setToggle(toggled{c.ref, want, now})
		return "holdcall", nil
	})
}

func (s *session) lastToggle() toggled {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.toggled
}

func (s *session) setToggle(t toggled) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.toggled = t
}

func (s *session) callToggleMute(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.onCall(ctx, cti.CallToggleMute.Name, r.Target, connected, []string{"MUTE"})
}

func (s *session) callSendDTMF(ctx context.Context, r cti.Req[cti.DTMFIn]) (cti.CallOut, error) {
	op := cti.CallSendDTMF.Name
	keys, ok := digitKeys(r.In.Digits)
	if !ok {
		e := s.bad(op, "this phone has keys for 0-9, * and # only")
		e.Hint = hintDigits
		return cti.CallOut{}, e
	}
	return s.onCall(ctx, op, r.Target, connected, keys)
}

// callTransfer hands a call over blind: TRANSFER, the number, SEND. The guide knows the keys; that they do it in this order
// is inferred.
func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	if r.In.Mode == "attended" {
		e := s.fails.Make(cti.Unsupported, op, "no document tells how a program makes an attended transfer on this phone", cti.NotSent, nil)
		e.Hint = hintTransfer
		return cti.CallOut{}, e
	}
	keys, ok := digitKeys(r.In.To)
	if !ok || len(r.In.To) > longestNumber {
		return cti.CallOut{}, s.bad(op, "the parameter to must be 1 to 32 of 0-9, * and #")
	}
	return s.onCall(ctx, op, r.Target, connected, append(append([]string{"TRANSFER"}, keys...), "SEND"))
}

// digitKeys are the keys of digits.
func digitKeys(digits string) (keys []string, ok bool) {
	for _, d := range digits {
		switch {
		case d >= '0' && d <= '9':
			keys = append(keys, string(d))
		case d == '*':
			keys = append(keys, "STAR")
		case d == '#':
			keys = append(keys, "POUND")
		default:
			return nil, false
		}
	}
	return keys, len(keys) > 0 && len(keys) <= mostKeys-2
}

func rings(c call) bool     { return c.state() == cti.Ringing }
func connected(c call) bool { return c.state() == cti.Connected }
func talks(c call) bool     { return c.state() == cti.Connected || c.state() == cti.Held }
func lives(call) bool       { return true }

// act looks at the lines, finds the call that is meant, and sends the operation that do names; "" needs none.
func (s *session) act(ctx context.Context, op string, t cti.Target, fits func(call) bool, do func(call) (string, error)) (cti.CallOut, error) {
	release, err := s.take(ctx, op)
	if err != nil {
		return cti.CallOut{}, err
	}
	defer release()
	c, err := s.choose(ctx, op, t, fits)
	if err != nil {
		return cti.CallOut{}, err
	}
	command, err := do(c)
	if err == nil && command != "" {
		_, err = s.operate(ctx, op, command)
	}
	if err != nil {
		s.setToggle(toggled{}) // nobody knows how it stands: the next one believes the line
		if cti.AsError(err).Sent != cti.MaybeSent {
			s.endsAs(c.ref, "")
		}
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: c.ref}, nil
}

// onCall looks at the lines, finds the call that is meant, and presses keys.
func (s *session) onCall(ctx context.Context, op string, t cti.Target, fits func(call) bool, keys []string) (cti.CallOut, error) {
	release, err := s.take(ctx, op)
	if err != nil {
		return cti.CallOut{}, err
	}
	defer release()
	c, err := s.choose(ctx, op, t, fits)
	if err != nil {
		return cti.CallOut{}, err
	}
	if _, err := s.press(ctx, op, keys); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: c.ref}, nil
}

// take waits until no other wish looks and presses: of two clicks on hold the second must see what the first did.
func (s *session) take(ctx context.Context, op string) (release func(), err error) {
	select {
	case s.hands <- struct{}{}:
		return func() { <-s.hands }, nil
	case <-ctx.Done():
		return nil, s.fails.Transport(op, "the phone", wire.NotSent{Err: ctx.Err()})
	}
}

// choose finds the call a wish is about. The phone's operations name no line, so it must be the one they will act on.
func (s *session) choose(ctx context.Context, op string, t cti.Target, fits func(call) bool) (call, error) {
	calls, e := s.look(ctx, op)
	if e != nil {
		e.Sent = cti.NotSent // only the lines were asked for
		return call{}, e
	}
	var found []call
	for _, c := range calls {
		if fits(c) && (t.Ref == "" || c.ref == t.Ref) {
			found = append(found, c)
		}
	}
	if t.Ref == "" && len(found) > 1 {
		found = inFocus(found)
	}
	switch {
	case len(found) == 0 && t.Ref != "" && known(calls, t.Ref) == nil:
		return call{}, s.wrong(op, "the call is over at the phone", "")
	case len(found) == 0 && t.Ref != "":
		return call{}, s.wrong(op, "the call is "+string(known(calls, t.Ref).state())+" at the phone", "")
	case len(found) == 0:
		return call{}, s.wrong(op, "no call at the phone is in a state for it", "")
	case len(found) > 1 || !reached(found[0], calls):
		return call{}, s.wrong(op, "the phone has several calls, and another one is in focus", hintLine)
	}
	return found[0], nil
}

func (s *session) wrong(op, text, hint string) *cti.Error {
	e := s.fails.Make(cti.WrongState, op, text, cti.NotSent, nil)
	e.Hint = hint
	return e
}

// known is the call with a ref.
func known(calls []call, ref string) *call {
	for i := range calls {
		if calls[i].ref == ref {
			return &calls[i]
		}
	}
	return nil
}

func inFocus(calls []call) (out []call) {
	for _, c := range calls {
		if c.active {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		return calls
	}
	return out
}

// reached says whether an operation without a line reaches this call: it is the only one it can act on, or the one in focus
// among several.
func reached(c call, calls []call) bool {
	rivals := 0
	for _, o := range calls {
		if o.line != c.line && rings(o) == rings(c) {
			rivals++
		}
	}
	return rivals == 0 || c.active
}
