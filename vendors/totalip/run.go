package totalip

import (
	"context"
	"errors"
	"maps"
	"net"
	"net/url"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/stack"
	"ctiagent/vendors/internal/poll"

	"github.com/cenkalti/backoff/v5"
)

const (
	dialPoll  = time.Second
	wishPoll  = time.Minute            // how long an accepted discar is looked for while no line tells of it
	justNow   = 30 * time.Second       // how old a call may be that an answer to discar is about
	ringLimit = 5 * time.Minute        // a call dialing longer than this is not looked at any more
	settling  = time.Second            // a system may take a connection later than it opens, and its lines go nowhere until then
	quietEnd  = 100 * time.Millisecond // a whole line without a line end counts after this silence
)

// The questions Run puts to status_ramal.
type purpose string

const (
	forSnapshot purpose = "snapshot"
	forDialing  purpose = "dialing"
	forRinging  purpose = "ringing"
	forAgent    purpose = "agent"
	forSettling purpose = "settling"
)

// What the helpers of Run post to it. gen tells messages of an earlier connection from those of this one.
type (
	dialed struct {
		conn net.Conn
		err  error
	}
	chunk struct {
		gen  int
		data []byte
		read chan<- struct{}
	}
	lost struct {
		gen int
		err error
	}
	seen struct {
		purpose purpose
		status  ExtensionStatus
		err     error
		lines   int // about the agent that had come when it was asked
		number  int // of the question, in the order they were asked
	}
	due struct{ what string }
)

// The names of Run's timers.
const (
	dueRetry = "retry"
	duePoll  = "poll"
	dueRing  = "ring"
	dueFlush = "flush"
	dueLook  = "look"
)

// watch is one Run: a single goroutine owns all of it, the others only post.
type watch struct {
	s     *session
	ctx   context.Context
	emit  func(cti.Fact)
	ext   string // the desk's extension; "" is none yet
	inbox chan any
	wg    sync.WaitGroup

	conn       net.Conn // nil while there is no event connection
	gen        int
	split      splitter
	early      []line // lines that came before the snapshot
	live       bool   // the snapshot has been told and the event connection stands
	synced     bool   // some snapshot has been told
	liveSince  time.Time
	pauses     *backoff.ExponentialBackOff
	keyRefused bool
	down       detail // why there is no event connection

	link   cti.LinkFact
	agent  cti.AgentFact // as last told
	asking map[purpose]bool
	again  bool // to look at the agent once more after the look that is under way
	lines  int  // about the agent so far
	asked  int  // questions so far
	newest int  // the latest question whose answer counted
	timers map[string]func() bool
	wishes map[string]time.Time // numbers of accepted wishes that no line has told of, and until when they are looked for
}

func newWatch(s *session, emit func(cti.Fact)) *watch {
	ext := s.host.Desk().Extension
	if s.desk != ext { // another desk: nothing known of the last one is true here
		s.desk, s.book = ext, newCallBook()
		s.setPaused(false)
		s.contacts.forget()
	}
	return &watch{s: s, emit: emit, ext: ext, inbox: make(chan any), pauses: poll.NewPauses(),
		asking: map[purpose]bool{}, timers: map[string]func() bool{}, wishes: map[string]time.Time{}}
}

func (w *watch) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	w.ctx = ctx
	defer w.wg.Wait()
	defer func() {
		cancel()
		w.dropConn()
		for _, stop := range w.timers {
			stop()
		}
	}()
	w.say(cti.LinkConnecting, detail{})
	w.connect()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-w.inbox:
			w.handle(m)
		case n := <-w.s.notes:
			w.noted(n)
		}
	}
}

func (w *watch) handle(m any) {
	w.want()
	switch m := m.(type) {
	case dialed:
		w.connected(m)
	case chunk:
		if m.gen == w.gen && w.conn != nil {
			w.read(m.data)
		}
		close(m.read)
	case lost:
		if m.gen == w.gen && w.conn != nil {
			w.disconnected(m.err)
		}
	case seen:
		delete(w.asking, m.purpose)
		w.saw(m)
	case due:
		delete(w.timers, m.what)
		w.fired(m.what)
	}
}

// post hands a message to Run; it answers false when Run is ending.
func (w *watch) post(m any) bool {
	select {
	case w.inbox <- m:
		return true
	case <-w.ctx.Done():
		return false
	}
}

func (w *watch) spawn(f func()) {
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		stack.Reserve16()
		f()
	}()
}

// after sets a timer, unless it is set already.
func (w *watch) after(what string, d time.Duration) {
	if w.timers[what] == nil {
		w.timers[what] = w.s.host.Clock().AfterFunc(d, func() { w.post(due{what}) })
	}
}

func (w *watch) cancel(what string) {
	if stop := w.timers[what]; stop != nil {
		stop()
		delete(w.timers, what)
	}
}

func (w *watch) now() time.Time { return w.s.host.Clock().Now() }

// say tells of the link when it changed.
func (w *watch) say(state cti.LinkState, why detail) {
	f := cti.LinkFact{State: state, Detail: why.text, DetailID: why.id}
	if f != w.link {
		w.link = f
		w.emit(f)
	}
}

