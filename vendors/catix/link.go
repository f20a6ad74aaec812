package catix

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

const (
	dialTimeout  = 5 * time.Second
	replyTimeout = 10 * time.Second
	writeTimeout = 5 * time.Second
)

// link is one connection that is open.
type link struct {
	conn  net.Conn
	fails *fault.Maker

	writing sync.Mutex
	mu      sync.Mutex
	last    uint64
	waiting map[string]chan reply
	dead    error // set when nothing comes any more
	over    chan struct{}
}

// errClosed is what a wish meets when the connection ends under it.
var errClosed = errors.New("the connection to Catix ended")

func connect(ctx context.Context, address string, fails *fault.Maker) (*link, error) {
	d := net.Dialer{Timeout: dialTimeout, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &link{conn: conn, fails: fails, waiting: map[string]chan reply{}, over: make(chan struct{})}, nil
}

// read hands replies to who waits for them and everything else to event, until the connection ends.
func (l *link) read(event func(reply), strange func(error)) error {
	lines := bufio.NewScanner(l.conn)
	lines.Buffer(make([]byte, 0, 4<<10), longestLine)
	for lines.Scan() {
		if len(lines.Bytes()) == 0 {
			continue
		}
		r, err := readLine(lines.Bytes())
		switch {
		case err != nil:
			strange(err)
		case r.Kind == kindKeepAlive: // what to answer, or whether, no document says
		case r.isEvent():
			event(r)
		default:
			l.hand(r)
		}
	}
	err := lines.Err()
	if err == nil {
		err = io.EOF
	}
	l.end(err)
	return err
}

func (l *link) hand(r reply) {
	id := word(r.ID)
	l.mu.Lock()
	w := l.waiting[id]
	delete(l.waiting, id)
	l.mu.Unlock()
	if w != nil {
		w <- r // it has room for the one reply it is for
	}
}

// end closes the connection; who waits for a reply is told.
func (l *link) end(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead == nil {
		l.dead = err
		close(l.over)
		_ = l.conn.Close()
	}
}

// ask writes one command and waits for its reply. The error tells whether it may have been read.
func (l *link) ask(ctx context.Context, op string, m message) (reply, *cti.Error) {
	answer := make(chan reply, 1)
	l.mu.Lock()
	if l.dead != nil {
		l.mu.Unlock()
		return reply{}, down(l.fails, op)
	}
	l.last++
	m.Kind, m.ID = kindAction, strconv.FormatUint(l.last, 10)
	l.waiting[m.ID] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.waiting, m.ID)
	}()
	if err := l.write(ctx, m); err != nil {
		return reply{}, l.fails.Transport(op, "the system", err)
	}
	late := time.NewTimer(replyTimeout)
	defer late.Stop()
	select {
	case r := <-answer:
		return r, nil
	case <-l.over:
		return reply{}, l.fails.Transport(op, "the system", errClosed)
	case <-ctx.Done():
		return reply{}, l.fails.Transport(op, "the system", ctx.Err())
	case <-late.C:
		return reply{}, l.fails.Transport(op, "the system", context.DeadlineExceeded)
	}
}

// write writes one line. What could not be written in time may have gone in part, so the connection is no good any more.
func (l *link) write(ctx context.Context, m message) error {
	line, err := json.Marshal(m)
	if err != nil {
		return wire.NotSent{Err: err}
	}
	if ctx.Err() != nil {
		return wire.NotSent{Err: ctx.Err()}
	}
	l.writing.Lock()
	defer l.writing.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return wire.NotSent{Err: err}
	}
	if _, err := l.conn.Write(append(line, '\n')); err != nil {
		l.end(err)
		return err
	}
	return nil
}

// down is the error of a wish while there is no connection.
func down(fails *fault.Maker, op string) *cti.Error {
	e := fails.Make(cti.Unavailable, op, "there is no connection to Catix now", cti.NotSent, nil)
	e.Hint, e.Retryable = hintLink, true
	return e
}
