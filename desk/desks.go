package desk

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
)

// linger is how long a desk that nobody holds stays open.
const linger = 60 * time.Second

// hintDesks names the people whose desks stand open.
const hintDesks = "desk.hint.desks"

// logoutTime bounds the farewell to the PBX when a desk closes.
const logoutTime = 10 * time.Second

// Desks keeps one desk for each person: opened at the first hold, closed 60 s
// after the last one is released, its agent logged out then.
type Desks struct {
	options func(ctx context.Context, p cti.Person) (Options, error)
	clock   cti.Clock
	log     *slog.Logger
	runs    sync.WaitGroup

	mu     sync.Mutex
	closed bool
	open   map[string]*held // by the person's id
}

// held is one open desk.
type held struct {
	desk    *Desk
	holds   int
	unclose func() bool        // stops the pending close
	cancel  context.CancelFunc // closes the desk
	turn    int                // counts the holds ever, so that an old timer is known
	closing bool
	done    chan struct{} // closed once the desk is closed
	gone    chan struct{} // closed once another desk may take its place
}

// NewDesks makes the keeper of the desks. options answers what a person's desk
// is made of; it is asked each time a desk is opened.
func NewDesks(options func(ctx context.Context, p cti.Person) (Options, error), clock cti.Clock, log *slog.Logger) *Desks {
	if clock == nil {
		clock = cti.RealClock()
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Desks{options: options, clock: clock, log: log, open: map[string]*held{}}
}

// Open answers the desk of a person and holds it open until release is called;
// a second release does nothing. While the person's old desk is closing, Open
// waits for it.
func (s *Desks) Open(ctx context.Context, p cti.Person) (*Desk, func(), error) {
	for {
		s.mu.Lock()
		h := s.open[p.ID]
		if h == nil || !h.closing {
			d, release, err := s.holdLocked(ctx, p, h)
			s.mu.Unlock()
			return d, release, err
		}
		s.mu.Unlock()
		select {
		case <-h.gone:
		case <-ctx.Done():
			return nil, nil, &cti.Error{Kind: cti.Canceled, Text: "canceled while the desk was closing", Err: ctx.Err()}
		}
	}
}

// Find answers whose desk stands open under an account's name or id, and holds it open until release is called. Of a name with a
// domain before it (CONTOSO\ana) the part behind is enough where it is one person's only.
func (s *Desks) Find(name string) (p cti.Person, d *Desk, release func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var exact, short []*held
	var open []string
	for id, h := range s.open {
		if h.closing {
			continue
		}
		whose := h.desk.options.Person.Name
		open = append(open, whose)
		_, behind, _ := strings.Cut(whose, `\`)
		switch {
		case id == name || strings.EqualFold(whose, name):
			exact = append(exact, h)
		case behind != "" && strings.EqualFold(behind, name):
			short = append(short, h)
		}
	}
	found := exact
	if len(found) == 0 {
		found = short
	}
	if len(found) != 1 {
		slices.Sort(open)
		return p, nil, nil, &cti.Error{Kind: cti.NotFound, Text: "no desk stands open under that name", Hint: hintDesks, Args: map[string]string{"People": strings.Join(open, ", ")}}
	}
	p = found[0].desk.options.Person
	d, release, err = s.holdLocked(context.Background(), p, found[0])
	return p, d, release, err
}

func (s *Desks) holdLocked(ctx context.Context, p cti.Person, h *held) (*Desk, func(), error) {
	if s.closed {
		return nil, nil, isClosed("")
	}
	if h == nil {
		o, err := s.options(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		o.Person = p
		d, err := New(o)
		if err != nil {
			return nil, nil, fmt.Errorf("open the desk of %s: %w", p.Name, err)
		}
		run, cancel := context.WithCancel(context.Background())
		h = &held{desk: d, cancel: cancel, done: make(chan struct{}), gone: make(chan struct{})}
		s.open[p.ID] = h
		s.runs.Go(func() {
			defer close(h.done)
			if err := d.Run(run); err != nil {
				s.log.Error("the desk ended", "person", p.Name, "error", err)
			}
		})
	}
	if h.unclose != nil {
		h.unclose()
		h.unclose = nil
	}
	h.holds++
	h.turn++
	return h.desk, sync.OnceFunc(func() { s.release(p, h) }), nil
}

func (s *Desks) release(p cti.Person, h *held) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.holds--
	if h.holds > 0 || s.closed || h.closing {
		return
	}
	turn := h.turn
	h.unclose = s.clock.AfterFunc(linger, func() { s.expire(p, h, turn) })
}

// expire closes a desk that nobody has held for long enough.
func (s *Desks) expire(p cti.Person, h *held, turn int) {
	s.mu.Lock()
	if h.turn != turn || h.holds > 0 || s.closed || h.closing {
		s.mu.Unlock()
		return
	}
	h.closing = true
	s.runs.Add(1)
	s.mu.Unlock()
	defer s.runs.Done()
	s.logOut(p, h.desk)
	h.cancel()
	<-h.done
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, p.ID)
	close(h.gone)
}

func (s *Desks) logOut(p cti.Person, d *Desk) {
	if d.State().Agent.State == cti.AgentOffline || !slices.Contains(d.Verbs(), cti.AgentLogout.Name) {
		return
	}
	ctx, cancel := context.WithTimeout(d.life, logoutTime)
	defer cancel()
	done := make(chan error, 1)
	s.runs.Go(func() {
		_, err := d.Do(ctx, cti.Wish{Method: cti.AgentLogout.Name})
		done <- err
	})
	select {
	case err := <-done:
		if err != nil {
			s.log.Warn("logging the agent out", "person", p.Name, "error", err)
		}
	case <-ctx.Done():
		s.log.Warn("logging the agent out takes too long", "person", p.Name)
	}
}

// Close closes every desk and waits for them. Agents stay logged in: a service
// that is being updated must not send them home.
func (s *Desks) Close() {
	s.mu.Lock()
	s.closed = true
	for _, h := range s.open {
		if h.unclose != nil {
			h.unclose()
		}
		h.cancel()
	}
	s.mu.Unlock()
	s.runs.Wait()
}
