// Package wire carries the HTTP requests of drivers so that nothing is sent
// twice by itself.
package wire

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Timeout bounds one request with its answer.
const Timeout = 10 * time.Second

// LargestAnswer bounds the body of an answer, in bytes.
const LargestAnswer = 1 << 20

const (
	dialTimeout = 5 * time.Second
	largestHead = 64 << 10
	idlePerHost = 64 // as many pages may click at once without a new connection each
	// Web servers commonly keep an idle connection for five seconds. Letting go of it earlier keeps a wish from being
	// written into a connection that the other side is closing, where nobody could tell whether it arrived.
	idleTimeout = 4 * time.Second
)

// Request is one request.
type Request struct {
	Method string // "" is GET
	Target string // path and query
	Type   string // the media type of Body
	Auth   string // the Authorization header; "" leaves what the address says
	Body   []byte
	// Again allows to ask a second time when a kept connection turns out to be closed, for what changes nothing.
	Again bool
	// Timeout bounds this request instead of the usual time; 0 is [Timeout].
	Timeout time.Duration
}

// Answer is what came back. A Body of one byte more than LargestAnswer was longer.
type Answer struct {
	Status   int    // 0 is no answer
	Type     string // the media type, with its parameters
	Location string // where a redirect points, which nobody follows
	Body     []byte
}

// Client carries requests over connections that it keeps. Unlike Go's client it sends nothing twice of itself and
// hands nothing to other goroutines, which would take longer than everything else the driver does for a call.
type Client struct {
	address string // host:port
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	head    []byte // what follows the first line of every request

	mu      sync.Mutex
	closed  bool
	idle    []*kept     // the one used last comes last
	expires *time.Timer // closes what is idle for too long; nil while nothing is
}

// kept is one connection.
type kept struct {
	net.Conn
	bounded io.LimitedReader // what one answer may have in all
	in      *bufio.Reader
	out     []byte
	since   time.Time // when it fell idle
	used    bool
}

// NotSent is an error before any byte of a request left.
type NotSent struct{ Err error }

// Error tells the cause.
func (e NotSent) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e NotSent) Unwrap() error { return e.Err }

// New makes a client of the server at u; nothing is connected yet. User and
// password in u go as basic authentication.
func New(u *url.URL) (*Client, error) {
	port, d := "80", &net.Dialer{Timeout: dialTimeout}
	w := &Client{dial: d.DialContext}
	if u.Scheme == "https" {
		port, w.dial = "443", (&tls.Dialer{NetDialer: d}).DialContext
	}
	if p := u.Port(); p != "" {
		port = p
	}
	w.address = net.JoinHostPort(u.Hostname(), port)
	// The library writes the head once, since it knows how a host is spelt there.
	req := &http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{"User-Agent": {"ctiagent"}}}
	if u.User != nil {
		password, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), password)
	}
	var all bytes.Buffer
	if err := req.Write(&all); err != nil {
		return nil, err
	}
	_, w.head, _ = bytes.Cut(all.Bytes(), []byte("\r\n"))
	return w, nil
}

// Get asks for path and query once and answers the status and at most one byte more of the body than LargestAnswer.
// again allows to ask a second time when a kept connection turns out to be closed, for what changes nothing. With a
// status an error is about the body; before one, it is a NotSent when nothing left.
func (w *Client) Get(ctx context.Context, target string, again bool) (status int, body []byte, err error) {
	a, err := w.Send(ctx, Request{Target: target, Again: again})
	return a.Status, a.Body, err
}

// Send makes one request. With a status an error is about the body; before one, it is a NotSent when nothing left.
func (w *Client) Send(ctx context.Context, r Request) (a Answer, err error) {
	if err := r.check(); err != nil {
		return Answer{}, err
	}
	deadline := r.deadline(ctx)
	for {
		c, err := w.take(ctx)
		if err != nil {
			return Answer{}, NotSent{err}
		}
		reused := c.used
		a, err = w.ask(ctx, c, &r, deadline)
		if a.Status == 0 && err != nil && reused && r.Again && ctx.Err() == nil && !late(err) {
			continue
		}
		return a, err
	}
}

// check keeps what would break out of its line from reaching the wire.
func (r *Request) check() error {
	breaks := func(c rune) bool { return c < ' ' || c == 0x7f }
	if !strings.HasPrefix(r.Target, "/") || strings.ContainsFunc(r.Target, func(c rune) bool { return c == ' ' || breaks(c) }) ||
		strings.ContainsFunc(r.Method+r.Type+r.Auth, breaks) {
		return NotSent{errors.New("the request holds a character that no request may hold")}
	}
	return nil
}

func (r *Request) deadline(ctx context.Context) time.Time {
	deadline := time.Now().Add(cmp.Or(r.Timeout, Timeout))
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	return deadline
}

