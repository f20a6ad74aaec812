// Package client speaks to a running ctiagent through the program door.
package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/internal/peer"
	"ctiagent/localapi/protocol"
)

// ErrNoAgent says that no ctiagent answers at any of the sockets.
var ErrNoAgent = errors.New("no ctiagent is running")

const (
	// maxLine bounds one message of the service, in bytes.
	maxLine = 64 << 20
	// maxQueue bounds the events that wait for a slow reader.
	maxQueue = 64 << 10
)

// Options says where a ctiagent may be and who asks.
type Options struct {
	// Sockets are tried in order; on Windows they are pipes.
	Sockets []string
	// Name and version of the program that asks; "ctiagent" when empty.
	Name string
	// Language of the hints, a language tag; the service's own when empty.
	Language string
	// Accounts are the user ids, besides this process's own and the
	// system's, under which the service may run.
	Accounts []string
	// Desk is whose desk, by account name or id; empty: that of who asks.
	Desk string
}

// Error is what the service refused: the error of the wire with its hint as a
// sentence. errors.Is and errors.As find the *cti.Error in it.
type Error struct{ Wire *protocol.Error }

// Error is what a page would be told.
func (e *Error) Error() string { return e.Wire.Message }

// Hint is one sentence in the client's language: what to do next.
func (e *Error) Hint() string {
	if e.Wire.Data == nil {
		return ""
	}
	return e.Wire.Data.Hint
}

// Unwrap gives the error as cti knows it.
func (e *Error) Unwrap() error { return e.Wire.CTI() }

// Client is one connection. Its methods may be called concurrently.
type Client struct {
	conn  net.Conn
	hello protocol.HelloOut

	sending sync.Mutex
	serving sync.WaitGroup // what the service asks of us

	next atomic.Uint64 // the last request's id

	mu      sync.Mutex
	pending map[string]*pending
	watch   *watch
	hand    Hand          // nil: this program is nobody's
	err     error         // why the connection ended
	done    chan struct{} // closed then
	read    chan struct{} // closed when the reading goroutine has ended
}

// pending is a call that waits for its answer.
type pending struct {
	reply    chan reply // has one place
	progress func(done, total int64)
	watch    *watch // set by the answer, so that no event is missed
}

type reply struct {
	result json.RawMessage
	err    error
}

// Dial connects to the first socket behind which the service's account, or
// this user, answers, and greets it. To anybody else nothing is said. The
// error is ErrNoAgent when nobody listens anywhere.
func Dial(ctx context.Context, o Options) (*Client, error) {
	conn, err := Connect(ctx, o)
	if err != nil {
		return nil, err
	}
	return greet(ctx, conn, o)
}

// Connect is Dial for who speaks for himself: nothing has been said yet on the
// connection it answers, and the messages are one JSON object a line.
func Connect(ctx context.Context, o Options) (net.Conn, error) {
	var refused error
	for _, path := range o.Sockets {
		conn, err := connect(ctx, path)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if !absent(err) {
				refused = fmt.Errorf("connect to %s: %w", path, err)
			}
			continue
		}
		if err := trusted(conn, o.Accounts); err != nil {
			conn.Close()
			refused = fmt.Errorf("connect to %s: %w", path, err)
			continue
		}
		return conn, nil
	}
	if refused != nil {
		return nil, refused
	}
	return nil, ErrNoAgent
}

// trusted refuses a server that runs under a stranger's account: it may have
// put its socket where the service's should be.
func trusted(conn net.Conn, accounts []string) error {
	server, err := peer.OfSocket(conn)
	if err != nil {
		return fmt.Errorf("find out whose program answers: %w", err)
	}
	self, err := peer.Self()
	if err != nil {
		return fmt.Errorf("find out who asks: %w", err)
	}
	if server.ID == self.ID || peer.IsSystem(server.ID) || server.Name == paths.ServiceAccount || slices.Contains(accounts, server.ID) {
		return nil
	}
	return fmt.Errorf("the program there belongs to %s, who is neither you nor the service; nothing was told to it", server.Name)
}

