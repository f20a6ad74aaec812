package vocom

import (
	"context"
	"encoding/json"
	"iter"
	"strconv"
	"strings"

	"ctiagent/cti"
)

// wireTime is how the reports want a moment, in the site's local time (manual 003).
const (
	wireTime   = "2006-01-02 15:04:05"
	wireMinute = "2006-01-02 15:04" // the dialer's report, whose example has no seconds
)

// does calls a function that changes something and answers nothing but ok.
func (s *session) does(ctx context.Context, op, function string, in map[string]string) (Done, error) {
	if _, e := s.ask(ctx, op, function, cti.Control, in); e != nil {
		return Done{}, e
	}
	return Done{Status: statusOK}, nil
}

// at calls a function of an agent at an extension.
func (s *session) at(ctx context.Context, op, function string, t cti.Target, in BranchIn) (Done, error) {
	agent, err := s.agent(op, t, in.Agent)
	if err != nil {
		return Done{}, err
	}
	branch, err := s.branch(op, t, in.Branch)
	if err != nil {
		return Done{}, err
	}
	defer s.stir(true)
	return s.does(ctx, op, function, map[string]string{"agent": agent, "branch": branch})
}

func (s *session) login(ctx context.Context, r cti.Req[BranchIn]) (Done, error) {
	return s.at(ctx, Login.Name, "agent/login", r.Target, r.In)
}

func (s *session) logout(ctx context.Context, r cti.Req[BranchIn]) (Done, error) {
	return s.at(ctx, Logout.Name, "agent/logout", r.Target, r.In)
}

func (s *session) agentLogin(ctx context.Context, r cti.Req[cti.LoginIn]) (cti.AgentOut, error) {
	in := BranchIn{AgentIn{r.In.Agent}, r.In.Extension}
	if _, err := s.at(ctx, cti.AgentLogin.Name, "agent/login", r.Target, in); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{ID: r.In.Agent, Extension: r.In.Extension, State: cti.AgentReady}, nil
}

func (s *session) agentLogout(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	if _, err := s.at(ctx, cti.AgentLogout.Name, "agent/logout", r.Target, BranchIn{}); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentOffline}, nil
}

func (s *session) breaks(ctx context.Context, op string, t cti.Target, in string) ([]Break, error) {
	agent, err := s.agent(op, t, in)
	if err != nil {
		return nil, err
	}
	got, e := s.ask(ctx, op, "agent/get_break_list", cti.Observe, map[string]string{"agent": agent})
	if e != nil {
		return nil, e
	}
	out := []Break{}
	if text := strings.TrimSpace(string(got.Result)); text == "" || text == `""` || text == "null" {
		return out, nil
	}
	if err := json.Unmarshal(got.Result, &out); err != nil {
		return nil, s.notUnderstood(op, "break list", err)
	}
	return out, nil
}

func (s *session) notUnderstood(op, what string, err error) error {
	e := s.fails.Make(cti.Unavailable, op, "the "+what+" was not understood", cti.CertainSent, err)
	e.Hint = hintAddress
	return e
}

func (s *session) breakList(ctx context.Context, r cti.Req[AgentIn]) ([]Break, error) {
	return s.breaks(ctx, BreakList.Name, r.Target, r.In.Agent)
}

func (s *session) agentPauseReasons(ctx context.Context, r cti.Req[cti.None]) ([]cti.PauseReason, error) {
	list, err := s.breaks(ctx, cti.AgentPauseReasons.Name, r.Target, "")
	if err != nil {
		return nil, err
	}
	out := make([]cti.PauseReason, len(list))
	for i, b := range list {
		minutes, _ := strconv.Atoi(b.Timeout) // what is no number is no limit
		out[i] = cti.PauseReason{ID: b.ID, Name: b.Name, LimitSeconds: 60 * max(minutes, 0)}
	}
	return out, nil
}

func (s *session) setBreak(ctx context.Context, r cti.Req[SetBreakIn]) (Done, error) {
	agent, err := s.agent(SetBreak.Name, r.Target, r.In.Agent)
	if err != nil {
		return Done{}, err
	}
	defer s.stir(true)
	return s.does(ctx, SetBreak.Name, "agent/state_set_break", map[string]string{"agent": agent, "break_id": r.In.Break})
}

