package localapi

import (
	"context"
	"encoding/json"
	"iter"
	"reflect"
	"strconv"
	"sync"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

const (
	piecesAtOnce    = 100
	maxPiecesAtOnce = 1000
	maxReadBytes    = 256 << 10 // an answer of stream.read ends after the piece that passes this
)

// stream is an answer that its caller takes in pieces.
type stream struct {
	cancel context.CancelFunc
	live   bool // each piece is handed over as it comes

	mu    sync.Mutex // held by the one who reads
	next  func() (any, error, bool)
	stop  func()
	held  error // came after pieces that had to be handed over first
	ended bool
}

// isStream says whether a function answers with a stream.
func isStream(f cti.FuncInfo) bool {
	return f.Out != nil && f.Out.Implements(reflect.TypeFor[cti.Pieces]())
}

// startStream runs what answers with a stream under a context of the stream's
// own, which ends with the connection; until the answer is there also with ctx.
func (c *conn) startStream(ctx context.Context, f func(context.Context) (any, error)) (any, error) {
	own, cancel := context.WithCancel(c.ctx)
	detach := context.AfterFunc(ctx, cancel)
	result, err := f(own)
	detach()
	p, ok := result.(cti.Pieces)
	if err != nil || !ok {
		cancel()
		return result, err
	}
	_, live := result.(cti.Live)
	s := &stream{cancel: cancel, live: live}
	s.next, s.stop = iter.Pull2(p.Pieces())
	return s, nil
}

// openStream enters a stream into the connection's books.
func (c *conn) openStream(s *stream) (string, error) {
	c.mu.Lock()
	if c.ctx.Err() == nil && len(c.streams) < maxStreams {
		defer c.mu.Unlock()
		c.lastStream++
		id := "t" + strconv.FormatUint(c.lastStream, 10)
		if c.streams == nil {
			c.streams = map[string]*stream{}
		}
		c.streams[id] = s
		return id, nil
	}
	c.mu.Unlock()
	s.close()
	return "", &cti.Error{Kind: cti.Busy, Text: "too many streams are open", Hint: protocol.HintStream, Retryable: true}
}

func (c *conn) streamOf(op, id string, forget bool) (*stream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.streams[id]
	if s == nil {
		return nil, refusal(cti.NotFound, op, "no such stream is open", protocol.HintStream)
	}
	if forget {
		delete(c.streams, id)
	}
	return s, nil
}

func streamRead(ctx context.Context, r request) (any, error) {
	in, err := read[protocol.StreamReadIn](r)
	if err != nil {
		return nil, err
	}
	s, err := r.streamOf(r.m.Method, in.Stream, false)
	if err != nil {
		return nil, err
	}
	if !s.mu.TryLock() {
		return nil, refusal(cti.Busy, r.m.Method, "the stream is being read already", protocol.HintStream)
	}
	defer s.mu.Unlock()
	defer context.AfterFunc(ctx, s.cancel)() // who cancels a read gives the stream up
	out, err := s.read(in.Max)
	if err != nil || out.Done {
		_, _ = r.streamOf(r.m.Method, in.Stream, true) // gone already when it was closed meanwhile
		s.end()
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// read takes the next pieces; with the mutex held.
func (s *stream) read(most int) (protocol.StreamReadOut, error) {
	if most <= 0 {
		most = piecesAtOnce
	}
	if s.live {
		most = 1
	}
	out := protocol.StreamReadOut{Items: []json.RawMessage{}}
	err, size := s.held, 0
	for err == nil && len(out.Items) < min(most, maxPiecesAtOnce) && size < maxReadBytes {
		if s.ended {
			out.Done = true
			return out, nil
		}
		v, failed, ok := s.next()
		if !ok {
			out.Done = true
			return out, nil
		}
		var raw json.RawMessage
		if err = failed; err == nil {
			raw, err = json.Marshal(v)
		}
		if err == nil {
			out.Items = append(out.Items, raw)
			size += len(raw)
		}
	}
	if err != nil && len(out.Items) > 0 {
		s.held, err = err, nil
	}
	return out, err
}

// end frees the stream; with the mutex held.
func (s *stream) end() {
	if !s.ended {
		s.ended = true
		s.cancel()
		s.stop()
	}
}

// close ends the stream and waits for who reads from it.
func (s *stream) close() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
}

func streamClose(_ context.Context, r request) (any, error) {
	in, err := read[protocol.StreamCloseIn](r)
	if err != nil {
		return nil, err
	}
	s, err := r.streamOf(r.m.Method, in.Stream, true)
	if err != nil {
		return nil, err
	}
	s.close()
	return cti.None{}, nil
}
