package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"ctiagent/internal/config"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestControlPage holds what the sections of the control page promise, in a real Chromium against the whole program.
func TestControlPage(t *testing.T) {
	b := startBrowser(t)
	for _, c := range []struct {
		claim string
		test  func(*testing.T, *browser)
	}{
		{"the keyboard reaches every section, which says its name", keyboardReachesSections},
		{"nothing scrolls sideways or jumps in any section, language and width", sectionsFit},
		{"the history finds a call by name or number and calls it again once", historyRedials},
		{"a page that is taken back is disconnected and may ask again", revokedPageIsGone},
		{"a lost link is told in words, and afterwards what was wrong", driversTellInWords},
		{"a number and a link are explained and nothing is dialled", testsDialNothing},
		{"the doctor's findings come with next steps in the language of the page", doctorSpeaks},
		{"the doctor says of itself that the program does not answer, and why", doctorTellsTheWall},
		{"the trace of events is held up, filtered and copied", traceIsHeld},
		{"the settings say where they come from and hide secrets", settingsNameTheirSource},
		{"the keypad writes a number that is dialled once", padDials},
		{"a password is sent once and kept nowhere", passwordIsNotKept},
		{"a pause shows its reason and its running time", pauseShowsItsTime},
	} {
		t.Run(c.claim, func(t *testing.T) { c.test(t, b) })
	}
}

// controlOf opens the control page of a demo.
func controlOf(t *testing.T, b *browser, changes ...func(*config.Config)) (*site, *tab) {
	t.Helper()
	s := demoSite(t, b, changes...)
	tb := b.person(t).goes(s.p.server.URL())
	tb.linked()
	tb.speaks("en")
	return s, tb
}

func keyboardReachesSections(t *testing.T, b *browser) {
	_, tb := controlOf(t, b)
	tb.front()
	for _, c := range sections() {
		link := fmt.Sprintf(`#sections a[href="#/%s"]`, c.name)
		for range 40 { // never so many stops from one end to the other of the header
			if tb.text(fmt.Sprintf(`String(document.activeElement === document.querySelector(%q))`, link)) == "true" {
				break
			}
			tb.run("press Tab", chromedp.KeyEvent(kb.Tab))
		}
		tb.run("press Enter", chromedp.KeyEvent(kb.Enter))
		tb.until("the section is "+c.name, fmt.Sprintf(`document.querySelector('#sections [aria-current="page"]').getAttribute('href') === '#/%s'`, c.name))
		if c.name == "desk" {
			continue // shown at the start: the address changes, and nothing else
		}
		name := tb.text(fmt.Sprintf(`document.querySelector(%q).textContent`, link))
		tb.until("the reader is at the heading of "+c.name, `document.activeElement.tagName === 'H2' || document.activeElement.id === 'main'`)
		if got := tb.text(`document.title`); !strings.HasPrefix(got, name) {
			t.Errorf("the title of %s is %q, want it to begin with %q", c.name, got, name)
		}
		tb.run("back to the header", chromedp.Focus("#language", chromedp.ByQuery))
	}
	tb.run("skip to the content", chromedp.Evaluate(`document.querySelector('#skip').click()`, nil))
	if got := tb.text(`document.activeElement.id + location.hash`); got != "main#/settings" {
		t.Errorf("the skip link leads to %q, want to the content of the same section", got)
	}
}

func sectionsFit(t *testing.T, b *browser) {
	_, tb := lived(t, b)
	long := "https://" + strings.Repeat("long-name-of-a-host.", 8) + "example.com"
	tb.asks(allow(long, `"dial","control"`))
	for _, width := range []int64{1366, 761, 390, 320} {
		tb.run("set the width", chromedp.EmulateViewport(width, 700))
		for _, language := range []string{"pt-BR", "es", "en"} {
			tb.speaks(language)
			top := ""
			for _, c := range sections() {
				tb.section(c.name)
				tb.shows(c.shows, "")
				var now struct {
					Need, Room float64
					Top, Cut   string
				}
				tb.run("measure", chromedp.Evaluate(`(() => ({
					Need: document.documentElement.scrollWidth, Room: document.documentElement.clientWidth,
					Top: String(document.querySelector('#calls').getBoundingClientRect().top + scrollY),
					Cut: [...document.querySelectorAll('#sections a, #section .btn, #section h2, #section h3, #section .badge')].filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent).join('; '),
				}))()`, &now))
				at := fmt.Sprintf("%s in %s, %d wide", c.name, language, width)
				if now.Need > now.Room {
					t.Errorf("%s: the page needs %v pixels and has %v", at, now.Need, now.Room)
				}
				if now.Cut != "" {
					t.Errorf("%s: cut off: %s", at, now.Cut)
				}
				if top == "" {
					top = now.Top
				} else if now.Top != top {
					t.Errorf("%s: the calls jump to %s, in the section before they were at %s", at, now.Top, top)
				}
			}
		}
	}
}

