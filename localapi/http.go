package localapi

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strconv"
	"strings"
	"sync"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

const contentSecurity = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self' ws://127.0.0.1:* ws://localhost:*; font-src 'self'; " + // a policy cannot name [::1]; 'self' is it, on a page from there
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageOwner is what is known of the other end of a TCP connection, asked for
// once and only when rights depend on it.
type pageOwner func() (cti.Person, error)

type ownerKey struct{}

func withPeer(ctx context.Context, s *Server, c net.Conn) context.Context {
	local, ok := c.LocalAddr().(*net.TCPAddr)
	remote, ok2 := c.RemoteAddr().(*net.TCPAddr)
	return context.WithValue(ctx, ownerKey{}, pageOwner(sync.OnceValues(func() (cti.Person, error) {
		var l, r netip.AddrPort
		if ok && ok2 {
			l, r = local.AddrPort(), remote.AddrPort()
		}
		return s.opt.PeerOwner(l, r)
	})))
}

// serveHTTP is the page door: the guard first, on every path alike.
func (s *Server) serveHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentSecurity)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if !s.guard.host(r) {
		s.forbid(w, r, "this address is not served here")
		return
	}
	switch r.URL.Path {
	case "/v1/ws":
		s.withOrigin(w, r, http.MethodGet, s.serveSocket)
	case "/v1/rpc":
		if r.Method == http.MethodOptions {
			s.withOrigin(w, r, http.MethodOptions, s.preflight)
			return
		}
		s.withOrigin(w, r, http.MethodPost, s.serveRPC)
	default:
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD are answered here", http.StatusMethodNotAllowed)
			return
		}
		s.serveFile(w, r)
	}
}

func (s *Server) forbid(w http.ResponseWriter, r *http.Request, why string) {
	s.opt.Log.Info("page refused", "why", why, "host", clip(r.Host), "origin", clip(r.Header.Get("Origin")), "path", clip(r.URL.Path))
	http.Error(w, why, http.StatusForbidden)
}

// clip bounds what a stranger may write into the log.
func clip(s string) string {
	if len(s) > 200 {
		s = s[:200]
	}
	return s
}

// visitor is a request whose page and person are known.
type visitor struct {
	origin   string
	standing standing
	person   cti.Person
}

// withOrigin lets only requests pass whose origin and owner are known.
func (s *Server) withOrigin(w http.ResponseWriter, r *http.Request, verb string, serve func(http.ResponseWriter, *http.Request, visitor)) {
	origin, stands := s.guard.origin(r)
	w.Header().Set("Vary", "Origin")
	if stands == refused {
		s.forbid(w, r, "this page may not connect; an administrator can add its origin to the configuration")
		return
	}
	if r.Method != verb {
		w.Header().Set("Allow", verb)
		http.Error(w, "only "+verb+" is answered here", http.StatusMethodNotAllowed)
		return
	}
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	owner, ok := r.Context().Value(ownerKey{}).(pageOwner)
	if err != nil || !ok || !remote.Addr().Unmap().IsLoopback() {
		s.forbid(w, r, "only pages on this computer may connect")
		return
	}
	person, err := owner()
	if err != nil {
		s.opt.Log.Warn("owner of a page's connection", "error", err)
		s.forbid(w, r, "the user behind this connection cannot be told")
		return
	}
	serve(w, r, visitor{origin, stands, person})
}

// scopesOf are the rights a page has without a ticket.
func (s *Server) scopesOf(v visitor) []cti.Effect {
	if v.standing == banned {
		return nil
	}
	if v.standing == allowed || v.standing == ours && s.opt.Demo {
		return pageScopes()
	}
	return s.pairings.scopes(v.person.ID, v.origin)
}

func (s *Server) newPage(v visitor) *conn {
	c := s.newConn(v.person, v.origin)
	c.ourPage = v.standing == ours
	c.grant(s.scopesOf(v))
	return c
}

func (s *Server) allowOrigin(w http.ResponseWriter, v visitor) {
	w.Header().Set("Access-Control-Allow-Origin", v.origin)
}

func (s *Server) preflight(w http.ResponseWriter, r *http.Request, v visitor) {
	s.allowOrigin(w, v)
	w.Header().Set("Access-Control-Allow-Methods", "POST")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	w.Header().Set("Access-Control-Max-Age", "600")
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" { // browsers until Chrome 137
		w.Header().Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}

