package totalip

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// reasonsLast is how long the list of statuses is taken for true: an administrator adds one now and then.
const reasonsLast = time.Minute

func (s *session) callDial(ctx context.Context, r cti.Req[cti.DialIn]) (cti.CallOut, error) {
	dial := s.dialByWeb
	if s.opts.road == roadSocket {
		dial = s.dialBySocket
	}
	// discar takes no campaign, but who says it with the customer's parameter 1 can file an outcome for the call later.
	if param1 := r.In.Data[param1Name]; param1 != "" && isDigits(r.In.Campaign) {
		s.contacts.show(customer{number: r.In.Number, campaign: r.In.Campaign, param1: param1})
	}
	// The answer is DISCANDO and names no call; the <A> line does (manual 002, 1.1.20 and 1.2.1.1).
	_, err := dial(ctx, cti.CallDial.Name, r.Target, ExtensionIn{}, r.In.Number)
	return cti.CallOut{}, err
}

// either sends a wish on the configured road: an HTTP function or its command, with the same second field.
func (s *session) either(ctx context.Context, op, function, command string, t cti.Target, name, value string) error {
	if s.opts.road == roadSocket {
		var more []string
		if value != "" {
			more = []string{value}
		}
		_, err := s.command(ctx, op, command, t, ExtensionIn{}, more...)
		return err
	}
	var params url.Values
	if value != "" {
		params = url.Values{name: {value}}
	}
	_, err := s.change(ctx, op, function, t, ExtensionIn{}, params)
	return err
}

// said tells whether an error is the system's own refusal in these words. Such a wish was not done, so another function
// may be tried for it.
func (s *session) said(err error, words string) bool {
	var e *cti.Error
	if !errors.As(err, &e) || e.Sent != cti.CertainSent {
		return false
	}
	a, ok := answers().find(e.Text)
	return ok && a.words == words
}

func (s *session) agentLogin(ctx context.Context, r cti.Req[cti.LoginIn]) (cti.AgentOut, error) {
	op, t := cti.AgentLogin.Name, r.Target
	t.Extension = cmp.Or(t.Extension, r.In.Extension)
	err := s.either(ctx, op, "login", "LOGIN", t, "", "")
	if s.said(err, noLoginOfHardphone) {
		err = s.either(ctx, op, "login_hardphone", "LOGINHARDPHONE", t, "", "")
	}
	if err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{Extension: t.Extension, State: cti.AgentReady}, nil
}

func (s *session) agentLogout(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentLogout.Name
	err := s.either(ctx, op, "logout", "LOGOUT", r.Target, "", "")
	if s.said(err, noLogoutOfHardphone) {
		err = s.either(ctx, op, "logout_hardphone", "LOGOUTHARDPHONE", r.Target, "", "")
	}
	if err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{Extension: r.Extension, State: cti.AgentOffline}, nil
}

// agentPause gives the user the status that is the reason. Desk phones have no statuses (manual 002, 1.2.2.1), there
// and without a reason it is the plain pause. A note has no place in Total IP and is not sent.
func (s *session) agentPause(ctx context.Context, r cti.Req[cti.PauseIn]) (cti.AgentOut, error) {
	op := cti.AgentPause.Name
	if r.In.When == "afterCall" {
		return cti.AgentOut{}, s.fails.Make(cti.Unsupported, op, "Total IP can only pause at once, manual 002, 1.1.6 and 1.1.25", cti.NotSent, nil)
	}
	out := cti.AgentOut{Extension: r.Extension, State: cti.AgentPaused}
	if r.In.Reason != "" {
		reason, err := s.reason(ctx, op, r.In.Reason)
		if err != nil {
			return cti.AgentOut{}, err
		}
		err = s.either(ctx, op, "set_status", "SETSTATUS", r.Target, "status_id", reason.ID)
		if !s.said(err, noStatusOfHardphone) {
			out.Reason = reason.Name
			if err != nil {
				out = cti.AgentOut{}
			}
			return out, err
		}
	}
	if err := s.either(ctx, op, "set_pause", "SETPAUSE", r.Target, "", ""); err != nil {
		return cti.AgentOut{}, err
	}
	return out, nil
}

