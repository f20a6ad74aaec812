package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/databasetest"
)

// contact is a row of importar_discador, as far as it is needed here.
type contact struct {
	Page
	Campaign *int64    `json:"id_campanha,omitempty"`
	ID1      *string   `json:"identificador1,omitempty" also:"parametro1"`
	Number   *string   `json:"telefone1,omitempty"`
	At       *cti.Time `json:"telefone_1_discar_em,omitempty"`
	Odd      *string   `json:"sobra,omitempty"`
}

func contacts() Table { return TableOf(reflect.TypeFor[contact](), "importar_discador", "") }

var contactColumns = []string{"id_campanha", "identificador1", "telefone1", "telefone_1_discar_em"}

// some are so many rows.
func some(n int) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for i := range n {
			if !yield([]string{"80", fmt.Sprint(i), "33553434", ""}) {
				return
			}
		}
	}
}

// held is a database without a worker, and a bulk.
func held(t *testing.T, set ...func(*Config)) (*databasetest.Database, *Pool, *Bulk) {
	t.Helper()
	d := cluster.New(t)
	d.Pause()
	p := open(t, d, set...)
	b, err := p.Bulk(within(t), "op", contacts())
	do(t, err)
	t.Cleanup(b.Close)
	return d, p, b
}

func rowsIn(t *testing.T, d *databasetest.Database) string {
	t.Helper()
	out, err := d.Rows(t.Context(), "SELECT count(*) FROM importar_discador")
	do(t, err)
	return out[0]
}

func outcome(t *testing.T, p *Pool, name string, want Outcome) {
	t.Helper()
	if got, err := p.Outcome(within(t), "op", name); err != nil || got != want {
		t.Errorf("%s is %q, %v, want %s", name, got, err, want)
	}
}

// settled waits until the server has noticed that nobody holds a transaction any more.
func settled(t *testing.T, p *Pool, name string, want Outcome) {
	t.Helper()
	until(t, func() bool { got, err := p.Outcome(within(t), "op", name); return err == nil && got != Running })
	outcome(t, p, name, want)
}

func TestRowsComeInTogetherAndTheirTransactionIsKnownForGood(t *testing.T) {
	d, p, b := held(t)
	odd := []string{"O'Neill; \"x\"", `C:\new\table\N`, "a\tb\nc\rd", `\N`, "ação"}
	name, err := b.Rows(within(t), "op", contactColumns, func(yield func([]string) bool) {
		for _, text := range odd {
			if !yield([]string{"80", text, "33553434", "2030-12-24T08:00:00-03:00"}) {
				return
			}
		}
	})
	do(t, err)
	again, err := b.Rows(within(t), "op", contactColumns, some(1000))
	do(t, err)
	if name == "" || again != name {
		t.Errorf("one transaction is called %q and %q", name, again)
	}
	if n := rowsIn(t, d); n != "0" {
		t.Errorf("%s rows are seen before they are committed", n)
	}
	outcome(t, p, name, Running)
	n, err := b.Commit(within(t), "op")
	if err != nil || n != 1005 || rowsIn(t, d) != "1005" {
		t.Errorf("committed %d rows of %s: %v", n, rowsIn(t, d), err)
	}
	got, err := d.Rows(t.Context(), "SELECT identificador1 || coalesce(telefone2, '') FROM importar_discador WHERE telefone_1_discar_em = '"+
		time.Date(2030, 12, 24, 11, 0, 0, 0, time.UTC).In(time.Local).Format(time.DateTime)+"' AND NOT telefone_1_discar_agora")
	if err != nil || !slices.Equal(got, odd) {
		t.Errorf("%q, %v, want %q", got, err, odd)
	}
	do(t, d.Exec(t.Context(), "DELETE FROM importar_discador")) // the system has taken them
	outcome(t, p, name, Committed)
	if _, err := b.Commit(within(t), "op"); !errors.Is(err, cti.WrongState) {
		t.Errorf("nothing is committed: %v", err)
	}
	second, err := b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	if second == name {
		t.Error("two transactions have one name")
	}
	b.Close()
	settled(t, p, second, Aborted)
	if n := rowsIn(t, d); n != "0" {
		t.Errorf("%s rows came in that nobody has committed", n)
	}
	number, life, _ := strings.Cut(name, ".")
	for _, lost := range []string{"", "x", number, number + ".", "x." + life, "999999999." + life, number + ".0123456789abcdef"} {
		outcome(t, p, lost, Lost)
	}
}

