package grandstream

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/life"
	"ctiagent/vendors/internal/poll"
	"ctiagent/vendors/internal/wire"
)

// lookTimeout bounds one look at the lines: what takes longer on a local network does not come.
const lookTimeout = 5 * time.Second

// session is the driver at work for one desk.
type session struct {
	opts    options
	host    cti.Host
	log     *slog.Logger
	fails   *fault.Maker
	web     *wire.Client
	phone   *phone
	actions *cti.Actions
	life    life.Life
	hands   chan struct{} // of one: who looks at the lines and then presses a key

	mu      sync.Mutex
	loop    *poll.Loop               // nil while Run does not run
	asked   time.Time                // when something last happened that a look will show
	endings map[string]cti.EndReason // why a call will end, by ref
	toggled toggled
}

var _ cti.Session = (*session)(nil)

// toggled is the last press of HOLD: the phone needs a moment until its lines show it.
type toggled struct {
	ref  string
	want cti.CallState
	at   time.Time
}

func newSession(o options, host cti.Host, p *phone) (*session, error) {
	web, err := wire.New(o.url)
	if err != nil {
		return nil, badOption(optionURL, "must look like http://192.168.0.25")
	}
	s := &session{opts: o, host: host, log: host.Log(), fails: fault.New(driverName, driverTitle, o.password, escape(o.password)), web: web,
		phone: p, hands: make(chan struct{}, 1), endings: map[string]cti.EndReason{}}
	s.actions = cti.Bind(s, functions())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run looks at the phone until ctx ends or Close, see cti.Session. A wrong password ends it.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		s.phone.unseen()
		w := newWatch(s, emit)
		w.loop = poll.New(s.host.Clock(), w.link, w.look)
		s.setLoop(w.loop)
		defer s.setLoop(nil)
		return w.loop.Run(ctx)
	})
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	s.web.Close()
	return nil
}

func (s *session) setLoop(l *poll.Loop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loop = l
}

// stir makes Run look at once and for a while more often: something was done that will show on a line.
func (s *session) stir() {
	s.mu.Lock()
	s.asked = s.host.Clock().Now()
	loop := s.loop
	s.mu.Unlock()
	if loop != nil {
		loop.Kick()
	}
}

func (s *session) stirred(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.asked.IsZero() && now.Sub(s.asked) < settling
}

// endsAs remembers why a call is about to end; "" takes it back.
func (s *session) endsAs(ref string, why cti.EndReason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.endings) >= mostLines {
		clear(s.endings)
	}
	if s.endings[ref] = why; ref == "" || why == "" {
		delete(s.endings, ref)
	}
}

func (s *session) endOf(c call) cti.EndReason {
	s.mu.Lock()
	defer s.mu.Unlock()
	why, told := s.endings[c.ref]
	delete(s.endings, c.ref)
	switch {
	case c.answered:
		return cti.EndCompleted
	case told:
		return why
	}
	return cti.EndUnknown
}

// ask calls one program of the phone. query is its own parameters, escaped.
func (s *session) ask(ctx context.Context, op, program, query string, r wire.Request) (answer, *cti.Error) {
	r.Target = "/cgi-bin/" + program + "?" + query
	got, err := s.web.Send(ctx, r)
	if e := s.fails.Web(op, got, err); e != nil {
		switch e.Kind {
		case cti.Unauthorized:
			e.Hint = hintPassword
		case cti.Unsupported:
			e.Hint = hintFunction
		}
		return answer{}, e
	}
	a, err := readAnswer(got.Body)
	if err != nil {
		e := s.fails.Strange(op, wire.Text(got.Body))
		e.Hint = hintAddress
		return answer{}, e
	}
	return a, s.judge(op, a)
}

// guide asks in the format of the CTI guide: passcode first.
func (s *session) guide(ctx context.Context, op, program, params string, r wire.Request) (answer, *cti.Error) {
	query := "passcode=" + escape(s.opts.password)
	if params != "" {
		query += "&" + params
	}
	return s.ask(ctx, op, program, query, r)
}

// lines asks what the lines show now.
func (s *session) lines(ctx context.Context, op string) ([]Line, *cti.Error) {
	a, e := s.guide(ctx, op, programLines, "", wire.Request{Again: true, Timeout: lookTimeout})
	if e != nil {
		return nil, e
	}
	list, err := readLines(a.Body)
	if err != nil {
		e := s.fails.Make(cti.Unavailable, op, "the list of lines was not understood", cti.CertainSent, err)
		e.Hint = hintAddress
		return nil, e
	}
	return list, nil
}

// look asks what the lines show and files it.
func (s *session) look(ctx context.Context, op string) ([]call, *cti.Error) {
	release, err := s.phone.hold(ctx)
	if err != nil {
		return nil, s.fails.Transport(op, "the phone", wire.NotSent{Err: err})
	}
	defer release()
	list, e := s.lines(ctx, op)
	if e != nil {
		s.phone.unseen()
		return nil, e
	}
	return s.phone.file(list, s.host.Clock().Now()), nil
}

// escape writes a value so that the simplest web server reads it: a blank as %20, everything else as usual.
func escape(value string) string { return strings.ReplaceAll(url.QueryEscape(value), "+", "%20") }