// late says whether time ran out.
func late(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// ask uses one connection, and keeps or closes it.
func (w *Client) ask(ctx context.Context, c *kept, r *Request, deadline time.Time) (a Answer, err error) {
	if err := c.SetDeadline(deadline); err != nil {
		c.Close()
		return Answer{}, err
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	a, keep, err := c.exchange(r, w.head)
	if !stop() {
		keep = false
		if err != nil {
			err = ctx.Err()
		}
	}
	if keep && err == nil {
		w.keep(c)
	} else {
		c.Close()
	}
	return a, err
}

func (c *kept) exchange(r *Request, head []byte) (a Answer, keep bool, err error) {
	c.bounded.N = largestHead + 2*LargestAnswer // chunks have heads, too
	res, err := c.begin(r, head)
	if err != nil {
		return Answer{}, false, err
	}
	defer res.Body.Close()
	a = Answer{Status: res.StatusCode, Type: res.Header.Get("Content-Type"), Location: res.Header.Get("Location")}
	if n := res.ContentLength; n >= 0 && n <= LargestAnswer {
		a.Body = make([]byte, n)
		_, err = io.ReadFull(res.Body, a.Body)
		return a, !res.Close, err
	}
	a.Body, err = io.ReadAll(io.LimitReader(res.Body, LargestAnswer+1))
	return a, !res.Close && len(a.Body) <= LargestAnswer, err
}

// begin writes the request and reads the head of its answer.
func (c *kept) begin(r *Request, head []byte) (*http.Response, error) {
	c.used = true
	out := append(append(append(append(c.out[:0], cmp.Or(r.Method, http.MethodGet)...), ' '), r.Target...), " HTTP/1.1\r\n"...)
	out = append(out, head...)
	if r.Auth != "" || r.Body != nil || r.Method == http.MethodPost {
		out = append(out[:len(out)-len("\r\n")], r.more()...)
	}
	out = append(out, r.Body...)
	c.out = out
	if cap(c.out) > largestHead {
		c.out = nil // an upload is no reason to keep as much for ever
	}
	if _, err := c.Write(out); err != nil {
		return nil, err
	}
	return http.ReadResponse(c.in, nil)
}

// more are the headers only some requests have, with the empty line after them.
func (r *Request) more() []byte {
	var out []byte
	if r.Auth != "" {
		out = append(append(append(out, "Authorization: "...), r.Auth...), "\r\n"...)
	}
	if r.Type != "" {
		out = append(append(append(out, "Content-Type: "...), r.Type...), "\r\n"...)
	}
	return append(append(strconv.AppendInt(append(out, "Content-Length: "...), int64(len(r.Body)), 10), "\r\n"...), "\r\n"...)
}

// take answers a kept connection that still stands, else a new one.
func (w *Client) take(ctx context.Context) (*kept, error) {
	for {
		w.mu.Lock()
		if len(w.idle) == 0 {
			w.mu.Unlock()
			break
		}
		c := w.idle[len(w.idle)-1]
		w.idle = w.idle[:len(w.idle)-1]
		w.mu.Unlock()
		if time.Since(c.since) < idleTimeout && c.in.Buffered() == 0 && stands(c.Conn) {
			return c, nil
		}
		c.Close()
	}
	conn, err := w.dial(ctx, "tcp", w.address)
	if err != nil {
		return nil, err
	}
	return newKept(conn), nil
}

func newKept(conn net.Conn) *kept {
	c := &kept{Conn: conn, bounded: io.LimitedReader{R: conn}}
	c.in = bufio.NewReaderSize(&c.bounded, 4<<10)
	return c
}

func (w *Client) keep(c *kept) {
	c.since = time.Now()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || len(w.idle) >= idlePerHost {
		c.Close()
		return
	}
	w.idle = append(w.idle, c)
	if w.expires == nil {
		w.expires = time.AfterFunc(idleTimeout, w.expire)
	}
}

// expire closes what has been idle for too long, and comes again while anything is.
func (w *Client) expire() {
	w.mu.Lock()
	defer w.mu.Unlock()
	old := 0
	for old < len(w.idle) && time.Since(w.idle[old].since) >= idleTimeout {
		w.idle[old].Close()
		old++
	}
	w.idle = slices.Delete(w.idle, 0, old)
	if w.expires = nil; len(w.idle) > 0 {
		w.expires = time.AfterFunc(idleTimeout-time.Since(w.idle[0].since), w.expire)
	}
}

// Close lets go of what is idle, and of what is in use as soon as it is answered.
func (w *Client) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for _, c := range w.idle {
		c.Close()
	}
	w.idle = nil
	if w.expires != nil {
		w.expires.Stop()
		w.expires = nil
	}
}
