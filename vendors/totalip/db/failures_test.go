package db

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/internal/i18n"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/totalip/databasetest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"
)

// clearly holds an error against what a person needs: its kind, whether it was sent, words, and the next step in every language.
func clearly(t *testing.T, what string, err error, kind cti.Kind, sent cti.Sent, says, hint string) {
	t.Helper()
	var e *cti.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Sent != sent || !strings.Contains(e.Text, says) || e.Hint != hint || e.Driver != "totalip" || e.Op != "op" {
		t.Errorf("%s: %+v, want %s sent=%s, %q and %s", what, err, kind, sent, says, hint)
		return
	}
	if !i18n.Has(e.Hint) {
		t.Errorf("%s: no language has %s", what, e.Hint)
	}
	if strings.Contains(fmt.Sprint(err, e.Err), password) {
		t.Errorf("%s: the password is in %v", what, err)
	}
}

func TestWrongPasswordIsOfferedOnce(t *testing.T) {
	d := cluster.New(t)
	clock := ctitest.NewClock(time.Now())
	p := open(t, d, func(c *Config) { c.Password, c.Clock = "wrong-"+password, clock })
	for range 3 {
		_, err := all(Read(within(t), p, "op", calls(), Query{}, "", &call{}))
		clearly(t, "a wrong password", err, cti.Unauthorized, cti.NotSent, "password", hintPassword)
	}
	if got := d.Requests(); !slices.Equal(got, []string{"db.connect"}) {
		t.Errorf("the database was asked %v, want one connection", got)
	}
	clock.Advance(refusedFor)
	_, err := p.Insert(within(t), "op", calls(), []Value{{"id", "7"}})
	clearly(t, "a wrong password later", err, cti.Unauthorized, cti.NotSent, "password", hintPassword)
	if got := d.Requests(); len(got) != 2 {
		t.Errorf("the database was asked %v, want two connections", got)
	}
}

func TestWhoIsNotLetInIsTold(t *testing.T) {
	d := cluster.New(t)
	do(t, d.ShutOut(t.Context()))
	_, err := all(Read(within(t), open(t, d), "op", calls(), Query{}, "", &call{}))
	clearly(t, "a host that is not let in", err, cti.Forbidden, cti.NotSent, "does not let this computer in", hintHost)

	d = cluster.New(t)
	d.CutLink()
	_, err = all(Read(within(t), open(t, d), "op", calls(), Query{}, "", &call{}))
	clearly(t, "a database that is away", err, cti.Unavailable, cti.NotSent, "cannot be reached", hintAddress)
}

// The environment is other programs' way to other databases.
func TestEnvironmentCountsForNothing(t *testing.T) {
	d := cluster.New(t)
	home := t.TempDir()
	do(t, os.Mkdir(filepath.Join(home, ".postgresql"), 0o700))
	do(t, os.WriteFile(filepath.Join(home, ".postgresql", "root.crt"), []byte("no certificate"), 0o600))
	for name, value := range map[string]string{"HOME": home, "APPDATA": home, "PGHOST": "/nowhere", "PGPORT": "1", "PGUSER": "x", "PGDATABASE": "x", "PGPASSWORD": "x", "PGSSLMODE": "verify-full",
		"PGSSLCERT": "/nowhere", "PGSSLKEY": "/nowhere", "PGSSLROOTCERT": "/nowhere", "PGSSLCERTMODE": "require", "PGSSLNEGOTIATION": "direct", "PGTARGETSESSIONATTRS": "standby",
		"PGCONNECT_TIMEOUT": "soon", "PGCHANNELBINDING": "require", "PGREQUIREAUTH": "none", "PGMINPROTOCOLVERSION": "3.2", "PGMAXPROTOCOLVERSION": "x", "PGOPTIONS": "-c search_path=x", "PGTZ": "x"} {
		t.Setenv(name, value)
	}
	if rows, err := all(Read(within(t), open(t, d), "op", calls(), Query{}, "", &call{})); err != nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	t.Setenv("PGSERVICE", "crm")
	_, err := all(Read(within(t), open(t, d), "op", calls(), Query{}, "", &call{}))
	clearly(t, "a service that nobody describes", err, cti.Unavailable, cti.NotSent, "PGSERVICE", hintService)
	if e := cti.AsError(err); !strings.Contains(e.Args["Service"], "crm") {
		t.Errorf("the service is %v", e.Args)
	}
}

