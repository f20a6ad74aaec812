package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// awaited lets Evaluate wait for the promise an expression answers.
func awaited(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// speaks chooses the language of a page the way a person does.
func (tb *tab) speaks(language string) {
	tb.t.Helper()
	tb.run("choose "+language, chromedp.Evaluate(fmt.Sprintf(`(() => {
		const l = document.querySelector('#language');
		l.value = '%s';
		l.dispatchEvent(new Event('change'));
	})()`, language), nil))
	tb.until("the page speaks "+language, fmt.Sprintf(`document.documentElement.lang === '%s'`, language))
}

// noPageComplains walks through every page in every language; what a page says
// on the console fails the test when its tab is closed.
func noPageComplains(t *testing.T, b *browser) {
	for _, c := range []struct{ language, talks, idle, hand, simulated string }{
		{"pt-BR", "Em conversa", "Nenhuma chamada", "desligue no aparelho", "desligue no telefone simulado"},
		{"es", "En conversación", "Ninguna llamada", "cuelgue en el aparato", "cuelgue en el teléfono simulado"},
		{"en", "Talking", "No call", "hang up at the phone", "hang up at the simulated phone"},
	} {
		t.Run(c.language, func(t *testing.T) {
			s := demoSite(t, b)
			crm := s.crm()
			crm.speaks(c.language)
			crm.shows("#calls", c.idle)
			crm.click(`[data-customer="2"] a`)
			crm.shows(`section[data-customer="2"]`, "João Batista Ferraz")

			call := s.pbx.Ring(demoExtension, "11987650199", "1130030000") // on nobody's file
			s.answers(call.Ref)
			crm.shows(`#calls [data-state="connected"]`, c.talks)
			crm.shows(`#calls [data-state="connected"]`, c.simulated)
			crm.shows(`section[data-unknown]`, "(11) 98765-0199")

			control := crm.beside().goes(s.p.server.URL())
			control.linked()
			if got := control.text(`document.documentElement.lang`); got != c.language {
				t.Errorf("the control page speaks %q, want the language chosen before, %q", got, c.language)
			}
			control.shows(`#calls [data-state="connected"]`, c.talks)
			control.shows(`#calls [data-state="connected"]`, c.hand)
			s.hangsUp(call.Ref)
			control.shows(`#recent`, "98765-0199")
			for _, tb := range []*tab{crm, control} {
				if rest := tb.text(`[...document.querySelectorAll('[data-t]')].filter((e) => !e.textContent.trim()).map((e) => e.dataset.t).join(' ')`); rest != "" {
					t.Errorf("these sentences are missing: %s", rest)
				}
			}
		})
	}
}

// programFollowsTheLanguage changes the language of a page while the program
// has something to tell: of the link, and of a number.
func programFollowsTheLanguage(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := b.person(t).goes(s.p.server.URL())
	tb.linked()
	s.pbx.CutLink()
	tb.until("the page says that the link is gone", `document.querySelector('#drivers [data-link="degraded"], #drivers [data-link="disconnected"]')`)
	tb.run("type a number", chromedp.SendKeys("#number", "(11) 98765-0101", chromedp.ByQuery))
	tb.shows("#explained", "98765-0101")
	tb.click("#explained summary")
	said := map[string]string{}
	for _, language := range []string{"pt-BR", "es", "en"} {
		tb.speaks(language)
		for _, selector := range []string{`#drivers .detail`, `#explained .steps`} {
			words := fmt.Sprintf(`(document.querySelector('%s') || {innerText: ''}).innerText`, selector)
			tb.until("the sentence follows to "+language, fmt.Sprintf(`%s && %[1]s !== %q`, words, said[selector]))
			said[selector] = tb.text(words)
		}
	}
	if !strings.Contains(said[`#explained .steps`], "mobile number of area 11") {
		t.Errorf("the number is explained in English as %q", said[`#explained .steps`])
	}
}

// complaintsAreSeen shows that the ears of the other tests are open: a page
// that breaks its own policy, and one that throws, are heard.
func complaintsAreSeen(t *testing.T, b *browser) {
	s := demoSite(t, b)
	tb := s.crm()
	tb.run("break the policy", chromedp.Evaluate(`document.head.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = true'}))`, nil))
	tb.run("throw", chromedp.Evaluate(`void setTimeout(() => { throw new Error('thrown on purpose') }, 0)`, nil))
	heard := func(words string) bool {
		tb.mu.Lock()
		defer tb.mu.Unlock()
		return strings.Contains(strings.Join(tb.problems, "\n"), words)
	}
	tb.wait("both complaints are heard", func() bool { return heard("Content Security Policy") && heard("thrown on purpose") })
	if tb.text(`String(window.ran)`) != "undefined" {
		t.Error("an inline script ran")
	}
	tb.allow("Content Security Policy")
	tb.allow("thrown on purpose")
}
