package desk

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ctiagent/cti"
	"ctiagent/dialplan"

	"github.com/oklog/ulid/v2"
	"golang.org/x/time/rate"
)

// Hand is what a desk asks of the person's own session. Every method fails
// with unavailable while no hand is attached.
type Hand interface {
	// Launch starts a program with exactly these arguments.
	Launch(ctx context.Context, program string, args ...string) error
	// OpenURL opens a page in the person's browser. url is http or https.
	OpenURL(ctx context.Context, url string) error
	// Notify shows the sentence id, in the person's language.
	Notify(ctx context.Context, id string, args map[string]string) error
	// Confirm asks the question id, in the person's language, to be answered by
	// yes or no. Who says nothing within a minute has said no.
	Confirm(ctx context.Context, id string, args map[string]string) (yes bool, err error)
}

// Receive opens a path on the receiver door until ctx ends and answers its
// URL, see [cti.Host].
type Receive func(ctx context.Context, name string, handle cti.Handle) (url string, err error)

// Driver is one driver of a stack with its checked configuration.
type Driver struct {
	Driver cti.Driver
	Config cti.Config
}

// Options are what a desk is made of.
type Options struct {
	Person  cti.Person
	Agent   cti.Target          // the agent's id and extension, as far as known
	Drivers []Driver            // in stack order, names distinct
	Known   func() []cti.Driver // every driver there is, to say who would have a verb; nil for none
	Plan    *dialplan.Plan      // required
	Forbid  []dialplan.Ban      // what nobody may dial here
	Hours   Hours               // when
	Pops    []PopRule
	Limits  Limits
	Hand    Hand         // nil: nobody's hand is attached
	Journal Journal      // nil: the desk remembers its last calls only
	Outbox  OutboxKeeper // nil: no wish waits for a link
	// Passwords are those the person keeps; nil: none are kept.
	Passwords Passwords
	// Learn is told each password of a login, to keep it out of the log; nil: nobody.
	Learn   func(password string)
	Receive Receive      // nil: the receiver door is closed
	Clock   cti.Clock    // nil: the system's time
	Log     *slog.Logger // nil: nowhere
	Epoch   string       // changes when the service restarts; required
}

// Limits bound a desk. A zero field is its default.
type Limits struct {
	DialsPerSecond float64       // 1
	LiveCalls      int           // 32
	WishJoin       time.Duration // 30 s: how long a driver's call may be taken for a wish
	WishUnknown    time.Duration // 60 s: when a wish without a fact ends as unknown
	WishTime       time.Duration // 30 s: how long a driver may take for a wish that is not observe
}

func (l Limits) filled() Limits {
	if l.DialsPerSecond <= 0 {
		l.DialsPerSecond = 1
	}
	if l.LiveCalls <= 0 {
		l.LiveCalls = 32
	}
	for _, f := range []struct {
		d   *time.Duration
		def time.Duration
	}{{&l.WishJoin, 30 * time.Second}, {&l.WishUnknown, 60 * time.Second}, {&l.WishTime, 30 * time.Second}} {
		if *f.d <= 0 {
			*f.d = f.def
		}
	}
	return l
}

// Desk is one agent's working place.
type Desk struct {
	options Options
	limits  Limits
	clock   cti.Clock
	log     *slog.Logger
	links   []*link
	methods map[string]*method
	pops    []popRule
	target  atomic.Pointer[cti.Target] // whose desk it is now
	outbox  *outbox

	life    context.Context // ends when the desk closes
	end     context.CancelFunc
	started atomic.Bool
	ready   chan struct{} // closed once every driver was tried to be opened
	opening atomic.Int32  // drivers not yet tried
	tasks   sync.WaitGroup
	canMu   sync.Mutex // orders recounts of the verbs; taken before mu

	mu       sync.Mutex // what follows; held while watchers are called
	closed   bool
	table    cti.Table
	seq      uint64
	ring     []cti.Event // the last events; seq s stands at (s-1) % kept
	watchers []*watcher
	verbs    []string
	mint     func() string
	numbers  map[string]string // numbers as PBXs write them to E.164
	unexpire func() bool       // stops the timer of the next expiry
	guard    guard
	pages    pages
	popped   map[string]uint64 // by call: the rules that popped, as bits
	popRate  *rate.Limiter
	later    *cti.PauseIn // a pause to begin when the last call ends
}

type watcher struct{ f func([]cti.Event) }

// kept is how many events a page can resume over.
const kept = 1024

