// Package vicidialtest is a VICIdial dialler for tests and for the demo: it answers agc/api.php and
// vicidial/non_agent_api.php on a real loopback port from one consistent world of agents, leads, calls and of the
// agents' browser pages, which alone make a stored command happen.
//
// It answers what a real server was recorded to answer (testdata/vicidial.jsonl: api.php 2.14-82 build 250122-1010,
// non_agent_api.php 2.14-202). What was read in that server's source and not recorded says so in a comment, as does
// what neither shows and was chosen here. There is no telephony behind it.
package vicidialtest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// The account New makes when Options names none.
const (
	DefaultUser = "apiuser"
	DefaultPass = "apipass1"
)

// DefaultCampaign is the campaign New makes, and the one of an agent without another.
const DefaultCampaign = "TESTCAMP"

// How a campaign treats external_dial: its setting api_manual_dial.
const (
	DialStandard      = "STANDARD"           // only a paused agent without a lead may dial
	DialQueue         = "QUEUE"              // the number waits in the agent's manual dial queue until the agent takes it
	DialQueueAutoCall = "QUEUE_AND_AUTOCALL" // the same, and the page takes it as soon as the agent is free and paused
)

// Options says what kind of system New starts. The zero value is a system of today with the account apiuser, whose
// pages poll once a second.
type Options struct {
	User, Pass  string           // the account with all rights; DefaultUser and DefaultPass when empty
	PagePoll    time.Duration    // how often the agents' pages poll, in real time: 0 is a second, as on a real page; below 0 they poll only by Tick
	Language    string           // of that account: "" is default English; "es" or "pt" translate its answers
	NonLatin    bool             // use_non_latin=1: accented letters are kept, not deleted
	OldPHP      bool             // PHP before 8.1: a broken SQL statement answers SUCCESS and does nothing
	NotApache   bool             // webserver answers 500, as where PHP is no Apache module
	Notify      bool             // the system setting for send_notification is on; it is off by default
	OutboundCID bool             // outbound_cid_any is API_ONLY
	ManualDial  string           // api_manual_dial of DefaultCampaign; DialStandard when empty
	KeepCallID  bool             // agent_status still shows the call id on the disposition screen; neither document nor recording tells
	Zone        *time.Location   // of the server's local times; three hours behind UTC when nil
	Now         func() time.Time // the server's clock; time.Now when nil
	Log         *slog.Logger     // discarded when nil
}

// Server is one simulated system. All methods may be called from any goroutine.
type Server struct {
	opts Options

	mu      sync.Mutex
	changed chan struct{}
	closed  bool
	conns   map[net.Conn]struct{}
	linkCut bool
	timers  map[*time.Timer]struct{}
	world
	records
	troubles

	listener net.Listener
	http     *http.Server
	done     chan struct{}
	running  sync.WaitGroup
}

// New starts a system on a free loopback port. It panics when it cannot listen or when an option has no meaning; both
// are errors of the program that calls it. Close ends it.
func New(opts Options) *Server {
	opts = withDefaults(opts)
	s := &Server{
		opts:     opts,
		changed:  make(chan struct{}),
		conns:    map[net.Conn]struct{}{},
		timers:   map[*time.Timer]struct{}{},
		world:    newWorld(opts),
		troubles: newTroubles(),
		done:     make(chan struct{}),
	}
	s.listener = listen()
	s.http = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	s.start(func() { _ = s.http.Serve(gate{s.listener, s}) })
	if opts.PagePoll > 0 {
		s.start(s.pollPages)
	}
	return s
}

func withDefaults(opts Options) Options {
	if opts.User == "" {
		opts.User = DefaultUser
	}
	if opts.Pass == "" {
		opts.Pass = DefaultPass
	}
	if opts.PagePoll == 0 {
		opts.PagePoll = time.Second
	}
	if !slices.Contains([]string{"", "es", "pt"}, opts.Language) {
		panic(fmt.Sprintf("vicidialtest: no answers in the language %q", opts.Language))
	}
	if opts.ManualDial == "" {
		opts.ManualDial = DialStandard
	}
	if !slices.Contains([]string{DialStandard, DialQueue, DialQueueAutoCall}, opts.ManualDial) {
		panic(fmt.Sprintf("vicidialtest: api_manual_dial has no value %q", opts.ManualDial))
	}
	if opts.Zone == nil {
		opts.Zone = time.FixedZone("-03", -3*60*60)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return opts
}

func listen() net.Listener {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("vicidialtest: listen on loopback: %v", err))
	}
	return l
}

func (s *Server) start(f func()) {
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		f()
	}()
}

// enter counts a running request, unless the system has closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.running.Add(1)
	return true
}

// Close stops listening, drops every connection and waits for the system's goroutines. It may be called twice.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		s.running.Wait()
		return
	}
	s.closed = true
	close(s.done)
	for t := range s.timers {
		if t.Stop() {
			s.running.Done()
		}
	}
	s.mu.Unlock()
	_ = s.http.Close()
	_ = s.listener.Close()
	s.running.Wait()
}

// URL is the address of the server without a path, such as http://127.0.0.1:40123.
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Changed answers a channel that is closed at the next change of any kind: a request, a call, a page that acted. Take
// the channel first, look at the state second, then wait.
func (s *Server) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Wait blocks until ok answers true, which it asks after every change, or until ctx ends; then it answers ctx's error.
func (s *Server) Wait(ctx context.Context, ok func() bool) error {
	for {
		changed := s.Changed()
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

// noteChange wakes every waiter. The caller holds s.mu.
func (s *Server) noteChange() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// after runs f once, d later in real time, unless the system closes first. The caller holds s.mu, and so does f.
func (s *Server) after(d time.Duration, f func()) {
	if s.closed {
		return
	}
	s.running.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer s.running.Done()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.timers, t)
		if !s.closed {
			f()
			s.noteChange()
		}
	})
	s.timers[t] = struct{}{}
}

// gate is the listener behind which CutLink shuts the door. The port stays the system's own meanwhile.
type gate struct {
	net.Listener
	s *Server
}

func (g gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		g.s.mu.Lock()
		if g.s.linkCut {
			g.s.mu.Unlock()
			_ = c.Close()
			continue
		}
		g.s.conns[c] = struct{}{}
		g.s.mu.Unlock()
		return counted{c, g.s}, nil
	}
}

type counted struct {
	net.Conn
	s *Server
}

func (c counted) Close() error {
	c.s.mu.Lock()
	delete(c.s.conns, c.Conn)
	c.s.mu.Unlock()
	return c.Conn.Close()
}

// CutLink drops every connection and lets no new one in until RestoreLink. Pages and calls go on.
func (s *Server) CutLink() {
	s.mu.Lock()
	s.linkCut = true
	var open []net.Conn
	for c := range s.conns {
		open = append(open, c)
	}
	clear(s.conns)
	s.mu.Unlock()
	for _, c := range open {
		_ = c.Close()
	}
}

// RestoreLink ends CutLink.
func (s *Server) RestoreLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.linkCut = false
}
