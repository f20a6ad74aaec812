package feed

import (
	"context"
	"errors"
	"iter"
	"testing"
	"time"

	"ctiagent/cti"
)

func TestEveryListenerHearsWhatIsToldFromThenOn(t *testing.T) {
	var f Feed[int]
	f.Tell(1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	one, two := f.Listen(ctx, "op"), f.Listen(ctx, "op")
	f.Tell(2)
	f.Tell(3)
	for name, l := range map[string]cti.Feed[int]{"one": one, "two": two} {
		next, stop := iter.Pull2(iter.Seq2[int, error](l))
		for _, want := range []int{2, 3} {
			if got, err, ok := next(); got != want || err != nil || !ok {
				t.Errorf("%s heard %d, %v, %v, want %d", name, got, err, ok, want)
			}
		}
		stop()
	}
	if len(f.listeners) != 0 {
		t.Errorf("%d listeners are left", len(f.listeners))
	}
}

func TestWhoIsTooSlowIsToldAndHoldsUpNobody(t *testing.T) {
	var f Feed[int]
	slow := f.Listen(t.Context(), "vendor.A")
	for i := range Held + 1 {
		f.Tell(i)
	}
	heard, last := 0, error(nil)
	for _, err := range slow {
		if last = err; err == nil {
			heard++
		}
	}
	if heard != Held || !errors.Is(last, cti.Unavailable) {
		t.Errorf("heard %d, then %v", heard, last)
	}
}

func TestListeningEndsWithItsContextAndWithTheFeed(t *testing.T) {
	var f Feed[int]
	ctx, cancel := context.WithCancel(t.Context())
	l := f.Listen(ctx, "op")
	unread := f.Listen(ctx, "op")
	cancel()
	hears(t, l)
	_ = unread
	l = f.Listen(t.Context(), "op")
	f.Close()
	f.Close()
	hears(t, l)
	hears(t, f.Listen(t.Context(), "op"))
	deadline, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	for left := -1; left != 0; {
		f.mu.Lock()
		left = len(f.listeners)
		f.mu.Unlock()
		if deadline.Err() != nil {
			t.Fatalf("%d listeners are left", left)
		}
	}
}

// hears nothing, and ends without an error.
func hears(t *testing.T, l cti.Feed[int]) {
	t.Helper()
	for piece, err := range l {
		t.Errorf("heard %d, %v after the end", piece, err)
	}
}
