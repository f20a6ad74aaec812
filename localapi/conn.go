package localapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/internal/stack"
	"ctiagent/localapi/protocol"
)

// conn is one caller: a page's socket, a program's, or a single POST. The
// goroutine that reads from it runs receive; requests that may take long run
// in goroutines of their own.
type conn struct {
	srv    *Server
	id     string
	out    *outgoing // nil for a POST
	origin string    // "" at the program door
	person cti.Person
	admin  bool // of this computer, at the program door
	guest  bool // an administrator at somebody else's desk
	pace   *pace
	ctx    context.Context // ends with the connection
	cancel context.CancelFunc
	stop   func() bool // of the timer that ends an unpaired connection

	porthole *porthole // nil unless the page speaks uContact's window messages

	watched atomic.Pointer[hub] // nil while the connection watches nothing

	mu         sync.Mutex
	lang       i18n.Lang
	scopes     []cti.Effect // empty: not paired
	ourPage    bool         // from our own origin, not a foreign page
	renew      string       // the ticket that is good when this connection has ended
	desk       Desk
	release    func()
	flying     map[string]context.CancelFunc
	working    int
	asks       map[string]chan protocol.Message
	lastAsk    uint64
	streams    map[string]*stream
	lastStream uint64

	// Of the reading goroutine alone.
	hub     *hub
	watcher *watcher
	focus   *protocol.FocusIn

	extension bool // the desk was told of it as of a browser's extension
}

func (s *Server) newConn(person cti.Person, origin string) *conn {
	c := &conn{srv: s, id: "p" + strconv.FormatUint(s.lastConn.Add(1), 10), origin: origin, person: person, lang: s.lang}
	c.ctx, c.cancel = context.WithCancel(s.ctx)
	return c
}

// pageScopes are what an allowed page may do.
func pageScopes() []cti.Effect { return []cti.Effect{cti.Observe, cti.Dial, cti.Control} }

// personScopes are what the person's own programs, and our own pages with a
// ticket, may do.
func (c *conn) personScopes() []cti.Effect {
	if c.srv.supervisor(c.person) {
		return append(pageScopes(), cti.Supervise)
	}
	return pageScopes()
}

func (c *conn) grant(scopes []cti.Effect) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scopes = scopes
}

func (c *conn) language() i18n.Lang {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lang
}

// rights are what the caller may do, and whether it is a foreign page.
func (c *conn) rights() (scopes []cti.Effect, foreign bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.scopes, c.origin != "" && !c.ourPage
}

// open answers the person's desk, which stays open as long as the connection.
func (c *conn) open(ctx context.Context) (Desk, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.desk != nil {
		return c.desk, nil
	}
	d, release, err := c.srv.opt.OpenDesk(ctx, c.person)
	if err != nil {
		return nil, err
	}
	c.desk, c.release = d, release
	return d, nil
}

