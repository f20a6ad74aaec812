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

// shelf fills the call bar of a page with the cards of invented calls that
// allow every verb: no simulated PBX offers as many.
const shelf = `(async (calls) => {
	const { callCard } = await import('/ui/parts.js');
	window.asked = [];
	const agent = { state: 'connected', view: { drivers: [] }, request: async (verb, params) => { asked.push(verb + ' ' + JSON.stringify(params)); } };
	const bar = document.querySelector('#calls');
	bar.classList.toggle('many', calls.length > 1);
	bar.replaceChildren(...calls.map((c) => callCard(agent, c)));
})`

const talkingWithAll = `{ id: 'A', state: 'connected', direction: 'outbound', answeredAt: new Date().toISOString(), muted: true, recording: true,
	remote: { e164: '+5511987650101', display: 'Mariana Albuquerque Prado' }, queue: 'Cobrança 2', campaign: 'Novembro',
	actions: ['call.hangup', 'call.hold', 'call.mute', 'call.transfer', 'call.sendDtmf', 'call.startRecording', 'call.tag', 'call.setDisposition'] }`

const waitingWithAll = `{ id: 'B', state: 'held', direction: 'inbound', answeredAt: new Date().toISOString(),
	remote: { display: 'Bruno Lima', raw: '10006' }, actions: ['call.hangup', 'call.resume', 'call.completeTransfer', 'call.cancelTransfer', 'call.conference'] }`

func restOfVerbsWaits(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	height := func() string { return tb.text(`String(document.querySelector('#calls').offsetHeight)`) }
	for _, width := range []int64{1366, 390, 360} {
		tb.run("narrow the window", chromedp.EmulateViewport(width, 768))
		empty := height()
		for _, calls := range []string{"[" + talkingWithAll + "]", "[" + talkingWithAll + "," + waitingWithAll + "]"} {
			tb.run("show calls", chromedp.Evaluate(shelf+"("+calls+")", nil, awaited))
			if got := height(); got != empty {
				t.Errorf("%d wide: the bar is %s high with calls, %s without", width, got, empty)
			}
			if over := tb.text(`String(Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))`); over != "0" {
				t.Errorf("%d wide: the page scrolls sideways by %s pixels", width, over)
			}
			if out := tb.text(`[...document.querySelectorAll('#calls .call')].flatMap((c) => [...c.querySelectorAll('button, .call-meta, .call-name, .call-state')].filter((e) => {
				const a = c.getBoundingClientRect(), r = e.getBoundingClientRect();
				return r.width < 1 || r.left < a.left || r.right > a.right || r.top < a.top || r.bottom > a.bottom;
			})).map((e) => e.className + ' ' + e.textContent).join('; ')`); out != "" {
				t.Errorf("%d wide: these do not fit into their call: %s", width, out)
			}
		}
		tb.click(`[data-call="A"] [data-verb="more"]`)
		tb.run("transfer", chromedp.Click(`//dialog//button[contains(., 'Teclado')]`, chromedp.BySearch))
		tb.run("type digits", chromedp.SendKeys(`dialog input`, "12#", chromedp.ByQuery))
		tb.click(`dialog [type="submit"]`)
		tb.until("the verb was asked for", `asked.length === 1`)
		if got := tb.text(`asked[0]`); got != `call.sendDtmf {"digits":"12#","call":"A"}` {
			t.Errorf("the page asked for %s", got)
		}
		tb.run("end the calls", chromedp.Reload())
		tb.linked()
	}
	s.dialled(0)
}

func strayClickPressesNothing(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	var at struct{ X, Y float64 }
	tb.run("move the page under a double click", chromedp.Evaluate(`(() => {
		const r = document.querySelector(`+strconv.Quote(marianaMobile)+`).getBoundingClientRect();
		// Another control is there first and goes away when it is pressed.
		const first = document.createElement('button');
		first.textContent = 'first';
		Object.assign(first.style, { position: 'fixed', left: r.left + 'px', top: r.top + 'px', width: r.width + 'px', height: r.height + 'px', zIndex: 50 });
		first.onclick = () => first.remove();
		document.body.append(first);
		window.clicks = [];
		addEventListener('click', (ev) => clicks.push(ev.detail), true);
		return { X: r.x + r.width / 2, Y: r.y + r.height / 2 };
	})()`, &at))
	tb.run("double click", presses(at.X, at.Y, 1, 2)...)
	if got := tb.text(`clicks.join(' ')`); got != "1 2" {
		t.Fatalf("the page saw the clicks %q, want both of a double click", got)
	}
	if asked := tb.asked("call.dial"); len(asked) != 0 {
		t.Errorf("the stray click asked for %s", asked[0].Params)
	}
	s.dialled(0)

	// A click of its own dials.
	tb.run("click", presses(at.X, at.Y, 1)...)
	call := s.theCall()
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, marianaName)
	s.dialled(1)
}
