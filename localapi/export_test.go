package localapi

import (
	"net/http"
	"net/url"
	"time"
)

// Judge is what the guard says of a Host and an Origin.
func Judge(port int, origins []string, pairing bool, host, origin string) (passes bool, stands string) {
	g := newGuard(port, 0, origins, nil, pairing)
	r := &http.Request{Host: host, URL: &url.URL{Path: "/"}, Header: http.Header{"Origin": {origin}}}
	_, s := g.origin(r)
	return g.host(r), map[standing]string{refused: "refused", mayPair: "pair", ours: "ours", allowed: "allowed"}[s]
}

// SetPatience sets how long a request may take to come in; before Serve.
func (r *Receiver) SetPatience(d time.Duration) { r.timeout = d }

// ServeHTTP answers a request as if it had come to the given hosts.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request, hosts ...string) {
	r.serveHTTP(w, req, hosts)
}

// Unheard makes the door take names without listening.
func (r *Receiver) Unheard() { r.port = 1 }

// WrongTicketsEvery is when one more wrong ticket is looked at.
const WrongTicketsEvery = wrongTicketsEvery

// Tickets is how many tickets wait to be used.
func (s *Server) Tickets() int {
	s.tickets.mu.Lock()
	defer s.tickets.mu.Unlock()
	return len(s.tickets.list)
}
