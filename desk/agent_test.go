package desk_test

import (
	"context"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

func TestLoginGoesToEveryDriverAndTellsHowEachFared(t *testing.T) {
	pbx, phone, other := newFake("pbx", row(cti.AgentLogin)), newFake("phone", row(cti.AgentLogin)), newFake("other")
	r := begin(t, nil, pbx, phone, other)
	phone.fails("agent.login", cti.Unauthorized, cti.CertainSent)
	pbx.on("agent.login", func(context.Context, sent) (any, error) { return cti.AgentOut{Name: "Ana", State: cti.AgentReady}, nil })
	got := r.must("agent.login", map[string]any{"extension": "10007", "password": "x"}).(desk.LoginResult)
	want := []desk.Fared{{Driver: "pbx", OK: true}, {Driver: "phone", Error: "says phone", Kind: cti.Unauthorized}}
	if d := cmp.Diff(got.Drivers, want); d != "" {
		t.Fatalf("drivers (-got +want):\n%s", d)
	}
	if a := got.Agent; a.ID != "12" || a.Extension != "10007" || a.Name != "Ana" || a.State != cti.AgentReady {
		t.Fatalf("the agent is %+v", a)
	}
	if in := phone.last(t); in.In.(cti.LoginIn).Agent != "12" || in.Target.Extension != "10007" {
		t.Fatalf("the phone got %+v", in)
	}
	for _, f := range []*fake{pbx, phone, other} {
		r.next(f) // a fresh snapshot for the new extension
	}
	if d := pbx.host.Desk(); d != (cti.Target{Agent: "12", Extension: "10007"}) {
		t.Fatalf("the driver serves %+v", d)
	}
}

func TestWhoSitsAtTheDeskIsTakenUntilSomebodyLogsIn(t *testing.T) {
	p := newFake("pbx", row(cti.AgentLogin))
	r := begin(t, nil, p)
	r.desk.Seat(cti.Target{Agent: "77", Extension: "10077"})
	r.next(p) // a fresh snapshot for the new extension
	if d, a := p.host.Desk(), r.desk.State().Agent; d != (cti.Target{Agent: "77", Extension: "10077"}) || a.ID != "77" || a.Extension != "10077" {
		t.Fatalf("the driver serves %+v, the agent is %+v", d, a)
	}
	r.desk.Seat(cti.Target{Extension: "10078"})
	r.next(p)
	if d := p.host.Desk(); d != (cti.Target{Agent: "77", Extension: "10078"}) {
		t.Fatalf("with another extension: %+v", d)
	}
	r.emit(p, cti.AgentFact{State: cti.AgentReady})
	r.desk.Seat(cti.Target{Agent: "78", Extension: "10079"})
	if d := p.host.Desk(); d != (cti.Target{Agent: "77", Extension: "10078"}) {
		t.Fatalf("somebody is logged in, and yet: %+v", d)
	}
}

// The site knows the extension, and its PBX tells that somebody is logged in there before the person says who.
func TestPersonIsSaidAfterThePBXToldOfTheExtension(t *testing.T) {
	p := newFake("pbx", row(cti.AgentLogin))
	r := begin(t, func(o *desk.Options) { o.Agent = cti.Target{Extension: "10005"} }, p)
	r.emit(p, cti.AgentFact{State: cti.AgentReady, Extension: "10005", Name: "12"})
	r.desk.Seat(cti.Target{Agent: "77", Extension: "10006"})
	r.next(p)
	if d, a := p.host.Desk(), r.desk.State().Agent; d != (cti.Target{Agent: "77", Extension: "10005"}) || a.ID != "77" || a.Extension != "10005" {
		t.Fatalf("the driver serves %+v, the agent is %+v", d, a)
	}
	r.desk.Seat(cti.Target{Agent: "78", Extension: "10006"})
	if d := p.host.Desk(); d != (cti.Target{Agent: "77", Extension: "10005"}) {
		t.Fatalf("another person says so, and now: %+v", d)
	}
}

func TestLoginThatNoDriverTookFailsAndChangesNothing(t *testing.T) {
	p := newFake("pbx", row(cti.AgentLogin))
	r := begin(t, nil, p)
	p.fails("agent.login", cti.Unauthorized, cti.CertainSent)
	_, err := r.do("agent.login", map[string]any{"extension": "10007"})
	wantKind(t, err, cti.Unauthorized, "")
	if d := p.host.Desk(); d.Extension != "10005" {
		t.Fatalf("the desk is %+v", d)
	}
	r = begin(t, nil, newFake("pbx"))
	_, err = r.do("agent.login", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.nowhere")
}

func TestPauseAfterCallBeginsWhenTheLastCallEnds(t *testing.T) {
	p := newFake("pbx", row(cti.AgentPause), row(cti.AgentUnpause))
	r := begin(t, nil, p)
	p.on("agent.pause", func(context.Context, sent) (any, error) {
		return cti.AgentOut{State: cti.AgentPaused, Reason: "lunch"}, nil
	})
	r.emit(p, cti.CallFact{Ref: "a", State: cti.Connected, Direction: cti.Inbound})
	r.emit(p, cti.CallFact{Ref: "b", State: cti.Held, Direction: cti.Inbound})
	later := map[string]any{"reason": "3", "when": "afterCall"}
	if a := r.must("agent.pause", later).(cti.Agent); a.State != cti.AgentOnCall {
		t.Fatalf("the agent is %+v", a)
	}
	r.emit(p, cti.CallFact{Ref: "a", State: cti.Ended})
	wantSent(t, p)
	r.emit(p, cti.CallFact{Ref: "b", State: cti.Ended})
	r.await("the pause", func(s cti.DeskState) bool { return s.Agent.State == cti.AgentPaused && s.Agent.Reason == "lunch" })
	if in := p.last(t).In.(cti.PauseIn); in != (cti.PauseIn{Reason: "3"}) {
		t.Fatalf("the driver got %+v", in)
	}
	r.must("agent.pause", later) // no call: at once
	wantSent(t, p, "agent.pause", "agent.pause")
}

func TestPauseAfterCallIsTakenBackByUnpauseAndLogout(t *testing.T) {
	p := newFake("pbx", row(cti.AgentPause), row(cti.AgentUnpause), row(cti.AgentLogout))
	r := begin(t, nil, p)
	for _, verb := range []string{"agent.unpause", "agent.logout"} {
		r.emit(p, cti.CallFact{Ref: verb, State: cti.Connected, Direction: cti.Inbound})
		r.must("agent.pause", map[string]any{"when": "afterCall"})
		if !r.desk.PauseKept() {
			t.Fatal("the pause is not kept")
		}
		r.must(verb, nil)
		if r.desk.PauseKept() {
			t.Fatalf("%s does not take the pause back", verb)
		}
		r.emit(p, cti.CallFact{Ref: verb, State: cti.Ended})
	}
	r.must("agent.unpause", nil)
	wantSent(t, p, "agent.logout", "agent.unpause")
}

func TestPauseThatFailsAfterTheCallIsToldToThePerson(t *testing.T) {
	p := newFake("pbx", row(cti.AgentPause))
	r := begin(t, nil, p)
	r.emit(p, cti.CallFact{Ref: "a", State: cti.Connected, Direction: cti.Inbound})
	r.must("agent.pause", map[string]any{"when": "afterCall"})
	p.fails("agent.pause", cti.Refused, cti.CertainSent)
	r.emit(p, cti.CallFact{Ref: "a", State: cti.Ended})
	select {
	case <-r.hand.told:
	case <-r.ctx.Done():
		t.Fatal("nobody was told")
	}
	if d := cmp.Diff(r.hand.notices, []string{"desk.notice.pause_failed"}); d != "" {
		t.Fatal(d)
	}
}

func TestAgentVerbAnswersTheAgentAndStatesOfCallsStayTheFolds(t *testing.T) {
	p := newFake("pbx", row(cti.AgentStateNow))
	r := begin(t, nil, p)
	p.on("agent.state", func(context.Context, sent) (any, error) {
		return cti.AgentOut{State: cti.AgentOnCall, Name: "Ana"}, nil
	})
	if a := r.must("agent.state", nil).(cti.Agent); a.Name != "Ana" || a.State != cti.AgentOffline {
		t.Fatalf("the agent is %+v", a)
	}
}

func TestWhatADriverToldSinceItWasAskedIsNotOverruledByItsAnswer(t *testing.T) {
	p := newFake("pbx", row(cti.AgentPause))
	r := begin(t, nil, p)
	p.on("agent.pause", func(context.Context, sent) (any, error) {
		r.emit(p, cti.AgentFact{State: cti.AgentPaused})
		r.emit(p, cti.AgentFact{State: cti.AgentReady}) // somebody else has ended the pause already
		return cti.AgentOut{State: cti.AgentPaused}, nil
	})
	if a := r.must("agent.pause", nil).(cti.Agent); a.State != cti.AgentReady {
		t.Fatalf("the agent is %+v", a)
	}
	p.on("agent.pause", func(context.Context, sent) (any, error) { return cti.AgentOut{State: cti.AgentPaused}, nil })
	if a := r.must("agent.pause", nil).(cti.Agent); a.State != cti.AgentPaused {
		t.Fatalf("with a driver that tells nothing by itself the agent is %+v", a)
	}
}
