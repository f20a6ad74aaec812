package catix

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/feed"
	"ctiagent/vendors/internal/life"
	"ctiagent/vendors/internal/poll"
	"ctiagent/vendors/internal/shelf"
)

// steadyAfter is how long a link must have held to begin again with the shortest pause.
const steadyAfter = 10 * time.Second

// session is the driver at work for one desk.
type session struct {
	opts    options
	host    cti.Host
	log     *slog.Logger
	fails   *fault.Maker
	shelf   *shelf.Shelf[book] // by address and agent
	actions *cti.Actions
	life    life.Life
	events  feed.Feed[Event]

	mu      sync.Mutex
	link    *link      // nil while none is logged in
	refused *cti.Error // the log-in that was refused
}

var _ cti.Session = (*session)(nil)

func newSession(o options, host cti.Host, shelf *shelf.Shelf[book]) *session {
	s := &session{opts: o, host: host, log: host.Log(), fails: fault.New(driverName, driverTitle, o.password), shelf: shelf}
	s.actions = cti.Bind(s, functions())
	return s
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	s.events.Close()
	return nil
}

// Run keeps one connection until ctx ends or Close, see cti.Session. A refused log-in ends it, for trying again could only
// lock the user out.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	var one sync.Mutex // facts come from here and from who reads the connection
	tell := emit
	emit = func(f cti.Fact) {
		one.Lock()
		defer one.Unlock()
		tell(f)
	}
	return s.life.Run(ctx, func(ctx context.Context) error {
		s.setRefused(nil)
		pauses := poll.NewPauses()
		emit(cti.LinkFact{State: cti.LinkConnecting})
		for ctx.Err() == nil {
			began := s.host.Clock().Now()
			err := s.serve(ctx, emit)
			if ctx.Err() != nil {
				return nil
			}
			if errors.Is(err, cti.Unauthorized) {
				return err
			}
			emit(cti.LinkFact{State: cti.LinkDegraded, Detail: cti.AsError(err).Text, DetailID: fault.DetailID(err)})
			if s.host.Clock().Now().Sub(began) >= steadyAfter {
				pauses.Reset()
			}
			if err := cti.Wait(ctx, s.host.Clock(), pauses.NextBackOff()); err != nil {
				return nil
			}
		}
		return nil
	})
}

// serve is the life of one connection.
func (s *session) serve(ctx context.Context, emit func(cti.Fact)) error {
	op := "link"
	l, err := connect(ctx, s.opts.address, s.fails)
	if err != nil {
		e := s.fails.Transport(op, "the system", err)
		e.Sent = cti.NotSent
		return e
	}
	w := newWatch(ctx, s, l, emit)
	ended := make(chan error, 1)
	go func() { ended <- l.read(w.take, w.strange) }()
	defer func() {
		defer w.asks.Wait()
		s.setLink(nil)
		l.end(errClosed)
		if err := <-ended; !errors.Is(err, errClosed) {
			s.log.Debug("the connection to Catix ended", "error", err)
		}
	}()
	stop := context.AfterFunc(ctx, func() { l.end(ctx.Err()) })
	defer stop()
	if e := s.logIn(ctx, l, s.opts.mode, op); e != nil {
		if e.Kind == cti.Unauthorized {
			s.setRefused(e)
		}
		return e
	}
	desk := s.host.Desk()
	status, e := s.statusOf(ctx, l, op, desk.Agent)
	if e != nil {
		return e
	}
	s.setLink(l) // before the snapshot: who has seen it may wish at once
	w.begin(status)
	emit(cti.LinkFact{State: cti.LinkConnected})
	<-l.over
	return s.fails.Make(cti.Unavailable, op, "the system closed the connection", cti.MaybeSent, nil)
}

// logIn logs the integration user in on a connection.
func (s *session) logIn(ctx context.Context, l *link, mode, op string) *cti.Error {
	m := message{Command: "LOGAR_MULTI_USER", Attributes: map[string]any{"usuario": s.opts.user, "senha": s.opts.password}}
	if mode == modeSingle {
		m.Command, m.Agent = "LOGAR_SINGLE_USER", s.host.Desk().Agent
	}
	r, e := l.ask(ctx, op, m)
	if e != nil {
		return e
	}
	return judge(s.fails, op, r)
}

func (s *session) setLink(l *link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = l
}

func (s *session) setRefused(e *cti.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = e
}

// up answers the connection a wish goes by.
func (s *session) up(op string) (*link, *cti.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.link != nil:
		return s.link, nil
	case s.refused != nil:
		e := *s.refused
		e.Op, e.Sent = op, cti.NotSent
		return nil, &e
	}
	return nil, down(s.fails, op)
}

// ask sends one command and reads the attributes of its reply into out, which may be nil.
func (s *session) ask(ctx context.Context, op string, m message, out any) error {
	if e := s.bounded(op, m); e != nil {
		return e
	}
	l, e := s.up(op)
	if e != nil {
		return e
	}
	r, e := l.ask(ctx, op, m)
	if e != nil {
		return e
	}
	if e := judge(s.fails, op, r); e != nil {
		return e
	}
	return s.attributes(op, r, out)
}

func (s *session) attributes(op string, r reply, out any) error {
	if out == nil {
		return nil
	}
	raw := r.Attributes
	if len(raw) == 0 {
		raw = json.RawMessage("{}")
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return s.fails.Make(cti.Unavailable, op, "the reply was not understood", cti.CertainSent, err)
	}
	return nil
}

// bounded refuses what would be too long or break out of its line.
func (s *session) bounded(op string, m message) *cti.Error {
	check := func(name, v string) *cti.Error {
		if len(v) > longestText || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return s.fails.Make(cti.BadRequest, op, "the parameter "+name+" must have at most 500 bytes and no control characters", cti.NotSent, nil)
		}
		return nil
	}
	for name, v := range m.Attributes {
		if text, ok := v.(string); ok {
			if e := check(name, text); e != nil {
				return e
			}
		}
	}
	for _, f := range [][2]string{{"agente", m.Agent}, {"numeroDiscado", m.Number}, {"destino", m.To}, {"idDestino", m.ToID}} {
		if e := check(f[0], f[1]); e != nil {
			return e
		}
	}
	return nil
}

// agent picks the agent a command is for.
func (s *session) agent(op string, t cti.Target, in string) (string, error) {
	if id := cmp.Or(in, t.Agent); id != "" {
		return id, nil
	}
	return "", s.fails.Make(cti.BadRequest, op, "the agent's id is missing", cti.NotSent, nil)
}

// statusOf asks STATUS_AGENTE on a connection that need not be the session's yet. Without an agent there is nothing to ask.
func (s *session) statusOf(ctx context.Context, l *link, op, agent string) (*AgentStatus, *cti.Error) {
	if agent == "" {
		return nil, nil
	}
	r, e := l.ask(ctx, op, message{Command: "STATUS_AGENTE", Agent: agent})
	if e != nil {
		return nil, e
	}
	if e := judge(s.fails, op, r); e != nil {
		return nil, e
	}
	out := &AgentStatus{}
	if err := s.attributes(op, r, out); err != nil {
		return nil, cti.AsError(err)
	}
	return out, nil
}
