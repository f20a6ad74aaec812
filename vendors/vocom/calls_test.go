package vocom

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/vocom/vocomtest"
)

// The server waits ten seconds before it answers; meanwhile other wishes go their way.
func TestDialIsOneRequestThatHoldsUpNothing(t *testing.T) {
	p := newPBX(t, vocomtest.Options{})
	s := open(t, p, nil)
	ctx, cancel := context.WithCancel(soon(t))
	read := p.HangAfterRead("call/call_services")
	failed := make(chan error, 1)
	go func() {
		_, err := cti.Do(ctx, s.Actions(), cti.CallDial, desk, cti.DialIn{Number: "1133553434"})
		failed <- err
	}()
	<-read
	if _, err := cti.Do(soon(t), s.Actions(), cti.AgentPauseReasons, desk, cti.None{}); err != nil {
		t.Errorf("another wish meanwhile: %v", err)
	}
	cancel()
	if err := <-failed; !cti.MayHaveReached(err) {
		t.Errorf("a dial given up after it was read: %v", err)
	}
	if n := p.Received("call/call_services"); n != 1 {
		t.Errorf("dialled %d times", n)
	}
}

func TestDialWithoutALineIsAnOpenOutcome(t *testing.T) {
	p := newPBX(t, vocomtest.Options{NoChannel: true})
	_, err := cti.Do(soon(t), open(t, p, nil).Actions(), cti.CallDial, desk, cti.DialIn{Number: "1133553434"})
	if e := cti.AsError(err); err == nil || e.Kind != cti.Unavailable || e.Hint != hintChannel || !cti.MayHaveReached(err) {
		t.Fatalf("got %v", err)
	}
}

// facts runs a session and answers what it tells.
type facts struct {
	mu  sync.Mutex
	all []cti.CallFact
	new chan struct{}
}

func follow(t *testing.T, s cti.Session) *facts {
	t.Helper()
	f := &facts{new: make(chan struct{}, 1)}
	done := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		done <- s.Run(ctx, func(fact cti.Fact) {
			f.mu.Lock()
			defer f.mu.Unlock()
			switch fact := fact.(type) {
			case cti.SnapshotFact:
				f.all = append(f.all, fact.Calls...)
			case cti.CallFact:
				f.all = append(f.all, fact)
			}
			select {
			case f.new <- struct{}{}:
			default:
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *facts) await(t *testing.T, what string, ok func([]cti.CallFact) bool) {
	t.Helper()
	ctx := soon(t)
	for {
		f.mu.Lock()
		all := append([]cti.CallFact{}, f.all...)
		f.mu.Unlock()
		if ok(all) {
			return
		}
		select {
		case <-f.new:
		case <-ctx.Done():
			t.Fatalf("waited in vain: %s; told %+v", what, all)
		}
	}
}

func last(state cti.CallState, why cti.EndReason) func([]cti.CallFact) bool {
	return func(all []cti.CallFact) bool {
		return len(all) > 0 && all[len(all)-1].State == state && all[len(all)-1].EndReason == why
	}
}

func TestDialledCallIsFollowedAndReplaced(t *testing.T) {
	p := newPBX(t, vocomtest.Options{})
	s := open(t, p, nil)
	f := follow(t, s)
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: "1133553434"}); err != nil {
		t.Fatal(err)
	}
	f.await(t, "the call, inferred", func(all []cti.CallFact) bool { return last(cti.Connected, "")(all) && all[len(all)-1].Inferred })
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: "1133553435"}); err != nil {
		t.Fatal(err)
	}
	f.await(t, "the first call is over, nobody knows why", func(all []cti.CallFact) bool {
		for _, c := range all {
			if c.Number == "1133553434" && c.State == cti.Ended && c.EndReason == cti.EndUnknown {
				return true
			}
		}
		return false
	})
	// The customer hangs up, which nobody tells; hanging up finds that out and is no failure.
	if err := p.Hangup(p.LiveCalls(lawAgent)[1].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallHangup, desk, cti.CallIn{}); err != nil {
		t.Fatal(err)
	}
	f.await(t, "the second call is over", last(cti.Ended, cti.EndUnknown))
	_, err := cti.Do(soon(t), s.Actions(), cti.CallHangup, desk, cti.CallIn{})
	if e := cti.AsError(err); err == nil || e.Kind != cti.WrongState || e.Sent != cti.NotSent {
		t.Fatalf("nothing to hang up: %v", err)
	}
}

