package totalphone

import (
	"context"
	"strconv"

	"ctiagent/cti"
)

// do carries out a deed and notes what follows from it. Ref and desk name the call that is meant: the driver's own word and
// the desk's, both "" for the call in progress.
func (s *session) do(ctx context.Context, op string, d deed, number, ref, desk string) error {
	if err := s.launch(ctx, op, s.opts.pause, s.commands.of(d, number)...); err != nil {
		if cti.MayHaveReached(err) {
			s.book.unsure()
		}
		return err
	}
	now := s.host.Clock().Now()
	switch d {
	case deedAnswer, deedPickup:
		s.book.elsewhere()
	case deedReject:
		// It is another driver's call, which the book does not know.
	case deedHangup:
		s.book.hungUp(ref, desk, cti.EndCanceled)
	case deedTransfer:
		s.book.hungUp(ref, desk, cti.EndCompleted)
	case deedHold:
		s.book.hold(ref, desk, on, now)
	case deedResume:
		s.book.hold(ref, desk, off, now)
	case deedToggleHold:
		s.book.hold(ref, desk, unknown, now)
	case deedMute:
		s.book.mute(on, now)
	case deedUnmute:
		s.book.mute(off, now)
	case deedToggleMute:
		s.book.mute(unknown, now)
	case deedTones:
		s.book.used(ref, desk, now)
	case deedRedial:
		s.book.dialed("", now) // the program alone knows which number was the last
	case deedQuit:
		s.book.closed(0)
	}
	return nil
}

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	ref, err := s.dial(ctx, cti.CallDial.Name, "number", r.In.Number)
	return cti.CallOut{Ref: ref}, err
}

func (s *session) dial(ctx context.Context, op, param, number string) (ref string, err error) {
	if !isNumber(number, s.commands.takes(deedDial), longestNumber) {
		return "", s.bad(op, "", "the parameter "+param+" must be 1 to 32 of 0-9, *, # and +")
	}
	if err := s.launch(ctx, op, s.opts.pause, s.commands.of(deedDial, number)...); err != nil {
		return "", err
	}
	return s.book.dialed(number, s.host.Clock().Now()), nil
}

// callAnswer takes the newest ringing call, whichever is named (1.6.5). What the driver dialled itself does not ring; which
// of several others is the newest it cannot see.
func (s *session) callAnswer(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallAnswer.Name
	if _, _, _, own := s.book.stand(r.Ref, r.In.Call); own && r.Ref != "" {
		return cti.CallOut{}, s.wrong(op, hintOutgoing, "this call was dialled here; the softphone would answer the newest ringing call instead")
	}
	return s.onCall(ctx, op, deedAnswer, r)
}

func (s *session) callReject(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.onCall(ctx, cti.CallReject.Name, deedReject, r)
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	op := cti.CallHangup.Name
	if e := s.inProgress(op, r.Ref, r.In.Call); e != nil {
		return cti.CallOut{}, e
	}
	return s.onCall(ctx, op, deedHangup, r)
}

func (s *session) onCall(ctx context.Context, op string, d deed, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	if err := s.do(ctx, op, d, "", r.Ref, r.In.Call); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: r.Ref}, nil
}

// inProgress answers an error when the driver knows that a wish would hit another call than the one that is meant. What it
// does not know it does not forbid.
func (s *session) inProgress(op, ref, desk string) error {
	if _, _, another, _ := s.book.stand(ref, desk); another {
		return s.wrong(op, hintLine, "another call is in progress at the softphone")
	}
	return nil
}

func (s *session) callHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnHold(ctx, cti.CallHold.Name, deedHold, on, r)
}

func (s *session) callResume(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnHold(ctx, cti.CallResume.Name, deedResume, off, r)
}

func (s *session) callToggleHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnHold(ctx, cti.CallToggleHold.Name, deedToggleHold, unknown, r)
}

// turnHold turns hold to a position. A switch that toggles (1.6.6) is not touched when hold stands there already, as far as
// the driver knows: it would do the opposite.
func (s *session) turnHold(ctx context.Context, op string, d deed, to position, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	if e := s.inProgress(op, r.Ref, r.In.Call); e != nil {
		return cti.CallOut{}, e
	}
	held, _, _, _ := s.book.stand(r.Ref, r.In.Call)
	if s.commands.toggles() && to != unknown && held == to {
		return cti.CallOut{}, s.wrong(op, hintHold, "as far as ctiagent knows the call stands so already, and the softphone's switch would turn it")
	}
	return s.onCall(ctx, op, d, r)
}

func (s *session) callMute(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnMute(ctx, cti.CallMute.Name, deedMute, on, r)
}

func (s *session) callUnmute(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnMute(ctx, cti.CallUnmute.Name, deedUnmute, off, r)
}

func (s *session) callToggleMute(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.turnMute(ctx, cti.CallToggleMute.Name, deedToggleMute, unknown, r)
}

// turnMute is turnHold for the microphone (1.6.7).
func (s *session) turnMute(ctx context.Context, op string, d deed, to position, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	_, muted, _, _ := s.book.stand(r.Ref, r.In.Call)
	if s.commands.toggles() && to != unknown && muted == to {
		return cti.CallOut{}, s.wrong(op, hintMute, "as far as ctiagent knows the microphone stands so already, and the softphone's switch would turn it")
	}
	return s.onCall(ctx, op, d, r)
}