// What a test cannot make a server say.
func TestConditionsOfTheServerHaveTheirKind(t *testing.T) {
	p := New(Config{}, fault.New("totalip", "Total IP"))
	defer p.Close()
	for _, c := range []struct {
		code string
		sent cti.Sent
		kind cti.Kind
		want cti.Sent
		hint string
	}{
		{stateNotLetIn, cti.NotSent, cti.Unauthorized, cti.NotSent, hintPassword},
		{stateNoDatabase, cti.NotSent, cti.Unavailable, cti.NotSent, hintAddress},
		{stateTooMany, cti.NotSent, cti.Busy, cti.NotSent, hintBusy},
		{stateReadOnly, cti.MaybeSent, cti.Refused, cti.CertainSent, hintRights},
		{stateEnded, cti.MaybeSent, cti.Timeout, cti.CertainSent, hintSlowWrite},
		{stateEnded, cti.CertainSent, cti.Timeout, cti.CertainSent, hintSlow},
		{"57P01", cti.MaybeSent, cti.Unavailable, cti.MaybeSent, hintCutWrite},
		{"57P03", cti.NotSent, cti.Unavailable, cti.NotSent, hintCut},
		{stateIdle, cti.CertainSent, cti.Unavailable, cti.CertainSent, hintCut},
		{"23505", cti.MaybeSent, cti.Refused, cti.CertainSent, hintStrange},
	} {
		clearly(t, c.code, p.fail("op", &pgconn.PgError{Code: c.code, Message: "as it says"}, c.sent), c.kind, c.want, "", c.hint)
	}
}

// The support that lets computers in wants the address which the server sees, behind whatever translates it.
func TestHostThatIsNotLetInKnowsItsAddress(t *testing.T) {
	p := New(Config{}, fault.New("totalip", "Total IP"))
	defer p.Close()
	for words, address := range map[string]string{
		`no pg_hba.conf entry for host "10.1.2.3", user "integracao", database "totalipdb", no encryption`:        "10.1.2.3",
		`nenhuma entrada no pg_hba.conf para máquina "fd00::7", usuário "integracao", banco de dados "totalipdb"`: "fd00::7",
	} {
		e := p.fail("op", &pgconn.PgError{Code: stateNotLetIn, Message: words}, cti.NotSent)
		clearly(t, words, e, cti.Forbidden, cti.NotSent, "does not let this computer in", hintHostSeen)
		if e.Args["Address"] != address {
			t.Errorf("%s: the address is %v", words, e.Args)
		}
	}
}

func TestTryTellsADatabaseThatShowsNothing(t *testing.T) {
	d := cluster.New(t)
	if err := open(t, d).Try(within(t), "op"); err != nil {
		t.Error(err)
	}
	do(t, d.Exec(t.Context(), "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM integracao"))
	clearly(t, "a user without rights", open(t, d).Try(within(t), "op"), cti.Forbidden, cti.CertainSent, "shows no table", hintRights)
}