// visit brings an administrator to the desk that stands open under a name.
func (c *conn) visit(name string) error {
	if !c.admin || c.srv.opt.FindDesk == nil {
		return refusal(cti.Forbidden, protocol.SessionHello, "only an administrator's program acts at the desk of somebody else", protocol.HintAdministrator)
	}
	who, desk, release, err := c.srv.opt.FindDesk(name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.desk != nil {
		release()
		return cti.Fail(cti.WrongState, protocol.SessionHello, "this connection has a desk already")
	}
	c.srv.opt.Log.Info("an administrator acts at somebody's desk", "administrator", c.person.Name, "person", who.Name)
	c.person, c.desk, c.release, c.guest = who, desk, release, true
	return nil
}

// receive takes one message.
func (c *conn) receive(data []byte) {
	ok, enough := c.pace.take(c.srv.opt.Clock.Now())
	if enough {
		c.out.close(protocol.CloseTooMany)
		return
	}
	if c.porthole != nil {
		c.receivePorthole(data, ok)
		return
	}
	m, problem := protocol.Parse(data)
	switch {
	case problem != nil:
		c.answerError(m.ID, c.wireError(m.Method, problem))
	case m.Answer():
		c.answered(m)
	case !ok && m.Note():
	case !ok:
		c.answerError(m.ID, c.wireError(m.Method, &cti.Error{Kind: cti.RateLimited, Op: m.Method, Text: "too many requests", Retryable: true}))
	default:
		c.serve(m)
	}
}

// serve carries out a request of a socket and answers it.
func (c *conn) serve(m protocol.Message) {
	t, err := c.find(c.ctx, m)
	if err != nil {
		if !m.Note() {
			c.answerError(m.ID, c.wireError(m.Method, err))
		}
		return
	}
	if t.inline {
		c.answer(c.ctx, t, m, func() {})
		return
	}
	ctx, done, err := c.begin(m)
	if err != nil {
		if !m.Note() {
			c.answerError(m.ID, c.wireError(m.Method, err))
		}
		return
	}
	if !c.srv.goTracked(func() {
		stack.Reserve16() // a wish needs that much on its way to a driver
		c.answer(ctx, t, m, done)
	}) {
		done()
	}
}

// answer runs a task, calls done and sends what comes of it, in this order: who
// has the answer may use its id again at once.
func (c *conn) answer(ctx context.Context, t task, m protocol.Message, done func()) {
	result, err := t.run(ctx, request{conn: c, m: m})
	done()
	if s, ok := result.(*stream); ok && m.Note() {
		s.close() // nobody learns its name
	}
	if _, already := result.(answered); already || m.Note() {
		return
	}
	var raw json.RawMessage
	if err == nil {
		raw, err = c.encode(result)
	}
	if err == nil {
		c.say(protocol.AppendResult(nil, m.ID, raw))
		return
	}
	c.answerError(m.ID, c.wireError(t.op, err))
	var f fatal
	if errors.As(err, &f) {
		c.out.close(f.code)
	}
}

// say sends one message behind every event that came before it.
func (c *conn) say(message []byte) {
	if h := c.watched.Load(); h != nil {
		h.settle()
	}
	c.out.send(message)
}

// answered is the result of a task that has sent its answer itself.
type answered struct{}

// encode puts a result into JSON, or a stream into the connection's books.
func (c *conn) encode(result any) (json.RawMessage, error) {
	if s, ok := result.(*stream); ok {
		id, err := c.openStream(s)
		if err != nil {
			return nil, err
		}
		result = protocol.StreamOut{Stream: id}
	}
	switch r := result.(type) { // the answers of nearly every click
	case *cti.Call:
		if r != nil {
			return protocol.AppendCall(nil, r), nil
		}
	case cti.Call:
		return protocol.AppendCall(nil, &r), nil
	case cti.Agent:
		return protocol.AppendAgent(nil, &r), nil
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return raw, nil
}

func (c *conn) answerError(id json.RawMessage, e *protocol.Error) {
	c.say(protocol.AppendError(nil, id, e))
}

// begin enters a long request into the books, so that rpc.cancel finds it.
func (c *conn) begin(m protocol.Message) (context.Context, func(), error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.working >= maxInFlight {
		return nil, nil, &cti.Error{Kind: cti.Busy, Op: m.Method, Text: fmt.Sprintf("%d requests are unanswered", maxInFlight), Hint: protocol.HintInFlight, Retryable: true}
	}
	key := string(m.ID)
	if _, twice := c.flying[key]; twice && !m.Note() {
		return nil, nil, refusal(cti.BadRequest, m.Method, "an unanswered request has the same id", protocol.HintInFlight)
	}
	ctx, cancel := context.WithCancel(c.ctx)
	c.working++
	if !m.Note() {
		if c.flying == nil {
			c.flying = map[string]context.CancelFunc{}
		}
		c.flying[key] = cancel
	}
	return ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.working--
		if !m.Note() {
			delete(c.flying, key)
		}
		cancel()
	}, nil
}

// progress is what a task tells of long work. Ten notes a second are enough
// for any eye.
func (c *conn) progress(id json.RawMessage) func(done, total int64) {
	const pause = 100 * time.Millisecond
	var mu sync.Mutex
	var last time.Time
	return func(done, total int64) {
		now := c.srv.opt.Clock.Now()
		mu.Lock()
		skip := !last.IsZero() && now.Sub(last) < pause && done != total
		if !skip {
			last = now
		}
		mu.Unlock()
		if skip {
			return
		}
		if b, err := protocol.AppendRequest(nil, nil, protocol.Progress, protocol.ProgressNote{ID: id, Done: done, Total: total}); err == nil {
			c.say(b)
		}
	}
}

// exchange sends a request of ours and waits for the answer.
func (c *conn) exchange(ctx context.Context, method string, params any) (protocol.Message, error) {
	reply := make(chan protocol.Message, 1)
	c.mu.Lock()
	c.lastAsk++
	id := `"s` + strconv.FormatUint(c.lastAsk, 10) + `"`
	if c.asks == nil {
		c.asks = map[string]chan protocol.Message{}
	}
	c.asks[id] = reply
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.asks, id)
	}()
	b, err := protocol.AppendRequest(nil, json.RawMessage(id), method, params)
	if err != nil {
		return protocol.Message{}, err
	}
	c.say(b)
	select {
	case m := <-reply:
		return m, nil
	case <-ctx.Done():
		return protocol.Message{}, ctx.Err()
	case <-c.ctx.Done():
		return protocol.Message{}, cti.Fail(cti.Unavailable, method, "whoever was asked is gone")
	}
}

