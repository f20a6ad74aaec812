package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// maxLine bounds one message of the service, in bytes.
const maxLine = 16 << 20

// pipe is the way to the browser; its messages come from two sides.
type pipe struct {
	mu  sync.Mutex
	out io.Writer
}

func (p *pipe) write(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return writeMessage(p.out, b)
}

// relay passes messages both ways until the browser closes its pipe, which is no error, or the service ends.
func relay(ctx context.Context, in io.Reader, out io.Writer, conn net.Conn) error {
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	p := &pipe{out: out}
	up := make(chan error, 1)
	go func() {
		up <- fromBrowser(in, p, conn)
		conn.Close()
	}()
	down := toBrowser(p, conn)
	select {
	case err := <-up: // the browser went first
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	default:
		return down
	}
}

func fromBrowser(in io.Reader, p *pipe, conn net.Conn) error {
	g := newGuard()
	for {
		b, err := readMessage(in)
		if err != nil {
			return err
		}
		line, refused := g.pass(b)
		switch {
		case refused != nil:
			if err := p.write(refused); err != nil {
				return err
			}
		case line != nil:
			if _, err := conn.Write(append(line, '\n')); err != nil {
				return err
			}
		}
	}
}

func toBrowser(p *pipe, conn net.Conn) error {
	lines := bufio.NewScanner(conn)
	lines.Buffer(make([]byte, 0, 4096), maxLine)
	for lines.Scan() {
		b := lines.Bytes()
		if len(b) > maxOut {
			b = tooLong(b)
		}
		if len(b) == 0 {
			continue
		}
		if err := p.write(b); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return err
	}
	return nil // the service has ended, in whatever way
}

// tooLong is what the browser is told in the place of an answer it would not take; nothing in the place of an event.
func tooLong(line []byte) []byte {
	var m struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &m) != nil || m.ID == nil || len(m.ID) > maxIn {
		return nil
	}
	return protocol.AppendError(nil, m.ID, refusal(i18n.En, &cti.Error{Kind: cti.InternalError, Text: "the answer is longer than the browser takes; ask for less at a time"}))
}
