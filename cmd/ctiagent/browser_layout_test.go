package main

import (
	"fmt"
	"strconv"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// callsMoveNothing holds the places of what a person may be about to click
// while a call comes, changes and ends, in every language and in windows of
// every width; none of them may scroll sideways either.
func callsMoveNothing(t *testing.T, b *browser) {
	s := demoSite(t, b, func(cfg *config.Config) { cfg.Pops = nil }) // a pop would show another page
	demo := s.crm()
	control := demo.beside().goes(s.p.server.URL())
	control.linked()
	places := []struct {
		tb       *tab
		selector string
		before   map[string]float64
	}{
		{demo, `[data-customer="7"]`, map[string]float64{}},
		{control, `#number`, map[string]float64{}},
	}
	hold := func(state string, calls int) {
		t.Helper()
		for _, p := range places {
			p.tb.front()
			p.tb.until(fmt.Sprintf("the call is %s", state), fmt.Sprintf(`document.querySelector('#calls [data-state="%s"]') && document.querySelectorAll('#calls [data-call]').length === %d`, state, calls))
			for _, language := range []string{"pt-BR", "es", "en"} {
				p.tb.speaks(language)
				for _, width := range []int64{1366, 1024, 761, 600, 390, 375, 360} {
					at := fmt.Sprintf("%s in %s, %d wide", p.selector, language, width)
					var now struct{ Top, Need, Room float64 }
					p.tb.run("measure "+at, chromedp.EmulateViewport(width, 768), chromedp.Evaluate(`(() => ({
						Top: document.querySelector(`+strconv.Quote(p.selector)+`).getBoundingClientRect().top + scrollY,
						Need: document.documentElement.scrollWidth, Room: document.documentElement.clientWidth,
					}))()`, &now))
					before, known := p.before[at]
					if !known {
						p.before[at] = now.Top
					} else if now.Top != before {
						t.Errorf("%s: with a call %s it is at %v, without it was at %v", at, state, now.Top, before)
					}
					if now.Need > now.Room {
						t.Errorf("%s: with a call %s the page needs %v pixels and has %v", at, state, now.Need, now.Room)
					}
				}
			}
			p.tb.until(fmt.Sprintf("the call is still %s", state), fmt.Sprintf(`document.querySelector('#calls [data-state="%s"]')`, state))
		}
	}
	hold("none", 0)
	demo.front()
	demo.click(marianaMobile)
	call := s.theCall()
	hold("dialing", 1)
	s.answers(call.Ref)
	hold("connected", 1)
	second := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(second.Ref) // this PBX tells of a second call only then
	hold("connected", 2)
	s.hangsUp(second.Ref)
	s.hangsUp(call.Ref)
	hold("ended", 1)
}
