//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// The desk of every row, as the mock PBX knows it.
const (
	extension = "10005"
	key       = "0123456789abcdef0123456789abcdef"
	origin    = "https://crm.example.com"
)

// largestFrame bounds what a frame may claim to hold.
const largestFrame = 1 << 20

func listen(ctx context.Context) (net.Listener, error) {
	var c net.ListenConfig
	return c.Listen(ctx, "tcp", "127.0.0.1:0")
}

func dial(ctx context.Context, addr string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", addr)
}

// page is a browser page without the browser: frames by hand on one
// connection, so that it costs as little as a peer can.
type page struct {
	conn net.Conn
	in   *bufio.Reader
	out  []byte
	buf  []byte

	lastID int // of a request
}

// openPage connects to a page door and shakes hands as [origin].
func openPage(ctx context.Context, addr string) (*page, error) {
	conn, err := dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	p := &page{conn: conn, in: bufio.NewReaderSize(conn, 4<<10)}
	if err := p.shake(addr); err != nil {
		conn.Close()
		return nil, err
	}
	return p, nil
}

func (p *page) shake(addr string) error {
	if _, err := fmt.Fprintf(p.conn, "GET /v1/ws HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", addr, origin, pageKey); err != nil {
		return err
	}
	status, err := p.in.ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.Contains(status, " 101 ") {
		return fmt.Errorf("the page door answered %q", strings.TrimSpace(status))
	}
	return skipHead(p.in)
}

// skipHead reads up to the empty line that ends an HTTP head.
func skipHead(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) <= 2 {
			return nil
		}
	}
}

// pageKey is the key every page shakes hands with, and accepted the hash that
// answers it (RFC 6455, 4.2.2), so that the hand-written server need not
// calculate one.
const (
	pageKey  = "AAAAAAAAAAAAAAAAAAAAAA=="
	accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n\r\n"
)

// send writes one text frame, masked with zeros, for any key is allowed
// (RFC 6455, 5.3).
func (p *page) send(text []byte) error {
	var err error
	if p.out, err = appendMasked(p.out[:0], text); err != nil {
		return err
	}
	_, err = p.conn.Write(p.out)
	return err
}

func appendMasked(b, text []byte) ([]byte, error) {
	b = append(b, 0x81)
	switch n := len(text); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		return nil, errors.New("a page's messages are short here")
	}
	b = append(b, 0, 0, 0, 0)
	return append(b, text...), nil
}

// appendFrame appends a server's text frame.
func appendFrame(b, text []byte) []byte {
	b = append(b, 0x81)
	if n := len(text); n < 126 {
		b = append(b, byte(n))
	} else {
		b = append(b, 126, byte(n>>8), byte(n))
	}
	return append(b, text...)
}

// answer reads frames until the answer with the id comes. What it answers is
// valid until the next call.
func (p *page) answer(id string) ([]byte, error) {
	for {
		b, err := nextFrame(p.in, &p.buf)
		if err != nil {
			return nil, err
		}
		if bytes.Contains(b, []byte(`"id":`+id+",")) {
			if bytes.Contains(b, []byte(`"error":`)) {
				return nil, fmt.Errorf("refused: %s", b)
			}
			return b, nil
		}
	}
}

// header is the head of one frame.
type header struct {
	op     byte
	masked bool
	head   int // bytes before the payload
	size   int // of the payload
}

// readHeader reads a frame's head; ok is false while b holds too little of it.
func readHeader(b []byte) (h header, ok bool) {
	if len(b) < 2 {
		return header{}, false
	}
	h = header{op: b[0] & 0xf, masked: b[1]&0x80 != 0, head: 2, size: int(b[1] & 0x7f)}
	switch h.size {
	case 126:
		if len(b) < 4 {
			return header{}, false
		}
		h.head, h.size = 4, int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		if len(b) < 10 {
			return header{}, false
		}
		h.head, h.size = 10, int(min(binary.BigEndian.Uint64(b[2:]), largestFrame+1))
	}
	if h.masked {
		h.head += 4
	}
	return h, true
}

const (
	opClose     = 8
	longestHead = 14
)

// nextFrame reads one frame and answers its payload, kept in buf. Pages here
// mask with zeros, so nothing is unmasked.
func nextFrame(in *bufio.Reader, buf *[]byte) ([]byte, error) {
	var h header
	for want, ok := 2, false; !ok; want += 2 {
		b, err := in.Peek(want)
		if err != nil {
			return nil, err
		}
		h, ok = readHeader(b)
	}
	if h.size > largestFrame {
		return nil, errors.New("a frame is larger than any that is sent here")
	}
	if _, err := in.Discard(h.head); err != nil {
		return nil, err
	}
	if cap(*buf) < h.size {
		*buf = make([]byte, h.size)
	}
	b := (*buf)[:h.size]
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, err
	}
	if h.op == opClose {
		return nil, closed(b)
	}
	return b, nil
}

func closed(payload []byte) error {
	if len(payload) < 2 {
		return errors.New("the page was closed")
	}
	return fmt.Errorf("the page was closed with %d", binary.BigEndian.Uint16(payload))
}

// counter counts the frames of a stream that is read in pieces of any size.
type counter struct {
	rest []byte // of a head that was cut
	skip int    // bytes of the payload still to come
}

// count takes a piece and answers how many frames ended in it.
func (c *counter) count(b []byte) (frames int, err error) {
	for {
		if n := min(c.skip, len(b)); n > 0 {
			b = b[n:]
			if c.skip -= n; c.skip == 0 {
				frames++
			}
		}
		if len(b) == 0 {
			return frames, nil
		}
		head := b
		if len(c.rest) > 0 {
			head = append(c.rest, b[:min(len(b), longestHead)]...)
		}
		h, ok := readHeader(head)
		if !ok || len(head) < h.head {
			c.rest = append(c.rest, b...)
			return frames, nil
		}
		if h.op == opClose {
			return frames, errors.New("a page was closed")
		}
		b = b[h.head-len(c.rest):]
		c.rest = c.rest[:0]
		if c.skip = h.size; c.skip == 0 {
			frames++
		}
	}
}