func historyRedials(t *testing.T, b *browser) {
	s, tb := lived(t, b)
	before := len(s.pbx.Dials())
	tb.section("history")
	count := func(n int) {
		t.Helper()
		tb.until(fmt.Sprintf("%d calls are shown", n), fmt.Sprintf(`document.querySelectorAll('#history [data-call]').length === %d`, n))
	}
	count(3)
	for text, n := range map[string]int{"98765": 2, "(11) 98765-0101": 1, "5511987650101": 1, "nobody at all": 0, "0000": 0} {
		tb.types("#history-search", text)
		count(n)
	}
	tb.types("#history-search", " ")
	pick := func(day string) {
		t.Helper()
		tb.run("pick a day", chromedp.Evaluate(fmt.Sprintf(`(() => { const d = document.querySelector('#history-day'); d.value = %s; d.dispatchEvent(new Event('change')); })()`, day), nil))
	}
	for day, n := range map[string]int{`'2020-02-29'`: 0, `new Date(Date.now() + 3 * 86400000).toISOString().slice(0, 10)`: 0, `''`: 3} {
		pick(day)
		count(n)
	}
	pick(`''`)
	tb.types("#history-search", "0101")
	count(1)
	tb.click(`#history [data-call] button`)
	call := s.theCall()
	tb.shows(`#calls [data-state="dialing"]`, "98765-0101")
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "98765-0101")
	count(2) // the new one has joined by itself
	if got := len(s.pbx.Dials()) - before; got != 1 {
		t.Errorf("the PBX dialled %d times, want once", got)
	}
}

func revokedPageIsGone(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	crm := foreign(t, script(s.p.server.Port()))
	tb.asks(allow(crm.URL, `"dial"`))
	page := s.crmAt(crm.URL)
	page.inState("connected.ok")
	tb.front()
	tb.section("pages")
	entry := fmt.Sprintf(`[data-origin=%q]`, crm.URL)
	tb.shows(entry, "dials")
	if got := tb.text(fmt.Sprintf(`[...document.querySelectorAll('%s [data-scope]')].map((e) => e.dataset.scope).join(' ')`, entry)); got != "observe dial" {
		t.Errorf("the page is shown with %q, want observe and dial", got)
	}
	tb.click(entry + " button")
	tb.shows("dialog", crm.URL)
	tb.click("dialog .ends .btn") // thought better of it
	tb.until("the question is gone", `!document.querySelector('dialog')`)
	if got := page.text(`document.body.dataset.state`); got != "connected.ok" {
		t.Errorf("before it is meant the page is %s", got)
	}
	tb.click(entry + " button")
	tb.click("dialog [data-sure]")
	tb.until("the page is no more in the list", fmt.Sprintf(`!document.querySelector(%q)`, entry))
	page.front()
	page.inState("unpaired.not_paired")
	page.click("#phone")
	page.shows("#said", "refused: pairing_required")
	s.dialled(0)

	// What is allowed elsewhere meanwhile is there when the person comes back.
	tb.asks(allow("https://later.example.com", `"dial"`))
	tb.run("come back to the window", chromedp.Evaluate(`void dispatchEvent(new Event('focus'))`, nil))
	tb.shows(`[data-origin="https://later.example.com"]`, "dials")
}

func driversTellInWords(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	tb.section("drivers")
	tb.shows(`#section [data-driver="totalip"][data-link="connected"]`, "Everything works")
	s.pbx.CutLink()
	tb.shows(`#section [data-driver="totalip"]:not([data-link="connected"]) .detail`, " ")
	tb.shows(`#section [data-driver="totalip"]`, "reconnects by itself")
	said := tb.text(`document.querySelector('#section [data-driver] .detail').innerText`)
	for _, raw := range []string{"dial tcp", "EOF", "refused:", "read tcp", "127.0.0.1"} {
		if strings.Contains(said, raw) {
			t.Errorf("a person is told %q", said)
		}
	}
	s.pbx.RestoreLink()
	tb.shows(`#section [data-driver="totalip"][data-link="connected"]`, said)
}

