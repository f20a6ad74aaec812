package vocom

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// watch is one Run: everything in it belongs to the loop's goroutine.
type watch struct {
	s       *session
	emit    func(cti.Fact)
	told    map[string]call      // by ref
	over    int                  // calls that had ended at the last look
	agent   cti.AgentFact        // as told last
	askedAt map[string]time.Time // when which look was last made
}

func newWatch(s *session, emit func(cti.Fact)) *watch {
	return &watch{s: s, emit: emit, told: map[string]call{}, askedAt: map[string]time.Time{}}
}

// look asks what is due and tells what has changed. A kick without anything due tells what a wish has changed.
func (w *watch) look(ctx context.Context, fresh bool) (next time.Duration, err error) {
	desk := w.s.host.Desk()
	changed := w.s.takeChanged()
	book := w.s.book(desk.Agent)
	agent := w.agent
	if desk.Agent != "" && (fresh || changed || w.due("agent", w.s.opts.poll)) {
		if agent, err = w.s.lookAtAgent(ctx, desk); err != nil {
			return 0, err
		}
		w.asked("agent")
	}
	if w.s.opts.pop > 0 && desk.Agent != "" && (fresh || w.due("pop", w.s.opts.pop)) {
		if err := w.s.lookForCall(ctx, desk.Agent, book); err != nil {
			return 0, err
		}
		w.asked("pop")
	}
	if changed {
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
	return w.next(), nil
}

func (w *watch) asked(what string) { w.askedAt[what] = w.s.host.Clock().Now() }

// due says whether a look that is made every so often is to be made again.
func (w *watch) due(what string, every time.Duration) bool {
	return every > 0 && w.since(what, w.s.host.Clock().Now()) >= every
}

// since is how long ago a look was last made. One of the future was made before the clock was set back, nobody knows when.
func (w *watch) since(what string, now time.Time) time.Duration {
	if ago := now.Sub(w.askedAt[what]); ago >= 0 {
		return ago
	}
	return math.MaxInt64
}

// next is the wait until something is due; 0 for never.
func (w *watch) next() (next time.Duration) {
	now := w.s.host.Clock().Now()
	for what, every := range map[string]time.Duration{"agent": w.s.opts.poll, "pop": w.s.opts.pop} {
		if every == 0 {
			continue
		}
		if wait := max(every-w.since(what, now), time.Millisecond); next == 0 || wait < next {
			next = wait
		}
	}
	return next
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
		if old, known := w.told[c.ref]; !known || old.state != c.state || old.number != c.number {
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

// lookAtAgent asks how the agent stands. Without a queue only the link is learnt.
func (s *session) lookAtAgent(ctx context.Context, desk cti.Target) (cti.AgentFact, error) {
	op := cti.AgentStateNow.Name
	if s.opts.queue == "" {
		_, e := s.ask(ctx, op, "agent/get_break_list", cti.Observe, map[string]string{"agent": desk.Agent})
		if e != nil && e.Kind != cti.NotFound { // an agent the system does not know has a link all the same
			return cti.AgentFact{}, e
		}
		return cti.AgentFact{ID: desk.Agent, Extension: desk.Extension}, nil
	}
	list, err := s.agents(ctx, op, s.opts.queue)
	if err != nil {
		return cti.AgentFact{}, err
	}
	f := cti.AgentFact{ID: desk.Agent, Extension: desk.Extension, State: cti.AgentOffline}
	for _, a := range append(list.LoggedIn, list.LoggedOut...) {
		if strings.EqualFold(a.Name, desk.Agent) {
			f.Name, f.State = a.Name, stateOf(a.Status)
			if a.Branch != "" && f.State != cti.AgentOffline {
				f.Extension = a.Branch
			}
		}
	}
	return f, nil
}

// stateOf reads a status: Available stands in manual 003, the others were seen in a public server.
func stateOf(status string) cti.AgentState {
	switch {
	case strings.HasPrefix(status, "Available"):
		return cti.AgentReady
	case status == "On Break":
		return cti.AgentPaused
	case status == "Logged Out":
		return cti.AgentOffline
	}
	return ""
}

// info is what get-info tells of an agent, seen in a public server.
type info struct {
	State   string `json:"state"`
	Caller  string `json:"caller"`
	Key     string `json:"key"`
	Code    string `json:"code"`
	Mailing string `json:"mailing_uuid"`
	Dialer  string `json:"dialer_uuid"`
	Row     string `json:"row_uuid"`
	Number  string `json:"number2call_field"`
	Popup   string `json:"popup"`
}

// lookForCall asks whether a call comes in.
func (s *session) lookForCall(ctx context.Context, agent string, b *book) error {
	var got info
	r := wire.Request{Target: s.opts.url.Path + "/cti/get-info/", Again: true}
	if e := s.post(ctx, "call.ringing", s.web, r, map[string]string{"agent": agent, "domain_uuid": s.opts.company}, &got); e != nil {
		return e
	}
	state := cti.CallState("")
	switch got.State {
	case "Receiving":
		state = cti.Ringing
	case "In a queue call":
		state = cti.Connected
	}
	b.incoming(state, bounded(got.Caller), got.contact())
	return nil
}

// contact is what get-info tells of the customer, under its own names; nil when it tells nothing.
func (i info) contact() map[string]string {
	var out map[string]string
	for name, v := range map[string]string{"key": i.Key, "code": i.Code, "mailing_uuid": i.Mailing, "dialer_uuid": i.Dialer,
		"row_uuid": i.Row, "number2call_field": i.Number, "popup": i.Popup} {
		if v == "" {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = bounded(v)
	}
	return out
}

func bounded(text string) string {
	if len(text) > longestText {
		text = strings.ToValidUTF8(text[:longestText], "")
	}
	return text
}
