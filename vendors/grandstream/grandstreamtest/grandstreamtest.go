// Package grandstreamtest is a Grandstream desk phone for tests and for the demo: its web server answers the CTI functions
// on a real loopback port, and it calls action URLs like the phone on a desk.
//
// It answers what Grandstream's CTI guide for GRP26xx prints, in the request format of that guide or in the one of manual
// 002, 1.1.20. What neither documents is an option here, so that a driver can be shown both readings. Nobody has compared
// it with a real phone.
package grandstreamtest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Dialect is how api-make_call wants its parameters.
type Dialect string

// The two dialects, and a phone that takes either.
const (
	Either   Dialect = ""
	Passcode Dialect = "passcode" // passcode, phonenumber: the CTI guide, "Make Call"
	Password Dialect = "password" // phonenumber, account, password: manual 002, 1.1.20
)

// WrongPassword is what the phone says to a wrong password; no document prints it.
type WrongPassword string

// The three readings of that silence.
const (
	ByStatus401 WrongPassword = ""
	ByStatus403 WrongPassword = "403"
	ByWord      WrongPassword = "unauthorized" // as the body of an error answer
)

// Options says what kind of phone New starts. The zero value has three lines and the password admin.
type Options struct {
	Password      string // admin when empty
	Dialect       Dialect
	WrongPassword WrongPassword
	Lines         int               // 3 when zero, as the CTI guide's example shows
	MAC           string            // told as $mac; 000b82000001 when empty
	Extension     string            // told as $local and $active_user
	ActionURLs    map[string]string // by event: an address without scheme, with $variables; see SetActionURL
	Now           func() time.Time  // time.Now when nil
	Log           *slog.Logger      // discarded when nil
}

// Phone is one simulated desk phone. All methods may be called from any goroutine.
type Phone struct {
	opts Options

	mu         sync.Mutex
	changed    chan struct{}
	closed     bool
	minted     int
	calls      []*Call // every call so far, oldest first
	lines      []*Call // by line, counted from 0; nil while idle
	active     int     // the line in focus, counted from 0
	typed      string  // digits typed on the idle phone, or after TRANSFER
	handing    bool    // TRANSFER was pressed and its number is being typed
	notify     func(Call)
	news       []Call // what notify has not been told yet
	telling    bool
	timers     map[*time.Timer]struct{}
	conns      map[net.Conn]struct{}
	linkCut    bool
	autoAnswer time.Duration
	autoHangup time.Duration
	urls       map[string]string
	records
	faults

	listener net.Listener
	server   *http.Server
	done     chan struct{}
	events   chan string // action URLs to call, in order
	running  sync.WaitGroup
}

// New starts a phone on a free loopback port. It panics when it cannot listen, an error of the program that calls it.
// Close ends it.
func New(opts Options) *Phone {
	if opts.Password == "" {
		opts.Password = "admin"
	}
	if opts.Lines == 0 {
		opts.Lines = 3
	}
	if opts.MAC == "" {
		opts.MAC = "000b82000001"
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	p := &Phone{opts: opts, changed: make(chan struct{}), lines: make([]*Call, opts.Lines),
		timers: map[*time.Timer]struct{}{}, conns: map[net.Conn]struct{}{}, autoAnswer: -1, autoHangup: -1,
		urls: map[string]string{}, faults: newFaults(), done: make(chan struct{}), events: make(chan string, 256)}
	for event, value := range opts.ActionURLs {
		p.urls[event] = value
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("grandstreamtest: listen on loopback: %v", err))
	}
	p.listener = l
	p.server = &http.Server{Handler: http.HandlerFunc(p.serve), ReadHeaderTimeout: 10 * time.Second, ConnState: p.connState}
	p.start(func() { _ = p.server.Serve(l) })
	p.start(p.callActionURLs)
	return p
}

// URL is the address of the phone's web server, such as http://127.0.0.1:40123.
func (p *Phone) URL() string { return "http://" + p.listener.Addr().String() }

// Close stops listening, drops every connection and waits for the phone's goroutines. It may be called twice.
func (p *Phone) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.done)
		for t := range p.timers {
			if t.Stop() {
				p.running.Done()
			}
		}
		for c := range p.conns {
			_ = c.Close()
		}
	}
	p.mu.Unlock()
	_ = p.server.Close()
	p.running.Wait()
}

func (p *Phone) start(f func()) {
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		f()
	}()
}

// enter counts a running request, unless the phone has closed.
func (p *Phone) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.running.Add(1)
	return true
}

// connState knows every connection, and drops each at once while the link is cut.
func (p *Phone) connState(c net.Conn, s http.ConnState) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch s {
	case http.StateNew:
		p.conns[c] = struct{}{}
		if p.linkCut || p.closed {
			_ = c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		delete(p.conns, c)
	}
}

// CutLink drops every connection and every new one until RestoreLink; calls go on meanwhile.
func (p *Phone) CutLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkCut = true
	for c := range p.conns {
		_ = c.Close()
	}
}

// RestoreLink lets connections in again.
func (p *Phone) RestoreLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkCut = false
}

// Changed answers a channel that is closed at the next change of any kind: a request, a call. Take the channel first, look
// at the state second, then wait.
func (p *Phone) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Wait blocks until ok answers true, which it asks after every change, or until ctx ends; then it answers ctx's error.
func (p *Phone) Wait(ctx context.Context, ok func() bool) error {
	for {
		changed := p.Changed()
		if ok() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Notify calls f after every change of a call, one at a time and in order: what a simulated telephone system beside this
// phone hears from it. f may call the phone.
func (p *Phone) Notify(f func(Call)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.notify = f
}

// noteChange wakes every waiter. The caller holds p.mu.
func (p *Phone) noteChange() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// tell notes the new state of a call, for waiters and for Notify. The caller holds p.mu.
func (p *Phone) tell(c *Call) {
	p.noteChange()
	if p.notify == nil || p.closed {
		return
	}
	p.news = append(p.news, *c)
	if p.telling {
		return
	}
	p.telling = true
	p.start(p.tellNews)
}

func (p *Phone) tellNews() {
	for {
		p.mu.Lock()
		if len(p.news) == 0 || p.closed {
			p.telling = false
			p.mu.Unlock()
			return
		}
		c, f := p.news[0], p.notify
		p.news = p.news[1:]
		p.mu.Unlock()
		f(c)
	}
}

// after runs f once, d later, unless the phone closes first. The caller holds p.mu; f runs without it.
func (p *Phone) after(d time.Duration, f func()) {
	if p.closed {
		return
	}
	p.running.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer p.running.Done()
		p.mu.Lock()
		delete(p.timers, t)
		closed := p.closed
		p.mu.Unlock()
		if !closed {
			f()
		}
	})
	p.timers[t] = struct{}{}
}