func TestMissedCallIsNoAnswer(t *testing.T) {
	p := newPBX(t, vocomtest.Options{ShowCaller: true})
	clock := ctitest.NewClock(time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC))
	host := ctitest.NewHost(clock)
	host.SetDesk(desk)
	s, err := Driver().Open(t.Context(), configOf(p, vocomtest.DefaultKey, map[string]string{optionPop: "1"}), host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	f := follow(t, s)
	tick := func() {
		if err := clock.BlockUntil(soon(t), 1); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	tick()
	c := p.Ring(lawAgent, "11987654321")
	tick()
	f.await(t, "the call rings", func(all []cti.CallFact) bool {
		return last(cti.Ringing, "")(all) && all[len(all)-1].Contact["row_uuid"] == "row-"+c.ID
	})
	if err := p.Hangup(c.ID); err != nil {
		t.Fatal(err)
	}
	tick()
	f.await(t, "the call was missed", last(cti.Ended, cti.EndNoAnswer))
}

func TestPauseWantsAReasonTheSystemHas(t *testing.T) {
	p := newPBX(t, vocomtest.Options{})
	s := open(t, p, nil)
	for reason, kind := range map[string]cti.Kind{"": cti.BadRequest, "Férias": cti.NotFound} {
		_, err := cti.Do(soon(t), s.Actions(), cti.AgentPause, desk, cti.PauseIn{Reason: reason})
		if e := cti.AsError(err); err == nil || e.Kind != kind || e.Hint != hintBreak || cti.MayHaveReached(err) {
			t.Errorf("%q: %v", reason, err)
		}
	}
	for _, reason := range []string{"almoço", "44b57078-d82c-4aa0-8b9a-a17bfc8d0674"} {
		out, err := cti.Do(soon(t), s.Actions(), cti.AgentPause, desk, cti.PauseIn{Reason: reason})
		if a, _ := p.AgentState(lawAgent); err != nil || out.Reason != "Almoço" || a.Break != "Almoço" {
			t.Errorf("%q: %+v %v, the system has %+v", reason, out, err, a)
		}
		p.SetBreak(lawAgent, "")
	}
	p.SetBreak(lawAgent, "Lanche")
	_, err := cti.Do(soon(t), s.Actions(), cti.AgentPause, desk, cti.PauseIn{Reason: "Feedback"})
	if e := cti.AsError(err); err == nil || e.Kind != cti.WrongState || e.Hint != hintBreak {
		t.Errorf("a pause in a pause: %v", err)
	}
}

func TestHostileParametersAreNotSent(t *testing.T) {
	p := newPBX(t, vocomtest.Options{})
	s := open(t, p, nil)
	for _, number := range []string{"", "11 3355", "1\r\n2", strings.Repeat("1", 33)} {
		if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: number}); cti.AsError(err).Kind != cti.BadRequest {
			t.Errorf("%q: %v", number, err)
		}
	}
	_, err := cti.Do(soon(t), s.Actions(), SetBreak, desk, SetBreakIn{Break: "x\x00"})
	if cti.AsError(err).Kind != cti.BadRequest {
		t.Errorf("a control character: %v", err)
	}
	if r := p.Requests(); len(r) != 0 {
		t.Errorf("sent %+v", r)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := map[string]string{optionURL: "http://pabx/interact_cti/", optionKey: "0123456789", optionCompany: "c"}
	if o, err := readOptions(cti.Config{Values: good}); err != nil || o.url.String() != "http://pabx" || o.poll != agentPoll*time.Second {
		t.Fatalf("%+v %v", o, err)
	}
	for name, bad := range map[string]string{optionURL: "ftp://x", optionKey: "", optionCompany: "", optionReports: "x", optionPoll: "-1", optionPop: "soon", optionQueue: "a\nb"} {
		values := map[string]string{name: bad}
		for k, v := range good {
			if k != name {
				values[k] = v
			}
		}
		if _, err := readOptions(cti.Config{Values: values}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: %v", name, bad, err)
		}
	}
}

func TestCallThatIsOverBeforeTheNextLookIsToldAllTheSame(t *testing.T) {
	b := &book{}
	var states []cti.CallState
	w := &watch{emit: func(f cti.Fact) { states = append(states, f.(cti.CallFact).State) }, told: map[string]call{}}
	b.dialled("c1", "1133553434")
	b.end("c1", cti.EndCompleted)
	endings, over := b.endings(0)
	w.report(b.live(), endings, cti.AgentFact{})
	if len(states) != 2 || states[0] != cti.Connected || states[1] != cti.Ended {
		t.Errorf("told %v", states)
	}
	if endings, _ = b.endings(over); len(endings) > 0 {
		t.Errorf("it would be told again: %+v", endings)
	}
}
