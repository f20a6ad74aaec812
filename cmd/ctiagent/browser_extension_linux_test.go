package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// extensionID follows from the key in web/extension/manifest.json, which a
// suite of the extension holds.
const extensionID = "mmiddanfklhcokebbdeeipcaokfhckbn"

// lockedCRM is a CRM that nobody can edit: it has no script of ours, ctiagent
// has never heard of its address, and it counts the customers' pages it shows.
type lockedCRM struct {
	*httptest.Server
	popped atomic.Int32
	asked  chan string // the customers' pages, as they were asked for
}

func serveLockedCRM(t *testing.T) *lockedCRM {
	t.Helper()
	crm := &lockedCRM{asked: make(chan string, 100)}
	crm.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// As strict as a page may be towards scripts that are not its own.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src data:")
		body := `<p>Celular: (11) 98765-0101</p><p>CPF 529.982.247-25</p><label>Fone <input id="fone" value="(11) 3355-3434"></label><p>Contato 11 99876-5432</p>`
		if r.URL.Path == "/customer" {
			crm.popped.Add(1)
			crm.asked <- r.URL.RequestURI()
			body = `<h1>Customer</h1><input id="search"><input id="note" value="typed by a person">`
		}
		fmt.Fprintf(w, `<!doctype html><html lang="pt-BR"><head><title>CRM</title><link rel="icon" href="data:,"></head><body>%s</body></html>`, body)
	}))
	t.Cleanup(crm.Close)
	return crm
}

// recipes are what an administrator signs for the CRM.
func (crm *lockedCRM) recipes(t *testing.T) string {
	t.Helper()
	return crm.recipesThatPop(t, map[string]string{"on": "ringing", "open": crm.URL + "/customer?phone={e164}"})
}

