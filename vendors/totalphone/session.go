package totalphone

import (
	"context"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/life"
)

// The link in words, with the ids of the same words in every language.
const (
	blind         = "the softphone tells nothing by itself; calls shown here are inferred from what it was told to do"
	blindID       = "totalphone.link.blind"
	unlaunched    = "the softphone could not be started"
	unlaunchedID  = "totalphone.link.launch"
	interrupted   = "it is not known whether the softphone was started"
	interruptedID = "totalphone.link.unknown"
)

// session is a driver of this room at work for one desk.
type session struct {
	opts     options
	commands commands
	host     cti.Host
	fails    *fault.Maker
	book     *book
	actions  *cti.Actions
	life     life.Life

	turn chan struct{} // of one: whoever holds it may launch
	free time.Time     // when the program is ready for the next switch; belongs to who holds the turn

	mu    sync.Mutex
	link  cti.LinkFact  // as the latest wish found it
	moved chan struct{} // of one: link has changed
}

var _ cti.Session = (*session)(nil)

// newSession leaves the actions to its caller.
func newSession(o options, c commands, host cti.Host) *session {
	return &session{opts: o, commands: c, host: host, fails: fault.New(o.name, o.title, o.password), book: newBook(o.name),
		turn: make(chan struct{}, 1), moved: make(chan struct{}, 1), link: tells()}
}

func tells() cti.LinkFact {
	return cti.LinkFact{State: cti.LinkConnected, Detail: blind, DetailID: blindID}
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run tells what is inferred from the wishes, and how the latest one found the program, until ctx ends or Close, see
// cti.Session. It launches nothing.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		s.run(ctx, emit)
		return nil
	})
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	return nil
}

func (s *session) run(ctx context.Context, emit func(cti.Fact)) {
	emit(s.book.begin(s.host.Clock().Now()))
	told := cti.LinkFact{}
	for {
		if link := s.stands(); link != told {
			told = link
			emit(link)
		}
		facts, next := s.book.take(s.host.Clock().Now())
		for _, f := range facts {
			emit(f)
		}
		due, stop := s.timer(next)
		select {
		case <-ctx.Done():
		case <-s.book.wake:
		case <-s.moved:
		case <-due:
		}
		stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// timer comes at a time of the host's clock; never at the zero time.
func (s *session) timer(at time.Time) (<-chan struct{}, func() bool) {
	if at.IsZero() {
		return nil, func() bool { return true }
	}
	c := make(chan struct{})
	return c, s.host.Clock().AfterFunc(at.Sub(s.host.Clock().Now()), func() { close(c) })
}

// found remembers how a wish found the program.
func (s *session) found(link cti.LinkFact) {
	s.mu.Lock()
	changed := s.link != link
	s.link = link
	s.mu.Unlock()
	if changed {
		select {
		case s.moved <- struct{}{}:
		default:
		}
	}
}

func (s *session) stands() cti.LinkFact {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}
