// Package tray shows one agent's desk in the notification area and does what is chosen there; it is a client of the
// program door and knows nothing else of the service.
package tray

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/client"
)

// Bar is a notification area. Its methods are called from one goroutine.
type Bar interface {
	// Show makes icon, tooltip and menu what v says. Every View of a program has the same top-level items in the same
	// order; only their submenus grow and shrink.
	Show(v View)
	// Clicks tells the ID of each item the person chooses.
	Clicks() <-chan string
}

// Hand is what the tray needs of the person's session. A function that is nil is something this session cannot do: the
// items that need it are not there. The functions may be called concurrently.
type Hand struct {
	// Clipboard is the text in the clipboard.
	Clipboard func(context.Context) (string, error)
	// OpenURL opens an http or https address in the browser.
	OpenURL func(ctx context.Context, address string) error
	// Notify tells the person something and does not wait for them.
	Notify func(ctx context.Context, title, text string) error
	// Confirm asks the person and waits for the answer; who does not answer has said no.
	Confirm func(ctx context.Context, title, question, yes, no string) (bool, error)
}

// Options says where the service is and how to speak to the person.
type Options struct {
	// Client is how to reach the service.
	Client client.Options
	Lang   i18n.Lang
	Hand   Hand
	Bar    Bar
	// Quit ends the program. It is called once, from its own goroutine.
	Quit func()
	// Clock is cti.RealClock when nil.
	Clock cti.Clock
	Log   *slog.Logger
}

// Tray is one tray menu.
type Tray struct {
	opt     Options
	updates chan func(*State) // what changes the state, done by Run's goroutine
	again   chan struct{}     // holds one token when what no event tells of is to be asked for again

	// What follows belongs to Run's goroutine.
	state  State
	view   View
	link   *client.Client  // nil while the service is not reached
	busy   map[string]bool // the items whose command is under way
	warned warning         // the last warning given
	timer  func() bool     // stops the timer of what changes by time alone
	jobs   sync.WaitGroup
}

// New makes a tray; Run shows it.
func New(o Options) *Tray {
	if o.Clock == nil {
		o.Clock = cti.RealClock()
	}
	return &Tray{opt: o, updates: make(chan func(*State)), again: make(chan struct{}, 1), busy: map[string]bool{}}
}

// Run shows the tray until ctx ends, whether or not the service is there. What was begun is waited for.
func (t *Tray) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer t.jobs.Wait()
	defer cancel()
	t.jobs.Go(func() { t.follow(ctx) })
	t.show(ctx)
	for {
		select {
		case <-ctx.Done():
			if t.timer != nil {
				t.timer()
			}
			return
		case change := <-t.updates:
			change(&t.state)
		case id := <-t.opt.Bar.Clicks():
			t.clicked(ctx, id)
		}
		t.show(ctx)
	}
}

// Refresh asks the service again for what no event tells of: the pages that may connect and the reasons for a pause.
func (t *Tray) Refresh() {
	select {
	case t.again <- struct{}{}:
	default:
	}
}

// settling is how long after an answer of the person the service may take to note it.
const settling = time.Second

// Asked says that the person has answered a question of the service, by which a page may have been allowed: the pages are
// asked for a moment later.
func (t *Tray) Asked() { t.opt.Clock.AfterFunc(settling, t.Refresh) }

// post hands a change to Run.
func (t *Tray) post(ctx context.Context, change func(*State)) {
	select {
	case t.updates <- change:
	case <-ctx.Done():
	}
}

// show shows the state as it is now, gives the warning that is due, and comes back when time alone changes something.
func (t *Tray) show(ctx context.Context) {
	now := t.opt.Clock.Now()
	v := t.state.View(t.opt.Lang, t.opt.Hand, now)
	v.Menu = t.without(v.Menu)
	if !t.view.Equal(v) {
		t.view = v
		t.opt.Bar.Show(v)
	}
	if w := t.state.warning(now); w != t.warned {
		t.warned = w
		if w.kind != "" {
			t.job(ctx, func(ctx context.Context) { t.tell(ctx, t.say("tray.pause.warning", nil), w.text(t.opt.Lang)) })
		}
	}
	if t.timer != nil {
		t.timer()
		t.timer = nil
	}
	if next := t.state.nextChange(now); !next.IsZero() {
		t.timer = t.opt.Clock.AfterFunc(next.Sub(now), func() { t.post(ctx, func(*State) {}) })
	}
}

// without grays the items whose command is under way, so that a second click does nothing twice.
func (t *Tray) without(items []Item) []Item {
	out := slices.Clone(items)
	for i, it := range out {
		out[i].Disabled = it.Disabled || t.busy[it.ID]
		out[i].Items = t.without(it.Items)
	}
	return out
}

// job does something beside Run, which waits for it.
func (t *Tray) job(ctx context.Context, do func(context.Context)) {
	t.jobs.Go(func() { do(ctx) })
}

func (t *Tray) say(id string, args map[string]any) string { return i18n.T(t.opt.Lang, id, args) }

// tell notifies the person; where nobody can be told the log has it.
func (t *Tray) tell(ctx context.Context, title, text string) {
	if t.opt.Hand.Notify == nil {
		t.opt.Log.Warn("nobody could be told", "title", title)
		return
	}
	if err := t.opt.Hand.Notify(ctx, title, text); err != nil && ctx.Err() == nil {
		t.opt.Log.Warn("nobody could be told", "title", title, "error", err)
	}
}
