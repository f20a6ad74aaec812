package main

import (
	"testing"

	"ctiagent/internal/config"
)

// talking brings a page and a connected call about, then cuts the link to the
// PBX's events and waits until the page says so.
func talking(t *testing.T, b *browser) (*site, *tab, string) {
	t.Helper()
	// Two calls within a second are no haste here.
	s := demoSite(t, b, func(cfg *config.Config) { cfg.Limits.DialsPerSecond = 100 })
	tb := s.crm()
	tb.click(marianaMobile)
	call := s.theCall()
	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, marianaName)

	s.pbx.CutLink()
	tb.until("the page says that the link is gone", `document.querySelector('#health [data-link="degraded"], #health [data-link="disconnected"]')`)
	tb.shows(`#health`, "Total IP")
	tb.shows(`#health`, "reconectando sozinho")
	return s, tb, call.Ref
}

func cutLinkLeavesNoGhost(t *testing.T, b *browser) {
	s, tb, ref := talking(t, b)
	s.hangsUp(ref) // its line is lost
	s.pbx.RestoreLink()
	tb.linked()
	tb.until("the call is gone", `!document.querySelector('#calls [data-call]:not([data-state="ended"])')`)

	// The number is free again, and the next call is followed as ever.
	tb.click(marianaMobile)
	again := s.theCall()
	tb.shows(`#calls [data-state="dialing"]`, marianaName)
	s.hangsUp(again.Ref)
	tb.shows(`#calls [data-state="ended"]`, marianaName)
	s.dialled(2)
}

func cutLinkKeepsTheCall(t *testing.T, b *browser) {
	s, tb, ref := talking(t, b)
	before := tb.text(`document.querySelector('#calls [data-call]').dataset.call`)
	s.pbx.RestoreLink()
	tb.linked()
	tb.shows(`#calls [data-state="connected"]`, marianaName)
	if after := tb.text(`document.querySelector('#calls [data-call]').dataset.call`); after != before {
		t.Errorf("after the cut the call is %s, before it was %s", after, before)
	}
	s.hangsUp(ref)
	tb.shows(`#calls [data-state="ended"]`, marianaName)
	if n := tb.events("call.ended"); n != 1 {
		t.Errorf("the page was told %d times that the call ended, want once", n)
	}
	s.dialled(1)
}
