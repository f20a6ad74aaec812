package desk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/stack"
)

// link is one driver of the stack at work: it opens the session, keeps it
// running and lets no panic of the driver out.
type link struct {
	desk   *Desk
	driver cti.Driver
	config cti.Config
	told   uint64 // how often it has told how the agent stands; the desk's lock guards it
	log    *slog.Logger
	kick   chan struct{} // asks run to begin anew

	mu      sync.Mutex
	session cti.Session        // nil while the driver could not be opened
	cancel  context.CancelFunc // of the session's Run
	detail  string             // why there is no session
	asleep  bool               // waits to be started again
}

// How long a driver that stopped waits before it is started again: doubling
// from the first to the last, with jitter, and anew after a long good run.
const (
	firstDelay = time.Second
	lastDelay  = 30 * time.Second
	goodRun    = time.Minute
)

func newLink(d *Desk, r Driver) *link {
	return &link{desk: d, driver: r.Driver, config: r.Config, kick: make(chan struct{}, 1),
		log: d.log.With("driver", r.Driver.Name), detail: "the driver is being opened"}
}

// run serves until ctx ends.
func (l *link) run(ctx context.Context) {
	stack.Reserve16()
	defer l.close()
	delay, tried := firstDelay, false
	for ctx.Err() == nil {
		began := l.desk.clock.Now()
		err := l.open(ctx)
		if !tried {
			tried = true
			if l.desk.opening.Add(-1) == 0 {
				close(l.desk.ready)
			}
		}
		opened := err == nil
		if opened {
			err = l.serve(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		select {
		case <-l.kick:
			delay = firstDelay
			continue
		default:
		}
		if l.desk.clock.Now().Sub(began) >= goodRun {
			delay = firstDelay
		}
		if !l.rest(ctx, opened, err, delay) {
			return
		}
		delay = min(2*delay, lastDelay)
	}
}

// rest tells that the driver is down and waits until it shall be started
// again; false when ctx ended. A
// wrong password is not tried again before somebody logs in, and what cannot
// be opened for a lasting reason neither.
func (l *link) rest(ctx context.Context, opened bool, err error, delay time.Duration) bool {
	l.sleep(true)
	defer l.sleep(false)
	var wake chan struct{}
	passing := errors.Is(err, cti.Unavailable) || errors.Is(err, cti.Timeout)
	if !errors.Is(err, cti.Unauthorized) && (opened || passing) {
		wake = make(chan struct{})
		stop := l.desk.clock.AfterFunc(delay/2+rand.N(delay/2), func() { close(wake) })
		defer stop()
	}
	// Who sees the driver down may count on it to be at rest.
	l.down(err)
	select {
	case <-wake:
	case <-l.kick:
	case <-ctx.Done():
		return false
	}
	return true
}

func (l *link) sleep(asleep bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asleep = asleep
}

// resting says whether the driver waits to be started again.
func (l *link) resting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asleep
}

// open makes sure there is a session.
func (l *link) open(ctx context.Context) error {
	if l.current() != nil {
		return nil
	}
	var s cti.Session
	err := l.safely("open", func() (err error) {
		s, err = l.driver.Open(ctx, l.config, host{l})
		if err == nil && s == nil {
			err = errors.New("the driver opened nothing")
		}
		return err
	})
	l.mu.Lock()
	if err == nil {
		l.session, l.detail = s, ""
	} else {
		l.detail = detailOf(err)
	}
	l.mu.Unlock()
	if err == nil {
		l.desk.recount()
	}
	return err
}

// serve runs the session once. A session that panicked is closed and given up.
func (l *link) serve(ctx context.Context) error {
	s := l.current()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// A Run that overlooks its context is ended by Close, which it must heed.
	shut := make(chan struct{})
	stop := context.AfterFunc(l.desk.life, func() { defer close(shut); l.shut(s) })
	defer func() {
		if !stop() {
			<-shut
		}
	}()
	l.mu.Lock()
	l.cancel = cancel
	l.mu.Unlock()
	over := false
	err := l.safely("run", func() error {
		return s.Run(ctx, func(f cti.Fact) { l.desk.take(l.driver.Name, f, &over) })
	})
	l.desk.mu.Lock()
	over = true
	l.desk.mu.Unlock()
	l.mu.Lock()
	l.cancel = nil
	l.mu.Unlock()
	if err == nil && ctx.Err() == nil {
		err = errors.New("the driver stopped without being asked to")
	}
	var p *panicked
	if errors.As(err, &p) {
		l.shut(s)
		l.mu.Lock()
		l.session, l.detail = nil, detailOf(err)
		l.mu.Unlock()
		l.desk.recount()
	}
	return err
}

// restart ends the session's Run so that it begins anew, with a fresh snapshot.
func (l *link) restart() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cancel != nil {
		l.cancel()
	}
}