// New makes a desk; nothing is opened before [Desk.Run].
func New(o Options) (*Desk, error) {
	if o.Plan == nil || o.Epoch == "" {
		return nil, errors.New("desk: options need a dial plan and an epoch")
	}
	if o.Clock == nil {
		o.Clock = cti.RealClock()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{options: o, limits: o.Limits.filled(), clock: o.Clock, log: o.Log, ready: make(chan struct{}),
		numbers: map[string]string{}, popped: map[string]uint64{}, popRate: rate.NewLimiter(popsPerSecond, popsAtOnce)}
	d.life, d.end = context.WithCancel(context.Background())
	agent := cti.Target{Agent: o.Agent.Agent, Extension: o.Agent.Extension}
	d.target.Store(&agent)
	d.guard = newGuard(d.limits.DialsPerSecond)
	d.mint = newMint(d.clock)
	d.outbox = newOutbox(d, o.Outbox)
	var err error
	if d.pops, err = readPops(o.Pops); err != nil {
		return nil, err
	}
	var states []cti.DriverState
	for _, r := range o.Drivers {
		if slices.ContainsFunc(d.links, func(l *link) bool { return l.driver.Name == r.Driver.Name }) {
			return nil, fmt.Errorf("desk: the driver %s stands twice in the stack; keep one of them", r.Driver.Name)
		}
		d.links = append(d.links, newLink(d, r))
		states = append(states, cti.DriverState{Name: r.Driver.Name, Title: r.Driver.Title,
			Link: cti.LinkConnecting, Since: cti.At(d.clock.Now())})
	}
	d.opening.Store(int32(len(d.links)))
	d.methods = methodsOf(o.Drivers)
	d.table = cti.NewTable(states, cti.Agent{ID: agent.Agent, Extension: agent.Extension})
	return d, nil
}

// newMint makes ULIDs in rising order; the caller holds the desk's lock.
func newMint(clock cti.Clock) func() string {
	entropy := ulid.Monotonic(bufio.NewReaderSize(rand.Reader, 128), 0)
	return func() string {
		id, err := ulid.New(ulid.Timestamp(clock.Now()), entropy)
		if err != nil { // a millisecond's numbers are used up, which takes 2^79 calls
			return ulid.Make().String()
		}
		return id.String()
	}
}

// Run opens every driver and keeps it running until ctx ends; then it closes
// them and returns when nothing of the desk runs any more. It may be called
// once.
func (d *Desk) Run(ctx context.Context) error {
	if d.started.Swap(true) {
		return errors.New("desk: Run is called twice")
	}
	defer context.AfterFunc(ctx, d.end)()
	if len(d.links) == 0 {
		close(d.ready)
	}
	d.outbox.begin()
	for _, l := range d.links {
		d.spawn(func() { l.run(d.life) })
	}
	<-d.life.Done()
	d.mu.Lock()
	d.closed = true
	stop := d.unexpire
	d.mu.Unlock()
	if stop != nil {
		stop()
	}
	d.outbox.close()
	d.tasks.Wait()
	return nil
}

// spawn runs f in a goroutine that Run waits for; a closed desk starts none.
func (d *Desk) spawn(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spawnLocked(f)
}

func (d *Desk) spawnLocked(f func()) {
	if d.closed {
		return
	}
	d.tasks.Go(f)
}

// State is the snapshot of this moment.
func (d *Desk) State() cti.DeskState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stateLocked()
}

// stateLocked shares the table's lists, which the fold replaces and never
// changes.
func (d *Desk) stateLocked() cti.DeskState {
	s := cti.DeskState{Epoch: d.options.Epoch, Seq: d.seq, Agent: d.table.Agent,
		Calls: d.table.Calls, Recent: d.table.Recent, Drivers: d.table.Drivers, Outbox: d.table.Outbox}
	if s.Calls == nil {
		s.Calls = []*cti.Call{}
	}
	if s.Recent == nil {
		s.Recent = []*cti.Call{}
	}
	if s.Drivers == nil {
		s.Drivers = []cti.DriverState{}
	}
	return s
}

// Watch answers the state and calls f with every batch of events after it: in
// order, without a gap, never twice at once. f must not block and must not
// call the desk; it may keep the batch but not change it. After stop has
// returned, f is not called.
func (d *Desk) Watch(f func([]cti.Event)) (state cti.DeskState, stop func()) {
	w := &watcher{f}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watchers = append(slices.Clip(d.watchers), w)
	return d.stateLocked(), func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.watchers = slices.DeleteFunc(slices.Clone(d.watchers), func(o *watcher) bool { return o == w })
	}
}

// Since answers the events after seq, and whether all of them are still held
// and the epoch is this one.
func (d *Desk) Since(epoch string, after uint64) ([]cti.Event, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if epoch != d.options.Epoch || after > d.seq || d.seq-after > uint64(len(d.ring)) {
		return nil, false
	}
	events := make([]cti.Event, 0, d.seq-after)
	for s := after; s < d.seq; s++ {
		events = append(events, d.ring[s%kept])
	}
	return events, true
}

// Verbs are the names of the common verbs the drivers handle now, sorted.
func (d *Desk) Verbs() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.verbs)
}

// Person is whose desk it is.
func (d *Desk) Person() cti.Person { return d.options.Person }
