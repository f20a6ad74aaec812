package localapi

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// guard decides who may pass the page door: first by Host on every path, so
// that a name somebody points at 127.0.0.1 (DNS rebinding) reaches nothing,
// then by Origin where rights begin.
type guard struct {
	hosts   []string // of the door without TLS
	secure  []string // of the door over TLS, none where it is closed
	own     []string // our own origins, of both
	allowed map[string]bool
	banned  map[string]bool
	pairing bool
}

// standing is how a request stands with the guard.
type standing int

const (
	refused standing = iota
	mayPair          // another origin, which has no rights yet
	ours             // a page from our own port: rights by ticket only
	allowed          // named in the configuration
	banned           // forbidden by the configuration, which it is told
)

// newGuard makes the guard of a door that has these ports; tlsPort 0 is none.
func newGuard(port, tlsPort int, origins, forbidden []string, pairing bool) guard {
	g := guard{allowed: make(map[string]bool, len(origins)), banned: make(map[string]bool, len(forbidden)), pairing: pairing}
	for _, name := range []string{"127.0.0.1", "localhost", "[::1]"} {
		add := func(to *[]string, scheme string, port, usual int) {
			host := name + ":" + strconv.Itoa(port)
			*to = append(*to, host)
			if port == usual { // browsers leave out the default port
				*to, host = append(*to, name), name
			}
			g.own = append(g.own, scheme+"://"+host)
		}
		add(&g.hosts, "http", port, 80)
		if tlsPort != 0 {
			add(&g.secure, "https", tlsPort, 443)
		}
	}
	for _, o := range origins {
		g.allowed[o] = true
	}
	for _, o := range forbidden {
		g.banned[o] = !g.isOwn(o)
	}
	return g
}

// host says whether a request is for us. Only the exact names with our own
// port are: every parser that was cleverer about what means "this computer"
// has been fooled.
func (g guard) host(r *http.Request) bool {
	hosts := g.hosts
	if r.TLS != nil {
		hosts = g.secure
	}
	return r.URL.Host == "" && slices.Contains(hosts, r.Host)
}

// origin says how the page behind a request stands. No Origin is no browser:
// programs of this computer have a door of their own.
func (g guard) origin(r *http.Request) (string, standing) {
	all := r.Header["Origin"]
	if len(all) != 1 {
		return "", refused
	}
	switch o := all[0]; {
	case g.banned[o]:
		return o, banned
	case g.allowed[o]:
		return o, allowed
	case g.isOwn(o):
		return o, ours
	case g.pairing && isOrigin(o):
		return o, mayPair
	}
	return "", refused
}

// isOwn says whether pages of an origin are ours.
func (g guard) isOwn(origin string) bool { return slices.Contains(g.own, origin) }

// isOrigin says whether o is the origin of a web page as browsers write it:
// not null, not of an extension, in one spelling only.
func isOrigin(o string) bool {
	if len(o) > 256 || strings.ToLower(o) != o {
		return false
	}
	u, err := url.Parse(o)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.Scheme+"://"+u.Host == o
}
