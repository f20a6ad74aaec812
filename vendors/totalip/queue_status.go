package totalip

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/db"
)

// How long what was read of a queue is good for everybody at the desk. Wallboards ask every few seconds, and what changes by
// the hour is asked for by the minute.
const (
	liveFor = 4 * time.Second
	slowFor = time.Minute
)

// How many reads of the wallboards there are at a time; others wait. A page asks for all its queues at once, and the connections
// that a desk may open are for everything else, too.
const readsAtOnce = 4

// What is read of a site at most.
const (
	mostGroups  = 1000
	mostMembers = 1000 // as many values as a filter takes
	mostPieces  = 200  // of a day
	mostTrunks  = 200
)

// The parts of a queue's status.
const (
	partWaiting = "waiting"
	partAgents  = "agents"
	partSince   = "since"
	partLevel   = "level"
	partLines   = "lines"
)

// read answers the rows of a table that a query finds, when its turn has come.
func read[Row any](ctx context.Context, s *session, op, table, key string, q db.Query, also ...string) ([]Row, error) {
	if err := s.hasDatabase(op); err != nil {
		return nil, err
	}
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		return nil, s.fails.Make(cti.Canceled, op, "the wish was given up", cti.NotSent, ctx.Err())
	}
	rows, err := s.database.Read(ctx, op, db.TableOf(reflect.TypeFor[Row](), table, key, also...), q, "", reflect.Zero(reflect.TypeFor[Row]()))
	if err != nil {
		return nil, err
	}
	out := []Row{}
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		r, _ := row.(Row)
		out = append(out, r)
	}
	return out, nil
}

// attendanceGroups are the groups of the database, read once a minute.
func (s *session) attendanceGroups(ctx context.Context, op string) ([]cti.Queue, error) {
	return shared(ctx, s.looks, "groups", slowFor, func(ctx context.Context) ([]cti.Queue, error) {
		rows, err := read[DBGruposDeAtendimento](ctx, s, op, "grupos_de_atendimento", "id", db.Query{Order: []string{"nome"}, Limit: mostGroups}, "grupo_de_atendimento")
		out := []cti.Queue{}
		for _, r := range rows {
			if r.ID != nil && r.Nome != nil {
				out = append(out, cti.Queue{ID: textOf(r.ID), Name: *r.Nome})
			}
		}
		return out, err
	})
}

// group finds an attendance group by its name or its code.
func (s *session) group(ctx context.Context, op, word string) (cti.Queue, error) {
	all, err := s.attendanceGroups(ctx, op)
	if err != nil {
		return cti.Queue{}, err
	}
	for _, g := range all {
		if plain(g.Name) == plain(word) || g.ID == word {
			return g, nil
		}
	}
	e := s.fails.Make(cti.NotFound, op, "no attendance group is called "+fault.Quote(word), cti.CertainSent, nil)
	e.Hint = hintQueue
	return cti.Queue{}, e
}

// queueStatus tells of a queue what HTTP and the database tell together: only HTTP knows who waits, and only the database who
// answers and how the day went. A part that cannot be had is named while another can. A page of somebody else's gets what
// HTTP tells.
func (s *session) queueStatus(ctx context.Context, r cti.Req[cti.QueueIn]) (cti.QueueStatus, error) {
	op := cti.QueueStatusOf.Name
	if r.Foreign || s.database == nil {
		out, err := s.queueWaiting(ctx, op, r.In.Queue, r.Foreign)
		if gap := s.hasDatabase(op); err == nil && gap != nil && !r.Foreign {
			for _, part := range []string{partAgents, partLevel, partLines} {
				out.Missing = append(out.Missing, cti.GapOf(part, gap))
			}
		}
		return out, err
	}
	var both sync.WaitGroup
	var waiting, out cti.QueueStatus
	var failed error
	both.Go(func() { waiting, failed = s.queueWaiting(ctx, op, r.In.Queue, false) })
	both.Go(func() { out = s.queueData(ctx, op, r.In.Queue) })
	both.Wait()
	if err := ctx.Err(); err != nil {
		return cti.QueueStatus{}, s.fails.Make(cti.Canceled, op, "the wish was given up", cti.CertainSent, err)
	}
	switch {
	case failed != nil && out.Agents == nil: // nothing that lives; the day alone is no status
		return cti.QueueStatus{}, s.unknownQueue(failed, out.Missing)
	case failed != nil:
		out.WaitingUnknown, out.Via = true, roadDatabase
		out.Missing = append([]cti.QueueGap{cti.GapOf(partWaiting, failed)}, out.Missing...)
		return out, nil
	}
	out.Waiting, out.Calls, out.Via = waiting.Waiting, waiting.Calls, roadHTTP
	if out.Agents != nil || out.Level != nil || out.Lines != nil {
		out.Via += "+" + roadDatabase
	}
	if out.At.IsZero() || waiting.At.Before(out.At.Time) {
		out.At = waiting.At
	}
	return out, nil
}

