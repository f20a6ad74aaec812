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
	for _, c := range []struct{ language, talks, idle string }{
		{"pt-BR", "Em conversa", "Nenhuma chamada"},
		{"es", "En conversación", "Ninguna llamada"},
		{"en", "Talking", "No call"},
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
			crm.shows(`section[data-unknown]`, "(11) 98765-0199")

			control := crm.beside().goes(s.p.server.URL())
			control.linked()
			if got := control.text(`document.documentElement.lang`); got != c.language {
				t.Errorf("the control page speaks %q, want the language chosen before, %q", got, c.language)
			}
			control.shows(`#calls [data-state="connected"]`, c.talks)
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
