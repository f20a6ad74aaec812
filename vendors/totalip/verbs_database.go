package totalip

import (
	"context"
	"reflect"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/db"
)

// blacklistAdd puts a number on one list, by its id or its name. Only the database does it.
func (s *session) blacklistAdd(ctx context.Context, r cti.Req[cti.BlacklistIn]) (cti.ID, error) {
	op := cti.BlacklistAdd.Name
	if plain(r.In.List) == plain(allLists) {
		return cti.ID{}, s.fails.bad(op, "list", "must be one list: Total IP puts a number on one at a time")
	}
	list, err := s.blackList(ctx, op, r.In.List)
	if err != nil {
		return cti.ID{}, err
	}
	out, err := s.dbBlock(ctx, op, BlockIn{Number: r.In.Number, List: list})
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: out.ID, Via: roadDatabase}, nil
}

// blacklistRemove takes a number off one list, or with the word all off every list.
func (s *session) blacklistRemove(ctx context.Context, r cti.Req[cti.BlacklistIn]) (cti.ID, error) {
	op := cti.BlacklistRemove.Name
	list := allLists
	if r.In.List != allLists {
		var err error
		if list, err = s.blackList(ctx, op, r.In.List); err != nil {
			return cti.ID{}, err
		}
	}
	out, err := s.dbUnblock(ctx, op, UnblockIn{Number: r.In.Number, List: list})
	if err != nil {
		return cti.ID{}, err
	}
	return cti.ID{ID: out.ID, Via: roadDatabase}, nil
}

// blackList finds a list by its id or its name.
func (s *session) blackList(ctx context.Context, op, word string) (string, error) {
	if err := s.hasDatabase(op); err != nil {
		return "", err
	}
	switch {
	case strings.TrimSpace(word) == "":
		return "", s.fails.bad(op, "list", "is missing: it is the id or the name of a black list, and all must be said")
	case isDigits(word):
		return word, nil
	}
	lists, err := s.database.Read(ctx, op, db.TableOf(reflect.TypeFor[DBBlackList](), "black_list", "id_black_list"), db.Query{}, "", reflect.ValueOf(DBBlackList{}))
	if err != nil {
		return "", notSent(err)
	}
	for row, err := range lists {
		if err != nil {
			return "", notSent(err)
		}
		l, _ := row.(DBBlackList)
		if l.Nome != nil && l.IDBlackList != nil && plain(*l.Nome) == plain(word) {
			return textOf(l.IDBlackList), nil
		}
	}
	e := s.fails.Make(cti.NotFound, op, "no black list is called "+fault.Quote(word), cti.NotSent, nil)
	e.Hint = hintBlackList
	return "", e
}

// notSent is the error of a look before a wish, which itself was not sent.
func notSent(err error) error {
	e := *cti.AsError(err)
	e.Sent = cti.NotSent
	return &e
}

// dbReport is the results of the dialer with their dates, which HTTP does not tell.
func (s *session) dbReport(ctx context.Context, op string, in cti.ReportIn) (cti.Stream[cti.ReportCall], error) {
	var q db.Query
	if in.Campaign != "" {
		found, err := s.campaign(ctx, op, in.Campaign)
		if err != nil {
			return nil, err
		}
		q.Where = append(q.Where, db.Filter{Column: "id_campanha", Op: "eq", Value: found.ID})
	}
	if !in.From.IsZero() {
		q.Where = append(q.Where, db.Filter{Column: "data", Op: "ge", Value: in.From.String()})
	}
	if !in.To.IsZero() {
		q.Where = append(q.Where, db.Filter{Column: "data", Op: "lt", Value: in.To.String()})
	}
	rows, err := s.database.Read(ctx, op, db.TableOf(reflect.TypeFor[DBResultadoDiscador](), "resultado_discador", "id"), q, "", reflect.ValueOf(DBResultadoDiscador{}))
	if err != nil {
		return nil, err
	}
	return func(yield func(cti.ReportCall, error) bool) {
		given := 0
		for row, err := range rows {
			if err != nil {
				yield(cti.ReportCall{}, err)
				return
			}
			r, _ := row.(DBResultadoDiscador)
			if in.Number != "" && (r.Telefone == nil || !cti.SameNumber(*r.Telefone, in.Number)) {
				continue
			}
			fields := map[string]string{"parametro1": textOf(r.Identificador1), "parametro2": textOf(r.Identificador2), "telefone": textOf(r.Telefone),
				"codigo_status": textOf(r.IDStatus), "status": textOf(r.Status), "data": textOf(r.Data), "codigo_ligacao": textOf(r.CodigoLigacao),
				"id_campanha": textOf(r.IDCampanha), "via": roadDatabase}
			if given++; !yield(cti.ReportCall{Fields: fields}, nil) || given == in.Limit {
				return
			}
		}
	}, nil
}
