//go:build unix

package main

import (
	"context"
	"crypto/sha1" //nolint:gosec // what RFC 6455 hashes with
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func acceptOf(key string) string {
	h := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) //nolint:gosec // as above
	return base64.StdEncoding.EncodeToString(h[:])
}

// TestEverySideDials lets each of those that are compared do what is measured,
// so that none is fast because it does nothing.
func TestEverySideDials(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := newPath(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	b, err := newBridge(ctx, p.mock.url())
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	h, err := newHandBridge(ctx, p.mock.http.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	for name, addr := range map[string]string{"path": p.addr(), "baseline": b.addr(), "by hand": h.addr()} {
		t.Run(name, func(t *testing.T) {
			s, err := openPage(ctx, addr)
			if err != nil {
				t.Fatal(err)
			}
			defer s.conn.Close()
			before := p.mock.dials.Load()
			if err := s.clicks([]string{"30000001"}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(s.buf), `"dialing"`) {
				t.Errorf("answered %s", s.buf)
			}
			if n := p.mock.dials.Load() - before; n != 1 {
				t.Errorf("the PBX got %d discar, want 1", n)
			}
		})
	}
	if err := p.end(ctx, []string{"30000001"}); err != nil {
		t.Error(err)
	}
}

// TestEverySideTells lets both sides tell lines and counts what comes.
func TestEverySideTells(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := &bench{rounds: 2}
	for _, lines := range []int{1, 500} {
		got, err := b.events(ctx, lines, 1)
		if err != nil {
			t.Fatalf("%d lines: %v", lines, err)
		}
		if !(got.value > 0) || !(got.self > 0) {
			t.Errorf("%d lines: %+v", lines, got)
		}
	}
}

func TestSinksNoticeWhatNobodyTold(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r, err := openRaw(ctx, appendFrame(nil, []byte("{}")))
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	if _, err := r.outs[0].Write(r.frame); err != nil {
		t.Fatal(err)
	}
	if err := until(ctx, func() bool { return r.sinks.left.Load() < 0 }); err != nil {
		t.Fatal(err)
	}
	if _, err := r.round(ctx, 1); err == nil {
		t.Error("a frame too many is not noticed")
	}
}

func TestServerTellsItsMemoryWhenAsked(t *testing.T) {
	for _, what := range []string{servePath, serveBare} {
		var out strings.Builder
		if err := serve(t.Context(), []string{what}, strings.NewReader("\n\n"), &out); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 3 {
			t.Fatalf("%s: told %q, want three lines", what, lines)
		}
		for _, l := range lines {
			var addr string
			var bytes int64
			if _, err := fmt.Sscanln(l, &addr, &bytes); err != nil || bytes < 10_000 {
				t.Errorf("%s: told %q, %v", what, l, err)
			}
		}
	}
	if err := serve(t.Context(), []string{"tea"}, strings.NewReader(""), new(strings.Builder)); err == nil {
		t.Error("what nobody serves is served")
	}
}

func TestProcessIsRead(t *testing.T) {
	if rss, err := residentSet(os.Getpid()); err != nil || rss < 1e6 {
		t.Errorf("this test takes %v bytes, %v", rss, err)
	}
	before, err := switches(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	timer := time.NewTimer(time.Millisecond)
	<-timer.C // the process sleeps at least once
	if after, err := switches(os.Getpid()); err != nil || grown(before, after) < 1 {
		t.Errorf("%v switches, then %v, %v", before, after, err)
	}
	if n := grown(map[string]float64{"old": 5, "gone": 100}, map[string]float64{"old": 7, "new": 3}); n != 2+3+1 {
		t.Errorf("two threads that slept two and three times, and one that ended, make %v", n)
	}
	if _, err := field([]byte("Pss: 12 kB\nRss:\n"), "Rss:"); err == nil {
		t.Error("a line without a number is no error")
	}
	if got, err := field([]byte("Pss: 12 kB\nRss:   34 kB\n"), "Rss:"); err != nil || got != 34 {
		t.Errorf("got %v, %v, want 34", got, err)
	}
}
