package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/web"

	chromium "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// The names and the address under which pages are opened here. All of them lead
// to this computer; which address space a browser takes a page to be in is told
// it by the server's port.
const (
	crmHost      = "crm.example"
	strangerHost = "stranger.example"
	softbarHost  = "softbar.example"
	privateHost  = "10.99.0.1"
)

// walls are the pages of a CRM, each of which a browser treats in its own way
// when it wants to reach this computer.
type walls struct {
	t                         *testing.T
	publicTLS, publicPlain    *httptest.Server
	privateTLS, privatePlain  *httptest.Server
	site                      *site
	nobody                    int // a port nobody listens on
	publicHTTPS, publicHTTP   string
	privateHTTPS, privateHTTP string
}

// newWalls serves the pages, then starts the browser, with what more answers for
// these pages, then the program, which knows the CRM's origins and may be asked
// by others.
func newWalls(t *testing.T, more func(*walls) []chromedp.ExecAllocatorOption) *walls {
	t.Helper()
	w := &walls{t: t, publicTLS: httptest.NewTLSServer(wallPages()), publicPlain: httptest.NewServer(wallPages()),
		privateTLS: httptest.NewTLSServer(wallPages()), privatePlain: httptest.NewServer(wallPages())}
	var spaces []string
	for _, s := range []struct {
		server      *httptest.Server
		space, host string
		address     *string
	}{
		{w.publicTLS, "public", crmHost, &w.publicHTTPS}, {w.publicPlain, "public", crmHost, &w.publicHTTP},
		{w.privateTLS, "local", privateHost, &w.privateHTTPS}, {w.privatePlain, "local", privateHost, &w.privateHTTP},
	} {
		t.Cleanup(s.server.Close)
		u, err := url.Parse(s.server.URL)
		if err != nil {
			t.Fatal(err)
		}
		spaces = append(spaces, u.Host+"="+s.space)
		*s.address = u.Scheme + "://" + s.host + ":" + u.Port()
	}
	var options []chromedp.ExecAllocatorOption
	if more != nil {
		options = more(w)
	}
	b := startBrowser(t, append(options, chromedp.Flag("ip-address-space-overrides", strings.Join(spaces, ",")), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("host-resolver-rules", "MAP *.example 127.0.0.1, MAP "+privateHost+" 127.0.0.1"))...)
	w.site = demoSite(t, b, func(cfg *config.Config) {
		cfg.API.Origins = []string{w.publicHTTPS, w.publicHTTP, w.privateHTTPS, w.privateHTTP, w.at(softbarHost)}
	})
	var err error
	if w.nobody, err = freePort(); err != nil {
		t.Fatal(err)
	}
	return w
}

// wallPages serves a page with the client, which does nothing until it is
// asked; one whose own policy lets it reach nobody; and one around a frame of
// another origin that says what it found.
func wallPages() http.Handler {
	mux := http.NewServeMux()
	page := func(path, head string, body func(*http.Request) string, policy string) {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			if policy != "" {
				w.Header().Set("Content-Security-Policy", policy)
			}
			_, _ = io.WriteString(w, `<!doctype html><html lang="en"><head><title>CRM</title><link rel="icon" href="data:,">`+head+`</head><body>`+body(r)+`</body></html>`)
		})
	}
	nothing := func(*http.Request) string { return "" }
	client := `<script src="/ctiagent.js"></script>`
	page("/{$}", client, nothing, "")
	page("/forbidding", client, nothing, "connect-src 'self'")
	page("/frame", "<script>addEventListener('message', (ev) => { window.verdict = ev.data; });</script>", func(r *http.Request) string {
		return fmt.Sprintf(`<iframe %s src="https://%s%s/framed?port=%s"></iframe>`, r.FormValue("with"), softbarHost, r.Host[strings.LastIndexByte(r.Host, ':'):], r.FormValue("port"))
	}, "")
	page("/framed", client, func(r *http.Request) string {
		return fmt.Sprintf(`<script>CTIAgent.diagnose({ port: %q }).then((v) => parent.postMessage(v, '*'));</script>`, r.FormValue("port"))
	}, "")
	mux.HandleFunc("GET /ctiagent.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, web.Files(), "sdk/ctiagent.js")
	})
	return mux
}

