package grandstream

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/grandstream/grandstreamtest"
)

// wish asks a verb of a call in a session that does not run.
func wish(t *testing.T, s cti.Session, a cti.Action[cti.CallIn, cti.CallOut], ref string) error {
	t.Helper()
	target := desk()
	target.Ref = ref
	_, err := cti.Do(t.Context(), s.Actions(), a, target, cti.CallIn{})
	return err
}

func TestVerbsDoWhatTheySayAtThePhone(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	c := p.Ring("1111")
	state := func() grandstreamtest.State { now, _ := p.Call(c.Ref); return now.State }
	for _, step := range []struct {
		verb cti.Action[cti.CallIn, cti.CallOut]
		want grandstreamtest.State
	}{
		{cti.CallAnswer, grandstreamtest.Connected},
		{cti.CallHold, grandstreamtest.OnHold},
		{cti.CallResume, grandstreamtest.Connected},
		{cti.CallHangup, grandstreamtest.Ended},
	} {
		if err := wish(t, s, step.verb, ""); err != nil || state() != step.want {
			t.Errorf("%s: %v, the call is %s", step.verb.Name, err, state())
		}
	}
	c = p.Ring("2222")
	if err := wish(t, s, cti.CallReject, ""); err != nil || state() != grandstreamtest.Ended {
		t.Errorf("reject: %v, the call is %s", err, state())
	}
	var cmds []string
	for _, r := range p.Requests() {
		if _, cmd, ok := strings.Cut(r.URI, "&cmd="); ok {
			cmds = append(cmds, cmd)
		}
	}
	if got, want := strings.Join(cmds, " "), "acceptcall holdcall holdcall endcall rejectcall"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
}

func TestHoldIsPressedOnlyWhereItIsNeeded(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	clock := ctitest.NewClock(time.Unix(1e9, 0))
	s := openSession(t, configOf(p, "admin", nil), ctitest.NewHost(clock))
	c := p.Ring("1111")
	do(t, p.Answer(c.Ref))
	held := func() bool { now, _ := p.Call(c.Ref); return now.State == grandstreamtest.OnHold }

	do(t, p.ToggleHold(c.Ref)) // the agent pressed the key
	if err := wish(t, s, cti.CallHold, ""); err != nil || !held() {
		t.Errorf("hold of a held call: %v, held %v", err, held())
	}
	if err := wish(t, s, cti.CallResume, ""); err != nil || held() {
		t.Errorf("resume: %v, held %v", err, held())
	}
	if n := p.Received(programPhone); n != 1 {
		t.Errorf("pressed %d times, want once", n)
	}
	// The lines of this phone lag behind: a second click must not undo the first.
	lines(p, "connected", "1111")
	for range 2 {
		if err := wish(t, s, cti.CallHold, ""); err != nil {
			t.Error(err)
		}
	}
	if n := p.Received(programPhone); n != 2 || !held() {
		t.Errorf("pressed %d times, held %v", n-1, held())
	}
	if err := wish(t, s, cti.CallResume, ""); err != nil || held() {
		t.Errorf("resume right after: %v, held %v", err, held())
	}
	clock.Advance(toggleSettles) // now the line is believed again
	do(t, wish(t, s, cti.CallResume, ""))
	if n := p.Received(programPhone); n != 3 {
		t.Errorf("pressed %d times, want 3", n)
	}
}

func TestTwoClicksOnHoldAreOnePress(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	do(t, p.Answer(p.Ring("1111").Ref))
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := wish(t, s, cti.CallHold, ""); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if n := p.Received(programPhone); n != 1 {
		t.Errorf("pressed %d times", n)
	}
}

func TestWishThatFitsNoCallIsWrongState(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	wrong := func(a cti.Action[cti.CallIn, cti.CallOut], ref, text string) {
		t.Helper()
		err := wish(t, s, a, ref)
		if !errors.Is(err, cti.WrongState) || cti.MayHaveReached(err) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s of %q: %v, want %q", a.Name, ref, err, text)
		}
	}
	for _, a := range []cti.Action[cti.CallIn, cti.CallOut]{cti.CallAnswer, cti.CallReject, cti.CallHangup, cti.CallHold, cti.CallResume, cti.CallToggleMute} {
		wrong(a, "", "no call at the phone")
		wrong(a, "line1.1.1", "the call is over")
	}
	c := p.Ring("1111")
	wrong(cti.CallHold, "", "no call at the phone")
	do(t, p.Answer(c.Ref))
	list, err := cti.Do(t.Context(), s.Actions(), cti.CallHold, desk(), cti.CallIn{})
	do(t, err)
	wrong(cti.CallAnswer, list.Ref, "the call is held")
	if n := p.Received(programPhone); n != 1 {
		t.Errorf("the phone was asked for %d operations, want the hold only", n)
	}
}