// ask puts a question to status_ramal, one of each kind at a time.
func (w *watch) ask(p purpose) {
	if w.asking[p] {
		return
	}
	w.asking[p] = true
	w.asked++
	lines, number := w.lines, w.asked
	w.spawn(func() {
		st, err := w.s.lookAt(w.ctx, StatusOf.Name, url.Values{"ramal": {w.ext}})
		w.post(seen{p, st, err, lines, number})
	})
}

// saw handles an answer of status_ramal.
func (w *watch) saw(m seen) {
	if errors.Is(m.err, cti.Unauthorized) && !w.keyRefused {
		// A wrong key is not offered again by itself; the event socket needs none.
		w.keyRefused = true
		if w.live {
			w.say(cti.LinkDegraded, keyDetail())
		}
	}
	old := m.err == nil && m.number < w.newest
	if m.err == nil {
		w.newest = max(w.newest, m.number)
	}
	switch {
	case old && (m.purpose == forSnapshot || m.purpose == forAgent):
		w.ask(m.purpose) // what was asked later has shown more: this would end calls that go on
	case m.purpose != forSnapshot:
		if old {
			w.s.log.Debug("an answer of status_ramal came after a newer one", "for", m.purpose)
		} else if m.err == nil {
			w.look(m.status, m.purpose, m.lines == w.lines)
		} else {
			w.s.log.Debug("status_ramal", "for", m.purpose, "error", m.err)
		}
		if m.purpose == forAgent && w.again {
			w.again = false
			w.ask(forAgent)
		}
		w.arm()
	case m.err == nil:
		w.snapshot(&m.status)
		w.settle(detail{})
	case w.keyRefused:
		w.snapshot(nil)
		w.settle(keyDetail())
	default:
		w.dropConn()
		e := cti.AsError(m.err)
		state := cti.LinkDisconnected
		if e.Kind != cti.Unavailable && e.Kind != cti.Timeout {
			state = cti.LinkDegraded // the system answers, though not for this extension
		}
		w.say(state, snapshotDetail(e))
		w.retry()
	}
}

// settle goes on after a snapshot: live when the event connection stands, else with another attempt.
func (w *watch) settle(why detail) {
	if w.conn == nil {
		state := cti.LinkDegraded
		if why != (detail{}) {
			state = cti.LinkDisconnected // neither events nor answers
		}
		w.say(state, w.down)
		w.retry()
		w.arm()
		return
	}
	w.live, w.liveSince = true, w.now()
	early := w.early
	w.early = nil
	for _, l := range early {
		w.event(l)
	}
	state := cti.LinkConnected
	if w.keyRefused {
		state = cti.LinkDegraded
	}
	w.say(state, why)
	if w.ext != "" && !w.keyRefused {
		w.after(dueLook, settling)
	}
	w.arm()
}

// want takes over the wishes that were accepted meanwhile.
func (w *watch) want() {
	for _, n := range w.s.takeWanted() {
		if !w.s.book.dialedAfter(n.number, n.at.Add(-justNow)) { // else its line was faster than the answer
			w.wishes[n.number] = n.at.Add(wishPoll)
		}
	}
}

func (w *watch) noted(n note) {
	w.want()
	if n.dialed {
		w.cancel(duePoll)
		if w.synced && !w.keyRefused && w.ext != "" {
			w.fired(duePoll)
		}
		return
	}
	if w.synced && w.ext != "" && !w.keyRefused {
		w.again = w.asking[forAgent] // the look under way may have seen the agent as it was before
		w.ask(forAgent)
	}
}

// arm sets the timers of the looks that are wanted now; with nothing dialing and no look for ringing phones wished,
// there are none.
func (w *watch) arm() {
	if !w.synced || w.keyRefused || w.ext == "" {
		return
	}
	if w.wantDialing() && !w.asking[forDialing] {
		w.after(duePoll, dialPoll)
	}
	if w.s.opts.ringingPoll > 0 && !w.asking[forRinging] {
		w.after(dueRing, w.s.opts.ringingPoll)
	}
}

func (w *watch) wantDialing() bool {
	return w.wished() || w.s.book.dialing(w.now(), ringLimit)
}

// wished says whether an accepted wish is still looked for.
func (w *watch) wished() bool {
	now := w.now()
	maps.DeleteFunc(w.wishes, func(_ string, until time.Time) bool { return !now.Before(until) })
	return len(w.wishes) > 0
}

// fulfilled forgets the wish for a number: a call to it is known now.
func (w *watch) fulfilled(number string) {
	maps.DeleteFunc(w.wishes, func(wish string, _ time.Time) bool { return cti.SameNumber(wish, number) })
}

func (w *watch) fired(what string) {
	switch what {
	case dueRetry:
		w.connect()
	case duePoll:
		if w.wantDialing() {
			w.ask(forDialing)
		}
	case dueRing:
		if w.idle() {
			w.ask(forRinging)
		}
		w.arm()
	case dueLook:
		w.ask(forSettling)
	case dueFlush:
		if w.conn != nil && w.split.waiting() {
			w.split.finish(w.take)
			w.arm()
		}
	}
}

// idle says whether a ringing phone could only be an incoming call.
func (w *watch) idle() bool {
	only := w.s.book.ringing()
	return !w.wished() && (len(w.s.book.live) == 0 || len(w.s.book.live) == 1 && only != nil)
}
