package totalip

import (
	"context"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
)

func desk() cti.Target { return cti.Target{Agent: "5", Extension: lawExtension} }

// openSession opens a session on a clock that tests move; nil is the system's own.
func openSession(t *testing.T, cfg cti.Config, clock cti.Clock) cti.Session {
	t.Helper()
	host := ctitest.NewHost(clock)
	host.SetDesk(desk())
	s, err := Driver().Open(t.Context(), cfg, host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// run is one Run whose facts a test reads in order.
type run struct {
	t     *testing.T
	facts chan cti.Fact
}

func start(t *testing.T, s cti.Session) *run {
	t.Helper()
	r := &run{t: t, facts: make(chan cti.Fact, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, func(f cti.Fact) { r.facts <- f }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return r
}

// next is the next fact that is not about the link.
func (r *run) next() cti.Fact {
	r.t.Helper()
	for {
		f := r.any()
		if _, link := f.(cti.LinkFact); !link {
			return f
		}
	}
}

func (r *run) any() cti.Fact {
	r.t.Helper()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	select {
	case f := <-r.facts:
		return f
	case <-late.C:
		r.t.Fatal("no fact came")
		return nil
	}
}

// until reads facts up to the link state.
func (r *run) until(state cti.LinkState) (link cti.LinkFact, before []cti.Fact) {
	r.t.Helper()
	for {
		f := r.any()
		if l, ok := f.(cti.LinkFact); ok && l.State == state {
			return l, before
		}
		before = append(before, f)
	}
}

// none fails when a fact has come that nobody read.
func (r *run) none() {
	r.t.Helper()
	select {
	case f := <-r.facts:
		r.t.Errorf("an unexpected fact: %+v", f)
	default:
	}
}
