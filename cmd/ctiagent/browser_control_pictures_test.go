package main

import (
	"fmt"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// sections are the parts of the control page, by the names in its address, and what tells that each has come.
func sections() []struct{ name, shows string } {
	return []struct{ name, shows string }{
		{"desk", "#agent .badge"}, {"history", "#history [data-call]"}, {"campaigns", "#campaigns [data-campaign]"}, {"pages", "#pages [data-origin]"}, {"drivers", "#section [data-driver]"},
		{"tests", "#test-link"}, {"doctor", "#findings [data-check]"}, {"trace", "#trace [data-type]"}, {"settings", "#settings [data-setting]"},
	}
}

// section goes to a part of the control page.
func (tb *tab) section(name string) {
	tb.t.Helper()
	tb.click(fmt.Sprintf(`#sections a[href="#/%s"]`, name))
	tb.until("the section is "+name, fmt.Sprintf(`document.querySelector('#sections a[aria-current="page"]').getAttribute('href') === '#/%s'`, name))
}

// types writes a text into an empty field, or in place of what it held.
func (tb *tab) types(selector, text string) {
	tb.t.Helper()
	tb.run("type "+text, chromedp.Evaluate(fmt.Sprintf(`document.querySelector(%q).value = ""`, selector), nil), chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// asks sends requests of the control page's own from its address, one after the other, and answers the last result as
// JSON. In the demo the page needs no ticket.
func (tb *tab) asks(requests ...string) string {
	tb.t.Helper()
	var out string
	tb.run("ask the program", chromedp.Evaluate(`new Promise((done) => {
		const ws = new WebSocket('ws://' + location.host + '/v1/ws', 'ctiagent.v1');
		const say = [`+strings.Join(append([]string{`{"method":"session.hello","params":{"client":"test/1","protocol":1}}`}, requests...), ",")+`];
		let n = 0;
		const next = () => ws.send(JSON.stringify({ jsonrpc: '2.0', id: n, ...say[n] }));
		ws.onopen = next;
		ws.onmessage = (ev) => {
			const m = JSON.parse(ev.data);
			if (m.error) throw new Error(JSON.stringify(m.error));
			if (++n < say.length) { next(); return; }
			ws.onclose = () => done(JSON.stringify(m.result));
			ws.close();
		};
	})`, &out, awaited))
	return out
}

func allow(origin, scopes string) string {
	return fmt.Sprintf(`{"method":"origins.allow","params":{"origin":%q,"scopes":[%s]}}`, origin, scopes)
}

// lived is a desk at which something has happened: calls that are over, pages that may connect, and where its settings
// come from.
func lived(t *testing.T, b *browser) (*site, *tab) {
	t.Helper()
	file, policy := "/home/ana/.config/ctiagent/ctiagent.toml", "/etc/ctiagent/policy.d/10-site.toml"
	from := config.Provenance{"api.origins": {File: policy, Line: 4, Policy: true}, "agent.id": {File: file, Line: 2}, "agent.extension": {File: file, Line: 3},
		"driver[0].use": {File: policy, Line: 8, Policy: true}, "links.confirm": {File: file, Line: 7}}
	s := newSite(t, b, func(a *app, cfg config.Config, pbx totalIPDemo) (*program, error) {
		return a.foreground(cfg, from, demoDrivers(cfg, pbx), demoMethods(pbx))
	}, []func(*config.Config){func(cfg *config.Config) {
		cfg.API.Origins, cfg.Pops = []string{"https://crm.example.com"}, nil
		cfg.Drivers = []config.Driver{{Use: "totalip", Values: map[string]any{"url": "http://192.168.0.1", "key": canary}}}
	}})
	tb := b.person(t).goes(s.p.server.URL())
	tb.linked()
	tb.asks(allow("https://cobranca.example.com.br", `"dial"`), allow("http://10.1.2.3:8080", `"dial","control"`))
	for _, ends := range []string{"answered", "missed"} {
		call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
		tb.shows(`#calls [data-state="ringing"]`, "")
		if ends == "answered" {
			s.answers(call.Ref)
			tb.shows(`#calls [data-state="connected"]`, "")
		}
		s.hangsUp(call.Ref)
		tb.shows(`#calls [data-state="ended"]`, "")
	}
	tb.asks(`{"method":"call.dial","params":{"number":"(11) 98765-0101"}}`)
	call := s.theCall()
	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, "")
	s.hangsUp(call.Ref)
	tb.until("three calls are over", `document.querySelectorAll('#recent [data-call]').length === 3 && !document.querySelector('#calls [data-state="connected"]')`)
	return s, tb
}

// photographSections takes every part of the control page in every language.
func photographSections(t *testing.T, b *browser) {
	s, tb := lived(t, b)
	for _, language := range []string{"pt-BR", "es", "en"} {
		tb.speaks(language)
		for _, c := range sections() {
			tb.section(c.name)
			tb.shows(c.shows, "")
			switch c.name {
			case "tests":
				tb.types("#test-number", "(11) 98765-0101")
				tb.types("#test-link", "tel:+12125551212")
				tb.shows("#test-link-said [data-verdict]", "")
				tb.shows("#test-number-said [data-kind]", "")
			case "trace":
				tb.click("#trace li:nth-child(2) summary")
			}
			tb.photograph("section-" + c.name + "-" + language)
		}
	}
	tb.section("desk")
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, "00:07") // a time that looks like a talk
	tb.photograph("section-call")
	tb.section("pages")
	tb.click(`[data-origin="http://10.1.2.3:8080"] button`)
	tb.photograph("section-revoke")
}
