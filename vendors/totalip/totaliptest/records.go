package totaliptest

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Request is one thing the system was asked, over HTTP or over the command socket.
type Request struct {
	Time      time.Time
	Road      string   // "http" or "socket"
	Method    string   // the HTTP method; empty on the socket
	Function  string   // discar, or DISCAR on the socket
	Query     string   // the raw query, or the raw command line
	Duplicate bool     // an identical request came before
	Faults    []string // what the manual's syntax does not allow: an unknown or repeated parameter, a body, another method
}

// Dial is one dial wish that the system accepted.
type Dial struct {
	Time      time.Time
	Road      string
	Extension string
	Number    string
	Ref       string // "" when the number was handed over
}

type records struct {
	requests []Request
	seen     map[string]bool
	dials    []Dial
}

// Requests answers everything the system was asked so far, in order of arrival, also what it refused or dropped.
func (p *PBX) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Received answers how often a function arrived, such as "discar" or "LOGIN".
func (p *PBX) Received(function string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, r := range p.requests {
		if r.Function == function {
			n++
		}
	}
	return n
}

// AwaitReceived blocks until a function has arrived n times, or until ctx ends.
func (p *PBX) AwaitReceived(ctx context.Context, function string, n int) error {
	return p.Wait(ctx, func() bool { return p.Received(function) >= n })
}

// Dials answers the dial wishes that were accepted.
func (p *PBX) Dials() []Dial {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.dials)
}

// Forget clears Requests and Dials, and what Duplicate compares with.
func (p *PBX) Forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.records = records{seen: map[string]bool{}}
}

// Sweep forgets the calls that have ended, with their recordings: a long test asks for none of them again.
func (p *PBX) Sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ref, c := range p.calls {
		if c.State == Ended {
			delete(p.calls, ref)
			delete(p.recordings, ref)
		}
	}
}

// record files a request and answers whether it broke the syntax. The caller holds p.mu.
func (p *PBX) record(r Request) {
	r.Time = p.opts.Now()
	key := r.Road + " " + r.Method + " " + r.Function + "?" + r.Query
	r.Duplicate = p.seen[key]
	p.seen[key] = true
	p.requests = append(p.requests, r)
	p.opts.Log.Debug("request", "road", r.Road, "function", r.Function, "duplicate", r.Duplicate, "faults", r.Faults)
	p.noteChange()
}

// dropPoint says when a connection is dropped instead of answered.
type dropPoint string

const (
	afterRead  dropPoint = "read"
	afterDoing dropPoint = "done"
	never      dropPoint = "never" // neither answered nor closed
)

// faults is what the tests let go wrong.
type faults struct {
	latency  time.Duration
	held     chan struct{} // closed when answers may leave; nil while they are not held
	muted    bool
	drop     map[string]dropPoint
	hanging  map[string]chan struct{}
	answers  map[string]string
	html     bool
	status   int
	redirect string
	with     http.Handler
}

// Latency delays every answer over HTTP and on the command socket by d.
func (p *PBX) Latency(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.latency = d
}

// DropAfterRead lets the system read every request for a function, do nothing and close the connection unanswered.
// Receive ends it.
func (p *PBX) DropAfterRead(function string) { p.setDrop(function, afterRead) }

// DropAfterDoing is DropAfterRead, but the system does what it was asked before it closes the connection.
func (p *PBX) DropAfterDoing(function string) { p.setDrop(function, afterDoing) }

// Receive ends DropAfterRead and DropAfterDoing for a function.
func (p *PBX) Receive(function string) { p.setDrop(function, "") }

// HangAfterRead lets the system read every request for a function and then neither answer nor close, until it is closed
// itself, the other side leaves, or Receive ends it for later requests. The channel is closed at the first such request.
func (p *PBX) HangAfterRead(function string) <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	read := make(chan struct{})
	p.drop[function], p.hanging[function] = never, read
	return read
}

// hang keeps a request without an answer. The caller does not hold p.mu.
func (p *PBX) hang(function string, left <-chan struct{}) {
	p.mu.Lock()
	if read := p.hanging[function]; read != nil {
		close(read)
		delete(p.hanging, function)
	}
	p.mu.Unlock()
	select {
	case <-left:
	case <-p.done:
	}
}

func (p *PBX) setDrop(function string, at dropPoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop[function] = at
}

// AnswerText lets a function answer these words, whatever it is asked, and do nothing. Empty words end it.
func (p *PBX) AnswerText(function, words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if words == "" {
		delete(p.answers, function)
		return
	}
	p.answers[function] = words
}

// AnswerHTML lets every HTTP function answer a web page with status 200, as a captive portal or a login page does.
func (p *PBX) AnswerHTML(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.html = on
}

// AnswerStatus lets every HTTP function answer this HTTP status with no text. 0 ends it.
func (p *PBX) AnswerStatus(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = code
}

// RedirectTo lets every HTTP function answer 302 to this address with its query appended. Empty ends it.
func (p *PBX) RedirectTo(url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.redirect = url
}

// AnswerWith lets every HTTP function answer as h does, and do nothing. nil ends it.
func (p *PBX) AnswerWith(h http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.with = h
}

// HoldAnswers keeps every answer over HTTP and on the command socket, ready as it is, until release is called.
func (p *PBX) HoldAnswers() (release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := make(chan struct{})
	p.held = held
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.held == held {
			p.held = nil
			close(held)
		}
	}
}

// delay waits while answers are held, and for the latency; it answers false when the system closes meanwhile.
func (p *PBX) delay(ctx context.Context) bool {
	p.mu.Lock()
	d, held := p.latency, p.held
	p.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return false
		case <-p.done:
			return false
		}
	}
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	case <-p.done:
		return false
	}
}
