package localapi

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// serveSocket makes a WebSocket of a request that has passed the guard.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request, v visitor) {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "this path speaks WebSocket", http.StatusUpgradeRequired)
		return
	}
	if v.standing == banned {
		s.turnAway(w, r, v)
		return
	}
	c := s.newPage(v)
	paired := len(c.scopes) > 0
	if !s.counts.enter(v.origin, paired) {
		c.end()
		http.Error(w, "too many connections", http.StatusTooManyRequests)
		return
	}
	leave := func() {
		c.end()
		scopes, _ := c.rights()
		s.counts.leave(v.origin, len(scopes) > 0)
	}
	if paired && !s.admit(w, r, c) {
		leave()
		return
	}
	ws, err := s.upgrader().Upgrade(w, r, nil)
	if err != nil {
		leave()
		return
	}
	c.pace = newPace(s.opt.Limits)
	c.out = newOutgoing(s, ws.NetConn(), false)
	if ws.Subprotocol() == protocol.SubprotocolPorthole {
		c.speakPorthole(r)
	}
	if !s.add(c) {
		leave()
		ws.Close()
		return
	}
	if paired && len(s.scopesOf(v)) == 0 { // taken back while the connection was made
		c.out.close(protocol.ClosePolicy)
	}
	// The handler returns, and with it goes all that HTTP needed.
	if !s.goTracked(func() {
		defer leave()
		defer s.remove(c)
		c.readSocket(ws)
	}) {
		s.remove(c)
		leave()
		ws.Close()
	}
}

// turnAway tells a forbidden page that it is. Browsers do not show a page what
// stands in a refused handshake; they do show it a close code.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, v visitor) {
	s.opt.Log.Info("page refused", "why", "a policy forbids its origin", "origin", clip(v.origin))
	ws, err := s.upgrader().Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	const patience = 5 * time.Second
	code := protocol.CloseOriginBlocked
	_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), code.Reason()), time.Now().Add(patience)) // the page may be gone
}

// admit opens the desk of a page that has rights, or refuses: whose desk it
// would be must be settled before anything is told.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, c *conn) bool {
	_, err := c.open(c.ctx)
	switch {
	case err == nil:
		return true
	case errors.Is(err, cti.Unavailable) || errors.Is(err, cti.Forbidden):
		s.forbid(w, r, "this program serves another user of this computer")
	default:
		s.opt.Log.Error("open the desk", "person", c.person.Name, "error", err)
		http.Error(w, "the desk cannot be opened", http.StatusServiceUnavailable)
	}
	return false
}

// upgrader leaves the origin to the guard, which has decided already: the
// library's own check takes a page whose name points at us for ours.
func (s *Server) upgrader() *websocket.Upgrader {
	return &websocket.Upgrader{
		ReadBufferSize:  1024,
		WriteBufferSize: 256,
		WriteBufferPool: &sync.Pool{}, // unused: everything is written by outgoing
		Subprotocols:    []string{protocol.Subprotocol, protocol.SubprotocolPorthole},
		CheckOrigin:     func(*http.Request) bool { return true },
	}
}

// readSocket reads until the page goes or is sent away.
func (c *conn) readSocket(ws *websocket.Conn) {
	defer ws.Close()
	ws.SetPingHandler(func(payload string) error { c.out.pong(payload); return nil })
	ws.SetPongHandler(func(string) error { return nil })
	ws.SetCloseHandler(func(int, string) error { c.out.close(protocol.CloseNormal); return nil })
	if scopes, _ := c.rights(); len(scopes) == 0 {
		c.stop = c.srv.opt.Clock.AfterFunc(time.Duration(c.srv.opt.Limits.UnpairedSeconds)*time.Second, func() { c.out.close(protocol.ClosePolicy) })
	}
	limit := c.srv.opt.Limits.MessageBytes
	for {
		kind, reader, err := ws.NextReader()
		if err != nil {
			return
		}
		if c.out.over() {
			continue // only waiting for the page to go; a deadline is set
		}
		if kind != websocket.TextMessage {
			c.out.close(protocol.CloseUnsupported)
			continue
		}
		// The library's own limit would close before anything could be said.
		data, err := io.ReadAll(io.LimitReader(reader, int64(limit)+1))
		if err != nil {
			return
		}
		if len(data) > limit {
			c.tooBig(limit)
			c.out.close(protocol.CloseTooBig)
			continue
		}
		c.receive(data)
	}
}

// tooBig tells the page that its message was longer than limit, in bytes.
func (c *conn) tooBig(limit int) {
	if c.porthole != nil {
		c.portholeFailed(protocol.PortholeFrame{}, tooBig(limit))
		return
	}
	c.answerError(nil, c.wireError("", tooBig(limit)))
}
