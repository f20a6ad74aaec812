package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"ctiagent/vendors/totalip/totaliptest"

	"github.com/chromedp/chromedp"
)

// dialOver is what a page does that wants TLS: it dials, and says what came of it.
const dialOver = `new Promise((said) => {
  const socket = new WebSocket(%q, 'ctiagent.v1');
  const ask = (id, method, params) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  socket.onopen = () => ask(1, 'session.hello', { client: 'test', protocol: 1 });
  socket.onmessage = (m) => {
    const answer = JSON.parse(m.data);
    if (answer.error) said('refused: ' + answer.error.data.kind);
    else if (answer.id === 1) ask(2, 'call.dial', { number: '11987654321' });
    else if (answer.id === 2) said(socket.url.slice(0, 6) + ' ' + answer.result.remote.e164);
  };
  socket.onerror = () => said('not reached');
})`

func TestChromiumDialsOverTLSWhereTheCertificateIsTrusted(t *testing.T) {
	pbx := totaliptest.New(totaliptest.Options{Key: canary})
	t.Cleanup(pbx.Close)
	pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", LoggedIn: true})
	crm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>CRM</title><link rel="icon" href="data:,">`)
	}))
	t.Cleanup(crm.Close)
	home, err := os.MkdirTemp("", "cti") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	over, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	p := newPerson(t, []string{"HOME=" + home, "XDG_RUNTIME_DIR=" + home, "KEY=" + canary}, fmt.Sprintf(`[api]
port = %d
origins = [%q]
tls = true
tls_port = %d
[agent]
id = "12"
extension = "10005"
area_code = "11"
[[driver]]
use = "totalip"
url = %q
events = %q
commands = %q
key = "env:KEY"
`, port, crm.URL, over, pbx.URL(), pbx.EventsAddr(), pbx.CommandsAddr()))
	said, _ := p.serves()
	said.await(t, "api.tls is on, and there is no certificate")
	words, status := p.says("doctor", "--config", p.site)
	if status != 0 || !strings.Contains(words, "Run ctiagent tls install as administrator") {
		t.Errorf("the doctor does not miss the certificate: %s", words)
	}
	if words, status := p.says("tls", "install", "--user", "--config", p.site); status != 0 || !strings.Contains(words, "Trusted in: "+home) || !strings.Contains(words, fmt.Sprintf("wss://127.0.0.1:%d", over)) {
		t.Fatalf("install: %s", words)
	}
	if words, _ := p.says("doctor", "--config", p.site); !strings.Contains(words, fmt.Sprintf("Pages reach ctiagent at wss://127.0.0.1:%d, with a certificate until", over)) {
		t.Errorf("the doctor with a certificate: %s", words)
	}
	page := func(home, address string) string {
		t.Helper()
		tb := startBrowser(t, chromedp.Env("HOME="+home)).person(t).goes(crm.URL)
		tb.allow("ERR_CERT_AUTHORITY_INVALID")
		var said string
		tb.run("dial over TLS", chromedp.Evaluate(fmt.Sprintf(dialOver, address), &said, awaited))
		return said
	}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		address := fmt.Sprintf("wss://%s:%d/v1/ws", host, over)
		if got := page(home, address); got != "wss:// +5511987654321" {
			t.Errorf("%s: %s", address, got)
		}
	}
	if n := len(pbx.Dials()); n == 0 {
		t.Error("the PBX dialled nothing")
	}
	if got := page(t.TempDir(), fmt.Sprintf("wss://127.0.0.1:%d/v1/ws", over)); got != "not reached" {
		t.Errorf("where nobody trusts the certificate: %s", got)
	}
}
