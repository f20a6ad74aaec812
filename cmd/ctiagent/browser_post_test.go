package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// postingPage is a page without the client: a button, and a fetch.
const postingPage = `<!doctype html><html lang="pt-BR"><head><title>CRM</title><link rel="icon" href="data:,"></head><body>
<button id="phone">(11) 98765-0107</button><p id="said"></p><script>
var kind = 'application/json';
document.getElementById('phone').onclick = function () {
  var said = document.getElementById('said');
  fetch('http://127.0.0.1:__PORT__/v1/rpc', {
    method: 'POST',
    headers: { 'Content-Type': kind },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'call.dial', params: { number: this.textContent } })
  }).then(function (answer) { return answer.json(); }).then(function (answer) {
    said.textContent = answer.error ? 'refused: ' + answer.error.data.kind : 'dials: ' + answer.result.remote.e164;
  }, function (err) { said.textContent = 'failed: ' + err.name; });
};
</script></body></html>`

func TestPageThatOnlyPostsDialsOnlyWhenItMay(t *testing.T) {
	b := startBrowser(t)
	for _, c := range []struct {
		name   string
		change func(cfg *config.Config, origin string)
		says   string
		dials  int
	}{
		{"allowed", func(cfg *config.Config, origin string) { cfg.API.Origins = []string{origin} }, "dials: +5511987650107", 1},
		{"not paired", func(*config.Config, string) {}, "refused: pairing_required", 0},
		{"blocked", func(cfg *config.Config, _ string) { cfg.API.Pairing = config.PairingOff }, "failed: TypeError", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var port int
			crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				_, _ = io.WriteString(w, postingPageAt(port))
			}))
			t.Cleanup(crm.Close)
			s := demoSite(t, b, func(cfg *config.Config) { c.change(cfg, crm.URL) })
			port = s.p.server.Port()
			tb := s.crmAt(crm.URL)
			for _, words := range []string{"blocked by CORS policy", "Failed to load resource"} {
				tb.allow(words)
			}
			tb.click("#phone")
			tb.shows("#said", c.says)
			s.dialled(c.dials)
			// Without a preflight the browser sends it unasked; it must not count for more.
			tb.run("post what needs no preflight", chromedp.Evaluate(`kind = 'text/plain'; document.getElementById('said').textContent = ''`, nil))
			tb.click("#phone")
			tb.until("an answer or its refusal", `document.getElementById('said').textContent`)
			s.dialled(c.dials)
		})
	}
}

func postingPageAt(port int) string {
	return strings.Replace(postingPage, "__PORT__", strconv.Itoa(port), 1)
}
