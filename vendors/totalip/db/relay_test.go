package db

import (
	"context"
	"errors"
	"io"
	"iter"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ctiagent/cti"
)

// relay stands between the pool and the database, as a tunnel does. A connection that it has forgotten stays open and carries
// nothing.
type relay struct {
	listener  net.Listener
	wg        sync.WaitGroup
	swallowed chan struct{} // holds one once something came that is not handed on

	mu    sync.Mutex
	conns map[net.Conn]*atomic.Bool // forgotten
}

// through makes a relay to an address.
func through(t *testing.T, address string) *relay {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	do(t, err)
	r := &relay{listener: l, swallowed: make(chan struct{}, 1), conns: map[net.Conn]*atomic.Bool{}}
	r.wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := new(net.Dialer).DialContext(context.Background(), "tcp", address)
			if err != nil {
				_ = in.Close()
				continue
			}
			forgotten := &atomic.Bool{}
			r.mu.Lock()
			r.conns[in], r.conns[out] = forgotten, forgotten
			r.mu.Unlock()
			r.wg.Go(func() { r.carry(in, out, forgotten) })
			r.wg.Go(func() { r.carry(out, in, forgotten) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		r.mu.Lock()
		for c := range r.conns {
			_ = c.Close()
		}
		r.mu.Unlock()
		r.wg.Wait()
	})
	return r
}

// carry hands on what comes, until the connection is forgotten.
func (r *relay) carry(from, to net.Conn, forgotten *atomic.Bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		switch {
		case forgotten.Load():
			select {
			case r.swallowed <- struct{}{}:
			default:
			}
			_, _ = io.Copy(io.Discard, from)
			return
		case n > 0:
			_, _ = to.Write(buf[:n])
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

// forget forgets the connections there are, as a computer that slept or a tunnel that was built anew does.
func (r *relay) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, forgotten := range r.conns {
		forgotten.Store(true)
	}
}

// relayed is a pool behind a relay, to a database with many rows.
func relayed(t *testing.T) (*Pool, *relay) {
	t.Helper()
	d := filled(t, 5*rowsAtOnce)
	r := through(t, d.Addr())
	return open(t, d, func(c *Config) { c.Address = r.listener.Addr().String() }), r
}

// Reads for a wallboard have no time limit of their own.
func TestIdleConnectionsThatAreSilentAreReplaced(t *testing.T) {
	p, r := relayed(t)
	ctx, leave := context.WithCancel(t.Context())
	var streams []func()
	for range mostConns {
		s, err := Read(ctx, p, "op", calls(), Query{Columns: []string{"id"}, Limit: 1}, "", &call{})
		do(t, err)
		streams = append(streams, func() { _, err := all(s, nil); do(t, err) })
	}
	for _, read := range streams {
		read()
	}
	leave()
	r.forget()
	p.silent = time.Millisecond
	for range 2 {
		rows, err := all(Read(t.Context(), p, "op", calls(), Query{Limit: 1}, "", &call{}))
		if err != nil || len(rows) != 1 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		p.silent = silentFor
	}
}

func TestCloseEndsWhateverWaits(t *testing.T) {
	for name, wait := range map[string]func(context.Context, *Pool) error{
		"columns": func(ctx context.Context, p *Pool) error { _, err := p.Columns(ctx, "op", calls()); return err },
		"a read": func(ctx context.Context, p *Pool) error {
			_, err := all(Read(ctx, p, "op", calls(), Query{}, "", &call{}))
			return err
		},
		"a try": func(ctx context.Context, p *Pool) error { return p.Try(ctx, "op") },
	} {
		p, r := relayed(t)
		ctx := within(t)
		do(t, wait(ctx, p))
		r.forget()
		p.silent = time.Hour
		done := make(chan error, 1)
		go func() { done <- wait(ctx, p) }()
		<-r.swallowed
		p.Close()
		if err := <-done; !errors.Is(err, cti.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestStreamThatFallsSilentEnds(t *testing.T) {
	p, r := relayed(t)
	s, err := Read(t.Context(), p, "op", calls(), Query{Columns: []string{"id"}}, "", &call{})
	do(t, err)
	next, stop := iter.Pull2(iter.Seq2[call, error](s))
	defer stop()
	if _, err, more := next(); err != nil || !more {
		t.Fatal(err)
	}
	r.forget()
	p.cfg.Statement, p.silent = time.Millisecond, time.Millisecond
	for {
		_, err, more := next()
		if !more {
			t.Fatal("the stream ended without an error")
		}
		if err != nil {
			clearly(t, "a silent connection", err, cti.Unavailable, cti.CertainSent, "before the last row", hintCut)
			return
		}
	}
}
