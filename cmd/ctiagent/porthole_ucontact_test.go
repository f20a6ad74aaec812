package main

import (
	"context"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/vendors/ucontact/ucontacttest"
)

// respooled is the object of manual 004, "Chamada Respool", as a page posts it, with a number of this country.
const respooled = `{"campaign":"Ventas->","destination":"(11) 98765-0101","dialerbase":"basetest","status":1,"data":"Par1=Val1:Par2=Val2",` +
	`"alternatives":"098124484","contact":222,"retries":0,"priority":9999,"agentphone":"1001"}`

// A page of uContact's portal does its seven actions over uContact itself, where respool and schedule are the vendor's own.
func TestPageOfUContactsPortalWorksOverUContact(t *testing.T) {
	sim := newUContactDemo()
	t.Cleanup(sim.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) },
		func(c *config.Config) { c.API.Origins = []string{portalOrigin} })
	s := &site{t: t, p: p}
	next := s.happens()
	page := openPortal(s)
	await := func(what string, ok func() bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := sim.Wait(ctx, ok); err != nil {
			t.Fatalf("waited in vain: %s: %v", what, err)
		}
	}
	await("the driver looks at the agent", func() bool { return sim.Received("Supervisor/campaignstatus") > 0 })

	page.post(`{"action":"CTI"}`)
	if got := page.hear(); got["CTI"] != nil || len(got) != 1 {
		t.Errorf("without a call: got %v", got)
	}
	page.post(`{"action":"call","campaign":"Power<-","callerid":"1130030000","destination":"(11) 3355-3434"}`)
	guid, _ := page.hear()["guid"].(string)
	call, known := sim.Call(guid)
	if !known || call.Campaign != "Power<-" || call.Extension != demoExtension {
		t.Fatalf("the page was told %q, which is %+v", guid, call)
	}
	if err := sim.customerAnswers(); err != nil {
		t.Fatal(err)
	}
	next(cti.EventCallConnected)
	page.post(`{"action":"CTI"}`)
	about, _ := page.hear()["CTI"].(map[string]any)
	if about["guid"] != guid || about["campaign"] != "Power<-" || about["status"] != 1.0 || about["agentphone"] != demoExtension {
		t.Errorf("the call is %v", about)
	}

	page.post(`{"action":"respool","objetoRespool":` + respooled + `}`) // not the campaign that the page was told of
	e, _ := page.hear()["error"].(map[string]any)
	if e["kind"] != "bad_request" || e["action"] != "respool" || e["hint"] == "" {
		t.Errorf("a changed campaign: got %v", e)
	}
	page.post(`{"action":"tag","guid":"` + guid + `","message":"sold"}`)
	page.post(`{"action":"hangup"}`)
	next(cti.EventCallEnded)
	page.post(`{"action":"respool","objetoRespool":` + respooled + `}`)
	page.post(`{"action":"schedule","callDate":"2030-10-10 15:00:00","objectDialer":` + respooled + `}`)
	await("the dialer has both", func() bool { return len(sim.Pool()) == 2 })
	pool := sim.Pool()
	if o := pool[0]; o["function"] != "Respool" || o["contact"] != 222.0 || o["dialerbase"] != "basetest" || o["agentphone"] != demoExtension {
		t.Errorf("given back as %v", o)
	}
	if o := pool[1]; o["function"] != "ScheduleDialerCall" || o["calldate"] != "2030-10-10 15:00:00" || o["destination"] != marianaDialled || o["agentphone"] != demoExtension {
		t.Errorf("scheduled as %v", o)
	}
	if call, _ := sim.Call(guid); len(call.Tags) != 1 || call.Tags[0] != "sold" || call.State != ucontacttest.Ended {
		t.Errorf("the call is %+v", call)
	}
	for _, r := range sim.Requests() {
		if len(r.Faults) > 0 {
			t.Errorf("%s is not what the manual allows: %v", r.Name, r.Faults)
		}
	}
}