func (s *session) agentUnpause(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	if err := s.either(ctx, cti.AgentUnpause.Name, "set_unpause", "SETUNPAUSE", r.Target, "", ""); err != nil {
		return cti.AgentOut{}, err
	}
	return cti.AgentOut{Extension: r.Extension, State: cti.AgentReady}, nil
}

func (s *session) agentPauseReasons(ctx context.Context, _ cti.Req[cti.None]) ([]cti.PauseReason, error) {
	list, err := s.pauseStatuses(ctx, cti.AgentPauseReasons.Name)
	if err != nil {
		return nil, err
	}
	out := make([]cti.PauseReason, len(list))
	for i, st := range list {
		out[i] = cti.PauseReason{ID: st.ID, Name: st.Name}
	}
	return out, nil
}

// reason finds the status that a person calls by id or by name.
func (s *session) reason(ctx context.Context, op, word string) (Status, error) {
	list, err := s.pauseStatuses(ctx, op)
	if err != nil {
		e := *cti.AsError(err)
		e.Sent = cti.NotSent // only the list was asked for
		return Status{}, &e
	}
	for _, st := range list {
		if st.ID == word || plain(st.Name) == plain(word) {
			return st, nil
		}
	}
	return Status{}, s.fails.Make(cti.NotFound, op, "no reason for a pause is called "+fault.Quote(word), cti.NotSent, nil)
}

// pauseStatuses are the statuses without logged in and logged out (manual 002, 1.1.5), from memory for a short while.
func (s *session) pauseStatuses(ctx context.Context, op string) ([]Status, error) {
	now := s.host.Clock().Now()
	s.mu.Lock()
	list, at := s.reasons, s.reasonsAt
	s.mu.Unlock()
	if list != nil && now.Sub(at) < reasonsLast {
		return list, nil
	}
	all, err := s.statuses(ctx, op, "status")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(all, func(st Status) bool { return st.ID == statusLoggedIn || st.ID == statusLoggedOut })
	s.mu.Lock()
	s.reasons, s.reasonsAt = list, now
	s.mu.Unlock()
	return list, nil
}

func (s *session) agentState(ctx context.Context, r cti.Req[cti.None]) (cti.AgentOut, error) {
	op := cti.AgentStateNow.Name
	ext, err := s.extension(op, r.Target, "")
	if err != nil {
		return cti.AgentOut{}, err
	}
	st, err := s.lookAt(ctx, op, url.Values{"ramal": {ext}})
	if err != nil {
		return cti.AgentOut{}, err
	}
	out := cti.AgentOut{Extension: st.Extension, Name: st.Name}
	switch {
	case st.inCall():
		out.State = cti.AgentOnCall
	case st.ringing():
		out.State = cti.AgentRinging
	default:
		out.State, out.Reason = s.agentOf(st.StatusID, st.Status)
	}
	return out, nil
}

// agentOf turns a user's status into the agent's state and the reason of a pause. Whether set_pause shows as a status the
// manual does not say; where it does not, the driver's own memory of it does.
func (s *session) agentOf(id, name string) (cti.AgentState, string) {
	switch {
	case id == statusLoggedOut:
		return cti.AgentOffline, ""
	case id != statusLoggedIn:
		s.setPaused(false) // pauses do show in this system, so the memory of one has nothing to add
		return cti.AgentPaused, cmp.Or(name, id)
	case s.isPaused():
		return cti.AgentPaused, ""
	}
	return cti.AgentReady, ""
}

func (s *session) statusOf(ctx context.Context, r cti.Req[StatusOfIn]) (ExtensionStatus, error) {
	op := StatusOf.Name
	if cmp.Or(r.In.Extension, r.Extension) == "" && r.In.User != "" {
		return s.lookAt(ctx, op, url.Values{"id": {r.In.User}})
	}
	ext, err := s.extension(op, r.Target, r.In.Extension)
	if err != nil {
		return ExtensionStatus{}, err
	}
	return s.lookAt(ctx, op, url.Values{"ramal": {ext}})
}

