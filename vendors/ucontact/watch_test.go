package ucontact

import (
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/ucontact/ucontacttest"
)

func TestDialledCallIsFollowedToItsEnd(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	f := v.follow()
	f.agent(cti.AgentReady)
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553434", Data: map[string]string{"contact": "222"}}).Ref
	c := f.call(cti.Dialing) // the agent's own telephone rings
	if c.Ref != ref || c.Number != "33553434" || c.To != "33553434" || c.From != "1130030000" || c.Direction != cti.Outbound ||
		c.Campaign != ucontacttest.DefaultCampaign || c.Contact["contact"] != "222" || c.Inferred {
		t.Errorf("dialing: %+v", c)
	}
	if err := site.PickUp(ref); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Connected); !c.Inferred || c.Ref != ref { // nobody tells when the customer answers
		t.Errorf("connected: %+v", c)
	}
	if err := site.Answer(ref); err != nil {
		t.Fatal(err)
	}
	if err := site.Hold(ref); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Held); c.Ref != ref || c.Inferred {
		t.Errorf("held: %+v", c)
	}
	if err := site.Resume(ref); err != nil {
		t.Fatal(err)
	}
	f.call(cti.Connected)
	must(v, cti.CallHangup, cti.CallIn{})
	if c := f.call(cti.Ended); c.EndReason != cti.EndCompleted || c.Ref != ref {
		t.Errorf("ended: %+v", c)
	}
	if c, _ := site.Call(ref); c.State != ucontacttest.Ended {
		t.Errorf("the system has %+v", c)
	}
}

func TestDialledCallThatIsNotPickedUpEnds(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	f := v.follow()
	f.agent(cti.AgentReady)
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	f.call(cti.Dialing)
	must(v, cti.CallHangup, cti.CallIn{})
	if c := f.call(cti.Ended); c.Ref != ref || c.EndReason != cti.EndCanceled {
		t.Errorf("ended: %+v", c)
	}
}

func TestCallsThatComeInAreSeenWithoutTheirNumber(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, map[string]string{optionPoll: "1"})
	f := v.follow()
	f.agent(cti.AgentReady)
	guid := site.Ring(lawExtension, "11987654321").GUID
	first := f.call(cti.Ringing)
	if first.Direction != cti.Inbound || first.Number != "" || first.From != "" || first.Ref == "" || first.Ref == guid {
		t.Errorf("ringing: %+v", first)
	}
	if err := site.Hangup(guid); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Ended); c.Ref != first.Ref || c.EndReason != cti.EndNoAnswer {
		t.Errorf("not answered: %+v", c)
	}
	guid = site.Ring(lawExtension, "11987654321").GUID
	second := f.call(cti.Ringing)
	if second.Ref == first.Ref {
		t.Errorf("two calls have the ref %s", second.Ref)
	}
	if err := site.Answer(guid); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Connected); c.Ref != second.Ref || c.Inferred {
		t.Errorf("connected: %+v", c)
	}
	if err := site.Hangup(guid); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Ended); c.Ref != second.Ref || c.EndReason != cti.EndCompleted {
		t.Errorf("ended: %+v", c)
	}
}

// A second call rings while the agent talks, and is not answered.
func TestCallThatKnocks(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	f := v.follow()
	f.agent(cti.AgentReady)
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	if err := site.PickUp(ref); err != nil {
		t.Fatal(err)
	}
	f.call(cti.Connected)
	knocks := site.Ring(lawExtension, "11987654321").GUID
	ringing := f.call(cti.Ringing)
	if ringing.Ref == ref {
		t.Errorf("the call that knocks is %+v", ringing)
	}
	if err := site.Hangup(knocks); err != nil {
		t.Fatal(err)
	}
	if c := f.call(cti.Ended); c.Ref != ringing.Ref || c.EndReason != cti.EndNoAnswer {
		t.Errorf("ended: %+v", c)
	}
	if err := site.Hangup(ref); err != nil {
		t.Fatal(err)
	}
	f.await("the end of the first call", func(all []cti.Fact) bool {
		return slices.ContainsFunc(calls(all), func(c cti.CallFact) bool { return c.Ref == ref && c.State == cti.Ended })
	})
}

