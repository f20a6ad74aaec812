// Package databasetest is the database of a simulated Total IP: a real PostgreSQL of the distribution with the tables of manual
// 002, 1.3, and a worker that treats the tables that are queues as the manual says the system does.
package databasetest

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Names of manual 002, 1.3.1, and the user that owns all.
const (
	User     = "integracao"
	Name     = "totalipdb"
	owner    = "simulator"
	template = "totalip_template"
)

const patience = 30 * time.Second

//go:embed schema.sql
var schema string

//go:embed examples.sql
var examples string

// Cluster is one PostgreSQL for all tests of a package, on a socket of its own that nobody else can reach. It starts with the
// first database that a test wants. The zero value is ready but for Password.
type Cluster struct {
	Password string // of the user integracao

	once  sync.Once
	err   error
	dir   string
	cmd   *exec.Cmd
	ended chan error

	mu   sync.Mutex
	last int
	free []string // databases that an earlier test has left, emptied before the next one gets them
}

// Stop ends the server and removes all of it. TestMain calls it; it does nothing when no test wanted a database.
func (c *Cluster) Stop() {
	if c.cmd != nil && c.cmd.Process != nil {
		_ = c.cmd.Process.Signal(syscall.SIGQUIT) // at once: nothing of it is kept
		for range c.ended {                       // closed when it has ended
			continue
		}
	}
	if c.dir != "" {
		_ = os.RemoveAll(c.dir)
	}
}

// start starts the server with the template of all databases.
func (c *Cluster) start() error {
	bin, err := programs()
	if err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp("", "totalipdb"); err != nil {
		return err
	}
	as, err := unprivileged(c.dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	command := func(ctx context.Context, program string, args ...string) *exec.Cmd {
		line := append(append(slices.Clone(as), filepath.Join(bin, program)), args...)
		cmd := exec.CommandContext(ctx, line[0], line[1:]...)
		cmd.Dir = c.dir
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		return cmd
	}
	data := filepath.Join(c.dir, "data")
	if out, err := command(ctx, "initdb", "-D", data, "-U", owner, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync", "--no-instructions").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	// integracao gets in where it is a member of a role that is called as the database: what pg_hba.conf says of hosts, a test
	// can say of one database.
	hba := filepath.Join(c.dir, "hba.conf")
	if err := os.WriteFile(hba, []byte("local all "+owner+" trust\nlocal samerole "+User+" scram-sha-256\n"), 0o644); err != nil {
		return err
	}
	var said bytes.Buffer
	c.cmd = command(context.Background(), "postgres", "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "hba_file="+hba, "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "autovacuum=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "shared_buffers=16MB",
		"-c", "max_connections=400", "-c", "lc_messages=C")
	c.cmd.Stderr = &said
	if err := c.cmd.Start(); err != nil {
		return err
	}
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.cmd.Wait(); close(c.ended) }()
	if err := c.ready(ctx); err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	if err := c.run(ctx, "postgres", "CREATE ROLE "+User+" LOGIN PASSWORD '"+c.Password+"'", "CREATE DATABASE "+template); err != nil {
		return err
	}
	return c.run(ctx, template, schema, examples)
}

// ready waits until the server lets somebody in.
func (c *Cluster) ready(ctx context.Context) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		pg, err := c.connect(ctx, "postgres")
		if err == nil {
			return pg.Close(ctx)
		}
		select {
		case <-again.C:
		case err := <-c.ended:
			return fmt.Errorf("it ended: %w", err)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

// Crash kills the process behind one connection, after which the server throws all out, recovers and goes on, as it does when
// the machine has run out of memory. Databases that tests have got from it lose their workers.
func (c *Cluster) Crash(ctx context.Context) error {
	pg, err := c.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer goodbye(pg)
	if _, err := pg.Exec(ctx, "CHECKPOINT").ReadAll(); err != nil { // a commit of just now would be lost, and with it who may come in
		return err
	}
	process, err := os.FindProcess(int(pg.PID()))
	if err != nil {
		return err
	}
	return process.Kill()
}

// socket is where the server listens.
func (c *Cluster) socket() string { return filepath.Join(c.dir, ".s.PGSQL.5432") }

func (c *Cluster) connect(ctx context.Context, database string) (*pgconn.PgConn, error) {
	return pgconn.Connect(ctx, "host="+c.dir+" port=5432 user="+owner+" dbname="+database+" sslmode=disable connect_timeout=20")
}

// run runs statements as the owner, each in its own transaction.
func (c *Cluster) run(ctx context.Context, database string, statements ...string) error {
	pg, err := c.connect(ctx, database)
	if err != nil {
		return err
	}
	defer func() { _ = pg.Close(ctx) }()
	for _, sql := range statements {
		if _, err := pg.Exec(ctx, sql).ReadAll(); err != nil {
			return fmt.Errorf("%.60s: %w", sql, err)
		}
	}
	return nil
}

// programs finds where the distribution keeps the server.
func programs() (string, error) {
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	if found, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(found), nil
	}
	return "", errors.New("PostgreSQL is not installed: scripts/deps.sh test installs it (Debian's package postgresql)")
}

func version(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

// unprivileged is how the server is run as somebody who may little, who gets the folder: it refuses to be root.
func unprivileged(dir string) ([]string, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			return nil, err
		}
		return []string{"setpriv", "--reuid=" + u.Uid, "--regid=" + u.Gid, "--clear-groups", "--"}, nil
	}
	return nil, errors.New("there is neither a user postgres nor a user nobody to run the server as")
}

