package main

import (
	"time"

	"ctiagent/vendors/vocom/vocomtest"
)

// vocomDemo is a simulated Vocom that takes a while to dial and shows who
// calls.
type vocomDemo struct{ *vocomtest.PBX }

// demoDialDelay is how long the simulated system takes to answer a dial. A real
// one takes ten seconds.
const demoDialDelay = 2 * time.Second

func newVocomDemo() vocomDemo {
	p := vocomtest.New(vocomtest.Options{DialDelay: demoDialDelay, ShowCaller: true})
	p.AddAgent(vocomtest.Agent{Name: demoAgent, Branch: demoExtension, LoggedIn: true})
	p.AddAgent(vocomtest.Agent{Name: "14", Branch: "10006", LoggedIn: true})
	return vocomDemo{p}
}

func (d vocomDemo) stack() []simulatedDriver {
	return []simulatedDriver{{"vocom", map[string]string{"url": d.URL(), "key": vocomtest.DefaultKey, "company": vocomtest.DefaultCompany,
		"queue": vocomtest.DefaultQueue, "agent_poll": "5", "screen_pop_poll": "1"}}}
}

func (d vocomDemo) lively(answers, talks time.Duration) {
	d.AutoAnswer(answers)
	d.AutoHangup(talks)
}

func (d vocomDemo) ring(number string) error {
	d.Ring(demoAgent, number)
	return nil
}

func (d vocomDemo) answer() error          { return d.on(d.Answer, vocomtest.Ringing) }
func (d vocomDemo) customerAnswers() error { return d.on(d.Answer, vocomtest.Dialing) }
func (d vocomDemo) hangup() error          { return d.on(d.Hangup) }
func (d vocomDemo) cutLink()               { d.CutLink() }
func (d vocomDemo) restoreLink()           { d.RestoreLink() }

// on does something with the first call in one of the states; none is any.
func (d vocomDemo) on(do func(id string) error, wanted ...vocomtest.State) error {
	for _, c := range d.LiveCalls(demoAgent) {
		if len(wanted) == 0 || c.State == wanted[0] {
			return do(c.ID)
		}
	}
	return errNoCall
}
