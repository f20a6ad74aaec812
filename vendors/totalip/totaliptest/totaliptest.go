// Package totaliptest is a Total IP telephone system for tests and for the demo: it speaks HTTP, the event socket and
// the command socket on real loopback ports, and all three tell the same story about one set of extensions and calls.
//
// It answers what manual 002 prints, each answer with its section in a comment. What the manual leaves open is an
// option here, so that a driver can be shown both readings. Nobody has compared it with a real server.
package totaliptest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Encoding is how text leaves the system; the manual names none.
type Encoding string

// The two encodings a Brazilian system of this age may use.
const (
	UTF8   Encoding = "utf-8"
	Latin1 Encoding = "iso-8859-1"
)

// How a line of the event socket may end; the manual names no line end.
const (
	CRLF  = "\r\n"
	LF    = "\n"
	NUL   = "\x00"
	NoEnd = "none"
)

// What a system may answer to a wrong key over HTTP, where the manual is silent.
const (
	WrongKeySocketWords = "CHAVE DA API INVÁLIDA"              // manual 002, 1.2.2.15
	WrongKeyDialWords   = "PARAMETROS INCORRETOS OU INVALIDOS" // manual 002, 1.1.20
)

// Options says what kind of system New starts. The zero value is a system without a key and without a licence limit,
// in UTF-8, with CRLF after each event line and six fields in the Ativa line.
type Options struct {
	Key                string           // when set, every HTTP function and DISCAR want it (manual 002, 1.1.20)
	WrongKeyAnswer     string           // HTTP answer to a wrong or missing key; WrongKeySocketWords when empty
	Licences           int              // how many extensions may be logged in at once; 0 is no limit
	Encoding           Encoding         // UTF8 when empty
	LineEnd            string           // CRLF when empty; NoEnd writes the lines without any separator
	StatusRamalFields  int              // 5 or 6 fields in the Ativa line: syntax and example of manual 002, 1.1.23 differ; 6 when zero
	RefuseCommandsHere bool             // the command socket answers that this address is not allowed (manual 002, 1.2.2.1)
	HiddenPause        bool             // set_pause shows neither in status_ramal nor as a line; the manual does not say whether it does
	ShortGroups        bool             // grupos_de_atendimento without the extension: syntax and example of manual 002, 1.1.14 differ
	Statuses           []Status         // the list of manual 002, 1.1.5 when nil
	Now                func() time.Time // time.Now when nil
	Log                *slog.Logger     // discarded when nil
}

// Status is one row of the status function.
type Status struct {
	ID   string
	Name string
}

// PBX is one simulated system. All methods may be called from any goroutine.
type PBX struct {
	opts Options

	mu         sync.Mutex
	changed    chan struct{}
	closed     bool
	extensions map[string]*extension
	calls      map[string]*Call
	lastCall   int
	queues     map[string][]Waiting
	campaigns  map[string]*Campaign
	recordings map[string][]Recording // by call
	groups     []Group
	servers    []Server
	mails      []Mail
	lastPhone  int
	lastUser   int
	lastFile   int
	readers    map[*reader]struct{}
	conns      map[net.Conn]struct{}
	linkCut    bool
	timers     map[*time.Timer]struct{}
	browser    chan Dial // nil while discar dials itself
	autoAnswer time.Duration
	autoHangup time.Duration
	records
	faults

	api      net.Listener
	events   net.Listener
	commands net.Listener
	server   *http.Server
	done     chan struct{}
	running  sync.WaitGroup
}