func TestRowsThatBreakOffAreNotIn(t *testing.T) {
	const name = "db.importar_discador.bulk."
	d, p, b := held(t)
	before, err := b.Rows(within(t), "op", contactColumns, some(10))
	do(t, err)
	d.DropAfterRead(name + "rows")
	_, err = b.Rows(within(t), "op", contactColumns, some(10_000))
	clearly(t, "cut in the middle of the rows", err, cti.Unavailable, cti.NotSent, "before an answer", hintCutRows)
	settled(t, p, before, Aborted)
	_, err = b.Rows(within(t), "op", contactColumns, some(1))
	clearly(t, "after that", err, cti.WrongState, cti.NotSent, "not held any more", hintLapsed)

	for _, c := range []struct {
		cut  func(string)
		want Outcome
		rows string
	}{{d.DropAfterRead, Aborted, "0"}, {d.DropAnswer, Committed, "10"}} {
		b, err := p.Bulk(within(t), "op", contacts())
		do(t, err)
		in, err := b.Rows(within(t), "op", contactColumns, some(10))
		do(t, err)
		c.cut(name + "commit")
		_, err = b.Commit(within(t), "op")
		clearly(t, "cut in the commit", err, cti.Unavailable, cti.MaybeSent, "before an answer", hintCutWrite)
		settled(t, p, in, c.want)
		if n := rowsIn(t, d); n != c.rows {
			t.Errorf("%s rows are in, want %s", n, c.rows)
		}
	}
	b, err = p.Bulk(within(t), "op", contacts())
	do(t, err)
	in, err := b.Rows(within(t), "op", contactColumns, some(10))
	do(t, err)
	do(t, d.Terminate(t.Context()))
	if _, err := b.Commit(within(t), "op"); !errors.Is(err, cti.Unavailable) {
		t.Errorf("a connection that an administrator ended: %v", err)
	}
	settled(t, p, in, Aborted)
}

// A server that crashed gives numbers of transactions once more that it had given: what it says of one from before is about
// somebody else's.
func TestCrashedServerIsNotBelieved(t *testing.T) {
	own := &databasetest.Cluster{Password: password}
	defer own.Stop()
	d, err := own.Open()
	do(t, err)
	defer func() { _ = d.End() }() // its worker goes down with the server
	d.Pause()
	p := open(t, d)
	b, err := p.Bulk(within(t), "op", contacts())
	do(t, err)
	name, err := b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	_, err = b.Commit(within(t), "op")
	do(t, err)
	outcome(t, p, name, Committed)
	do(t, own.Crash(t.Context()))
	until(t, func() bool { got, err := p.Outcome(within(t), "op", name); return err == nil && got == Lost })
	b.Close()
	p.Close()
}

func TestRowsAreNotHeldForEver(t *testing.T) {
	clock := ctitest.NewClock(time.Now())
	d, p, b := held(t, func(c *Config) { c.Clock = clock })
	name, err := b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	clock.Advance(HeldFor - time.Second)
	if again, err := b.Rows(within(t), "op", contactColumns, some(1)); err != nil || again != name {
		t.Fatalf("%q, %v", again, err)
	}
	clock.Advance(HeldFor - time.Second)
	outcome(t, p, name, Running)
	clock.Advance(time.Second)
	settled(t, p, name, Aborted)
	_, err = b.Commit(within(t), "op")
	clearly(t, "too late", err, cti.WrongState, cti.NotSent, "nothing was heard", hintLapsed)

	b, err = p.Bulk(within(t), "op", contacts())
	do(t, err)
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err = b.Rows(late, "op", contactColumns, some(1))
	clearly(t, "no time left", err, cti.Timeout, cti.NotSent, "in time", hintSlowWrite)

	b, err = p.Bulk(within(t), "op", contacts())
	do(t, err)
	_, err = b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	p.Close() // waits for the connections
	if _, err = b.Commit(within(t), "op"); !errors.Is(err, cti.WrongState) {
		t.Errorf("after the pool's end: %v", err)
	}
	until(t, func() bool { n, err := d.Backends(t.Context()); return err == nil && n == 0 })
}