func (crm *lockedCRM) recipesThatPop(t *testing.T, pop map[string]string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"version": 1, "sites": []any{map[string]any{
		"name": "Locked CRM", "origins": []string{crm.URL}, "bar": true,
		"dial": []any{map[string]string{"field": "#fone"}},
		"pop":  pop,
		"fill": []any{map[string]string{"on": "ringing", "field": "#search", "with": "{e164}"}, map[string]string{"on": "ringing", "field": "#note", "with": "{number}"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// extensionPolicy is the administrator's policy with signed recipes.
func extensionPolicy(t *testing.T, recipes string) map[string]any {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	encoded := base64.StdEncoding.EncodeToString
	return map[string]any{"3rdparty": map[string]any{"extensions": map[string]any{extensionID: map[string]string{
		"recipes": recipes, "signature": encoded(ed25519.Sign(private, []byte(recipes))), "key": encoded(public)}}}}
}

// extension is what a browser is given: the folder of the extension, and the
// native host.
type extension struct{ dir, host string }

func putTogether(t *testing.T, browser string) extension {
	t.Helper()
	x := extension{t.TempDir(), filepath.Join(t.TempDir(), "ctiagent-native")}
	if out, err := exec.CommandContext(t.Context(), "../../scripts/extension.sh", browser, x.dir).CombinedOutput(); err != nil {
		t.Fatalf("put the extension together: %v: %s", err, out)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", x.host, "../ctiagent-native")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the native host: %v: %s", err, out)
	}
	return x
}

// startWithExtension starts a browser that has the extension, the native host
// and a policy. The host finds the program by the environment it inherits, so
// the program must run before.
func startWithExtension(t *testing.T, policy map[string]any) *browser {
	t.Helper()
	return putTogether(t, "chromium").start(t, policy)
}

func (x extension) start(t *testing.T, policy map[string]any) *browser {
	t.Helper()
	profile := t.TempDir()
	manifest, err := json.Marshal(map[string]any{"name": "com.ctiagent.native", "description": "ctiagent", "path": x.host, "type": "stdio",
		"allowed_origins": []string{"chrome-extension://" + extensionID + "/"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(profile, "NativeMessagingHosts"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "NativeMessagingHosts", "com.ctiagent.native.json"), manifest, 0o600); err != nil {
		t.Fatal(err)
	}
	options := underPolicy(t, policy)
	return startBrowser(t, append(options, chromedp.UserDataDir(profile), chromedp.Flag("load-extension", x.dir),
		chromedp.Flag("disable-extensions-except", x.dir), chromedp.Flag("disable-features", needless+",DisableLoadExtensionCommandLineSwitch"))...)
}

// ordinary opens a tab in the browser's own profile, which alone has extensions.
func (b *browser) ordinary(t *testing.T, address string) *tab {
	t.Helper()
	do := cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
	id, err := target.CreateTarget("about:blank").Do(do)
	if err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	tb := b.openTab(t, "", chromedp.WithTargetID(id)).goes(address)
	tb.front()
	return tb
}

// worker is the extension's own part.
func (b *browser) worker(t *testing.T) *tab {
	t.Helper()
	var found target.ID
	b.sees(t, "the extension runs", func(all []*target.Info) bool {
		for _, i := range all {
			if i.Type == "service_worker" && strings.Contains(i.URL, extensionID) {
				found = i.TargetID
			}
		}
		return found != ""
	})
	tb := b.openTab(t, "", chromedp.WithTargetID(found))
	// It is there before its script has run.
	ctx, cancel := context.WithTimeout(tb.ctx, patience)
	defer cancel()
	for ready := false; !ready; {
		if err := chromedp.Run(ctx, chromedp.Evaluate(`typeof setTimeout === 'function' && typeof agent !== 'undefined'`, &ready)); err != nil {
			t.Fatalf("the extension's own part does not run: %v", err)
		}
	}
	return tb
}

// becomes is until for the extension's own part, whose policy lets no text become code.
func (tb *tab) becomes(what, condition string) {
	tb.t.Helper()
	tb.run(what, chromedp.Evaluate(`new Promise((done) => { (function look() { if (`+condition+`) { done(true); } else { setTimeout(look, 20); } }()); })`, nil,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}

// sees waits until the browser's tabs and workers are as ok wants them.
func (b *browser) sees(t *testing.T, what string, ok func([]*target.Info) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	changed := make(chan struct{}, 1)
	chromedp.ListenBrowser(ctx, func(event any) {
		switch event.(type) {
		case *target.EventTargetCreated, *target.EventTargetInfoChanged, *target.EventTargetDestroyed:
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	})
	for {
		all, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if ok(all) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// says tells whether the page's accessibility tree has the words: what the
// extension shows is in trees of its own, which no script of the page can read.
func (tb *tab) says(words string) bool {
	tb.t.Helper()
	found := false
	tb.run("read the accessibility tree", chromedp.ActionFunc(func(ctx context.Context) error {
		nodes, err := accessibility.GetFullAXTree().Do(ctx)
		for _, n := range nodes {
			found = found || n.Name != nil && strings.Contains(string(n.Name.Value), words)
		}
		return err
	}))
	return found
}

func TestExtensionOnACRMThatNobodyCanEdit(t *testing.T) {
	crm := serveLockedCRM(t)
	s := demoSite(t, nil, func(c *config.Config) { c.Limits.DialsPerSecond, c.Pops = 100, nil })
	b := startWithExtension(t, extensionPolicy(t, crm.recipes(t)))
	worker := b.worker(t)
	worker.becomes("the extension is connected", `typeof agent !== 'undefined' && agent.state === 'connected' && sites.length === 1`)

	tb := b.ordinary(t, crm.URL)
	tb.until("the extension is in the page", `document.querySelector('ctiagent-numbers') && document.querySelector('ctiagent-dial')`)
	dials := 0
	// over checks that one more call was dialled, and ends it.
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
		next(cti.EventCallEnded)
		s.dialled(dials)
	}

	tb.clicksText("(11) 98765-0101", 1, 2)
	over(marianaDialled)

	var at struct{ X, Y float64 }
	tb.run("find the field's button", chromedp.Evaluate(`(() => { const r = document.querySelector('ctiagent-dial').getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()`, &at))
	tb.run("press the field's button", presses(at.X, at.Y, 1)...)
	over("33553434")

	// Nobody can open the browser's own menu from here; this is what a choice in it does.
	worker.run("choose in the menu", chromedp.Evaluate(`chrome.contextMenus.onClicked.dispatch({ menuItemId: 'dial', selectionText: ' 11 99876-5432 ' }, undefined)`, nil))
	over("998765432")

	call := s.pbx.Ring(demoExtension, "11987650102", "1130030000")
	var customer *tab
	s.answers(call.Ref) // Total IP tells of a call when the agent has answered
	b.sees(t, "the customer's page", func(all []*target.Info) bool {
		for _, i := range all {
			if i.Type == "page" && strings.HasPrefix(i.URL, crm.URL+"/customer?phone=%2B5511987650102") {
				customer = b.openTab(t, "", chromedp.WithTargetID(i.TargetID))
				return true
			}
		}
		return false
	})
	customer.until("the box is filled", `document.getElementById('search').value === '+5511987650102'`)
	if got := customer.text(`document.getElementById('note').value`); got != "typed by a person" {
		t.Errorf("what a person typed became %q", got)
	}
	customer.until("the bar is there", `document.querySelector('ctiagent-bar')`)
	if !customer.says("connected") || !customer.says("87650102") {
		t.Error("the bar does not show the call")
	}
	s.hangsUp(call.Ref)
	worker.becomes("the extension knows", `Object.values(agent.view.calls).length === 0 && popped.length === 1`)
	customer.until("the bar is gone", `!document.querySelector('ctiagent-bar')`)
	if n := crm.popped.Load(); n != 1 {
		t.Errorf("the call popped %d times, want once", n)
	}
	s.dialled(dials)
}

func TestExtensionUsesNoRecipesWhoseSignatureDoesNotFit(t *testing.T) {
	crm := serveLockedCRM(t)
	s := demoSite(t, nil)
	policy := extensionPolicy(t, crm.recipes(t))
	policy["3rdparty"].(map[string]any)["extensions"].(map[string]any)[extensionID].(map[string]string)["recipes"] += " "
	b := startWithExtension(t, policy)
	worker := b.worker(t)
	worker.becomes("the extension says so", `typeof agent !== 'undefined' && agent.state === 'connected' && (chrome.action.getTitle({}).then((t) => { self.title = t; }), /signature/.test(self.title))`)
	if got := worker.value(`sites`); got != "[]" {
		t.Errorf("the recipes count all the same: %s", got)
	}
	tb := b.ordinary(t, crm.URL)
	tb.clicksText("(11) 98765-0101", 1)
	if got := tb.value(`document.querySelectorAll('ctiagent-numbers').length`); got != "0" {
		t.Error("the extension is in a page that nobody switched on")
	}
	s.dialled(0)

	// A person presses the extension's button, and again.
	const press = `chrome.tabs.query({}).then((all) => chrome.action.onClicked.dispatch(all.find((t) => /^http/.test(t.url))))`
	worker.run("switch the site on", chromedp.Evaluate(press, nil))
	tb.until("the extension is in the page", `document.querySelector('ctiagent-numbers')`)
	tb.clicksText("(11) 98765-0101", 1)
	s.theCall()
	worker.run("switch the site off", chromedp.Evaluate(press, nil))
	tb.until("the extension is in the page no more", `!document.querySelector('ctiagent-numbers, ctiagent-bar')`)
	s.dialled(1)
}
