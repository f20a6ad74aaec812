// Package client speaks to a running ctiagent through the program door.
package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"

	"ctiagent/cti"
	"ctiagent/internal/peer"
	"ctiagent/localapi/protocol"
)

// ErrNoAgent says that no ctiagent answers at any of the sockets.
var ErrNoAgent = errors.New("no ctiagent is running")

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
}

// maxMessage bounds one message of the service, in bytes: a snapshot of a full
// desk is far smaller.
const maxMessage = 4 << 20

// Error is what the service refused: the error of the wire with its hint as a
// sentence. errors.Is and errors.As find the *cti.Error in it.
type Error struct{ Wire *protocol.Error }

// Error is one line for logs.
func (e *Error) Error() string { return e.Wire.Error() }

// Unwrap gives the error as cti knows it.
func (e *Error) Unwrap() error { return e.Wire.CTI() }

// maxQueue bounds the events that wait for a slow reader.
const maxQueue = 64 << 10

// pending is a call that waits for its answer.
type pending struct {
	answer chan protocol.Message // one place
	watch  *watch                // set by the answer, so that no event is missed
}

// Client is one connection. Its methods may be called concurrently.
type Client struct {
	conn   net.Conn
	writes sync.Mutex

	mu      sync.Mutex
	last    uint64
	waiting map[string]*pending
	watch   *watch // nil while nothing is watched
	err     error  // why the connection ended
	done    chan struct{}
}

// Dial connects to the first socket behind which the service's account, or
// this user, answers, and greets it. The error is ErrNoAgent when nobody
// listens anywhere.
func Dial(ctx context.Context, o Options) (*Client, error) {
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
			_ = conn.Close() // nothing was said
			refused = fmt.Errorf("connect to %s: %w", path, err)
			continue
		}
		c := &Client{conn: conn, waiting: map[string]*pending{}, done: make(chan struct{})}
		go c.read()
		name := o.Name
		if name == "" {
			name = "ctiagent"
		}
		if err := c.Call(ctx, protocol.SessionHello, protocol.HelloIn{Client: name, Protocol: protocol.Version, Language: o.Language}, nil); err != nil {
			_ = c.Close() // the greeting's error says more
			return nil, err
		}
		return c, nil
	}
	if refused != nil {
		return nil, refused
	}
	return nil, ErrNoAgent
}

// trusted refuses a server that runs under a stranger's account: it may have
// put its socket where the service's should be.
func trusted(conn net.Conn, accounts []string) error {
	server, err := serverOf(conn)
	if err != nil {
		return fmt.Errorf("find out whose program answers: %w", err)
	}
	self, err := peer.Self()
	if err != nil {
		return fmt.Errorf("find out who asks: %w", err)
	}
	for _, id := range append([]string{self.ID, systemAccount}, accounts...) {
		if server.ID == id {
			return nil
		}
	}
	return fmt.Errorf("the program there belongs to %s, who is neither you nor the service; nothing was told to it", server.Name)
}

// Call calls a method and reads its answer into result, a pointer, or nil to
// drop it. What the service refuses is an *Error.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	raw, err := c.do(ctx, method, params, &pending{})
	if err != nil || result == nil {
		return err
	}
	if err := json.Unmarshal(raw, result); err != nil {
		return fmt.Errorf("read the answer to %s: %w", method, err)
	}
	return nil
}

func (c *Client) do(ctx context.Context, method string, params any, p *pending) (json.RawMessage, error) {
	p.answer = make(chan protocol.Message, 1)
	c.mu.Lock()
	c.last++
	id := strconv.FormatUint(c.last, 10)
	c.waiting[id] = p
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
	}()
	if err := c.send(json.RawMessage(id), method, json.RawMessage(raw)); err != nil {
		return nil, err
	}
	select {
	case m := <-p.answer:
		if m.Error == nil {
			return m.Result, nil
		}
		wire := new(protocol.Error)
		if err := json.Unmarshal(m.Error, wire); err != nil {
			return nil, fmt.Errorf("read the error of %s: %w", method, err)
		}
		return nil, &Error{wire}
	case <-c.done:
		return nil, c.reason()
	case <-ctx.Done():
		_ = c.send(nil, protocol.RPCCancel, protocol.CancelIn{ID: json.RawMessage(id)}) // the service may be gone, too
		return nil, ctx.Err()
	}
}

func (c *Client) send(id json.RawMessage, method string, params any) error {
	b, err := protocol.AppendRequest(nil, id, method, params)
	if err != nil {
		return fmt.Errorf("write %s: %w", method, err)
	}
	c.writes.Lock()
	defer c.writes.Unlock()
	if _, err := c.conn.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", method, err)
	}
	return nil
}

// Close ends the connection and everything that waits on it.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (c *Client) reason() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// read takes what the service says, until the connection ends.
func (c *Client) read() {
	lines := bufio.NewScanner(c.conn)
	lines.Buffer(make([]byte, 0, 4096), maxMessage)
	for lines.Scan() {
		if err := c.receive(append([]byte(nil), lines.Bytes()...)); err != nil {
			c.end(err)
			return
		}
	}
	err := lines.Err()
	if err == nil || errors.Is(err, net.ErrClosed) {
		err = io.ErrUnexpectedEOF
	}
	c.end(&cti.Error{Kind: cti.Unavailable, Text: "ctiagent has ended the connection", Err: err})
}

func (c *Client) end(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	_ = c.conn.Close() // it has ended
	close(c.done)
}

func (c *Client) receive(line []byte) error {
	m, bad := protocol.Parse(line)
	if bad != nil {
		return fmt.Errorf("read from the service: %w", bad)
	}
	switch {
	case m.Answer():
		c.mu.Lock()
		defer c.mu.Unlock()
		p := c.waiting[string(m.ID)]
		if p == nil {
			return nil
		}
		delete(c.waiting, string(m.ID))
		if p.watch != nil && m.Error == nil {
			c.watch = p.watch
		}
		p.answer <- m
	case m.Method == protocol.DeskEvent:
		c.event(m.Params)
	case m.Method != "" && !m.Note():
		go c.decline(m) // in its own time: the reader must not wait for the writer
	}
	return nil
}

// fail ends the connection because of what the service said.
func (c *Client) fail(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = fmt.Errorf("read from the service: %w", err)
	}
	c.mu.Unlock()
	_ = c.conn.Close() // the reader ends with it
}

// decline answers a request of the service that this program cannot serve.
func (c *Client) decline(m protocol.Message) {
	b := protocol.AppendError(nil, m.ID, protocol.UnknownMethod(m.Method))
	c.writes.Lock()
	defer c.writes.Unlock()
	_, _ = c.conn.Write(append(b, '\n')) // the service does without
}
