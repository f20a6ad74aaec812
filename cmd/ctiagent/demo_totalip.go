package main

import (
	"time"

	"ctiagent/vendors/totalip/totaliptest"
)

const demoKey = "demo-0123456789abcdef0123456789ab"

// The queue of the demo, how often somebody calls it, and how long one waits.
const (
	demoQueue   = "cobranca"
	demoCallers = 17 * time.Second
	demoWaits   = 41 * time.Second
)

// totalIPDemo is a simulated Total IP.
type totalIPDemo struct{ *totaliptest.PBX }

func newTotalIPDemo() totalIPDemo {
	pbx := totaliptest.New(totaliptest.Options{Key: demoKey})
	pbx.AddExtension(totaliptest.Extension{Number: demoExtension, User: demoAgent, Name: demoName, LoggedIn: true})
	pbx.AddExtension(totaliptest.Extension{Number: "10006", User: "14", Name: "Bruno Lima", LoggedIn: true})
	pbx.AddExtension(totaliptest.Extension{Number: "10007", User: "18", Name: "Carla Dias"})
	pbx.AddCampaign(totaliptest.Campaign{ID: "27", Name: "Novembro", Active: true, Customers: []totaliptest.Customer{
		{Params: []string{"1", "Mariana Albuquerque Prado"}, Phones: []totaliptest.Phone{{ID: "1234", Priority: 1, Area: "11", Number: "987650101"}}},
		{Params: []string{"3", "Helena Vasconcelos Lima"}, Phones: []totaliptest.Phone{{ID: "1235", Priority: 1, Area: "21", Number: "987650103"}}},
	}})
	pbx.SetQueue(demoQueue)
	return totalIPDemo{pbx}
}

func (d totalIPDemo) stack() []simulatedDriver {
	return []simulatedDriver{{"totalip", map[string]string{"url": d.URL(), "events": d.EventsAddr(), "commands": d.CommandsAddr(),
		"key": demoKey, "ringing_poll": "1"}}}
}

func (d totalIPDemo) lively(answers, talks time.Duration) {
	d.AutoAnswer(answers)
	d.AutoHangup(talks)
	// A group is listed on a day on which it had calls.
	d.SetGroups(totaliptest.Group{ID: "3", Name: demoQueue, Calls: []totaliptest.GroupCall{{User: demoAgent, Extension: demoExtension, Name: demoName,
		From: "1133554477", Seconds: 96, Waited: 6, Status: "ATENDIDA OPERADOR", At: time.Now()}}})
	d.AutoQueue(demoQueue, demoCallers, demoWaits, "11987654321", "1133554477", "21998761234", "1930304040")
}

func (d totalIPDemo) ring(number string) error {
	d.Ring(demoExtension, number, "1130030000")
	return nil
}

func (d totalIPDemo) answer() error          { return d.on(totaliptest.Ringing, d.Answer) }
func (d totalIPDemo) customerAnswers() error { return d.on(totaliptest.Dialing, d.Answer) }
func (d totalIPDemo) hangup() error          { return d.on("", d.Hangup) }
func (d totalIPDemo) cutLink()               { d.CutLink() }
func (d totalIPDemo) restoreLink()           { d.RestoreLink() }

// on does something with the first call in a state; "" is any.
func (d totalIPDemo) on(wanted totaliptest.State, do func(ref string) error) error {
	for _, c := range d.LiveCalls(demoExtension) {
		if wanted == "" || c.State == wanted {
			return do(c.Ref)
		}
	}
	return errNoCall
}
