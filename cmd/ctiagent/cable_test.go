//go:build unix

package main

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/vendors/totalip/totaliptest"

	"github.com/rogpeppe/go-internal/testscript"
)

// cable is the way to one address of a PBX, which a test cuts and joins again:
// cut, nobody listens there.
type cable struct {
	at, to string

	mu    sync.Mutex
	l     net.Listener
	ends  map[net.Conn]bool
	tasks sync.WaitGroup
}

// newCable makes a cable to an address, joined.
func newCable(to string) (*cable, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &cable{at: l.Addr().String(), to: to, ends: map[net.Conn]bool{}}
	c.serve(l)
	return c, nil
}

func (c *cable) serve(l net.Listener) {
	c.mu.Lock()
	c.l = l
	c.mu.Unlock()
	c.tasks.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			c.tasks.Go(func() { c.carry(conn) })
		}
	})
}

// carry copies both ways until either side, or the cable, ends.
func (c *cable) carry(near net.Conn) {
	far, err := net.Dial("tcp", c.to)
	if err != nil {
		near.Close()
		return
	}
	c.mu.Lock()
	if c.l == nil {
		c.mu.Unlock()
		near.Close()
		far.Close()
		return
	}
	c.ends[near], c.ends[far] = true, true
	c.mu.Unlock()
	c.tasks.Go(func() {
		_, _ = io.Copy(far, near)
		far.Close()
		near.Close()
	})
	_, _ = io.Copy(near, far)
	near.Close()
	far.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ends, near)
	delete(c.ends, far)
}

func (c *cable) cut() {
	c.mu.Lock()
	if c.l != nil {
		c.l.Close()
		c.l = nil
	}
	for end := range c.ends {
		end.Close()
	}
	c.mu.Unlock()
	c.tasks.Wait()
}

func (c *cable) join() error {
	l, err := net.Listen("tcp", c.at)
	if err != nil {
		return err
	}
	c.serve(l)
	return nil
}

// cabledDemo is a simulated vendor behind cables that a test cuts.
type cabledDemo struct {
	simulated
	cables map[string]*cable // by the address they lead to
}

// behindCables lays one to every address of the vendor.
func behindCables(t *testing.T, sim simulated) cabledDemo {
	t.Helper()
	d := cabledDemo{sim, map[string]*cable{}}
	for _, s := range sim.stack() {
		for _, v := range s.values {
			if to := addressIn(v); to != "" && d.cables[to] == nil {
				c, err := newCable(to)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(c.cut)
				d.cables[to] = c
			}
		}
	}
	if len(d.cables) == 0 {
		t.Fatal("the vendor has no address")
	}
	return d
}

// addressIn is the host and port of an option's value; "" in what has none.
func addressIn(v string) string {
	v = strings.TrimPrefix(v, "http://")
	v, _, _ = strings.Cut(v, "/")
	if host, _, err := net.SplitHostPort(v); err != nil || host != "127.0.0.1" {
		return ""
	}
	return v
}

func (d cabledDemo) stack() []simulatedDriver {
	stack := d.simulated.stack()
	for _, s := range stack {
		for name, v := range s.values {
			if to := addressIn(v); to != "" {
				s.values[name] = strings.Replace(v, to, d.cables[to].at, 1)
			}
		}
	}
	return stack
}

func (d cabledDemo) cut() {
	for _, c := range d.cables {
		c.cut()
	}
}

func (d cabledDemo) join(t *testing.T) {
	t.Helper()
	for _, c := range d.cables {
		if err := c.join(); err != nil {
			t.Fatal(err)
		}
	}
}

type cablesKey struct{}

// cableCommand lays cables to all doors of the simulated PBX, or cuts or joins
// them: cable lay|cut|join.
func cableCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("used wrongly: %q", args)
	}
	all, _ := ts.Value(cablesKey{}).(map[string]*cable)
	switch args[0] {
	case "lay":
		for _, name := range []string{"PBX_URL", "PBX_EVENTS", "PBX_COMMANDS"} {
			to := strings.TrimPrefix(ts.Getenv(name), "http://")
			c, err := newCable(to)
			ts.Check(err)
			ts.Defer(c.cut)
			ts.Setenv(name, strings.Replace(ts.Getenv(name), to, c.at, 1))
			all[name] = c
		}
	case "cut":
		for _, c := range all {
			c.cut()
		}
	case "join":
		for _, c := range all {
			ts.Check(c.join())
		}
	default:
		ts.Fatalf("used wrongly: %q", args)
	}
}

// crash ends a process as the system does that has no memory left.
func crash(ts *testscript.TestScript, neg bool, args []string) {
	p := named(ts, neg, args, 1)
	ts.Check(p.cmd.Process.Kill())
	<-p.done
	delete(processes(ts), args[0])
}

// contactReached gives the PBX a campaign with one customer, whose number the dialer
// has reached; over is true when the call has ended already.
func contactReached(pbx *totaliptest.PBX, over bool) error {
	pbx.AddCampaign(totaliptest.Campaign{ID: "10", Name: "Clientes", Customers: []totaliptest.Customer{
		{Params: []string{"219217305861"}, Phones: []totaliptest.Phone{{ID: "1", Priority: 1, Area: "11", Number: "987650101"}}}}})
	call := pbx.Dialer("10005", "11987650101", "219217305861", "MARIANA", "10")
	if !over {
		return nil
	}
	return pbx.Hangup(call.Ref)
}

// filed are the requests of these functions that came to the PBX, in order.
func filed(pbx *totaliptest.PBX, functions string) string {
	var out []string
	for _, r := range pbx.Requests() {
		if strings.Contains(" "+functions+" ", " "+r.Function+" ") {
			out = append(out, r.Function)
		}
	}
	return strings.Join(out, " ")
}

func TestCableThatIsCutLetsNobodyThrough(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var servers sync.WaitGroup
	servers.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			servers.Go(func() {
				_, _ = io.Copy(conn, conn)
				conn.Close()
			})
		}
	})
	defer servers.Wait()
	defer l.Close()
	c, err := newCable(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.cut()
	echo := func() error {
		conn, err := net.Dial("tcp", c.at)
		if err != nil {
			return err
		}
		defer conn.Close()
		if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
			return err
		}
		if _, err := conn.Write([]byte("x")); err != nil {
			return err
		}
		_, err = io.ReadFull(conn, make([]byte, 1))
		return err
	}
	if err := echo(); err != nil {
		t.Errorf("joined: %v", err)
	}
	c.cut()
	if echo() == nil {
		t.Error("cut, it carries")
	}
	if err := c.join(); err != nil {
		t.Fatal(err)
	}
	if err := echo(); err != nil {
		t.Errorf("joined again: %v", err)
	}
}