// at is the public https server under another name.
func (w *walls) at(host string) string { return strings.Replace(w.publicHTTPS, crmHost, host, 1) }

// person opens a page for somebody new, for whom the permission is as given,
// where the browser is told anything about it.
func (w *walls) person(address, permission string) *tab {
	w.t.Helper()
	tb := w.site.b.person(w.t)
	// What the browser says of itself when it lets a page reach nobody.
	for _, words := range []string{"WebSocket connection to", "blocked by CORS policy", "Failed to load resource", "Content Security Policy", "Permissions policy violation", "ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS"} {
		tb.allow(words)
	}
	if permission != "" {
		do := cdp.WithExecutor(w.site.b.ctx, chromedp.FromContext(w.site.b.ctx).Browser)
		err := chromium.SetPermission(&chromium.PermissionDescriptor{Name: "loopback-network"}, chromium.PermissionSetting(permission)).WithBrowserContextID(tb.profile).Do(do)
		if err != nil {
			w.t.Fatalf("set the permission: %v", err)
		}
	}
	return tb.goes(address)
}

// verdict is what a page is told about its way to the program.
type verdict struct {
	Works                                          bool
	Rung, State, Reason, Permission, Message, Hint string
}

func (v verdict) String() string {
	return fmt.Sprintf("%s.%s %s %s", v.State, v.Reason, v.Rung, v.Permission)
}

// diagnose asks the page, in a language.
func (tb *tab) diagnose(port int, language string) (v verdict) {
	tb.t.Helper()
	tb.run("diagnose", chromedp.Evaluate(fmt.Sprintf(`CTIAgent.diagnose({ port: %d, language: '%s' })`, port, language), &v, awaited))
	return v
}

// Each row is a page and what the browser was told about it. What is named is
// held against what a plain WebSocket of the same page does.
func TestDiagnoseNamesEachWallOfTheBrowser(t *testing.T) {
	w := newWalls(t, nil)
	port := w.site.p.server.Port()
	for _, c := range []struct {
		name, address, permission string
		port                      int
		want                      string
		opens                     bool
	}{
		{"public https that cannot ask, as it has no window", w.publicHTTPS, "", port, "blocked.denied link denied", false},
		{"public https granted", w.publicHTTPS, "granted", port, "connected.ok socket granted", true},
		{"public https granted, ctiagent absent", w.publicHTTPS, "granted", w.nobody, "absent.not_running none granted", false},
		{"public https granted, not paired", w.at(strangerHost), "granted", port, "unpaired.not_paired link granted", true},
		{"public https denied", w.publicHTTPS, "denied", port, "blocked.denied link denied", false},
		{"public https whose own policy forbids it", w.publicHTTPS + "/forbidding", "granted", port, "blocked.page_policy link granted", false},
		{"public http", w.publicHTTP, "", port, "blocked.insecure_page link denied", false},
		{"private https", w.privateHTTPS, "", port, "connected.ok socket prompt", true},
		{"private http", w.privateHTTP, "", port, "connected.ok socket denied", true},
		{"private http, ctiagent absent", w.privateHTTP, "", w.nobody, "absent.not_running none denied", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			tb := w.person(c.address, c.permission)
			seen := map[string]bool{}
			for _, language := range []string{"pt-BR", "es", "en"} {
				v := tb.diagnose(c.port, language)
				if v.String() != c.want || v.Works != strings.HasPrefix(c.want, "connected.") {
					t.Errorf("in %s diagnosed %s (works: %t), want %s", language, v, v.Works, c.want)
				}
				if v.Message == "" || seen[v.Message] || (v.Hint == "") == !v.Works {
					t.Errorf("in %s it says %q, %q", language, v.Message, v.Hint)
				}
				seen[v.Message] = true
			}
			var opened bool
			tb.run("open a plain socket", chromedp.Evaluate(fmt.Sprintf(`new Promise((done) => {
				const ws = new WebSocket('ws://127.0.0.1:%d/v1/ws');
				ws.onopen = () => { done(true); ws.close(); };
				ws.onerror = () => done(false);
			})`, c.port), &opened, awaited))
			if opened != c.opens {
				t.Errorf("a plain socket opens: %t, want %t", opened, c.opens)
			}
		})
	}
}
