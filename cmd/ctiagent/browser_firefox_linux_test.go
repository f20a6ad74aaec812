package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"ctiagent/internal/config"

	"github.com/gorilla/websocket"
)

// fox is a running Firefox, spoken to by WebDriver BiDi
// (w3c.github.io/webdriver-bidi), one command after the other.
type fox struct {
	t    *testing.T
	ws   *websocket.Conn
	last int
	page string // the tab
}

// firefoxSettings keep Firefox from asking, fetching and telling anything.
const firefoxSettings = `user_pref("app.normandy.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "http://127.0.0.1:1/");
user_pref("toolkit.telemetry.server", "");
`

// startFirefox starts a Firefox of its own profile, without a window. A program
// that it is to find must run before, and home is where it looks for native
// hosts.
func startFirefox(t *testing.T, home string) *fox {
	t.Helper()
	var program string
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Fatal("this test clicks in a real Firefox and found none: install firefox-esr (apt-get install firefox-esr), or put firefox on the PATH")
	}
	profile, err := os.MkdirTemp("", "firefox")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(firefoxSettings), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "--remote-allow-system-access", "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+home, "LANG=C.UTF-8", "MOZ_CRASHREPORTER_DISABLE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	where, gone := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(gone)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if _, address, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
				where <- address
			}
		}
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with its content processes; the profile is thrown away
		<-gone
		_ = cmd.Wait()
		_ = os.RemoveAll(profile)
	})
	late := time.NewTimer(2 * patience)
	defer late.Stop()
	f := &fox{t: t}
	select {
	case address := <-where:
		ws, response, err := websocket.DefaultDialer.Dial(address+"/session", nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		f.ws = ws
		t.Cleanup(func() { _ = f.ws.Close() })
	case <-gone:
		t.Fatalf("%s ended before it could be spoken to", program)
	case <-late.C:
		t.Fatalf("%s cannot be spoken to", program)
	}
	f.asks("session.new", map[string]any{"capabilities": map[string]any{}}, nil)
	f.page = f.tree("")
	return f
}

// asks sends a command and waits for its answer.
func (f *fox) asks(method string, params, into any) {
	f.t.Helper()
	f.last++
	if err := f.ws.WriteJSON(map[string]any{"id": f.last, "method": method, "params": params}); err != nil {
		f.t.Fatal(err)
	}
	for {
		if err := f.ws.SetReadDeadline(time.Now().Add(2 * patience)); err != nil {
			f.t.Fatal(err)
		}
		var m struct {
			ID             int
			Type           string
			Result         json.RawMessage
			Error, Message string
		}
		if err := f.ws.ReadJSON(&m); err != nil {
			f.t.Fatalf("%s: %v", method, err)
		}
		if m.ID != f.last {
			continue
		}
		if m.Type != "success" {
			f.t.Fatalf("%s: %s: %s", method, m.Error, m.Message)
		}
		if into == nil {
			return
		}
		if err := json.Unmarshal(m.Result, into); err != nil {
			f.t.Fatalf("%s: %v: %s", method, err, m.Result)
		}
		return
	}
}

// tree answers the first tab, or of the scope chrome the first window.
func (f *fox) tree(scope string) string {
	f.t.Helper()
	params := map[string]any{"maxDepth": 0}
	if scope != "" {
		params["moz:scope"] = scope
	}
	var out struct{ Contexts []struct{ Context string } }
	f.asks("browsingContext.getTree", params, &out)
	if len(out.Contexts) == 0 {
		f.t.Fatal("Firefox has no window")
	}
	return out.Contexts[0].Context
}

func (f *fox) goes(address string) {
	f.t.Helper()
	f.asks("browsingContext.navigate", map[string]any{"context": f.page, "url": address, "wait": "complete"}, nil)
}

// evaluates answers what becomes of an expression, as JSON.
func (f *fox) evaluates(context, expression string) string {
	f.t.Helper()
	var out struct {
		Type             string
		Result           struct{ Value json.RawMessage }
		ExceptionDetails struct{ Text string }
	}
	f.asks("script.evaluate", map[string]any{"expression": expression, "target": map[string]any{"context": context}, "awaitPromise": true}, &out)
	if out.Type != "success" {
		f.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Text)
	}
	return string(out.Result.Value)
}

// until waits for a condition of the page.
func (f *fox) until(what, condition string) {
	f.t.Helper()
	got := f.evaluates(f.page, fmt.Sprintf(`new Promise((done) => {
		const end = Date.now() + %d;
		(function look() { if (%s) done('yes'); else if (Date.now() > end) done(location.href + ' ' + document.body.outerHTML.slice(0, 2000)); else setTimeout(look, 20); }());
	})`, (patience-2*time.Second).Milliseconds(), condition))
	if got != `"yes"` {
		f.t.Fatalf("waited in vain: %s\n%s", what, got)
	}
}

