// Package db reads and writes the tables of a Total IP database (manual 002, 1.3) over PostgreSQL: known tables only, every
// value a parameter, rows as a stream that fills no memory.
//
// A connection is opened with the first wish and closed when nothing has wanted it for a while. All values travel as text,
// which the server makes of and into the columns' own types, so that a site whose columns are of other types than the manual
// says is met without guessing.
package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	mostConns   = 6                // connections of one desk at a time
	idleFor     = 30 * time.Second // a connection that nothing wanted so long is closed
	refusedFor  = time.Minute      // a refused password is not offered again so long
	connectTime = 5 * time.Second
	knownFor    = time.Minute     // a site's tables are looked at anew on a connection that is used longer
	silentFor   = 5 * time.Second // how long a connection may say nothing when the server cannot be at work
)

// Config is how a database is reached.
type Config struct {
	Address  string // host:port
	User     string
	Name     string // of the database
	Password string
	// Statement bounds each statement, and is more than nothing; the server ends what takes longer.
	Statement time.Duration
	Clock     cti.Clock
}

// Pool is the way to one database. Its methods may be called from any goroutine.
type Pool struct {
	cfg   Config
	fails *fault.Maker
	ctx   context.Context
	end   context.CancelFunc
	conns sync.WaitGroup

	silent time.Duration // silentFor, but for tests
	texts  sync.Pool     // *[]byte for rows as COPY reads them. Only what is in comes back: behind an error the library may still read

	mu       sync.Mutex
	open     int
	idle     []*conn
	refused  error // why the last connection was not let in
	refusedA time.Time
}

// conn is one connection, owned by whoever took it.
type conn struct {
	pool  *Pool
	pg    *pgconn.PgConn
	live  catalogue   // nil until it is read
	liveA time.Time   // when it was, zero once it was seen to be wrong
	spare func() bool // stops the timer that closes it while it is idle
}

// New makes a pool and connects to nothing yet.
func New(cfg Config, fails *fault.Maker) *Pool {
	ctx, end := context.WithCancel(context.Background())
	return &Pool{cfg: cfg, fails: fails, ctx: ctx, end: end, silent: silentFor}
}

// Close ends every read and write, closes the connections and waits until they are closed. It may be called twice.
func (p *Pool) Close() {
	p.end()
	p.discardIdle()
	p.conns.Wait()
}

// discardIdle closes the connections that nothing wants at the moment.
func (p *Pool) discardIdle() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		c.spare()
		p.discard(c)
	}
}

// bounded is ctx until the pool is closed.
func (p *Pool) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.ctx, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// take answers a connection that stands and knows the site's tables. Whoever takes it gives it back or discards it.
func (p *Pool) take(ctx context.Context, op string) (*conn, error) {
	for {
		p.mu.Lock()
		if p.ctx.Err() != nil {
			p.mu.Unlock()
			return nil, p.fail(op, context.Canceled, cti.NotSent)
		}
		var c *conn
		if n := len(p.idle); n > 0 {
			c, p.idle = p.idle[n-1], p.idle[:n-1]
		}
		if c == nil {
			break // with the mutex held
		}
		p.mu.Unlock()
		c.spare()
		if c.answers(ctx) && (c.knows() || c.readCatalogue(ctx) == nil) {
			return c, nil
		}
		p.discard(c)
		p.discardIdle() // what broke this one, a sleep of the computer above all, has broken those beside it
		if err := ctx.Err(); err != nil {
			return nil, p.fail(op, err, cti.NotSent)
		}
	}
	if p.refused != nil && p.cfg.Clock.Now().Before(p.refusedA.Add(refusedFor)) {
		defer p.mu.Unlock()
		return nil, p.fail(op, p.refused, cti.NotSent)
	}
	if p.open == mostConns {
		p.mu.Unlock()
		e := p.fails.Make(cti.Busy, op, fmt.Sprintf("%d reads of the database are open already", mostConns), cti.NotSent, nil)
		e.Hint, e.Retryable = hintBusy, true
		return nil, e
	}
	p.open++
	p.conns.Add(1)
	p.mu.Unlock()
	return p.connect(ctx, op)
}

// Try answers nil when the database lets its user in and shows him anything.
func (p *Pool) Try(ctx context.Context, op string) error {
	ctx, end := p.bounded(ctx)
	defer end()
	c, err := p.take(ctx, op)
	if err != nil {
		return err
	}
	defer p.give(c)
	if len(c.live) == 0 {
		e := p.fails.Make(cti.Forbidden, op, "the database shows no table to its user", cti.CertainSent, nil)
		e.Hint = hintRights
		return e
	}
	return nil
}

// connect opens a connection; its place is counted already.
func (p *Pool) connect(ctx context.Context, op string) (*conn, error) {
	fail := func(err error) (*conn, error) {
		p.mu.Lock()
		p.open--
		if refusedByServer(err) {
			p.refused, p.refusedA = err, p.cfg.Clock.Now()
		}
		p.mu.Unlock()
		p.conns.Done()
		return nil, p.fail(op, err, cti.NotSent)
	}
	cfg, err := p.config()
	if err != nil {
		return fail(err)
	}
	within, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	pg, err := pgconn.ConnectConfig(within, cfg)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return fail(err)
	}
	c := &conn{pool: p, pg: pg, spare: func() bool { return true }}
	if err = c.keepBytes(ctx); err == nil {
		err = c.readCatalogue(ctx)
	}
	if err != nil {
		p.discard(c)
		return nil, p.fail(op, err, cti.NotSent)
	}
	p.mu.Lock()
	p.refused = nil
	p.mu.Unlock()
	return c, nil
}

