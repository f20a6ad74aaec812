package ucontact

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/ucontact/ucontacttest"

	"github.com/google/go-cmp/cmp"
)

func TestDialIsTheManualsForm(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, map[string]string{optionContext: "agents"})
	got := must(v, cti.CallDial, cti.DialIn{Number: "33553434"})
	if c, ok := site.Call(got.Ref); !ok || c.Number != "33553434" || c.Campaign != ucontacttest.DefaultCampaign {
		t.Errorf("%q is the call %+v", got.Ref, c)
	}
	want := url.Values{"callerid": {"1130030000"}, "agent": {lawAgent}, "phone": {lawExtension}, "tech": {"SIP"}, "context": {"agents"},
		"outqueue": {ucontacttest.DefaultCampaign}, "destination": {"33553434"}}
	if diff := cmp.Diff(want, form(t, site, "Agents/AgentCall")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	must(v, cti.CallHangup, cti.CallIn{})
	must(v, cti.CallDial, cti.DialIn{Number: "1", CallerID: "2", Campaign: "Power<-", Data: map[string]string{"idcustomer": "7"}})
	for name, v := range map[string]string{"callerid": "2", "outqueue": "Power<-", "destination": "1", "data": `{"idcustomer":"7"}`, "form": ""} {
		want.Set(name, v)
	}
	if diff := cmp.Diff(want, form(t, site, "Agents/AgentCallwithData")); diff != "" {
		t.Errorf("with data: -want +got\n%s", diff)
	}
	must(v, HangupPhone, PhoneIn{})
	must(v, AgentCallData, AgentCallDataIn{AgentCallIn{Destination: "3"}, `{"a":{"b":1}}`, "https://crm.example.com/form?x=1"})
	if got := form(t, site, "Agents/AgentCallwithData"); got.Get("form") != "https://crm.example.com/form?x=1" || got.Get("data") != `{"a":{"b":1}}` {
		t.Errorf("sent %v", got)
	}
}

func TestRefusedDialLeavesNoCall(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	site.SetAgent(lawAgent, func(a *ucontacttest.Agent) { a.LoggedIn = false })
	_, err := do(v, cti.CallDial, cti.DialIn{Number: "33553434"})
	if e := failed(t, "an agent who is away", err, cti.Refused); e.Hint != hintRefused || e.Sent != cti.CertainSent {
		t.Errorf("the hint is %s, sent %v", e.Hint, e.Sent)
	}
	if out := must(v, PortalCTI, cti.None{}); out.CTI != nil {
		t.Errorf("the call is %+v", out.CTI)
	}
	for name, in := range map[string]AgentCallIn{"destination": {Destination: "0800-SALES"}, "callerid": {Destination: "1", CallerID: "1\r\n2"},
		"context": {Destination: "1", Context: strings.Repeat("x", longestForm+1)}} {
		_, err := do(v, AgentCall, in)
		fails(t, name, err, cti.BadRequest, name)
	}
	if n := site.Received("Agents/AgentCall"); n != 1 {
		t.Errorf("%d dials were sent", n)
	}
	nobody := open(t, site, map[string]string{optionCampaign: ""})
	_, err = do(nobody, cti.CallDial, cti.DialIn{Number: "1"})
	if e := failed(t, "no campaign", err, cti.BadRequest); e.Hint != hintCampaign {
		t.Errorf("the hint is %s", e.Hint)
	}
	for _, target := range []cti.Target{{Extension: "1010"}, {Agent: lawAgent}} {
		_, err = cti.Do(soon(t), v.Actions(), cti.CallDial, target, cti.DialIn{Number: "1"})
		if e := failed(t, "half a desk", err, cti.BadRequest); e.Hint != hintAgent {
			t.Errorf("%+v: the hint is %s", target, e.Hint)
		}
	}
}

// AgentCall may take long to answer; meanwhile other wishes go their way, and nothing is dialled twice.
func TestDialIsOneRequestThatHoldsUpNothing(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	ctx, cancel := context.WithCancel(soon(t))
	read := site.HangAfterRead("Agents/AgentCall")
	failed := make(chan error, 1)
	go func() {
		_, err := cti.Do(ctx, v.Actions(), cti.CallDial, desk, cti.DialIn{Number: "33553434"})
		failed <- err
	}()
	<-read
	must(v, cti.QueueList, cti.None{})
	cancel()
	if err := <-failed; !cti.MayHaveReached(err) {
		t.Errorf("a dial given up after it was read: %v", err)
	}
	if n := site.Received("Agents/AgentCall"); n != 1 {
		t.Errorf("dialled %d times", n)
	}
}