// clicksText presses where a text stands.
func (f *fox) clicksText(words string) {
	f.t.Helper()
	var at struct{ X, Y int }
	place := f.evaluates(f.page, `(() => {
		const walker = document.createTreeWalker(document.body, 4);
		for (let n = walker.nextNode(); n; n = walker.nextNode()) {
			const i = n.data.indexOf(`+strconv.Quote(words)+`);
			if (i < 0) continue;
			const r = document.createRange();
			r.setStart(n, i);
			r.setEnd(n, i + `+strconv.Itoa(len(words))+`);
			const b = r.getBoundingClientRect();
			return JSON.stringify({ X: Math.round(b.x + b.width / 2), Y: Math.round(b.y + b.height / 2) });
		}
	})()`)
	var text string
	if json.Unmarshal([]byte(place), &text) != nil || json.Unmarshal([]byte(text), &at) != nil {
		f.t.Fatalf("%s stands nowhere: %s", words, place)
	}
	f.asks("input.performActions", map[string]any{"context": f.page, "actions": []any{map[string]any{"type": "pointer", "id": "mouse", "actions": []any{
		map[string]any{"type": "pointerMove", "x": at.X, "y": at.Y}, map[string]any{"type": "pointerDown", "button": 0}, map[string]any{"type": "pointerUp", "button": 0},
	}}}}, nil)
}

func TestFirefoxDialsByClientLinkifyAndExtensionAndPops(t *testing.T) {
	crm := serveLockedCRM(t)
	own := foreign(t, "")
	marked := servePages(t, map[string]func(int) string{"/": func(port int) string { return linkifyCard + linkifyScripts(port, "{}") }})
	s := demoSite(t, nil, func(c *config.Config) {
		c.Limits.DialsPerSecond, c.API.Origins = 100, []string{own.URL, marked.URL}
		c.Pops = []config.Pop{{On: "offered", Direction: "inbound", Open: crm.URL + "/customer?from={e164}"}}
	})
	marked.port = s.p.server.Port()
	x, home := putTogether(t, "firefox"), t.TempDir()
	register := exec.CommandContext(t.Context(), x.host, "register")
	register.Env = append(os.Environ(), "HOME="+home)
	if out, err := register.CombinedOutput(); err != nil || !strings.Contains(string(out), ".mozilla") {
		t.Fatalf("register the native host: %v: %s", err, out)
	}
	f := startFirefox(t, home)
	dials := 0
	over := func(number string) {
		t.Helper()
		dials++
		call := s.theCall()
		all := s.pbx.Dials()
		if got := all[len(all)-1].Number; got != number {
			t.Errorf("dialled %s, want %s", got, number)
		}
		next := s.happens() // with patience of its own
		s.hangsUp(call.Ref)
		next("call.ended")
		s.dialled(dials)
	}

	f.goes(own.URL)
	f.evaluates(f.page, script(s.p.server.Port()))
	f.until("the page is connected", `document.body.dataset.state === 'connected.ok'`)
	f.clicksText("(11) 98765-0107")
	f.until("the page knows that it dials", `document.getElementById('said').textContent === 'dials: +5511987650107'`)
	over("987650107")

	f.goes(marked.URL)
	f.until("linkify has read the page", `cti.state === 'connected' && links.idle()`)
	if got := f.evaluates(f.page, `links.numbers().join() + ' ' + CSS.highlights.get('ctiagent-number').size`); got != `"(11) 98765-0101,(11) 3355-3434 2"` {
		t.Errorf("linkify marked %s", got)
	}
	f.clicksText("529.982.247-25")
	f.clicksText("(11) 98765-0101")
	over(marianaDialled)

	var installed struct{ Extension string }
	f.asks("webExtension.install", map[string]any{"extensionData": map[string]any{"type": "path", "path": x.dir}}, &installed)
	if installed.Extension != "ctiagent@example.com" {
		t.Errorf("the extension is %s", installed.Extension)
	}
	f.goes(crm.URL)
	// The person presses the extension's button: this is what the toolbar does.
	f.evaluates(f.tree("chrome"), `(async () => {
		const { ExtensionParent } = ChromeUtils.importESModule('resource://gre/modules/ExtensionParent.sys.mjs');
		await ExtensionParent.apiManager.global.browserActionFor(WebExtensionPolicy.getByID('ctiagent@example.com').extension).triggerAction(window);
	})()`)
	f.until("the extension is in the page", `document.querySelector('ctiagent-numbers')`)
	f.clicksText("(11) 98765-0101")
	over(marianaDialled)

	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case got := <-crm.asked:
		if got != "/customer?from=%2B5521987650103" {
			t.Errorf("the call opened %s", got)
		}
	case <-late.C:
		t.Fatal("the call did not open the customer")
	}
}
