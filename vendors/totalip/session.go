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
)

// session is the driver at work for one desk.
type session struct {
	opts     options
	host     cti.Host
	log      *slog.Logger
	fails    failures
	web      *web
	commands *commandSocket
	actions  *cti.Actions

	book  *callBook // owned by Run
	desk  string    // the extension whose calls book holds; owned by Run
	notes chan note // from the verbs to Run

	mu        sync.Mutex
	closed    bool
	stop      context.CancelFunc // ends Run; nil while it does not run
	ran       chan struct{}      // closed when Run has returned
	paused    bool               // set_pause was accepted, which status_ramal is not documented to show
	reasons   []Status
	reasonsAt time.Time
}

var _ cti.Session = (*session)(nil)

// note tells Run what a verb did, so that it looks sooner.
type note struct {
	dialed bool // a discar was accepted; otherwise the agent changed
}

func newSession(o options, host cti.Host) *session {
	fails := newFailures(o)
	s := &session{opts: o, host: host, log: host.Log(), fails: fails, web: newWeb(o, fails), commands: newCommandSocket(o, fails),
		book: newCallBook(), notes: make(chan note, 16)}
	s.actions = cti.Bind(s, functions())
	return s
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

var errRunning = errors.New("totalip: the session runs already or is closed")

// Run follows the event socket until ctx ends or Close, see cti.Session.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	if s.stop != nil {
		s.mu.Unlock()
		return errRunning
	}
	ran := make(chan struct{})
	s.stop, s.ran = cancel, ran
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.stop = nil
		s.mu.Unlock()
		close(ran)
	}()
	newWatch(s, emit).run(ctx)
	return nil
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.mu.Lock()
	s.closed = true
	stop, ran := s.stop, s.ran
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	if ran != nil {
		<-ran
	}
	s.web.close()
	return nil
}

// tell hands a note to Run without ever waiting for it.
func (s *session) tell(n note) {
	select {
	case s.notes <- n:
	default: // Run is not there, or has enough reason to look already
	}
}

// own says whether an extension is this desk's.
func (s *session) own(extension string) bool { return extension == s.host.Desk().Extension }

func (s *session) setPaused(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = on
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
		e := s.fails.make(cti.BadRequest, op, text, cti.NotSent, nil)
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
	effect := cti.Control
	if function == "discar" {
		effect = cti.Dial
	}
	text, err := s.web.ask(ctx, op, function, effect, params)
	return s.changed(op, function, ext, text, err)
}

// command sends a command that changes something for an extension.
func (s *session) command(ctx context.Context, op, command string, t cti.Target, in ExtensionIn, more ...string) (Answer, error) {
	ext, err := s.extension(op, t, in.Extension)
	if err != nil {
		return Answer{}, err
	}
	text, err := s.commands.send(ctx, op, command, append([]string{ext}, more...)...)
	return s.changed(op, command, ext, text, err)
}

// changed judges an answer and lets Run know what it should look at.
func (s *session) changed(op, function, ext, text string, err error) (Answer, error) {
	if err == nil {
		err = s.fails.done(op, text)
	}
	dialing := function == "discar" || function == "DISCAR"
	if err != nil {
		var e *cti.Error
		if dialing && errors.As(err, &e) && e.Sent == cti.MaybeSent && s.own(ext) {
			s.tell(note{dialed: true}) // perhaps it rings after all
		}
		return Answer{}, err
	}
	if !s.own(ext) {
		return Answer{Text: quote(text)}, nil
	}
	switch function {
	case "set_pause", "SETPAUSE":
		s.setPaused(true)
	case "discar", "DISCAR":
	default:
		s.setPaused(false)
	}
	s.tell(note{dialed: dialing})
	return Answer{Text: quote(text)}, nil
}

func (s *session) dialByWeb(ctx context.Context, op string, t cti.Target, in ExtensionIn, number string) (Answer, error) {
	if err := s.dialable(op, number); err != nil {
		return Answer{}, err
	}
	return s.change(ctx, op, "discar", t, in, url.Values{"numero": {number}})
}

func (s *session) dialBySocket(ctx context.Context, op string, t cti.Target, in ExtensionIn, number string) (Answer, error) {
	if err := s.dialable(op, number); err != nil {
		return Answer{}, err
	}
	more := []string{number}
	if s.opts.key != "" {
		more = append(more, s.opts.key) // manual 002, 1.2.2.15: <DISCAR><RAMAL><TELEFONE><CHAVE>
	}
	return s.command(ctx, op, "DISCAR", t, in, more...)
}

func (s *session) dialable(op, number string) error {
	if isNumber(number) {
		return nil
	}
	return s.fails.make(cti.BadRequest, op, "the number must be 1 to 32 of 0-9, *, # and +", cti.NotSent, nil)
}
