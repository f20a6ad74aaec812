package cti_test

import (
	"fmt"
	"testing"
	"time"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 11, 20, 13, 59, 33, 0, time.UTC)

// line folds facts one second apart and keeps all events.
type line struct {
	t      *testing.T
	table  cti.Table
	events []cti.Event
	now    time.Time
	ids    int
}

func newLine(t *testing.T, drivers ...string) *line {
	var d []cti.DriverState
	for _, n := range drivers {
		d = append(d, cti.DriverState{Name: n, Title: n, Link: cti.LinkConnected})
	}
	return &line{t: t, table: cti.NewTable(d, cti.Agent{ID: "12", Extension: "10005"}), now: start}
}

func (l *line) apply(driver string, f cti.Fact) []cti.EventType {
	l.t.Helper()
	l.now = l.now.Add(time.Second)
	before := len(l.events)
	var ev []cti.Event
	l.table, ev = cti.Apply(l.table, cti.Input{Driver: driver, At: l.now, Fact: f, NewID: func() string { l.ids++; return fmt.Sprintf("id%d", l.ids) }})
	l.events = append(l.events, ev...)
	var types []cti.EventType
	for _, e := range l.events[before:] {
		types = append(types, e.Type)
	}
	return types
}

func (l *line) want(got []cti.EventType, want ...cti.EventType) {
	l.t.Helper()
	if d := cmp.Diff(got, want); d != "" {
		l.t.Fatalf("events (-got +want):\n%s", d)
	}
}

func (l *line) wish(driver, id, dialed string) []cti.EventType {
	l.t.Helper()
	return l.apply(driver, cti.WishFact{ID: id, Dialed: dialed, Raw: dialed, JoinWithin: 30 * time.Second, EndAfter: time.Minute})
}

func TestWishIsJoinedByNumberAndKeepsItsID(t *testing.T) {
	l := newLine(t, "pbx")
	l.want(l.wish("pbx", "wish", "33553434"), cti.EventCallDialing, cti.EventAgentChanged)
	l.want(l.apply("pbx", cti.WishSentFact{ID: "wish"}))
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Dialing, Direction: cti.Outbound, Number: "1133553434"}), cti.EventCallUpdated)
	c := l.table.Call("wish")
	if c == nil || c.Ref != "7.1" || c.WishPending() {
		t.Fatalf("the wish was not joined: %+v", c)
	}
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Inferred: true}), cti.EventCallConnected)
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected}), cti.EventCallUpdated)
	if c = l.table.Call("wish"); c.Inferred || c.AnsweredAt.IsZero() {
		t.Fatalf("a reported state must replace an inferred one: %+v", c)
	}
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ended, EndReason: cti.EndCompleted}), cti.EventCallEnded, cti.EventAgentChanged)
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ended}))
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected}))
	if len(l.table.Calls) != 0 || len(l.table.Recent) != 1 || l.table.Recent[0].EndReason != cti.EndCompleted {
		t.Fatalf("the call must end exactly once: %+v", l.table)
	}
}

func TestOldestWishOfTheSameNumberIsJoinedFirst(t *testing.T) {
	l := newLine(t, "pbx")
	l.wish("pbx", "first", "33553434")
	l.wish("pbx", "second", "33553434")
	l.apply("pbx", cti.CallFact{Ref: "1", State: cti.Dialing, Number: "33553434"})
	l.apply("pbx", cti.CallFact{Ref: "2", State: cti.Dialing, Number: "33553434"})
	if a, b := l.table.Call("first").Ref, l.table.Call("second").Ref; a != "1" || b != "2" {
		t.Fatalf("refs are %q and %q, want 1 and 2", a, b)
	}
}

func TestWishIsNotJoinedAfterThirtySecondsNorByInboundCalls(t *testing.T) {
	l := newLine(t, "pbx")
	l.wish("pbx", "wish", "33553434")
	l.apply("pbx", cti.CallFact{Ref: "in", State: cti.Ringing, Direction: cti.Inbound, Number: "33553434"})
	l.now = start.Add(32 * time.Second)
	l.apply("pbx", cti.CallFact{Ref: "late", State: cti.Dialing, Direction: cti.Outbound, Number: "33553434"})
	if c := l.table.Call("wish"); c.Ref != "" {
		t.Fatalf("the wish took %q", c.Ref)
	}
	if len(l.table.Calls) != 3 {
		t.Fatalf("%d live calls, want 3", len(l.table.Calls))
	}
}

