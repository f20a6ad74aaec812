package vicidialtest

import (
	"context"
	"slices"
	"time"
)

// Request is one thing the system was asked.
type Request struct {
	Time     time.Time
	Method   string
	Path     string
	Function string   // as it was sent; empty when none was
	Query    string   // of the address, as it was sent
	Body     string   // as it was sent
	Status   int      // of the answer; 0 when there was none
	Answer   string   // the body of the answer
	Faults   []string // what a careful client does not do, or what it lost by it
}

type records struct{ requests []Request }

// Requests answers everything the system was asked so far, in order of arrival, also what it refused or dropped.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Received answers how often a function arrived, such as "external_dial".
func (s *Server) Received(function string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.requests {
		if r.Function == function {
			n++
		}
	}
	return n
}

// AwaitReceived blocks until a function has arrived n times, or until ctx ends.
func (s *Server) AwaitReceived(ctx context.Context, function string, n int) error {
	return s.Wait(ctx, func() bool { return s.Received(function) >= n })
}

// Forget clears Requests.
func (s *Server) Forget() { s.set(func() { s.requests = nil }) }

// troubles is what the tests let go wrong.
type troubles struct {
	drop     map[string]bool
	hanging  map[string]chan struct{}
	answers  map[string]string
	html     bool
	code     int
	redirect string
	held     chan struct{} // closed when answers may leave; nil while they are not held
}

func newTroubles() troubles {
	return troubles{drop: map[string]bool{}, hanging: map[string]chan struct{}{}, answers: map[string]string{}}
}

// DropAfterRead lets the system read the next request for a function, do nothing and close the connection unanswered.
func (s *Server) DropAfterRead(function string) { s.set(func() { s.drop[function] = true }) }

// HangAfterRead lets the system read the next request for a function and then neither answer nor close, until it is
// closed itself or the other side leaves. The channel is closed when the request has been read.
func (s *Server) HangAfterRead(function string) <-chan struct{} {
	read := make(chan struct{})
	s.set(func() { s.hanging[function] = read })
	return read
}

// AnswerText lets a function answer these words, whatever it is asked, and do nothing. Empty words end it.
func (s *Server) AnswerText(function, words string) {
	s.set(func() {
		if words == "" {
			delete(s.answers, function)
			return
		}
		s.answers[function] = words
	})
}

// AnswerHTML lets every request be answered by a web page with status 200, as a captive portal does.
func (s *Server) AnswerHTML(on bool) { s.set(func() { s.html = on }) }

// AnswerStatus lets every request be answered by this HTTP status with no text. 0 ends it.
func (s *Server) AnswerStatus(code int) { s.set(func() { s.code = code }) }

// RedirectTo lets every request be answered 302 to this address. Empty ends it.
func (s *Server) RedirectTo(url string) { s.set(func() { s.redirect = url }) }

// HoldAnswers keeps every answer, ready as it is, until release is called.
func (s *Server) HoldAnswers() (release func()) {
	held := make(chan struct{})
	s.set(func() { s.held = held })
	return func() {
		s.set(func() {
			if s.held == held {
				s.held = nil
				close(held)
			}
		})
	}
}

// wait waits while answers are held; it answers false when the system closes or the other side leaves meanwhile.
func (s *Server) wait(ctx context.Context) bool {
	s.mu.Lock()
	held := s.held
	s.mu.Unlock()
	if held == nil {
		return true
	}
	select {
	case <-held:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
}
