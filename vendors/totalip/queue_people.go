package totalip

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// The words of a phone's status (manual 002, 1.1.24), without accents and in capitals. Their numbers are each site's own.
const (
	phoneFree = "LIVRE"
	phoneBusy = "OCUPADO"
	phoneGone = "DESCONECTADO"
)

// The letters of tipo_da_ligacao (manual 002, 1.3.1.11).
const (
	callActive   = "A"
	callReceived = "R"
	callDialer   = "D"
)

// people are the agents of a group at a moment.
type people struct {
	agents  []cti.QueueAgent
	at      cti.Time
	noSince error // why since when pauses are could not be read
}

// people reads what the users of a group are doing. A site whose tables lack what that takes may still have the view of
// manual 002, 1.3.1.27, which tells their statuses by name.
func (s *session) people(ctx context.Context, op string, group cti.Queue) (people, error) {
	ids, err := s.members(ctx, op, group)
	var users []DBUsuarios
	if err == nil && len(ids) > 0 {
		users, err = read[DBUsuarios](ctx, s, op, "usuarios", "id", db.Query{Columns: []string{"id", "nome", "ramal", "id_status_usuario", "status_usuario",
			"nome_status_telefone", "tipo_da_ligacao", "uniqueid"}, Where: []db.Filter{{Column: "id", Op: "in", Values: ids}}, Limit: mostMembers})
	}
	now := s.host.Clock().Now()
	if errors.Is(err, cti.Unsupported) {
		agents, failed := s.peopleByName(ctx, op, group)
		if failed != nil {
			return people{}, err
		}
		return people{agents, cti.At(now), err}, nil
	}
	if err != nil {
		return people{}, err
	}
	out := people{agents: []cti.QueueAgent{}, at: cti.At(now)}
	paused := s.seen.look(users, now)
	if len(paused) > 0 {
		var rows []DBPausas
		rows, out.noSince = s.pauses(ctx, op, paused, now)
		s.seen.tell(rows, out.noSince == nil, now)
	}
	for _, u := range users {
		a := s.seen.agent(u, now)
		if a.Name != "" {
			out.agents = append(out.agents, a)
		}
	}
	byName(out.agents)
	return out, nil
}

// peopleByName reads the view that has names only.
func (s *session) peopleByName(ctx context.Context, op string, group cti.Queue) ([]cti.QueueAgent, error) {
	rows, err := read[DBGruposDeAtendimentoUsuariosStatus](ctx, s, op, "grupos_de_atendimento_usuarios_status", "", db.Query{
		Columns: []string{"nome_usuario", "ramal", "status_usuario", "status_telefone"},
		Where:   []db.Filter{{Column: "nome_grupo_de_atendimento", Op: "eq", Value: group.Name}}, Limit: mostMembers}, "grupo_de_atendimento_usuarios_status")
	if err != nil {
		return nil, err
	}
	ids, err := s.statusIDs(ctx, op)
	if err != nil {
		return nil, err
	}
	out := []cti.QueueAgent{}
	for _, r := range rows {
		if r.NomeUsuario == nil {
			continue
		}
		a := cti.QueueAgent{Name: *r.NomeUsuario, Extension: textOf(r.Ramal)}
		a.State, a.Reason = stateOfUser(ids[plain(textOf(r.StatusUsuario))], textOf(r.StatusUsuario), textOf(r.StatusTelefone), false)
		out = append(out, a)
	}
	byName(out)
	return out, nil
}

// statusIDs are the codes of the users' statuses by their names (manual 002, 1.3.1.12).
func (s *session) statusIDs(ctx context.Context, op string) (map[string]string, error) {
	return shared(ctx, s.looks, "statuses", slowFor, func(ctx context.Context) (map[string]string, error) {
		rows, err := read[DBStatusUsuarios](ctx, s, op, "status_usuarios", "id", db.Query{Limit: mostMembers})
		out := map[string]string{}
		for _, r := range rows {
			out[plain(textOf(r.Nome))] = textOf(r.ID)
		}
		return out, err
	})
}

func byName(agents []cti.QueueAgent) {
	slices.SortStableFunc(agents, func(a, b cti.QueueAgent) int { return strings.Compare(plain(a.Name), plain(b.Name)) })
}

// stateOfUser is what a user does, by the status's id, the words for it and for the phone, and whether the tables name a call.
// A phone in use counts more than the status; a user who is logged in at a phone that is gone is in no state of ours.
func stateOfUser(id, status, phone string, inCall bool) (cti.AgentState, string) {
	word := plain(phone)
	switch {
	case inCall || word == phoneBusy || strings.HasPrefix(word, "EM LIGACAO"):
		return cti.AgentOnCall, ""
	case id == statusLoggedOut:
		return cti.AgentOffline, ""
	case word == phoneRinging:
		return cti.AgentRinging, ""
	case id == "":
		return "", cmp.Or(status, phone)
	case id != statusLoggedIn:
		return cti.AgentPaused, cmp.Or(status, id)
	case word == "" || word == phoneFree:
		return cti.AgentReady, ""
	}
	return "", phone
}

// seenAgents are how the users were when they were looked at last: what no table dates is dated by the look that first
// showed it, if the one before was not long ago.
type seenAgents struct {
	mu  sync.Mutex
	all map[int64]*seenAgent
}

type seenAgent struct {
	state  string // all that makes it another state when it changes
	status int64
	paused bool
	since  cti.Time
	asked  time.Time // when the table of pauses was asked about it
	at     time.Time
}

