package vicidial

import (
	"context"
	"maps"
	"net/url"
	"time"

	"ctiagent/cti"
)

// How long to wait between two looks at agent_status, by what the agent does: section 8 of what is known of the server.
const (
	inCall    = time.Second
	waiting   = 2 * time.Second
	idle      = 5 * time.Second
	loggedOut = 10 * time.Second
	afterPop  = 2 * time.Second
)

// watch is one Run: everything in it belongs to the loop's goroutine.
type watch struct {
	s       *session
	emit    func(cti.Fact)
	agent   cti.AgentFact // as told last
	told    *call         // as told last; nil: none
	preview string        // the lead told last
	ended   map[string]bool
}

func newWatch(s *session, emit func(cti.Fact)) *watch {
	return &watch{s: s, emit: emit, ended: map[string]bool{}}
}

// look asks what is due and tells what has changed. A kick on a road that need not ask tells what pages have told.
func (w *watch) look(ctx context.Context, fresh bool) (next time.Duration, err error) {
	desk := w.s.host.Desk()
	if e := w.s.refused("agent.state"); e != nil {
		return 0, e
	}
	if desk.Agent == "" {
		return 0, w.knock(ctx, fresh)
	}
	book := w.s.book(desk.Agent)
	look := book.look()
	row, asked, err := w.ask(ctx, desk.Agent, fresh)
	if err != nil {
		return 0, err
	}
	if asked {
		book.saw(row, look)
		next = w.s.pause(row)
		if code := book.takeLater(row); code != "" {
			w.sendLater(ctx, desk.Agent, code)
		}
	}
	p := book.page()
	p.agent.Reason = w.s.opts.reason(p.agent.Reason)
	if asked && w.s.takeWished() {
		// The wish has told the desk how the agent stands now, and this look may find that it is so no more.
		w.agent = cti.AgentFact{}
	}
	if fresh {
		w.snapshot(p)
	} else {
		w.report(p)
	}
	w.customer(ctx, book)
	if next == 0 && w.s.opts.road == roadWebForm && p.call != nil {
		next = afterPop
	}
	return next, nil
}

// knock sees whether the server is there at all, for a desk without an agent or an API user who may not ask how agents stand.
func (w *watch) knock(ctx context.Context, fresh bool) error {
	if !fresh {
		return nil
	}
	if _, e := w.s.ask(ctx, "agent.state", "version", nil); e != nil {
		return e
	}
	if w.s.host.Desk().Agent == "" {
		w.snapshot(page{})
	}
	return nil
}

// ask asks agent_status where the road wants it. Where the API user may not, the roads that push go on without.
func (w *watch) ask(ctx context.Context, agent string, fresh bool) (AgentRow, bool, error) {
	s := w.s
	s.mu.Lock()
	blind := s.blind
	s.mu.Unlock()
	pushed := s.opts.road != roadPoll
	if blind && pushed || s.opts.road == roadHook && !fresh {
		return AgentRow{}, false, w.knock(ctx, fresh)
	}
	row, e := s.status(ctx, "agent.state", agent)
	switch {
	case e != nil && e.Kind == cti.Forbidden && pushed:
		return AgentRow{}, false, w.knock(ctx, fresh)
	case e != nil:
		return AgentRow{}, false, e
	}
	return row, true, nil
}

// pause is how long to wait before the next look.
func (s *session) pause(r AgentRow) time.Duration {
	if s.opts.road == roadHook {
		return 0
	}
	switch {
	case r.Status == "":
		return s.unlessPushed(loggedOut)
	case r.Status == statusInCall, r.Status == statusQueue, r.Status == statusMQueue, r.Sub != "":
		return inCall
	case r.Status == statusPaused:
		return s.unlessPushed(idle)
	}
	return s.unlessPushed(waiting)
}

func (s *session) unlessPushed(d time.Duration) time.Duration {
	if s.opts.road == roadPoll {
		return d
	}
	return 0
}

