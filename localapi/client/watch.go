package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// watch is events on their way to who reads them.
type watch struct {
	mu    sync.Mutex
	queue []cti.Event
	lost  bool
	more  chan struct{} // holds one token while queue is not empty
}

// Watch answers the desk's state and the events after it. With an epoch it
// resumes after event number after: then the state holds epoch and seq alone,
// or, when those events are not held any more, it is a whole new snapshot.
//
// The events end with ctx, or with an error. They may be read once, and a
// second Watch of the same client takes the place of the first.
func (c *Client) Watch(ctx context.Context, epoch string, after uint64) (cti.DeskState, iter.Seq2[cti.Event, error], error) {
	var in protocol.WatchIn
	if epoch != "" {
		in = protocol.WatchIn{Epoch: epoch, After: &after}
	}
	w := &watch{more: make(chan struct{}, 1)}
	raw, err := c.do(ctx, protocol.DeskWatch, in, &pending{watch: w})
	if err != nil {
		return cti.DeskState{}, nil, err
	}
	var state cti.DeskState
	if err := json.Unmarshal(raw, &state); err != nil {
		return cti.DeskState{}, nil, err
	}
	return state, func(yield func(cti.Event, error) bool) {
		for {
			batch, lost := w.take()
			for _, e := range batch {
				if !yield(e, nil) {
					return
				}
			}
			if lost {
				yield(cti.Event{}, cti.Fail(cti.Unavailable, protocol.DeskWatch, "the events were read too slowly"))
				return
			}
			if len(batch) > 0 {
				continue
			}
			select {
			case <-w.more:
			case <-ctx.Done():
				return
			case <-c.done:
				if batch, _ := w.take(); len(batch) > 0 {
					for _, e := range batch {
						if !yield(e, nil) {
							return
						}
					}
				}
				c.mu.Lock()
				err := c.err
				c.mu.Unlock()
				yield(cti.Event{}, err)
				return
			}
		}
	}, nil
}

func (w *watch) take() ([]cti.Event, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	batch := w.queue
	w.queue = nil
	return batch, w.lost
}

func (c *Client) event(params json.RawMessage) {
	c.mu.Lock()
	w := c.watch
	c.mu.Unlock()
	var e cti.Event
	if w == nil {
		return
	}
	if err := json.Unmarshal(params, &e); err != nil {
		c.fail(err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) >= maxQueue {
		w.lost = true
	}
	if !w.lost {
		w.queue = append(w.queue, e)
	}
	select {
	case w.more <- struct{}{}:
	default:
	}
}

const (
	piecesAtOnce = 1000                   // the most that the door hands over
	streamPause  = 100 * time.Millisecond // before reading on, when the door finds that this goes too fast
)

// wait waits, or until ctx ends.
func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Stream reads a stream that a call has answered, piece by piece, to its end.
// Who stops early closes it.
func (c *Client) Stream(ctx context.Context, name string) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		for {
			var out protocol.StreamReadOut
			err := c.Call(ctx, protocol.StreamRead, protocol.StreamReadIn{Stream: name, Max: piecesAtOnce}, &out)
			if errors.Is(err, cti.RateLimited) && ctx.Err() == nil { // nothing was read, and the stream stays open
				wait(ctx, streamPause)
				continue
			}
			if err != nil {
				if !errors.Is(err, cti.NotFound) {
					c.closeStream(name)
				}
				yield(nil, err)
				return
			}
			for _, item := range out.Items {
				if !yield(item, nil) {
					if !out.Done {
						c.closeStream(name)
					}
					return
				}
			}
			if out.Done {
				return
			}
		}
	}
}

// closeStream is a note: when it is lost the stream ends with the connection.
func (c *Client) closeStream(name string) {
	_ = c.note(protocol.StreamClose, protocol.StreamCloseIn{Stream: name})
}
