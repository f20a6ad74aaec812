package poll

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ctiagent/cti"
)

// record is what a loop did so far.
type record[T any] struct {
	mu  sync.Mutex
	all []T
}

func (r *record[T]) add(v T) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, v)
	return len(r.all)
}

func (r *record[T]) get() []T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}

// looks runs a loop in a bubble whose looks answer one after another and then wait for a kick.
func looks(t *testing.T, ctx context.Context, answers ...func() (time.Duration, error)) (l *Loop, facts *record[cti.Fact], fresh *record[bool], ended chan error) {
	t.Helper()
	facts, fresh, ended = new(record[cti.Fact]), new(record[bool]), make(chan error, 1)
	l = New(cti.RealClock(), func(f cti.Fact) { facts.add(f) }, func(_ context.Context, f bool) (time.Duration, error) {
		if n := fresh.add(f); n <= len(answers) {
			return answers[n-1]()
		}
		return 0, nil
	})
	go func() { ended <- l.Run(ctx) }()
	return l, facts, fresh, ended
}

func in(d time.Duration) func() (time.Duration, error) {
	return func() (time.Duration, error) { return d, nil }
}

func fails(kind cti.Kind, sent cti.Sent) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		return 0, &cti.Error{Kind: kind, Text: "no way", Sent: sent}
	}
}

func states(facts []cti.Fact) (out []cti.LinkState) {
	for _, f := range facts {
		out = append(out, f.(cti.LinkFact).State)
	}
	return out
}

func same[T comparable](t *testing.T, what string, got []T, want ...T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

func TestLoopLooksWhenItIsTimeOrKicked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l, facts, fresh, ended := looks(t, ctx, in(time.Second), in(time.Second))
		begun := time.Now()
		synctest.Wait()
		same(t, "looks at once", fresh.get(), true)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		same(t, "looks by time", fresh.get(), true, false, false)
		time.Sleep(time.Hour)
		synctest.Wait()
		same(t, "looks without a time", fresh.get(), true, false, false)
		l.Kick()
		synctest.Wait()
		same(t, "looks when kicked", fresh.get(), true, false, false, false)
		if time.Since(begun) != time.Hour+2*time.Second {
			t.Fatal("the kick took time")
		}
		same(t, "links", states(facts.get()), cti.LinkConnecting, cti.LinkConnected)
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}

func TestLoopBacksOffDeafAndBeginsAfresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l, facts, fresh, ended := looks(t, ctx, in(time.Second), fails(cti.Unavailable, cti.NotSent), fails(cti.Unavailable, cti.NotSent))
		time.Sleep(time.Second)
		synctest.Wait()
		l.Kick()
		synctest.Wait()
		same(t, "looks while it waits", fresh.get(), true, false)
		time.Sleep(time.Minute)
		synctest.Wait()
		// The kick of meanwhile is kept, and costs one more look once all is well again.
		same(t, "looks after the waits", fresh.get(), true, false, true, true, false)
		same(t, "links", states(facts.get()), cti.LinkConnecting, cti.LinkConnected, cti.LinkDegraded, cti.LinkConnected)
		if f := facts.get()[2].(cti.LinkFact); f.Detail != "no way" || f.DetailID != "vendors.link.unreachable" {
			t.Errorf("degraded with %+v", f)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
	})
}

func TestLoopStopsWhenItIsNotLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, fresh, ended := looks(t, t.Context(), fails(cti.Unauthorized, cti.CertainSent))
		if err := <-ended; !errors.Is(err, cti.Unauthorized) {
			t.Fatalf("got %v", err)
		}
		same(t, "looks", fresh.get(), true)
	})
}

func TestPausesGrowAndNoTwoDesksHaveTheSame(t *testing.T) {
	one, other := NewPauses(), NewPauses()
	alike := 0
	for i := range 20 {
		a, b := one.NextBackOff(), other.NextBackOff()
		if a == b {
			alike++
		}
		usual := min(firstRetry<<min(i, 10), lastRetry)
		for _, d := range []time.Duration{a, b} {
			if d < usual/2 || d > usual*3/2 {
				t.Errorf("pause %d is %s, around %s is meant", i, d, usual)
			}
		}
	}
	if alike > 2 {
		t.Errorf("%d of 20 pauses are alike: after a break all desks would come back at once", alike)
	}
}