func (w *watch) snapshot(p page) {
	w.told, w.agent, w.preview = p.call, p.agent, ""
	for _, e := range p.ended {
		w.ended[e.call.ref] = true
	}
	f := cti.SnapshotFact{}
	if p.agent != (cti.AgentFact{}) {
		f.Agent = &p.agent
	}
	if p.call != nil {
		f.Calls = append(f.Calls, p.call.fact())
	}
	w.emit(f)
	w.showPreview(p)
}

func (w *watch) report(p page) {
	for _, e := range p.ended {
		w.end(e)
	}
	if w.told != nil && (p.call == nil || p.call.ref != w.told.ref) {
		// The book forgot it: more calls ended than it remembers.
		w.end(ending{*w.told, cti.EndUnknown})
	}
	if p.call != nil && !w.ended[p.call.ref] && (w.told == nil || !same(*w.told, *p.call)) {
		w.emit(p.call.fact())
	}
	w.told = p.call
	if p.agent != w.agent {
		w.agent = p.agent
		w.emit(p.agent)
	}
	w.showPreview(p)
}

// end tells that a call is over, and of one nobody has seen that it was there at all.
func (w *watch) end(e ending) {
	if w.ended[e.call.ref] {
		return
	}
	w.ended[e.call.ref] = true
	f := e.call.fact()
	if w.told == nil || w.told.ref != e.call.ref {
		w.emit(f)
	}
	f.State, f.Inferred, f.EndReason = cti.Ended, false, e.why
	w.emit(f)
	w.forget()
}

// forget keeps the list of ended calls from growing without end: a ref that the book has forgotten comes no more.
func (w *watch) forget() {
	if len(w.ended) < 16*mostEndings {
		return
	}
	kept := map[string]bool{}
	for _, e := range w.s.book(w.s.host.Desk().Agent).page().ended {
		kept[e.call.ref] = true
	}
	w.ended = kept
}

func (w *watch) showPreview(p page) {
	switch {
	case p.preview == nil:
		w.preview = ""
	case p.preview.Contact["lead_id"] != w.preview:
		w.preview = p.preview.Contact["lead_id"]
		w.emit(cti.PreviewFact{Contact: *p.preview})
	}
}

func same(a, b call) bool {
	return a.ref == b.ref && a.state == b.state && a.inferred == b.inferred && a.number == b.number && a.display == b.display &&
		a.campaign == b.campaign && maps.Equal(a.contact, b.contact)
}

// customer asks once for the data of the customer on the screen, after the call itself was told.
func (w *watch) customer(ctx context.Context, b *book) {
	c, live := b.now("")
	if !live || c.known || c.lead == "" || c.lead == "0" {
		return
	}
	w.s.mu.Lock()
	bare := w.s.bare
	w.s.mu.Unlock()
	if bare {
		return
	}
	fields, e := w.s.lead(ctx, "agent.state", c.lead)
	if e != nil {
		w.s.mu.Lock()
		w.s.bare = w.s.bare || e.Kind == cti.Forbidden
		w.s.mu.Unlock()
		w.s.log.Debug("the customer's data was not to be had", "driver", driverName, "error", e)
		b.learn(c, nil)
		return
	}
	b.learn(c, shown(fields))
	p := b.page()
	p.agent.Reason = w.s.opts.reason(p.agent.Reason)
	w.report(p)
}

// shown are the fields of a lead that say something, bounded.
func shown(fields map[string]string) map[string]string {
	const most = 60
	out := map[string]string{}
	for name, v := range fields {
		if v != "" && len(v) <= 4*longestText && len(name) <= 64 && len(out) < most {
			out[name] = v
		}
	}
	return out
}

// sendLater sets the reason of a pause that was asked for during a call.
func (w *watch) sendLater(ctx context.Context, agent, code string) {
	f := url.Values{"agent_user": {agent}, "value": {code}}
	if _, e := w.s.tell(ctx, cti.AgentPause.Name, "pause_code", cellPauseCode, agent, f); e != nil {
		w.s.log.Warn("the reason of the pause was not set", "driver", driverName, "error", e)
	}
}
