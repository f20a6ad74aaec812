package main

import (
	"time"

	"ctiagent/vendors/catix/catixtest"
)

// catixDemo is a simulated Catix.
type catixDemo struct{ *catixtest.PBX }

func newCatixDemo() catixDemo {
	p := catixtest.New(catixtest.Options{})
	p.AddAgent(catixtest.Agent{ID: demoAgent, Name: demoName, Extension: demoExtension, LoggedIn: true})
	p.AddAgent(catixtest.Agent{ID: "14", Name: "Bruno Lima", Extension: "10006", LoggedIn: true})
	return catixDemo{p}
}

func (d catixDemo) stack() []simulatedDriver {
	return []simulatedDriver{{"catix", map[string]string{"address": d.Addr(), "user": catixtest.DefaultUser, "password": catixtest.DefaultPass}}}
}

func (d catixDemo) lively(answers, talks time.Duration) {
	d.AutoAnswer(answers)
	d.AutoHangup(talks)
}

// ring lets the dialer reach a customer: Catix shows it at once, while a
// customer's own call shows when the agent has answered it.
func (d catixDemo) ring(number string) error {
	d.DialerCall(demoAgent, number, "15", "5")
	return nil
}

func (d catixDemo) answer() error          { return d.on(d.Answer, catixtest.Ringing) }
func (d catixDemo) customerAnswers() error { return d.on(d.Answer, catixtest.Dialing) }
func (d catixDemo) hangup() error          { return d.on(d.Hangup) }
func (d catixDemo) cutLink()               { d.CutLink() }
func (d catixDemo) restoreLink()           { d.RestoreLink() }

// on does something with the first call in one of the states; none is any.
func (d catixDemo) on(do func(ref string) error, wanted ...catixtest.State) error {
	for _, c := range d.LiveCalls(demoAgent) {
		if len(wanted) == 0 || c.State == wanted[0] {
			return do(c.Ref)
		}
	}
	return errNoCall
}