// agentPause begins the break that a person calls by id or by name. The system has no pause without a reason, so one is
// wanted unless there is only one.
func (s *session) agentPause(ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
	op := cti.AgentPause.Name
	if r.In.When == "afterCall" {
		return cti.AgentOut{}, s.fails.Make(cti.Unsupported, op, "Vocom can only pause at once, manual 003", cti.NotSent, nil)
	}
	agent, err := s.agent(op, r.Target, "")
	if err != nil {
		return cti.AgentOut{}, err
	}
	list, err := s.breaks(ctx, op, r.Target, "")
	if err != nil {
		e := *cti.AsError(err)
		e.Sent = cti.NotSent // only the list was asked for
		return cti.AgentOut{}, &e
	}
	if r.In.Reason == "" && len(list) != 1 {
		e := s.fails.Make(cti.BadRequest, op, "this system has no pause without a reason", cti.NotSent, nil)
		e.Hint = hintBreak
		return cti.AgentOut{}, e
	}
	for _, b := range list {
		if r.In.Reason != "" && b.ID != r.In.Reason && !strings.EqualFold(b.Name, r.In.Reason) {
			continue
		}
		defer s.stir(true)
		if _, err := s.does(ctx, op, "agent/state_set_break", map[string]string{"agent": agent, "break_id": b.ID}); err != nil {
			return cti.AgentOut{}, s.onlyAvailable(err)
		}
		return cti.AgentOut{State: cti.AgentPaused, Reason: b.Name}, nil
	}
	e := s.fails.Make(cti.NotFound, op, "the system has no such break", cti.NotSent, nil)
	e.Hint = hintBreak
	return cti.AgentOut{}, e
}

// onlyAvailable explains why a pause fails: the public server begins one only while the agent is exactly Available.
func (s *session) onlyAvailable(err error) error {
	e := *cti.AsError(err)
	if e.Kind == cti.Refused {
		e.Kind, e.Hint = cti.WrongState, hintBreak
	}
	return &e
}

func (s *session) returnBreak(ctx context.Context, r cti.Req[AgentIn]) (Done, error) {
	agent, err := s.agent(ReturnBreak.Name, r.Target, r.In.Agent)
	if err != nil {
		return Done{}, err
	}
	defer s.stir(true)
	return s.does(ctx, ReturnBreak.Name, "agent/state_return_break", map[string]string{"agent": agent})
}

func (s *session) agentUnpause(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	agent, err := s.agent(cti.AgentUnpause.Name, r.Target, "")
	if err != nil {
		return cti.AgentOut{}, err
	}
	defer s.stir(true)
	if _, err := s.does(ctx, cti.AgentUnpause.Name, "agent/state_return_break", map[string]string{"agent": agent}); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{State: cti.AgentReady}, nil
}

func (s *session) agentState(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	f, err := s.lookAtAgent(ctx, r.Target)
	if err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{ID: f.ID, Extension: f.Extension, Name: f.Name, State: f.State}, nil
}

// agents reads the list of a queue.
func (s *session) agents(ctx context.Context, op, queue string) (Agents, error) {
	got, e := s.ask(ctx, op, "get_agent_list", cti.Observe, map[string]string{"queue": queue})
	if e != nil {
		return Agents{}, e
	}
	var lists struct {
		In  json.RawMessage `json:"logged_in_agents"`
		Out json.RawMessage `json:"logged_out_agents"`
	}
	var out Agents
	err := json.Unmarshal(got.Result, &lists)
	if err == nil {
		out.LoggedIn, err = readAgents(lists.In)
	}
	if err == nil {
		out.LoggedOut, err = readAgents(lists.Out)
	}
	if err != nil {
		return Agents{}, s.notUnderstood(op, "list of agents", err)
	}
	out.LimitReached = len(out.LoggedIn)+len(out.LoggedOut) >= mostRows
	return out, nil
}

func (s *session) agentList(ctx context.Context, r cti.Req[QueueIn]) (Agents, error) {
	return s.agents(ctx, AgentList.Name, r.In.Queue)
}

// queueStatus answers who answers a queue; how many wait the system does not tell.
func (s *session) queueStatus(ctx context.Context, r cti.Req[cti.QueueIn]) (cti.QueueStatus, error) {
	list, err := s.agents(ctx, cti.QueueStatusOf.Name, r.In.Queue)
	if err != nil {
		return cti.QueueStatus{}, err
	}
	out := cti.QueueStatus{Queue: r.In.Queue, WaitingUnknown: true, Agents: []cti.QueueAgent{}}
	for _, a := range append(list.LoggedIn, list.LoggedOut...) {
		out.Agents = append(out.Agents, cti.QueueAgent{Name: a.Name, Extension: a.Branch, State: stateOf(a.Status)})
	}
	return out, nil
}