func testsDialNothing(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	tb.section("tests")
	tb.types("#test-number", "(11) 98765-0101")
	tb.shows("#test-number-said", "987650101")
	tb.shows("#test-number-said ol", "mobile number of area 11")
	tb.types("#test-number", "123.456.789-09")
	tb.shows(`#test-number-said [data-kind="not_a_phone"]`, "Not a phone number")
	for link, want := range map[string]string{"tel:33553400": "do", "tel:+12125551212": "confirm", "tel:*21*1%23": "confirm", "javascript:alert(1)": "refuse", "sip:-desligar": "do"} {
		tb.types("#test-link", link)
		tb.until(link+" is "+want, fmt.Sprintf(`document.querySelector('#test-link-said [data-verdict="%s"]')`, want))
		tb.types("#test-link", "")
		tb.run("leave the field", chromedp.Evaluate(`document.querySelector('#test-link').dispatchEvent(new Event('input'))`, nil))
		tb.until("the answer is gone", `!document.querySelector('#test-link-said [data-verdict]')`)
	}
	for _, m := range []string{"uri.open", "call.dial", "call.hangup"} {
		if asked := tb.asked(m); len(asked) > 0 {
			t.Errorf("a test asked for %s", m)
		}
	}
	s.dialled(0)
}

func doctorSpeaks(t *testing.T, b *browser) {
	_, tb := controlOf(t, b, func(cfg *config.Config) { cfg.API.Origins = []string{"https://crm.example.com"} })
	tb.section("doctor")
	finding := `#findings [data-check="browser"][data-status="warn"]`
	tb.shows(finding, "https://crm.example.com")
	tb.shows(finding, "What to do:")
	tb.shows(finding, "ctiagent policy")
	tb.speaks("pt-BR")
	tb.shows(finding, "O que fazer:")
	tb.shows(finding, "navegador vai perguntar")
}

func doctorTellsTheWall(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	tb.section("doctor")
	tb.shows(`#findings [data-check="version"]`, "")

	// The program answers, and refuses to look.
	wall := `#findings [data-check="connection"][data-status="fail"]`
	tb.run("ask for what there is not", chromedp.Evaluate(`{
		const send = WebSocket.prototype.send;
		WebSocket.prototype.send = function (text) { send.call(this, text.replace('"doctor.run"', '"doctor.walk"')); };
	}`, nil))
	tb.click(`[data-key="again"]`)
	tb.shows(wall, "doctor.walk")

	// The program ends.
	tb.allow("ERR_CONNECTION_REFUSED")
	if err := s.p.server.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ language, says, next string }{
		{"en", "ctiagent did not answer on this computer.", "What to do: Start ctiagent"},
		{"es", "ctiagent no respondió en este equipo.", "Qué hacer: Abra ctiagent"},
		{"pt-BR", "O ctiagent não respondeu neste computador.", "O que fazer: Abra o ctiagent"},
	} {
		tb.speaks(c.language)
		tb.shows(wall, c.says)
		tb.shows(wall, c.next)
		tb.shows(`#findings [data-check="version"]`, "") // what was found before stays in sight
	}
	tb.until("the button may be pressed", `!document.querySelector('[data-key="again"]').closest('[inert]')`)
	tb.until("and the calls may not", `document.querySelector('#calls').closest('[inert]')`)
}

func traceIsHeld(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	tb.run("let the page copy", chromedp.ActionFunc(func(ctx context.Context) error {
		for _, name := range []string{"clipboard-read", "clipboard-write"} {
			err := cdpbrowser.SetPermission(&cdpbrowser.PermissionDescriptor{Name: name}, cdpbrowser.PermissionSettingGranted).
				WithBrowserContextID(tb.profile).Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
			if err != nil {
				return err
			}
		}
		return nil
	}))
	tb.front()
	tb.section("trace")
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	tb.shows(`#trace [data-type="call.ringing"]`, "ringing")
	tb.click(`[data-key="hold"]`)
	s.answers(call.Ref)
	tb.shows("#section", "more while paused")
	if tb.text(`String(!!document.querySelector('#trace [data-type="call.connected"]'))`) != "false" {
		t.Error("an event joined the list while it was held up")
	}
	tb.click(`[data-key="hold"]`)
	tb.shows(`#trace [data-type="call.connected"]`, "connected")
	tb.types("#trace-filter", "call.connected")
	tb.until("the filter leaves one kind", `[...document.querySelectorAll('#trace [data-type]')].every((e) => e.dataset.type === 'call.connected')`)
	tb.click(`#trace summary`)
	tb.shows("#trace pre", `"type": "call.connected"`)
	tb.click(`[data-key="copy"]`)
	tb.shows("#toasts", "Events copied: 1")
	var copied struct {
		Type string
		Call struct{ State string }
	}
	var text string
	tb.run("paste", chromedp.Evaluate(`navigator.clipboard.readText()`, &text, awaited))
	if err := json.Unmarshal([]byte(text), &copied); err != nil || copied.Type != "call.connected" || copied.Call.State != "connected" {
		t.Errorf("copied %q: %v", text, err)
	}
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "")
}

