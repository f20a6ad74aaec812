package ctitest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestClockRunsOnlyWhatIsDue(t *testing.T) {
	c := ctitest.NewClock(noon)
	ran := make(chan string, 3)
	c.AfterFunc(2*time.Second, func() { ran <- "two" })
	c.AfterFunc(time.Second, func() { ran <- "one" })
	c.Advance(time.Second)
	if got := receive(t, ran); got != "one" {
		t.Fatalf("%q ran first", got)
	}
	if n := c.Waiters(); n != 1 {
		t.Fatalf("%d wait, want 1", n)
	}
	if d, ok := c.Next(); !ok || d != time.Second {
		t.Fatalf("next in %v, %v", d, ok)
	}
	if !c.Now().Equal(noon.Add(time.Second)) {
		t.Fatalf("the clock shows %v", c.Now())
	}
	c.Advance(time.Second)
	if got := receive(t, ran); got != "two" {
		t.Fatalf("%q ran second", got)
	}
	if _, ok := c.Next(); ok {
		t.Fatal("nothing waits any more")
	}
}

func TestStoppedTimerNeverRuns(t *testing.T) {
	c := ctitest.NewClock(noon)
	ran := make(chan string, 2)
	stop := c.AfterFunc(time.Second, func() { ran <- "stopped" })
	c.AfterFunc(time.Second, func() { ran <- "kept" })
	if !stop() || stop() {
		t.Fatal("the first stop prevents the run, the second has nothing to prevent")
	}
	c.Advance(time.Hour)
	if got := receive(t, ran); got != "kept" {
		t.Fatalf("%q ran", got)
	}
	select {
	case got := <-ran:
		t.Fatalf("%q ran too", got)
	default:
	}
}

func TestTimerWithoutWaitingTimeRunsAtOnce(t *testing.T) {
	ran := make(chan string, 1)
	stop := ctitest.NewClock(noon).AfterFunc(0, func() { ran <- "now" })
	receive(t, ran)
	if stop() {
		t.Fatal("what has run cannot be prevented")
	}
}

func TestBlockUntilSeesAWaiterComeAndSaysHowManyThereWere(t *testing.T) {
	c := ctitest.NewClock(noon)
	done := make(chan error, 1)
	go func() { done <- cti.Wait(soon(t), c, time.Minute) }()
	if err := c.BlockUntil(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Minute)
	if err := receive(t, done); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.BlockUntil(ended, 1); !errors.Is(err, context.Canceled) || err.Error() != "0 of 1 timers were waiting: context canceled" {
		t.Fatalf("got %v", err)
	}
}

func TestWaitEndsWithItsContextAndLeavesNoTimer(t *testing.T) {
	c := ctitest.NewClock(noon)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- cti.Wait(ctx, c, time.Minute) }()
	if err := c.BlockUntil(soon(t), 1); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := receive(t, done); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if n := c.Waiters(); n != 0 {
		t.Fatalf("%d timers left", n)
	}
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-soon(t).Done():
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func TestJumpOfTheClockMakesNothingDue(t *testing.T) {
	c := ctitest.NewClock(time.Unix(1e9, 0))
	ran := make(chan struct{})
	c.AfterFunc(time.Minute, func() { close(ran) })
	for _, d := range []time.Duration{24 * time.Hour, -25 * time.Hour} {
		c.Jump(d)
		if left, ok := c.Next(); !ok || left != time.Minute {
			t.Errorf("after a jump by %s it waits for %s, %v", d, left, ok)
		}
	}
	c.Advance(time.Minute)
	<-ran
}
