package main

import (
	"time"

	"ctiagent/vendors/ucontact/ucontacttest"
)

// uContactDemo is a simulated uContact with one agent who has logged in.
type uContactDemo struct{ *ucontacttest.T }

func newUContactDemo() uContactDemo {
	s := ucontacttest.New(ucontacttest.Options{})
	s.AddAgent(ucontacttest.Agent{Name: demoAgent, Password: "demo-agent-7431", Extension: demoExtension, LoggedIn: true})
	s.AddAgent(ucontacttest.Agent{Name: "14", Password: "demo-agent-9962", Extension: "10006", LoggedIn: true})
	return uContactDemo{s}
}

func (d uContactDemo) stack() []simulatedDriver {
	return []simulatedDriver{{"ucontact", map[string]string{"url": d.URL(), "user": ucontacttest.DefaultUser, "password": ucontacttest.DefaultPassword,
		"campaign": ucontacttest.DefaultCampaign, "records": d.RecordsURL(), "backup_records": d.BackupURL(),
		"pause_reasons": "Almoço, Café, Reunião", "poll": "1"}}}
}

func (d uContactDemo) lively(answers, talks time.Duration) {
	d.AutoAnswer(answers)
	d.AutoHangup(talks)
}

// ring lets a customer call. Nothing in uContact tells the desk for which
// number the telephone rings.
func (d uContactDemo) ring(number string) error {
	d.Ring(demoExtension, number)
	return nil
}

func (d uContactDemo) answer() error { return d.on(d.Answer, ucontacttest.Ringing) }

// customerAnswers answers the call the agent has asked for, the agent's own
// telephone first.
func (d uContactDemo) customerAnswers() error {
	_ = d.on(d.PickUp, ucontacttest.AgentLeg) // or it has been picked up already
	return d.on(d.Answer, ucontacttest.Dialing)
}

func (d uContactDemo) hangup() error { return d.on(d.Hangup) }
func (d uContactDemo) cutLink()      { d.CutLink() }
func (d uContactDemo) restoreLink()  { d.RestoreLink() }

// on does something with the first call in one of the states; none is any.
func (d uContactDemo) on(do func(guid string) error, wanted ...ucontacttest.State) error {
	for _, c := range d.LiveCalls(demoExtension) {
		if len(wanted) == 0 || c.State == wanted[0] {
			return do(c.GUID)
		}
	}
	return errNoCall
}
