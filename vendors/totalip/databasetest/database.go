package databasetest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Database is one site's database, which the driver reaches by TCP under the names of the manual.
type Database struct {
	cluster *Cluster
	name    string // in the cluster; the driver calls it Name
	proxy   *proxy

	work    context.CancelFunc
	works   sync.WaitGroup
	failed  error // of the worker
	looks   chan struct{}
	closing sync.Once
	hearing *pgconn.PgConn

	treating sync.Mutex // held while the worker does something

	mu      sync.Mutex
	paused  bool
	altered bool // no other test can use it
}

func newDatabase(ctx context.Context, c *Cluster, name string) (*Database, error) {
	d := &Database{cluster: c, name: name, looks: make(chan struct{}, 1)}
	doing, err := c.connect(ctx, name)
	if err != nil {
		return nil, err
	}
	cfg, err := pgconn.ParseConfig("host=" + c.dir + " port=5432 user=" + owner + " dbname=" + name + " sslmode=disable")
	if err != nil {
		return nil, err
	}
	cfg.OnNotification = func(*pgconn.PgConn, *pgconn.Notification) { d.look() }
	if d.hearing, err = pgconn.ConnectConfig(ctx, cfg); err != nil {
		return nil, err
	}
	if _, err := d.hearing.Exec(ctx, "LISTEN queued").ReadAll(); err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.Background())
	d.work = stop
	d.works.Go(func() {
		for d.hearing.WaitForNotification(running) == nil {
			continue // look was told
		}
		goodbye(d.hearing)
	})
	d.works.Go(func() {
		d.failed = (&worker{doing}).run(running, d.looks, d.treat)
		goodbye(doing)
	})
	if d.proxy, err = newProxy(d); err != nil {
		stop()
		return nil, err
	}
	return d, nil
}

// look lets the worker see what is new, unless it is paused.
func (d *Database) look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.paused {
		return
	}
	select {
	case d.looks <- struct{}{}:
	default: // it will look anyway
	}
}

// Pause lets the queues lie until Resume, from when it returns on.
func (d *Database) Pause() {
	d.mu.Lock()
	d.paused = true
	d.mu.Unlock()
	d.treating.Lock() // what the worker had begun is over
	defer d.treating.Unlock()
}

// treat lets the worker see to all queues once, unless it is paused.
func (d *Database) treat(once func() error) error {
	d.treating.Lock()
	defer d.treating.Unlock()
	d.mu.Lock()
	paused := d.paused
	d.mu.Unlock()
	if paused {
		return nil
	}
	return once()
}

// Resume lets the worker treat what has come meanwhile.
func (d *Database) Resume() {
	d.mu.Lock()
	d.paused = false
	d.mu.Unlock()
	d.look()
}

// Addr is where the driver finds the database, host:port.
func (d *Database) Addr() string { return d.proxy.listener.Addr().String() }

// Exec runs statements as the owner, as somebody who looks after the system would.
func (d *Database) Exec(ctx context.Context, statements ...string) error {
	for _, sql := range statements {
		switch word, _, _ := strings.Cut(sql, " "); word {
		case "SELECT", "INSERT", "UPDATE", "DELETE":
		default:
			d.altered = true
		}
	}
	return d.cluster.run(ctx, d.name, statements...)
}

// Rows answers the first column of what a statement finds, as the owner.
func (d *Database) Rows(ctx context.Context, sql string) ([]string, error) {
	pg, err := d.cluster.connect(ctx, d.name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = pg.Close(ctx) }()
	found, err := pg.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range found[0].Rows {
		out = append(out, string(r[0]))
	}
	return out, nil
}

// Terminate ends every connection of the driver in the middle of what it does, as an administrator can.
func (d *Database) Terminate(ctx context.Context) error {
	return d.Exec(ctx, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = '"+User+"'")
}

// ShutOut takes the driver's computer off the list of hosts that are let in (manual 002, 1.3.1).
func (d *Database) ShutOut(ctx context.Context) error {
	return d.Exec(ctx, "REVOKE "+d.name+" FROM "+User)
}

// Backends is how many connections the driver holds.
func (d *Database) Backends(ctx context.Context) (int, error) {
	rows, err := d.Rows(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = '"+User+"'")
	return len(rows), err
}

// Requests names what the driver has asked, oldest first, in the words of the driver's functions: db.pausas for a read,
// db.set_status_ramal for a new row, db.login for a connection that gave its password.
func (d *Database) Requests() []string { return d.proxy.asked() }

// CutLink ends the driver's connections and lets in no new one until RestoreLink.
func (d *Database) CutLink() { d.proxy.cut(true) }

// RestoreLink lets the driver in again.
func (d *Database) RestoreLink() { d.proxy.cut(false) }

// DropAfterRead reads the next request of that name whole, or in the middle of the rows that go with it, and then closes the
// connection without an answer.
func (d *Database) DropAfterRead(name string) { d.proxy.expect(name, trap{}) }

// DropAnswer lets the server do the next request of that name and then closes the connection without its answer.
func (d *Database) DropAnswer(name string) { d.proxy.expect(name, trap{done: true}) }

// HangAnswer lets the server do the next request of that name and keeps its answer and the connection; done is closed by then.
func (d *Database) HangAnswer(name string) (done <-chan struct{}) {
	told := make(chan struct{})
	d.proxy.expect(name, trap{done: true, hangs: true, read: told})
	return told
}

// HangAfterRead reads the next request of that name whole and then neither answers nor closes; read is closed by then.
func (d *Database) HangAfterRead(name string) (read <-chan struct{}) {
	done := make(chan struct{})
	d.proxy.expect(name, trap{hangs: true, read: done})
	return done
}

// goodbye closes a connection and waits until it is closed.
func goodbye(pg *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = pg.Close(ctx) // its context may have broken it already
	<-pg.CleanupDone()
}

// Close ends the worker and every connection of the driver, before the test itself does; the next test may get what is left.
func (d *Database) Close(t testing.TB) {
	t.Helper()
	if err := d.End(); err != nil {
		t.Errorf("the worker of the database: %v", err)
	}
}

// End is Close without a test; the error is the worker's, and answered once.
func (d *Database) End() (failed error) {
	d.closing.Do(func() {
		d.proxy.close()
		d.work()
		d.works.Wait()
		failed = d.failed
		if !d.altered {
			d.cluster.mu.Lock()
			defer d.cluster.mu.Unlock()
			d.cluster.free = append(d.cluster.free, d.name)
		}
	})
	return failed
}
