package ctitest

import (
	"fmt"
	"testing"

	"ctiagent/cti"
)

func checkFold(t testing.TB, s Subject) {
	t.Helper()
	w := newWorld(t, s)
	r := w.start()
	w.agree(r, "at first")
	call := w.sim.Ring(someone)
	if call != nil {
		w.agree(r, "while a call rings")
		call.Answer()
		r.wait("the answered call", func() bool { return r.connected(someone) != nil })
		w.agree(r, "in a call")
		call.Hangup()
		w.agree(r, "after the call")
	}
	each(t, s, acts, func(w *world, sample Sample) {
		r := w.start()
		if _, err := w.do(r.session, w.prepare(r, sample), sample); err != nil {
			t.Errorf("%s: %v", sample.Name, err)
			return
		}
		w.agree(r, "after "+sample.Name)
	})
}

// agree waits until what r has told so far is what a session opened later is
// shown at once. Each try asks anew: the PBX may still be at work.
func (w *world) agree(r *watch, when string) {
	w.t.Helper()
	var wrong string
	if !w.until(func() bool { wrong = w.differ(r.folded(), w.snapshot()); return wrong == "" }) {
		w.t.Errorf("%s: %s; told so far:%s", when, wrong, r.story())
	}
}

// snapshot is the first snapshot of a session of its own.
func (w *world) snapshot() cti.SnapshotFact {
	session := w.open()
	r := w.run(session)
	r.wait("a snapshot", func() bool { return r.count(isSnapshot) > 0 })
	r.stop()
	w.close(session)
	for _, f := range r.told() {
		if s, ok := f.(cti.SnapshotFact); ok {
			return s
		}
	}
	panic("unreachable: the wait saw a snapshot")
}

// differ says where folded facts and a snapshot contradict each other. What a
// snapshot does not tell it does not contradict.
func (w *world) differ(table cti.Table, s cti.SnapshotFact) string {
	var seen int
	for _, k := range s.Calls {
		if k.State == cti.Ended {
			continue
		}
		seen++
		var c *cti.Call
		for _, l := range table.Calls {
			if l.RefOf(w.s.Driver.Name) == k.Ref {
				c = l
			}
		}
		if c == nil {
			return fmt.Sprintf("the snapshot has the call %q, the facts do not", k.Ref)
		}
		for _, f := range []struct{ what, fact, shown string }{
			{"state", string(c.State), string(k.State)},
			{"direction", string(c.Direction), string(k.Direction)},
			{"number", c.Remote.Raw, k.Number},
			{"name", c.Remote.Display, k.Display},
			{"from", c.From, k.From},
			{"to", c.To, k.To},
			{"campaign", c.Campaign, k.Campaign},
			{"queue", c.Queue, k.Queue},
		} {
			if f.shown != "" && f.fact != f.shown {
				return fmt.Sprintf("the %s of the call %s is %q by the facts and %q in the snapshot", f.what, k.Ref, f.fact, f.shown)
			}
		}
		if k.Muted != nil && *k.Muted != c.Muted || k.Recording != nil && *k.Recording != c.Recording {
			return "the call " + k.Ref + " is muted or recorded differently"
		}
	}
	if seen != len(table.Calls) {
		return fmt.Sprintf("%d calls live by the facts, %d in the snapshot", len(table.Calls), seen)
	}
	return differAgent(table.Agent, w.fold(s).Agent)
}

// fold is the table of a snapshot alone.
func (w *world) fold(s cti.SnapshotFact) cti.Table {
	ids := 0
	t, _ := cti.Apply(cti.NewTable([]cti.DriverState{{Name: w.s.Driver.Name, Link: cti.LinkConnected}}, cti.Agent{}),
		cti.Input{Driver: w.s.Driver.Name, At: w.pace.Now(), Fact: s, NewID: func() string { ids++; return fmt.Sprint(ids) }})
	return t
}

func differAgent(a, b cti.Agent) string {
	one := [...]string{a.ID, a.Extension, a.Name, string(a.State), a.Reason}
	two := [...]string{b.ID, b.Extension, b.Name, string(b.State), b.Reason}
	if one != two {
		return fmt.Sprintf("the agent is %q by the facts and %q in the snapshot", one, two)
	}
	return ""
}
