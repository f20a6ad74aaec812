package ctitest

import (
	"context"
	"testing"

	"ctiagent/cti"
)

const (
	someone = "11987654321"
	another = "11976543210"
	third   = "1133553434"
)

func checkSnapshot(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	r.snapshotFirst()
	r.stop()
	again := w.run(r.session)
	again.wait("a snapshot of the second Run", func() bool { return again.count(isSnapshot) > 0 })
	again.snapshotFirst()
	if c := w.sim.Ring(someone); c != nil {
		// A driver that tells of calls as they come must have seen this one
		// before Run can be said to begin with a snapshot.
		c.Answer()
		r := w.start()
		r.wait("the call that was there first", func() bool { return r.connected(someone) != nil })
		r.snapshotFirst()
	}
}

// snapshotFirst complains about what came before the snapshot.
func (r *watch) snapshotFirst() {
	r.w.t.Helper()
	for _, f := range r.told() {
		if isSnapshot(f) {
			return
		}
		if !isLink(f) {
			r.w.t.Errorf("before the snapshot came %s", describe(f))
			return
		}
	}
}

func checkRefs(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	var refs []string
	for _, number := range []string{someone, another} {
		call, c := w.ring(r, number)
		ref := c.RefOf(s.Driver.Name)
		refs = append(refs, ref)
		call.Hangup()
		r.wait("the end of the call "+ref, func() bool { return !r.live(ref) })
	}
	if refs[0] == refs[1] {
		t.Errorf("two calls have the same ref %q", refs[0])
	}
	for _, f := range callFacts(r.told()) {
		switch f.Ref {
		case "":
			t.Errorf("a call without a ref: %+v", f)
		case refs[0], refs[1]:
		default:
			t.Errorf("two calls have a third ref, %q after %q", f.Ref, refs)
			return
		}
	}
}

func checkEnds(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	call, c := w.ring(r, someone)
	call.Hangup()
	ref := c.RefOf(s.Driver.Name)
	r.wait("the end of the call "+ref, func() bool { return !r.live(ref) })
	missed := w.sim.Ring(another)
	missed.Hangup()
	// What a driver tells twice it has told by the time it tells of the next.
	last, c := w.ring(r, third)
	last.Hangup()
	r.wait("the end of the last call", func() bool { return !r.live(c.RefOf(s.Driver.Name)) })
	ended := map[string]bool{}
	for _, f := range callFacts(r.told()) {
		if ended[f.Ref] {
			t.Errorf("told after its end: %+v", f)
		}
		ended[f.Ref] = ended[f.Ref] || f.State == cti.Ended
	}
	if left := r.folded().Calls; len(left) > 0 {
		t.Errorf("the call %s of %s has not ended", left[0].Ref, left[0].Remote.Raw)
	}
}

func checkSilence(t testing.TB, s Subject) {
	t.Helper()
	for what, end := range map[string]func(*world, *watch){
		"its context ended": func(_ *world, r *watch) { r.stop() },
		"Close":             func(w *world, r *watch) { w.close(r.session); r.ended("Run, its session closed,") },
	} {
		w := newWorld(t, s)
		r := w.start()
		call := w.sim.Ring(someone)
		if call != nil {
			call.Answer()
		}
		end(w, r)
		t.Cleanup(func() { // after the simulator's own end, and the session's
			for _, late := range r.lateFacts() {
				t.Errorf("after %s: %s", what, late)
			}
		})
		if call == nil {
			continue
		}
		// What follows is told to others, and they see it: then the first
		// session had its chance to talk too much.
		call.Hangup()
		other := w.start()
		w.ring(other, another)
		w.in("Close", func(context.Context) { _ = r.session.Close() })
		for _, late := range r.lateFacts() {
			t.Errorf("after %s: %s", what, late)
		}
	}
}
