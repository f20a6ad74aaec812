package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
)

// Without a policy this very page has to ask: other tests hold that. Here nobody is there to answer.
func TestPagesOfThePolicyReachTheAgentWithoutAQuestion(t *testing.T) {
	for _, c := range []struct {
		name string
		args func(w *walls) []string
		want func(w *walls) map[string]string // what each page is diagnosed with
	}{
		{"https", func(w *walls) []string { return []string{"--origins", w.publicHTTPS + "," + w.publicHTTP} }, func(w *walls) map[string]string {
			return map[string]string{w.publicHTTPS: "granted: connected.ok socket granted", w.at(strangerHost): "prompt: blocked.denied link denied",
				w.publicHTTP: "denied: blocked.insecure_page link denied"}
		}},
		{"http that is trusted", func(w *walls) []string { return []string{"--origins", w.publicHTTP, "--trust-http"} }, func(w *walls) map[string]string {
			return map[string]string{w.publicHTTP: "granted: connected.ok socket granted", w.publicHTTPS: "prompt: blocked.denied link denied"}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWalls(t, func(w *walls) []chromedp.ExecAllocatorOption { return underPolicy(t, written(t, c.args(w)...)) })
			for address, want := range c.want(w) {
				tb := w.person(address, "")
				var state string
				tb.run("look at the permission", chromedp.Evaluate(`navigator.permissions.query({ name: 'loopback-network' }).then((p) => p.state)`, &state, awaited))
				if got := state + ": " + tb.diagnose(w.site.p.server.Port(), "en").String(); got != want {
					t.Errorf("%s: got %s, want %s", address, got, want)
				}
			}
		})
	}
}

// The whole way of a click, with a policy in place of the person who answers Chromium's question.
func TestLinkOfAPageOfThePolicyOpensWithoutADialog(t *testing.T) {
	w := newWorkplace(t)
	page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(rw, `<!doctype html><html lang="en"><title>CRM</title><link rel="icon" href="data:,">
<a href="sip:33553400">3355-3400</a> <a href="tel:+55-11-3355-3401">+55 11 3355-3401</a>`)
	}))
	t.Cleanup(page.Close)
	policy := underPolicy(t, written(t, "--origins", page.URL))
	b := startBrowser(t, append(policy, chromedp.Flag("headless", false), chromedp.WindowSize(900, 700), chromedp.Env(w.env...))...)
	tb := b.person(t).goes(page.URL)
	tb.front()
	tb.run("watch for a question", chromedp.Evaluate(`window.asked = 0; window.onblur = () => { window.asked++ }; 0`, nil))
	for _, link := range []string{"sip:33553400", "tel:+55-11-3355-3401"} {
		tb.click(fmt.Sprintf("a[href=%q]", link))
		w.until("the extension has a call", func() bool { return len(w.pbx.LiveCalls(demoExtension)) == 1 })
		if err := w.pbx.Hangup(w.pbx.LiveCalls(demoExtension)[0].Ref); err != nil {
			t.Fatal(err)
		}
	}
	if asked := tb.text(`String(window.asked)`); asked != "0" {
		t.Errorf("the page lost the keyboard %s times: something asked", asked)
	}
	if got := len(w.pbx.Dials()); got != 2 {
		t.Errorf("the PBX dialled %d times, want once for each link", got)
	}
}
