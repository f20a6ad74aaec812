package ctitest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ctiagent/cti"
)

// Clock is a [cti.Clock] that stands still until [Clock.Advance] moves it. It
// may be used from any goroutine.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	timers  []*timer      // pending, in the order they were made
	changed chan struct{} // closed and replaced whenever timers changes
}

type timer struct {
	due time.Time
	f   func()
}

var _ cti.Clock = (*Clock)(nil)

// NewClock is a clock that shows start.
func NewClock(start time.Time) *Clock {
	return &Clock{now: start, changed: make(chan struct{})}
}

// Now is the time the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc keeps f until the clock has been moved by d. Without waiting time
// (d is zero or less) f starts at once, in its own goroutine.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d <= 0 {
		go f()
		return func() bool { return false }
	}
	t := &timer{due: c.now.Add(d), f: f}
	c.timers = append(c.timers, t)
	c.tell()
	return func() bool { return c.stop(t) }
}

func (c *Clock) stop(t *timer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.timers, t)
	if i < 0 {
		return false
	}
	c.timers = slices.Delete(c.timers, i, i+1)
	c.tell()
	return true
}

// tell wakes whoever waits for a number of timers.
func (c *Clock) tell() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// Advance moves the clock by d and starts every function that has become due,
// each in its own goroutine, the earliest first. It does not wait for them to
// end; what they schedule counts from the new time.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	var due, later []*timer
	for _, t := range c.timers {
		if t.due.After(c.now) {
			later = append(later, t)
		} else {
			due = append(due, t)
		}
	}
	slices.SortStableFunc(due, func(a, b *timer) int { return a.due.Compare(b.due) })
	for _, t := range due {
		go t.f()
	}
	c.timers = later
	c.tell()
}

// Jump sets the clock by d, which may be negative, as somebody does who sets the
// time of a computer: nothing becomes due sooner or later for it.
func (c *Clock) Jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, t := range c.timers {
		t.due = t.due.Add(d)
	}
}

// Waiters is the number of functions that wait for their time.
func (c *Clock) Waiters() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.timers)
}

// Next is how far the clock must be moved for the earliest waiting function to
// start; ok is false when none waits.
func (c *Clock) Next() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.timers {
		if w := t.due.Sub(c.now); !ok || w < d {
			d, ok = w, true
		}
	}
	return d, ok
}

// BlockUntil returns as soon as at least n functions wait for their time, so
// that a test moves the clock only once the code under test has gone to wait.
// The error says how many waited when ctx ended.
func (c *Clock) BlockUntil(ctx context.Context, n int) error {
	for {
		c.mu.Lock()
		have, changed := len(c.timers), c.changed
		c.mu.Unlock()
		if have >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d timers were waiting: %w", have, n, ctx.Err())
		}
	}
}