func TestWhatTheSiteLacksIsSaid(t *testing.T) {
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "ALTER TABLE ligacoes_ativo DROP COLUMN filiai", "DROP TABLE pausas"))
	p := open(t, d)
	_, err := all(Read(within(t), p, "op", pauses(), Query{}, "", &pause{}))
	clearly(t, "a table", err, cti.Unsupported, cti.NotSent, "no table pausas", hintTable)
	_, err = all(Read(within(t), p, "op", calls(), Query{}, "", &call{}))
	clearly(t, "a column", err, cti.Unsupported, cti.NotSent, "ligacoes_ativo of this system has no column filial", hintColumn)
	if e := cti.AsError(err); !strings.Contains(e.Args["Columns"], "destino, duracao") || e.Args["Column"] != "filial" {
		t.Errorf("the columns that are there are %v", e.Args)
	}
	for name, q := range map[string]Query{"in a filter": {Columns: []string{"id"}, Where: []Filter{{Column: "filial", Op: "null"}}},
		"in an order": {Columns: []string{"id"}, Order: []string{"-filial"}}} {
		_, err = all(Read(within(t), p, "op", calls(), q, "", &call{}))
		clearly(t, "a column "+name, err, cti.Unsupported, cti.NotSent, "no column filial", hintColumn)
	}
	rows, err := all(Read(within(t), p, "op", calls(), Query{Columns: []string{"id", "destino"}, Order: []string{"id"}}, "", &call{}))
	if d := cmp.Diff([]call{{ID: of[int64](1), Number: of("1133553434")}, {ID: of[int64](2), Number: of("1133553400")}}, rows); err != nil || d != "" {
		t.Errorf("without the column: %v\n%s", err, d)
	}
	// The catalogue was read when the connection was opened; the table has gone since.
	do(t, d.Exec(t.Context(), "DROP TABLE ligacoes_ativo"))
	_, err = all(Read(within(t), p, "op", calls(), Query{Columns: []string{"id"}}, "", &call{}))
	clearly(t, "a table that went", err, cti.Unsupported, cti.CertainSent, "has changed", hintStrange)
	_, err = all(Read(within(t), p, "op", calls(), Query{Columns: []string{"id"}}, "", &call{}))
	clearly(t, "a table that is known to have gone", err, cti.Unsupported, cti.NotSent, "no table ligacoes_ativo", hintTable)
}

// A connection that is always wanted is never closed, and what the site grants meanwhile counts all the same.
func TestWhatTheSiteGetsIsSeenByAConnectionInUse(t *testing.T) {
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "REVOKE ALL ON pausas FROM integracao"))
	clock := ctitest.NewClock(time.Now())
	p := open(t, d, func(c *Config) { c.Clock = clock })
	look := func() error {
		_, err := all(Read(within(t), p, "op", pauses(), Query{}, "", &pause{}))
		return err
	}
	clearly(t, "a table that is kept from us", look(), cti.Unsupported, cti.NotSent, "no table pausas", hintTable)
	do(t, d.Exec(t.Context(), "GRANT SELECT ON pausas TO integracao"))
	for range 3 {
		clock.Advance(idleFor - time.Second)
		if _, err := p.Columns(within(t), "op", calls()); err != nil {
			t.Fatal(err)
		}
	}
	if err := look(); err != nil {
		t.Errorf("after it was granted: %v", err)
	}
	if got := slices.DeleteFunc(d.Requests(), func(name string) bool { return name != "db.connect" }); len(got) != 1 {
		t.Errorf("%d connections were made, want one", len(got))
	}
}

func TestWhatTheUserMayNotIsSaid(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	_, err := p.Insert(within(t), "op", calls(), []Value{{"id", "7"}})
	clearly(t, "a row in a table that is for reading", err, cti.Forbidden, cti.CertainSent, "forbids", hintRights)
}

// A view may call what writes; a read does not.
func TestReadsWriteNothing(t *testing.T) {
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "CREATE FUNCTION note() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO campanhas_logs (ramal) VALUES (''1'') RETURNING 1'",
		"ALTER TABLE pausas RENAME TO feitas", "CREATE VIEW pausas AS SELECT feitas.* FROM feitas WHERE note() = 1", "GRANT SELECT ON pausas TO integracao"))
	_, err := all(Read(within(t), open(t, d), "op", pauses(), Query{}, "", &pause{}))
	clearly(t, "a view that writes", err, cti.Refused, cti.CertainSent, "takes nothing in", hintRights)
}

