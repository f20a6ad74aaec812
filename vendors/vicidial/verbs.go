package vicidial

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
)

// verbs are the common verbs this driver serves.
func verbs() []cti.Func[*session] {
	return []cti.Func[*session]{
		cti.Row(cti.CallDial, manual, (*session).callDial),
		cti.Row(cti.CallHangup, manual, (*session).callHangup),
		cti.Row(cti.CallHold, manual, (*session).callHold),
		cti.Row(cti.CallResume, manual, (*session).callResume),
		cti.Row(cti.CallTransfer, manual, (*session).callTransfer),
		cti.Row(cti.CallCompleteTransfer, manual, (*session).callCompleteTransfer),
		cti.Row(cti.CallCancelTransfer, manual, (*session).callCancelTransfer),
		cti.Row(cti.CallConference, manual, (*session).callConference),
		cti.Row(cti.CallSendDTMF, manual, (*session).callSendDTMF),
		cti.Row(cti.CallStartRecording, manual, (*session).callStartRecording),
		cti.Row(cti.CallStopRecording, manual, (*session).callStopRecording),
		cti.Row(cti.CallSetDisposition, manual, (*session).callSetDisposition),
		cti.Row(cti.AgentLogout, manual, (*session).agentLogout),
		cti.Row(cti.AgentPause, manual, (*session).agentPause),
		cti.Row(cti.AgentUnpause, manual, (*session).agentUnpause),
		cti.Row(cti.AgentPauseReasons, "configuration", (*session).agentPauseReasons),
		cti.Row(cti.AgentStateNow, facts, (*session).agentStateNow),
		cti.Row(cti.CallbackSchedule, manual, (*session).callbackSchedule),
		cti.Row(cti.ContactAdd, manual, (*session).contactAdd),
		cti.Row(cti.ContactUpdate, manual, (*session).contactUpdate),
		cti.Row(cti.QueueStatusOf, manual, (*session).queueStatus),
		cti.Row(cti.ServerStatusNow, manual, (*session).serverStatus),
	}
}

// How long the agent's page is given to take a command, and how often is looked meanwhile: it asks once a second.
const (
	patience = 8 * time.Second
	peek     = 400 * time.Millisecond
)

// confirm looks at the agent until done says that the command has been carried out. Where the API user may not look, it
// answers at once: nobody can tell. An agent who is logged out has the empty status.
func (s *session) confirm(ctx context.Context, op, agent string, done func(AgentRow) bool) (AgentRow, *cti.Error) {
	clock := s.host.Clock()
	end := clock.Now().Add(patience)
	for {
		s.mu.Lock()
		blind := s.blind
		s.mu.Unlock()
		if blind {
			return AgentRow{}, nil
		}
		look := s.book(agent).look()
		row, e := s.status(ctx, op, agent)
		switch {
		case e != nil && e.Kind == cti.Forbidden:
			return AgentRow{}, nil
		case e != nil:
			e.Sent = cti.MaybeSent // the command itself is in its cell
			return AgentRow{}, e
		case done(row):
			s.book(agent).saw(row, look)
			s.stir()
			return row, nil
		case !clock.Now().Before(end):
			s.stir()
			e := s.fails.Make(cti.Timeout, op, "VICIdial has stored the command, but the agent's page has not carried it out", cti.MaybeSent, nil)
			e.Hint = hintPage
			return AgentRow{}, e
		}
		if err := cti.Wait(ctx, clock, peek); err != nil {
			return AgentRow{}, s.fails.Transport(op, "the agent's page", err)
		}
	}
}

// order sends one command of an agent and waits until it is carried out; done nil does not wait.
func (s *session) order(ctx context.Context, op, function string, c cell, agent string, f url.Values, done func(AgentRow) bool) (AgentRow, error) {
	f.Set("agent_user", agent)
	if _, e := s.tell(ctx, op, function, c, agent, f); e != nil {
		return AgentRow{}, e
	}
	if done == nil {
		s.stir()
		return AgentRow{}, nil
	}
	row, e := s.confirm(ctx, op, agent, done)
	if e != nil {
		return AgentRow{}, e
	}
	return row, nil
}

func value(v string) url.Values { return url.Values{"value": {v}} }