func TestOnlyTheLiveCallIsHungUp(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	f := v.follow()
	f.agent(cti.AgentReady)
	over := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	f.call(cti.Dialing)
	if err := site.Hangup(over); err != nil {
		t.Fatal(err)
	}
	f.call(cti.Ended)
	ref := must(v, cti.CallDial, cti.DialIn{Number: "33553435"}).Ref
	f.call(cti.Dialing)
	for _, gone := range []string{over, "no such call 1"} {
		_, err := cti.Do(soon(t), v.Actions(), cti.CallHangup, cti.Target{Agent: lawAgent, Extension: lawExtension, Ref: gone}, cti.CallIn{})
		if e := failed(t, gone, err, cti.WrongState); e.Sent != cti.NotSent {
			t.Errorf("sent %v", e.Sent)
		}
	}
	if n := len(site.LiveCalls(lawExtension)); n != 1 {
		t.Fatalf("%d calls are live", n)
	}
	if _, err := cti.Do(soon(t), v.Actions(), cti.CallHangup, cti.Target{Agent: lawAgent, Extension: lawExtension, Ref: ref}, cti.CallIn{}); err != nil {
		t.Error(err)
	}
	if n := len(site.LiveCalls(lawExtension)); n != 0 {
		t.Errorf("%d calls are live", n)
	}
}

