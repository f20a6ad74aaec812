package main

import (
	"encoding/json"
	"fmt"
	"testing"
)

// Helena calls from Rio de Janeiro; the PBX shows the number with its area
// code.
const (
	helenaCalls = "21987650103"
	helenaPage  = "#/cliente/3"
	helenaName  = "Helena Vasconcelos Lima"
)

// knows waits until the program has answered the tab's latest word on whether
// the person looks at it, and this word is the wanted one.
func (tb *tab) knows(focused bool) {
	tb.t.Helper()
	tb.wait(fmt.Sprintf("the program knows that focused is %t", focused), func() bool {
		asked := tb.asked("page.focus")
		if len(asked) == 0 {
			return false
		}
		last := asked[len(asked)-1]
		var said struct {
			Focused bool `json:"focused"`
		}
		return json.Unmarshal(last.Params, &said) == nil && said.Focused == focused && tb.answer(last) != nil
	})
}

// events answers how many events of a type the tab was told.
func (tb *tab) events(kind string) int {
	n := 0
	for _, f := range tb.told("desk.event") {
		var e struct {
			Type string `json:"type"`
		}
		if json.Unmarshal(f.Params, &e) == nil && e.Type == kind {
			n++
		}
	}
	return n
}

// popsIn lets a customer call, and holds that the elected tab shows that
// customer and the others stay where they are.
func popsIn(s *site, elected *tab, others ...*tab) {
	t := s.t
	t.Helper()
	at := map[*tab]string{}
	for _, tb := range others {
		at[tb] = tb.text(`location.href`)
	}
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	s.answers(call.Ref) // on Total IP the line <R> comes when the agent has answered

	elected.shows(`section[data-customer="3"]`, helenaName)
	elected.shows(`[data-pop]`, "Chamada recebida")
	everybody := append([]*tab{elected}, others...)
	for _, tb := range everybody {
		tb.shows(`#calls [data-state="connected"]`, helenaName)
	}
	elected.wait("the page answers that it shows the customer", func() bool {
		pops := elected.told("desk.pop")
		return len(pops) == 1 && elected.answer(pops[0]) != nil && string(elected.answer(pops[0]).Result) == `{"shown":true}`
	})
	s.hangsUp(call.Ref)
	for _, tb := range everybody {
		tb.shows(`#calls [data-state="ended"]`, helenaName)
		if n := tb.events("call.connected"); n != 1 {
			t.Errorf("a tab was told %d times that the call is connected, want once", n)
		}
	}
	if got := elected.text(`location.hash`); got != helenaPage {
		t.Errorf("the elected tab is at %q, want %q", got, helenaPage)
	}
	for _, tb := range others {
		if pops := tb.told("desk.pop"); len(pops) != 0 {
			t.Errorf("another tab was asked to pop too: %s", pops[0].Params)
		}
		if got := tb.text(`location.href`); got != at[tb] {
			t.Errorf("another tab went from %s to %s", at[tb], got)
		}
	}
	s.dialled(0)
}

// threeTabs opens the CRM three times and brings the second to front.
func threeTabs(s *site) (one, two, three *tab) {
	s.t.Helper()
	one = s.crm()
	two = s.crmBeside(one)
	three = s.crmBeside(one)
	two.front()
	one.knows(false)
	three.knows(false)
	two.knows(true)
	return one, two, three
}

func focusedTabPops(t *testing.T, b *browser) {
	s := demoSite(t, b)
	one, two, three := threeTabs(s)
	popsIn(s, two, one, three)
}

func lastFocusedTabPops(t *testing.T, b *browser) {
	s := demoSite(t, b)
	one, two, three := threeTabs(s)
	elsewhere := two.beside().goes("about:blank")
	elsewhere.front()
	two.knows(false)
	popsIn(s, two, one, three)
}

// Total IP's ringing telephone shows no number: the customer pops when the line
// that names the caller comes, and not before.
func popWaitsForTheNumber(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	tb.front()
	call := s.pbx.Ring(demoExtension, helenaCalls, "1130030000")
	tb.shows(`#calls [data-state="ringing"]`, "Tocando")
	ringing := tb.text(`document.querySelector('#calls [data-call]').dataset.call`)

	s.answers(call.Ref)
	tb.shows(`section[data-customer="3"]`, helenaName)
	tb.shows(`[data-pop]`, "(21) 98765-0103")
	tb.shows(`#calls [data-state="connected"]`, helenaName)
	if got := tb.text(`document.querySelector('#calls [data-call]').dataset.call`); got != ringing {
		t.Errorf("the answered call is %s, the ringing one was %s", got, ringing)
	}
	if n := len(tb.told("desk.pop")); n != 1 {
		t.Errorf("the page was asked to pop %d times, want once", n)
	}
	s.hangsUp(call.Ref)
	tb.shows(`[data-pop]`, "terminou")
}
