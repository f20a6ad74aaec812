// Package life keeps the running half of a driver's session: one Run at a time, and a Close that ends it.
package life

import (
	"context"
	"errors"
	"sync"
)

// ErrRunning is what a second Run at the same time is answered.
var ErrRunning = errors.New("the session runs already")

// Life is ready to use. It must not be copied.
type Life struct {
	mu     sync.Mutex
	closed bool
	stop   context.CancelFunc // ends Run; nil while it does not run
	ran    chan struct{}      // closed when the latest Run has returned
}

// Run runs f until it returns, and ends its context when ctx ends or Close is called. After Close it does nothing. What
// f returns after it was asked to stop is nobody's concern, and Run returns nil.
func (l *Life) Run(ctx context.Context, f func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ran := make(chan struct{})
	l.mu.Lock()
	switch {
	case l.closed:
		l.mu.Unlock()
		return nil
	case l.stop != nil:
		l.mu.Unlock()
		return ErrRunning
	}
	l.stop, l.ran = cancel, ran
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.stop = nil
		l.mu.Unlock()
		close(ran)
	}()
	if err := f(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// Close ends Run and waits for it, so it must not be called from inside Run. It may be called twice; first says whether
// this call was the first, for who has more to let go of.
func (l *Life) Close() (first bool) {
	l.mu.Lock()
	first = !l.closed
	l.closed = true
	stop, ran := l.stop, l.ran
	l.mu.Unlock()
	if stop != nil {
		stop()
	}
	if ran != nil {
		<-ran
	}
	return first
}

// Closed says whether Close was called.
func (l *Life) Closed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.closed
}
