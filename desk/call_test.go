package desk_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
)

var inbound = cti.CallFact{Ref: "in", State: cti.Ringing, Direction: cti.Inbound, Number: "1133553434"}

func TestVerbWithoutACallTakesTheOneForWhichItIsLegal(t *testing.T) {
	p := newFake("pbx", row(cti.CallAnswer), row(cti.CallHold), row(cti.CallSetDisposition))
	r := begin(t, nil, p)
	_, err := r.do("call.hold", nil)
	wantKind(t, err, cti.WrongState, "desk.hint.call_none")
	r.emit(p, inbound)
	r.emit(p, cti.CallFact{Ref: "talk", State: cti.Connected, Direction: cti.Inbound, Number: "1"})
	c := r.must("call.hold", nil).(*cti.Call)
	if got := p.last(t); got.Target.Ref != "talk" || c.Ref != "talk" {
		t.Fatalf("hold went to %q and answered %+v", got.Target.Ref, c)
	}
	r.must("call.answer", nil)
	if got := p.last(t); got.Target.Ref != "in" {
		t.Fatalf("answer went to %q", got.Target.Ref)
	}
	r.emit(p, cti.CallFact{Ref: "in", State: cti.Connected})
	_, err = r.do("call.hold", nil)
	wantKind(t, err, cti.WrongState, "desk.hint.call_several")
	r.emit(p, cti.CallFact{Ref: "in", State: cti.Ended})
	r.emit(p, cti.CallFact{Ref: "talk", State: cti.Ended})
	r.must("call.setDisposition", map[string]any{"code": "1"})
	if got := p.last(t); got.Target.Ref != "talk" {
		t.Fatalf("the outcome was filed for %q, not for the last call", got.Target.Ref)
	}
	wantSent(t, p, "call.hold", "call.answer", "call.setDisposition")
}

func TestNamedCallMustBeKnownAndAllowTheVerb(t *testing.T) {
	p := newFake("pbx", row(cti.CallHold), row(cti.CallHangup))
	r := begin(t, nil, p)
	_, err := r.do("call.hold", map[string]any{"call": "nobody"})
	wantKind(t, err, cti.NotFound, "desk.hint.call_unknown")
	r.emit(p, inbound)
	id := r.desk.State().Calls[0].ID
	_, err = r.do("call.hold", map[string]any{"call": id})
	if e := wantKind(t, err, cti.WrongState, "desk.hint.call_state"); e.Args["State"] != "ringing" {
		t.Fatalf("the error does not say the state: %+v", e)
	}
	r.must("call.hangup", map[string]any{"call": id})
	r.emit(p, cti.CallFact{Ref: "in", State: cti.Ended})
	_, err = r.do("call.hangup", map[string]any{"call": id})
	wantKind(t, err, cti.WrongState, "desk.hint.call_state")
	wantSent(t, p, "call.hangup")
}

func TestDriverThatSeesNoCallsGetsTheWishAnyway(t *testing.T) {
	phone := newFake("phone", row(cti.CallHold), row(cti.CallAnswer), blind)
	r := begin(t, nil, phone)
	if c := r.must("call.hold", nil).(*cti.Call); c != nil {
		t.Fatalf("nobody knows a call, yet the answer is %+v", c)
	}
	wantSent(t, phone, "call.hold")

	pbx, phone := newFake("pbx", row(cti.CallDial)), newFake("phone", row(cti.CallHold), row(cti.CallHangup), blind)
	r = begin(t, nil, pbx, phone)
	r.emit(pbx, inbound)
	id := r.desk.State().Calls[0].ID
	if c := r.must("call.hold", map[string]any{"call": id}).(*cti.Call); c == nil || c.ID != id {
		t.Fatalf("the answer is %+v", c)
	}
	r.emit(pbx, cti.CallFact{Ref: "in", State: cti.Ended})
	_, err := r.do("call.hangup", map[string]any{"call": id})
	wantKind(t, err, cti.WrongState, "desk.hint.call_state")
	wantSent(t, phone, "call.hold")
}

func TestHangupByADriverThatSeesNoCallsEndsTheCallTheDeskOpened(t *testing.T) {
	phone := newFake("phone", row(cti.CallDial), row(cti.CallHangup), blind)
	r := begin(t, nil, phone)
	first := r.dial("1133553434")
	if c := r.must("call.hangup", nil).(*cti.Call); c.ID != first.ID || c.EndReason != cti.EndCanceled {
		t.Fatalf("after hanging up the call is %+v", c)
	}
	if again := r.dial("1133553434"); again.ID == first.ID {
		t.Fatal("the number cannot be dialled again")
	}
	wantSent(t, phone, "call.dial", "call.hangup", "call.dial")
}