// filled is a database with many rows.
func filled(t *testing.T, rows int) *databasetest.Database {
	t.Helper()
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "DELETE FROM ligacoes_ativo", fmt.Sprintf("INSERT INTO ligacoes_ativo (id, destino, ramal) SELECT n, repeat('9', 20), '10005' FROM generate_series(1, %d) n", rows)))
	return d
}

func TestConnectionCutInTheMiddleEndsTheStreamWithAnError(t *testing.T) {
	for name, cut := range map[string]func(*databasetest.Database) error{
		"ended by an administrator": func(d *databasetest.Database) error { return d.Terminate(t.Context()) },
		"cut":                       func(d *databasetest.Database) error { d.CutLink(); return nil },
	} {
		d := filled(t, 5*rowsAtOnce)
		s, err := Read(within(t), open(t, d), "op", calls(), Query{Columns: []string{"id"}}, "", &call{})
		do(t, err)
		next, stop := iter.Pull2(iter.Seq2[call, error](s))
		defer stop()
		seen := 0
		for {
			_, err, more := next()
			if err != nil {
				clearly(t, name, err, cti.Unavailable, cti.CertainSent, "", hintCut)
				break
			}
			if !more {
				t.Fatalf("%s: the stream ended after %d rows without an error", name, seen)
			}
			if seen++; seen == 1 {
				do(t, cut(d))
			}
		}
		if seen < 1 || seen >= 5*rowsAtOnce {
			t.Errorf("%s: %d rows came", name, seen)
		}
	}
}

func TestStatementThatTakesTooLongIsEnded(t *testing.T) {
	d := cluster.New(t)
	do(t, d.Exec(t.Context(), "ALTER TABLE pausas RENAME TO lentas", "CREATE VIEW pausas AS SELECT lentas.* FROM lentas, pg_sleep(600)", "GRANT SELECT ON pausas TO integracao"))
	_, err := all(Read(within(t), open(t, d, func(c *Config) { c.Statement = time.Second }), "op", pauses(), Query{}, "", &pause{}))
	clearly(t, "a slow view", err, cti.Timeout, cti.CertainSent, "too long", hintSlow)
}

func TestManyRowsFillNoMemory(t *testing.T) {
	const rows = 60_000
	d := filled(t, rows)
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	s, err := Read(within(t), open(t, d), "op", calls(), Query{Columns: []string{"id", "destino", "ramal"}}, "", &call{})
	do(t, err)
	seen, before, most := 0, heap(), uint64(0)
	for _, err := range s {
		do(t, err)
		if seen++; seen%20_000 == 0 {
			most = max(most, heap())
		}
	}
	if seen != rows || most > before+2<<20 {
		t.Errorf("%d rows of %d, %d KiB more in use", seen, rows, (most-before)>>10)
	}
}

func TestConnectionsAreFewAndDoNotStay(t *testing.T) {
	d := filled(t, 5*rowsAtOnce)
	clock := ctitest.NewClock(time.Now())
	p := open(t, d, func(c *Config) { c.Clock = clock })
	ctx, leave := context.WithCancel(within(t))
	for range mostConns {
		_, err := Read(ctx, p, "op", calls(), Query{}, "", &call{})
		do(t, err)
	}
	_, err := Read(ctx, p, "op", calls(), Query{}, "", &call{})
	clearly(t, "one more stream than there may be", err, cti.Busy, cti.NotSent, "open already", hintBusy)
	leave() // nobody has read them
	until(t, func() bool { n, err := d.Backends(t.Context()); return err == nil && n == 0 })
	if _, err := all(Read(within(t), p, "op", calls(), Query{Limit: 1}, "", &call{})); err != nil {
		t.Fatal(err)
	}
	if n, err := d.Backends(t.Context()); err != nil || n != 1 {
		t.Errorf("%d connections (%v), want one that waits", n, err)
	}
	clock.Advance(idleFor)
	until(t, func() bool { n, err := d.Backends(t.Context()); return err == nil && n == 0 })
}