func TestCallOutOfFocusIsLeftToThePerson(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	first := p.Ring("1111")
	do(t, p.Answer(first.Ref))
	w.look()
	parked := w.calls()[0].Ref
	second := p.Ring("2222")
	do(t, p.Answer(second.Ref)) // holds the first
	err := wish(t, w.session, cti.CallHangup, parked)
	if !errors.Is(err, cti.WrongState) || cti.AsError(err).Hint != hintLine {
		t.Errorf("hanging up the held call: %v", err)
	}
	if err := wish(t, w.session, cti.CallHangup, ""); err != nil {
		t.Error(err)
	}
	if c, _ := p.Call(second.Ref); c.State != grandstreamtest.Ended {
		t.Error("the call in focus goes on")
	}
	if err := wish(t, w.session, cti.CallResume, parked); err != nil {
		t.Errorf("the only call left: %v", err)
	}
}

// A telephone system makes the phone dial by the phone's own API; the driver sees digits, and cannot know who typed them.
func TestCallThatIsBeingDialledBySomebodyElseCanBeHungUp(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	c, err := p.Dial("33553434")
	do(t, err)
	w.look()
	w.tells()
	if err := wish(t, w.session, cti.CallHangup, ""); err != nil {
		t.Error(err)
	}
	if c, _ = p.Call(c.Ref); c.State != grandstreamtest.Ended {
		t.Errorf("the call is %s", c.State)
	}
	w.look()
	w.tells()
}

func TestKeysAreSentInOneRequest(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	c := p.Ring("1111")
	do(t, p.Answer(c.Ref))
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CallSendDTMF, desk(), cti.DTMFIn{Digits: "1*#0"}); err != nil {
		t.Error(err)
	}
	do(t, wish(t, s, cti.CallToggleMute, ""))
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CallTransfer, desk(), cti.TransferIn{To: "10006"}); err != nil {
		t.Error(err)
	}
	got, _ := p.Call(c.Ref)
	if got.Digits != "1*#0" || !got.Muted || got.TransferredTo != "10006" || got.State != grandstreamtest.Ended {
		t.Errorf("the phone did %+v", got)
	}
	if n := p.Received(programKeys); n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
}

func TestWhatThePhoneHasNoKeysForIsNotSent(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	do(t, p.Answer(p.Ring("1111").Ref))
	for _, digits := range []string{"A", "1,2", "", strings.Repeat("1", 63)} {
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallSendDTMF, desk(), cti.DTMFIn{Digits: digits})
		if !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
			t.Errorf("%q: %v", digits, err)
		}
	}
	for _, in := range []cti.TransferIn{{To: "+55"}, {To: strings.Repeat("1", 33)}} {
		_, err := cti.Do(t.Context(), s.Actions(), cti.CallTransfer, desk(), in)
		if !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
			t.Errorf("%+v: %v", in, err)
		}
	}
	_, err := cti.Do(t.Context(), s.Actions(), cti.CallTransfer, desk(), cti.TransferIn{To: "10006", Mode: "attended"})
	if !errors.Is(err, cti.Unsupported) || cti.MayHaveReached(err) {
		t.Errorf("attended: %v", err)
	}
	if n := p.Received(programKeys); n > 0 {
		t.Errorf("%d requests", n)
	}
}

func TestPhoneThatCannotBeLookedAtWasNotAsked(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	s := openSession(t, configOf(p, "admin", nil), nil)
	p.DropAfterRead(programLines)
	p.AnswerWith(programLines, says(500, ""))
	err := wish(t, s, cti.CallHangup, "")
	if !errors.Is(err, cti.Unavailable) || cti.MayHaveReached(err) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = cti.Do(ended, s.Actions(), cti.CallHangup, desk(), cti.CallIn{})
	if !errors.Is(err, cti.Canceled) || cti.MayHaveReached(err) {
		t.Errorf("given up: %v", err)
	}
}

func TestRefsOutliveTheSession(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	d := Driver()
	open := func() cti.Session {
		s, err := d.Open(t.Context(), configOf(p, "admin", nil), ctitest.NewHost(nil))
		do(t, err)
		return s
	}
	do(t, p.Answer(p.Ring("1111").Ref))
	first := open()
	one, err := cti.Do(t.Context(), first.Actions(), cti.CallHold, desk(), cti.CallIn{})
	do(t, err)
	do(t, first.Close())
	second := open()
	two, err := cti.Do(t.Context(), second.Actions(), cti.CallResume, desk(), cti.CallIn{})
	do(t, err)
	do(t, second.Close())
	if one.Ref == "" || one.Ref != two.Ref {
		t.Errorf("the call was %q and is %q", one.Ref, two.Ref)
	}
}
