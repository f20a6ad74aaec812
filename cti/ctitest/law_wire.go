package ctitest

import (
	"context"
	"errors"
	"testing"

	"ctiagent/cti"
)

func checkPassword(t testing.TB, s Subject) {
	t.Helper()
	closed := func(_ *world, o Sample) bool { return o.Wire != "" && !o.Open && !o.OnCall && len(o.After) == 0 }
	each(t, s, closed, func(w *world, sample Sample) {
		session, err := w.tryOpen(w.sim.WrongConfig())
		if err == nil {
			_, err = w.do(session, w.sim.Target(), sample)
		}
		if errors.Is(err, cti.Unavailable) {
			// A driver that speaks over its link alone learns from there.
			r := w.run(session)
			r.wait("word of a link that is not let in", func() bool { return down(r.link()) || r.isDone() })
			_, err = w.do(session, w.sim.Target(), sample)
		}
		if !errors.Is(err, cti.Unauthorized) {
			t.Errorf("%s with a wrong password answered %v, want unauthorized", sample.Name, err)
		}
		times := map[string]int{}
		for _, name := range w.sim.Requests() {
			times[name]++
			if times[name] == 2 {
				t.Errorf("%s with a wrong password sent %s again", sample.Name, name)
			}
		}
		if len(times) == 0 {
			t.Errorf("%s with a wrong password asked nobody", sample.Name)
		}
	})
}

func (r *watch) isDone() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.returned
}

func checkOnce(t testing.TB, s Subject) {
	t.Helper()
	each(t, s, acts, func(w *world, sample Sample) {
		r := w.start()
		target := w.prepare(r, sample)
		before := w.sent(sample.Wire)
		if _, err := w.do(r.session, target, sample); err != nil {
			t.Errorf("%s: %v", sample.Name, err)
		}
		w.close(r.session)
		if n := w.sent(sample.Wire) - before; n != 1 {
			t.Errorf("%s sent %s %d times, want once", sample.Name, sample.Wire, n)
		}
	})
	each(t, s, acts, func(w *world, sample Sample) {
		r := w.start()
		target := w.prepare(r, sample)
		w.warm(r)
		before := w.sent(sample.Wire)
		w.sim.DropAfterRead(sample.Wire)
		_, err := w.do(r.session, target, sample)
		var e *cti.Error
		if !errors.As(err, &e) || !cti.MayHaveReached(err) {
			t.Errorf("%s, its connection dead before the answer, answered %v, want an error that says it may have been sent", sample.Name, err)
		}
		w.close(r.session)
		if n := w.sent(sample.Wire) - before; n != 1 {
			t.Errorf("%s, its connection dead before the answer, sent %s %d times, want once", sample.Name, sample.Wire, n)
		}
	})
	if _, linkless := s.Waivers[LawLink]; linkless {
		return
	}
	each(t, s, acts, func(w *world, sample Sample) {
		r := w.start()
		target := w.prepare(r, sample)
		before, from := w.sent(sample.Wire), len(r.told())
		w.sim.CutLink()
		r.wait("word of the cut link", func() bool { return down(r.link()) })
		_, err := w.do(r.session, target, sample)
		w.sim.RestoreLink()
		r.wait("a connected link and a fresh snapshot", func() bool {
			return r.link() == cti.LinkConnected && freshSnapshot(r.told()[from:])
		})
		w.warm(r)
		w.close(r.session)
		n := w.sent(sample.Wire) - before
		if n > 1 {
			t.Errorf("%s, while the link was cut, sent %s %d times", sample.Name, sample.Wire, n)
		}
		if n > 0 && err != nil && !cti.MayHaveReached(err) {
			t.Errorf("%s said it was not sent (%v), and was sent", sample.Name, err)
		}
	})
}

// warm uses the driver's connections, so that the next request meets one that
// is open already: the case in which a client may send again by itself.
func (w *world) warm(r *watch) {
	w.t.Helper()
	for _, s := range w.sim.Samples() {
		if w.effect(s) == cti.Observe && !s.OnCall && len(s.After) == 0 {
			for range 2 {
				if _, err := w.do(r.session, w.sim.Target(), s); err != nil {
					w.t.Errorf("%s: %v", s.Name, err)
				}
			}
			return
		}
	}
}

func checkSecret(t testing.TB, s Subject) {
	t.Helper()
	spill(t, "the driver's description", s.Driver)
	takesSecret := false
	for _, o := range s.Driver.Options {
		takesSecret = takesSecret || o.Secret
	}
	asked := func(w *world, o Sample) bool { return true }
	each(t, s, asked, func(w *world, sample Sample) {
		if takesSecret && !leaks(joined(w.sim.Config().Values)) {
			t.Fatal("the simulator's configuration carries no canary")
		}
		r := w.start()
		target := w.prepare(r, sample)
		w.spillAnswer(r.session, target, sample)
		if sample.Wire != "" {
			w.sim.DropAfterRead(sample.Wire)
			w.spillAnswer(r.session, target, sample)
		}
		w.spillCut(r, target, sample)
		w.spillFacts(r)
		spill(t, "the log", w.host.LogText())
	})
	each(t, s, asked, func(w *world, sample Sample) {
		session, err := w.tryOpen(w.sim.WrongConfig())
		spill(t, "the error of Open", err)
		if err == nil {
			r := w.run(session)
			w.spillAnswer(session, w.sim.Target(), sample)
			r.cancel()
			w.in("Run, its context ended,", func(context.Context) { <-r.done })
			spill(t, "the error of Run", r.err)
			w.spillFacts(r)
		}
		spill(t, "the log", w.host.LogText())
	})
}

// spillCut looks at what a driver says while its link is cut.
func (w *world) spillCut(r *watch, target cti.Target, s Sample) {
	w.t.Helper()
	w.sim.CutLink()
	if _, linkless := w.s.Waivers[LawLink]; !linkless {
		r.wait("word of the cut link", func() bool { return down(r.link()) })
	}
	w.spillAnswer(r.session, target, s)
}

func (w *world) spillAnswer(session cti.Session, target cti.Target, s Sample) {
	w.t.Helper()
	out, err := w.do(session, target, s)
	spill(w.t, "the answer of "+s.Name, out)
	spill(w.t, "the error of "+s.Name, err)
	if _, live := out.(cti.Live); live {
		return // it would not end, and what it tells the facts tell too
	}
	if stream, ok := out.(cti.Pieces); ok && err == nil {
		for piece, err := range stream.Pieces() {
			spill(w.t, "a piece of "+s.Name, piece)
			spill(w.t, "the error of a piece of "+s.Name, err)
		}
	}
}

func (w *world) spillFacts(r *watch) {
	w.t.Helper()
	for _, f := range r.told() {
		spill(w.t, "a fact", f)
	}
}
