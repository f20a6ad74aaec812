package khomp

import (
	"context"
	"errors"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/actionurl"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/life"
	"ctiagent/vendors/internal/poll"
	"ctiagent/vendors/internal/wire"
)

// The events that a phone may call an action URL for, as the receiver door's paths end: those that a program for these
// phones listened for and that say something of a call.
const (
	eventIncoming    = "incoming"
	eventOutgoing    = "outgoing"
	eventEstablished = "established"
	eventTerminated  = "terminated"
	eventMissed      = "missed"
)

// Events lists the events that the driver takes on the receiver door, under khomp/EVENT.
func Events() []string {
	return []string{eventIncoming, eventOutgoing, eventEstablished, eventTerminated, eventMissed}
}

// The link in words, with the ids of the same words in every language.
const (
	blind        = "this phone tells nothing by itself; a wish will show whether it answers"
	blindID      = "khomp.link.blind"
	noReceiver   = "the phone cannot report here: the receiver door is closed"
	noReceiverID = "khomp.link.receiver"
)

// session is the driver at work for one desk.
type session struct {
	opts    options
	host    cti.Host
	fails   *fault.Maker
	web     *wire.Client
	phone   *phone
	actions *cti.Actions
	life    life.Life

	mu    sync.Mutex
	link  cti.LinkFact  // as the latest wish found it
	moved chan struct{} // of one: link has changed
}

var _ cti.Session = (*session)(nil)

func newSession(o options, host cti.Host, p *phone) (*session, error) {
	web, err := wire.New(o.url)
	if err != nil {
		return nil, badOption(optionURL, "must look like http://192.168.0.25")
	}
	s := &session{opts: o, host: host, fails: fault.New(driverName, driverTitle, o.password), web: web, phone: p,
		link: cti.LinkFact{State: cti.LinkConnected}, moved: make(chan struct{}, 1)}
	if !o.actionURLs {
		s.link.Detail, s.link.DetailID = blind, blindID
	}
	s.actions = cti.Bind(s, functions())
	return s, nil
}

// Actions answers the same rows for the whole session.
func (s *session) Actions() *cti.Actions { return s.actions }

// Run tells what the phone calls the receiver door for until ctx ends or Close, see cti.Session; without action URLs, how
// the latest wish found the phone. It asks the phone nothing.
func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	return s.life.Run(ctx, func(ctx context.Context) error {
		w := &watch{session: s, emit: emit}
		w.run(ctx)
		return nil
	})
}

// Close ends Run and waits for it, so it must not be called from inside emit. It may be called twice.
func (s *session) Close() error {
	s.life.Close()
	s.web.Close()
	return nil
}

// found remembers how a wish found the phone.
func (s *session) found(e *cti.Error) {
	link := cti.LinkFact{State: cti.LinkConnected}
	switch {
	case e == nil:
	case e.Kind == cti.Canceled, e.Kind == cti.Unsupported, e.Kind == cti.BadRequest:
		return // that says nothing of the phone
	default:
		link = cti.LinkFact{State: cti.LinkDegraded, Detail: e.Text, DetailID: fault.DetailID(e)}
	}
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

// hear takes what the phone told at the receiver door.
func (s *session) hear(n actionurl.Notice) { s.phone.hear(n, s.host.Clock().Now()) }

// watch is one Run: everything in it belongs to its goroutine.
type watch struct {
	*session
	emit   func(cti.Fact)
	told   cti.LinkFact
	closed bool // the receiver door does not open
	warned bool // that was logged
}

func (w *watch) run(ctx context.Context) {
	pauses, opened := poll.NewPauses(), w.open(ctx)
	if !opened {
		// The door may still be letting go of an earlier run.
		if cti.Wait(ctx, w.host.Clock(), pauses.NextBackOff()) != nil {
			return
		}
		opened = w.open(ctx)
	}
	l, snapshot := w.phone.join()
	defer w.phone.leave(l)
	w.closed = !opened
	w.emit(snapshot)
	w.tellLink()
	retry := w.timer(!opened, pauses.NextBackOff())
	defer func() { retry.stop() }()
	for {
		facts, next := w.phone.take(l, w.host.Clock().Now())
		for _, f := range facts {
			w.emit(f)
		}
		due := w.timer(!next.IsZero(), next.Sub(w.host.Clock().Now()))
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-due.c:
		case <-w.moved:
			w.tellLink()
		case <-retry.c:
			w.closed = !w.open(ctx)
			w.tellLink()
			retry = w.timer(w.closed, pauses.NextBackOff())
		}
		due.stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// timer is a wait on the host's clock; it never comes when it is not wanted.
type timer struct {
	c    chan struct{}
	stop func() bool
}

func (w *watch) timer(wanted bool, d time.Duration) timer {
	if !wanted {
		return timer{stop: func() bool { return true }}
	}
	c := make(chan struct{})
	return timer{c, w.host.Clock().AfterFunc(d, func() { close(c) })}
}

// open opens the receiver door where the site wants it.
func (w *watch) open(ctx context.Context) bool {
	if !w.opts.actionURLs {
		return true
	}
	err := actionurl.New(w.host, driverName, w.opts.url, Events(), w.hear).Open(ctx)
	if err != nil && !w.warned && !errors.Is(err, context.Canceled) {
		w.warned = true
		w.host.Log().Warn("the phone's action URLs cannot be received", "error", err)
	}
	return err == nil
}

// tellLink tells how the link stands, once.
func (w *watch) tellLink() {
	link := w.stands()
	if w.closed && link.State == cti.LinkConnected {
		link = cti.LinkFact{State: cti.LinkDegraded, Detail: noReceiver, DetailID: noReceiverID}
	}
	if link != w.told {
		w.told = link
		w.emit(link)
	}
}