func TestIdleConnectionThatDiedIsReplaced(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	for range 2 {
		if rows, err := all(Read(within(t), p, "op", calls(), Query{}, "", &call{})); err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		do(t, d.Terminate(t.Context()))
	}
}

func TestCanceledReadReturns(t *testing.T) {
	d := cluster.New(t)
	p := open(t, d)
	read := d.HangAfterRead("db.ligacoes_ativo")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := all(Read(ctx, p, "op", calls(), Query{}, "", &call{}))
		done <- err
	}()
	<-read
	cancel()
	if err := <-done; !errors.Is(err, cti.Canceled) || !cti.MayHaveReached(err) {
		t.Errorf("answered %v", err)
	}
	p.Close()
	_, err := all(Read(t.Context(), p, "op", calls(), Query{}, "", &call{}))
	if !errors.Is(err, cti.Canceled) {
		t.Errorf("after Close: %v", err)
	}
}

func TestRowIsPutOnceAndWatched(t *testing.T) {
	type block struct {
		Page
		ID     *int64    `json:"id,omitempty"`
		List   *int64    `json:"id_black_list,omitempty"`
		Number *string   `json:"telefone,omitempty"`
		Said   *string   `json:"mensagem,omitempty"`
		Made   *cti.Time `json:"criado_em,omitempty"`
	}
	table := TableOf(reflect.TypeFor[block](), "inserir_telefone_black_list", "id")
	d := cluster.New(t)
	p := open(t, d)
	d.Pause()
	key, err := p.Insert(within(t), "op", table, []Value{{"telefone", "'; DROP TABLE black_list; --"}, {"id_black_list", "1"}, {"criado_em", "2026-11-20T10:00:00Z"}})
	do(t, err)
	cells, found, err := p.Look(within(t), "op", table, key, "mensagem", "telefone")
	if d := cmp.Diff([]string{"", "'; DROP TABLE black_list; --"}, cells); err != nil || !found || d != "" {
		t.Errorf("%v %v\n%s", found, err, d)
	}
	d.Resume()
	until(t, func() bool {
		cells, _, err := p.Look(within(t), "op", table, key, "mensagem")
		return err == nil && cells[0] == "Número inválido"
	})
	if _, found, err := p.Look(within(t), "op", table, "999", "mensagem"); found || err != nil {
		t.Errorf("a row that is not there: %v, %v", found, err)
	}

	d.DropAfterRead("db.inserir_telefone_black_list")
	_, err = p.Insert(within(t), "op", table, []Value{{"telefone", "1"}})
	clearly(t, "a connection that broke", err, cti.Unavailable, cti.MaybeSent, "before an answer", hintCutWrite)
	_, err = p.Insert(within(t), "op", table, []Value{{"id_black_list", "many"}})
	clearly(t, "a value of another kind", err, cti.BadRequest, cti.CertainSent, "value", hintParameter)
	if n := strings.Count(strings.Join(d.Requests(), " "), "db.inserir"); n != 3 {
		t.Errorf("%d rows were put, want 3: %v", n, d.Requests())
	}
	d.HangAfterRead("db.inserir_telefone_black_list")
	p.cfg.Statement = time.Millisecond - p.silent
	_, err = p.Insert(within(t), "op", table, []Value{{"telefone", "1"}})
	clearly(t, "an answer that is late", err, cti.Timeout, cti.MaybeSent, "in time", hintLateWrite)
}

// until waits for what nobody announces.
func until(t *testing.T, cond func() bool) {
	t.Helper()
	ctx := within(t)
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatal("it has not happened")
		}
	}
}
