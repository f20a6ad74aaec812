package totalphone

import (
	"fmt"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalphone/totalphonetest"
)

// stack is what a desk would know whose telephone system stands above the softphone: both drivers' facts, folded.
type stack struct {
	*bench
	table cti.Table
	ids   int
}

const above = "totalip"

func newStack(t *testing.T) *stack {
	s := &stack{bench: newBench(t, Driver(), totalphonetest.Options{}, map[string]string{optionPause: "0"})}
	s.table = cti.NewTable([]cti.DriverState{{Name: above, Link: cti.LinkConnected}, {Name: driverName, Link: cti.LinkConnected}}, cti.Agent{Extension: "10005"})
	return s
}

func (s *stack) fold(driver string, f cti.Fact) {
	s.table, _ = cti.Apply(s.table, cti.Input{Driver: driver, At: s.clock.Now(), Fact: f, NewID: func() string { s.ids++; return fmt.Sprint("call-", s.ids) }})
}

// heard folds the next n facts of the softphone.
func (s *stack) heard(n int) {
	s.t.Helper()
	for range n {
		select {
		case f := <-s.facts:
			s.fold(driverName, f)
		case <-s.ctx.Done():
			s.t.Fatal("waited in vain for a fact")
		}
	}
}

func (s *stack) is(state cti.CallState, inferred bool) *cti.Call {
	s.t.Helper()
	if len(s.table.Calls) != 1 {
		s.t.Fatalf("the desk has %d calls", len(s.table.Calls))
	}
	c := s.table.Calls[0]
	if c.State != state || c.Inferred != inferred {
		s.t.Fatalf("the call is %s (inferred %v), want %s (%v)", c.State, c.Inferred, state, inferred)
	}
	return c
}

func (s *stack) own(c *cti.Call) cti.Target { return cti.Target{Ref: c.RefOf(driverName)} }

// What the telephone system says of a call rules; what the softphone was told to do fills in what the system does not see.
func TestFactsOfTheTelephoneSystemRule(t *testing.T) {
	s := newStack(t)
	s.do("call.dial", cti.Target{}, &cti.DialIn{Number: "33553400"})
	s.heard(1)
	s.is(cti.Dialing, true)
	s.fold(above, cti.CallFact{Ref: "<A>1", State: cti.Connected, Direction: cti.Outbound, Number: "1133553400"})
	c := s.is(cti.Connected, false)
	if c.Ref != "<A>1" || c.RefOf(driverName) == "" {
		t.Errorf("the call is known as %v", c.Refs)
	}
	// The system does not see the hold, and goes on saying that the call is connected.
	s.do("call.hold", s.own(c), nil)
	s.heard(1)
	s.fold(above, cti.CallFact{Ref: "<A>1", State: cti.Connected})
	s.is(cti.Held, true)
	s.do("call.resume", s.own(c), nil)
	s.heard(1)
	s.is(cti.Connected, true)
	s.fold(above, cti.CallFact{Ref: "<A>1", State: cti.Connected})
	s.is(cti.Connected, false)
	// That the switch was launched does not end what the system still sees.
	s.do("call.hangup", s.own(c), nil)
	s.heard(1)
	s.is(cti.Connected, false)
	s.do("call.hangup", s.own(c), nil) // so the person may try again
	s.fold(above, cti.CallFact{Ref: "<A>1", State: cti.Ended, EndReason: cti.EndCompleted})
	if len(s.table.Calls) != 0 || s.table.Recent[0].EndReason != cti.EndCompleted {
		t.Errorf("the call is %+v", s.table.Recent[0])
	}
}

func TestBeliefThatRunsOutEndsNoCallTheSystemSees(t *testing.T) {
	s := newStack(t)
	s.do("call.dial", cti.Target{}, &cti.DialIn{Number: "33553400"})
	s.heard(1)
	s.fold(above, cti.CallFact{Ref: "<A>1", State: cti.Connected, Direction: cti.Outbound, Number: "33553400"})
	s.pass(believeDialed)
	s.heard(1)
	s.is(cti.Connected, false)
}

func TestSoftphoneAloneEndsItsCallsItself(t *testing.T) {
	s := newStack(t)
	s.fold(above, cti.LinkFact{State: cti.LinkDisconnected})
	s.do("call.dial", cti.Target{}, &cti.DialIn{Number: "33553400"})
	s.heard(1)
	c := s.is(cti.Dialing, true)
	s.do("call.hangup", s.own(c), nil)
	s.heard(1)
	if len(s.table.Calls) != 0 || s.table.Recent[0].EndReason != cti.EndCanceled {
		t.Errorf("the calls are %+v", s.table.Calls)
	}
	s.clock.Advance(time.Hour)
	s.do("call.redial", cti.Target{}, nil)
	s.heard(1)
	s.is(cti.Dialing, true)
}
