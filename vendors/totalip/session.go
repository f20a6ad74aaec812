package totalip

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/feed"
	"ctiagent/vendors/internal/life"
	"ctiagent/vendors/totalip/db"
)

// session is the driver at work for one desk.
type session struct {
	opts     options
	host     cti.Host
	log      *slog.Logger
	fails    failures
	web      *web
	commands *commandSocket
	database *db.Pool // nil when none is configured
	actions  *cti.Actions
	turning  chan struct{} // holds one token while a campaign is turned round over HTTP
	looks    *looks
	reading  chan struct{} // holds a token for each read of the wallboards
	seen     seenAgents

	book  *callBook // owned by Run
	desk  string    // the extension whose calls book holds; owned by Run
	notes chan note // from the verbs to Run

	life     life.Life
	events   feed.Feed[Event]
	contacts contacts

	mu        sync.Mutex
	paused    bool // set_pause was accepted, which status_ramal is not documented to show
	lines     int  // lines that told the status of the desk's user
	reasons   []Status
	reasonsAt time.Time
	wanted    []wanted         // accepted wishes that Run does not know of yet
	bulks     map[string]*bulk // imports under way; nil while one begins
}

var _ cti.Session = (*session)(nil)

// note tells Run that a verb did something, so that it looks sooner.
type note struct {
	dialed bool // some number; else the agent changed
}

// wanted is the number of a discar that was accepted, and when.
type wanted struct {
	number string
	at     time.Time
}

func newSession(o options, host cti.Host) (*session, error) {
	fails := newFailures(o)
	web, err := newWeb(o, fails)
	if err != nil {
		return nil, err
	}
	s := &session{opts: o, host: host, log: host.Log(), fails: fails, web: web, commands: newCommandSocket(o, fails),
		book: newCallBook(), notes: make(chan note, 16), turning: make(chan struct{}, 1), reading: make(chan struct{}, readsAtOnce), bulks: map[string]*bulk{}}
	s.database, s.looks = newDatabase(o, fails, host.Clock()), newLooks(host.Clock(), fails)
	s.actions = cti.Bind(s, rows())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run follows the event socket until ctx ends or Close, see cti.Session.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		newWatch(s, emit).run(ctx)
		return nil
	})
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	s.web.close()
	s.looks.close()
	if s.database != nil {
		s.database.Close()
	}
	s.events.Close()
	return nil
}

// tell hands a note to Run without ever waiting for it.
func (s *session) tell(n note) {
	select {
	case s.notes <- n:
	default: // Run is not there, or has enough reason to look already
	}
}

// lookFor lets Run look for the call to a number once it is time to. Run takes what is wanted whenever it does
// something, so that nobody need be woken by the click itself.
func (s *session) lookFor(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wanted) >= mostLive {
		return
	}
	s.wanted = append(s.wanted, wanted{number, s.host.Clock().Now()})
	if len(s.wanted) == 1 {
		s.host.Clock().AfterFunc(dialPoll, func() { s.tell(note{dialed: true}) })
	}
}

// takeWanted hands over what lookFor has gathered.
func (s *session) takeWanted() []wanted {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.wanted
	s.wanted = nil
	return taken
}

// own says whether an extension is this desk's.
func (s *session) own(extension string) bool { return extension == s.host.Desk().Extension }

func (s *session) setPaused(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = on
}

// statusTold notes a line with the user's status, which says more than the plain pause did.
func (s *session) statusTold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = false
	s.lines++
}

func (s *session) statusesTold() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lines
}

func (s *session) isPaused() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paused
}

// extension picks the extension a wish is for.
func (s *session) extension(op string, t cti.Target, in string) (string, error) {
	ext := cmp.Or(in, t.Extension)
	if !isNumber(ext) {
		text := "the extension is missing"
		if ext != "" {
			text = "the extension holds something else than digits"
		}
		e := s.fails.Make(cti.BadRequest, op, text, cti.NotSent, nil)
		e.Hint = hintExtension
		return "", e
	}
	return ext, nil
}

// change calls an HTTP function that changes something for an extension.
func (s *session) change(ctx context.Context, op, function string, t cti.Target, in ExtensionIn, params url.Values) (Answer, error) {
	ext, err := s.extension(op, t, in.Extension)
	if err != nil {
		return Answer{}, err
	}
	if params == nil {
		params = url.Values{}
	}
	params.Set("ramal", ext)
	before := s.statusesTold()
	text, err := s.web.ask(ctx, op, function, cti.Control, params)
	if err == nil {
		err = s.fails.done(op, text)
	}
	return s.changed(function, ext, text, before, err)
}

// command sends a command that changes something for an extension.
func (s *session) command(ctx context.Context, op, command string, t cti.Target, in ExtensionIn, more ...string) (Answer, error) {
	ext, err := s.extension(op, t, in.Extension)
	if err != nil {
		return Answer{}, err
	}
	before := s.statusesTold()
	text, err := s.commands.send(ctx, op, command, append([]string{ext}, more...)...)
	if err == nil {
		err = s.fails.done(op, text)
	}
	return s.changed(command, ext, text, before, err)
}

// changed remembers what a wish about the agent did and lets Run look at the agent. before is how many lines had told the status
// when it was sent: one that came since is as new as the answer, or newer.
func (s *session) changed(function, ext, text string, before int, err error) (Answer, error) {
	if err != nil {
		return Answer{}, err
	}
	if s.own(ext) && !isDial(function) {
		if s.statusesTold() == before {
			s.setPaused(function == "set_pause" || function == "SETPAUSE")
		}
		s.tell(note{})
	}
	return Answer{Text: fault.Quote(text)}, nil
}

func isDial(function string) bool { return function == "discar" || function == "DISCAR" }

func (s *session) dialByWeb(ctx context.Context, op string, t cti.Target, in ExtensionIn, number string) (Answer, error) {
	if err := s.dialable(op, number); err != nil {
		return Answer{}, err
	}
	out, err := s.change(ctx, op, "discar", t, in, url.Values{"numero": {number}})
	return s.dialed(cmp.Or(in.Extension, t.Extension), number, out, err)
}

func (s *session) dialBySocket(ctx context.Context, op string, t cti.Target, in ExtensionIn, number string) (Answer, error) {
	if err := s.dialable(op, number); err != nil {
		return Answer{}, err
	}
	more := []string{number}
	if s.opts.key != "" {
		more = append(more, s.opts.key) // manual 002, 1.2.2.15: <DISCAR><RAMAL><TELEFONE><CHAVE>
	}
	out, err := s.command(ctx, op, "DISCAR", t, in, more...)
	return s.dialed(cmp.Or(in.Extension, t.Extension), number, out, err)
}

// dialed lets Run look for the call of an accepted wish, and of one whose outcome nobody knows.
func (s *session) dialed(ext, number string, out Answer, err error) (Answer, error) {
	var e *cti.Error
	if s.own(ext) && (err == nil || errors.As(err, &e) && e.Sent == cti.MaybeSent) {
		s.lookFor(number)
	}
	return out, err
}

func (s *session) dialable(op, number string) error {
	if isNumber(number) {
		return nil
	}
	return s.fails.Make(cti.BadRequest, op, "the number must be 1 to 32 of 0-9, *, # and +", cti.NotSent, nil)
}