func (s *session) directoryList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.DirectoryEntry, error) {
	op := cti.DirectoryList.Name
	if s.opts.queue == "" {
		return nil, s.fails.Make(cti.BadRequest, op, "the option queue is not set, and the system lists agents by queue only", cti.NotSent, nil)
	}
	list, err := s.agents(ctx, op, s.opts.queue)
	if err != nil {
		return nil, err
	}
	out := []cti.DirectoryEntry{}
	for _, a := range append(list.LoggedIn, list.LoggedOut...) {
		out = append(out, cti.DirectoryEntry{ID: a.Name, Name: a.Name, Extension: a.Branch})
	}
	return out, nil
}

// rows reads the list of a report.
func rows[T any](s *session, ctx context.Context, op, function string, in map[string]string) ([]T, bool, error) {
	got, e := s.ask(ctx, op, function, cti.Observe, in)
	if e != nil {
		return nil, false, e
	}
	out := []T{}
	if text := strings.TrimSpace(string(got.List)); text != "" && text != `""` && text != "null" {
		if err := json.Unmarshal(got.List, &out); err != nil {
			return nil, false, s.notUnderstood(op, "report", err)
		}
	}
	return out, len(out) >= mostRows || got.Count != nil && int(*got.Count) > len(out), nil
}

// period writes a period as a report wants it.
func (s *session) period(op string, in PeriodIn, layout string) (map[string]string, error) {
	if in.End.Before(in.Begin.Time) {
		e := s.fails.Make(cti.BadRequest, op, "the period ends before it begins", cti.NotSent, nil)
		e.Hint = hintPeriod
		return nil, e
	}
	return map[string]string{"date_begin": in.Begin.Local().Format(layout), "date_end": in.End.Local().Format(layout)}, nil
}

func (s *session) tabs(ctx context.Context, r cti.Req[PeriodIn]) (Tabs, error) {
	in, err := s.period(TabsList.Name, r.In, wireTime)
	if err != nil {
		return Tabs{}, err
	}
	list, cut, err := rows[Tab](s, ctx, TabsList.Name, "tabs/list_all", in)
	return Tabs{list, cut}, err
}

func (s *session) dialer(ctx context.Context, r cti.Req[DialerIn]) (DialerCalls, error) {
	in, err := s.period(DialerList.Name, r.In.PeriodIn, wireMinute)
	if err != nil {
		return DialerCalls{}, err
	}
	in["destination"], in["mailing"], in["hangup_cause"] = r.In.Destination, r.In.Mailing, r.In.Cause
	list, cut, err := rows[DialerCall](s, ctx, DialerList.Name, "dialer/list_all", in)
	return DialerCalls{list, cut}, err
}

// reportCalls is the report of outcomes, row by row. Where the system has cut it the last piece is an error that says so.
func (s *session) reportCalls(ctx context.Context, r cti.Req[cti.ReportIn]) (cti.Stream[cti.ReportCall], error) {
	op := cti.ReportCalls.Name
	to := r.In.To
	if to.IsZero() {
		to = cti.At(s.host.Clock().Now())
	}
	from := r.In.From
	if from.IsZero() {
		from = cti.At(to.AddDate(0, 0, -1))
	}
	in, err := s.period(op, PeriodIn{from, to}, wireTime)
	if err != nil {
		return nil, err
	}
	list, cut, err := rows[map[string]any](s, ctx, op, "tabs/list_all", in)
	if err != nil {
		return nil, err
	}
	return cti.Stream[cti.ReportCall](iter.Seq2[cti.ReportCall, error](func(yield func(cti.ReportCall, error) bool) {
		given := 0
		for _, row := range list {
			c := cti.ReportCall{Fields: map[string]string{}}
			for name, v := range row {
				if text, ok := v.(string); ok {
					c.Fields[name] = text
				}
			}
			if r.In.Number != "" && !cti.SameNumber(c.Fields["destination"], r.In.Number) || r.In.Campaign != "" && c.Fields["mailing_name"] != r.In.Campaign {
				continue
			}
			if given++; r.In.Limit > 0 && given > r.In.Limit || !yield(c, nil) {
				return
			}
		}
		if cut {
			e := s.fails.Make(cti.Refused, op, "the report ends at 2,000 rows, where the system cuts it", cti.CertainSent, nil)
			e.Hint = hintPeriod
			yield(cti.ReportCall{}, e)
		}
	})), nil
}
