package localapitest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gorilla/websocket"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/peer"
	"ctiagent/localapi"
	"ctiagent/localapi/protocol"
)

// Origin is the page that a new Server allows.
const Origin = "https://crm.example.com"

// Patience is how long a test waits for what must come.
const Patience = 20 * time.Second

// Server is both doors with one desk behind them.
type Server struct {
	*localapi.Server
	Desk   *Desk
	Socket string // the program door
	Clock  *Clock
	stop   func() error
}

// NewServer opens doors that close with the test. change, which may be nil,
// changes the options before.
func NewServer(t testing.TB, change func(*localapi.Options)) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "cti") // the test's own would make the socket's path too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{Desk: NewDesk(), Socket: filepath.Join(dir, "ctiagent.sock"), Clock: NewClock()}
	opt := localapi.Options{
		Sockets: []string{s.Socket}, Origins: []string{Origin}, Pairing: config.PairingOff, Version: "1.0.0", Clock: s.Clock,
		OpenDesk: func(context.Context, cti.Person) (localapi.Desk, func(), error) { return s.Desk, func() {}, nil },
		Web: fstest.MapFS{
			"control/index.html": {Data: []byte("<!doctype html><title>control</title>")},
			"demo/index.html":    {Data: []byte("<!doctype html><title>demo</title>")},
			"sdk/ctiagent.js":    {Data: []byte("// sdk")},
			"sdk/README.md":      {Data: []byte("# sdk")},
			"secret.txt":         {Data: []byte("secret")},
		},
	}
	if change != nil {
		change(&opt)
	}
	server, err := localapi.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Listen(); err != nil {
		t.Fatal(err)
	}
	s.Server = server
	served := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { served <- server.Serve(ctx) }()
	s.stop = sync.OnceValue(func() error { cancel(); return <-served })
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// Stop ends the server and answers what Serve answered.
func (s *Server) Stop() error { return s.stop() }

// Owner is a lookup that answers the same person always, for Options.PeerOwner.
func Owner(p cti.Person, err error) func(netip.AddrPort, netip.AddrPort) (cti.Person, error) {
	return func(netip.AddrPort, netip.AddrPort) (cti.Person, error) { return p, err }
}

// Self is the person who runs the test.
func Self(t testing.TB) cti.Person {
	t.Helper()
	u, err := peer.Self()
	if err != nil {
		t.Fatal(err)
	}
	return cti.Person{ID: u.ID, Name: u.Name}
}

// Page is a web page's end of a connection. One goroutine may use it.
type Page struct {
	t  testing.TB
	WS *websocket.Conn
	id int
}

// Dial connects a page of the given origin, which must succeed.
func (s *Server) Dial(t testing.TB, origin string) *Page {
	t.Helper()
	ws, _, err := s.TryDial(origin)
	if err != nil {
		t.Fatalf("connect as %s: %v", origin, err)
	}
	t.Cleanup(func() { ws.Close() })
	return &Page{t: t, WS: ws}
}

// TryDial connects a page of the given origin.
func (s *Server) TryDial(origin string) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: Patience}
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	return d.Dial("ws"+s.URL()[len("http"):]+"v1/ws", h)
}

// Frame is one message as a page reads it.
type Frame struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *protocol.Error `json:"error"`
}

// Send writes text as it is.
func (p *Page) Send(text string) {
	p.t.Helper()
	if err := p.WS.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// Next reads the next message.
func (p *Page) Next() Frame {
	p.t.Helper()
	f, err := p.TryNext()
	if err != nil {
		p.t.Fatalf("read: %v", err)
	}
	return f
}

// TryNext reads the next message, or answers why there is none.
func (p *Page) TryNext() (Frame, error) {
	var f Frame
	if err := p.WS.SetReadDeadline(time.Now().Add(Patience)); err != nil {
		return f, err
	}
	_, raw, err := p.WS.ReadMessage()
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(raw, &f)
}

// Begin sends a request and answers its id.
func (p *Page) Begin(method, params string) string {
	p.t.Helper()
	p.id++
	id, err := json.Marshal(p.id)
	if err != nil {
		p.t.Fatal(err)
	}
	if params == "" {
		params = "{}"
	}
	p.Send(`{"jsonrpc":"2.0","id":` + string(id) + `,"method":"` + method + `","params":` + params + `}`)
	return string(id)
}

// Ask sends a request and answers the next message, which must be its answer.
func (p *Page) Ask(method, params string) Frame {
	p.t.Helper()
	id := p.Begin(method, params)
	f := p.Next()
	if string(f.ID) != id {
		p.t.Fatalf("%s: the next message is %+v, no answer to %s", method, f, id)
	}
	return f
}

// Closed reads until the connection is closed and answers the code; messages
// before that are dropped.
func (p *Page) Closed() protocol.CloseCode {
	p.t.Helper()
	for {
		_, err := p.TryNext()
		if c, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla answers it bare
			return protocol.CloseCode(c.Code)
		}
		if err != nil {
			p.t.Fatalf("closed without a code: %v", err)
		}
	}
}