// New starts a system on three free loopback ports. It panics when it cannot listen or when an option has no meaning;
// both are errors of the program that calls it. Close ends it.
func New(opts Options) *PBX {
	opts = withDefaults(opts)
	p := &PBX{
		opts:       opts,
		changed:    make(chan struct{}),
		extensions: map[string]*extension{},
		calls:      map[string]*Call{},
		queues:     map[string][]Waiting{},
		campaigns:  map[string]*Campaign{},
		recordings: map[string][]Recording{},
		servers:    manualServers(),
		readers:    map[*reader]struct{}{},
		conns:      map[net.Conn]struct{}{},
		timers:     map[*time.Timer]struct{}{},
		autoAnswer: -1,
		autoHangup: -1,
		records:    records{seen: map[string]bool{}},
		faults:     faults{answers: map[string]string{}, drop: map[string]dropPoint{}, hanging: map[string]chan struct{}{}},
		done:       make(chan struct{}),
	}
	p.api, p.events, p.commands = listen(), listen(), listen()
	p.server = &http.Server{Handler: p.handler(), ReadHeaderTimeout: 10 * time.Second}
	p.start(func() { _ = p.server.Serve(p.api) })
	p.start(func() { p.serveEvents(p.events) })
	p.start(func() { p.serveCommands(p.commands) })
	return p
}

func withDefaults(opts Options) Options {
	if opts.WrongKeyAnswer == "" {
		opts.WrongKeyAnswer = WrongKeySocketWords
	}
	if opts.Encoding == "" {
		opts.Encoding = UTF8
	}
	if opts.LineEnd == "" {
		opts.LineEnd = CRLF
	}
	if opts.StatusRamalFields == 0 {
		opts.StatusRamalFields = 6
	}
	if opts.StatusRamalFields != 5 && opts.StatusRamalFields != 6 {
		panic(fmt.Sprintf("totaliptest: an Ativa line has 5 or 6 fields, not %d", opts.StatusRamalFields))
	}
	if opts.Statuses == nil {
		opts.Statuses = manualStatuses()
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	return opts
}

// manualStatuses is the example list of manual 002, 1.1.5.
func manualStatuses() []Status {
	return []Status{
		{"1", "Logado"}, {"2", "Deslogado"}, {"3", "Siga-me"}, {"4", "Reunião"}, {"5", "Visita em Cliente"},
		{"6", "Intervalo de Almoço"}, {"7", "Feedback"},
	}
}

func listen() net.Listener {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("totaliptest: listen on loopback: %v", err))
	}
	return l
}

func (p *PBX) start(f func()) {
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		f()
	}()
}

// enter counts a running request, unless the system has closed.
func (p *PBX) enter() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.running.Add(1)
	return true
}

// Close stops listening, drops every connection and waits for the system's goroutines. It may be called twice.
func (p *PBX) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.running.Wait()
		return
	}
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
	for r := range p.readers {
		r.end()
	}
	p.mu.Unlock()
	_ = p.server.Close()
	_ = p.events.Close()
	_ = p.commands.Close()
	p.running.Wait()
}

// URL is the address of the HTTP functions without the api/ part, such as http://127.0.0.1:40123.
func (p *PBX) URL() string { return "http://" + p.api.Addr().String() }

// EventsAddr is the host:port of the socket that a real system opens on 25000 (manual 002, 1.2).
func (p *PBX) EventsAddr() string { return p.events.Addr().String() }

// CommandsAddr is the host:port of the socket that a real system opens on 27000 (manual 002, 1.2).
func (p *PBX) CommandsAddr() string { return p.commands.Addr().String() }

// Changed answers a channel that is closed at the next change of any kind: a request, a call, a connection. Take the
// channel first, look at the state second, then wait.
func (p *PBX) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// Wait blocks until ok answers true, which it asks after every change, or until ctx ends; then it answers ctx's error.
func (p *PBX) Wait(ctx context.Context, ok func() bool) error {
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

// AwaitEventReader blocks until somebody is connected to the event socket, or until ctx ends.
func (p *PBX) AwaitEventReader(ctx context.Context) error {
	return p.Wait(ctx, func() bool { return p.EventReaders() > 0 })
}

// EventReaders answers how many connections the event socket has.
func (p *PBX) EventReaders() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.readers)
}

// noteChange wakes every waiter. The caller holds p.mu.
func (p *PBX) noteChange() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// after runs f once, d later, unless the system closes first. The caller holds p.mu; f runs without it.
func (p *PBX) after(d time.Duration, f func()) {
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

// encode turns text into the bytes this system sends.
func (p *PBX) encode(text string) []byte {
	if p.opts.Encoding != Latin1 {
		return []byte(text)
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}