func (s *session) agentLogout(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentLogout.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.AgentOut{}, e
	}
	out := cti.AgentOut{ID: agent, State: cti.AgentOffline}
	done := func(row AgentRow) bool { return row.Status == "" }
	if _, busy := s.book(agent).now(""); busy {
		done, out.State = nil, "" // the page logs out after the call
	}
	if _, err := s.order(ctx, op, "logout", cellPause, agent, value("LOGOUT"), done); err != nil {
		return cti.AgentOut{}, err
	}
	return out, nil
}

// agentPause pauses the agent, then says why: the reason has a function of its own, which fails until the page has paused.
// During a call the page pauses after it, and the reason follows then.
func (s *session) agentPause(ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
	op := cti.AgentPause.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.AgentOut{}, e
	}
	code := r.In.Reason
	for _, known := range s.opts.reasons {
		if strings.EqualFold(known.Name, code) {
			code = known.ID
		}
	}
	switch {
	case code != "" && !isMadeOf(code, wordChars, 1, longestPauseID):
		return cti.AgentOut{}, s.bad(op, "the reason must be a pause code of 1 to 6 letters, digits, - and _, or a name from pause_codes in the configuration")
	case r.In.Note != "":
		return cti.AgentOut{}, s.bad(op, "VICIdial keeps no note with a pause; leave note out")
	}
	_, onCall := s.book(agent).now("")
	if onCall || r.In.When == "afterCall" {
		return s.pauseAfterCall(ctx, op, agent, code, onCall)
	}
	paused := func(row AgentRow) bool { return row.Status == statusPaused && row.Sub != subDispo }
	if _, err := s.order(ctx, op, "external_pause", cellPause, agent, value("PAUSE"), paused); err != nil {
		return cti.AgentOut{}, err
	}
	out := cti.AgentOut{ID: agent, State: cti.AgentPaused, Reason: s.opts.reason(code)}
	if code == "" {
		return out, nil
	}
	coded := func(row AgentRow) bool { return row.PauseCode == code }
	if _, err := s.order(ctx, op, "pause_code", cellPauseCode, agent, value(code), coded); err != nil {
		return cti.AgentOut{}, err
	}
	return out, nil
}

func (s *session) pauseAfterCall(ctx context.Context, op, agent, code string, onCall bool) (cti.AgentOut, error) {
	switch {
	case !onCall:
		e := s.fails.Make(cti.WrongState, op, "the agent is in no call", cti.NotSent, nil)
		e.Hint = hintCall
		return cti.AgentOut{}, e
	case code != "" && s.opts.road == roadHook:
		return cti.AgentOut{}, s.fails.Make(cti.WrongState, op, "VICIdial takes the reason in a pause only: pause without one, and give it when the pause has begun", cti.NotSent, nil)
	}
	if _, err := s.order(ctx, op, "external_pause", cellPause, agent, value("PAUSE"), nil); err != nil {
		return cti.AgentOut{}, err
	}
	s.book(agent).pauseLater(code)
	return cti.AgentOut{ID: agent}, nil
}

func (s *session) agentUnpause(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentUnpause.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.AgentOut{}, e
	}
	s.book(agent).pauseLater("")
	// In a campaign that is dialled by hand RESUME is SUCCESS, and nothing happens: the time limit says so.
	ready := func(row AgentRow) bool { return row.Status != statusPaused }
	if _, err := s.order(ctx, op, "external_pause", cellPause, agent, value("RESUME"), ready); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{ID: agent, State: cti.AgentReady}, nil
}

func (s *session) agentPauseReasons(context.Context, cti.Req[cti.None]) ([]cti.PauseReason, error) {
	return slices.Clone(s.opts.reasons), nil
}

func (s *session) agentStateNow(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentStateNow.Name
	agent, e := s.agent(op, r.Target, "")
	if e != nil {
		return cti.AgentOut{}, e
	}
	b := s.book(agent)
	look := b.look()
	row, e := s.status(ctx, op, agent)
	if e != nil {
		return cti.AgentOut{}, e
	}
	b.saw(row, look)
	s.stir()
	a := b.page().agent
	out := cti.AgentOut{ID: a.ID, Name: a.Name, State: a.State, Reason: s.opts.reason(a.Reason)}
	switch {
	case row.Status == statusQueue, row.Status == statusMQueue:
		out.State, out.Reason = cti.AgentRinging, ""
	case row.Status == statusInCall && row.Sub != subDead:
		out.State, out.Reason = cti.AgentOnCall, ""
	}
	return out, nil
}
