package db

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"

	"github.com/jackc/pgx/v5/pgconn"
)

// The ids of the sentences that tell people what to do.
const (
	hintPassword  = "totalip.hint.db_password"
	hintHost      = "totalip.hint.db_host"
	hintHostSeen  = "totalip.hint.db_host_seen"
	hintAddress   = "totalip.hint.db_address"
	hintTable     = "totalip.hint.db_table"
	hintColumn    = "totalip.hint.db_column"
	hintRights    = "totalip.hint.db_rights"
	hintSlow      = "totalip.hint.db_slow"
	hintCut       = "totalip.hint.db_cut"
	hintCutWrite  = "totalip.hint.db_cut_write"
	hintBusy      = "totalip.hint.db_busy"
	hintParameter = "totalip.hint.parameter"
	hintStrange   = "totalip.hint.db_strange"
	hintLocked    = "totalip.hint.db_locked"
	hintService   = "totalip.hint.db_service"
	hintLapsed    = "totalip.hint.db_lapsed"
	hintNoColumn  = "totalip.hint.db_no_column"
	hintCutRows   = "totalip.hint.db_cut_rows"
	hintSlowWrite = "totalip.hint.db_slow_write"
	hintLateWrite = "totalip.hint.db_late_write"
)

// The conditions of PostgreSQL that mean something of their own here (its documentation, appendix A).
const (
	stateWrongPassword = "28P01"
	stateNotLetIn      = "28000"
	stateNoDatabase    = "3D000"
	stateNoTable       = "42P01"
	stateNoColumn      = "42703"
	stateNoRight       = "42501"
	stateEnded         = "57014" // the statement, by its time limit or by whoever asked
	stateTooMany       = "53300"
	stateReadOnly      = "25006"
	stateLocked        = "55P03"
	stateIdle          = "25P03" // who reads has let the transaction wait for longer than the server likes
)

// serviceError is that the library wants a service of PostgreSQL which the environment names and nobody has described.
type serviceError struct {
	name string
	err  error
}

func (e *serviceError) Error() string { return "service " + e.name + ": " + e.err.Error() }
func (e *serviceError) Unwrap() error { return e.err }

// refusedByServer says that asking again with the same password is of no use.
func refusedByServer(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == stateWrongPassword || pg.Code == stateNotLetIn)
}

// fail makes the error of a wish. sent is what is known of the wish when the connection itself broke.
func (p *Pool) fail(op string, err error, sent cti.Sent) *cti.Error {
	told := func(kind cti.Kind, hint, text string, sent cti.Sent) *cti.Error {
		e := p.fails.Make(kind, op, text, sent, err)
		e.Hint = hint
		return e
	}
	var wrong *problem
	var service *serviceError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &service):
		e := told(cti.Unavailable, hintService, "PGSERVICE names a service of PostgreSQL that is not described", sent)
		e.Args = map[string]string{"Service": fault.Quote(service.name)}
		return e
	case errors.As(err, &wrong):
		return p.wrong(op, wrong)
	case errors.As(err, &pg):
		return p.said(op, pg, sent, told)
	case errors.Is(err, context.Canceled):
		return told(cti.Canceled, "", "the wish was given up", sent)
	case sent == cti.NotSent:
		var slow net.Error
		if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &slow) && slow.Timeout() {
			e := told(cti.Timeout, hintAddress, "the database did not answer in time", sent)
			e.Retryable = true
			return e
		}
		e := told(cti.Unavailable, hintAddress, "the database cannot be reached", sent)
		e.Retryable = true
		return e
	case sent == cti.CertainSent: // rows were on their way
		e := told(cti.Unavailable, hintCut, "the connection to the database broke before the last row", sent)
		e.Retryable = true
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return told(cti.Timeout, hintLateWrite, "the database did not answer in time", sent)
	}
	return told(cti.Unavailable, hintCutWrite, "the connection to the database broke before an answer", sent)
}