func (l *link) down(err error) {
	l.log.Warn("the driver stopped", "error", err)
	l.desk.tell(l.driver.Name, cti.LinkFact{State: cti.LinkDisconnected, Detail: detailOf(err)})
}

func (l *link) current() cti.Session {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.session
}

// actions are the rows the session serves now; nil without a session.
func (l *link) actions() *cti.Actions {
	s := l.current()
	if s == nil {
		return nil
	}
	var a *cti.Actions
	if err := l.safely("actions", func() error { a = s.Actions(); return nil }); err != nil {
		return nil
	}
	return a
}

// call runs one row. What a row that panicked had sent before, nobody knows.
func (l *link) call(ctx context.Context, name string, t cti.Target, in any, progress func(done, total int64)) (out any, err error) {
	a := l.actions()
	err = l.safely(name, func() (err error) {
		out, err = a.Call(ctx, name, t, in, progress)
		return err
	})
	var p *panicked
	switch {
	case errors.As(err, &p):
		return nil, &cti.Error{Kind: cti.InternalError, Op: name, Driver: l.driver.Name, Title: l.driver.Title,
			Text: "the driver crashed", Hint: hintCrashed, Sent: cti.MaybeSent, Err: err}
	case err != nil:
		return nil, l.named(name, err)
	}
	return out, nil
}

// named fills in who said it where the driver left that out. What is no error
// of the model may have been sent.
func (l *link) named(op string, err error) error {
	var told *cti.Error
	if !errors.As(err, &told) {
		told = cti.AsError(err)
		if errors.Is(err, context.DeadlineExceeded) {
			told.Kind, told.Text = cti.Timeout, "no answer in time"
		} else if errors.Is(err, context.Canceled) {
			told.Kind, told.Text = cti.Canceled, "canceled"
		}
		told.Sent = cti.MaybeSent
	}
	e := *told
	if e.Driver == "" {
		e.Driver = l.driver.Name
	}
	if e.Title == "" {
		e.Title = l.driver.Title
	}
	if e.Op == "" {
		e.Op = op
	}
	return &e
}

func (l *link) close() {
	l.mu.Lock()
	s := l.session
	l.session, l.detail = nil, "the desk is closed"
	l.mu.Unlock()
	if s != nil {
		l.shut(s)
	}
}

func (l *link) shut(s cti.Session) {
	if err := l.safely("close", s.Close); err != nil {
		l.log.Warn("closing the driver", "error", err)
	}
}

// panicked is what a panic of a driver becomes.
type panicked struct{ doing, what string }

func (p *panicked) Error() string { return "panic in " + p.doing + ": " + p.what }

func (l *link) safely(doing string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			l.log.Error("the driver panicked", "doing", doing, "panic", r, "stack", string(debug.Stack()))
			err = &panicked{doing, fmt.Sprint(r)}
		}
	}()
	return f()
}

// detailOf is a sentence for the driver's state; what is no error of the model
// may hold a secret and stays in the log.
func detailOf(err error) string {
	var e *cti.Error
	var p *panicked
	switch {
	case errors.As(err, &e) && e.Text != "":
		return e.Text
	case errors.As(err, &e):
		return string(e.Kind)
	case errors.As(err, &p):
		return "the driver crashed, see the log"
	}
	return "the driver stopped, see the log"
}

// host is what the driver sees of the desk.
type host struct{ link *link }

var _ cti.Host = host{}

// Desk says whose desk it is now.
func (h host) Desk() cti.Target { return *h.link.desk.target.Load() }

// Launch asks the hand to start a program.
func (h host) Launch(ctx context.Context, program string, args ...string) error {
	hand := h.link.desk.options.Hand
	if hand == nil {
		return noHand()
	}
	return hand.Launch(ctx, program, args...)
}

// Receive opens a path on the receiver door.
func (h host) Receive(ctx context.Context, name string, handle cti.Handle) (string, error) {
	if h.link.desk.options.Receive == nil {
		return "", &cti.Error{Kind: cti.Unavailable, Text: "the receiver door is closed", Hint: hintNoReceiver}
	}
	return h.link.desk.options.Receive(ctx, name, handle)
}

// Clock is the desk's time.
func (h host) Clock() cti.Clock { return h.link.desk.clock }

// Log names the driver in every line.
func (h host) Log() *slog.Logger { return h.link.log }