// New gives one test a database with the rows of the manual's examples and a worker.
func (c *Cluster) New(t testing.TB) *Database {
	t.Helper()
	return c.test(t, c.furnished)
}

// NewIn is New with another encoding of PostgreSQL, such as old systems have: LATIN1, or SQL_ASCII, which takes bytes as they come.
func (c *Cluster) NewIn(t testing.TB, encoding string) *Database {
	t.Helper()
	d := c.test(t, func(ctx context.Context) (string, error) {
		name := c.another()
		err := c.run(ctx, "postgres", "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING '"+encoding+"'", "CREATE ROLE "+name+" NOLOGIN", "GRANT "+name+" TO "+User)
		return name, errors.Join(err, c.run(ctx, name, "SET client_encoding TO UTF8", schema, examples))
	})
	d.altered = true // nobody else wants it
	return d
}

// test opens a database for one test.
func (c *Cluster) test(t testing.TB, furnish func(context.Context) (string, error)) *Database {
	t.Helper()
	d, err := c.open(furnish)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close(t) })
	return d
}

// Open is New for what is no test of one function; who opens ends it.
func (c *Cluster) Open() (*Database, error) { return c.open(c.furnished) }

func (c *Cluster) open(furnish func(context.Context) (string, error)) (*Database, error) {
	c.once.Do(func() { c.err = c.start() })
	if c.err != nil {
		return nil, c.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name, err := furnish(ctx)
	if err != nil {
		return nil, err
	}
	return newDatabase(ctx, c, name)
}

// another is a name that no database of the cluster has.
func (c *Cluster) another() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	return "totalip" + strconv.Itoa(c.last)
}

// furnished answers a database that has nothing but the examples in it.
func (c *Cluster) furnished(ctx context.Context) (string, error) {
	c.mu.Lock()
	if n := len(c.free); n > 0 {
		name := c.free[n-1]
		c.free = c.free[:n-1]
		c.mu.Unlock()
		return name, c.run(ctx, name, empty, examples)
	}
	c.mu.Unlock()
	name := c.another()
	return name, c.run(ctx, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+template, "CREATE ROLE "+name+" NOLOGIN", "GRANT "+name+" TO "+User)
}

// empty takes every row out; its triggers are for the worker, which is not there now.
const empty = `DO $$ DECLARE x record; BEGIN
	FOR x IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('DELETE FROM %I', x.name); END LOOP;
	FOR x IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', x.name); END LOOP;
END $$`