const (
	looksApart = 15 * time.Second // two looks no further apart than this date a change
	longest    = 24 * time.Hour   // no call or pause of now is older
	clockApart = 5 * time.Minute  // how far the system's clock may be ahead of ours
)

// look compares users with what was seen of them, and answers the codes of those whose pause somebody should date.
func (l *seenAgents) look(users []DBUsuarios, now time.Time) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[int64]*seenAgent{}
	}
	for id, a := range l.all {
		if now.Sub(a.at).Abs() > slowFor {
			delete(l.all, id)
		}
	}
	var undated []string
	for _, u := range users {
		if u.ID == nil {
			continue
		}
		a := agentOfUser(u, now)
		is := strings.Join([]string{string(a.State), a.Reason, textOf(u.IDStatusUsuario), textOf(u.Uniqueid)}, "\x00")
		was := l.all[*u.ID]
		recent := was != nil && now.Sub(was.at).Abs() <= looksApart
		if was == nil || !recent || was.state != is {
			next := &seenAgent{state: is, paused: a.State == cti.AgentPaused}
			if u.IDStatusUsuario != nil {
				next.status = *u.IDStatusUsuario
			}
			switch {
			case a.State == cti.AgentOnCall && !a.Since.IsZero(), a.State == cti.AgentOffline:
			case recent:
				next.since = cti.At(now)
			}
			was = next
			l.all[*u.ID] = was
		}
		was.at = now
		if was.paused && was.since.IsZero() && now.Sub(was.asked).Abs() >= slowFor {
			was.asked = now
			undated = append(undated, textOf(u.ID))
		}
	}
	return undated
}

// tell dates pauses by the rows of the table, newest first. What could not be read is asked for again at the next look.
func (l *seenAgents) tell(rows []DBPausas, read bool, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	met := map[int64]bool{}
	for _, r := range rows {
		if r.IDUsuario == nil || met[*r.IDUsuario] {
			continue
		}
		met[*r.IDUsuario] = true
		if a := l.all[*r.IDUsuario]; a != nil && a.paused && a.since.IsZero() {
			a.since = pausedSince(r, a.status, now)
		}
	}
	if read {
		return
	}
	for _, a := range l.all {
		if a.asked.Equal(now) {
			a.asked = time.Time{}
		}
	}
}

// pausedSince is since when a user is in a status, by the last row of the table of pauses: when it began, if it is the row of
// this pause, which still runs; when it ended, if it tells of the time without pause before. A finished row of a pause leaves
// it open when the next one began.
func pausedSince(r DBPausas, status int64, now time.Time) cti.Time {
	if r.Data == nil || r.IDStatus == nil || r.Data.After(now.Add(clockApart)) {
		return cti.Time{}
	}
	end := r.Data.Time
	if r.Tempo != nil {
		end = end.Add(time.Duration(*r.Tempo) * time.Second)
	}
	running := r.Tempo == nil || *r.Tempo <= 0 || !end.Before(now.Add(-looksApart))
	switch {
	case *r.IDStatus == status && running:
		return *r.Data
	case strconv.FormatInt(*r.IDStatus, 10) == statusLoggedIn && !running:
		return cti.At(end)
	}
	return cti.Time{}
}

// agent is a user as it was seen last.
func (l *seenAgents) agent(u DBUsuarios, now time.Time) cti.QueueAgent {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := agentOfUser(u, now)
	if a.Since.IsZero() && u.ID != nil && l.all[*u.ID] != nil {
		a.Since = l.all[*u.ID].since
	}
	return a
}

// agentOfUser is what a row of usuarios tells of its user.
func agentOfUser(u DBUsuarios, now time.Time) cti.QueueAgent {
	a := cti.QueueAgent{Name: textOf(u.Nome), Extension: textOf(u.Ramal)}
	kind := plain(textOf(u.TipoDaLigacao))
	code := strings.TrimSpace(textOf(u.Uniqueid))
	a.State, a.Reason = stateOfUser(textOf(u.IDStatusUsuario), textOf(u.StatusUsuario), textOf(u.NomeStatusTelefone), kind != "" || code != "")
	if a.State == cti.AgentOnCall {
		a.Since = startOfCall(code, now)
		switch kind {
		case callActive:
			a.Direction = cti.Outbound
		case callReceived, callDialer: // as call.from has it: the dialer brings the customer to the agent
			a.Direction = cti.Inbound
		}
	}
	return a
}

// startOfCall is when a call under way began: its code starts with the seconds since 1970 (manual 002, 1.1.23 and the examples
// of 1.3). A moment that no call of now can have begun at is none.
func startOfCall(code string, now time.Time) cti.Time {
	if !longCode(code) {
		return cti.Time{}
	}
	before, _, _ := strings.Cut(code, ".")
	seconds, err := strconv.ParseInt(before, 10, 64)
	if err != nil || seconds > 1e11 {
		return cti.Time{}
	}
	began := time.Unix(seconds, 0)
	if began.After(now.Add(clockApart)) || began.Before(now.Add(-longest)) {
		return cti.Time{}
	}
	return cti.At(began)
}

// pauses are the rows of the table of pauses about some users, newest first.
func (s *session) pauses(ctx context.Context, op string, users []string, now time.Time) ([]DBPausas, error) {
	return read[DBPausas](ctx, s, op, "pausas", "", db.Query{Columns: []string{"id_usuario", "id_status", "data", "tempo"}, Order: []string{"-data"},
		Where: []db.Filter{{Column: "id_usuario", Op: "in", Values: users}, {Column: "data", Op: "ge", Value: now.Add(-longest).Format(time.RFC3339)}}, Limit: mostMembers})
}
