package main

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Mariana lives where the site stands, so her number is dialled without its
// area code.
const (
	marianaMobile  = `[data-customer="1"] [data-dial="(11) 98765-0101"]`
	marianaName    = "Mariana Albuquerque Prado"
	marianaDialled = "987650101"
)

func clickDialsOnce(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	tb.shows(`#calls [data-state="none"]`, "")

	tb.click(marianaMobile)
	call := s.theCall()
	tb.shows(`#calls [data-state="dialing"]`, marianaName)
	tb.shows(`#calls [data-state="dialing"]`, "Discando")

	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, "Em conversa")
	tb.shows(`#calls [data-state="connected"]`, "(11) 98765-0101 · chamada feita")
	tb.shows(marianaMobile+`.live`, "") // the number of the call looks calm
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, "Encerrada")
	tb.shows(marianaMobile+`:not(.live)`, "")

	s.dialled(1)
	for _, r := range s.pbx.Requests() {
		if r.Function != "discar" {
			continue
		}
		q, err := url.ParseQuery(r.Query)
		if err != nil || q.Get("numero") != marianaDialled || q.Get("ramal") != demoExtension || len(r.Faults) > 0 {
			t.Errorf("discar came as %q with faults %v, want numero %s and ramal %s", r.Query, r.Faults, marianaDialled, demoExtension)
		}
	}
}

// settled waits until the program answered every call.dial of the tab, and
// answers the calls it named.
func (tb *tab) settled() []string {
	tb.t.Helper()
	tb.wait("an answer to every dial wish", func() bool {
		asked := tb.asked("call.dial")
		return len(asked) > 0 && !slices.ContainsFunc(asked, func(f frame) bool { return tb.answer(f) == nil })
	})
	var calls []string
	for _, f := range tb.asked("call.dial") {
		a := tb.answer(f)
		if a.Error != nil {
			tb.t.Errorf("a dial wish was refused: %s", a.Error.Message)
			continue
		}
		var call struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(a.Result, &call); err != nil || call.ID == "" {
			tb.t.Errorf("a dial wish was answered %s", a.Result)
		}
		calls = append(calls, call.ID)
	}
	slices.Sort(calls)
	return slices.Compact(calls)
}

// presses are clicks at a place of the window, each with its count.
func presses(x, y float64, counts ...int64) []chromedp.Action {
	var out []chromedp.Action
	for _, count := range counts {
		for _, kind := range []input.MouseType{input.MousePressed, input.MouseReleased} {
			out = append(out, input.DispatchMouseEvent(kind, x, y).WithButton(input.Left).WithClickCount(count))
		}
	}
	return out
}

func doubleClickMakesOneCall(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	var at struct{ X, Y float64 }
	tb.run("find the number", chromedp.Evaluate(`(() => {
		const e = document.querySelector(`+strconv.Quote(marianaMobile)+`);
		e.scrollIntoView({block: 'center'});
		const r = e.getBoundingClientRect();
		return {X: r.x + r.width / 2, Y: r.y + r.height / 2};
	})()`, &at))
	tb.run("double click", presses(at.X, at.Y, 1, 2)...)

	call := s.theCall()
	tb.shows(`#calls [data-state="dialing"]`, marianaName)
	if calls := tb.settled(); len(calls) != 1 {
		t.Errorf("a double click made the calls %v, want one", calls)
	}
	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, marianaName)
	if n := tb.text(`String(document.querySelectorAll('#calls [data-call]').length)`); n != "1" {
		t.Errorf("the page shows %s calls, want 1", n)
	}
	s.dialled(1)
}

func twoTabsMakeOneCall(t *testing.T, b *browser) {
	s := demoSite(t, b)
	first := s.crm()
	second := s.crmBeside(first)

	second.click(marianaMobile)
	call := s.theCall()
	first.front()
	first.click(marianaMobile)
	one, two := first.settled(), second.settled()
	if len(one) != 1 || !slices.Equal(one, two) {
		t.Errorf("the two tabs were told of the calls %v and %v, want the same one", one, two)
	}
	s.hangsUp(call.Ref)
	first.shows(`#calls [data-state="ended"]`, marianaName)
	second.shows(`#calls [data-state="ended"]`, marianaName)
	s.dialled(1)
}

func reloadShowsTheCall(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	tb.click(marianaMobile)
	call := s.theCall()
	s.answers(call.Ref)
	tb.shows(`#calls [data-state="connected"]`, marianaName)
	before := tb.text(`document.querySelector('#calls [data-call]').dataset.call`)

	tb.run("reload", chromedp.Reload())
	tb.shows(`#calls [data-state="connected"]`, marianaName)
	if after := tb.text(`document.querySelector('#calls [data-call]').dataset.call`); after != before {
		t.Errorf("after the reload the call is %s, before it was %s", after, before)
	}
	s.hangsUp(call.Ref)
	tb.shows(`#calls [data-state="ended"]`, marianaName)
	s.dialled(1)
}

func badNumbersDialNothing(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := b.person(t).goes(s.p.server.URL())
	tb.linked()
	tb.speaks("pt-BR")
	for _, c := range []struct{ typed, where, said string }{
		{"123.456.789-09", `#toasts .toast`, "CPF"},
		{strings.Repeat("9", 300), `#toasts .toast`, "demais"},
		{"R$ 1.284,50", `#toasts .toast`, "valor"},
		{"", `#explained [role="alert"]`, "Digite um número ou ramal"},
		{"  ", `#explained [role="alert"]`, "Digite um número ou ramal"},
	} {
		tb.run("clear the field", chromedp.Evaluate(`(() => {
			document.querySelector('#toasts').replaceChildren();
			document.querySelector('#explained').replaceChildren();
			const n = document.querySelector('#number');
			n.value = '';
			n.focus();
		})()`, nil))
		if c.typed != "" {
			tb.run("type", input.InsertText(c.typed))
		}
		tb.click("#dial-now")
		tb.shows(c.where, c.said)
	}
	for _, f := range tb.asked("call.dial") {
		if a := tb.answer(f); a == nil || a.Error == nil || a.Error.Data.Kind != "bad_request" {
			t.Errorf("call.dial %s was answered %+v, want bad_request", f.Params, a)
		}
	}
	s.dialled(0)
}
