package localapi

import (
	"net/http"
	"net/url"
)

// Judge is what the guard says of a Host and an Origin.
func Judge(port int, origins []string, pairing bool, host, origin string) (passes bool, stands string) {
	g := newGuard(port, origins, pairing)
	r := &http.Request{Host: host, URL: &url.URL{Path: "/"}, Header: http.Header{"Origin": {origin}}}
	_, s := g.origin(r)
	return g.host(r), map[standing]string{refused: "refused", mayPair: "pair", ours: "ours", allowed: "allowed"}[s]
}
