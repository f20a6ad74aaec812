// Package simulator is what simulated vendors have in common: a web server on a real loopback port whose link can be cut,
// that keeps what it was asked, and a world that changes under one lock.
package simulator

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// largest bounds a request's body, in bytes.
const largest = 16 << 20

// Request is one thing the system was asked.
type Request struct {
	Time   time.Time
	Name   string // of the function
	Method string
	URI    string // path and query, as they came
	Type   string // Content-Type
	Auth   string // Authorization
	Body   []byte
	Faults []string // what the documents do not allow
}

// Answer is what the system says. The zero value is an empty 200.
type Answer struct {
	Status   int
	Type     string
	Location string
	Body     string
	// Later is done, without the lock, after the answer was written.
	Later func()
	// Delay is waited for before the answer is written, without the lock.
	Delay time.Duration
}

// Server is one simulated system. Its methods may be called from any goroutine.
type Server struct {
	name   func(*http.Request) string
	answer func(*Request) Answer

	mu       sync.Mutex
	changed  chan struct{}
	closed   bool
	cut      bool
	conns    map[net.Conn]struct{}
	timers   map[*time.Timer]struct{}
	requests []*Request
	drop     map[string]bool
	hang     map[string]chan struct{}
	instead  http.Handler

	listener net.Listener
	server   *http.Server
	done     chan struct{}
	running  sync.WaitGroup
}

// New starts a system on a free loopback port. name answers which function a request is for; answer does it, with the lock
// held, and adds to the request's faults. It panics when it cannot listen, an error of the program that calls it.
func New(name func(*http.Request) string, answer func(*Request) Answer) *Server {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(fmt.Sprintf("simulator: listen on loopback: %v", err))
	}
	s := &Server{name: name, answer: answer, changed: make(chan struct{}), conns: map[net.Conn]struct{}{},
		timers: map[*time.Timer]struct{}{}, drop: map[string]bool{}, hang: map[string]chan struct{}{},
		listener: l, done: make(chan struct{})}
	s.server = &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: 10 * time.Second, ConnState: s.connState}
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		_ = s.server.Serve(l)
	}()
	return s
}

// Addr is the server's host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the server's address, such as http://127.0.0.1:40123.
func (s *Server) URL() string { return "http://" + s.Addr() }

// Close stops listening, drops every connection and waits for the server's goroutines. It may be called twice.
func (s *Server) Close() {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.done)
		for t := range s.timers {
			if t.Stop() {
				s.running.Done()
			}
		}
		for c := range s.conns {
			_ = c.Close()
		}
	}
	s.mu.Unlock()
	_ = s.server.Close()
	s.running.Wait()
}

// Lock takes the world's lock.
func (s *Server) Lock() { s.mu.Lock() }

// Unlock gives the lock back and wakes everybody who waits for a change.
func (s *Server) Unlock() {
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
}

// After runs f once, d later and without the lock, unless the system closes first. The caller holds the lock.
func (s *Server) After(d time.Duration, f func()) {
	if s.closed {
		return
	}
	s.running.Add(1)
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		defer s.running.Done()
		s.mu.Lock()
		delete(s.timers, t)
		closed := s.closed
		s.mu.Unlock()
		if !closed {
			f()
		}
	})
	s.timers[t] = struct{}{}
}

// Changed answers a channel that is closed at the next change of any kind. Take the channel first, look at the state
// second, then wait.
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

// CutLink drops every connection and every new one until RestoreLink; the world goes on meanwhile.
func (s *Server) CutLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = true
	for c := range s.conns {
		_ = c.Close()
	}
}

// RestoreLink lets connections in again.
func (s *Server) RestoreLink() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cut = false
}

// DropAfterRead lets the system read the next request for a function whole, do nothing and close the connection.
func (s *Server) DropAfterRead(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop[name] = true
}

// HangAfterRead lets the system read the next request for a function whole and then neither answer nor close, until it is
// closed itself or the other side leaves. read is closed once it has been read.
func (s *Server) HangAfterRead(name string) (read <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{})
	s.hang[name] = c
	return c
}

// AnswerWith lets a handler answer every request from now on, whatever it asks for; nil ends it.
func (s *Server) AnswerWith(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = h
}

// Requests answers everything the system was asked so far, in order of arrival, also what it refused or dropped.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Request, len(s.requests))
	for i, r := range s.requests {
		out[i] = *r
	}
	return out
}

// Received answers how often a function was asked for.
func (s *Server) Received(name string) (n int) {
	for _, r := range s.Requests() {
		if r.Name == name {
			n++
		}
	}
	return n
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil || !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.running.Done()
	req := &Request{Time: time.Now(), Name: s.name(r), Method: r.Method, URI: r.RequestURI, Type: r.Header.Get("Content-Type"),
		Auth: r.Header.Get("Authorization"), Body: body}
	s.mu.Lock()
	s.requests = append(s.requests, req)
	dropped, hanging, instead := s.drop[req.Name], s.hang[req.Name], s.instead
	delete(s.drop, req.Name)
	delete(s.hang, req.Name)
	s.Unlock()
	switch {
	case dropped:
		panic(http.ErrAbortHandler)
	case hanging != nil:
		close(hanging)
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case instead != nil:
		instead.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	a := s.answer(req)
	s.Unlock()
	if !s.wait(r.Context(), a.Delay) {
		panic(http.ErrAbortHandler)
	}
	write(w, a)
	if a.Later != nil {
		a.Later()
	}
}

func write(w http.ResponseWriter, a Answer) {
	if a.Type != "" {
		w.Header().Set("Content-Type", a.Type)
	}
	if a.Location != "" {
		w.Header().Set("Location", a.Location)
	}
	if a.Status != 0 {
		w.WriteHeader(a.Status)
	}
	_, _ = io.WriteString(w, a.Body)
}

// wait waits for d; false when nobody waits for the answer any more.
func (s *Server) wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
	case <-s.done:
	}
	return false
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

// connState knows every connection, and drops each at once while the link is cut.
func (s *Server) connState(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.conns[c] = struct{}{}
		if s.cut || s.closed {
			_ = c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		delete(s.conns, c)
	}
}
