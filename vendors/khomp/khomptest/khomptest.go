// Package khomptest is a Khomp desk phone for tests and for the demo: its web server takes the requests of manual 002,
// 1.1.20, and those of a program for these phones, on a real loopback port, and it calls action URLs like the phone on a
// desk.
//
// Khomp's own manual is not public. What the phone answers is unknown, so it answers a word that means nothing; what its
// keys do is what a person would expect of them. Nobody has compared it with a real phone.
package khomptest

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The two spellings of the page that dials: manual 002, 1.1.20 prints the first, a program for these phones sends the
// second. An embedded web server matches case.
const (
	ManualPath  = "SavePhoneCAllInfoCfg"
	ProgramPath = "SavePhoneCallInfoCfg"
)

// Options says what kind of phone New starts. The zero value lets in root with the password root and answers at ManualPath.
type Options struct {
	User       string            // root when empty, as manual 002, 1.1.20 has it
	Password   string            // root when empty
	Path       string            // below /goform/; ManualPath when empty
	KeysPath   string            // below /cgi-bin/; ConfigManApp.com when empty
	Answer     string            // what is said to a request that was taken; OK when empty, which no document prints
	Lines      int               // how many calls there may be at once; 3 when zero
	MAC        string            // told as $mac; 000b82000002 when empty
	Extension  string            // told as $local and $active_user
	ActionURLs map[string]string // by event: an address without scheme, with $variables; see SetActionURL
	Now        func() time.Time  // time.Now when nil
	Log        *slog.Logger      // discarded when nil
}

// Phone is one simulated desk phone. All methods may be called from any goroutine.
type Phone struct {
	opts Options

	mu         sync.Mutex
	changed    chan struct{}
	closed     bool
	minted     int
	calls      []*Call // every call so far, oldest first
	live       []*Call // those that have not ended, the one in focus last
	typed      string  // digits typed on the idle phone, or after F_TRANSFER
	handing    bool    // F_TRANSFER was pressed and its number is being typed
	last       string  // the number dialled last
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
	opts.User, opts.Password = cmp.Or(opts.User, "root"), cmp.Or(opts.Password, "root")
	opts.Path, opts.KeysPath = cmp.Or(opts.Path, ManualPath), cmp.Or(opts.KeysPath, "ConfigManApp.com")
	opts.Answer, opts.Lines, opts.MAC = cmp.Or(opts.Answer, "OK"), cmp.Or(opts.Lines, 3), cmp.Or(opts.MAC, "000b82000002")
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	p := &Phone{opts: opts, changed: make(chan struct{}),
		timers: map[*time.Timer]struct{}{}, conns: map[net.Conn]struct{}{}, autoAnswer: -1, autoHangup: -1,
		urls: map[string]string{}, faults: newFaults(), done: make(chan struct{}), events: make(chan string, 256)}
	for event, value := range opts.ActionURLs {
		p.urls[event] = value
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("khomptest: listen on loopback: %v", err))
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
