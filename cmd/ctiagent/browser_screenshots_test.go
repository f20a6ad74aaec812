package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write pictures of the pages into this directory")

// look is a window and a colour scheme.
type look struct {
	name          string
	width, height int64
	scheme        string
}

func looks() []look {
	return []look{
		{"wide-light", 1366, 768, "light"}, {"wide-dark", 1366, 768, "dark"},
		{"narrow-light", 390, 844, "light"}, {"narrow-dark", 390, 844, "dark"},
		{"narrowest-light", 320, 640, "light"},
	}
}

// TestScreenshots photographs the pages in their states, for people who judge
// how they look: go test ./cmd/ctiagent -run TestScreenshots -screenshots DIR
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("pictures are taken on request: -screenshots DIR")
	}
	if err := os.MkdirAll(*screenshots, 0o755); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t)
	t.Run("calls", func(t *testing.T) { photographCalls(t, b) })
	t.Run("pop", func(t *testing.T) { photographPop(t, b) })
	t.Run("notices", func(t *testing.T) { photographNotices(t, b) })
	t.Run("sections", func(t *testing.T) { photographSections(t, b) })
}

func photographCalls(t *testing.T, b *browser) {
	s := demoSite(t, b)
	demo := s.crm()
	control := demo.beside().goes(s.p.server.URL())
	control.linked()
	control.speaks("pt-BR")
	both := func(state string) {
		t.Helper()
		demo.photograph("demo-" + state)
		control.photograph("control-" + state)
	}
	both("idle")
	demo.front()
	demo.click(marianaMobile)
	call := s.theCall()
	for _, tb := range []*tab{demo, control} {
		tb.shows(`#calls [data-state="dialing"]`, "")
	}
	both("dialing")
	s.answers(call.Ref)
	for _, tb := range []*tab{demo, control} {
		tb.shows(`#calls [data-state="connected"]`, "00:07") // a time that looks like a talk
	}
	both("connected")
	s.pbx.CutLink()
	for _, tb := range []*tab{demo, control} {
		tb.until("the link is cut", `document.querySelector('#health [data-link="degraded"], #health [data-link="disconnected"]')`)
	}
	both("link-lost")
	s.pbx.RestoreLink()
	demo.linked()
	s.hangsUp(call.Ref)
	demo.shows(`#calls [data-state="ended"]`, "")
	demo.photograph("demo-ended")
	missed := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	control.shows(`#calls [data-state="ringing"]`, "")
	control.photograph("control-ringing")
	s.hangsUp(missed.Ref)
	control.shows(`#missed`, "1")
	control.photograph("control-missed")
}

func photographPop(t *testing.T, b *browser) {
	s := demoSite(t, b)
	demo := s.crm()
	demo.front()
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	demo.shows(`#calls [data-state="ringing"]`, "")
	demo.photograph("demo-ringing")
	s.answers(call.Ref)
	demo.shows(`#calls [data-state="connected"]`, "")
	demo.shows(`[data-pop]`, "")
	demo.photograph("demo-pop")
	s.hangsUp(call.Ref)
	demo.shows(`#calls [data-state="ended"]`, "")
	demo.photograph("demo-pop-ended")
}

func photographNotices(t *testing.T, b *browser) {
	s := runSite(t, b)
	tb := b.person(t).goes(s.p.server.URL())
	tb.shows(`#notice [data-state="unpaired"]`, "")
	tb.photograph("control-no-ticket")

	demo := demoSite(t, b)
	tb = b.person(t).goes(demo.p.server.URL())
	tb.linked()
	tb.speaks("pt-BR")
	tb.run("type", chromedp.SendKeys("#number", "123.456.789-09", chromedp.ByQuery))
	tb.click("#dial-now")
	tb.shows("#toasts .toast", "")
	tb.shows("#explained [data-kind]", "")
	tb.photograph("control-bad-number")
	tb.goes(demo.p.server.URL())
	tb.linked()
	tb.click("#dial-now")
	tb.shows("#explained", "Digite")
	tb.photograph("control-no-number")
	tb.run("type", chromedp.SendKeys("#number", "(11) 98765-0101", chromedp.ByQuery))
	tb.click("#explained summary")
	tb.photograph("control-number")
	tb.goes(demo.p.server.URL() + "demo/")
	tb.linked()
	for name, calls := range map[string]string{"demo-verbs": talkingWithAll, "demo-two-calls": talkingWithAll + "," + waitingWithAll} {
		tb.run("show calls", chromedp.Evaluate(shelf+"(["+calls+"])", nil, awaited))
		tb.photograph(name)
	}
	tb.click(`[data-call="A"] [data-verb="more"]`)
	tb.photograph("demo-more")
}

// photograph takes the tab in every look; a narrow one is taken from top to
// bottom.
func (tb *tab) photograph(name string) {
	tb.t.Helper()
	tb.photographIn(name, looks())
}

func (tb *tab) photographIn(name string, looks []look) {
	tb.t.Helper()
	tb.front()
	tb.run("take the mouse away", input.DispatchMouseEvent(input.MouseMoved, 1, 1))
	for _, l := range looks {
		var png []byte
		var room, need int64
		tb.run(fmt.Sprintf("photograph %s %s", name, l.name),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}),
			emulation.SetScrollbarsHidden(false), chromedp.EmulateViewport(l.width, l.height), drawn(),
			chromedp.Evaluate(`document.documentElement.clientWidth`, &room),
			chromedp.Evaluate(`document.documentElement.scrollWidth`, &need),
			emulation.SetScrollbarsHidden(true), drawn(),
			chromedp.ActionFunc(func(ctx context.Context) (err error) {
				_, _, _, _, _, size, err := page.GetLayoutMetrics().Do(ctx)
				if err != nil {
					return err
				}
				height := float64(l.height)
				if l.width < 600 {
					height = max(height, size.Height)
				}
				png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).
					WithClip(&page.Viewport{Width: float64(l.width), Height: height, Scale: 1}).Do(ctx)
				return err
			}))
		if need > room {
			tb.t.Errorf("%s %s: the page needs %d pixels and has %d, so it scrolls sideways", name, l.name, need, room)
		}
		if err := os.WriteFile(filepath.Join(*screenshots, name+"-"+l.name+".png"), png, 0o644); err != nil {
			tb.t.Fatal(err)
		}
	}
}

// drawn waits until what was changed has been laid out and painted.
func drawn() chromedp.Action {
	return chromedp.Evaluate(`document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))`, nil, awaited)
}