func TestDriverThatKnowsTheCallIsAskedFirst(t *testing.T) {
	pbx, phone := newFake("pbx", row(cti.CallHangup)), newFake("phone", row(cti.CallHangup))
	r := begin(t, nil, pbx, phone)
	r.emit(phone, inbound)
	r.must("call.hangup", nil)
	wantSent(t, phone, "call.hangup")
	wantSent(t, pbx)
	phone.fails("call.hangup", cti.Unavailable, cti.NotSent)
	r.must("call.hangup", nil)
	wantSent(t, pbx, "call.hangup")
	if got := pbx.last(t); got.Target.Ref != "" {
		t.Fatalf("the PBX got another driver's word %q", got.Target.Ref)
	}
}

func TestUnsupportedSaysWhoLacksItAndWhoWouldHaveIt(t *testing.T) {
	pbx := newFake("pbx", row(cti.CallDial))
	pbx.Omitted = []cti.Omission{{Verb: "call.hold", Reason: "manual 9 knows no hold"}}
	other := newFake("phone", row(cti.CallHold), row(cti.Action[cti.None, cti.None]{Name: "phone.ring", Title: "Ring", Effect: cti.Control}))
	r := begin(t, func(o *desk.Options) { o.Known = func() []cti.Driver { return []cti.Driver{pbx.Driver, other.Driver} } }, pbx)
	_, err := r.do("call.hold", nil)
	e := wantKind(t, err, cti.Unsupported, "desk.hint.elsewhere")
	for _, want := range []string{"The pbx", "manual 9 knows no hold", "The phone would offer it"} {
		if !strings.Contains(e.Text, want) {
			t.Errorf("%q lacks %q", e.Text, want)
		}
	}
	if e.Args["Lacking"] != "The pbx" || e.Args["Having"] != "The phone" || cti.MayHaveReached(e) {
		t.Errorf("the error is %+v", e)
	}
	_, err = r.do("call.mute", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.nowhere")
	_, err = r.do("phone.ring", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.elsewhere")
	_, err = r.do("call.fly", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.method")

	bare := begin(t, func(o *desk.Options) { o.Known = func() []cti.Driver { return []cti.Driver{other.Driver} } })
	_, err = bare.do("call.hold", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.no_driver")
}

func TestParametersOfCommonVerbsAreBounded(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallTag), row(cti.CallSendDTMF), row(cti.CallSetDisposition))
	r := begin(t, nil, p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected, Direction: cti.Inbound})
	many := map[string]string{}
	for _, k := range strings.Split("abcdefghijklmnopqrstu", "") {
		many[k] = k
	}
	for _, c := range []struct {
		method, hint string
		params       map[string]any
	}{
		{"call.tag", "desk.hint.bounds", map[string]any{"text": strings.Repeat("x", 1025)}},
		{"call.dial", "desk.hint.bounds", map[string]any{"number": "190", "data": many}},
		{"call.dial", "desk.hint.bounds", map[string]any{"number": "190", "data": map[string]string{"a": strings.Repeat("x", 257)}}},
		{"call.dial", "desk.hint.bounds", map[string]any{"number": "190", "requestId": strings.Repeat("x", 129)}},
		{"call.setDisposition", "desk.hint.bounds", map[string]any{"levels": []string{strings.Repeat("x", 1025)}}},
		{"call.sendDtmf", "desk.hint.digits", map[string]any{"digits": "12E"}},
		{"call.sendDtmf", "desk.hint.digits", map[string]any{"digits": strings.Repeat("1", 65)}},
		{"call.dial", "error.hint.type", map[string]any{"number": 5}},
	} {
		_, err := r.do(c.method, c.params)
		wantKind(t, err, cti.BadRequest, c.hint)
	}
	wantSent(t, p)
	r.must("call.tag", map[string]any{"text": strings.Repeat("x", 1024)})
	r.must("call.sendDtmf", map[string]any{"digits": "0123456789ABCD*#,"})
}

func TestFactsGetTheNumberAsTheWholeWorldWritesIt(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, nil, p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Ringing, Direction: cti.Inbound, Number: "33553434"})
	r.emit(p, cti.CallFact{Ref: "2", State: cti.Ringing, Direction: cti.Inbound, Number: "10007"})
	facts := []cti.CallFact{{Ref: "1", State: cti.Ringing}, {Ref: "2", State: cti.Ringing}, {Ref: "3", State: cti.Connected, Direction: cti.Inbound, Number: "021987654321"}}
	r.emit(p, cti.SnapshotFact{Calls: facts})
	var got []string
	for _, c := range r.desk.State().Calls {
		got = append(got, c.Remote.E164)
	}
	if strings.Join(got, " ") != "+551133553434  +5521987654321" {
		t.Fatalf("the numbers are %q", got)
	}
	if facts[2].E164 != "" {
		t.Fatal("the driver's own snapshot was written to")
	}
}