func TestWishThatNoFactFollowsEndsAsUnknownAfterItsTime(t *testing.T) {
	l := newLine(t, "pbx")
	l.wish("pbx", "wish", "33553434")
	at := l.now.Add(time.Minute)
	if got := l.table.NextExpiry(); !got.Equal(at) {
		t.Fatalf("expiry %v, want %v", got, at)
	}
	l.now = at.Add(-2 * time.Second)
	l.want(l.apply("", cti.TickFact{}))
	l.want(l.apply("", cti.TickFact{}), cti.EventCallEnded, cti.EventAgentChanged)
	if r := l.table.Recent[0]; r.EndReason != cti.EndUnknown {
		t.Fatalf("ended as %q", r.EndReason)
	}
	if !l.table.NextExpiry().IsZero() {
		t.Fatal("an ended wish must not expire again")
	}
}

func TestRefusedWishFailsAndAnOpenOneStays(t *testing.T) {
	l := newLine(t, "pbx")
	l.wish("pbx", "refused", "1000")
	l.want(l.apply("pbx", cti.WishFailedFact{ID: "refused"}), cti.EventCallEnded, cti.EventAgentChanged)
	if r := l.table.Recent[0]; r.EndReason != cti.EndFailed {
		t.Fatalf("ended as %q", r.EndReason)
	}
	l.wish("pbx", "open", "2000")
	l.want(l.apply("pbx", cti.WishFailedFact{ID: "open", Open: true}))
	if c := l.table.Call("open"); !c.WishPending() {
		t.Fatalf("an open wish must stay: %+v", c)
	}
}

func TestSnapshotEndsGhostsAndKeepsTheRest(t *testing.T) {
	l := newLine(t, "pbx")
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Connected, Direction: cti.Inbound, Number: "1"})
	l.apply("pbx", cti.CallFact{Ref: "b", State: cti.Ringing, Direction: cti.Inbound, Number: "2"})
	l.want(l.apply("pbx", cti.SnapshotFact{Calls: []cti.CallFact{{Ref: "a", State: cti.Connected}}, Agent: &cti.AgentFact{State: cti.AgentReady}}), cti.EventCallEnded)
	if len(l.table.Calls) != 1 || l.table.Calls[0].Ref != "a" {
		t.Fatalf("live: %+v", l.table.Calls)
	}
	if r := l.table.Recent[0]; r.EndReason != cti.EndUnknown || !r.Missed {
		t.Fatalf("ghost: %+v", r)
	}
}

func TestTwoDriversOfOneCallAreOneCallAndTheUpperOneRules(t *testing.T) {
	l := newLine(t, "pbx", "phone")
	l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654321"})
	l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Direction: cti.Inbound, Number: "87654321"})
	if len(l.table.Calls) != 1 || l.table.Calls[0].Ref != "7.1" {
		t.Fatalf("want one call under the PBX's name: %+v", l.table.Calls)
	}
	l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Held}), cti.EventCallHeld)
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected}))
	l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Connected}), cti.EventCallResumed)
	l.want(l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ended}))
	l.want(l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Ended}), cti.EventCallEnded, cti.EventAgentChanged)
}

func TestCallThatOneOfTwoDriversForgetsKeepsTheOthersName(t *testing.T) {
	l := newLine(t, "pbx", "phone")
	l.apply("phone", cti.CallFact{Ref: "line1", State: cti.Ringing, Direction: cti.Inbound, Number: "11987654321"})
	l.apply("pbx", cti.CallFact{Ref: "7.1", State: cti.Connected, Direction: cti.Inbound, Number: "87654321"})
	l.want(l.apply("pbx", cti.SnapshotFact{}), cti.EventCallUpdated)
	if c := l.table.Calls[0]; c.Ref != "line1" || c.RefOf("pbx") != "" {
		t.Fatalf("the call is %q to the desk and %q to the PBX that forgot it", c.Ref, c.RefOf("pbx"))
	}
}

func TestRefThatHasItsCallIsNotGivenToAWishToo(t *testing.T) {
	l := newLine(t, "pbx")
	l.apply("pbx", cti.CallFact{Ref: "live", State: cti.Dialing, Number: "1"})
	l.apply("pbx", cti.CallFact{Ref: "over", State: cti.Dialing, Number: "2"})
	l.apply("pbx", cti.CallFact{Ref: "over", State: cti.Ended})
	l.wish("pbx", "wish", "33553434")
	for _, ref := range []string{"live", "over"} {
		l.want(l.apply("pbx", cti.WishSentFact{ID: "wish", Ref: ref}))
	}
	if c := l.table.Call("wish"); !c.WishPending() || l.table.NextExpiry().IsZero() {
		t.Fatalf("the wish must still expire: %+v", c)
	}
}

func TestStatesDoNotGoBack(t *testing.T) {
	l := newLine(t, "pbx")
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Connected, Number: "1"})
	l.want(l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Dialing}))
	l.want(l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Ringing}))
}

