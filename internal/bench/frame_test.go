//go:build unix

package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// texts are payloads around the lengths at which a frame's head grows.
func texts() []string {
	var out []string
	for _, n := range []int{0, 1, 125, 126, 127, 1000, 1<<16 - 1} {
		out = append(out, strings.Repeat("x", n))
	}
	return out
}

// TestPagesSpeakWebSocket lets a page talk with the library that browsers are
// served with.
func TestPagesSpeakWebSocket(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == origin }}
		conn, err := up.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		for {
			kind, b, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, b) != nil {
				return
			}
		}
	}))
	defer server.Close()
	p, err := openPage(t.Context(), strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.conn.Close()
	for _, text := range texts() {
		if err := p.send([]byte(text)); err != nil {
			t.Fatal(err)
		}
		got, err := nextFrame(p.in, &p.buf)
		if err != nil || string(got) != text {
			t.Errorf("%d bytes came back as %d bytes, %v", len(text), len(got), err)
		}
	}
	if err := p.send(make([]byte, 1<<16)); err == nil {
		t.Error("a frame of 64 KiB is sent, though its head has no room for the length")
	}
}

// TestHandWrittenServerShakesHands holds the hash that is not calculated
// against a client that checks it.
func TestHandWrittenServerShakesHands(t *testing.T) {
	m, err := newMock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	h, err := newHandBridge(t.Context(), m.http.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	conn, err := dial(t.Context(), h.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := &page{conn: conn, in: bufio.NewReader(conn)}
	if _, err := conn.Write([]byte("GET /v1/ws HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: " + pageKey + "\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(p.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	// The hash of the key and the fixed text of RFC 6455, 1.3.
	if got, want := res.Header.Get("Sec-WebSocket-Accept"), acceptOf(pageKey); got != want {
		t.Errorf("accepted with %q, want %q", got, want)
	}
}

func TestClosedPageSaysItsCode(t *testing.T) {
	in := bufio.NewReader(bytes.NewReader([]byte{0x88, 2, 0x0f, 0xa8}))
	var buf []byte
	if _, err := nextFrame(in, &buf); err == nil || !strings.Contains(err.Error(), "4008") {
		t.Errorf("error %v, want one that names 4008", err)
	}
}

func TestCounterCountsInPiecesOfAnySize(t *testing.T) {
	var stream []byte
	for _, text := range texts() {
		stream = appendFrame(stream, []byte(text))
	}
	for piece := 1; piece < 300; piece++ {
		var c counter
		total := 0
		for rest := stream; len(rest) > 0; {
			n := min(piece, len(rest))
			frames, err := c.count(rest[:n])
			if err != nil {
				t.Fatal(err)
			}
			total += frames
			rest = rest[n:]
		}
		if total != len(texts()) {
			t.Fatalf("in pieces of %d bytes there are %d frames, want %d", piece, total, len(texts()))
		}
	}
}

func TestCounterSaysThatAPageWasClosed(t *testing.T) {
	var c counter
	if _, err := c.count([]byte{0x88, 0}); err == nil {
		t.Error("a close frame counts as an event")
	}
}

func FuzzFrames(f *testing.F) {
	f.Add(appendFrame(nil, []byte("{}")), 1)
	f.Add([]byte{0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 3)
	f.Add([]byte{0x81, 126, 0}, 2)
	f.Fuzz(func(t *testing.T, stream []byte, piece int) {
		if piece < 1 {
			piece = 1
		}
		whole, inPieces := 0, 0
		var a, b counter
		whole, errWhole := a.count(stream)
		var errPieces error
		for rest := stream; len(rest) > 0 && errPieces == nil; {
			n := min(piece, len(rest))
			var frames int
			frames, errPieces = b.count(rest[:n])
			inPieces += frames
			rest = rest[n:]
		}
		if whole != inPieces || (errWhole == nil) != (errPieces == nil) {
			t.Fatalf("%d frames at once (%v), %d in pieces (%v)", whole, errWhole, inPieces, errPieces)
		}
		in, buf := bufio.NewReader(bytes.NewReader(stream)), []byte(nil)
		for {
			if _, err := nextFrame(in, &buf); err != nil {
				break
			}
		}
	})
}
