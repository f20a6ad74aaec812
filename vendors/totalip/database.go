package totalip

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// How the integration's user and the database are called, manual 002, 1.3.1. The text of 1.3 writes the user with ç and ã, its
// table of data without.
const (
	databaseUser = "integracao"
	databaseName = "totalipdb"
)

func newDatabase(o options, fails failures, host cti.Host) *db.Pool {
	if o.database == "" {
		return nil
	}
	return db.New(db.Config{Address: o.database, User: databaseUser, Name: databaseName, Password: o.dbPassword, Statement: o.dbTimeout, Clock: host.Clock()}, fails.Maker)
}

// hasDatabase answers an error when no database is configured.
func (s *session) hasDatabase(op string) error {
	if s.database != nil {
		return nil
	}
	e := s.fails.Make(cti.Unavailable, op, "only the database has it, and none is configured", cti.NotSent, nil)
	e.Hint = hintNoDatabase
	return e
}

// dbTable is the row that reads a table or view of manual 002, 1.3.1 into T; In embeds T, whose fields that are set are what
// rows must have, and a db.Query. The table may have other spellings.
func dbTable[T, In any](name, section, key, title string, also ...string) cti.Func[*session] {
	a := cti.Action[In, cti.Stream[T]]{Name: driverName + ".db." + name, Title: title, Effect: cti.Supervise}
	return cti.Row(a, "002 "+section, func(s *session, ctx context.Context, r cti.Req[In]) (cti.Stream[T], error) {
		if err := s.hasDatabase(a.Name); err != nil {
			return nil, err
		}
		in := reflect.ValueOf(r.In)
		same, _ := in.Field(0).Interface().(T)
		q, _ := in.Field(1).Interface().(db.Query)
		cursor := in.FieldByName("Cursor").String()
		return db.Read(ctx, s.database, a.Name, db.TableOf[T](strings.TrimSuffix(name, ".read"), key, also...), q, cursor, &same)
	})
}

// textOf writes a cell, "" for NULL.
func textOf[T string | int64 | cti.Time](cell *T) string {
	if cell == nil {
		return ""
	}
	return fmt.Sprint(*cell)
}
