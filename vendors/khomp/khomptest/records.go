package khomptest

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// Request is one thing the phone was asked.
type Request struct {
	Time     time.Time
	Function string // Dail, Hangup or key
	Method   string
	URI      string   // path and query, as they came
	Faults   []string // what the documented syntax does not allow
}

type records struct{ requests []Request }

// Requests answers everything the phone was asked so far, in order of arrival, also what it refused or dropped.
func (p *Phone) Requests() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// Received answers how often a function arrived.
func (p *Phone) Received(function string) (n int) {
	for _, r := range p.Requests() {
		if r.Function == function {
			n++
		}
	}
	return n
}

// record files a request. The caller holds p.mu.
func (p *Phone) record(r Request) {
	r.Time = p.opts.Now()
	p.requests = append(p.requests, r)
	p.opts.Log.Debug("request", "function", r.Function, "faults", r.Faults)
	p.noteChange()
}

// fault is what happens to the next request of a name.
type fault string

const (
	none fault = ""
	drop fault = "drop"
	hang fault = "hang"
)

type faults struct {
	once     map[string]fault
	reading  map[string]chan struct{} // closed when a request that hangs has been read
	raw      map[string]http.HandlerFunc
	status   int
	location string
}

func newFaults() faults {
	return faults{once: map[string]fault{}, reading: map[string]chan struct{}{}, raw: map[string]http.HandlerFunc{}}
}

// next takes what happens to a request. The caller holds p.mu.
func (p *Phone) next(function string) (fault, chan struct{}) {
	f, reading := p.once[function], p.reading[function]
	delete(p.once, function)
	delete(p.reading, function)
	return f, reading
}

// DropAfterRead lets the phone read the next request for a function whole, do nothing and close the connection.
func (p *Phone) DropAfterRead(function string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.once[function] = drop
}

// HangAfterRead lets the phone read the next request for a function whole and then neither answer nor close, until it is
// closed itself or the other side leaves. read is closed once it has been read.
func (p *Phone) HangAfterRead(function string) (read <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	reading := make(chan struct{})
	p.once[function], p.reading[function] = hang, reading
	return reading
}

// stay keeps a request without an answer.
func (p *Phone) stay(reading chan struct{}, left <-chan struct{}) {
	close(reading)
	select {
	case <-left:
	case <-p.done:
	}
}

// AnswerWith lets a handler answer a function, whatever it is asked; nil ends it.
func (p *Phone) AnswerWith(function string, h http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.raw = maps.Clone(p.raw)
	p.raw[function] = h
	if h == nil {
		delete(p.raw, function)
	}
}

// AnswerStatus lets every function answer this HTTP status with no text. 0 ends it.
func (p *Phone) AnswerStatus(code int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = code
}

// RedirectTo lets every function answer 302 to this address. Empty ends it.
func (p *Phone) RedirectTo(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.location = address
}
