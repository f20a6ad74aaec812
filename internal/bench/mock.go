//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"strconv"
	"sync/atomic"
)

// mock is a PBX of raw loops, so that it costs next to nothing: it answers
// every HTTP request on a kept connection at once, and writes on its event
// socket what it is told.
type mock struct {
	http, events net.Listener
	readers      chan net.Conn // connections to the event socket
	looks, dials atomic.Int64  // questions answered, and calls taken
}

func newMock(ctx context.Context) (*mock, error) {
	h, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	e, err := listen(ctx)
	if err != nil {
		h.Close()
		return nil, err
	}
	m := &mock{http: h, events: e, readers: make(chan net.Conn, 256)}
	go accept(h, m.answer)
	go accept(e, func(c net.Conn) { m.readers <- c })
	return m, nil
}

// accept serves every connection in a goroutine of its own until the listener
// closes.
func accept(l net.Listener, serve func(net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go serve(conn)
	}
}

func (m *mock) url() string { return "http://" + m.http.Addr().String() }

// reader is the next connection to the event socket.
func (m *mock) reader(ctx context.Context) (net.Conn, error) {
	select {
	case c := <-m.readers:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// answer says DISCANDO to discar and shows a phone at rest to every other
// question (manual 002, 1.1.20 and 1.1.23).
func (m *mock) answer(conn net.Conn) {
	defer conn.Close()
	dialing, idle := httpAnswer("DISCANDO"), httpAnswer("Ana;"+extension+";Livre;Logado;1")
	in := bufio.NewReaderSize(conn, 4<<10)
	for {
		dial, chunked := false, false
		for first := true; ; first = false {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			if first {
				dial = bytes.Contains(line, []byte("/discar?"))
			}
			chunked = chunked || bytes.HasPrefix(line, []byte("Transfer-Encoding"))
			if len(line) <= 2 {
				break
			}
		}
		if chunked { // an empty body: "0\r\n\r\n"
			if _, err := in.Discard(5); err != nil {
				return
			}
		}
		out, count := idle, &m.looks
		if dial {
			out, count = dialing, &m.dials
		}
		count.Add(1)
		if _, err := conn.Write(out); err != nil {
			return
		}
	}
}

func httpAnswer(text string) []byte {
	return []byte("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + strconv.Itoa(len(text)) + "\r\n\r\n" + text)
}

func (m *mock) close() {
	m.http.Close()
	m.events.Close()
}
