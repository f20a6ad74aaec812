package tray

import (
	"fmt"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestEventsChangeTheState(t *testing.T) {
	s := ana()
	ringing, talking, ended := mariana(), mariana(), mariana()
	talking.State, ended.State = cti.Connected, cti.Ended
	wrapped := mariana()
	wrapped.State = cti.Wrapup
	agent := cti.Agent{ID: "12", State: cti.AgentOnCall}
	down := cti.DriverState{Name: "totalip", Title: "Total IP", Link: cti.LinkDegraded}
	ids := func(calls []*cti.Call) (out []string) {
		for _, c := range calls {
			out = append(out, c.ID+" "+string(c.State))
		}
		return out
	}
	for i, c := range []struct {
		e             cti.Event
		calls, recent []string
	}{
		{cti.Event{Call: ringing}, []string{"01C ringing"}, nil},
		{cti.Event{Call: talking}, []string{"01C connected"}, nil},
		{cti.Event{Agent: &agent}, []string{"01C connected"}, nil},
		{cti.Event{Call: wrapped}, []string{"01C wrapup"}, nil},
		{cti.Event{Call: ended}, nil, []string{"01C ended"}},
		{cti.Event{Call: ended}, nil, []string{"01C ended"}},
		{cti.Event{Driver: &down}, nil, []string{"01C ended"}},
		{cti.Event{Driver: &cti.DriverState{Name: "other"}}, nil, []string{"01C ended"}},
		{cti.Event{Contact: &cti.ContactShown{Number: "1"}}, nil, []string{"01C ended"}},
	} {
		c.e.Seq = uint64(8 + i)
		s.Apply(c.e)
		if diff := cmp.Diff(ids(s.Desk.Calls), c.calls, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("calls after event %d, -got +want\n%s", i, diff)
		}
		if diff := cmp.Diff(ids(s.Desk.Recent), c.recent, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("recent calls after event %d, -got +want\n%s", i, diff)
		}
	}
	if s.Desk.Agent.State != cti.AgentOnCall || s.Desk.Drivers[0].Link != cti.LinkDegraded || len(s.Desk.Drivers) != 1 {
		t.Errorf("agent %s, drivers %+v", s.Desk.Agent.State, s.Desk.Drivers)
	}
	s.Apply(cti.Event{Seq: 8, Agent: &cti.Agent{State: cti.AgentOffline}})
	if s.Desk.Agent.State != cti.AgentOnCall {
		t.Error("an event that was seen before changed the state")
	}
}

func TestRecentCallsAreBounded(t *testing.T) {
	s := ana()
	for i := range 3 * keptRecent {
		s.Apply(cti.Event{Seq: uint64(8 + i), Call: &cti.Call{ID: fmt.Sprint(i), State: cti.Ended}})
	}
	if n := len(s.Desk.Recent); n != keptRecent || s.Desk.Recent[0].ID != fmt.Sprint(3*keptRecent-1) {
		t.Errorf("%d calls are kept, the first is %s", n, s.Desk.Recent[0].ID)
	}
}

func TestWatchedGoesOnOrBeginsAnew(t *testing.T) {
	s := ana()
	s.Online = false
	s.Watched(cti.DeskState{Epoch: "E1", Seq: 9})
	if !s.Online || s.Desk.Agent.Name != "Ana Souza" || s.Desk.Seq != 7 {
		t.Errorf("going on made of the state %+v", s)
	}
	s.Watched(cti.DeskState{Epoch: "E2", Seq: 1, Calls: []*cti.Call{}, Agent: cti.Agent{Name: "Bruno"}})
	if s.Desk.Epoch != "E2" || s.Desk.Agent.Name != "Bruno" || s.Desk.Seq != 1 {
		t.Errorf("a new desk made of the state %+v", s)
	}
}
