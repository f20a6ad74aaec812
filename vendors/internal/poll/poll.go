// Package poll looks at a vendor again and again for drivers that nothing tells of events.
package poll

import (
	"context"
	"errors"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstRetry = 500 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Look asks the vendor once and emits what has changed. With fresh it emits a whole snapshot before anything else. It
// answers how long to wait before the next look; 0 waits for a kick. An error means that the vendor could not be asked;
// after a fresh look that failed, the next one is fresh again.
type Look func(ctx context.Context, fresh bool) (next time.Duration, err error)

// Loop is one polling loop.
type Loop struct {
	clock cti.Clock
	emit  func(cti.Fact)
	look  Look
	kick  chan struct{}

	mu   sync.Mutex
	last cti.LinkFact
}

// New makes a loop that looks by the given clock and tells of its link through emit.
func New(clock cti.Clock, emit func(cti.Fact), look Look) *Loop {
	return &Loop{clock: clock, emit: emit, look: look, kick: make(chan struct{}, 1)}
}

// Kick asks for a look now: something has happened that a look would show. It never blocks.
func (l *Loop) Kick() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// Run looks until ctx ends, which it answers with nil, or until the vendor says that it does not let us in, which asking
// again could only make worse. After other errors it waits, longer each time and never exactly as long as another desk.
func (l *Loop) Run(ctx context.Context) error {
	pauses := NewPauses()
	l.tell(cti.LinkFact{State: cti.LinkConnecting})
	for fresh := true; ctx.Err() == nil; {
		next, err := l.look(ctx, fresh)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, cti.Unauthorized):
			return err
		case err != nil:
			fresh, next = true, pauses.NextBackOff()
			l.tell(cti.LinkFact{State: cti.LinkDegraded, Detail: cti.AsError(err).Text, DetailID: fault.DetailID(err)})
		default:
			fresh = false
			pauses.Reset()
			l.tell(cti.LinkFact{State: cti.LinkConnected})
		}
		l.wait(ctx, next, err != nil)
	}
	return nil
}

// wait waits for the time, for a kick, or for the end. While the vendor cannot be asked a kick does not shorten the wait:
// clicks of an impatient person must not become a storm.
func (l *Loop) wait(ctx context.Context, next time.Duration, deaf bool) {
	var due chan struct{}
	if next > 0 {
		due = make(chan struct{})
		defer l.clock.AfterFunc(next, func() { close(due) })()
	}
	kick := l.kick
	if deaf {
		kick = nil
	}
	select {
	case <-due:
	case <-kick:
	case <-ctx.Done():
	}
}

// tell emits the link when it differs from what was told before.
func (l *Loop) tell(f cti.LinkFact) {
	l.mu.Lock()
	same := l.last == f
	l.last = f
	l.mu.Unlock()
	if !same {
		l.emit(f)
	}
}

// NewPauses makes the growing waits between two attempts: each about twice the last, and none exactly as long as another
// desk's.
func NewPauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval, b.Multiplier, b.RandomizationFactor = firstRetry, lastRetry, 2, 0.5
	b.Reset()
	return b
}
