package localapi_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"

	"ctiagent/cti"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/localapi/protocol"
)

// sink is a page that only counts: a raw socket behind a handshake.
type sink struct {
	conn net.Conn
	r    *bufio.Reader
	buf  []byte
}

func newSink(b *testing.B, s *localapitest.Server) *sink {
	b.Helper()
	c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port()))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	k := &sink{conn: c, r: bufio.NewReaderSize(c, 4096), buf: make([]byte, 64<<10)}
	if _, err := io.WriteString(c, handshake(fmt.Sprintf("127.0.0.1:%d", s.Port()), localapitest.Origin)); err != nil {
		b.Fatal(err)
	}
	for line := ""; line != "\r\n"; {
		if line, err = k.r.ReadString('\n'); err != nil {
			b.Fatal(err)
		}
	}
	// One masked frame with an empty mask: {"jsonrpc":"2.0","id":1,"method":"desk.watch"}
	watch := `{"jsonrpc":"2.0","id":1,"method":"desk.watch"}`
	if _, err := c.Write(append([]byte{0x81, 0x80 | byte(len(watch)), 0, 0, 0, 0}, watch...)); err != nil {
		b.Fatal(err)
	}
	var h [4]byte
	if _, err := io.ReadFull(k.r, h[:2]); err != nil {
		b.Fatal(err)
	}
	n := int(h[1])
	if n == 126 {
		if _, err := io.ReadFull(k.r, h[2:]); err != nil {
			b.Fatal(err)
		}
		n = int(h[2])<<8 | int(h[3])
	}
	if _, err := io.CopyN(io.Discard, k.r, int64(n)); err != nil {
		b.Fatal(err)
	}
	return k
}

// take reads n bytes.
func (k *sink) take(n int) error {
	for n > 0 {
		got, err := k.conn.Read(k.buf[:min(n, len(k.buf))])
		if err != nil {
			return err
		}
		n -= got
	}
	return nil
}

func ringing() cti.Event {
	return cti.Event{Type: cti.EventCallRinging, Call: &cti.Call{ID: "01JD4M5Q6R7S8T9V0W1X2Y3Z4A", Direction: cti.Inbound, State: cti.Ringing,
		From: "1132654321", To: "10005", Remote: cti.Remote{Raw: "1132654321", E164: "+551132654321"}, Via: "totalip", Actions: []string{"call.answer", "call.hangup"}}}
}

// BenchmarkBurst is the time from event to all of ten pages in a burst of
// 20,000, beside as many raw writes of a ready frame.
func BenchmarkBurst(b *testing.B) {
	const pages, events = 10, 20000
	s := localapitest.NewServer(b, func(o *localapi.Options) { o.Limits.PendingBytes = 256 << 20 })
	sinks := make([]*sink, pages)
	for i := range sinks {
		sinks[i] = newSink(b, s)
	}
	seq := uint64(0)
	size := func() (n int) {
		for range events {
			seq++
			e := ringing()
			e.Seq, e.Time = seq, cti.At(localapitest.NewClock().Now())
			n += len(protocol.AppendText(nil, protocol.AppendEvent(nil, &e)))
		}
		return n
	}
	run := func(b *testing.B, n int, produce func()) {
		failed := make(chan error, pages)
		for _, k := range sinks {
			go func() { failed <- k.take(n) }()
		}
		produce()
		for range sinks {
			if err := <-failed; err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("path", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			n := size()
			b.StartTimer()
			run(b, n, func() {
				for range events {
					s.Desk.Emit(ringing())
				}
			})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
	})
	b.Run("raw", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		var out []net.Conn
		for i := range sinks {
			in, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer in.Close()
			c, err := l.Accept()
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			sinks[i] = &sink{conn: in, buf: make([]byte, 64<<10)}
			out = append(out, c)
		}
		e := ringing()
		frame := protocol.AppendText(nil, protocol.AppendEvent(nil, &e))
		for b.Loop() {
			run(b, events*len(frame), func() {
				for range events {
					for _, c := range out {
						if _, err := c.Write(frame); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/events, "ns/event")
	})
}

// BenchmarkLastOfTen is the time from one event to the last of ten pages,
// beside ten raw writes.
func BenchmarkLastOfTen(b *testing.B) {
	const pages = 10
	s := localapitest.NewServer(b, nil)
	sinks := make([]*sink, pages)
	arrived := make(chan error, pages)
	want := make([]chan int, pages)
	for i := range sinks {
		sinks[i], want[i] = newSink(b, s), make(chan int)
		go func() {
			for n := range want[i] {
				arrived <- sinks[i].take(n)
			}
		}()
		defer close(want[i])
	}
	seq := uint64(0)
	for b.Loop() {
		e := ringing()
		seq++
		e.Seq, e.Time = seq, cti.At(s.Clock.Now())
		n := len(protocol.AppendText(nil, protocol.AppendEvent(nil, &e)))
		for i := range sinks {
			want[i] <- n
		}
		e.Time = cti.Time{}
		s.Desk.Emit(e)
		for range sinks {
			if err := <-arrived; err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkIdlePage is the memory of a page that watches and says nothing.
func BenchmarkIdlePage(b *testing.B) {
	const pages = 200
	for b.Loop() {
		s := localapitest.NewServer(b, func(o *localapi.Options) { o.Limits.ConnectionsPerOrigin = pages })
		used := func() uint64 {
			var m runtime.MemStats
			runtime.GC()
			runtime.GC()
			runtime.ReadMemStats(&m)
			return m.HeapAlloc + m.StackInuse
		}
		newSink(b, s)
		before := used()
		for range pages - 1 {
			newSink(b, s)
		}
		// The sinks' buffers are garbage by now; their sockets count, too.
		b.ReportMetric(float64(used()-before)/(pages-1), "B/page")
		if err := s.Stop(); err != nil {
			b.Fatal(err)
		}
	}
}
