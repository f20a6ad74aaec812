//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gorilla/websocket"
)

// bridge is the baseline of a click: page socket to PBX and back with gorilla,
// encoding/json and net/http, and none of ctiagent's checks.
type bridge struct {
	listener net.Listener
	server   *http.Server
	pbx      string // http://host:port
	client   *http.Client
}

func newBridge(ctx context.Context, pbx string) (*bridge, error) {
	l, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	// The default of two idle connections to a host would make the baseline slow.
	t := &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256}
	b := &bridge{listener: l, pbx: pbx, client: &http.Client{Transport: t}}
	b.server = &http.Server{Handler: b} //nolint:gosec // a baseline on loopback
	go func() { _ = b.server.Serve(l) }()
	return b, nil
}

func (b *bridge) addr() string { return b.listener.Addr().String() }

func (b *bridge) close() {
	_ = b.server.Close()
	b.client.CloseIdleConnections()
}

type bridgeRequest struct {
	ID     int    `json:"id"`
	Method string `json:"method"`
	Params struct {
		Number string `json:"number"`
	} `json:"params"`
}

type bridgeAnswer struct {
	Version string       `json:"jsonrpc"`
	ID      int          `json:"id"`
	Result  bridgeResult `json:"result"`
}

type bridgeResult struct {
	Number string `json:"number"`
	State  string `json:"state"`
	Text   string `json:"text"`
}

// ServeHTTP serves one page until it goes.
func (b *bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	for {
		var q bridgeRequest
		if conn.ReadJSON(&q) != nil {
			return
		}
		text, err := b.dial(r.Context(), q.Params.Number)
		if err != nil {
			return
		}
		a := bridgeAnswer{"2.0", q.ID, bridgeResult{q.Params.Number, "dialing", text}}
		if conn.WriteJSON(a) != nil {
			return
		}
	}
}

func (b *bridge) dial(ctx context.Context, number string) (string, error) {
	q := url.Values{"numero": {number}, "ramal": {extension}, "chave": {key}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.pbx+"/api/discar?"+q.Encode(), nil)
	if err != nil {
		return "", err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return string(text), err
}

// handBridge is the limit: the same bridge with frames and HTTP by hand and no
// JSON library, which is what a program that does nothing else could reach.
type handBridge struct {
	listener net.Listener
	pbx      string // host:port
}

func newHandBridge(ctx context.Context, pbx string) (*handBridge, error) {
	l, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	h := &handBridge{listener: l, pbx: pbx}
	go accept(l, func(c net.Conn) {
		defer c.Close()
		_ = h.serve(ctx, c) // the page or the PBX has gone
	})
	return h, nil
}

func (h *handBridge) addr() string { return h.listener.Addr().String() }

func (h *handBridge) close() { h.listener.Close() }

func (h *handBridge) serve(ctx context.Context, conn net.Conn) error {
	in := bufio.NewReaderSize(conn, 4<<10)
	if err := skipHead(in); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, accepted); err != nil {
		return err
	}
	pbx, err := dial(ctx, h.pbx)
	if err != nil {
		return err
	}
	defer pbx.Close()
	back := bufio.NewReaderSize(pbx, 4<<10)
	var buf, out, answer []byte
	for {
		q, err := nextFrame(in, &buf)
		if err != nil {
			return err
		}
		number, id := between(q, `"number":"`, '"'), between(q, `"id":`, ',')
		out = append(append(out[:0], "GET /api/discar?numero="...), number...)
		out = append(append(out, "&ramal="+extension+"&chave="+key+" HTTP/1.1\r\nHost: "...), h.pbx...)
		out = append(out, "\r\n\r\n"...)
		if _, err := pbx.Write(out); err != nil {
			return err
		}
		text, err := body(back)
		if err != nil {
			return err
		}
		answer = fmt.Appendf(answer[:0], `{"jsonrpc":"2.0","id":%s,"result":{"number":"%s","state":"dialing","text":"%s"}}`, id, number, text)
		out = appendFrame(out[:0], answer)
		if _, err := conn.Write(out); err != nil {
			return err
		}
	}
}

func between(b []byte, before string, end byte) []byte {
	_, rest, _ := bytes.Cut(b, []byte(before))
	v, _, _ := bytes.Cut(rest, []byte{end})
	return v
}

// body reads an HTTP answer and answers its body, valid until the next read.
func body(in *bufio.Reader) ([]byte, error) {
	n := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if n, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return nil, err
			}
		}
		if len(line) <= 2 {
			break
		}
	}
	b, err := in.Peek(n)
	if err != nil {
		return nil, err
	}
	_, err = in.Discard(n)
	return b, err
}
