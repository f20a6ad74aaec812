package cti_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
)

// script turns fuzz bytes into facts; when they are used up it says so.
type script struct {
	bytes []byte
	wish  int
}

func (s *script) pick(n int) int {
	if len(s.bytes) == 0 {
		return 0
	}
	b := s.bytes[0]
	s.bytes = s.bytes[1:]
	return int(b) % n
}

func choose[T any](s *script, from ...T) T { return from[s.pick(len(from))] }

func (s *script) call() cti.CallFact {
	f := cti.CallFact{
		Ref:       choose(s, "1", "2", "3", "4", ""),
		State:     choose(s, cti.Dialing, cti.Ringing, cti.Connected, cti.Held, cti.Wrapup, cti.Ended, "", "strange"),
		Inferred:  s.pick(4) == 0,
		Direction: choose(s, cti.Inbound, cti.Outbound, cti.Internal, ""),
		Number:    choose(s, "33553434", "1133553434", "1000", ""),
		EndReason: choose(s, "", cti.EndBusy),
		Age:       time.Duration(s.pick(3)) * time.Second,
	}
	if on := s.pick(3); on > 0 {
		muted := on == 1
		f.Muted = &muted
	}
	return f
}

func (s *script) agent() cti.AgentFact {
	return cti.AgentFact{ID: choose(s, "", "12", "13"), Reason: choose(s, "", "lunch"),
		State: choose(s, "", cti.AgentOffline, cti.AgentReady, cti.AgentPaused, cti.AgentWrapup)}
}

func (s *script) fact(t cti.Table) cti.Fact {
	switch s.pick(11) {
	case 0, 1, 2, 3:
		return s.call()
	case 4:
		f := cti.SnapshotFact{}
		for range s.pick(4) {
			f.Calls = append(f.Calls, s.call())
		}
		if s.pick(2) == 0 {
			a := s.agent()
			f.Agent = &a
		}
		return f
	case 5:
		return cti.LinkFact{State: choose(s, cti.LinkConnected, cti.LinkDegraded, cti.LinkDisconnected), Detail: choose(s, "", "why")}
	case 6:
		return s.agent()
	case 7:
		// The desk mints a new id, or asks the next driver for a wish that lives.
		id := s.someWish(t)
		if id == "" || s.pick(2) == 0 {
			s.wish++
			id = fmt.Sprint("wish", s.wish)
		}
		number := choose(s, "33553434", "1000")
		return cti.WishFact{ID: id, Dialed: number, Raw: number, JoinWithin: 30 * time.Second, EndAfter: time.Minute}
	case 8:
		return cti.WishSentFact{ID: s.someWish(t), Ref: choose(s, "", "1", "5")}
	case 9:
		return cti.WishFailedFact{ID: s.someWish(t), Open: s.pick(2) == 0}
	default:
		return choose[cti.Fact](s, cti.TickFact{}, cti.CanFact{Verbs: []string{"call.hangup", "agent.pause"}}, cti.CanFact{})
	}
}

func (s *script) someWish(t cti.Table) string {
	for _, c := range t.Calls {
		if c.WishPending() && s.pick(2) == 0 {
			return c.ID
		}
	}
	return ""
}

// picture writes everything of a table down, the calls behind the pointers too.
func picture(t cti.Table) string {
	out := fmt.Sprintf("%+v %+v", t.Agent, t.Drivers)
	for _, c := range slices.Concat(t.Calls, t.Recent) {
		out += fmt.Sprintf("\n%p %+v", c, *c)
	}
	return out
}

func FuzzApply(f *testing.F) {
	f.Add([]byte{0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 2, 1, 0, 0, 2, 0, 0, 0, 0, 5})
	f.Add([]byte{0, 7, 0, 0, 1, 0, 8, 0, 1, 0, 4, 1, 0, 2, 0, 1})
	f.Add([]byte("a call rings at the phone and at the PBX, is held, and both forget it"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		if len(bytes) > 512 {
			return
		}
		s := &script{bytes: bytes}
		table := cti.NewTable([]cti.DriverState{{Name: "pbx", Link: cti.LinkConnected}, {Name: "phone", Link: cti.LinkConnected}}, cti.Agent{})
		now, ids := start, 0
		ended := map[string]bool{}
		for len(s.bytes) > 0 {
			now = now.Add(time.Duration(s.pick(40)) * time.Second)
			driver := choose(s, "pbx", "phone", "stranger")
			fact := s.fact(table)
			before := picture(table)
			next, events := cti.Apply(table, cti.Input{Driver: driver, At: now, Fact: fact, NewID: func() string { ids++; return fmt.Sprint(ids) }})
			if picture(table) != before {
				t.Fatalf("%T%+v changed the old table from\n%s\nto\n%s", fact, fact, before, picture(table))
			}
			table = next
			for _, e := range events {
				if e.Call == nil {
					continue
				}
				if ended[e.Call.ID] {
					t.Fatalf("%s of %s after its end, by %T%+v", e.Type, e.Call.ID, fact, fact)
				}
				if (e.Type == cti.EventCallEnded) != (e.Call.State == cti.Ended) {
					t.Fatalf("%s shows a call that is %s", e.Type, e.Call.State)
				}
				ended[e.Call.ID] = e.Type == cti.EventCallEnded
			}
			if why := broken(table, ended); why != "" {
				t.Fatalf("after %s's %T%+v: %s\nbefore:\n%s\nnow:\n%s", driver, fact, fact, why, before, picture(table))
			}
		}
	})
}

// broken says which promise a table breaks, "" when it keeps all.
func broken(t cti.Table, ended map[string]bool) string {
	if len(t.Calls) > 64 || len(t.Recent) > 100 {
		return fmt.Sprintf("%d live and %d ended calls", len(t.Calls), len(t.Recent))
	}
	ids, refs := map[string]bool{}, map[cti.Ref]bool{}
	for i, c := range slices.Concat(t.Calls, t.Recent) {
		live := i < len(t.Calls)
		switch {
		case ids[c.ID]:
			return "two calls have the id " + c.ID
		case live != c.Live(), live == ended[c.ID]:
			return "the call " + c.ID + " is in the wrong list"
		case c.Live() != (c.EndReason == ""), c.Live() != c.EndedAt.IsZero():
			return "the call " + c.ID + " has an end, or lacks one"
		case len(c.Refs) > 0 && c.Ref != c.Refs[0].Ref:
			return "the call " + c.ID + " shows a ref that is not its first"
		case c.Actions == nil:
			return "the call " + c.ID + " has no list of actions"
		}
		ids[c.ID] = true
		for _, r := range c.Refs {
			if live && refs[r] {
				return "two live calls are called " + r.Ref + " by " + r.Driver
			}
			refs[r] = refs[r] || live
		}
	}
	return ""
}
