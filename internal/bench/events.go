//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"
)

// watchers is how many pages see the events.
const watchers = 10

// The PBX's two lines that are told in turns, so that each is a change
// (manual 002, 1.2.1.7).
const (
	statusReady  = "<S><" + extension + "><1><Livre>\r\n"
	statusPaused = "<S><" + extension + "><2><Pausa>\r\n"
)

// events measures how long so many lines of the PBX take to reach the last of
// the pages. The baseline is a raw write of a ready frame for each line to
// each page.
func (b *bench) events(ctx context.Context, lines, rounds int) (result, error) {
	p, err := newPath(ctx)
	if err != nil {
		return result{}, err
	}
	defer p.close()
	watch, sample, err := openWatch(ctx, p)
	if err != nil {
		return result{}, err
	}
	defer watch.close()
	own := &teller{p.pbx, watch, bytes.Repeat([]byte(statusPaused+statusReady), (lines+1)/2), len(statusReady)}
	sides := []side{timed(func(ctx context.Context) (time.Duration, error) { return own.round(ctx, lines) })}
	for range 2 {
		r, err := openRaw(ctx, appendFrame(nil, sample))
		if err != nil {
			return result{}, err
		}
		defer r.close()
		sides = append(sides, timed(func(ctx context.Context) (time.Duration, error) { return r.round(ctx, lines) }))
	}
	costs, err := alternate(ctx, b.often(rounds), sides...)
	if err != nil {
		return result{}, err
	}
	perLine := 1e6 / float64(lines)
	return result{value: ratio(costs[0], costs[1]), self: ratio(costs[2], costs[1]),
		detail: fmt.Sprintf("a line takes %.1f µs to all pages, the baseline %.1f µs, in frames of %d bytes",
			median(costs[0])*perLine, median(costs[1])*perLine, len(sample))}, nil
}

// openWatch opens pages that watch, and answers the text of one event as they
// get it.
func openWatch(ctx context.Context, p *path) (*sinks, []byte, error) {
	s := newSinks()
	var pages []*page
	for range watchers {
		w, err := openPage(ctx, p.addr())
		if err != nil {
			s.close()
			return nil, nil, err
		}
		s.conns = append(s.conns, w.conn)
		if err := w.watch(); err != nil {
			s.close()
			return nil, nil, err
		}
		pages = append(pages, w)
	}
	// The first change is read by hand: it is the sample, and it may come
	// after others that the driver's last look at the phone has told of.
	if _, err := p.pbx.Write([]byte(statusPaused + statusReady)); err != nil {
		s.close()
		return nil, nil, err
	}
	var sample []byte
	for _, w := range pages {
		var err error
		if sample, err = w.until(`"state":"ready"`); err != nil {
			s.close()
			return nil, nil, err
		}
		if w.in.Buffered() > 0 {
			s.close()
			return nil, nil, errors.New("more events came than were told")
		}
	}
	s.start()
	return s, sample, nil
}

// watch asks for the events and reads the snapshot.
func (p *page) watch() error {
	if err := p.send([]byte(`{"jsonrpc":"2.0","id":1,"method":"desk.watch","params":{}}`)); err != nil {
		return err
	}
	_, err := p.answer("1")
	return err
}

// until reads frames up to the first that holds the text.
func (p *page) until(text string) ([]byte, error) {
	if err := p.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	for {
		b, err := nextFrame(p.in, &p.buf)
		if err != nil {
			return nil, fmt.Errorf("wait for an event with %s: %w", text, err)
		}
		if bytes.Contains(b, []byte(text)) {
			return b, p.conn.SetReadDeadline(time.Time{})
		}
	}
}

// sinks are the pages' ends of connections: each reads whatever comes in large
// pieces and counts the frames.
type sinks struct {
	conns []net.Conn
	left  atomic.Int64  // frames that are still to come, over all
	done  chan struct{} // the last one came
	fail  chan error
}

func newSinks() *sinks { return &sinks{done: make(chan struct{}, 1), fail: make(chan error, watchers)} }

func (s *sinks) start() {
	for _, c := range s.conns {
		go s.read(c)
	}
}

func (s *sinks) read(conn net.Conn) {
	buf := make([]byte, 256<<10)
	var c counter
	for {
		n, err := conn.Read(buf)
		frames, bad := c.count(buf[:n])
		if frames > 0 && s.left.Add(int64(-frames)) == 0 {
			s.done <- struct{}{}
		}
		if err = errors.Join(err, bad); err != nil {
			s.fail <- err
			return
		}
	}
}

// expect says how many frames come to each page from now on.
func (s *sinks) expect(frames int) error {
	if !s.left.CompareAndSwap(0, int64(frames*len(s.conns))) {
		return fmt.Errorf("%d frames more came than were told", -s.left.Load())
	}
	return nil
}

// wait waits until all of them have come.
func (s *sinks) wait(ctx context.Context) error {
	select {
	case <-s.done:
		return nil
	case err := <-s.fail:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *sinks) close() {
	for _, c := range s.conns {
		c.Close()
	}
}

// teller lets the PBX tell lines, all of one length.
type teller struct {
	pbx   net.Conn
	sinks *sinks
	text  []byte
	one   int // the length of one line
}

func (t *teller) round(ctx context.Context, lines int) (time.Duration, error) {
	text := t.text[:lines*t.one]
	// A round of an odd number of lines begins where the last one ended.
	defer func() {
		if lines%2 == 1 {
			t.text = append(t.text[t.one:], t.text[:t.one]...)
		}
	}()
	if err := t.sinks.expect(lines); err != nil {
		return 0, err
	}
	begin := time.Now()
	if _, err := t.pbx.Write(text); err != nil {
		return 0, err
	}
	err := t.sinks.wait(ctx)
	return time.Since(begin), err
}

// raw is the baseline of the events: it writes a ready frame to every page.
type raw struct {
	sinks *sinks
	outs  []net.Conn
	frame []byte
}

func openRaw(ctx context.Context, frame []byte) (*raw, error) {
	l, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	r := &raw{sinks: newSinks(), frame: frame}
	for range watchers {
		in, err := dial(ctx, l.Addr().String())
		if err != nil {
			r.close()
			return nil, err
		}
		r.sinks.conns = append(r.sinks.conns, in)
		out, err := l.Accept()
		if err != nil {
			r.close()
			return nil, err
		}
		r.outs = append(r.outs, out)
	}
	r.sinks.start()
	return r, nil
}

func (r *raw) round(ctx context.Context, lines int) (time.Duration, error) {
	if err := r.sinks.expect(lines); err != nil {
		return 0, err
	}
	begin := time.Now()
	for range lines {
		for _, c := range r.outs {
			if _, err := c.Write(r.frame); err != nil {
				return 0, err
			}
		}
	}
	err := r.sinks.wait(ctx)
	return time.Since(begin), err
}

func (r *raw) close() {
	for _, c := range r.outs {
		c.Close()
	}
	r.sinks.close()
}