func TestWhatKeepsRowsOutIsSaid(t *testing.T) {
	type put struct {
		columns []string
		rows    iter.Seq[[]string]
		set     func(*Config)
	}
	long := func(yield func([]string) bool) { yield([]string{"x", "1", "33553434", ""}) }
	for _, c := range []struct {
		what string
		site []string // what is otherwise there
		put  put
		kind cti.Kind
		says string
		hint string
	}{
		{"a table that is not there", []string{"ALTER TABLE importar_discador RENAME TO outra"}, put{}, cti.Unsupported, "no table importar_discador", hintTable},
		{"a column that is not there", []string{"ALTER TABLE importar_discador DROP COLUMN telefone1"}, put{}, cti.Unsupported, "no column telefone1", hintNoColumn},
		{"a table for reading", []string{"REVOKE INSERT ON importar_discador FROM integracao"}, put{}, cti.Forbidden, "forbids", hintRights},
		{"a value of another kind", nil, put{rows: long}, cti.BadRequest, "value", hintParameter},
		{"a time that is none", nil, put{rows: func(yield func([]string) bool) { yield([]string{"80", "1", "2", "soon"}) }}, cti.BadRequest, "must be a day", hintParameter},
		{"a column of no table", nil, put{columns: []string{"id_campanha", "x"}}, cti.BadRequest, "is no column", hintParameter},
		{"a table that is slow", []string{"CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NEW; END'",
			"CREATE TRIGGER slow BEFORE INSERT ON importar_discador FOR EACH ROW EXECUTE FUNCTION slow()"},
			put{set: func(c *Config) { c.Statement = 2 * time.Second }}, cti.Timeout, "too long", hintSlowWrite},
	} {
		d := cluster.New(t)
		if len(c.site) > 0 {
			do(t, d.Exec(t.Context(), c.site...))
		}
		p := open(t, d)
		if c.put.set != nil {
			p = open(t, d, c.put.set)
		}
		b, err := p.Bulk(within(t), "op", contacts())
		if err == nil {
			columns, rows := c.put.columns, c.put.rows
			if columns == nil {
				columns = contactColumns
			}
			if rows == nil {
				rows = some(3)
			}
			_, err = b.Rows(within(t), "op", columns, rows)
		}
		clearly(t, c.what, err, c.kind, cti.NotSent, c.says, c.hint)
		p.Close()
	}
}

func TestRowsThatTheDatabaseLeavesOutAreAnError(t *testing.T) {
	d, _, b := held(t)
	do(t, d.Exec(t.Context(), "CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN CASE WHEN NEW.identificador1 <> ''1'' THEN NEW END; END'",
		"CREATE TRIGGER leave BEFORE INSERT ON importar_discador FOR EACH ROW EXECUTE FUNCTION leave()"))
	_, err := b.Rows(within(t), "op", contactColumns, some(3))
	clearly(t, "a row that is left out", err, cti.Refused, cti.NotSent, "only 2 of 3 rows", hintStrange)
}

func TestCommitThatIsRolledBackIsNoSuccess(t *testing.T) {
	d, _, b := held(t)
	do(t, d.Exec(t.Context(), "CREATE TABLE once (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)", "INSERT INTO once VALUES (1)",
		"CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN INSERT INTO once VALUES (1); RETURN NULL; END'",
		"CREATE TRIGGER twice AFTER INSERT ON importar_discador FOR EACH STATEMENT EXECUTE FUNCTION twice()"))
	_, err := b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	_, err = b.Commit(within(t), "op")
	clearly(t, "a rule that is looked at late", err, cti.Refused, cti.CertainSent, "once", hintStrange)
	if n := rowsIn(t, d); n != "0" {
		t.Errorf("%s rows are in", n)
	}
}

// A read under way is left alone by what is said to a bulk, and the other way round.
func TestCanceledRowsEndTheBulk(t *testing.T) {
	d, p, b := held(t)
	name, err := b.Rows(within(t), "op", contactColumns, some(1))
	do(t, err)
	hangs := d.HangAfterRead("db.importar_discador.bulk.commit")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Commit(ctx, "op")
		done <- err
	}()
	<-hangs
	cancel()
	if err := <-done; !errors.Is(err, cti.Canceled) || !cti.MayHaveReached(err) {
		t.Errorf("answered %v", err)
	}
	settled(t, p, name, Aborted)
}
