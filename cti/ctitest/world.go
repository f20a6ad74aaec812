package ctitest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
)

// world is a fresh simulator with a host, and the sessions opened on them.
type world struct {
	t    testing.TB
	s    Subject
	sim  Sim
	host *Host
	pace *pace
}

func newWorld(t testing.TB, s Subject) *world {
	t.Helper()
	if s.Patience == 0 {
		s.Patience = 10 * time.Second
	}
	if s.Speed == 0 {
		s.Speed = 10
	}
	w := &world{t: t, s: s, pace: newPace(s.Speed)}
	w.host = NewHost(w.pace)
	w.sim = s.New(t, w.host)
	w.host.SetDesk(w.sim.Target())
	return w
}

// each makes a fresh world for every sample that fits.
func each(t testing.TB, s Subject, fits func(*world, Sample) bool, do func(*world, Sample)) {
	t.Helper()
	first := newWorld(t, s)
	tried := 0
	for i, sample := range first.sim.Samples() {
		if !fits(first, sample) {
			continue
		}
		tried++
		w := newWorld(t, s)
		do(w, w.sim.Samples()[i])
	}
	if tried == 0 {
		t.Fatal("the simulator has no sample this law could try")
	}
}

// in gives f the subject's patience and fails the test when it takes longer.
func (w *world) in(what string, f func(ctx context.Context)) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	timeout := time.NewTimer(w.s.Patience)
	defer timeout.Stop()
	select {
	case <-done:
	case <-timeout.C:
		w.t.Fatalf("%s has not returned", what)
	}
}

// until waits for a condition nobody announces.
func (w *world) until(cond func() bool) bool {
	deadline := time.NewTimer(w.s.Patience)
	defer deadline.Stop()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for !cond() {
		select {
		case <-again.C:
		case <-deadline.C:
			return cond()
		}
	}
	return true
}

// tryOpen opens a session that is closed when the test ends.
func (w *world) tryOpen(cfg cti.Config) (cti.Session, error) {
	w.t.Helper()
	var (
		session cti.Session
		err     error
	)
	w.in("Open", func(context.Context) { session, err = w.s.Driver.Open(w.t.Context(), cfg, w.host) })
	if err == nil && session == nil {
		w.t.Fatal("Open answered neither a session nor an error")
	}
	if session != nil {
		w.t.Cleanup(func() {
			w.in("Close", func(context.Context) { _ = session.Close() })
		})
	}
	return session, err
}

func (w *world) open() cti.Session {
	w.t.Helper()
	session, err := w.tryOpen(w.sim.Config())
	if err != nil {
		w.t.Fatalf("Open: %v", err)
	}
	return session
}

// start opens a session and runs it until its snapshot has come.
func (w *world) start() *watch {
	w.t.Helper()
	r := w.run(w.open())
	r.wait("a snapshot", func() bool { return r.count(isSnapshot) > 0 })
	return r
}

func (w *world) close(s cti.Session) {
	w.t.Helper()
	var err error
	w.in("Close", func(context.Context) { err = s.Close() })
	if err != nil {
		w.t.Errorf("Close: %v", err)
	}
}

// ring lets a customer call and the agent answer, and waits for both to show.
func (w *world) ring(r *watch, number string) (Call, *cti.Call) {
	w.t.Helper()
	c := w.sim.Ring(number)
	if c == nil {
		w.t.Fatal("this simulator shows no calls")
	}
	c.Answer()
	r.wait("the answered call of "+number, func() bool { return r.connected(number) != nil })
	return c, r.connected(number)
}

// prepare does what must be done before a sample, and answers its target.
func (w *world) prepare(r *watch, s Sample) cti.Target {
	w.t.Helper()
	target := w.sim.Target()
	if s.OnCall {
		_, c := w.ring(r, "11987654321")
		target.Ref = c.RefOf(w.s.Driver.Name)
	}
	for _, name := range s.After {
		i := slices.IndexFunc(w.sim.Samples(), func(o Sample) bool { return o.Name == name })
		if i < 0 {
			w.t.Fatalf("the sample %s comes after %s, which is no sample", s.Name, name)
		}
		if _, err := w.do(r.session, target, w.sim.Samples()[i]); err != nil {
			w.t.Fatalf("%s, before %s: %v", name, s.Name, err)
		}
	}
	return target
}

// do calls a sample's function and waits for its answer.
func (w *world) do(session cti.Session, target cti.Target, s Sample) (out any, err error) {
	w.t.Helper()
	w.in(s.Name, func(ctx context.Context) { out, err = w.call(ctx, session, target, s) })
	return out, err
}

func (w *world) call(ctx context.Context, session cti.Session, target cti.Target, s Sample) (any, error) {
	in := s.In
	if in == nil {
		info, ok := session.Actions().Info(s.Name)
		if !ok {
			return nil, fmt.Errorf("the sample %s names no function of the session", s.Name)
		}
		in = info.NewIn()
	}
	return session.Actions().Call(ctx, s.Name, target, in, nil)
}

// effect is what a sample's function does, as the driver declares it.
func (w *world) effect(s Sample) cti.Effect {
	for _, f := range w.s.Driver.Functions {
		if f.Name == s.Name {
			return f.Effect
		}
	}
	return ""
}

// wired fits samples that make a request.
func wired(_ *world, s Sample) bool { return s.Wire != "" }

// acts fits samples that make a request which must not be made twice.
func acts(w *world, s Sample) bool { return s.Wire != "" && w.effect(s) != cti.Observe }

// sent is how many requests of that name the simulator has read.
func (w *world) sent(wire string) (n int) {
	for _, r := range w.sim.Requests() {
		if r == wire {
			n++
		}
	}
	return n
}
