package khomp

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/internal/actionurl"
	"ctiagent/vendors/khomp/khomptest"

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

// follow opens a session, runs it, and waits for its snapshot.
func follow(t *testing.T, cfg cti.Config, prepare func(*ctitest.Host)) *watched {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	w := &watched{t: t, ctx: ctx, clock: ctitest.NewClock(time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)), changed: make(chan struct{})}
	host := ctitest.NewHost(w.clock)
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
	return w
}

func (w *watched) emit(f cti.Fact) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.facts = append(w.facts, f)
	close(w.changed)
	w.changed = make(chan struct{})
}

// wait takes the facts as soon as one of them is what is waited for.
func (w *watched) wait(what string, is func(cti.Fact) bool) []cti.Fact {
	w.t.Helper()
	for {
		w.mu.Lock()
		changed, facts := w.changed, w.facts
		if slices.ContainsFunc(facts, is) {
			w.facts = nil
			w.mu.Unlock()
			return facts
		}
		w.mu.Unlock()
		select {
		case <-changed:
		case <-w.ctx.Done():
			w.t.Fatalf("waited in vain for %s; told %+v", what, facts)
		}
	}
}

// tells waits for as many facts about calls as are wanted, and compares them, refs apart: state, number, reason.
func (w *watched) tells(want ...string) (refs []string) {
	w.t.Helper()
	var got []string
	for len(got) < len(want) {
		for _, f := range w.wait(want[len(got)], func(f cti.Fact) bool { _, ok := f.(cti.CallFact); return ok }) {
			if c, ok := f.(cti.CallFact); ok {
				words := string(c.State) + " " + string(c.Direction) + " " + c.Number + " " + string(c.EndReason)
				got, refs = append(got, strings.Join(strings.Fields(words), " ")), append(refs, c.Ref)
			}
		}
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

func isConnected(f cti.Fact) bool {
	l, ok := f.(cti.LinkFact)
	return ok && l.State == cti.LinkConnected
}

// listening is a phone whose action URLs reach a running session.
func listening(t *testing.T, fills bool) (*khomptest.Phone, *watched) {
	t.Helper()
	p := startPhone(t, khomptest.Options{})
	w := follow(t, configOf(p, "", map[string]string{optionActionURLs: "true"}), func(h *ctitest.Host) {
		h.OpenReceiver(t)
		enter(t, p, h, fills)
	})
	w.wait("a connected link", isConnected)
	return p, w
}

func TestCallsAreFollowedByActionURLs(t *testing.T) {
	p, w := listening(t, true)
	c := p.Ring("11987654321")
	ref := w.tells("ringing inbound 11987654321")[0]
	do(t, p.Answer(c.Ref))
	w.tells("connected inbound 11987654321")
	do(t, p.RemoteHangup(c.Ref))
	if last := w.tells("ended inbound 11987654321 completed")[0]; last != ref {
		t.Errorf("the ref is %s, was %s", last, ref)
	}
}

func TestPhoneThatFillsInNothingIsUnderstoodByOrder(t *testing.T) {
	p, w := listening(t, false)
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	w.tells("dialing outbound 33553434") // the number wished for
	ref := p.LiveCalls()[0].Ref
	do(t, p.RemoteAnswers(ref))
	w.tells("connected outbound 33553434")
	do(t, p.RemoteHangup(ref))
	w.tells("ended outbound 33553434 completed")
	c := p.Ring("1111")
	w.tells("ringing inbound")
	do(t, p.RemoteHangup(c.Ref))
	w.tells("ended inbound unknown")
}

func TestWishThatFailedExplainsNothing(t *testing.T) {
	p, w := listening(t, false)
	p.AnswerWith("Dail", says(404, ""))
	p.AnswerWith("key", says(404, ""))
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err == nil {
		t.Error("a dial was taken that was not made")
	}
	c, err := p.Dial("5555")
	do(t, err)
	w.tells("dialing outbound")
	do(t, p.RemoteHangup(c.Ref))
	w.tells("ended outbound unknown")
	c = p.Ring("1111")
	target := desk()
	target.Ref = w.tells("ringing inbound")[0]
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallReject, target, cti.CallIn{}); err == nil {
		t.Error("a key was taken that was not pressed")
	}
	do(t, p.RemoteHangup(c.Ref))
	w.tells("ended inbound unknown")
}

func TestWishesKnowTheCallsThatAreThere(t *testing.T) {
	p, w := listening(t, true)
	act := func(a cti.Action[cti.CallIn, cti.CallOut], ref string) error {
		target := desk()
		target.Ref = ref
		_, err := cti.Do(t.Context(), w.session.Actions(), a, target, cti.CallIn{})
		return err
	}
	p.Ring("1111")
	first := w.tells("ringing inbound 1111")[0]
	do(t, act(cti.CallAnswer, first))
	w.tells("connected inbound 1111")
	p.Ring("2222")
	second := w.tells("ringing inbound 2222")[0]
	do(t, act(cti.CallToggleMute, first)) // a call that only rings takes no focus
	do(t, act(cti.CallAnswer, second))
	w.tells("connected inbound 2222")
	if err := act(cti.CallHangup, first); !errors.Is(err, cti.WrongState) || cti.MayHaveReached(err) || cti.AsError(err).Hint != hintLine {
		t.Errorf("hanging up the call out of focus: %v", err)
	}
	do(t, act(cti.CallHangup, second))
	w.tells("ended inbound 2222 completed")
	for _, a := range []cti.Action[cti.CallIn, cti.CallOut]{cti.CallAnswer, cti.CallReject, cti.CallHangup, cti.CallToggleHold, cti.CallToggleMute} {
		if err := act(a, second); !errors.Is(err, cti.WrongState) || cti.MayHaveReached(err) {
			t.Errorf("%s of an ended call: %v", a.Name, err)
		}
	}
	do(t, act(cti.CallHangup, first))
	w.tells("ended inbound 1111 completed")

	p.Ring("3333")
	third := w.tells("ringing inbound 3333")[0]
	do(t, act(cti.CallReject, third))
	w.tells("ended inbound 3333 rejected")
}

func TestCallEndsThoughThePhoneForgetsToTell(t *testing.T) {
	p, w := listening(t, true)
	p.SetActionURL(eventTerminated, "")
	p.Ring("1111")
	ref := w.tells("ringing inbound 1111")[0]
	target := desk()
	target.Ref = ref
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallHangup, target, cti.CallIn{}); err != nil {
		t.Fatal(err)
	}
	do(t, w.clock.BlockUntil(w.ctx, 1))
	w.clock.Advance(endsWithin)
	w.tells("ended inbound 1111 rejected")
}

