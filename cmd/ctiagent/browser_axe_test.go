package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeFile is the checker of accessibility, as scripts/deps.sh fetches it.
const axeFile = "../../web/testing/node_modules/axe-core/axe.min.js"

// violations checks what a tab shows in both colour schemes and answers what is wrong, a line each.
func (tb *tab) violations(axe string) []string {
	tb.t.Helper()
	if tb.text(`typeof window.axe`) == "undefined" { // it stays until the page is left
		tb.run("bring the checker", chromedp.Evaluate(axe+"; void 0", nil))
	}
	var out []string
	for _, scheme := range []string{"light", "dark"} {
		var result string
		tb.run("check in "+scheme, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}), drawn(),
			chromedp.Evaluate(`axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify({
				violations: r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.map((n) => n.target.join(' ') + ' (' + n.failureSummary + ')').join(' | ')),
				passes: r.passes.length,
			}))`, &result, awaited))
		var found struct {
			Violations []string
			Passes     int
		}
		if err := json.Unmarshal([]byte(result), &found); err != nil {
			tb.t.Fatal(err)
		}
		if found.Passes < 10 {
			tb.t.Errorf("in %s only %d rules found anything to look at", scheme, found.Passes)
		}
		for _, v := range found.Violations {
			out = append(out, scheme+": "+v)
		}
	}
	return out
}

// TestPagesAreAccessible holds every page that ctiagent serves, in every state and section a person meets, to axe-core
// in both colour schemes.
func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	b := startBrowser(t)
	check := func(tb *tab, what string) {
		t.Helper()
		for _, v := range tb.violations(string(axe)) {
			t.Errorf("%s: %s", what, v)
		}
	}
	s, control := lived(t, b)
	for _, c := range sections() {
		control.section(c.name)
		control.shows(c.shows, "")
		switch c.name {
		case "tests":
			control.types("#test-number", "(11) 98765-0101")
			control.types("#test-link", "tel:+12125551212")
			control.shows("#test-link-said [data-verdict]", "")
			control.shows("#test-number-said [data-kind]", "")
		case "trace":
			control.click("#trace li:nth-child(2) summary")
		}
		check(control, "the section "+c.name)
	}
	control.section("pages")
	control.click(`[data-origin="http://10.1.2.3:8080"] button`)
	control.shows("dialog", "10.1.2.3")
	check(control, "the question whether to take back")
	control.click("dialog .ends .btn")
	control.section("desk")
	for _, verb := range []string{"agent.pause", "agent.logout"} {
		control.click(`#agent [data-verb="` + verb + `"]`)
		if verb == "agent.logout" {
			control.shows("#agent", "Log")
			control.click(`#agent [data-verb="agent.login"]`)
		}
		control.shows("dialog", "")
		check(control, "the dialog of "+verb)
		control.click("dialog .ends .btn")
	}
	control.click(`#agent [data-verb="agent.login"]`)
	control.shows("dialog input[type=password]", "")
	control.click("dialog [type=submit]")
	control.shows(`#agent [data-verb="agent.pause"]`, "")

	crm := s.b.person(t).goes(s.p.server.URL() + "demo/")
	crm.linked()
	check(crm, "the demo's list")
	crm.click(`[data-customer="2"] a`)
	crm.shows(`section[data-customer="2"]`, "")
	check(crm, "the demo's customer")
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	crm.shows(`#calls [data-state="ringing"]`, "")
	check(crm, "the demo while it rings")
	s.answers(call.Ref)
	crm.shows(`#calls [data-state="connected"]`, "")
	control.shows(`#calls [data-state="connected"]`, "")
	check(crm, "the demo in a call")
	check(control, "the control page in a call")
	s.hangsUp(call.Ref)
	s.pbx.CutLink()
	control.until("the link is cut", `document.querySelector('#health [data-link="degraded"], #health [data-link="disconnected"]')`)
	check(control, "the control page without a link")

	stranger := b.person(t).goes(runSite(t, b).p.server.URL())
	stranger.shows(`#notice [data-state="unpaired"]`, "")
	check(stranger, "the control page without a ticket")
}

// A checker that finds nothing wrong in a wrong page would let everything pass.
func TestInaccessiblePageIsFound(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	s := demoSite(t, startBrowser(t))
	tb := s.crm()
	tb.run("spoil the page", chromedp.Evaluate(`document.querySelector('#main').append(Object.assign(document.createElement('input'), { type: 'text' }), document.createElement('button')); 0`, nil))
	got := strings.Join(tb.violations(string(axe)), "\n")
	for _, want := range []string{"light: label", "dark: label", "light: button-name"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not among what was found:\n%s", want, got)
		}
	}
}
