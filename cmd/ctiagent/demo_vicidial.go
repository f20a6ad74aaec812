package main

import (
	"time"

	"ctiagent/vendors/vicidial/vicidialtest"
)

// vicidialDemo is a simulated VICIdial with one agent, whose page is open.
type vicidialDemo struct{ *vicidialtest.Server }

// demoDispositions is how long the agent of the demo takes to save an outcome.
const demoDispositions = 20 * time.Second

func newVicidialDemo() vicidialDemo {
	s := vicidialtest.New(vicidialtest.Options{NonLatin: true})
	// A paused agent may dial, and VICIdial lets no other one.
	s.AddAgent(vicidialtest.Agent{User: demoAgent, Name: demoName, ManualDial: true, Blended: true})
	return vicidialDemo{s}
}

func (d vicidialDemo) stack() []simulatedDriver {
	return []simulatedDriver{{"vicidial", map[string]string{"url": d.URL(), "user": vicidialtest.DefaultUser, "password": vicidialtest.DefaultPass}}}
}

func (d vicidialDemo) lively(answers, talks time.Duration) {
	d.AutoAnswer(answers)
	d.AutoConnect(answers)
	d.AutoHangup(talks)
	d.AutoDispo(demoDispositions)
}

// ring lets a customer call. An agent in a pause goes to work for it, since
// VICIdial offers a paused agent nothing.
func (d vicidialDemo) ring(number string) error {
	if a, _ := d.AgentState(demoAgent); a.Status == "PAUSED" && a.Lead == 0 {
		d.SetStatus(demoAgent, "READY")
	}
	d.Ring(demoAgent, number)
	return nil
}

func (d vicidialDemo) answer() error          { return d.on(d.Answer, vicidialtest.Offered) }
func (d vicidialDemo) customerAnswers() error { return d.on(d.Answer, vicidialtest.Dialing) }
func (d vicidialDemo) hangup() error          { return d.on(d.Hangup) }
func (d vicidialDemo) cutLink()               { d.CutLink() }
func (d vicidialDemo) restoreLink()           { d.RestoreLink() }

// on does something with the first call in one of the states; none is any.
func (d vicidialDemo) on(do func(ref string) error, wanted ...vicidialtest.State) error {
	for _, c := range d.LiveCalls(demoAgent) {
		if len(wanted) == 0 || c.State == wanted[0] {
			return do(c.Ref)
		}
	}
	return errNoCall
}
