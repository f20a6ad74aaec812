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

func newDatabase(o options, fails failures, clock cti.Clock) *db.Pool {
	if o.database == "" {
		return nil
	}
	return db.New(db.Config{Address: o.database, User: databaseUser, Name: databaseName, Password: o.dbPassword, Statement: o.dbTimeout, Clock: clock}, fails.Maker)
}

// checkDatabase tries whether the database lets ctiagent in and shows it anything.
func checkDatabase(ctx context.Context, cfg cti.Config) (tried bool, err error) {
	o, err := readOptions(cfg)
	if err != nil || o.database == "" {
		return false, err
	}
	pool := newDatabase(o, newFailures(o), cti.RealClock())
	defer pool.Close()
	return true, pool.Try(ctx, "doctor.run")
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

// dbTable is the row that reads a table or view of manual 002, 1.3.1. In embeds the type of its rows, whose fields that are set are
// what rows must have, and a db.Query. The table may have other spellings.
func dbTable[In any](name, section, key, title string, also ...string) cti.Func[*session] {
	a := cti.Action[In, cti.Stream[any]]{Name: driverName + ".db." + name, Title: title, Effect: cti.Supervise}
	f := cti.Row(a, "002 "+section, func(s *session, ctx context.Context, r cti.Req[In]) (cti.Stream[any], error) {
		return s.readTable(ctx, a.Name, reflect.ValueOf(r.In), key, also)
	})
	f.Row = f.In.Field(0).Type
	return f
}

// readTable reads the table that a function is called after.
func (s *session) readTable(ctx context.Context, op string, in reflect.Value, key string, also []string) (cti.Stream[any], error) {
	if err := s.hasDatabase(op); err != nil {
		return nil, err
	}
	same := in.Field(0)
	q, _ := in.Field(1).Interface().(db.Query)
	name := strings.TrimSuffix(strings.TrimPrefix(op, driverName+".db."), ".read")
	return s.database.Read(ctx, op, db.TableOf(same.Type(), name, key, also...), q, in.FieldByName("Cursor").String(), same)
}

// textOf writes a cell, "" for NULL.
func textOf[T string | int64 | cti.Time](cell *T) string {
	if cell == nil {
		return ""
	}
	return fmt.Sprint(*cell)
}