func TestBlindPhoneIsJudgedByTheLatestWish(t *testing.T) {
	p := startPhone(t, khomptest.Options{})
	w := follow(t, configOf(p, "", nil), nil)
	got := w.wait("the first link", isConnected)
	want := []cti.Fact{cti.SnapshotFact{}, cti.LinkFact{State: cti.LinkConnected, Detail: blind, DetailID: blindID}}
	if d := cmp.Diff(got, want); d != "" {
		t.Errorf("told-, want+:\n%s", d)
	}
	hold := func() error {
		_, err := cti.Do(t.Context(), w.session.Actions(), cti.CallToggleHold, desk(), cti.CallIn{})
		return err
	}
	do(t, hold())
	if d := cmp.Diff(w.wait("a good link", isConnected), []cti.Fact{cti.LinkFact{State: cti.LinkConnected}}); d != "" {
		t.Errorf("told-, want+:\n%s", d)
	}
	p.CutLink()
	if hold() == nil {
		t.Error("a wish went through a cut link")
	}
	w.wait("a degraded link", func(f cti.Fact) bool {
		l, ok := f.(cti.LinkFact)
		return ok && l.State == cti.LinkDegraded && l.Detail != "" && l.DetailID != ""
	})
	p.RestoreLink()
	do(t, hold())
	w.wait("a good link", isConnected)
}

