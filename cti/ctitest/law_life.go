package ctitest

import (
	"context"
	"errors"
	"testing"

	"ctiagent/cti"

	"go.uber.org/goleak"
)

func checkCancel(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	r.stop()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	w.in("Run with an ended context", func(context.Context) {
		if err := r.session.Run(ended, func(cti.Fact) {}); err != nil {
			t.Errorf("Run with an ended context answered %v, want nil", err)
		}
	})
	cut := newWorld(t, s)
	r = cut.start()
	cut.sim.CutLink()
	r.stop()
	each(t, s, wired, func(w *world, sample Sample) {
		r := w.start()
		err := w.hangAndCancel(r, w.prepare(r, sample), sample)
		if !errors.Is(err, cti.Canceled) {
			t.Errorf("%s, canceled, answered %v, want canceled", sample.Name, err)
		} else if w.effect(sample) != cti.Observe && !cti.MayHaveReached(err) {
			t.Errorf("%s, canceled after it was sent, says it was not sent", sample.Name)
		}
	})
}

// hangAndCancel calls a sample, cancels it once the simulator has read its
// request, and answers its error.
func (w *world) hangAndCancel(r *watch, target cti.Target, s Sample) (err error) {
	w.t.Helper()
	w.in(s.Name+", canceled,", func(ctx context.Context) {
		for {
			read := w.sim.HangAfterRead(s.Wire)
			ctx, cancel := context.WithCancel(ctx)
			done := make(chan error, 1)
			go func() {
				_, err := w.call(ctx, r.session, target, s)
				done <- err
			}()
			select {
			case <-read:
			case err = <-done:
				cancel()
				select {
				case <-read: // it was the driver's own request that hung
					continue
				default:
					return
				}
			}
			cancel()
			if err = <-done; err == nil && w.effect(s) == cti.Observe {
				continue // likewise
			}
			return
		}
	})
	return err
}

func checkClose(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	second := make(chan error, 1)
	go func() { second <- r.session.Close() }()
	w.close(r.session)
	w.in("the second Close", func(context.Context) {
		if err := <-second; err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})
	r.ended("Run, its session closed,")
	w.close(r.session)
	idle := w.open()
	w.close(idle)
	w.close(idle)
}

func checkLeaks(t testing.TB, s Subject) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	var w *world
	t.Cleanup(func() { // runs last, when the simulator has ended
		var err error
		if w != nil && !w.until(func() bool { err = goleak.Find(before); return err == nil }) {
			t.Errorf("after Close: %v", err)
		}
	})
	w = newWorld(t, s)
	busy := w.start()
	for _, sample := range w.sim.Samples() {
		if len(sample.After) == 0 && !sample.OnCall {
			if _, err := w.do(busy.session, w.sim.Target(), sample); err != nil {
				t.Errorf("%s: %v", sample.Name, err)
			}
			break
		}
	}
	if c := w.sim.Ring(someone); c != nil {
		c.Answer()
	}
	idle := w.open()
	w.sim.CutLink()
	if _, linkless := s.Waivers[LawLink]; !linkless {
		busy.wait("word of the cut link", func() bool { return down(busy.link()) })
	}
	w.close(busy.session)
	w.close(idle)
	busy.ended("Run, its session closed,")
	if !w.until(func() bool { return w.pace.waiters() == 0 }) {
		t.Errorf("after Close %d timers are left", w.pace.waiters())
	}
}

func down(l cti.LinkState) bool { return l == cti.LinkDegraded || l == cti.LinkDisconnected }

func checkLink(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	r.wait("a connected link", func() bool { return r.link() == cti.LinkConnected })

	call, c := w.ring(r, someone)
	ghost := c.RefOf(s.Driver.Name)
	w.interrupt(r, call.Hangup)
	r.wait("the end of the call that ended while the link was cut", func() bool { return !r.live(ghost) })

	_, c = w.ring(r, another)
	kept := c.RefOf(s.Driver.Name)
	w.interrupt(r, func() {})
	if !r.live(kept) {
		t.Errorf("the call %s went on while the link was cut, and is gone; told so far:%s", kept, r.story())
	}
}

// interrupt cuts the link, lets the PBX do something, and waits until link and
// snapshot are back.
func (w *world) interrupt(r *watch, meanwhile func()) {
	w.t.Helper()
	from := len(r.told())
	w.sim.CutLink()
	r.wait("word of the cut link", func() bool { return down(r.link()) })
	meanwhile()
	w.sim.RestoreLink()
	r.wait("a connected link and a fresh snapshot", func() bool {
		return r.link() == cti.LinkConnected && freshSnapshot(r.told()[from:])
	})
	connected := false
	for _, f := range r.told()[from:] {
		switch f := f.(type) {
		case cti.LinkFact:
			connected = f.State == cti.LinkConnected
		case cti.SnapshotFact:
			return
		case cti.CallFact, cti.AgentFact:
			if connected {
				w.t.Errorf("after the reconnect and before its snapshot came %s", describe(f))
			}
		}
	}
}

// freshSnapshot says whether a snapshot has come since the link was down.
func freshSnapshot(facts []cti.Fact) (fresh bool) {
	cut := false
	for _, f := range facts {
		switch f := f.(type) {
		case cti.LinkFact:
			if down(f.State) {
				cut, fresh = true, false
			}
		case cti.SnapshotFact:
			fresh = cut
		}
	}
	return fresh
}
