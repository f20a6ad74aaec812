package ucontact

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/life"
	"ctiagent/vendors/internal/poll"
	"ctiagent/vendors/internal/shelf"
	"ctiagent/vendors/internal/wire"
)

// formType is what every function wants (manual 004 prints it with each).
const formType = "application/x-www-form-urlencoded; charset=UTF-8"

// dialTimeout bounds AgentCall: no document says whether it answers before the agent has picked up.
const dialTimeout = 30 * time.Second

// session is the driver at work for one desk.
type session struct {
	opts            options
	host            cti.Host
	log             *slog.Logger
	fails           *fault.Maker
	web             *wire.Client // of the instance
	records, backup *wire.Client // of the recordings; backup may be nil
	login           *login
	shelf           *shelf.Shelf[book]
	actions         *cti.Actions
	life            life.Life

	mu     sync.Mutex
	loop   *poll.Loop     // nil while Run does not run
	wished bool           // something was done here since the last look
	told   *cti.AgentFact // what a notification told of the agent; nil for nothing
	paused string         // why a pause was begun here last; "" for none
}

var _ cti.Session = (*session)(nil)

func newSession(o options, host cti.Host, shelf *shelf.Shelf[book]) (*session, error) {
	s := &session{opts: o, host: host, log: host.Log(), fails: fault.New(driverName, driverTitle, o.password), login: newLogin(), shelf: shelf}
	for _, c := range []struct {
		to     **wire.Client
		at     *url.URL
		option string
	}{{&s.web, o.url, optionURL}, {&s.records, o.records, optionRecords}, {&s.backup, o.backup, optionBackup}} {
		if c.at == nil {
			continue
		}
		var err error
		if *c.to, err = wire.New(c.at); err != nil {
			return nil, badOption(c.option, "must look like https://example.ucontactcloud.com")
		}
	}
	s.actions = cti.Bind(s, functions())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run looks at the agent until ctx ends or Close, see cti.Session. A refused password ends it.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		s.forgive(ctx)
		s.tellAgent(nil)
		w := &watch{s: s, emit: emit, told: map[string]call{}}
		loop := poll.New(s.host.Clock(), emit, w.look)
		s.setLoop(loop)
		defer s.setLoop(nil)
		// Most sites have no notifications and no receiver door, and nothing is lost by that: looking shows the rest.
		if _, err := s.host.Receive(ctx, webhookName, s.hear); err != nil {
			s.log.Debug("no notifications are taken", "driver", driverName, "error", err)
		}
		return loop.Run(ctx)
	})
}

// Close ends Run, waits for it and ends the session at the server, for two seconds at most. It must not be called from inside
// emit, and may be called twice.
func (s *session) Close() error {
	if s.life.Close() {
		s.bye()
		for _, c := range []*wire.Client{s.web, s.records, s.backup} {
			if c != nil {
				c.Close()
			}
		}
	}
	return nil
}

func (s *session) setLoop(l *poll.Loop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loop = l
}

// stir makes Run look now: something was done that shows there.
func (s *session) stir() {
	s.mu.Lock()
	s.wished = true
	loop := s.loop
	s.mu.Unlock()
	if loop != nil {
		loop.Kick()
	}
}

func (s *session) setPausedFor(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = reason
}

func (s *session) pausedFor() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused
}

// book is what is known of the calls of a desk's phone.
func (s *session) book(t cti.Target) *book {
	return s.shelf.Of(s.opts.url.String()+" "+s.opts.tech, cmp.Or(t.Extension, "agent "+t.Agent))
}

// ask calls a function with the session's token and answers the text of its answer. A token that has run out is renewed: what
// only observes is asked again, a wish is refused once, for it must not reach the system twice.
func (s *session) ask(ctx context.Context, op, function string, effect cti.Effect, form url.Values) (string, *cti.Error) {
	if e := s.checkForm(op, form); e != nil {
		return "", e
	}
	for {
		token, e := s.token(ctx, op)
		if e != nil {
			return "", e
		}
		r := wire.Request{Auth: authorization(token), Again: effect == cti.Observe}
		if effect == cti.Dial {
			r.Timeout = dialTimeout
		}
		text, e := s.post(ctx, op, function, form, r)
		switch {
		case e == nil || e.Kind != cti.Unauthorized:
			s.accepted(ctx, token)
			return text, e
		case !s.expired(ctx, token):
			return "", e
		case effect != cti.Observe:
			e := s.fails.Make(cti.Refused, op, "the session at the server had run out", cti.CertainSent, nil)
			e.Hint, e.Retryable = hintExpired, true
			return "", e
		}
	}
}