// unknownQueue is the error where neither way tells anything: that there is no such queue where one of them says so, else
// what the database says, which was configured to tell more.
func (s *session) unknownQueue(http error, gaps []cti.QueueGap) error {
	if errors.Is(http, cti.NotFound) || len(gaps) == 0 {
		return http
	}
	return gaps[0].Err
}

// queueWaiting is who waits, by HTTP. A page of somebody else's asks for itself.
func (s *session) queueWaiting(ctx context.Context, op, queue string, alone bool) (cti.QueueStatus, error) {
	look := func(ctx context.Context) (cti.QueueStatus, error) {
		now := s.host.Clock().Now()
		list, err := s.waiting(ctx, op, queue)
		out := cti.QueueStatus{Queue: queue, Waiting: len(list), Via: roadHTTP, At: cti.At(now)}
		for _, w := range list {
			since := now.Add(-time.Duration(w.Seconds * float64(time.Second)))
			out.Calls = append(out.Calls, cti.QueueCall{Position: w.Position, Number: w.From, WaitSeconds: w.Seconds, Since: cti.At(since)})
		}
		return out, err
	}
	if alone || s.database == nil {
		return emptied(look(ctx))
	}
	return shared(ctx, s.looks, "waiting "+queue, liveFor, look)
}

// emptied has nothing beside an error.
func emptied(q cti.QueueStatus, err error) (cti.QueueStatus, error) {
	if err != nil {
		return cti.QueueStatus{}, err
	}
	return q, nil
}

// queueData is what the database tells of a queue. What it does not is among the missing.
func (s *session) queueData(ctx context.Context, op, queue string) cti.QueueStatus {
	out := cti.QueueStatus{Queue: queue}
	missing := func(part string, err error) {
		if err != nil {
			out.Missing = append(out.Missing, cti.GapOf(part, err))
		}
	}
	group, err := s.group(ctx, op, queue)
	if err != nil {
		missing(partAgents, err)
		missing(partLevel, err)
	} else {
		people, err := shared(ctx, s.looks, "people "+group.ID, liveFor, func(ctx context.Context) (people, error) { return s.people(ctx, op, group) })
		missing(partAgents, err)
		if err == nil {
			out.Agents, out.At = people.agents, people.at
			missing(partSince, people.noSince)
		}
		day := s.host.Clock().Now().Local().Format(time.DateOnly)
		out.Level, err = shared(ctx, s.looks, "level "+group.ID+" "+day, slowFor, func(ctx context.Context) ([]cti.QueueLevel, error) { return s.level(ctx, op, group, day) })
		missing(partLevel, err)
	}
	out.Lines, err = shared(ctx, s.looks, "lines", liveFor, func(ctx context.Context) ([]cti.QueueLine, error) { return s.trunks(ctx, op) })
	missing(partLines, err)
	return out
}