func TestDialWaitsForDriversThatAreBeingOpened(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	opening, release := make(chan struct{}), make(chan struct{})
	p.openErr = func() error { close(opening); <-release; return nil }
	r := begin(t, nil, p)
	<-opening
	answered := make(chan error, 1)
	go func() {
		_, err := r.desk.Do(r.ctx, wishFor(t, "call.dial", map[string]any{"number": "190"}))
		answered <- err
	}()
	if err := r.clock.BlockUntil(r.ctx, 1); err != nil {
		t.Fatal(err)
	}
	close(release)
	if err := <-answered; err != nil {
		t.Fatal(err)
	}
}

func TestVendorsOwnFunctionActsForItsOwnDeskOnly(t *testing.T) {
	type in struct {
		cti.CallIn
		Ramal string `json:"ramal" role:"extension"`
	}
	p := newFake("pbx", row(cti.Action[in, cti.CallOut]{Name: "pbx.desligar", Title: "Hang up", Effect: cti.Control}))
	r := begin(t, nil, p)
	r.emit(p, inbound)
	p.on("pbx.desligar", func(context.Context, sent) (any, error) { return cti.CallOut{Ref: "z"}, nil })
	if out := r.must("pbx.desligar", map[string]any{"ramal": "10099"}); out != (cti.CallOut{Ref: "z"}) {
		t.Fatalf("the answer is %+v", out)
	}
	if got := p.last(t); got.In.(in).Ramal != "10005" || got.Target.Ref != "in" {
		t.Fatalf("the driver got %+v", got)
	}
}

func TestDialWhoseOutcomeIsOpenIsNotMadeWellByHangingUp(t *testing.T) {
	phone := newFake("phone", row(cti.CallDial), row(cti.CallHangup), blind)
	r := begin(t, nil, phone)
	phone.on("call.dial", func(context.Context, sent) (any, error) {
		r.must("call.hangup", nil) // the person gives up while the phone has not answered
		return nil, &cti.Error{Kind: cti.Unavailable, Text: "no answer came", Sent: cti.MaybeSent}
	})
	if out, err := r.do("call.dial", map[string]any{"number": "1133553434"}); !cti.MayHaveReached(err) {
		t.Fatalf("the dial answered %+v, %v", out, err)
	}
}

func TestDriverLearnsThatAForeignPageAsks(t *testing.T) {
	pbx := newFake("pbx", row(cti.QueueStatusOf))
	r := begin(t, nil, pbx)
	for _, foreign := range []bool{true, false} {
		w := cti.Wish{Method: cti.QueueStatusOf.Name, Params: json.RawMessage(`{"queue":"x"}`), Foreign: foreign}
		if _, err := r.desk.Do(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if got := pbx.last(t).Target; got.Foreign != foreign || pbx.host.Desk().Foreign {
			t.Errorf("the driver got %+v and serves %+v", got, pbx.host.Desk())
		}
	}
}

// TestChangeOfTheSiteIsNotTriedAtAnotherVendorThatIsOnlyThere: campaign 80 of one is another campaign at the next.
func TestChangeOfTheSiteIsNotTriedAtAnotherVendorThatIsOnlyThere(t *testing.T) {
	first, next := newFake("first", row(cti.CampaignSetActive)), newFake("next", row(cti.CampaignSetActive))
	r := begin(t, nil, first, next)
	stop := map[string]any{"campaign": "80", "active": false}
	for _, kind := range []cti.Kind{cti.Unavailable, cti.Timeout} {
		first.fails("campaign.setActive", kind, cti.NotSent)
		_, err := r.do("campaign.setActive", stop)
		wantKind(t, err, kind, "")
	}
	wantSent(t, next)
	first.fails("campaign.setActive", cti.Unsupported, cti.NotSent)
	next.on("campaign.setActive", func(context.Context, sent) (any, error) { return cti.Campaign{ID: "80"}, nil })
	if out := r.must("campaign.setActive", stop); out.(cti.Campaign).ID != "80" {
		t.Errorf("a vendor without it stands in the way of the one that has it: %+v", out)
	}
}
