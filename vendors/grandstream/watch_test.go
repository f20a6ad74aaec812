package grandstream

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/grandstream/grandstreamtest"

	"github.com/google/go-cmp/cmp"
)

// watched is a session that runs on a clock the test owns.
type watched struct {
	t       *testing.T
	ctx     context.Context
	clock   *ctitest.Clock
	session cti.Session

	mu      sync.Mutex
	facts   []cti.Fact
	changed chan struct{} // closed and replaced with every fact
}

// follow opens a session, runs it, and waits for its first look.
func follow(t *testing.T, cfg cti.Config, prepare func(*ctitest.Host)) *watched {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	w := &watched{t: t, ctx: ctx, clock: ctitest.NewClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)),
		changed: make(chan struct{})}
	host := ctitest.NewHost(w.clock)
	host.SetDesk(desk())
	if prepare != nil {
		prepare(host)
	}
	w.session = openSession(t, cfg, host)
	done := make(chan error, 1)
	go func() { done <- w.session.Run(ctx, w.emit) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	w.settle()
	return w
}

func (w *watched) emit(f cti.Fact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts = append(w.facts, f)
	close(w.changed)
	w.changed = make(chan struct{})
}

// settle waits until the loop waits for its next look.
func (w *watched) settle() {
	w.t.Helper()
	if err := w.clock.BlockUntil(w.ctx, 1); err != nil {
		w.t.Fatalf("the loop does not wait: %v", err)
	}
}

// look lets the time of the next look come, and answers how far it was.
func (w *watched) look() time.Duration {
	w.t.Helper()
	w.settle()
	d, _ := w.clock.Next()
	w.clock.Advance(d)
	w.settle()
	return d
}

// calls takes the facts about calls told since it was last asked.
func (w *watched) calls() (out []cti.CallFact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.facts {
		switch f := f.(type) {
		case cti.CallFact:
			out = append(out, f)
		case cti.SnapshotFact:
			out = append(out, f.Calls...)
		}
	}
	w.facts = nil
	return out
}

// links takes the facts about the link likewise.
func (w *watched) links() (out []cti.LinkFact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.facts {
		if l, ok := f.(cti.LinkFact); ok {
			out = append(out, l)
		}
	}
	w.facts = nil
	return out
}

