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
	if fresh {
		w.snapshot(book.live(), agent)
	} else {
		w.report(book, agent)
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

func (w *watch) report(b *book, agent cti.AgentFact) {
	live := b.live()
	for ref, c := range w.told {
		if slices.ContainsFunc(live, func(k call) bool { return k.ref == ref }) {
			continue
		}
		delete(w.told, ref)
		f := c.fact(cti.Ended)
		if e, ok := b.gone(ref); ok {
			f = e.fact(cti.Ended)
			f.EndReason = e.why
		}
		w.emit(f)
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