func TestClosedReceiverIsSaidAndTriedAgain(t *testing.T) {
	p := startPhone(t, khomptest.Options{})
	var host *ctitest.Host
	w := follow(t, configOf(p, "", map[string]string{optionActionURLs: "true"}), func(h *ctitest.Host) { host = h })
	next := func() {
		t.Helper()
		do(t, w.clock.BlockUntil(w.ctx, 1))
		d, _ := w.clock.Next()
		w.clock.Advance(d)
	}
	next() // the door may still be letting go of an earlier run
	w.wait("a degraded link", func(f cti.Fact) bool {
		l, ok := f.(cti.LinkFact)
		return ok && l.State == cti.LinkDegraded && l.DetailID == noReceiverID
	})
	next()
	do(t, w.clock.BlockUntil(w.ctx, 1)) // it has been tried again, and said no second time
	host.OpenReceiver(t)
	next()
	if got := w.wait("a connected link", isConnected); len(got) != 1 {
		t.Errorf("told %+v, want the connected link only", got)
	}
	enter(t, p, host, true)
	p.Ring("1111")
	w.tells("ringing inbound 1111")
	if n := strings.Count(host.LogText(), "cannot be received"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, host.LogText())
	}
}

func TestOrderOfEventsDecidesWhichCallIsMeant(t *testing.T) {
	now := time.Unix(1e9, 0)
	for name, c := range map[string]struct {
		events []actionurl.Notice
		want   []string // the calls that are left
	}{
		"told twice":                {[]actionurl.Notice{{Event: "incoming", Number: "1"}, {Event: "incoming", Number: "1"}}, []string{"ringing 1"}},
		"established unheard of":    {[]actionurl.Notice{{Event: "established", Number: "1"}}, []string{"connected 1"}},
		"established again":         {[]actionurl.Notice{{Event: "established", Number: "1"}, {Event: "established", Number: "1"}}, []string{"connected 1"}},
		"the number comes late":     {[]actionurl.Notice{{Event: "incoming"}, {Event: "established", Number: "1"}}, []string{"connected 1"}},
		"terminated by number":      {[]actionurl.Notice{{Event: "established", Number: "1"}, {Event: "incoming", Number: "2"}, {Event: "terminated", Number: "2"}}, []string{"connected 1"}},
		"terminated without number": {[]actionurl.Notice{{Event: "established", Number: "1"}, {Event: "incoming", Number: "2"}, {Event: "established", Number: "2"}, {Event: "terminated"}}, []string{"connected 1"}},
		"terminated, another":       {[]actionurl.Notice{{Event: "established", Number: "1"}, {Event: "terminated", Number: "9"}}, []string{"connected 1"}},
		"missed beside a talk":      {[]actionurl.Notice{{Event: "established", Number: "1"}, {Event: "incoming", Number: "2"}, {Event: "missed"}}, []string{"connected 1"}},
		"terminated of nothing":     {[]actionurl.Notice{{Event: "terminated"}, {Event: "missed"}}, nil},
		"what says nothing":         {[]actionurl.Notice{{Event: "registered"}, {Event: "offhook"}}, nil},
	} {
		p := newPhone()
		for _, n := range c.events {
			p.hear(n, now)
		}
		var got []string
		for _, k := range p.calls {
			got = append(got, string(k.state)+" "+k.number)
		}
		if d := cmp.Diff(got, c.want); d != "" {
			t.Errorf("%s: left-, want+:\n%s", name, d)
		}
	}
}

func FuzzEvents(f *testing.F) {
	f.Add("incoming 1\nestablished 1\nterminated 1")
	f.Add("outgoing\nestablished\nmissed\nterminated\nterminated")
	f.Fuzz(func(t *testing.T, story string) {
		p, now := newPhone(), time.Unix(1e9, 0)
		l, _ := p.join()
		p.wish("33553434", now)
		ended := map[string]bool{}
		for line := range strings.Lines(story) {
			event, number, _ := strings.Cut(strings.TrimSpace(line), " ")
			p.hear(actionurl.Read(event, map[string][]string{"remote": {number}}), now)
			facts, _ := p.take(l, now)
			for _, f := range facts {
				c := f.(cti.CallFact)
				if c.Ref == "" || ended[c.Ref] {
					t.Errorf("%q: told %+v", story, c)
				}
				ended[c.Ref] = c.State == cti.Ended
			}
			if len(p.calls) > mostCalls {
				t.Errorf("%q: %d calls", story, len(p.calls))
			}
		}
	})
}
