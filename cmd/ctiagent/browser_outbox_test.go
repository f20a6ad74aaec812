//go:build unix

package main

import (
	"fmt"
	"os"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// What a person entered while the PBX was away stands above the history: edited, dropped, sent when it is back, and sent
// again when the PBX refused it.
func TestOutboxOnTheControlPage(t *testing.T) {
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	b := startBrowser(t)
	var demo cabledDemo
	s := newSite(t, b, func(a *app, cfg config.Config, pbx totalIPDemo) (*program, error) {
		demo = behindCables(t, pbx)
		return a.demoProgram(cfg, demo)
	}, nil)
	tb := b.person(t).goes(s.p.server.URL())
	tb.linked()
	tb.speaks("en")
	check := func(what string) {
		t.Helper()
		for _, v := range tb.violations(string(axe)) {
			t.Errorf("%s: %s", what, v)
		}
	}
	call := s.pbx.Dialer(demoExtension, "11987650101", "1", "Mariana", "27")
	tb.shows(`#calls [data-state="connected"]`, "")
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "")
	tb.until("nothing waits", `!document.querySelector('#waiting')`)

	demo.cut()
	tb.shows("#health [data-link=disconnected]", "")
	tb.click(`#agent [data-verb="agent.pause"]`)
	tb.shows("dialog", "")
	tb.click("dialog [type=submit]")
	tb.shows("#toasts", "do not enter it again")
	tb.asks(`{"method":"call.setDisposition","params":{"code":"999","note":"pays on Friday"}}`,
		`{"method":"callback.schedule","params":{"number":"11987650101","campaign":"27","contact":"1","at":"2036-11-21T14:00:00Z"}}`)
	tb.shows("#waiting", "3")
	tb.section("history")
	for language, words := range map[string][2]string{"pt-BR": {"À espera da central", "Tabulação de uma chamada"}, "es": {"En espera de la central", "Tipificación de una llamada"},
		"en": {"Waiting for the phone system", "Outcome of a call · 999 · pays on Friday"}} {
		tb.speaks(language)
		tb.shows("#outbox-title", words[0])
		tb.shows(`#outbox [data-state="waiting"]`, words[1])
		for _, width := range []int64{1366, 320} {
			tb.run("set the width", chromedp.EmulateViewport(width, 700))
			if got := tb.text(`String([...document.querySelectorAll('#section .btn, #section h2, #sections a')].filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)) + (document.documentElement.scrollWidth > document.documentElement.clientWidth ? ' the page' : '')`); got != "" {
				t.Errorf("%s, %d wide: cut off: %s", language, width, got)
			}
		}
		tb.run("set the width", chromedp.EmulateViewport(1366, 700))
	}
	tb.speaks("en")
	tb.until("three entries are shown in their order", `[...document.querySelectorAll('#outbox [data-entry] .strong')].map((e) => e.innerText.split(' · ')[0]).join() === 'Pause,Outcome of a call,Callback'`)
	check("the outbox")

	row := func(n int) string { return fmt.Sprintf(`#outbox [data-entry]:nth-child(%d)`, n) }
	tb.click(row(2) + ` [data-act="edit"]`)
	tb.shows("dialog", "Outcome code")
	check("the question what an entry shall say")
	tb.types("dialog [name=note]", "pays on Monday")
	tb.click("dialog [type=submit]")
	tb.shows(row(2), "pays on Monday")
	tb.click(row(1) + ` [data-act="drop"]`)
	tb.shows("dialog", "Drop this entry?")
	tb.click("dialog [data-sure]")
	tb.until("two entries are left", `document.querySelectorAll('#outbox [data-entry]').length === 2`)

	demo.join(t)
	tb.shows(`#outbox [data-state="refused"]`, "STATUS INFORMADO NAO EXISTE")
	tb.until("the refused one is left", `document.querySelectorAll('#outbox [data-entry]').length === 1 && document.querySelector('#waiting').innerText.trim().startsWith('1')`)
	check("an entry that the PBX refused")
	if got := s.pbx.Received("set_status_telefones_campanhas"); got != 2 {
		t.Errorf("the PBX was told %d outcomes and callbacks, want 2", got)
	}
	tb.click(row(1) + ` [data-act="edit"]`)
	tb.shows("dialog", "Outcome code")
	tb.types("dialog [name=code]", "1")
	tb.click("dialog [type=submit]")
	tb.shows(row(1), "Outcome of a call · 1 · pays on Monday")
	tb.click(row(1) + ` [data-act="retry"]`)
	tb.until("nothing waits any more", `!document.querySelector('#outbox') && !document.querySelector('#waiting')`)
	if got := s.pbx.Received("set_status_telefones_campanhas"); got != 3 || s.pbx.Received("set_pause") != 0 {
		t.Errorf("the PBX was told %d outcomes and callbacks, want 3, and %d pauses, want none", got, s.pbx.Received("set_pause"))
	}
	s.dialled(0)
}
