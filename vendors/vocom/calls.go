package vocom

import (
	"context"
	"strings"

	"ctiagent/cti"
)

// longestNumber bounds a number, in characters.
const longestNumber = 32

func isNumber(text string) bool {
	return text != "" && len(text) <= longestNumber && strings.Trim(text, "0123456789*#+") == ""
}

func (s *session) callServices(ctx context.Context, r cti.Req[CallServicesIn]) (Called, error) {
	return s.dial(ctx, CallServices.Name, r.Target, r.In)
}

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	out, err := s.dial(ctx, cti.CallDial.Name, r.Target, CallServicesIn{To: r.In.Number})
	return cti.CallOut{Ref: out.CallID}, err
}

// dial sends the wish once. The server calls the agent first and answers some ten seconds later with the call's id.
func (s *session) dial(ctx context.Context, op string, t cti.Target, in CallServicesIn) (Called, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Called{}, err
	}
	branch, err := s.branch(op, t, in.Branch)
	if err != nil {
		return Called{}, err
	}
	if !isNumber(in.To) {
		return Called{}, s.fails.Make(cti.BadRequest, op, "the parameter to must be 1 to 32 of 0-9, *, # and +", cti.NotSent, nil)
	}
	got, e := s.ask(ctx, op, "call/call_services", cti.Dial, map[string]string{"agent": agent, "branch": branch, "to": in.To})
	if e != nil {
		return Called{}, e
	}
	if got.CallID == nil || *got.CallID == "" || len(*got.CallID) > longestText {
		e := s.fails.Make(cti.Unavailable, op, "the system said ok and named no call", cti.MaybeSent, nil)
		e.Hint = hintChannel
		return Called{}, e
	}
	s.book(agent).dialled(*got.CallID, in.To)
	s.stir(false)
	return Called{CallID: *got.CallID}, nil
}

// named calls a function of one call by its id.
func (s *session) named(ctx context.Context, op, function string, t cti.Target, in CallIn, more map[string]string) (Done, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Done{}, err
	}
	params := map[string]string{"agent": agent, "call_id": in.CallID}
	for name, v := range more {
		params[name] = v
	}
	done, err := s.does(ctx, op, function, params)
	if err == nil {
		s.follow(agent, function, in.CallID)
	}
	return done, err
}

// follow enters what a function has done to a call.
func (s *session) follow(agent, function, ref string) {
	b := s.book(agent)
	switch function {
	case "call/call_terminate", "call/call_transfer":
		b.end(ref, cti.EndCompleted)
	case "call/call_hold":
		b.turned(ref, cti.Held)
	case "call/call_hold_retrieve":
		b.turned(ref, cti.Connected)
	}
	s.stir(false)
}

func (s *session) terminate(ctx context.Context, r cti.Req[CallIn]) (Done, error) {
	return s.named(ctx, Terminate.Name, "call/call_terminate", r.Target, r.In, nil)
}

func (s *session) transfer(ctx context.Context, r cti.Req[TransferIn]) (Done, error) {
	if !isNumber(r.In.To) {
		return Done{}, s.fails.Make(cti.BadRequest, Transfer.Name, "the parameter to must be 1 to 32 of 0-9, *, # and +", cti.NotSent, nil)
	}
	return s.named(ctx, Transfer.Name, "call/call_transfer", r.Target, r.In.CallIn, map[string]string{"to": r.In.To})
}

func (s *session) hold(ctx context.Context, r cti.Req[CallIn]) (Done, error) {
	return s.named(ctx, Hold.Name, "call/call_hold", r.Target, r.In, nil)
}

func (s *session) retrieve(ctx context.Context, r cti.Req[CallIn]) (Done, error) {
	return s.named(ctx, Retrieve.Name, "call/call_hold_retrieve", r.Target, r.In, nil)
}

// act does something with the call a common verb is about.
func (s *session) act(ctx context.Context, op, function string, t cti.Target, more map[string]string, states ...cti.CallState) (cti.CallOut, error) {
	agent, err := s.agent(op, t, "")
	if err != nil {
		return cti.CallOut{}, err
	}
	c, ok := s.book(agent).ours(t.Ref, states...)
	if !ok {
		e := s.fails.Make(cti.WrongState, op, "the system can only be asked about a call that was dialled here and is in a state for it", cti.NotSent, nil)
		e.Hint = hintCall
		return cti.CallOut{}, e
	}
	_, err = s.named(ctx, op, function, t, CallIn{CallID: c.ref}, more)
	if e := cti.AsError(err); err != nil && e.Kind == cti.NotFound {
		// The system knows the call no more: it has ended, which nobody tells.
		s.book(agent).end(c.ref, cti.EndUnknown)
		s.stir(false)
		if op == cti.CallHangup.Name {
			return cti.CallOut{Ref: c.ref}, nil
		}
	}
	if err != nil {
		return cti.CallOut{}, err
	}
	return cti.CallOut{Ref: c.ref}, nil
}

func (s *session) callHangup(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallHangup.Name, "call/call_terminate", r.Target, nil, cti.Connected, cti.Held)
}

func (s *session) callHold(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallHold.Name, "call/call_hold", r.Target, nil, cti.Connected)
}

func (s *session) callResume(ctx context.Context, r cti.Req[cti.CallIn]) (cti.CallOut, error) {
	return s.act(ctx, cti.CallResume.Name, "call/call_hold_retrieve", r.Target, nil, cti.Held)
}

func (s *session) callTransfer(ctx context.Context, r cti.Req[cti.TransferIn]) (cti.CallOut, error) {
	op := cti.CallTransfer.Name
	switch {
	case r.In.Mode == "attended":
		return cti.CallOut{}, s.fails.Make(cti.Unsupported, op, "manual 003 has the blind transfer only", cti.NotSent, nil)
	case !isNumber(r.In.To):
		return cti.CallOut{}, s.fails.Make(cti.BadRequest, op, "the parameter to must be 1 to 32 of 0-9, *, # and +", cti.NotSent, nil)
	}
	return s.act(ctx, op, "call/call_transfer", r.Target, map[string]string{"to": r.In.To}, cti.Connected, cti.Held)
}