// answered hands an answer of the caller to who asked; nobody waits for an
// unknown one.
func (c *conn) answered(m protocol.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if reply := c.asks[string(m.ID)]; reply != nil {
		delete(c.asks, string(m.ID))
		reply <- m
	}
}

// pop asks the page to show a customer; the desk says how long it may take.
func (c *conn) pop(ctx context.Context, p cti.Pop) (bool, error) {
	m, err := c.exchange(ctx, protocol.DeskPop, p)
	switch {
	case err != nil:
		return false, err
	case m.Error != nil:
		return false, cti.Fail(cti.Refused, protocol.DeskPop, "the page refused")
	}
	var out protocol.PopOut
	if err := json.Unmarshal(m.Result, &out); err != nil {
		return false, cti.Fail(cti.BadRequest, protocol.DeskPop, "the page answered something else")
	}
	return out.Shown, nil
}

// unwatch ends the connection's watch, if it has one.
func (c *conn) unwatch() {
	if c.watcher == nil {
		return
	}
	c.hub.unwatch(c.watcher)
	c.watched.Store(nil)
	c.watcher = nil
	if c.origin != "" || c.extension {
		c.hub.desk.RemovePage(c.id)
		c.extension = false
	}
	c.srv.leaveHub(c.hub)
	c.hub = nil
}

// end frees what the connection holds. The goroutine that reads calls it.
func (c *conn) end() {
	if c.stop != nil {
		c.stop()
	}
	c.unwatch()
	c.srv.hands.detach(c)
	c.cancel()
	c.mu.Lock()
	streams := c.streams
	c.streams = nil
	desk, release, renew := c.desk, c.release, c.renew
	c.release = nil
	c.mu.Unlock()
	for _, s := range streams {
		s.close()
	}
	if renew != "" {
		c.srv.tickets.accept(renew, c.person)
	}
	if desk != nil && release != nil {
		release()
	}
}

// hubOf answers the hub of a desk, and counts a user in.
func (s *Server) hubOf(d Desk) *hub {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.hubs[d]
	if h == nil {
		h = &hub{desk: d, spawn: s.goTracked}
		s.hubs[d] = h
	}
	h.users++
	return h
}

func (s *Server) leaveHub(h *hub) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(s.hubs, h.desk)
	}
}

// may says whether the scopes hold the effect.
func may(scopes []cti.Effect, e cti.Effect) bool { return slices.Contains(scopes, e) }
