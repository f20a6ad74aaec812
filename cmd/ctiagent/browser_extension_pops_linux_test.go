package main

import (
	"fmt"
	"slices"

	"strings"
	"testing"
	"time"

	"ctiagent/internal/config"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// popDesk is an agent with a CRM that nobody can edit, and the extension in one
// or more browsers at once.
type popDesk struct {
	*site
	crm      *lockedCRM
	browsers []*browser
	workers  []*tab
}

// popsInto starts the browsers with a recipe that pops.
func popsInto(t *testing.T, browsers int, crm *lockedCRM, pop map[string]string, change func(*config.Config)) *popDesk {
	t.Helper()
	d := &popDesk{site: demoSite(t, nil, change), crm: crm}
	x, policy := putTogether(t, "chromium"), extensionPolicy(t, crm.recipesThatPop(t, pop))
	for range browsers {
		b := x.start(t, policy)
		worker := b.worker(t)
		worker.becomes("the extension is connected", `typeof agent !== 'undefined' && agent.state === 'connected' && sites.length === 1`)
		worker.awaits("ctiagent knows where the person looks", `whereLooked().then((where) => agent.request('page.focus', where))`, nil)
		d.browsers, d.workers = append(d.browsers, b), append(d.workers, worker)
	}
	return d
}

// awaits waits for a promise of the page.
func (tb *tab) awaits(what, promise string, into any) {
	tb.t.Helper()
	tb.run(what, chromedp.Evaluate(promise, into, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
}

// shows lets a customer call and hang up, and holds that this opened the one
// page, or none, over all browsers.
func (d *popDesk) shows(number string, want ...string) {
	d.t.Helper()
	before := d.tabs()
	call := d.pbx.Ring(demoExtension, number, "1130030000")
	d.answers(call.Ref) // Total IP tells of a call when the agent has answered
	for _, w := range d.workers {
		w.becomes("the extension knows the call", fmt.Sprintf(`Object.values(agent.view.calls).some((c) => c.remote.e164 === '+55%s')`, number))
	}
	late := time.NewTimer(patience)
	defer late.Stop()
	for _, w := range want {
		select {
		case got := <-d.crm.asked:
			if got != w {
				d.t.Errorf("the call of %s opened %s, want %s", number, got, w)
			}
		case <-late.C:
			d.t.Fatalf("the call of %s did not open %s", number, w)
		}
	}
	d.hangsUp(call.Ref)
	for _, w := range d.workers {
		w.becomes("the extension knows that the call is over", `Object.values(agent.view.calls).length === 0`)
		// What ctiagent asked for before this answer has come, too.
		w.awaits("it has shown all it would show", `agent.agent.state().then(() => ready).then(() => showing).then(() => 0)`, nil)
	}
	after := d.tabs()
	for _, u := range before {
		if i := slices.Index(after, u); i >= 0 {
			after = slices.Delete(after, i, i+1)
		}
	}
	for i := range want {
		want[i] = d.crm.URL + want[i]
	}
	if !slices.Equal(after, want) || len(d.crm.asked) != 0 {
		d.t.Errorf("the call of %s left the new tabs %v and %d more requests, want %v", number, after, len(d.crm.asked), want)
	}
}

// tabs are the addresses of all tabs of all browsers.
func (d *popDesk) tabs() []string {
	d.t.Helper()
	var all []string
	for _, w := range d.workers {
		var in []string
		w.awaits("read the tabs", `chrome.tabs.query({}).then((all) => all.map((t) => t.pendingUrl || t.url))`, &in)
		all = append(all, in...)
	}
	return all
}

func TestCallIsShownOnceOverPagesAndBrowsersThatAllCould(t *testing.T) {
	crm := serveLockedCRM(t)
	// By a name of its own: patterns of sites have no ports.
	page := foreign(t, `var shows = true, seen = [], cti = {};
function begin(port) {
  cti = CTIAgent.connect({ client: 'acme-crm/3.2', port: port });
  cti.onPop(function (pop) { seen.push(pop.url); return shows; });
}`)
	address := strings.Replace(page.URL, "127.0.0.1", "localhost", 1)
	d := popsInto(t, 2, crm, map[string]string{"open": crm.URL + "/customer?recipe={e164}"}, func(c *config.Config) {
		c.API.Origins = []string{address}
		c.Pops = []config.Pop{{On: "offered", Direction: "inbound", Open: crm.URL + "/customer?from={e164}"}}
	})
	// Two browsers, a rule of the configuration, and a recipe for the same call.
	d.shows("11987650102", "/customer?from=%2B5511987650102")

	tb := d.browsers[0].ordinary(t, address)
	tb.run("connect", chromedp.Evaluate(fmt.Sprintf(`begin(%d)`, d.p.server.Port()), nil))
	tb.becomes("the page is connected", `cti.state === 'connected'`)
	d.shows(helenaCalls)
	tb.becomes("the page is asked", `seen.length > 0`)
	if got := tb.value(`seen.length`); got != "1" {
		t.Errorf("the page was asked %s times, want once", got)
	}
	// A page that has nothing to show leaves it to the extension.
	tb.run("show nothing", chromedp.Evaluate(`shows = false`, nil))
	d.shows("11987650199", "/customer?from=%2B5511987650199")

	var shown any
	for _, url := range []string{"javascript:alert(1)", "file:///etc/passwd", "chrome://settings/", "http:/x", ""} {
		d.workers[0].awaits("ask for "+url, fmt.Sprintf(`Promise.resolve(agent._pop({ url: %q }))`, url), &shown)
		if shown != false {
			t.Errorf("%s was shown: %v", url, shown)
		}
	}
	d.dialled(0)
}

func TestRecipePopsInOneBrowserAndInTheTabThatIsThere(t *testing.T) {
	crm := serveLockedCRM(t)
	d := popsInto(t, 2, crm, map[string]string{"open": crm.URL + "/customer?phone={e164}", "tab": "existing"}, func(c *config.Config) { c.Pops = nil })
	d.shows("11987650102", "/customer?phone=%2B5511987650102")

	// One browser is left. Its tab of the CRM is behind another one.
	d.workers[1].run("leave", chromedp.Evaluate(`agent.close()`, nil))
	d.workers, d.browsers = d.workers[:1], d.browsers[:1]
	tb := d.browsers[0].ordinary(t, crm.URL)
	d.browsers[0].ordinary(t, "about:blank").front()
	tb.until("another tab is in front", `document.visibilityState === 'hidden'`)
	n := len(d.tabs())
	d.shows(helenaCalls, "/customer?phone=%2B5521987650103")
	d.browsers[0].sees(t, "the customer in the tab that was there", func(all []*target.Info) bool {
		return slices.ContainsFunc(all, func(i *target.Info) bool {
			return i.TargetID == chromedp.FromContext(tb.ctx).Target.TargetID && i.URL == crm.URL+"/customer?phone=%2B5521987650103"
		})
	})
	tb.becomes("the tab is in front", `document.visibilityState === 'visible' && document.getElementById('note')`)
	if got := len(d.tabs()); got != n {
		t.Errorf("%d tabs became %d", n, got)
	}
	// Somebody at the customer's page already stays there, and what was typed with them.
	tb.run("type", chromedp.Evaluate(`document.getElementById('note').value = 'kept'`, nil))
	d.workers[0].awaits("show the same customer", `show(`+fmt.Sprintf("%q", crm.URL+"/customer?phone=%2B5521987650103")+`)`, nil)
	if got := tb.text(`document.getElementById('note').value`); got != "kept" || len(crm.asked) != 0 {
		t.Errorf("the page was loaded anew: %q", got)
	}
	d.dialled(0)
}