// said is the error of what the server answered.
func (p *Pool) said(op string, pg *pgconn.PgError, sent cti.Sent, told func(cti.Kind, string, string, cti.Sent) *cti.Error) *cti.Error {
	words := fault.Quote(wire.Text([]byte(pg.Message)))
	wrote := sent == cti.MaybeSent
	if sent != cti.NotSent {
		sent = cti.CertainSent // the server answered
	}
	switch {
	case pg.Code == stateNotLetIn && strings.Contains(pg.Message, "pg_hba"):
		e := told(cti.Forbidden, hintHost, "the database does not let this computer in: "+words, sent)
		if from := addressIn(pg.Message); from != "" {
			e.Hint, e.Args = hintHostSeen, map[string]string{"Address": from}
		}
		return e
	case pg.Code == stateWrongPassword, pg.Code == stateNotLetIn:
		return told(cti.Unauthorized, hintPassword, "the database refused the user or the password", sent)
	case pg.Code == stateNoDatabase:
		return told(cti.Unavailable, hintAddress, "the server has no such database: "+words, sent)
	case pg.Code == stateNoTable, pg.Code == stateNoColumn: // the catalogue had it a moment ago
		return told(cti.Unsupported, hintStrange, "the database of this system has changed: "+words, sent)
	case pg.Code == stateNoRight:
		return told(cti.Forbidden, hintRights, "the database forbids it to the user of the integration: "+words, sent)
	case pg.Code == stateEnded && wrote:
		return told(cti.Timeout, hintSlowWrite, "the database took too long and ended the statement", sent)
	case pg.Code == stateEnded:
		return told(cti.Timeout, hintSlow, "the database took too long and ended the statement", sent)
	case pg.Code == stateTooMany:
		e := told(cti.Busy, hintBusy, "the database has no connection left: "+words, sent)
		e.Retryable = sent == cti.NotSent
		return e
	case pg.Code == stateLocked:
		return told(cti.Busy, hintLocked, "somebody else is changing the same thing", sent)
	case pg.Code == stateReadOnly:
		return told(cti.Refused, hintRights, "the database takes nothing in now: "+words, sent)
	case strings.HasPrefix(pg.Code, "57P") && wrote:
		return told(cti.Unavailable, hintCutWrite, "the database ended the connection before an answer: "+words, cti.MaybeSent)
	case strings.HasPrefix(pg.Code, "57P"), pg.Code == stateIdle: // it is being stopped, or somebody ended the connection
		e := told(cti.Unavailable, hintCut, "the database ended the connection: "+words, sent)
		e.Retryable = true
		return e
	case strings.HasPrefix(pg.Code, "22"): // a value that the column cannot hold
		return told(cti.BadRequest, hintParameter, "the database cannot take a value: "+words, sent)
	}
	return told(cti.Refused, hintStrange, "the database answered: "+words, sent)
}

// addressIn is the address that the server saw us come from, "" where its words, in whatever language, quote none.
func addressIn(words string) string {
	for _, quoted := range strings.Split(words, `"`) {
		if a, err := netip.ParseAddr(quoted); err == nil {
			return a.String()
		}
	}
	return ""
}

// wrong is the error of a query that asks for what is not there.
func (p *Pool) wrong(op string, w *problem) *cti.Error {
	if w.parameter != "" {
		e := p.fails.Make(cti.BadRequest, op, w.Error(), cti.NotSent, nil)
		e.Hint = hintParameter
		return e
	}
	e := p.fails.Make(cti.Unsupported, op, w.Error(), cti.NotSent, nil)
	e.Hint = hintColumn
	e.Args = map[string]string{"Table": w.site.name, "Column": w.column, "Columns": w.site.names()}
	return e
}

// noTable is the error of a table that the site has not, or does not show to the user of the integration.
func (p *Pool) noTable(op string, t Table) *cti.Error {
	e := p.fails.Make(cti.Unsupported, op, "the database of this system has no table "+t.Name, cti.NotSent, nil)
	e.Hint, e.Args = hintTable, map[string]string{"Table": t.Name}
	return e
}

// strange is the error of a cell that is not what the manual says of its column.
func (p *Pool) strange(op, table, column, cell string) *cti.Error {
	e := p.fails.Make(cti.Refused, op, "the column "+column+" of "+table+" holds "+fault.Quote(cell)+", which is not of its kind", cti.CertainSent, nil)
	e.Hint = hintStrange
	return e
}
