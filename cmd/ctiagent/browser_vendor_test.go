package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// vendorClaim is what a click on the demo CRM must come to at one vendor.
type vendorClaim struct {
	vendor string
	verbs  []string // that a talk with the customer shows, each with a way back
	ends   string   // the verb that ends the talk; "" is the telephone
	files  string   // the outcome to file after the call, "" where the vendor takes none
	popped string   // the outcome to file in the call that pops, "" likewise
	// The vendor never tells who calls, so that no customer can be shown.
	nameless bool
	// A desk phone alone knows who calls, and tells while it rings.
	offered bool
}

func vendorClaims() []vendorClaim {
	return []vendorClaim{
		{vendor: "catix", ends: "call.transfer", popped: "EFETIVO"},
		{vendor: "totalip"},
		{vendor: "totalip+grandstream", verbs: []string{"call.hold"}, ends: "call.hangup"},
		{vendor: "totalip+khomp", verbs: []string{"call.toggleHold"}, ends: "call.hangup"},
		{vendor: "ucontact", ends: "call.hangup", files: "Sale|Phone|Plan A", nameless: true},
		{vendor: "ucontact+grandstream", verbs: []string{"call.hold"}, ends: "call.hangup", files: "Sale|Phone|Plan A", offered: true},
		{vendor: "vicidial", verbs: []string{"call.hold"}, ends: "call.hangup", files: "SALE"},
		{vendor: "vocom", verbs: []string{"call.hold"}, ends: "call.hangup"},
	}
}

func TestEveryDemoHasItsClaim(t *testing.T) {
	var claimed []string
	for _, c := range vendorClaims() {
		claimed = append(claimed, c.vendor)
	}
	slices.Sort(claimed)
	if got := strings.Join(claimed, ", "); got != simulatorNames() {
		t.Errorf("there are claims for %s, the demo simulates %s", got, simulatorNames())
	}
}

// vendorSite is the demo of one vendor on a free port.
type vendorSite struct {
	t   *testing.T
	b   *browser
	sim simulated
	p   *program
}

func newVendorSite(t *testing.T, b *browser, sim simulated) *vendorSite {
	t.Helper()
	t.Cleanup(sim.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) })
	return &vendorSite{t, b, sim, p}
}

func (s *vendorSite) crm() *tab {
	s.t.Helper()
	tb := s.b.person(s.t).goes(s.p.server.URL() + "demo/")
	tb.linked()
	return tb
}

// does presses a key of the simulated telephone.
func (s *vendorSite) does(what string, key func() error) {
	s.t.Helper()
	if err := key(); err != nil {
		s.t.Fatalf("%s: %v", what, err)
	}
}

// clickConnectsAndEnds follows a click through a whole call, and a customer's
// call to the page it pops in.
func (c vendorClaim) clickConnectsAndEnds(t *testing.T, b *browser, sim simulated) {
	s := newVendorSite(t, b, sim)
	tb := s.crm()
	tb.front()
	tb.click(marianaMobile)
	tb.shows(`#calls [data-state="dialing"], #calls [data-state="connected"]`, marianaName)
	if n := len(tb.settled()); n != 1 {
		t.Errorf("the click made %d calls", n)
	}
	s.does("the customer answers", s.sim.customerAnswers)
	tb.shows(`#calls [data-state="connected"]`, marianaName)
	for _, v := range c.verbs {
		c.tries(tb, v)
	}
	switch c.ends {
	case "":
		s.does("the telephone hangs up", s.sim.hangup)
	case "call.transfer":
		c.tries(tb, c.ends)
	default:
		tb.click(fmt.Sprintf(`#calls [data-verb=%q]`, c.ends))
	}
	if c.files != "" {
		tb.shows(`#calls [data-state="ended"], #calls [data-state="wrapup"]`, marianaName)
		tb.filesOutcome(c.files)
	}
	tb.until("the call is over", `!document.querySelector('#calls [data-state="connected"], #calls [data-state="held"], #calls [data-state="dialing"]')`)
	c.popsOnce(s, tb)
}

// tries presses a verb and sees what it leads to.
func (c vendorClaim) tries(tb *tab, verb string) {
	tb.t.Helper()
	switch verb {
	case "call.hold":
		tb.presses("call.hold")
		tb.shows(`#calls [data-state="held"]`, marianaName)
		tb.presses("call.resume")
		tb.shows(`#calls [data-state="connected"]`, marianaName)
	case "call.toggleHold": // the phone does not tell how it stands, so the page cannot either
		tb.presses("call.toggleHold")
		tb.wait("an answer to the key", func() bool {
			asked := tb.asked("call.toggleHold")
			return len(asked) == 1 && tb.answer(asked[0]) != nil
		})
		if a := tb.answer(tb.asked("call.toggleHold")[0]); a.Error != nil {
			tb.t.Errorf("HOLD was refused: %s", a.Error.Message)
		}
	case "call.transfer":
		tb.presses("call.transfer")
		tb.run("type where to", entered(`dialog input[type="tel"]`, "10006"))
		tb.click(`dialog [type="submit"]`)
		tb.shows(`#calls [data-state="ended"]`, marianaName)
	default:
		tb.t.Fatalf("nobody knows how to try %s", verb)
	}
}

