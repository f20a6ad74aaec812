package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"ctiagent/cti"
)

// enter logs an agent in. The answer gives a token and the SIP password away (facts B5): neither goes on, nor into any log.
func (s *session) enter(ctx context.Context, op string, t cti.Target, in LoginIn) (Done, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Done{}, err
	}
	if in.Password == "" && strings.EqualFold(agent, s.opts.user) {
		in.Password = s.opts.password
	}
	if in.Password == "" {
		return Done{}, &cti.Error{Kind: cti.BadRequest, Op: op, Driver: driverName, Title: driverTitle, Text: "the parameter password is missing",
			Hint: "error.hint.missing", Args: map[string]string{"Name": "password"}, Sent: cti.NotSent}
	}
	s.fails.Learn(in.Password)
	got, e := s.ask(ctx, op, "auth/AgentLogin", cti.Control, url.Values{"agent": {agent}, "password": {in.Password}})
	s.stir()
	if e != nil {
		return Done{}, e
	}
	switch {
	case s.tookLogin(got):
		return Done{Status: statusOK}, nil
	case strings.TrimSpace(got) == answerNo:
		e := s.fails.Make(cti.Unauthorized, op, "agent or password was refused", cti.CertainSent, nil)
		e.Hint = hintAgent
		return Done{}, e
	}
	// What came may hold secrets, so it is not repeated.
	e = s.fails.Make(cti.Unavailable, op, "the answer to the login was not understood", cti.MaybeSent, nil)
	e.Hint = hintAddress
	return Done{}, e
}

// tookLogin says whether an answer of AgentLogin is one of success, and learns the secrets in it: an object with md5secret, or
// a list of texts and objects (facts B5). An object without any secret is no login.
func (s *session) tookLogin(got string) bool {
	var whole any
	if json.Unmarshal([]byte(got), &whole) != nil {
		return false
	}
	return s.learnIn(whole) > 0
}

// shortestToken is what a text without a name must have to be taken for a secret, in bytes.
const shortestToken = 16

// learnIn keeps every text that may be a secret out of all that is said from now on, and answers how many there were.
func (s *session) learnIn(v any) (secrets int) {
	learn := func(text string) {
		if text != "" {
			s.fails.Learn(text)
			secrets++
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			text, isText := inner.(string)
			if isText && slices.ContainsFunc([]string{"secret", "password", "token"}, func(w string) bool { return strings.Contains(strings.ToLower(name), w) }) {
				learn(text)
				continue
			}
			secrets += s.learnIn(inner)
		}
	case []any:
		for _, inner := range v {
			if text, isText := inner.(string); isText && len(text) >= shortestToken {
				learn(text)
				continue
			}
			secrets += s.learnIn(inner)
		}
	}
	return secrets
}

func (s *session) portalLogin(ctx context.Context, r cti.Req[LoginIn]) (Done, error) {
	return s.enter(ctx, AgentLogin.Name, r.Target, r.In)
}

func (s *session) agentLogin(ctx context.Context, r cti.Req[cti.LoginIn]) (cti.AgentOut, error) {
	agent := cmp.Or(r.In.Agent, r.Agent)
	if r.In.Password == "" && !strings.EqualFold(agent, s.opts.user) {
		return cti.AgentOut{}, cti.WantsPassword(driverName, driverTitle)
	}
	if _, err := s.enter(ctx, cti.AgentLogin.Name, r.Target, LoginIn{agent, r.In.Password}); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{ID: agent, Extension: cmp.Or(r.In.Extension, r.Extension), State: cti.AgentReady}, nil
}

// at calls a function of an agent at a phone (facts B5).
func (s *session) at(ctx context.Context, op, function string, t cti.Target, in AgentIn, more url.Values) (Done, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Done{}, err
	}
	phone, err := s.phone(op, t, in.Interface)
	if err != nil {
		return Done{}, err
	}
	form := url.Values{"agent": {agent}, "interface": {s.opts.tech + "/" + phone}, "message": {oneLine(in.Message)}}
	for name, v := range more {
		form[name] = v
	}
	defer s.stir()
	return s.does(ctx, op, function, cti.Control, form)
}