// callTransfer is the manual's sequence (1.6.11): the switch, then the digits of the extension, one by one.
func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	if r.In.Mode == "attended" {
		e := s.fails.Make(cti.Unsupported, op, "no switch is known for an attended transfer", cti.NotSent, nil)
		e.Hint = hintTransfer
		return cti.CallOut{}, e
	}
	if err := s.transfer(ctx, op, "to", r.In.To, r.Ref, r.In.Call); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: r.Ref}, nil
}

func (s *session) transfer(ctx context.Context, op, param, to, ref, desk string) error {
	if allowed := s.commands.takes(deedTransfer); !isNumber(to, allowed, longestNumber) {
		return s.bad(op, hintDigits, "the parameter "+param+" must be 1 to 32 of "+allowed)
	}
	if e := s.inProgress(op, ref, desk); e != nil {
		return e
	}
	return s.do(ctx, op, deedTransfer, to, ref, desk)
}

func (s *session) callSendDTMF(ctx context.Context, r cti.Req[cti.DTMFIn]) (cti.CallOut, error) {
	op := cti.CallSendDTMF.Name
	if allowed := s.commands.takes(deedTones); !isNumber(r.In.Digits, allowed, longestTones) {
		return cti.CallOut{}, s.bad(op, hintDigits, "the parameter digits must be 1 to 64 of "+allowed)
	}
	if e := s.inProgress(op, r.Ref, r.In.Call); e != nil {
		return cti.CallOut{}, e
	}
	if err := s.do(ctx, op, deedTones, r.In.Digits, r.Ref, r.In.Call); err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: r.Ref}, nil
}

func (s *session) callRedial(ctx context.Context, _ cti.Req[cti.None]) (cti.CallOut, error) {
	return cti.CallOut{}, s.do(ctx, cti.CallRedial.Name, deedRedial, "", "", "")
}

func (s *session) callPickup(ctx context.Context, _ cti.Req[cti.None]) (cti.CallOut, error) {
	return cti.CallOut{}, s.do(ctx, cti.CallPickup.Name, deedPickup, "", "", "")
}

// agentLogin opens the softphone. Whether it let the agent in it does not say, so no state is told.
func (s *session) agentLogin(ctx context.Context, r cti.Req[cti.LoginIn]) (cti.AgentOut, error) {
	if r.In.Password == "" && s.opts.password == "" {
		return cti.AgentOut{}, cti.WantsPassword(driverName, driverTitle)
	}
	return cti.AgentOut{}, s.login(ctx, cti.AgentLogin.Name, [2]string{"extension", "password"}, r.In.Extension, r.Extension, r.In.Password)
}

// login opens the program for an extension, the desk's own when none is given. Params are how the caller names both.
func (s *session) login(ctx context.Context, op string, params [2]string, extension, desks, password string) error {
	if extension == "" {
		extension = desks
	}
	if !isNumber(extension, digits, longestNumber) {
		return s.bad(op, "", "the parameter "+params[0]+" must be an extension of 1 to 32 digits")
	}
	if password == "" {
		password = s.opts.password
	}
	s.fails.Learn(password)
	if !isPassword(password) {
		return s.bad(op, hintPassword, "the parameter "+params[1]+" must have 1 to 64 signs, without blanks, double quotes and signs outside ASCII")
	}
	if err := s.launch(ctx, op, s.opts.start, []string{switchExtension + extension, switchPassword + password}); err != nil {
		return err
	}
	s.book.opened()
	return nil
}

func (s *session) agentLogout(ctx context.Context, _ cti.Req[cti.None]) (cti.AgentOut, error) {
	return cti.AgentOut{}, s.quit(ctx, cti.AgentLogout.Name)
}

func (s *session) quit(ctx context.Context, op string) error {
	return s.do(ctx, op, deedQuit, "", "", "")
}

func (s *session) restart(ctx context.Context, op string) error {
	if err := s.launch(ctx, op, s.opts.start, []string{switchRestart}); err != nil {
		return err
	}
	s.book.closed(1)
	return nil
}

// digit presses one key (1.6.2), on the idle softphone to compose a number, in a call as a tone.
func (s *session) digit(ctx context.Context, op, param, key string) error {
	if !isNumber(key, digits, 1) {
		return s.bad(op, hintDigits, "the parameter "+param+" must be one of 0-9")
	}
	return s.do(ctx, op, deedTones, key, "", "")
}

// dialComposed dials what was composed. What that is the program alone knows: somebody may have typed by hand.
func (s *session) dialComposed(ctx context.Context, op string) error {
	if err := s.launch(ctx, op, s.opts.pause, []string{switchDial}); err != nil {
		return err
	}
	s.book.dialed("", s.host.Clock().Now())
	return nil
}

func (s *session) activate(ctx context.Context, op, param string, line int) error {
	if line < 1 || line > lastLine {
		return s.bad(op, "", "the parameter "+param+" must be from 1 to 6")
	}
	if err := s.launch(ctx, op, s.opts.pause, []string{switchLine + strconv.Itoa(line)}); err != nil {
		return err
	}
	s.book.chose(line, s.host.Clock().Now())
	return nil
}

// startTransfer begins a transfer; the digits that follow are the extension's.
func (s *session) startTransfer(ctx context.Context, op string) error {
	return s.launch(ctx, op, s.opts.pause, []string{switchTransfer})
}

func (s *session) toggleAutoAnswer(ctx context.Context, op string) error {
	return s.launch(ctx, op, s.opts.pause, []string{switchAutoAnswer})
}
