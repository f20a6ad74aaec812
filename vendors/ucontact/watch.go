package ucontact

import (
	"context"
	"slices"
	"time"

	"ctiagent/cti"
)

// quickPoll is the wait between two looks while something is under way.
const quickPoll = time.Second

// watch is one Run: everything in it belongs to the loop's goroutine.
type watch struct {
	s     *session
	emit  func(cti.Fact)
	told  map[string]call // by ref
	over  int             // calls that had ended at the last look
	agent cti.AgentFact   // as told last
}

// look asks how the agent stands and tells what has changed.
func (w *watch) look(ctx context.Context, fresh bool) (next time.Duration, err error) {
	desk := w.s.host.Desk()
	book := w.s.book(desk)
	asked := w.s.host.Clock().Now()
	status, agent, err := w.s.lookAt(ctx, cti.AgentStateNow.Name, desk)
	if err != nil {
		return 0, err
	}
	book.observe(status, asked)
	if w.s.takeWished() {
		// The wish has told the desk how the agent stands now, and this look may find that it is so no more.
		w.agent = cti.AgentFact{}
	}
	live := book.live()
	endings, over := book.endings(w.over)
	if w.over = over; fresh {
		w.snapshot(live, agent)
	} else {
		w.report(live, endings, agent)
	}
	if next = w.s.opts.poll; status != unseen && book.busy() && (next == 0 || next > quickPoll) {
		next = quickPoll
	}
	return next, nil
}

func (w *watch) snapshot(live []call, agent cti.AgentFact) {
	clear(w.told)
	s := cti.SnapshotFact{}
	for _, c := range live {
		w.told[c.ref] = c
		s.Calls = append(s.Calls, c.fact(c.state))
	}
	if w.agent = agent; agent != (cti.AgentFact{}) {
		s.Agent = &agent
	}
	w.emit(s)
}

func (w *watch) report(live []call, endings []ending, agent cti.AgentFact) {
	for _, e := range endings {
		if _, known := w.told[e.ref]; !known {
			w.emit(e.fact(e.state)) // dialled and over between two looks: who dialled it waits for word of it
		}
		w.end(e.call, e.why)
	}
	for ref, c := range w.told {
		if !slices.ContainsFunc(live, func(k call) bool { return k.ref == ref }) {
			w.end(c, cti.EndUnknown) // the book has forgotten why
		}
	}
	for _, c := range live {
		old, known := w.told[c.ref]
		if !known || old.state != c.state || old.number != c.number || old.inferred != c.inferred {
			w.told[c.ref] = c
			w.emit(c.fact(c.state))
		}
	}
	if agent != w.agent {
		w.agent = agent
		w.emit(agent)
	}
}

func (w *watch) end(c call, why cti.EndReason) {
	delete(w.told, c.ref)
	f := c.fact(cti.Ended)
	f.EndReason = why
	w.emit(f)
}