func TestAgentsStateIsFollowed(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, map[string]string{optionPoll: "1"})
	f := v.follow()
	f.agent(cti.AgentReady)
	site.SetAgent(lawAgent, func(a *ucontacttest.Agent) { a.Paused, a.Break = true, lawBreak })
	if a := f.agent(cti.AgentPaused); a.Reason != lawBreak || a.ID != lawAgent || a.Extension != lawExtension {
		t.Errorf("paused: %+v", a)
	}
	site.SetAgent(lawAgent, func(a *ucontacttest.Agent) { a.Paused, a.Wrapup = false, true })
	if a := f.agent(cti.AgentWrapup); a.Reason != "" {
		t.Errorf("wrap-up: %+v", a)
	}
	site.SetAgent(lawAgent, func(a *ucontacttest.Agent) { a.Wrapup, a.LoggedIn = false, false })
	f.agent(cti.AgentOffline)
}

func TestLinkThatBreaksComesBackWithASnapshot(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	f := v.follow()
	f.agent(cti.AgentReady)
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	f.call(cti.Dialing)
	site.CutLink()
	f.link(cti.LinkDegraded)
	if err := site.PickUp(ref); err != nil {
		t.Fatal(err)
	}
	site.RestoreLink()
	f.await("a snapshot with the call", func(all []cti.Fact) bool {
		return slices.ContainsFunc(all, func(fact cti.Fact) bool {
			s, ok := fact.(cti.SnapshotFact)
			return ok && len(s.Calls) == 1 && s.Calls[0].Ref == ref && s.Calls[0].State == cti.Connected
		})
	})
	f.link(cti.LinkConnected)
}

