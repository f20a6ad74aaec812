package totalip

import (
	"context"
	"strconv"

	"ctiagent/cti"
)

// groupDays is how many days back a queue's calls are looked for.
const groupDays = 7

// queueList lists the attendance groups: all of them where the database tells them, else those that had calls, which is all
// that HTTP tells and a page of somebody else's gets.
func (s *session) queueList(ctx context.Context, r cti.Req[cti.None]) ([]cti.Queue, error) {
	op := cti.QueueList.Name
	if s.database == nil || r.Foreign {
		return s.groupsWithCalls(ctx, op)
	}
	out, failed := s.attendanceGroups(ctx, op)
	if failed == nil {
		return out, nil
	}
	out, err := s.groupsWithCalls(ctx, op)
	if err != nil {
		return nil, failed // the database was to tell more
	}
	s.log.Warn("the database did not tell the attendance groups", "error", failed)
	return out, nil
}

// groupsWithCalls lists the attendance groups that had calls today, and on the last day of the week before that had any: the
// function lists groups by their calls of a day (manual 002, 1.1.14).
func (s *session) groupsWithCalls(ctx context.Context, op string) ([]cti.Queue, error) {
	out, met := []cti.Queue{}, map[string]bool{}
	today := s.host.Clock().Now().Local()
	for back := range groupDays + 1 {
		day := today.AddDate(0, 0, -back)
		rows, err := s.groups(ctx, op, DayIn{day.Day(), int(day.Month()), day.Year()})
		if s.said(err, noGroups) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for row, err := range rows {
			if err != nil {
				return nil, err
			}
			if !met[row.ID] {
				met[row.ID] = true
				out = append(out, cti.Queue{ID: row.ID, Name: row.Name})
			}
		}
		if back > 0 {
			break
		}
	}
	return out, nil
}

// reportCalls is the last status of every number of a campaign. The system tells no dates of them.
func (s *session) reportCalls(ctx context.Context, r cti.Req[cti.ReportIn]) (cti.Stream[cti.ReportCall], error) {
	op := cti.ReportCalls.Name
	if s.opts.road == roadDatabase {
		return s.dbReport(ctx, op, r.In)
	}
	switch {
	case r.In.Campaign == "":
		return nil, s.fails.bad(op, "campaign", "is missing: Total IP reports calls by campaign")
	case !r.In.From.IsZero() || !r.In.To.IsZero():
		return nil, s.fails.bad(op, "from", "and to must be left out: Total IP tells the last status of each number and not when that was")
	}
	found, err := s.campaign(ctx, op, r.In.Campaign)
	if err != nil {
		return nil, err
	}
	calls, err := s.callsOf(ctx, op, found.ID)
	if err != nil {
		return nil, err
	}
	return func(yield func(cti.ReportCall, error) bool) {
		given := 0
		for c, err := range calls {
			if err != nil {
				yield(cti.ReportCall{}, err)
				return
			}
			if r.In.Number != "" && !cti.SameNumber(c.Area+c.Number, r.In.Number) && !cti.SameNumber(c.Number, r.In.Number) {
				continue
			}
			row := cti.ReportCall{Fields: map[string]string{"usuario": c.User, "parametro1": c.Param1, "parametro2": c.Param2, "ddd": c.Area,
				"telefone": c.Number, "codigo_status": c.StatusID, "duracao_segundos": strconv.FormatFloat(c.Seconds, 'f', -1, 64), "via": roadHTTP}}
			if given++; !yield(row, nil) || given == r.In.Limit {
				return
			}
		}
	}, nil
}

func (s *session) serverStatus(ctx context.Context, _ cti.Req[cti.None]) ([]cti.ServerStatus, error) {
	list, err := s.servers(ctx, cti.ServerStatusNow.Name)
	if err != nil {
		return nil, err
	}
	out := make([]cti.ServerStatus, len(list))
	for i, one := range list {
		out[i] = cti.ServerStatus(one)
	}
	return out, nil
}
