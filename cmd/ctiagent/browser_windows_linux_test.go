package main

import (
	"testing"

	chromium "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// window opens another window of the same person.
func (tb *tab) window() *tab {
	tb.t.Helper()
	do := cdp.WithExecutor(tb.b.ctx, chromedp.FromContext(tb.b.ctx).Browser)
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(tb.profile).WithNewWindow(true).Do(do)
	if err != nil {
		tb.t.Fatalf("open a window: %v", err)
	}
	return tb.b.openTab(tb.t, tb.profile, chromedp.WithTargetID(id))
}

// at puts the tab's window at a place of the screen where it covers no other: a
// browser calls a page hidden that is behind another window.
func (tb *tab) at(left int64) {
	tb.t.Helper()
	do := cdp.WithExecutor(tb.b.ctx, chromedp.FromContext(tb.b.ctx).Browser)
	id, _, err := chromium.GetWindowForTarget().WithTargetID(chromedp.FromContext(tb.ctx).Target.TargetID).Do(do)
	if err == nil {
		err = chromium.SetWindowBounds(id, &chromium.Bounds{Left: left, Top: 0, Width: 510, Height: 700}).Do(do)
	}
	if err != nil {
		tb.t.Fatalf("place a window: %v", err)
	}
}

// Two windows can both be in sight, and only one has the keyboard. One pop, in
// the window the person works in, also when it is not the one used before.
func TestTwoWindowsShowOnePopInTheFocusedOne(t *testing.T) {
	screen := newScreen(t)
	b := startBrowser(t, screen.windows()...)
	s := demoSite(t, b)
	one := s.b.person(t).goes(s.p.server.URL() + "demo/")
	one.linked()
	two := one.window().goes(s.p.server.URL() + "demo/")
	two.linked()
	stranger := s.crm() // of another profile: it shares nothing with them
	one.at(0)
	two.at(512)
	for _, tb := range []*tab{stranger, two, one} {
		tb.front()
		tb.knows(true)
	}
	two.knows(false)
	stranger.knows(false)
	two.until("the other window is in sight as well", `document.visibilityState === 'visible'`)
	popsIn(s, one, two, stranger)
}

// A browser freezes pages nobody looks at. What happened meanwhile is there
// when the page thaws, on the connection it had or on a new one.
func TestFrozenPageCatchesUpWhenItThaws(t *testing.T) {
	b := startBrowser(t)
	s := demoSite(t, b)
	tb := s.crm()
	tb.allow("Page entered Back-Forward Cache") // how Chromium names it that it cuts a frozen page's connection
	front := tb.beside().goes("about:blank")
	front.front()
	tb.knows(false)
	tb.run("freeze", page.SetWebLifecycleState(page.SetWebLifecycleStateStateFrozen))
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref)
	ended := s.pbx.Ring(demoExtension, "11987650199", "1130030000")
	s.hangsUp(ended.Ref)
	tb.run("thaw", page.SetWebLifecycleState(page.SetWebLifecycleStateStateActive))
	tb.front()
	tb.shows(`#calls [data-state="connected"]`, helenaName)
	tb.wait("the page asks whether its connection lives", func() bool {
		asked := tb.asked("page.focus")
		return len(asked) > 0 && tb.answer(asked[len(asked)-1]) != nil
	})
	if n := tb.events("call.connected"); n != 1 {
		t.Errorf("the page was told %d times that the call is connected", n)
	}
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, helenaName)
}
