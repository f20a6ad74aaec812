package desk_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
)

func linkOf(s cti.DeskState, name string) cti.DriverState {
	return s.Drivers[slices.IndexFunc(s.Drivers, func(d cti.DriverState) bool { return d.Name == name })]
}

func TestDriverThatCannotOpenLeavesTheOthersAtWork(t *testing.T) {
	bad, good := newFake("bad", row(cti.CallHold)), newFake("good", row(cti.CallDial))
	bad.openErr = func() error { return cti.Fail(cti.BadRequest, "", "the option url is missing") }
	r := begin(t, nil, bad, good)
	s := r.await("disconnected", func(s cti.DeskState) bool { return linkOf(s, "bad").Link == cti.LinkDisconnected })
	if d := linkOf(s, "bad"); d.Detail != "the option url is missing" || linkOf(s, "good").Link != cti.LinkConnected {
		t.Fatalf("the drivers are %+v", s.Drivers)
	}
	r.dial("1133553434")
	_, err := r.do("call.hold", nil)
	if e := wantKind(t, err, cti.Unavailable, "desk.hint.down"); e.Driver != "bad" {
		t.Fatalf("the error is %+v", e)
	}
}

func TestDriverThatIsUnavailableIsOpenedAgainLater(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	tries := 0
	p.openErr = func() error {
		if tries++; tries < 3 {
			return cti.Fail(cti.Unavailable, "", "no route")
		}
		return nil
	}
	r := begin(t, nil, p)
	for range 2 {
		if err := r.clock.BlockUntil(r.ctx, 1); err != nil {
			t.Fatal(err)
		}
		r.clock.Advance(2 * time.Second)
	}
	r.next(p)
	r.awaitVerb("call.dial", true)
}

func TestRunThatFailsOrPanicsIsStartedAgainAfterAPause(t *testing.T) {
	for name, end := range map[string]error{"error": errors.New("canary-secret"), "nil": nil, "panic": errPanic} {
		t.Run(name, func(t *testing.T) {
			p := newFake("pbx", row(cti.CallDial))
			r := begin(t, nil, p)
			old := r.runs["pbx"]
			old.end <- end
			s := r.await("disconnected", func(s cti.DeskState) bool { return linkOf(s, "pbx").Link == cti.LinkDisconnected })
			if d := linkOf(s, "pbx").Detail; d != "the driver stopped, see the log" && d != "the driver crashed, see the log" {
				t.Fatalf("the detail is %q", d)
			}
			old.emit(inbound)
			if s := r.desk.State(); len(s.Calls) != 0 {
				t.Fatal("a fact told after Run returned was folded")
			}
			if err := r.clock.BlockUntil(r.ctx, 1); err != nil {
				t.Fatal(err)
			}
			r.clock.Advance(time.Second)
			r.next(p)
			r.await("connected", func(s cti.DeskState) bool { return linkOf(s, "pbx").Link == cti.LinkConnected })
			r.dial("1133553434")
			if closed := p.closed; (closed == 1) != errors.Is(end, errPanic) {
				t.Fatalf("the session was closed %d times; only one that panicked is given up", closed)
			}
		})
	}
}

func TestWrongPasswordIsNotTriedAgainBeforeALogin(t *testing.T) {
	p := newFake("pbx", row(cti.AgentLogin))
	r := begin(t, nil, p)
	r.runs["pbx"].end <- cti.Fail(cti.Unauthorized, "", "wrong key")
	r.await("disconnected", func(s cti.DeskState) bool { return linkOf(s, "pbx").Detail == "wrong key" })
	if n := r.clock.Waiters(); n != 0 {
		t.Fatalf("%d timers wait to try again", n)
	}
	r.must("agent.login", nil)
	r.next(p)
}

func TestRowThatPanicsIsAnErrorAndTheDeskGoesOn(t *testing.T) {
	p := newFake("pbx", row(cti.QueueList))
	r := begin(t, func(o *desk.Options) { o.Log = slog.New(slog.DiscardHandler) }, p)
	p.on("queue.list", func(context.Context, sent) (any, error) { panic("scripted") })
	_, err := r.do("queue.list", nil)
	if e := wantKind(t, err, cti.InternalError, "desk.hint.crashed"); !cti.MayHaveReached(e) || e.Driver != "pbx" {
		t.Fatalf("the error is %+v", e)
	}
	p.on("queue.list", nil)
	r.must("queue.list", nil)
}

func TestVerbsFollowWhatTheDriversServe(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallHold), row(cti.Action[cti.None, cti.None]{Name: "pbx.own", Effect: cti.Control}))
	r := begin(t, nil, p)
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected, Direction: cti.Inbound})
	if got := r.desk.Verbs(); !slices.Equal(got, []string{"call.dial", "call.hold"}) {
		t.Fatalf("the verbs are %v", got)
	}
	p.mu.Lock()
	p.without = []string{"call.hold"}
	p.mu.Unlock()
	r.emit(p, cti.ActionsFact{})
	r.awaitVerb("call.hold", false)
	if a := r.desk.State().Calls[0].Actions; len(a) != 0 {
		t.Fatalf("the call still offers %v", a)
	}
	_, err := r.do("call.hold", nil)
	wantKind(t, err, cti.Unsupported, "desk.hint.nowhere")
}

func TestHostAsksTheHandAndTheReceiver(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, nil, p)
	if err := p.host.Launch(r.ctx, "phone.exe", "-x"); err != nil || !slices.Equal(r.hand.launched, []string{"phone.exe"}) {
		t.Fatalf("launch: %v, %v", err, r.hand.launched)
	}
	_, err := p.host.Receive(r.ctx, "hook", nil)
	wantKind(t, err, cti.Unavailable, "desk.hint.no_receiver")
	r = begin(t, func(o *desk.Options) { o.Hand = nil }, p)
	wantKind(t, p.host.Launch(r.ctx, "phone.exe"), cti.Unavailable, "desk.hint.no_hand")
}

func TestClosedDeskTakesNoWish(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := newRig(t)
	d, err := desk.New(r.options([]*fake{p}, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.ctx)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	<-p.runs
	cancel()
	if err := <-done; err != nil || p.closed != 1 {
		t.Fatalf("run: %v; closed %d times", err, p.closed)
	}
	_, err = d.Do(r.ctx, wishFor(t, "call.dial", map[string]any{"number": "190"}))
	wantKind(t, err, cti.Unavailable, "desk.hint.closed")
	wantSent(t, p)
}
