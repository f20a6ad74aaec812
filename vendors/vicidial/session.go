package vicidial

import (
	"context"
	"log/slog"
	"net/http"
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

const (
	agentAPI    = "/agc/api.php"
	nonAgentAPI = "/vicidial/non_agent_api.php"
	formType    = "application/x-www-form-urlencoded"
)

// session is the driver at work for one desk.
type session struct {
	opts    options
	host    cti.Host
	log     *slog.Logger
	fails   *fault.Maker
	web     *wire.Client
	memory  *memory
	lines   byFunction
	actions *cti.Actions
	life    life.Life

	mu     sync.Mutex
	loop   *poll.Loop // nil while Run does not run
	wished bool       // something was done here since the last look
	barred *cti.Error // why the log-in was refused; nothing is sent while it is set
	blind  bool       // the API user may not ask agent_status
	bare   bool       // the API user may not ask for a customer's data
	zone   *time.Location
}

var _ cti.Session = (*session)(nil)

func newSession(o options, host cti.Host, memory *memory) (*session, error) {
	web, err := wire.New(o.url)
	if err != nil {
		return nil, badOption(optionURL, "must look like https://dialer.example.com")
	}
	s := &session{opts: o, host: host, log: host.Log(), fails: fault.New(driverName, driverTitle, o.password), web: web, memory: memory,
		lines: index(known()), zone: o.zone}
	s.actions = cti.Bind(s, functions())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run looks at the agent until ctx ends or Close, see cti.Session. A refused log-in ends it, and keeps everything else from
// being sent until Run is called anew: ten wrong passwords lock the user, and an agent's own screen with it.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		s.mu.Lock()
		s.barred, s.blind, s.bare = nil, false, false
		s.mu.Unlock()
		w := newWatch(s, emit)
		loop := poll.New(s.host.Clock(), emit, w.look)
		s.setLoop(loop)
		defer s.setLoop(nil)
		if s.opts.road == roadWebForm {
			if err := s.openDoor(ctx); err != nil {
				return err
			}
		}
		return loop.Run(ctx)
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

// stir lets Run look now.
func (s *session) stir() {
	s.mu.Lock()
	s.wished = true
	loop := s.loop
	s.mu.Unlock()
	if loop != nil {
		loop.Kick()
	}
}

// bar keeps everything from being sent after a refused log-in.
func (s *session) bar(e *cti.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.barred == nil {
		s.barred = e
	}
}

// refused is the error of a log-in that was refused before; nil when none was.
func (s *session) refused(op string) *cti.Error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.barred == nil {
		return nil
	}
	e := *s.barred
	e.Op, e.Sent = op, cti.NotSent
	return &e
}

// book is what is known of the calls of an agent.
func (s *session) book(agent string) *book { return s.memory.books.Of(s.opts.url.String(), agent) }

// ask calls a function of the Agent API that changes nothing.
func (s *session) ask(ctx context.Context, op, function string, form url.Values) (verdict, *cti.Error) {
	return s.send(ctx, op, function, wire.Request{Target: s.opts.url.Path + agentAPI, Again: true}, form)
}

// tell calls a function of the Agent API for an agent, once the agent's cell is free.
func (s *session) tell(ctx context.Context, op, function string, c cell, agent string, form url.Values) (verdict, *cti.Error) {
	r := wire.Request{Target: s.opts.url.Path + agentAPI}
	return s.inTurn(ctx, op, c, agent, form.Get("value"), func() (verdict, *cti.Error) {
		return s.send(ctx, op, function, r, form)
	})
}

// inTurn does something with a cell of an agent when nobody else does.
func (s *session) inTurn(ctx context.Context, op string, c cell, agent, value string, do func() (verdict, *cti.Error)) (verdict, *cti.Error) {
	if e := s.refused(op); e != nil {
		return verdict{}, e
	}
	if c == cellNone {
		return do()
	}
	leave, ok, err := s.memory.lanes.Of(s.opts.url.String(), agent, string(c)).enter(ctx, s.host.Clock())
	switch {
	case err != nil:
		return verdict{}, s.fails.Transport(op, "the system", wire.NotSent{Err: err})
	case !ok:
		return verdict{}, s.fails.Make(cti.RateLimited, op, "too many commands of this kind wait for the agent's page already", cti.NotSent, nil)
	}
	pause := gap
	if value == "LOCAL_CLOSER" || value == "DIAL_WITH_CUSTOMER" || value == "PARK_CUSTOMER_DIAL" {
		pause = gapGuarded
	}
	defer leave(pause)
	return do()
}

// look asks the Non-Agent API.
func (s *session) look(ctx context.Context, op, function string, form url.Values) (verdict, *cti.Error) {
	return s.send(ctx, op, function, wire.Request{Target: s.opts.url.Path + nonAgentAPI, Again: true}, form)
}

// send posts a form and judges what comes back. What is in r.Target stays there; the log-in goes into the body.
func (s *session) send(ctx context.Context, op, function string, r wire.Request, form url.Values) (verdict, *cti.Error) {
	open := function == "version" // answered before any log-in, and locks nobody out
	if e := s.refused(op); e != nil && !open {
		return verdict{}, e
	}
	if form == nil {
		form = url.Values{}
	}
	if !strings.Contains(r.Target, "function=") {
		form.Set("function", function)
	}
	if !open {
		form.Set("source", s.opts.source)
		form.Set("user", s.opts.user)
		form.Set("pass", s.opts.password)
	}
	r.Method, r.Type, r.Body = http.MethodPost, formType, []byte(form.Encode())
	got, err := s.web.Send(ctx, r)
	// An empty 500 is a statement that failed, which classify knows better than the web's own words.
	if broken := got.Status == http.StatusInternalServerError && err == nil; !broken {
		if e := s.fails.Web(op, got, err); e != nil {
			if e.Sent == cti.CertainSent && e.Hint == "" {
				e.Hint = hintAddress
			}
			return verdict{}, e
		}
	}
	v := s.lines.classify(function, got.Status, wire.Text(got.Body))
	if v.kind == "" {
		return v, nil
	}
	e := s.fails.Make(v.kind, op, v.text, v.sent, nil)
	e.Hint = v.hint
	if v.kind == cti.Unauthorized {
		s.bar(e)
		s.stir() // so that Run ends, too
	}
	return v, e
}

// agent picks the agent a wish is for.
func (s *session) agent(op string, t cti.Target, in string) (string, *cti.Error) {
	name := in
	if name == "" {
		name = t.Agent
	}
	switch {
	case name == "":
		return "", s.fails.Make(cti.BadRequest, op, "the agent's user is missing", cti.NotSent, nil)
	case !isMadeOf(name, wordChars, 2, 20):
		// ana.silva would become anasilva, somebody else or nobody (recorded).
		e := s.fails.Make(cti.BadRequest, op, "the agent's user must be 2 to 20 letters, digits, - and _, for VICIdial deletes every other character", cti.NotSent, nil)
		e.Hint = hintAgent
		return "", e
	}
	return name, nil
}

func (s *session) bad(op, text string) *cti.Error {
	return s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
}

// takeWished says whether something was done here since the last look.
func (s *session) takeWished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wished := s.wished
	s.wished = false
	return wished
}
