package cti_test

import (
	"testing"
	"time"

	"ctiagent/cti"
)

func oneCall(t *testing.T, l *line) *cti.Call {
	t.Helper()
	if len(l.table.Calls) != 1 {
		t.Fatalf("want one call: %+v", l.table.Calls)
	}
	return l.table.Calls[0]
}

// A PBX that dials in two steps rings the agent's own telephone first.
func TestAgentsOwnPhoneRingingFirstIsTheCallBeingDialled(t *testing.T) {
	for name, number := range map[string]string{"the customer's number": "1133553434", "the agent's extension": "10005", "no number": ""} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, "pbx", "phone")
			l.wish("pbx", "wish", "33553434")
			l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound, Number: number}), cti.EventCallUpdated)
			// Picking up at the desk is not the customer's answer.
			l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Connected, Direction: cti.Inbound}))
			l.want(l.apply("pbx", cti.WishSentFact{ID: "wish", Ref: "7.1"}), cti.EventCallUpdated)
			if c := oneCall(t, l); c.ID != "wish" || c.Ref != "7.1" || c.State != cti.Dialing || c.Direction != cti.Outbound {
				t.Fatalf("the call is %+v", c)
			}
			l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Direction: cti.Outbound}), cti.EventCallConnected)
			l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Held, Direction: cti.Inbound}), cti.EventCallHeld)
			l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Connected, Direction: cti.Inbound}), cti.EventCallResumed)
			l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ended}), cti.EventCallEnded, cti.EventAgentChanged)
			l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ended}))
		})
	}
}

func TestAnotherCallersRingIsACallOfItsOwn(t *testing.T) {
	l := newLine(t, "pbx", "phone")
	l.wish("pbx", "wish", "33553434")
	l.want(l.apply("phone", cti.CallFact{Ref: "line2", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654321"}), cti.EventCallRinging)
	if len(l.table.Calls) != 2 {
		t.Fatalf("want two calls: %+v", l.table.Calls)
	}
	// The PBX is above the phone: what it tells is no leg of the phone's call.
	l = newLine(t, "pbx", "phone")
	l.wish("phone", "wish", "33553434")
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ringing, Direction: cti.Inbound}), cti.EventCallRinging)
}

func TestPhoneThatRingsForLongMeetsThePBXWhichTellsAtTheAnswer(t *testing.T) {
	l := newLine(t, "pbx", "phone")
	l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654321"})
	l.now = l.now.Add(2 * time.Minute)
	l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Connected})
	l.now = l.now.Add(20 * time.Second)
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Direction: cti.Inbound, Number: "11987654321"}), cti.EventCallUpdated)
	oneCall(t, l)
	l.now = l.now.Add(time.Minute)
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.2", State: cti.Connected, Direction: cti.Inbound, Number: "11987654321"}), cti.EventCallConnected)
}

func TestRingWithoutANumberIsTheOneCallItCanBe(t *testing.T) {
	l := newLine(t, "pbx", "phone")
	l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound})
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Direction: cti.Inbound, Number: "11987654321"}), cti.EventCallConnected, cti.EventAgentChanged)
	if c := oneCall(t, l); c.Remote.Raw != "11987654321" || c.Ref != "7.1" || c.RefOf("phone") != "line1" {
		t.Fatalf("the call is %+v", c)
	}
	l = newLine(t, "pbx", "phone")
	l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654321"})
	l.apply("pbx", cti.CallFact{Ref: "7.2", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654322"})
	l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound}), cti.EventCallRinging)
}
