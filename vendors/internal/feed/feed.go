// Package feed hands what a vendor tells to everybody who listens, and lets nobody hold up the driver.
package feed

import (
	"context"
	"iter"
	"sync"

	"ctiagent/cti"
)

// Held is how many pieces wait for one listener before it is too slow.
const Held = 256

// Feed is ready to use. It must not be copied.
type Feed[T any] struct {
	mu        sync.Mutex
	listeners map[chan T]bool
	closed    chan struct{}
}

// Tell hands a piece to everybody who listens, without ever waiting.
func (f *Feed[T]) Tell(piece T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for l := range f.listeners {
		select {
		case l <- piece:
		default: // who is this far behind has lost pieces, and is told so
			delete(f.listeners, l)
			close(l)
		}
	}
}

// Close ends every listening, present and future. It may be called twice.
func (f *Feed[T]) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-f.ending():
	default:
		close(f.closed)
	}
}

// ending is closed by Close; with the mutex held.
func (f *Feed[T]) ending() chan struct{} {
	if f.closed == nil {
		f.closed = make(chan struct{})
	}
	return f.closed
}

// Listen is what is told from this moment on, until ctx ends or the feed closes, which ends it without an error. A
// listener that falls behind by more than [Held] pieces ends with an error that may be tried again.
func (f *Feed[T]) Listen(ctx context.Context, op string) cti.Feed[T] {
	pieces := make(chan T, Held)
	f.mu.Lock()
	closed := f.ending()
	if f.listeners == nil {
		f.listeners = map[chan T]bool{}
	}
	f.listeners[pieces] = true
	f.mu.Unlock()
	leave := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.listeners, pieces)
	}
	stop := context.AfterFunc(ctx, leave) // who never reads leaves nothing behind either
	return cti.Feed[T](iter.Seq2[T, error](func(yield func(T, error) bool) {
		defer leave()
		defer stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-closed:
				return
			case piece, ok := <-pieces:
				if !ok {
					yield(piece, &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the reader was too slow, and pieces were lost", Retryable: true})
					return
				}
				if !yield(piece, nil) {
					return
				}
			}
		}
	}))
}