func TestCallsKeepTheirRefsFromSessionToSession(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	driver, host := Driver(), ctitest.NewHost(nil)
	host.SetDesk(desk)
	first := ""
	for n := range 2 {
		s, err := driver.Open(t.Context(), configOf(site, ucontacttest.DefaultPassword, nil), host)
		if err != nil {
			t.Fatal(err)
		}
		v := &visit{s, t, site, host}
		if n == 0 {
			site.Ring(lawExtension, "11987654321")
		}
		f := v.follow()
		c := f.call(cti.Ringing)
		if first == "" {
			first = c.Ref
		} else if c.Ref != first {
			t.Errorf("the call was %s and is %s", first, c.Ref)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestPollZeroLooksOnlyAfterAWish(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, map[string]string{optionPoll: "0"})
	f := v.follow()
	f.agent(cti.AgentReady)
	if n := site.Received("Supervisor/campaignstatus"); n != 1 {
		t.Errorf("looked %d times at the beginning", n)
	}
	must(v, cti.AgentPause, cti.PauseIn{Reason: lawBreak})
	f.agent(cti.AgentPaused)
}

func TestBookGivesUpACallNobodyEverSaw(t *testing.T) {
	b := &book{}
	begun := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	c := b.begin(call{number: "1", since: begun})
	b.settle(c, "7e4e7db9-1", "")
	b.observe(NotInUse, begun.Add(time.Second))
	if live := b.live(); len(live) != 1 {
		t.Fatalf("a second after dialling there are %+v", live)
	}
	b.observe(NotInUse, begun.Add(slowest))
	if e, ok := b.gone("7e4e7db9-1"); !ok || e.why != cti.EndUnknown || len(b.live()) != 0 {
		t.Errorf("%+v, %v, live %+v", e, ok, b.live())
	}
}

func TestBookHasEveryRefOnce(t *testing.T) {
	b := &book{}
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	for range 2 {
		b.settle(b.begin(call{number: "1", since: now}), "7e4e7db9-1", "")
	}
	if live := b.live(); len(live) != 1 {
		t.Errorf("there are %+v", live)
	}
	b.observe(NotInUse, now.Add(slowest))
	b.settle(b.begin(call{number: "2", since: now}), "7e4e7db9-1", "")
	if _, gone := b.gone("7e4e7db9-1"); gone || len(b.live()) != 1 {
		t.Errorf("over %v, live %+v", gone, b.live())
	}
}

func TestBookKeepsACallWhoseAnswerGotLost(t *testing.T) {
	b := &book{}
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	c := b.begin(call{number: "1", since: now})
	b.observe(Ringing, now.Add(time.Second))
	b.settle(c, "", cti.MaybeSent)
	if live := b.live(); len(live) != 1 || live[0].ref == "" || live[0].guid || live[0].state != cti.Dialing {
		t.Errorf("the telephone rings for it, and there are %+v", live)
	}
	b = &book{}
	c = b.begin(call{number: "1", since: now})
	b.settle(c, "", cti.CertainSent) // refused
	if b.busy() {
		t.Error("a call that was refused is under way")
	}
}

func TestOlderLookCountsForNothing(t *testing.T) {
	b := &book{}
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	b.observe(Ringing, now)
	ref := b.ringing()
	b.finish(ref, "11987654321", cti.EndNoAnswer, now.Add(2*time.Second))
	b.observe(Ringing, now.Add(time.Second)) // began before the end was told
	if b.busy() {
		t.Errorf("live %+v", b.live())
	}
	if e, ok := b.gone(ref); !ok || e.number != "11987654321" || e.why != cti.EndNoAnswer {
		t.Errorf("%+v, %v", e, ok)
	}
}

// gone answers a call that has ended.
func (b *book) gone(ref string) (ending, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.ended {
		if e.ref == ref {
			return e, true
		}
	}
	return ending{}, false
}

func TestPhoneIsAtWorkForOneOfTheCallsThatWereDialled(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	b := &book{}
	b.settle(b.begin(call{number: "1", since: now}), "", cti.MaybeSent) // its answer got lost
	b.settle(b.begin(call{number: "2", since: now}), "7e4e7db9-2", "")
	b.observe(Ringing, now.Add(time.Second))
	b.observe(InUse, now.Add(slowest))
	if live := b.live(); len(live) != 1 || live[0].ref != "7e4e7db9-2" || live[0].state != cti.Connected {
		t.Errorf("while the phone is in use there are %+v", live)
	}
	if b.observe(NotInUse, now.Add(slowest+time.Second)); b.busy() {
		t.Errorf("of the call nobody answered there is left %+v", b.calls)
	}
}

func TestCallThatRangIsOverOnceTheDialledOneRings(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.Local)
	b := &book{}
	b.observe(Ringing, now)
	b.settle(b.begin(call{number: "2", since: now}), "7e4e7db9-2", "")
	b.observe(Ringing, now.Add(slowest))
	if live := b.live(); len(live) != 1 || live[0].ref != "7e4e7db9-2" {
		t.Errorf("one phone rings for %+v", live)
	}
}

func TestCallThatIsOverBeforeTheNextLookIsToldAllTheSame(t *testing.T) {
	b := &book{}
	var states []cti.CallState
	w := &watch{emit: func(f cti.Fact) { states = append(states, f.(cti.CallFact).State) }, told: map[string]call{}}
	b.settle(b.begin(call{number: "1"}), "7e4e7db9-1", "")
	b.finish("7e4e7db9-1", "", cti.EndCanceled, time.Now())
	endings, over := b.endings(0)
	w.report(b.live(), endings, cti.AgentFact{})
	if len(states) != 2 || states[0] != cti.Dialing || states[1] != cti.Ended {
		t.Errorf("told %v", states)
	}
	if endings, _ = b.endings(over); len(endings) > 0 {
		t.Errorf("it would be told again: %+v", endings)
	}
}
