package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/web"
)

// site is a desk of its own for one test: a simulated PBX whose customers do
// nothing by themselves, and the program in front of it.
type site struct {
	t   *testing.T
	b   *browser
	pbx totalIPDemo
	p   *program
}

// demoSite runs what `ctiagent demo` runs, on a free port.
func demoSite(t *testing.T, b *browser, changes ...func(*config.Config)) *site {
	t.Helper()
	return newSite(t, b, func(a *app, cfg config.Config, pbx totalIPDemo) (*program, error) { return a.demoProgram(cfg, pbx) }, changes)
}

// runSite runs what `ctiagent run` runs for a configuration with a driver.
func runSite(t *testing.T, b *browser, changes ...func(*config.Config)) *site {
	t.Helper()
	return newSite(t, b, func(a *app, cfg config.Config, pbx totalIPDemo) (*program, error) {
		return a.foreground(cfg, nil, demoDrivers(cfg, pbx), nil)
	}, changes)
}

func newSite(t *testing.T, b *browser, build func(*app, config.Config, totalIPDemo) (*program, error), changes []func(*config.Config)) *site {
	t.Helper()
	pbx := newTotalIPDemo()
	t.Cleanup(pbx.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return build(a, cfg, pbx) }, changes...)
	s := &site{t: t, b: b, pbx: pbx, p: p}
	s.await("the driver reads the PBX's events", func() bool { return pbx.EventReaders() > 0 })
	return s
}

// quiet keeps the program's log for a test that failed.
type quiet struct {
	mu sync.Mutex
	b  strings.Builder
}

func (q *quiet) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.b.Write(p)
}

func (q *quiet) String() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.b.String()
}

// crm opens the demo CRM for a new person and waits until it is linked.
func (s *site) crm() *tab {
	s.t.Helper()
	tb := s.b.person(s.t).goes(s.p.server.URL() + "demo/")
	tb.linked()
	return tb
}

// crmBeside opens the demo CRM in another tab of the same person.
func (s *site) crmBeside(other *tab) *tab {
	s.t.Helper()
	tb := other.beside().goes(s.p.server.URL() + "demo/")
	tb.linked()
	return tb
}

// linked waits until the page says that page, program and PBX are linked.
func (tb *tab) linked() {
	tb.t.Helper()
	tb.until("the page says it is connected", `document.querySelector('#health [data-link="connected"]')`)
}

// await blocks until ok answers true, which it asks whenever the PBX changed.
func (s *site) await(what string, ok func() bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.pbx.Wait(ctx, ok); err != nil {
		s.t.Fatalf("waited in vain: %s; the PBX was asked %+v", what, s.pbx.Requests())
	}
}

// theCall waits for the one live call of the desk's extension.
func (s *site) theCall() totaliptest.Call {
	s.t.Helper()
	s.await("the extension has a call", func() bool { return len(s.pbx.LiveCalls(demoExtension)) == 1 })
	return s.pbx.LiveCalls(demoExtension)[0]
}

func (s *site) answers(ref string) {
	s.t.Helper()
	if err := s.pbx.Answer(ref); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) hangsUp(ref string) {
	s.t.Helper()
	if err := s.pbx.Hangup(ref); err != nil {
		s.t.Fatal(err)
	}
}

// dialled holds the number of dial wishes that reached the PBX by any road
// against want.
func (s *site) dialled(want int) {
	s.t.Helper()
	if got := s.pbx.Received("discar") + s.pbx.Received("DISCAR"); got != want {
		s.t.Errorf("the PBX received %d dial wishes, want %d: %+v", got, want, s.pbx.Requests())
	}
	if got := len(s.pbx.Dials()); got != want {
		s.t.Errorf("the PBX dialled %d times, want %d: %+v", got, want, s.pbx.Dials())
	}
}

// foreign serves a small CRM from an origin of its own: a page that loads its
// own copy of the client by a script tag.
func foreign(t *testing.T, script string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><head><title>CRM</title><link rel="icon" href="data:,">
<script src="/ctiagent.js"></script></head><body><button id="phone">(11) 98765-0107</button><p id="said"></p><script>`+script+`</script></body></html>`)
	})
	mux.HandleFunc("GET /ctiagent.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, web.Files(), "sdk/ctiagent.js")
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv
}