// post sends a form once. A 400 with a sentence is the function's own refusal (manual 004, "Respostas de WS").
func (s *session) post(ctx context.Context, op, function string, form url.Values, r wire.Request) (string, *cti.Error) {
	r.Method, r.Target, r.Type, r.Body = http.MethodPost, s.opts.url.Path+root+"/"+function, formType, []byte(form.Encode())
	a, err := s.web.Send(ctx, r)
	text := wire.Text(a.Body)
	if words := strings.TrimSpace(text); a.Status == http.StatusBadRequest && err == nil && words != "" && words[0] != '<' && len(a.Body) <= longestAnswer {
		if known, ok := find(words); ok && known.kind != "" {
			return "", s.refusal(op, words, known)
		}
		e := s.fails.Make(cti.Refused, op, fault.Quote(s.fails.Redact(words)), cti.CertainSent, nil)
		return "", e
	}
	if e := s.fails.Web(op, a, err); e != nil {
		if e.Kind == cti.Unauthorized {
			e.Hint = hintPassword
		} else if e.Sent == cti.CertainSent {
			e.Hint = hintAddress
		}
		return "", e
	}
	return text, nil
}

// does calls a function that answers 1 or 0.
func (s *session) does(ctx context.Context, op, function string, effect cti.Effect, form url.Values) (Done, error) {
	text, e := s.ask(ctx, op, function, effect, form)
	if e == nil {
		e = s.judge(op, text)
	}
	if e != nil {
		return Done{}, e
	}
	return Done{Status: statusOK}, nil
}

// reads calls a function that answers JSON.
func (s *session) reads(ctx context.Context, op, function string, form url.Values, into any) error {
	text, e := s.ask(ctx, op, function, cti.Observe, form)
	if e != nil {
		return e
	}
	text = strings.TrimPrefix(strings.TrimSpace(text), "\ufeff")
	if text == answerNo {
		return s.judge(op, text)
	}
	if text == "" || text[0] != '{' && text[0] != '[' {
		return s.strange(op, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		e := s.fails.Make(cti.Unavailable, op, "the answer of "+function+" was not understood", cti.CertainSent, err)
		e.Hint = hintAddress
		return e
	}
	return nil
}

// The bounds of what is sent, in bytes.
const (
	longestText = 200      // an option, a name
	longestForm = 16 << 10 // one parameter
	longestList = 1 << 20  // entries of black lists
	longestFile = 8 << 20  // a list of contacts in Base64
)

func hasControls(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// checkForm bounds what is sent.
func (s *session) checkForm(op string, form url.Values) *cti.Error {
	for name, values := range form {
		most := longestForm
		switch name {
		case "fileb64":
			most = longestFile
		case s.opts.blacklist:
			most = longestList
		}
		for _, v := range values {
			switch {
			case len(v) > most:
				return s.bad(op, name, "must have at most "+strconv.Itoa(most)+" bytes")
			case hasControls(v):
				return s.bad(op, name, "must hold no control characters")
			}
		}
	}
	return nil
}

// bad is the error of a parameter that cannot be sent.
func (s *session) bad(op, name, what string) *cti.Error {
	e := s.fails.Make(cti.BadRequest, op, "the parameter "+name+" "+what, cti.NotSent, nil)
	e.Hint = hintParameter
	return e
}

// agent picks the agent a wish is for.
func (s *session) agent(op string, t cti.Target, in string) (string, error) {
	if name := cmp.Or(in, t.Agent); name != "" {
		return name, nil
	}
	e := s.fails.Make(cti.BadRequest, op, "the agent's name is missing", cti.NotSent, nil)
	e.Hint = hintAgent
	return "", e
}

// phone picks the extension a wish is for.
func (s *session) phone(op string, t cti.Target, in string) (string, error) {
	if ext := cmp.Or(in, t.Extension); ext != "" {
		return ext, nil
	}
	e := s.fails.Make(cti.BadRequest, op, "the agent's extension is missing", cti.NotSent, nil)
	e.Hint = hintAgent
	return "", e
}

// campaign picks the campaign a wish is for.
func (s *session) campaign(op, in string) (string, error) {
	if name := cmp.Or(in, s.opts.campaign); name != "" {
		return name, nil
	}
	e := s.fails.Make(cti.BadRequest, op, "the campaign is missing, and the option campaign is not set", cti.NotSent, nil)
	e.Hint = hintCampaign
	return "", e
}

// site writes a moment as uContact wants it, in the site's local time (manual 004, "yyyy-MM-dd HH:mm:ss").
func site(t time.Time) string { return t.Local().Format(time.DateTime) }

// takeWished says whether something was done here since the last look.
func (s *session) takeWished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	wished := s.wished
	s.wished = false
	return wished
}