// lookAt asks status_ramal.
func (s *session) lookAt(ctx context.Context, op string, params url.Values) (ExtensionStatus, error) {
	text, err := s.list(ctx, op, "status_ramal", params)
	if err != nil {
		return ExtensionStatus{}, err
	}
	st, err := parseStatus(text)
	if err != nil {
		return ExtensionStatus{}, s.notUnderstood(op, "status_ramal", err)
	}
	if ext := params.Get("ramal"); ext != "" && st.Extension != ext {
		return ExtensionStatus{}, s.fails.Make(cti.Unavailable, op, "status_ramal answered for another extension", cti.CertainSent, nil)
	}
	return st, nil
}

// list calls a function that only reads.
func (s *session) list(ctx context.Context, op, function string, params url.Values) (string, error) {
	text, err := s.web.ask(ctx, op, function, cti.Observe, params)
	if err != nil {
		return "", err
	}
	// Nobody may wait, and there may be no campaign; every other list has something in any system.
	if text == "" && function != "fila_espera" && function != "campanhas" {
		return "", s.fails.Strange(op, text)
	}
	return text, s.fails.rows(op, text)
}

func (s *session) notUnderstood(op, function string, err error) error {
	e := s.fails.Make(cti.Unavailable, op, "the answer of "+function+" was not understood", cti.CertainSent, err)
	e.Hint = hintAddress
	return e
}

var (
	errRow     = errors.New("a line has another form than the manual prints")
	errNoTable = errors.New("no table of servers is on the page")
)

// table reads an answer of one row a line and hands each to read.
func table[T any](s *session, ctx context.Context, op, function string, params url.Values, read func([]string) (T, bool)) ([]T, error) {
	text, err := s.list(ctx, op, function, params)
	if err != nil {
		return nil, err
	}
	out := []T{}
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		fields := strings.Split(l, ";")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i]) // the manual's examples have blanks after some semicolons
		}
		row, ok := read(fields)
		if !ok {
			return nil, s.notUnderstood(op, function, errRow)
		}
		out = append(out, row)
	}
	return out, nil
}

// statuses reads status and status_telefone, code;name (manual 002, 1.1.5 and 1.1.24).
func (s *session) statuses(ctx context.Context, op, function string) ([]Status, error) {
	return table(s, ctx, op, function, nil, func(f []string) (Status, bool) {
		return Status{ID: f[0], Name: strings.Join(f[1:], ";")}, len(f) > 1 && isDigits(f[0])
	})
}

// users reads usuarios, code;name;extension (manual 002, 1.1.9).
func (s *session) users(ctx context.Context, op string) ([]User, error) {
	return table(s, ctx, op, "usuarios", nil, func(f []string) (User, bool) {
		last := len(f) - 1
		if last < 2 || !isDigits(f[0]) {
			return User{}, false
		}
		return User{ID: f[0], Name: strings.Join(f[1:last], ";"), Extension: f[last]}, true
	})
}

// waiting reads fila_espera, position;number;seconds (manual 002, 1.1.12).
func (s *session) waiting(ctx context.Context, op, queue string) ([]WaitingCall, error) {
	return table(s, ctx, op, "fila_espera", url.Values{"fila": {queue}}, func(f []string) (WaitingCall, bool) {
		if len(f) != 3 {
			return WaitingCall{}, false
		}
		position, err1 := strconv.Atoi(f[0])
		var wait ExtensionStatus
		if err1 != nil || !wait.duration(f[2]) {
			return WaitingCall{}, false
		}
		return WaitingCall{Position: position, From: f[1], Seconds: wait.Seconds}, true
	})
}

func (s *session) directoryList(ctx context.Context, _ cti.Req[cti.None]) ([]cti.DirectoryEntry, error) {
	list, err := s.users(ctx, cti.DirectoryList.Name)
	if err != nil {
		return nil, err
	}
	out := make([]cti.DirectoryEntry, len(list))
	for i, u := range list {
		out[i] = cti.DirectoryEntry{ID: u.ID, Name: u.Name, Extension: u.Extension}
	}
	return out, nil
}
