package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/desk"
	"ctiagent/dialplan"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var start = time.Date(2026, 11, 20, 13, 59, 33, 0, time.UTC)

// sent is one wish that reached a fake driver.
type sent struct {
	Name   string
	Target cti.Target
	In     any
}

// run is one call of a fake session's Run.
type run struct {
	emit func(cti.Fact)
	end  chan error // what Run returns; a panic when it is errPanic
}

var errPanic = errors.New("panic, please")

// fake is a scripted driver. Its rows record what they got and answer as on
// says, or with a zero answer.
type fake struct {
	cti.Driver
	rows    []cti.Func[*session]
	runs    chan *run
	openErr func() error

	mu      sync.Mutex
	got     []sent
	answers map[string]func(ctx context.Context, s sent) (any, error)
	without []string
	host    cti.Host
	closed  int
}

type session struct {
	fake *fake
	all  *cti.Actions
	done chan struct{}
	once sync.Once
}

func newFake(name string, rows ...func(*fake)) *fake {
	f := &fake{runs: make(chan *run, 16), answers: map[string]func(context.Context, sent) (any, error){}}
	f.Driver = cti.Driver{Name: name, Title: "The " + name, Open: f.open}
	for _, r := range rows {
		r(f)
	}
	f.Functions = cti.Infos(f.rows)
	return f
}

func row[In, Out any](a cti.Action[In, Out]) func(*fake) {
	return func(f *fake) {
		f.rows = append(f.rows, cti.Row(a, "manual 1", func(s *session, ctx context.Context, r cti.Req[In]) (Out, error) {
			var zero Out
			out, err := s.fake.do(ctx, sent{a.Name, r.Target, r.In})
			if err != nil || out == nil {
				return zero, err
			}
			return out.(Out), nil
		}))
	}
}

func blind(f *fake) { f.Blind = true }

func (f *fake) do(ctx context.Context, s sent) (any, error) {
	f.mu.Lock()
	f.got = append(f.got, s)
	answer := f.answers[s.Name]
	f.mu.Unlock()
	if answer == nil {
		return nil, nil
	}
	return answer(ctx, s)
}

// on scripts what a row answers.
func (f *fake) on(name string, answer func(ctx context.Context, s sent) (any, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answers[name] = answer
}

func (f *fake) fails(name string, kind cti.Kind, how cti.Sent) {
	f.on(name, func(context.Context, sent) (any, error) {
		return nil, &cti.Error{Kind: kind, Text: "says " + f.Name, Sent: how}
	})
}

// names are the wishes that reached the driver, in order.
func (f *fake) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := []string{}
	for _, s := range f.got {
		out = append(out, s.Name)
	}
	return out
}

func (f *fake) last(t *testing.T) sent {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.got) == 0 {
		t.Fatalf("nothing reached %s", f.Name)
	}
	return f.got[len(f.got)-1]
}

func (f *fake) open(_ context.Context, _ cti.Config, host cti.Host) (cti.Session, error) {
	f.mu.Lock()
	f.host = host
	failing := f.openErr
	f.mu.Unlock()
	if failing != nil {
		if err := failing(); err != nil {
			return nil, err
		}
	}
	s := &session{fake: f, done: make(chan struct{})}
	s.all = cti.Bind(s, f.rows)
	return s, nil
}

func (s *session) Actions() *cti.Actions {
	s.fake.mu.Lock()
	defer s.fake.mu.Unlock()
	return s.all.Without(s.fake.without...)
}

func (s *session) Run(ctx context.Context, emit func(cti.Fact)) error {
	r := &run{emit: emit, end: make(chan error)}
	emit(cti.LinkFact{State: cti.LinkConnected})
	emit(cti.SnapshotFact{})
	s.fake.runs <- r
	select {
	case <-ctx.Done():
		return nil
	case <-s.done:
		return nil
	case err := <-r.end:
		if errors.Is(err, errPanic) {
			panic("scripted")
		}
		return err
	}
}

func (s *session) Close() error {
	s.once.Do(func() {
		close(s.done)
		s.fake.mu.Lock()
		s.fake.closed++
		s.fake.mu.Unlock()
	})
	return nil
}

// hand records what it is asked for.
type hand struct {
	mu       sync.Mutex
	urls     []string
	notices  []string
	launched []string
	asked    []string
	answers  func() (bool, error) // what the person says to a question
	told     chan struct{}        // one token for each request
}

func newHand() *hand { return &hand{told: make(chan struct{}, 1024)} }

func (h *hand) Launch(_ context.Context, program string, _ ...string) error {
	return h.keep(&h.launched, program)
}
func (h *hand) OpenURL(_ context.Context, url string) error { return h.keep(&h.urls, url) }
func (h *hand) Notify(_ context.Context, id string, _ map[string]string) error {
	return h.keep(&h.notices, id)
}