func TestTagsAndOutcomesAreForCallsDialledHere(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	_, err := do(v, cti.CallTag, cti.TagIn{Text: "sold"})
	if e := failed(t, "no call", err, cti.WrongState); e.Hint != hintCall {
		t.Errorf("the hint is %s", e.Hint)
	}
	guid := must(v, cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	must(v, cti.CallTag, cti.TagIn{Text: "sold\r\nat once"})
	must(v, TagRecord, TagRecordIn{GUID: guid, Data: "again"})
	must(v, PortalTag, PortalTagIn{GUID: guid, Message: "by a page"})
	must(v, cti.CallSetDisposition, cti.DispositionIn{Code: "Sale|Phone|Plan A", Note: "two\nlines"})
	want := url.Values{"campaign": {"test->"}, "agent": {lawAgent}, "callerid": {"33553434"}, "guid": {guid}, "l1": {"Sale"}, "l2": {"Phone"}, "l3": {"Plan A"},
		"d1": {""}, "d2": {""}, "comment": {"two lines"}, "schedule": {""}, "camptoreschedule": {""}, "tag": {""}}
	if diff := cmp.Diff(want, form(t, site, "api/DispositionCall")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	c, _ := site.Call(guid)
	if diff := cmp.Diff([]string{"sold at once", "again", "by a page"}, c.Tags); diff != "" || c.Disposition != "Sale|Phone|Plan A" {
		t.Errorf("%s, filed as %q", diff, c.Disposition)
	}
	_, err = do(v, cti.CallSetDisposition, cti.DispositionIn{Levels: []string{"Callback"}})
	if e := failed(t, "a call-back without a date", err, cti.BadRequest); e.Hint != hintSchedule {
		t.Errorf("the hint is %s", e.Hint)
	}
	when := time.Date(2026, 12, 1, 10, 0, 0, 0, time.Local)
	must(v, cti.CallSetDisposition, cti.DispositionIn{Levels: []string{"Callback"}, CallbackAt: cti.At(when), CallbackNumber: "(11) 3355-3434"})
	if got := form(t, site, "api/DispositionCall").Get("schedule"); got != "2026-12-01 10:00:00" {
		t.Errorf("scheduled for %q", got)
	}
	before := site.Received("api/DispositionCall")
	for name, in := range map[string]cti.DispositionIn{"levels": {}, "levels must": {Levels: []string{"a", "b", "c", "d"}}, "callbackNumber": {Code: "Sale", CallbackNumber: "99999999"}} {
		_, err := do(v, cti.CallSetDisposition, in)
		fails(t, name, err, cti.BadRequest, name)
	}
	if n := site.Received("api/DispositionCall"); n != before {
		t.Errorf("%d were sent all the same", n-before)
	}
	for name, in := range map[string]TagRecordIn{"guid": {GUID: "phone", Data: "x"}, "phone": {GUID: "another-guid-1", Data: "x"}} {
		_, err := do(v, TagRecord, in)
		fails(t, name, err, cti.BadRequest, name)
	}
}

// An outcome that has waited comes to a session that has never heard of the call.
func TestOutcomeOfAForgottenCallIsFiledByWhatWasKept(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	guid := must(open(t, site, nil), cti.CallDial, cti.DialIn{Number: "33553434"}).Ref
	v := open(t, site, nil)
	kept := &cti.KeptCall{Number: "33553434", Campaign: "test->"}
	file := func(ref string, kept *cti.KeptCall) error {
		_, err := cti.Do(t.Context(), v.Actions(), cti.CallSetDisposition, cti.Target{Agent: lawAgent, Extension: lawExtension, Ref: ref, Kept: kept},
			cti.DispositionIn{Code: "Sale|Phone|Plan A"})
		return err
	}
	if err := file(guid, kept); err != nil {
		t.Fatal(err)
	}
	if f := form(t, site, "api/DispositionCall"); f.Get("guid") != guid || f.Get("callerid") != "33553434" || f.Get("campaign") != "test->" {
		t.Errorf("filed %v", f)
	}
	for _, ref := range []string{"", mintedRef + "1"} {
		_ = failed(t, "a call without a guid", file(ref, kept), cti.WrongState)
	}
	_ = failed(t, "nothing kept", file(guid, nil), cti.WrongState)
}

// What a portal's page posts is read as it stands (manual 004, "Vía Proxy").
func TestPortalsActionsTakeWhatPagesPost(t *testing.T) {
	site := newSite(t, ucontacttest.Options{})
	v := open(t, site, nil)
	post := func(name, params string) any {
		t.Helper()
		for _, f := range Driver().Functions {
			if f.Name != "ucontact."+name {
				continue
			}
			in, err := f.Decoder()([]byte(params))
			if err != nil {
				t.Fatalf("%s%s: %v", name, params, err)
			}
			out, err := v.Actions().Call(soon(t), f.Name, desk, in, nil)
			if err != nil {
				t.Fatalf("%s%s: %v", name, params, err)
			}
			return out
		}
		t.Fatalf("there is no %s", name)
		return nil
	}
	if out := post("CTI", "{}").(CTIOut); out.CTI != nil {
		t.Errorf("without a call it is %+v", out.CTI)
	}
	f := v.follow()
	f.agent(cti.AgentReady)
	guid := post("call", `{"action":"call","campaign":"Sales->","callerid":"1130031111","destination":"098344484"}`).(Called).GUID
	c := post("CTI", "{}").(CTIOut).CTI
	if c == nil || c.GUID != guid || c.Campaign != "Sales->" || c.CallerID != "1130031111" || c.Destination != "098344484" || c.Status != 1 ||
		c.Priority != 9999 || c.AgentPhone != lawExtension {
		t.Fatalf("the call is %+v", c)
	}
	f.call(cti.Dialing)
	post("tag", `{"action":"tag","guid":"`+guid+`","message":"sold"}`)
	post("hangup", `{"action":"hangup"}`)
	if c, _ := site.Call(guid); len(c.Tags) != 1 || c.State != ucontacttest.Ended {
		t.Errorf("the call is %+v", c)
	}
	f.call(cti.Ended)
	post("callWithPhone", `{"action":"callWithPhone","destination":"091000000","campaign":"Sales->"}`)
	f.call(cti.Dialing)
	post("hangup", `{"action":"hangup"}`)
	f.call(cti.Ended)

	// The object as manual 004 prints it, to be dialled by this desk's telephone.
	post("respool", `{"action":"respool","objetoRespool":`+sampleRespool+`}`)
	if got := given(t, site); got["function"] != "Respool" || got["agentphone"] != lawExtension || got["contact"] != 222.0 {
		t.Errorf("given back as %v", got)
	}
	post("schedule", `{"action":"schedule","callDate":"2016-10-10 15:00:00","objectDialer":`+sampleRespool+`}`)
	if got := given(t, site); got["function"] != "ScheduleDialerCall" || got["calldate"] != "2016-10-10 15:00:00" || got["data"] != "Par1=Val1:Par2=Val2" {
		t.Errorf("scheduled as %v", got)
	}
	// The page door calls the two functions themselves, with the object as their parameters.
	post("Dialers/Respool", sampleRespool)
	post("Dialers/ScheduleDialerCall", sampleRespool)
	if got := given(t, site); got["function"] != "ScheduleDialerCall" || got["agentphone"] != "1001" {
		t.Errorf("scheduled as %v", got)
	}
}