func (s *session) portalLogoff(ctx context.Context, r cti.Req[AgentIn]) (Done, error) {
	return s.at(ctx, AgentLogoff.Name, "api/AgentLogoff", r.Target, r.In, nil)
}

func breakOf(a cti.Action[BreakIn, Done], function string) func(*session, context.Context, cti.Req[BreakIn]) (Done, error) {
	return func(s *session, ctx context.Context, r cti.Req[BreakIn]) (Done, error) {
		return s.at(ctx, a.Name, function, r.Target, r.In.AgentIn, url.Values{"motive": {r.In.Motive}})
	}
}

func (s *session) agentLogout(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	if _, err := s.at(ctx, cti.AgentLogout.Name, "api/AgentLogoff", r.Target, AgentIn{}, nil); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentOffline}, nil
}

// agentPause begins a break. The system has none without a reason; what reasons there are the configuration tells, for the
// system does not.
func (s *session) agentPause(ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
	op, reasons := cti.AgentPause.Name, s.opts.reasons
	if r.In.When == "afterCall" {
		return cti.AgentOut{}, s.fails.Make(cti.Unsupported, op, "uContact documents a break at once only", cti.NotSent, nil)
	}
	reason := r.In.Reason
	switch i := slices.IndexFunc(reasons, func(v string) bool { return strings.EqualFold(v, reason) }); {
	case i >= 0:
		reason = reasons[i]
	case reason == "" && len(reasons) == 1:
		reason = reasons[0]
	case reason == "" || len(reasons) > 0:
		e := s.fails.Make(cti.BadRequest, op, "a pause needs one of the reasons that are set up in uContact", cti.NotSent, nil)
		if reason != "" {
			e = s.fails.Make(cti.NotFound, op, "the option pause_reasons has no such reason", cti.NotSent, nil)
		}
		e.Hint = hintBreak
		return cti.AgentOut{}, e
	}
	if _, err := s.at(ctx, op, "api/AgentBreak", r.Target, AgentIn{Message: r.In.Note}, url.Values{"motive": {reason}}); err != nil {
		return cti.AgentOut{}, err
	}
	s.setPausedFor(reason)
	return cti.AgentOut{State: cti.AgentPaused, Reason: reason}, nil
}

// agentUnpause ends the break. Its reason must be named; it is the one that the system shows, else the one of the pause that
// was begun here, else the configuration's first.
func (s *session) agentUnpause(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentUnpause.Name
	_, f, err := s.lookAt(ctx, op, r.Target)
	if err != nil {
		e := *cti.AsError(err)
		e.Sent = cti.NotSent // only the state was asked for
		return cti.AgentOut{}, &e
	}
	reason := s.pausedFor()
	if f.State == cti.AgentPaused && f.Reason != "" {
		reason = f.Reason
	}
	if reason == "" && len(s.opts.reasons) > 0 {
		reason = s.opts.reasons[0]
	}
	if _, err := s.at(ctx, op, "api/AgentUnBreak", r.Target, AgentIn{}, url.Values{"motive": {reason}}); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentReady}, nil
}

func (s *session) agentPauseReasons(_ context.Context, _ cti.Req[cti.None]) ([]cti.PauseReason, error) {
	out := []cti.PauseReason{}
	for _, reason := range s.opts.reasons {
		out = append(out, cti.PauseReason{ID: reason, Name: reason})
	}
	return out, nil
}

// agentState asks how the agent stands, calls included.
func (s *session) agentState(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	status, f, err := s.lookAt(ctx, cti.AgentStateNow.Name, r.Target)
	if err != nil {
		return cti.AgentOut{}, err
	}
	out := cti.AgentOut{ID: f.ID, Extension: f.Extension, State: f.State, Reason: f.Reason}
	switch status {
	case InUse, Busy, RingInUse, OnHold:
		out.State, out.Reason = cti.AgentOnCall, ""
	case Ringing:
		out.State, out.Reason = cti.AgentRinging, ""
	}
	return out, nil
}