func settingsNameTheirSource(t *testing.T, b *browser) {
	_, tb := lived(t, b)
	tb.speaks("en")
	tb.section("settings")
	for key, want := range map[string]string{"api.origins": "/etc/ctiagent/policy.d/10-site.toml:4", "agent.id": "/home/ana/.config/ctiagent/ctiagent.toml:2",
		"api.pairing": "Default", "driver[0].key": "***", "limits.burst": "40"} {
		tb.shows(fmt.Sprintf(`[data-setting=%q]`, key), want)
	}
	tb.shows(`[data-setting="api.origins"]`, "Managed by your organisation")
	if got := tb.text(`document.querySelector('[data-setting="agent.id"]').innerText`); strings.Contains(got, "Managed by your organisation") {
		t.Errorf("the person's own setting is shown as %q", got)
	}
	if got := tb.text(`document.documentElement.outerHTML`); strings.Contains(got, canary) {
		t.Error("a secret stands in the page")
	}
	if got := tb.text(`String(document.querySelectorAll('#section input:not([type="search"]), #section textarea, #section select').length)`); got != "0" {
		t.Errorf("%s fields could change a setting", got)
	}
}

func padDials(t *testing.T, b *browser) {
	s, tb := controlOf(t, b)
	for _, key := range "33553400" {
		tb.click(fmt.Sprintf(`#pad [data-key="pad%c"]`, key))
	}
	if got := tb.text(`document.querySelector('#number').value`); got != "33553400" {
		t.Errorf("the keypad wrote %q", got)
	}
	tb.shows("#explained [data-kind]", "3355-3400")
	tb.click("#dial-now")
	call := s.theCall()
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "3355-3400")
	s.dialled(1)
}

func passwordIsNotKept(t *testing.T, b *browser) {
	_, tb := controlOf(t, b)
	tb.click(`#agent [data-verb="agent.logout"]`)
	tb.click(`#agent [data-verb="agent.login"]`)
	tb.shows("dialog", "Password")
	if got := tb.text(`document.querySelector('dialog input[type="password"]').autocomplete`); got != "off" {
		t.Errorf("the browser may keep the password: autocomplete is %q", got)
	}
	tb.types(`dialog input[type="password"]`, canary)
	tb.click("dialog [type=submit]")
	tb.wait("the login is sent", func() bool { return len(tb.asked("agent.login")) == 1 })
	if got := string(tb.asked("agent.login")[0].Params); !strings.Contains(got, `"password":"`+canary+`"`) || strings.Contains(got, "remember") {
		t.Errorf("sent %s", got) // to keep it is nobody's choice but the person's
	}
	tb.shows(`#agent [data-verb="agent.pause"]`, "")
	if got := tb.text(`JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie + document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((e) => e.value).join(' ')`); strings.Contains(got, canary) {
		t.Error("the password is kept in the page")
	}
	var bases int
	tb.run("count the databases", chromedp.Evaluate(`Promise.all([indexedDB.databases(), caches.keys()]).then((all) => all.flat().length)`, &bases, awaited))
	if bases != 0 {
		t.Errorf("the page has %d databases", bases)
	}
}

func pauseShowsItsTime(t *testing.T, b *browser) {
	_, tb := controlOf(t, b)
	tb.click(`#agent [data-verb="agent.pause"]`)
	tb.shows("dialog", "Reason")
	reason := tb.text(`document.querySelector('dialog input:checked').parentElement.innerText.trim()`)
	tb.click("dialog [type=submit]")
	tb.shows(`#agent [data-agent-state="paused"]`, reason)
	first := tb.text(`document.querySelector('#agent .agent-big').innerText`)
	tb.until("the time runs", fmt.Sprintf(`document.querySelector('#agent .agent-big').innerText > %q`, first))
	// A limit stands beside the time, which turns red beyond it.
	tb.run("give it a limit", chromedp.Evaluate(`import('/ui/dom.js').then(({ since, tick }) => {
		document.querySelector('#agent').append(since(new Date(Date.now() - 61000).toISOString(), 'b.over-limit', 60), since(new Date(Date.now() - 59000).toISOString(), 'b.in-limit', 60));
		tick();
	})`, nil, awaited))
	if got := tb.text(`[...document.querySelectorAll('#agent b.over')].map((e) => e.textContent).join(' ')`); got != "01:01" {
		t.Errorf("beyond its limit is %q, want the one of 01:01", got)
	}
	tb.click(`#agent [data-verb="agent.unpause"]`)
	tb.shows(`#agent [data-agent-state="ready"]`, "")
}
