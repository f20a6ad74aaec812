package totalip

import (
	"context"
	"sync"
	"time"

	"ctiagent/cti"
)

// looks are reads that several askers share: who asks while one is under way gets its answer, and for a while afterwards
// everybody does. However many wallboards a desk has open, the system is asked as often as by one.
type looks struct {
	clock cti.Clock
	fails failures
	ctx   context.Context
	end   context.CancelFunc
	wg    sync.WaitGroup

	mu  sync.Mutex
	all map[string]*look
}

// look is one read. Its value and err are there once done is closed.
type look struct {
	done   chan struct{}
	end    context.CancelFunc
	asking int
	value  any
	err    error
	at     time.Time
	good   time.Duration
}

func newLooks(clock cti.Clock, fails failures) *looks {
	ctx, end := context.WithCancel(context.Background())
	return &looks{clock: clock, fails: fails, ctx: ctx, end: end, all: map[string]*look{}}
}

// close ends every read and waits until none runs.
func (l *looks) close() {
	l.mu.Lock()
	l.end() // with the mutex held: afterwards none begins
	l.mu.Unlock()
	l.wg.Wait()
}

// fresh says whether an answer is there and still good at a moment; an error is good for nobody who asks later.
func (k *look) fresh(now time.Time) bool {
	select {
	case <-k.done:
		age := now.Sub(k.at)
		return k.err == nil && age >= 0 && age < k.good // a clock that was set back must not keep an answer for ever
	default:
		return true
	}
}

// shared answers what read answered at most good ago under the same key. A read goes on while anybody waits for it.
func shared[T any](ctx context.Context, l *looks, key string, good time.Duration, read func(context.Context) (T, error)) (T, error) {
	var none T
	l.mu.Lock()
	now := l.clock.Now()
	k := l.all[key]
	if k == nil || !k.fresh(now) {
		for name, old := range l.all {
			if !old.fresh(now) {
				delete(l.all, name)
			}
		}
		k = l.begin(key, good, func(ctx context.Context) (any, error) { return read(ctx) })
	}
	k.asking++
	l.mu.Unlock()
	err := ctx.Err()
	if err == nil {
		select {
		case <-k.done:
		case <-ctx.Done():
			err = ctx.Err()
		case <-l.ctx.Done():
			err = l.ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	k.asking--
	if err != nil {
		if k.asking == 0 {
			k.end()
			if l.all[key] == k {
				delete(l.all, key)
			}
		}
		return none, l.fails.Make(cti.Canceled, "", "the wish was given up", cti.CertainSent, err)
	}
	if k.err != nil {
		return none, k.err
	}
	return k.value.(T), nil
}

// forget makes the next one who asks under the key read anew; who waits already gets the answer of before.
func (l *looks) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.all, key)
}

// begin starts a read, with the mutex held.
func (l *looks) begin(key string, good time.Duration, read func(context.Context) (any, error)) *look {
	ctx, end := context.WithCancel(l.ctx)
	k := &look{done: make(chan struct{}), end: end, good: good}
	l.all[key] = k
	if l.ctx.Err() != nil {
		return k // which nobody reads; who waits hears of the end
	}
	l.wg.Go(func() {
		defer end()
		k.value, k.err = read(ctx)
		k.at = l.clock.Now()
		close(k.done)
	})
	return k
}