func greet(ctx context.Context, conn net.Conn, o Options) (*Client, error) {
	c := &Client{conn: conn, pending: map[string]*pending{}, done: make(chan struct{}), read: make(chan struct{})}
	go c.receive()
	// Who keeps a door and never reads would hold up the greeting's writing, too.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	in := protocol.HelloIn{Client: o.Name, Protocol: protocol.Version, Language: o.Language, Desk: o.Desk}
	if in.Client == "" {
		in.Client = "ctiagent"
	}
	if err := c.Call(ctx, protocol.SessionHello, in, &c.hello); err != nil {
		c.Close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, err
	}
	return c, nil
}

// Hello is what the service answered to the greeting.
func (c *Client) Hello() protocol.HelloOut { return c.hello }

// Call calls a method and reads its answer into result, a pointer, or nil to
// drop it. What the service refuses is an *Error. When ctx ends the request is
// canceled, and what it had begun may have happened.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	return c.CallProgress(ctx, method, params, result, nil)
}

// CallProgress is Call for long work: progress is told how far it has come.
func (c *Client) CallProgress(ctx context.Context, method string, params, result any, progress func(done, total int64)) error {
	raw, err := c.do(ctx, method, params, &pending{progress: progress})
	if err != nil || result == nil {
		return err
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, method string, params any, p *pending) (json.RawMessage, error) {
	if params == nil {
		params = cti.None{}
	}
	id := strconv.FormatUint(c.next.Add(1), 10)
	message, err := protocol.AppendRequest(nil, json.RawMessage(id), method, params)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", method, err)
	}
	p.reply = make(chan reply, 1)
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		return nil, c.err
	}
	c.pending[id] = p
	c.mu.Unlock()
	if err := c.write(message); err != nil {
		c.fail(err)
	}
	select {
	case r := <-p.reply:
		return r.result, r.err
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.pending, id)
		c.mu.Unlock()
		// When it cannot be sent the connection is over anyway.
		_ = c.note(protocol.RPCCancel, protocol.CancelIn{ID: json.RawMessage(id)})
		return nil, ctx.Err()
	}
}

// note says what nobody answers.
func (c *Client) note(method string, params any) error {
	b, err := protocol.AppendRequest(nil, nil, method, params)
	if err != nil {
		return fmt.Errorf("write %s: %w", method, err)
	}
	return c.write(b)
}

func (c *Client) write(message []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	_, err := c.conn.Write(append(message, '\n'))
	return err
}

// frame is any message of the service.
type frame struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *protocol.Error `json:"error"`
}

// receive takes what the service says, until the connection ends.
func (c *Client) receive() {
	defer close(c.read)
	lines := bufio.NewScanner(c.conn)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for lines.Scan() {
		var f frame
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			c.fail(fmt.Errorf("read from the service: %w", err))
			return
		}
		switch {
		case f.Method == "":
			c.answered(f)
		case f.Method == protocol.DeskEvent:
			c.event(f.Params)
		case f.Method == protocol.Progress:
			c.progressed(f.Params)
		case f.ID != nil:
			// In its own time: the reader must not wait for the person.
			c.serving.Go(func() { c.serve(f) })
		}
	}
	err := lines.Err()
	if err == nil {
		err = errors.New("the service ended the connection")
	}
	c.fail(err)
}

func (c *Client) answered(f frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := c.pending[string(f.ID)]
	if p == nil {
		return
	}
	delete(c.pending, string(f.ID))
	if f.Error != nil {
		p.reply <- reply{err: &Error{f.Error}}
		return
	}
	if p.watch != nil {
		c.watch = p.watch // before the next line, which may be its first event
	}
	p.reply <- reply{result: f.Result}
}

func (c *Client) progressed(params json.RawMessage) {
	var n protocol.ProgressNote
	if json.Unmarshal(params, &n) != nil {
		return
	}
	c.mu.Lock()
	p := c.pending[string(n.ID)]
	c.mu.Unlock()
	if p != nil && p.progress != nil {
		p.progress(n.Done, n.Total)
	}
}

// fail ends the connection and everything that waits for it.
func (c *Client) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = &cti.Error{Kind: cti.Unavailable, Text: "the connection to ctiagent is lost", Sent: cti.MaybeSent, Err: err}
	for id, p := range c.pending {
		delete(c.pending, id)
		p.reply <- reply{err: c.err}
	}
	close(c.done)
	c.conn.Close()
}

// Close ends the connection and everything that waits on it. It may be called
// twice.
func (c *Client) Close() error {
	c.fail(errors.New("closed"))
	<-c.read
	c.serving.Wait()
	return nil
}
