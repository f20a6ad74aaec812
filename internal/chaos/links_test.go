package chaos_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"ctiagent/internal/chaos"
)

// soonEnough is how much simulated time a call may take after the clock was set.
const soonEnough = 15 * time.Minute

// TestDesksSurviveTheClock sets the clock a day forward and two hours back, in the middle of calls.
func TestDesksSurviveTheClock(t *testing.T) {
	for vendor, build := range systems() {
		t.Run(vendor, func(t *testing.T) {
			w := begin(t, build, 1, nil)
			if !w.system.blind {
				w.until("the link", w.linked)
			}
			for _, jump := range []time.Duration{24 * time.Hour, -2 * time.Hour} {
				w.clock.Jump(jump)
				began := w.clock.Now()
				w.work(0) // which ends with a call that came in
				w.clock.Jump(jump)
				began = began.Add(jump)
				w.until("no call to be left", w.clear)
				w.until("the link, after the clock was set", w.linked)
				if took := w.clock.Now().Sub(began); took > soonEnough {
					t.Errorf("after a jump by %s two calls took %s", jump, took)
				}
			}
		})
	}
}

// names is a name server that knows one name, or fails.
type names struct {
	mu      sync.Mutex
	address netip.Addr // invalid: the server fails
	asked   int
}

func (n *names) set(a netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.address = a
}

func (n *names) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

// answer answers one question (RFC 1035, 4.1): the name's address, nothing of another kind, or that the server fails.
func (n *names) answer(q []byte) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	end := 12
	for end < len(q) && q[end] != 0 {
		end += int(q[end]) + 1
	}
	if end += 5; end > len(q) {
		return nil
	}
	out := append([]byte{}, q[:end]...)
	clear(out[6:12])
	kind := binary.BigEndian.Uint16(q[end-4:])
	switch {
	case !n.address.IsValid():
		binary.BigEndian.PutUint16(out[2:], 0x8182) // an answer: the server failed
	case kind == 1:
		binary.BigEndian.PutUint16(out[2:], 0x8180)
		out[7] = 1
		out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		out = append(out, n.address.AsSlice()...)
	default:
		binary.BigEndian.PutUint16(out[2:], 0x8180)
	}
	return out
}

// serveNames makes n the name server of this test.
func serveNames(t *testing.T, n *names) {
	t.Helper()
	socket, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		b := make([]byte, 1500)
		for {
			size, from, err := socket.ReadFrom(b)
			if err != nil {
				return
			}
			if a := n.answer(b[:size]); a != nil {
				_, _ = socket.WriteTo(a, from) // who asked asks again
			}
		}
	})
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", socket.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		_ = socket.Close()
		serving.Wait()
	})
}

// TestDesksSurviveNames has the system's name unknown at first, then known, then of another address.
func TestDesksSurviveNames(t *testing.T) {
	const name = "pbx.chaos.test"
	for vendor, build := range systems() {
		if vendor == "totalphone" {
			continue // a program of this computer has no name to look up
		}
		t.Run(vendor, func(t *testing.T) {
			n := new(names)
			serveNames(t, n)
			w := beginAt(t, build, name, 1, nil)
			w.until("somebody to ask for the name twice", func() bool {
				if w.system.blind && w.pending() == 0 {
					w.dial() // nothing but a wish asks
				}
				return n.questions() > 2
			})
			w.until("the answers to wishes that went nowhere", func() bool { return w.pending() == 0 })
			n.set(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
			if !w.system.blind {
				w.until("the link", w.linked)
			}
			w.work(0)
			w.until("no call to be left", w.clear)

			n.set(netip.AddrFrom4([4]byte{127, 0, 0, 2}))
			for i, p := range w.proxies {
				target, err := netip.ParseAddrPort(p.Addr())
				if err != nil {
					t.Fatal(err)
				}
				moved, err := chaos.New(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 2}), target.Port()).String(), p.Target(), 1)
				if err != nil {
					t.Fatal(err)
				}
				p.Close()
				w.proxies[i] = moved
			}
			if !w.system.blind {
				w.until("the link at the new address", func() bool { return w.proxies[0].Carried() > 0 && w.linked() })
			}
			w.work(len(w.proxies))
			w.until("no call to be left at the new address", w.clear)
		})
	}
}
