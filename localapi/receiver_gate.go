package localapi

import (
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bounds of the receiver door that are no setting. One telephone or browser
// needs a few requests a call.
const (
	receiverConns     = 64 // at once
	receiverConnsEach = 16 // of one address
	receiverRate      = 20 // requests a second of one address
	receiverBurst     = 60
	receiverAddresses = 256 // whose rates are kept
)

// gate bounds how many connections stand, in all and of one address, so that
// one computer of the network cannot lock the phones out.
type gate struct {
	mu  sync.Mutex
	all int
	by  map[netip.Addr]int
}

func newGate() *gate { return &gate{by: map[netip.Addr]int{}} }

func (g *gate) enter(a netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.all >= receiverConns || g.by[a] >= receiverConnsEach {
		return false
	}
	g.all++
	g.by[a]++
	return true
}

func (g *gate) leave(a netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all--
	if g.by[a]--; g.by[a] <= 0 {
		delete(g.by, a)
	}
}

// gated is a listener behind a gate. Who finds it full is hung up on.
type gated struct {
	net.Listener
	gate *gate
}

// Accept waits for a connection that the gate lets in.
func (l gated) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := addrOf(c.RemoteAddr().String())
		if !l.gate.enter(from) {
			c.Close()
			continue
		}
		return &gatedConn{Conn: c, leave: sync.OnceFunc(func() { l.gate.leave(from) })}, nil
	}
}

type gatedConn struct {
	net.Conn
	leave func()
}

// Close closes the connection and makes room for another.
func (c *gatedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}

// addrOf is the address of host:port, the zero value when it has none.
func addrOf(hostPort string) netip.Addr {
	a, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}

// rates is how fast each address may ask.
type rates struct {
	mu sync.Mutex
	by map[netip.Addr]*rate.Limiter
}

func (r *rates) allow(a netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.by[a]
	if l == nil {
		if len(r.by) >= receiverAddresses {
			clear(r.by) // a flood of addresses; the connections are bounded apart
		}
		l = rate.NewLimiter(receiverRate, receiverBurst)
		r.by[a] = l
	}
	return l.AllowN(now, 1)
}
