package vocom

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
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

// dialTimeout bounds call_services, which answers after ten seconds (seen in a public server).
const dialTimeout = 30 * time.Second

// session is the driver at work for one desk.
type session struct {
	opts    options
	host    cti.Host
	log     *slog.Logger
	fails   *fault.Maker
	web     *wire.Client // of the system
	reports *wire.Client // of the two reports
	auth    string
	shelf   *shelf.Shelf[book]
	actions *cti.Actions
	life    life.Life

	mu      sync.Mutex
	loop    *poll.Loop // nil while Run does not run
	changed bool       // something was done that the agent's state may show
}

var _ cti.Session = (*session)(nil)

func newSession(o options, host cti.Host, shelf *shelf.Shelf[book]) (*session, error) {
	web, err := wire.New(o.url)
	if err != nil {
		return nil, badOption(optionURL, "must look like https://pabx.example.com")
	}
	reports, err := wire.New(o.reports)
	if err != nil {
		return nil, badOption(optionReports, "must look like https://pabx.example.com")
	}
	// Manual 003, "Utilização dos códigos HTTP": the sample's user is api_key; only the password counts.
	coded := base64.StdEncoding.EncodeToString([]byte("api_key:" + o.key))
	s := &session{opts: o, host: host, log: host.Log(), fails: fault.New(driverName, driverTitle, o.key, coded), web: web, reports: reports,
		auth: "Basic " + coded, shelf: shelf}
	s.actions = cti.Bind(s, functions())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run looks at the agent until ctx ends or Close, see cti.Session. A refused key ends it.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		w := newWatch(s, emit)
		loop := poll.New(s.host.Clock(), emit, w.look)
		s.setLoop(loop)
		defer s.setLoop(nil)
		return loop.Run(ctx)
	})
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	s.web.Close()
	s.reports.Close()
	return nil
}

func (s *session) setLoop(l *poll.Loop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loop = l
}

// stir lets Run tell what a wish has changed; agent says that the agent's state may be another one now.
func (s *session) stir(agent bool) {
	s.mu.Lock()
	s.changed = s.changed || agent
	loop := s.loop
	s.mu.Unlock()
	if loop != nil {
		loop.Kick()
	}
}

func (s *session) takeChanged() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	changed := s.changed
	s.changed = false
	return changed
}

// book is what is known of the calls of an agent.
func (s *session) book(agent string) *book {
	return s.shelf.Of(s.opts.url.String()+" "+s.opts.company, agent)
}

// ask calls a function and reads its reply. in must be an object; the company is added to it.
func (s *session) ask(ctx context.Context, op, function string, effect cti.Effect, in map[string]string) (reply, *cti.Error) {
	for name, v := range in {
		if len(v) > longestText || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return reply{}, s.fails.Make(cti.BadRequest, op, "the parameter "+name+" must have at most 200 bytes and no control characters", cti.NotSent, nil)
		}
	}
	in["company_id"] = s.opts.company
	web, target := s.web, s.opts.url.Path+root+"/"+function+"/"
	if strings.HasSuffix(function, "/list_all") {
		web, target = s.reports, s.opts.reports.Path+"/"+function+"/"
	}
	r := wire.Request{Target: target, Again: effect == cti.Observe}
	if effect == cti.Dial {
		r.Timeout = dialTimeout
	}
	var out reply
	if e := s.post(ctx, op, web, r, in, &out); e != nil {
		return reply{}, e
	}
	return out, s.judge(op, out)
}

// post sends an object and reads what stands in response.
func (s *session) post(ctx context.Context, op string, web *wire.Client, r wire.Request, in, out any) *cti.Error {
	body, err := json.Marshal(in)
	if err != nil {
		return s.fails.Make(cti.BadRequest, op, "the parameters cannot be written", cti.NotSent, err)
	}
	r.Method, r.Type, r.Auth, r.Body = "POST", "application/json", s.auth, body
	got, err := web.Send(ctx, r)
	if e := s.fails.Web(op, got, err); e != nil {
		if e.Kind == cti.Unauthorized {
			e.Hint = hintKey
		} else if e.Sent == cti.CertainSent {
			e.Hint = hintAddress
		}
		return e
	}
	if err := readReply(got.Body, out); err != nil {
		e := s.fails.Strange(op, wire.Text(got.Body))
		e.Kind, e.Hint = cti.Unavailable, hintAddress
		return e
	}
	return nil
}

// agent picks the agent a wish is for.
func (s *session) agent(op string, t cti.Target, in string) (string, error) {
	if name := cmp.Or(in, t.Agent); name != "" {
		return name, nil
	}
	return "", s.fails.Make(cti.BadRequest, op, "the agent's name is missing", cti.NotSent, nil)
}

// branch picks the extension a wish is for.
func (s *session) branch(op string, t cti.Target, in string) (string, error) {
	if ext := cmp.Or(in, t.Extension); ext != "" {
		return ext, nil
	}
	return "", s.fails.Make(cti.BadRequest, op, "the extension is missing", cti.NotSent, nil)
}