func TestAgentStateFollowsCallsAndReturns(t *testing.T) {
	l := newLine(t, "pbx")
	l.want(l.apply("pbx", cti.AgentFact{State: cti.AgentPaused, Reason: "Almoço"}), cti.EventAgentChanged)
	l.want(l.apply("pbx", cti.AgentFact{State: cti.AgentPaused, Reason: "Almoço"}))
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Ringing, Direction: cti.Inbound, Number: "1"})
	if s := l.table.Agent.State; s != cti.AgentRinging {
		t.Fatalf("state %q", s)
	}
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Connected})
	if s := l.table.Agent.State; s != cti.AgentOnCall {
		t.Fatalf("state %q", s)
	}
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Ended})
	if a := l.table.Agent; a.State != cti.AgentPaused || a.Reason != "Almoço" {
		t.Fatalf("agent %+v", a)
	}
}

func TestActionsAreTheLegalVerbsTheDriversHandle(t *testing.T) {
	l := newLine(t, "pbx")
	l.apply("", cti.CanFact{Verbs: []string{"call.hangup", "call.hold", "call.resume", "agent.login", "agent.pause"}})
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Connected, Number: "1"})
	if d := cmp.Diff(l.table.Calls[0].Actions, []string{"call.hangup", "call.hold"}); d != "" {
		t.Fatal(d)
	}
	l.want(l.apply("", cti.CanFact{Verbs: []string{"call.hold"}}), cti.EventCallUpdated, cti.EventAgentChanged)
	if d := cmp.Diff(l.table.Calls[0].Actions, []string{"call.hold"}); d != "" {
		t.Fatal(d)
	}
}

func TestApplyLeavesTheOldTableAsItWas(t *testing.T) {
	l := newLine(t, "pbx")
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Ringing, Direction: cti.Inbound, Number: "1"})
	old := l.table
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Connected})
	l.apply("pbx", cti.CallFact{Ref: "b", State: cti.Ringing, Direction: cti.Inbound, Number: "2"})
	l.apply("pbx", cti.CallFact{Ref: "a", State: cti.Ended})
	l.apply("pbx", cti.LinkFact{State: cti.LinkDegraded})
	if len(old.Calls) != 1 || old.Calls[0].State != cti.Ringing || len(old.Recent) != 0 || old.Drivers[0].Link != cti.LinkConnected {
		t.Fatalf("the old table changed: %+v", old)
	}
}

func TestTableIsBoundedWhateverThePBXClaims(t *testing.T) {
	l := newLine(t, "pbx")
	for i := range 1000 {
		l.apply("pbx", cti.CallFact{Ref: fmt.Sprint(i), State: cti.Ringing, Direction: cti.Inbound, Number: fmt.Sprint(10000000 + i)})
	}
	if len(l.table.Calls) > 64 || len(l.table.Recent) > 100 {
		t.Fatalf("%d live and %d ended calls", len(l.table.Calls), len(l.table.Recent))
	}
}

func TestSameNumberComparesTheLastEightDigits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"+5511987654321", "87654321", true},
		{"(11) 3355-3434", "033553434", true},
		{"1000", "1000", true},
		{"1000", "91000", false},
		{"33553434", "33553435", false},
		{"", "", false},
		{"", "1", false},
		{"987654321", "011 98765-4321", true},
		{"10005", "0010005", false},
		{"3553434", "33553434", false},
		{"*21", "21", false},
		{"abc", "-", false},
	} {
		if got := cti.SameNumber(c.a, c.b); got != c.same {
			t.Errorf("SameNumber(%q, %q) = %v, want %v", c.a, c.b, got, c.same)
		}
		if got := cti.SameNumber(c.b, c.a); got != c.same {
			t.Errorf("SameNumber(%q, %q) = %v, want %v", c.b, c.a, got, c.same)
		}
	}
}

func TestNamedWishThatNoFactFollowsEndsAllTheSame(t *testing.T) {
	l := newLine(t, "pbx")
	l.wish("pbx", "silent", "33553434")
	l.wish("pbx", "told", "44554545")
	l.apply("pbx", cti.WishSentFact{ID: "silent", Ref: "1"})
	l.apply("pbx", cti.WishSentFact{ID: "told", Ref: "2"})
	l.want(l.apply("pbx", cti.CallFact{Ref: "2", State: cti.Dialing}))
	if c := l.table.Call("told"); c.WishPending() {
		t.Error("a call the driver tells of would end by itself")
	}
	l.now = l.now.Add(2 * time.Minute)
	l.apply("", cti.TickFact{})
	if len(l.table.Calls) != 1 || l.table.Calls[0].ID != "told" || l.table.Recent[0].ID != "silent" {
		t.Errorf("there are %+v, and over are %+v", l.table.Calls, l.table.Recent)
	}
}
