// Package chaos stands between a client and a server of tests as the worst network there is, and does by a seed what such
// networks do: it cuts, delays, splits, merges, holds back, changes and repeats bytes.
package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is one thing that happens to bytes on their way.
type Fault string

// The faults. Split, Merge and Delay lose nothing; a connection that meets one of the others is no good any more.
const (
	Split     Fault = "split"     // bytes arrive one by one
	Merge     Fault = "merge"     // bytes arrive together with what comes after them
	Delay     Fault = "delay"     // bytes arrive a little later
	Cut       Fault = "cut"       // both ends lose the connection, in the middle of whatever it is
	Refuse    Fault = "refuse"    // a new connection is hung up on before a byte
	Stall     Fault = "stall"     // nothing arrives any more, and nobody is told
	Corrupt   Fault = "corrupt"   // one bit arrives changed; towards the client only
	Duplicate Fault = "duplicate" // bytes arrive twice; towards the client only
)

// Gentle are the faults of a network that loses nothing.
func Gentle() []Fault { return []Fault{Split, Merge, Delay} }

// Broken are those of a network that loses connections besides.
func Broken() []Fault { return append(Gentle(), Cut, Refuse, Stall) }

// Dirty are those of one that lies besides. Towards the server nothing is ever changed or repeated: the server's record is of
// what the client sent.
func Dirty() []Fault { return append(Broken(), Corrupt, Duplicate) }

const (
	between    = 500                  // bytes from one fault to the next, on average
	brief      = 2 * time.Millisecond // how long bytes are late at most
	longest    = 4 << 10              // bytes handed on at once
	refusalsIn = 6                    // one new connection of so many is refused, where any is
)

// Proxy is one such network in front of one server. Its methods may be called from any goroutine.
type Proxy struct {
	target   string
	seed     uint64
	faults   []Fault
	listener net.Listener
	over     context.Context // ended by Close
	end      context.CancelFunc
	whole    context.Context // ended by Heal
	heal     context.CancelFunc
	running  sync.WaitGroup
	carried  atomic.Uint64

	mu     sync.Mutex
	made   uint64 // connections so far
	open   map[*connection]bool
	counts map[Fault]int
}

// connection is one connection through the proxy.
type connection struct {
	client, server net.Conn
	spoilt         bool // it was stalled, or what came to the client is not what the server sent
}

func (c *connection) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

// New listens on a loopback address, such as 127.0.0.1:0, and hands everything on to target, host:port. The same seed
// does the same to the same bytes of the same connections.
func New(listen, target string, seed uint64, faults ...Fault) (*Proxy, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", listen)
	if err != nil {
		return nil, fmt.Errorf("chaos: listen for %s: %w", target, err)
	}
	p := &Proxy{target: target, seed: seed, faults: faults, listener: l, open: map[*connection]bool{}, counts: map[Fault]int{}}
	p.over, p.end = context.WithCancel(context.Background())
	p.whole, p.heal = context.WithCancel(p.over)
	p.running.Go(p.accept)
	return p, nil
}

// Addr is where clients connect, host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Target is the server's host:port.
func (p *Proxy) Target() string { return p.target }

// Heal makes the network whole: no fault happens any more, and a connection that was stalled or lied to is cut, so that both
// ends know. It answers how many those are.
func (p *Proxy) Heal() (cut int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heal() // with the mutex held: a connection that wakes up by it is not gone before it is counted
	for c := range p.open {
		if c.spoilt {
			c.close()
			cut++
		}
	}
	return cut
}

// CutAll cuts every connection there is.
func (p *Proxy) CutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.close()
	}
}

// Close ends the proxy and waits for its goroutines. It may be called twice.
func (p *Proxy) Close() {
	p.end()
	_ = p.listener.Close()
	p.CutAll()
	p.running.Wait()
}

// Count is how often a fault has happened.
func (p *Proxy) Count(f Fault) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[f]
}

// Carried is how many bytes have come to the proxy, from both ends.
func (p *Proxy) Carried() uint64 { return p.carried.Load() }

// String tells what has happened so far.
func (p *Proxy) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var told []string
	for f, n := range p.counts {
		told = append(told, fmt.Sprintf("%s %d", f, n))
	}
	slices.Sort(told)
	return fmt.Sprintf("%d connections to %s; %s", p.made, p.target, strings.Join(told, ", "))
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.made++
		n := p.made
		p.mu.Unlock()
		p.running.Go(func() { p.serve(client, n) })
	}
}

// serve is the life of one connection.
func (p *Proxy) serve(client net.Conn, n uint64) {
	dice := rand.New(rand.NewPCG(p.seed, n<<2))
	if slices.Contains(p.faults, Refuse) && dice.IntN(refusalsIn) == 0 && p.whole.Err() == nil {
		p.count(Refuse)
		reset(client)
		return
	}
	server, err := (&net.Dialer{}).DialContext(p.over, "tcp", p.target)
	if err != nil {
		_ = client.Close() // as if the server had refused it itself
		return
	}
	c := &connection{client: client, server: server}
	p.mu.Lock()
	p.open[c] = true
	closed := p.over.Err() != nil
	p.mu.Unlock()
	if closed {
		c.close()
	}
	var both sync.WaitGroup
	both.Go(func() { p.carry(c, server, client, rand.New(rand.NewPCG(p.seed, n<<2|1)), p.upward()) })
	both.Go(func() { p.carry(c, client, server, rand.New(rand.NewPCG(p.seed, n<<2|2)), p.downward()) })
	both.Wait()
	p.mu.Lock()
	delete(p.open, c)
	p.mu.Unlock()
}

func (p *Proxy) count(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts[f]++
}

// downward are the faults on the way to the client, upward those on the way to the server.
func (p *Proxy) downward() []Fault {
	return slices.DeleteFunc(slices.Clone(p.faults), func(f Fault) bool { return f == Refuse })
}

func (p *Proxy) upward() []Fault {
	return slices.DeleteFunc(p.downward(), func(f Fault) bool { return f == Corrupt || f == Duplicate })
}

// carry hands the bytes of one direction on until either end is gone.
func (p *Proxy) carry(c *connection, to, from net.Conn, dice *rand.Rand, faults []Fault) {
	defer c.close()
	w := way{p: p, c: c, to: to, from: from, dice: dice, faults: faults, due: distance(dice)}
	buffer := make([]byte, longest)
	for {
		n, err := from.Read(buffer)
		p.carried.Add(uint64(n))
		if n > 0 && !w.hand(buffer[:n]) || err != nil {
			return
		}
	}
}

// distance is how many bytes go by until the next fault.
func distance(dice *rand.Rand) int { return int(dice.ExpFloat64() * between) }

// reset closes a connection so that the other end sees it broken and not ended.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}