// trunks are how full the trunks of the site are (manual 002, 1.3.1.28).
func (s *session) trunks(ctx context.Context, op string) ([]cti.QueueLine, error) {
	rows, err := read[DBUsoCanais](ctx, s, op, "uso_canais", "", db.Query{Columns: []string{"nome", "descricao", "limite", "uso"}, Order: []string{"nome"}, Limit: mostTrunks})
	if err != nil {
		return nil, err
	}
	out := []cti.QueueLine{}
	for _, r := range rows {
		if r.Nome != nil && r.Uso != nil {
			out = append(out, cti.QueueLine{Name: *r.Nome, Kind: textOf(r.Descricao), Used: count(r.Uso), Limit: count(r.Limite)})
		}
	}
	return out, nil
}

// level is how a group's calls of a day were served (manual 002, 1.3.1.32).
func (s *session) level(ctx context.Context, op string, group cti.Queue, day string) ([]cti.QueueLevel, error) {
	rows, err := read[DBNivelDeServico](ctx, s, op, "nivel_de_servico", "", db.Query{
		Columns: []string{"horario", "tempo_nivel_de_servico", "atendidas_abaixo", "atendidas_acima", "desligadas_abaixo", "desligadas_acima"},
		Where:   []db.Filter{{Column: "id_grupo_de_atendimento", Op: "eq", Value: group.ID}, {Column: "data", Op: "eq", Value: day}}, Limit: mostPieces})
	if err != nil {
		return nil, err
	}
	at, err := clockOf(day, time.Local)
	if err != nil {
		return nil, err
	}
	out := []cti.QueueLevel{}
	for _, r := range rows {
		from, to, ok := readPeriod(textOf(r.Horario))
		if !ok {
			e := s.fails.Make(cti.Unavailable, op, "the hours "+fault.Quote(textOf(r.Horario))+" of nivel_de_servico were not understood", cti.CertainSent, nil)
			e.Hint = hintStrangeData
			return nil, e
		}
		out = append(out, cti.QueueLevel{From: at(from), To: at(to), ThresholdSeconds: count(r.TempoNivelDeServico), AnsweredWithin: count(r.AtendidasAbaixo),
			AnsweredLate: count(r.AtendidasAcima), AbandonedWithin: count(r.DesligadasAbaixo), AbandonedLate: count(r.DesligadasAcima)})
	}
	sortByStart(out)
	return out, nil
}

// clockOf answers when the clock on the wall shows a minute of a day, also of a day of 23 or 25 hours.
func clockOf(day string, zone *time.Location) (at func(minute int) cti.Time, err error) {
	date, err := time.Parse(time.DateOnly, day) // without the zone, in which that day may have no midnight
	return func(minute int) cti.Time {
		return cti.At(time.Date(date.Year(), date.Month(), date.Day(), 0, minute, 0, 0, zone))
	}, err
}

// count is a number of things; NULL and less than none are none.
func count(cell *int64) int {
	if cell == nil || *cell < 0 || *cell > 1e9 {
		return 0
	}
	return int(*cell)
}

// members are the codes of a group's users (manual 002, 1.3.1.26).
func (s *session) members(ctx context.Context, op string, group cti.Queue) ([]string, error) {
	return shared(ctx, s.looks, "members "+group.ID, slowFor, func(ctx context.Context) ([]string, error) {
		rows, err := read[DBGruposDeAtendimentoUsuarios](ctx, s, op, "grupos_de_atendimento_usuarios", "", db.Query{Columns: []string{"usuario_id"},
			Where: []db.Filter{{Column: "grupo_de_atendimento_id", Op: "eq", Value: group.ID}}, Limit: mostMembers + 1}, "grupo_de_atendimento_usuarios")
		if err != nil {
			return nil, err
		}
		if len(rows) > mostMembers {
			return nil, s.fails.Make(cti.Refused, op, fmt.Sprintf("the group has more than %d users", mostMembers), cti.CertainSent, nil)
		}
		out := []string{}
		for _, r := range rows {
			if r.UsuarioID != nil {
				out = append(out, strconv.FormatInt(*r.UsuarioID, 10))
			}
		}
		return out, nil
	})
}