// serveRPC answers one request by POST.
func (s *Server) serveRPC(w http.ResponseWriter, r *http.Request, v visitor) {
	s.allowOrigin(w, v)
	c := s.newPage(v)
	defer c.end()
	stop := context.AfterFunc(r.Context(), c.cancel) // who leaves cancels what it only observes
	defer stop()
	c.lang = s.lang
	if l := r.Header.Get("Accept-Language"); l != "" {
		c.lang = i18n.Match(l)
	}
	if v.standing == banned {
		s.reply(w, http.StatusForbidden, protocol.AppendError(nil, nil, c.wireError("", forbiddenPage("", v.origin))))
		return
	}
	paired := len(c.scopes) > 0
	if !s.counts.enter(v.origin, paired) {
		s.reply(w, http.StatusTooManyRequests, protocol.AppendError(nil, nil, c.wireError("", &cti.Error{Kind: cti.RateLimited, Text: "too many connections", Retryable: true})))
		return
	}
	defer s.counts.leave(v.origin, paired)
	if ok, _ := s.counts.post(v.origin, paired).take(s.opt.Clock.Now()); !ok {
		s.reply(w, http.StatusTooManyRequests, protocol.AppendError(nil, nil, c.wireError("", &cti.Error{Kind: cti.RateLimited, Text: "too many requests", Retryable: true})))
		return
	}
	if paired && !s.admit(w, r, c) {
		return
	}
	limit := s.opt.Limits.MessageBytes
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil {
		return // the caller is gone
	}
	if len(body) > limit {
		w.Header().Set("Connection", "close")
		s.reply(w, http.StatusRequestEntityTooLarge, protocol.AppendError(nil, nil, c.wireError("", tooBig(limit))))
		return
	}
	m, problem := protocol.Parse(body)
	if problem != nil {
		s.reply(w, http.StatusOK, protocol.AppendError(nil, m.ID, c.wireError(m.Method, problem)))
		return
	}
	if m.Answer() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	answer := c.post(m)
	if m.Note() {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s.reply(w, http.StatusOK, answer)
}

// post carries one request out and answers the whole message.
func (c *conn) post(m protocol.Message) []byte {
	t, err := c.find(c.ctx, m)
	var result any
	if err == nil {
		result, err = t.run(c.ctx, request{conn: c, m: m})
	}
	var raw json.RawMessage
	if err == nil {
		raw, err = c.encode(result)
	}
	if err == nil {
		return protocol.AppendResult(nil, m.ID, raw)
	}
	return protocol.AppendError(nil, m.ID, c.wireError(m.Method, err))
}

func tooBig(limit int) *cti.Error {
	return &cti.Error{Kind: cti.BadRequest, Text: "the message is longer than " + strconv.Itoa(limit) + " bytes", Hint: protocol.HintTooBig,
		Args: map[string]string{"Bytes": strconv.Itoa(limit)}}
}

func (s *Server) reply(w http.ResponseWriter, status int, message []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(message) // the caller may be gone
}

// serveFile serves the pages and scripts. They show nothing about desk or
// site, so anybody on this computer may have them.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	switch {
	case name == "/v1/openrpc.json":
		raw, err := s.openrpc()
		if err != nil {
			s.opt.Log.Error("describe the methods", "error", err)
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		s.write(w, r, "application/json", raw)
		return
	case name == "/":
		name = "/control/index.html"
	case strings.HasSuffix(name, "/"):
		name += "index.html"
	}
	room, _, _ := strings.Cut(strings.TrimPrefix(name, "/"), "/")
	kind := contentType(path.Ext(name))
	served := room == "sdk" || room == "control" || room == "wallboard" || room == "ui" || room == "i18n" || room == "demo" && s.opt.Demo
	clean := strings.TrimPrefix(name, "/")
	if !served || kind == "" || s.opt.Web == nil || !fs.ValidPath(clean) {
		http.NotFound(w, r)
		return
	}
	data, err := fs.ReadFile(s.opt.Web, clean)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	s.write(w, r, kind, data)
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, kind string, data []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data) // the caller may be gone
	}
}

// contentType is decided here and not by the system's tables, which a registry
// can bend; "" is not served.
func contentType(ext string) string {
	switch ext {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".woff2":
		return "font/woff2"
	}
	return ""
}