// filesOutcome files the outcome of the call on the page, which is taken.
func (tb *tab) filesOutcome(code string) {
	tb.t.Helper()
	tb.presses("call.setDisposition")
	tb.run("type the outcome", entered(`dialog input`, code))
	tb.click(`dialog [type="submit"]`)
	tb.wait("an answer to the outcome", func() bool {
		asked := tb.asked("call.setDisposition")
		return len(asked) == 1 && tb.answer(asked[0]) != nil
	})
	if a := tb.answer(tb.asked("call.setDisposition")[0]); a.Error != nil {
		tb.t.Errorf("the outcome was refused: %s", a.Error.Message)
	}
}

// presses presses a verb of the call, in the bar or behind its last button.
func (tb *tab) presses(verb string) {
	tb.t.Helper()
	button := fmt.Sprintf(`#calls [data-verb=%q]`, verb)
	tb.until("a button for "+verb, fmt.Sprintf(`document.querySelector(%q)`, button))
	tb.click(button)
}

// popsOnce lets a customer call: one of two tabs shows who it is.
func (c vendorClaim) popsOnce(s *vendorSite, tb *tab) {
	s.t.Helper()
	other := tb.beside().goes(s.p.server.URL() + "demo/")
	other.linked()
	tb.front()
	other.knows(false)
	tb.knows(true)
	s.does("a customer calls", func() error { return s.sim.ring(helenaCalls) })
	if c.offered {
		tb.shows(`#calls [data-state="ringing"]`, helenaName)
	}
	if err := s.sim.answer(); err != nil {
		s.t.Logf("the agent need not answer: %v", err) // some vendors connect the agent by themselves
	}
	if c.nameless {
		tb.shows(`#calls [data-state="connected"]`, "Número não identificado")
	} else {
		tb.shows(`section[data-customer="3"]`, helenaName)
	}
	tb.shows(`[data-pop]`, "Chamada recebida")
	if n := len(other.told("desk.pop")) + len(tb.told("desk.pop")); n != 1 {
		s.t.Errorf("%d pops, want one", n)
	}
	if c.popped != "" {
		shown := tb
		if len(other.told("desk.pop")) > 0 {
			shown = other
		}
		shown.filesOutcome(c.popped)
	}
	s.does("the customer hangs up", s.sim.hangup)
	tb.until("the call is over", `!document.querySelector('#calls [data-state="connected"], #calls [data-state="ringing"]')`)
}

// dialerDemo is the simulated Total IP whose dialer brings the customers.
type dialerDemo struct{ totalIPDemo }

func (d dialerDemo) ring(number string) error {
	d.Dialer(demoExtension, number, "3", helenaName, "27")
	return nil
}

func TestVendorsInTheBrowser(t *testing.T) {
	b := startBrowser(t)
	for _, c := range vendorClaims() {
		t.Run(c.vendor, func(t *testing.T) { c.clickConnectsAndEnds(t, b, simulators()[c.vendor]()) })
	}
	// Total IP keeps outcomes of its dialer's calls only.
	t.Run("totalip's dialer", func(t *testing.T) {
		vendorClaim{popped: "10"}.clickConnectsAndEnds(t, b, dialerDemo{newTotalIPDemo()})
	})
}

// serveProgram runs a program of the demo's configuration until the test ends.
func serveProgram(t *testing.T, build func(*app, config.Config) (*program, error), changes ...func(*config.Config)) *program {
	t.Helper()
	// A name of its own: those of t.TempDir are too long for a socket.
	dir, err := os.MkdirTemp("", "cti")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("DISPLAY", "") // nothing here may open the browser of who runs the tests
	t.Setenv("WAYLAND_DISPLAY", "")
	cfg := demoConfig(0, "pt-BR")
	for _, change := range changes {
		change(&cfg)
	}
	log := new(quiet)
	p, err := build(newApp(strings.NewReader(""), io.Discard, log, os.Getenv), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- p.serve(ctx, func() error { close(ready); return nil }) }()
	t.Cleanup(func() {
		cancel()
		late, stop := context.WithTimeout(context.Background(), patience)
		defer stop()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the program ended with: %v", err)
			}
		case <-late.Done():
			t.Error("the program did not end")
		}
		if t.Failed() {
			t.Logf("the program's log:\n%s", log)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		done <- nil
		t.Fatalf("the program did not start: %v", err)
	}
	return p
}

// entered fills a field.
func entered(field, text string) chromedp.Action {
	return chromedp.SendKeys(field, text, chromedp.ByQuery)
}