func (h *hand) Confirm(_ context.Context, id string, args map[string]string) (bool, error) {
	if err := h.keep(&h.asked, id+" "+args["Who"]); err != nil {
		return false, err
	}
	return h.answers()
}

func (h *hand) keep(list *[]string, s string) error {
	h.mu.Lock()
	*list = append(*list, s)
	h.mu.Unlock()
	h.told <- struct{}{}
	return nil
}

func (h *hand) opened() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.urls)
}

// rig is a running desk with fake drivers and a clock of its own.
type rig struct {
	t     *testing.T
	ctx   context.Context // ends when the test takes too long
	desk  *desk.Desk
	clock *ctitest.Clock
	hand  *hand
	runs  map[string]*run // the present run of each driver

	mu      sync.Mutex
	events  []cti.Event
	changed chan struct{}
}

func plan(t testing.TB) *dialplan.Plan {
	t.Helper()
	p, err := dialplan.New(dialplan.Site{AreaCode: "11"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// options are those of a desk on the stack given; change may be nil.
func (r *rig) options(fakes []*fake, change func(*desk.Options)) desk.Options {
	o := desk.Options{Person: cti.Person{ID: "1000", Name: "ana"}, Agent: cti.Target{Agent: "12", Extension: "10005"},
		Plan: plan(r.t), Hand: r.hand, Clock: r.clock, Epoch: "e1", Limits: desk.Limits{DialsPerSecond: 1000}}
	for _, f := range fakes {
		o.Drivers = append(o.Drivers, desk.Driver{Driver: f.Driver})
	}
	if change != nil {
		change(&o)
	}
	return o
}

func newRig(t *testing.T) *rig {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	return &rig{t: t, ctx: ctx, clock: ctitest.NewClock(start), hand: newHand(), runs: map[string]*run{}, changed: make(chan struct{})}
}

// begin runs a desk on these drivers and waits until all that can be opened run.
func begin(t *testing.T, change func(*desk.Options), fakes ...*fake) *rig {
	t.Helper()
	r := newRig(t)
	d, err := desk.New(r.options(fakes, change))
	if err != nil {
		t.Fatal(err)
	}
	r.desk = d
	r.watch()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-r.ctx.Done():
			t.Error("the desk does not end")
		}
	})
	for _, f := range fakes {
		if f.openErr == nil {
			r.next(f)
		}
	}
	return r
}

func (r *rig) watch() {
	r.desk.Watch(func(batch []cti.Event) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.events = append(r.events, batch...)
		close(r.changed)
		r.changed = make(chan struct{})
	})
}

// next waits for the driver's next run.
func (r *rig) next(f *fake) {
	r.t.Helper()
	select {
	case r.runs[f.Name] = <-f.runs:
	case <-r.ctx.Done():
		r.t.Fatalf("%s does not run", f.Name)
	}
}

func (r *rig) emit(f *fake, fact cti.Fact) { r.runs[f.Name].emit(fact) }

// await waits for a condition on the desk's state that an event makes true.
func (r *rig) await(what string, ok func(cti.DeskState) bool) cti.DeskState {
	r.t.Helper()
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		s := r.desk.State()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-r.ctx.Done():
			r.t.Fatalf("%s: never; state %+v", what, s)
		}
	}
}

func (r *rig) awaitVerb(verb string, there bool) {
	r.t.Helper()
	r.await(verb, func(cti.DeskState) bool { return slices.Contains(r.desk.Verbs(), verb) == there })
}

func (r *rig) do(method string, params any) (any, error) {
	return r.desk.Do(r.ctx, wishFor(r.t, method, params))
}

func (r *rig) must(method string, params any) any {
	r.t.Helper()
	out, err := r.do(method, params)
	if err != nil {
		r.t.Fatalf("%s: %v", method, err)
	}
	return out
}

func (r *rig) dial(number string) *cti.Call {
	r.t.Helper()
	return r.must("call.dial", map[string]any{"number": number}).(*cti.Call)
}

func wishFor(t testing.TB, method string, params any) cti.Wish {
	t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		t.Fatal(err)
	}
	return cti.Wish{Method: method, Params: raw}
}

func wantKind(t *testing.T, err error, kind cti.Kind, hint string) *cti.Error {
	t.Helper()
	var e *cti.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Hint != hint {
		t.Fatalf("got %v (%#v), want %s with the hint %q", err, err, kind, hint)
	}
	return e
}

func wantSent(t *testing.T, f *fake, want ...string) {
	t.Helper()
	if got := f.names(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s got %v, want %v", f.Name, got, want)
	}
}