// keepBytes lets text of a database that knows no encoding come as it is: the server would refuse whatever is no UTF-8 in it,
// and old systems have kept Latin-1 there.
func (c *conn) keepBytes(ctx context.Context) error {
	if c.pg.ParameterStatus("server_encoding") != "SQL_ASCII" {
		return nil
	}
	_, err := c.ask(ctx, "SET client_encoding TO SQL_ASCII")
	return err
}

// noEnvironment takes the place of all that the environment and the home folder may say of databases: that is about other programs.
const noEnvironment = " sslmode=prefer sslnegotiation=postgres sslrootcert='' sslcert='' sslkey='' sslcertmode=allow sslpassword='' sslsni=1" +
	" target_session_attrs=any connect_timeout=0 channel_binding=prefer require_auth='' min_protocol_version='' max_protocol_version=''"

// config is the library's form of the configuration.
func (p *Pool) config() (*pgconn.Config, error) {
	host, port, err := net.SplitHostPort(p.cfg.Address)
	if err != nil {
		return nil, err
	}
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" }
	cfg, err := pgconn.ParseConfig(strings.Join([]string{"host=" + quote(host), "port=" + quote(port), "user=" + quote(p.cfg.User),
		"dbname=" + quote(p.cfg.Name), "password=" + quote(p.cfg.Password)}, " ") + noEnvironment)
	if name := os.Getenv("PGSERVICE"); err != nil && name != "" { // the library reads it before all else, whatever it is told
		return nil, &serviceError{name, err}
	}
	if err != nil {
		return nil, err
	}
	// The library dials also to ask the server to leave a statement off; that ends with the pool too.
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, end := p.bounded(ctx)
		defer end()
		return (&net.Dialer{Timeout: connectTime, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}).
			DialContext(ctx, network, address)
	}
	// The zone of times stays the server's own, for by it the system's views know today and its defaults know now.
	cfg.RuntimeParams = map[string]string{
		"application_name":   "ctiagent",
		"client_encoding":    "UTF8",
		"DateStyle":          "ISO",
		"extra_float_digits": "3", // so that a number is the same when it comes back in a cursor
		"statement_timeout":  fmt.Sprint(p.cfg.Statement.Milliseconds()),
	}
	return cfg, nil
}

// give puts a connection that stands and does nothing back.
func (p *Pool) give(c *conn) {
	if c.pg.IsClosed() || c.pg.IsBusy() || c.pg.TxStatus() != 'I' {
		p.discard(c)
		return
	}
	p.mu.Lock()
	if p.ctx.Err() != nil {
		p.mu.Unlock()
		p.discard(c)
		return
	}
	p.idle = append(p.idle, c)
	c.spare = p.cfg.Clock.AfterFunc(idleFor, func() { p.expire(c) })
	p.mu.Unlock()
}

// expire closes a connection that is still idle.
func (p *Pool) expire(c *conn) {
	p.mu.Lock()
	for i, o := range p.idle {
		if o == c {
			p.idle = append(p.idle[:i:i], p.idle[i+1:]...)
			p.mu.Unlock()
			p.discard(c)
			return
		}
	}
	p.mu.Unlock()
}

// discard closes a connection, which nobody needs to wait for: a server that does not answer may be long about it.
func (p *Pool) discard(c *conn) {
	gone := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.open--
	}
	broken := c.pg.IsClosed()
	if !broken {
		gone() // at once: the server does nothing for it, so its place is free
	}
	go func() {
		defer p.conns.Done()
		if broken {
			defer gone()
			_ = c.pg.Conn().Close() // a wish was given up or it broke: it is of no use any more, so there is no goodbye
		} else {
			ctx, cancel := context.WithTimeout(context.Background(), connectTime)
			defer cancel()
			_ = c.pg.Close(ctx) // it says goodbye when it can; there is nothing to do about it when it cannot
		}
		<-c.pg.CleanupDone()
	}()
}

// answers says whether a connection that was idle still stands. Behind a computer that slept or a tunnel that was built anew
// nobody answers, nor says that he does not.
func (c *conn) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, c.pool.silent)
	defer cancel()
	return c.pg.Ping(ctx) == nil
}

// knows says whether what is known of the site's tables is good still. Rights and columns come and go, and a wallboard keeps
// one connection for as long as it hangs there.
func (c *conn) knows() bool {
	age := c.pool.cfg.Clock.Now().Sub(c.liveA)
	return age >= 0 && age < knownFor
}

// bounded is ctx for as long as the server works on one statement at most.
func (c *conn) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, c.pool.cfg.Statement+c.pool.silent)
}

// ask runs one statement and answers its rows as text, a nil cell for NULL.
func (c *conn) ask(ctx context.Context, sql string, params ...string) ([][]*string, error) {
	ctx, cancel := c.bounded(ctx)
	defer cancel()
	values := make([][]byte, len(params))
	for i, v := range params {
		values[i] = []byte(v)
	}
	r := c.pg.ExecParams(ctx, sql, values, nil, nil, nil)
	var rows [][]*string
	for r.NextRow() {
		row := make([]*string, len(r.Values()))
		for i, v := range r.Values() {
			if v != nil {
				text := string(v)
				row[i] = &text
			}
		}
		rows = append(rows, row)
	}
	_, err := r.Close()
	if pg := (*pgconn.PgError)(nil); errors.As(err, &pg) && (pg.Code == stateNoTable || pg.Code == stateNoColumn) {
		c.liveA = time.Time{}
	}
	return rows, err
}