// tells waits for the next facts about calls and compares them, refs apart, with what is wanted: state and reason.
func (w *watched) tells(want ...string) (refs []string) {
	w.t.Helper()
	var got []string
	for _, f := range w.calls() {
		refs = append(refs, f.Ref)
		words := string(f.State)
		if f.Inferred {
			words = "perhaps " + words
		}
		words = strings.TrimSpace(words + " " + string(f.Direction) + " " + f.Number + " " + string(f.EndReason))
		got = append(got, strings.Join(strings.Fields(words), " "))
	}
	if d := cmp.Diff(got, want); d != "" {
		w.t.Errorf("told-, want+:\n%s", d)
	}
	return refs
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestInboundCallIsFollowedToItsEnd(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	c := p.RingAs("11987654321", "Ana")
	w.look()
	w.mu.Lock()
	first := w.facts[len(w.facts)-1]
	w.mu.Unlock()
	want := cti.CallFact{Ref: first.(cti.CallFact).Ref, State: cti.Ringing, Direction: cti.Inbound, From: "11987654321", Number: "11987654321", Display: "Ana"}
	if d := cmp.Diff(first, cti.Fact(want)); d != "" {
		t.Errorf("told-, want+:\n%s", d)
	}
	w.calls()
	w.look()
	w.tells() // nothing new
	for _, step := range []struct {
		do   func(string) error
		want string
	}{
		{p.Answer, "connected inbound 11987654321"},
		{p.ToggleHold, "held inbound 11987654321"},
		{p.ToggleHold, "connected inbound 11987654321"},
		{p.RemoteHangup, "ended inbound 11987654321 completed"},
	} {
		do(t, step.do(c.Ref))
		w.look()
		if refs := w.tells(step.want); len(refs) == 1 && refs[0] != want.Ref {
			t.Errorf("%s: the ref is %s, was %s", step.want, refs[0], want.Ref)
		}
	}
}

func TestDialledCallIsFollowedFromTheClick(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	ref := p.LiveCalls()[0].Ref
	w.look()
	w.tells("dialing outbound 33553434")
	do(t, p.RemoteRings(ref))
	w.look()
	w.tells()
	do(t, p.RemoteAnswers(ref))
	w.look()
	w.tells("connected outbound 33553434")
	do(t, p.Hangup(ref))
	w.look()
	w.tells("ended outbound 33553434 completed")
}

func TestWhyACallEndedIsToldWhereItIsKnown(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	act := func(a cti.Action[cti.CallIn, cti.CallOut]) {
		t.Helper()
		if _, err := cti.Do(t.Context(), w.session.Actions(), a, desk(), cti.CallIn{}); err != nil {
			t.Fatal(err)
		}
	}
	p.Ring("1111")
	w.look()
	act(cti.CallReject)
	w.look()
	w.tells("ringing inbound 1111", "ended inbound 1111 rejected")

	p.Ring("2222")
	w.look()
	act(cti.CallHangup)
	w.look()
	w.tells("ringing inbound 2222", "ended inbound 2222 rejected")

	do(t, p.RemoteHangup(p.Ring("3333").Ref))
	w.look()
	w.tells() // nobody saw it
	c := p.Ring("4444")
	w.look()
	do(t, p.RemoteHangup(c.Ref))
	w.look()
	w.tells("ringing inbound 4444", "ended inbound 4444 unknown")

	c = p.Ring("6666")
	w.look()
	p.AnswerWith(programPhone, says(http.StatusOK, `{"response":"error","body":false}`))
	if wish(t, w.session, cti.CallReject, "") == nil {
		t.Error("a refusal was taken for success")
	}
	p.AnswerWith(programPhone, nil)
	do(t, p.RemoteHangup(c.Ref))
	w.look()
	w.tells("ringing inbound 6666", "ended inbound 6666 unknown")

	out, err := p.Dial("5555")
	do(t, err)
	do(t, p.RemoteRings(out.Ref))
	w.look()
	act(cti.CallHangup)
	w.look()
	w.tells("dialing outbound 5555", "ended outbound 5555 canceled")
}

func TestFailedCallEndsOnceThoughTheLineGoesOnSayingSo(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	ref := p.LiveCalls()[0].Ref
	do(t, p.RemoteFails(ref)) // before anybody looked
	w.look()
	w.look()
	got := w.calls()
	if len(got) == 3 { // the look after the click may have come first
		got = got[1:]
	}
	if len(got) != 2 || got[0].State != cti.Dialing || got[1].State != cti.Ended || got[1].EndReason != cti.EndFailed {
		t.Errorf("told %+v", got)
	}
	do(t, p.Hangup(ref))
	w.look()
	w.tells()
}

func TestHandsetThatWasLiftedIsNoCallYet(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	c := p.Lift()
	w.look()
	do(t, p.Type(c.Ref, "335"))
	w.look()
	do(t, p.Type(c.Ref, "53434"))
	w.look()
	w.tells()
	do(t, p.RemoteRings(c.Ref))
	w.look()
	w.tells("dialing outbound 33553434")
	do(t, p.Hangup(c.Ref))
	w.look()
	w.tells("ended outbound 33553434 unknown")
}

func TestLooksComeFasterWhileThereIsSomethingToSee(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", map[string]string{optionPoll: "7"}), nil)
	if d := w.look(); d != 7*time.Second {
		t.Errorf("an idle phone is looked at every %v", d)
	}
	c := p.Ring("1111")
	w.look()
	if d := w.look(); d != callPoll {
		t.Errorf("a ringing phone is looked at every %v", d)
	}
	do(t, p.RemoteHangup(c.Ref))
	w.look()
	if d := w.look(); d != 7*time.Second {
		t.Errorf("after the call the phone is looked at every %v", d)
	}
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	w.look() // the one planned before, or the one the click asked for
	if d := w.look(); d != wishPoll {
		t.Errorf("after a click the phone is looked at every %v", d)
	}
}

func TestIdlePhoneIsLeftAloneWhereTheSiteWantsIt(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	clock := ctitest.NewClock(time.Unix(1e9, 0))
	s := openSession(t, configOf(p, "admin", map[string]string{optionPoll: "0"}), ctitest.NewHost(clock))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	facts := make(chan cti.Fact, 16)
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, func(f cti.Fact) { facts <- f }) }()
	for f := range facts {
		if l, ok := f.(cti.LinkFact); ok && l.State == cti.LinkConnected {
			break
		}
	}
	if n := clock.Waiters(); n > 0 {
		t.Errorf("%d looks are planned", n)
	}
	if _, err := cti.Do(ctx, s.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	if c, ok := (<-facts).(cti.CallFact); !ok || c.State != cti.Dialing {
		t.Errorf("after the click came %+v", c)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// nudged waits until facts about calls have come, of a phone that nobody looks at but when it calls.
func (w *watched) nudged() {
	w.t.Helper()
	for {
		w.mu.Lock()
		changed := w.changed
		told := slices.ContainsFunc(w.facts, func(f cti.Fact) bool { _, ok := f.(cti.CallFact); return ok })
		w.mu.Unlock()
		if told {
			return
		}
		select {
		case <-changed:
		case <-w.ctx.Done():
			w.t.Fatal("waited in vain for word of a call")
		}
	}
}

func TestActionURLMakesTheDriverLookAndGivesTheNumber(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{Extension: "10005"})
	w := follow(t, configOf(p, "admin", map[string]string{optionActionURLs: "true", optionPoll: "3600"}), func(h *ctitest.Host) {
		h.OpenReceiver(t)
		enter(t, p, h)
	})
	lines(p, "ringing", "") // this one shows no number
	c := p.RingAs("11987654321", "Ana")
	w.nudged()
	w.settle()
	w.tells("ringing inbound 11987654321")
	lines(p, "idle", "")
	do(t, p.RemoteHangup(c.Ref))
	w.nudged()
	got := w.calls()
	if len(got) != 1 || got[0].State != cti.Ended {
		t.Errorf("told %+v", got)
	}
}

func TestClosedReceiverIsSaidAndTriedAgain(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	var host *ctitest.Host
	w := follow(t, configOf(p, "admin", map[string]string{optionActionURLs: "true", optionPoll: "30"}), func(h *ctitest.Host) { host = h })
	got := w.links()
	if last := got[len(got)-1]; last.State != cti.LinkConnected || last.DetailID != noReceiverID || last.Detail == "" {
		t.Errorf("told %+v", got)
	}
	host.OpenReceiver(t)
	w.look()
	if d := cmp.Diff(w.links(), []cti.LinkFact{{State: cti.LinkConnected}}); d != "" {
		t.Errorf("told-, want+:\n%s", d)
	}
	if !strings.Contains(host.LogText(), "action URLs cannot be received") {
		t.Errorf("the log says %q", host.LogText())
	}
}
