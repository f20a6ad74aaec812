package chaos_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/chaos"
	"ctiagent/vendors"
)

const (
	agentID   = "12"
	extension = "10005"
	password  = "chaos-7431-secret"
)

// patience is how long anything may take, in real time, before it is stuck.
const patience = 6 * time.Second

// call is one call at a vendor's system, in the desk's words.
type call struct {
	ref    string // the system's
	number string // "" where the vendor tells nobody
	state  cti.CallState
	hidden bool // the vendor shows it to nobody now
}

// system is one vendor's simulator as a run drives it. What a function of it finds no call for, it leaves.
type system struct {
	use      string // the driver
	values   map[string]string
	most     int                                       // how many calls an agent may have for the vendor to show them all
	ring     func(number string)                       // a customer calls; nil where nobody would hear of it
	answer   func(ref string)                          // whoever rings takes the call
	hangup   func(ref string)                          // at either end
	calls    func() []call                             // that have not ended
	agent    func() cti.AgentState                     // "" where the vendor does not say
	dials    func() []string                           // every request for a call, whole
	cut      func()                                    // every link; calls go on
	restore  func()                                    // the links
	stop     func()                                    // the system
	door     func(t testing.TB, h *ctitest.Host)       // nil, or gives a telephone the addresses that it calls
	blind    bool                                      // nothing but a wish shows whether the link stands
	lines    bool                                      // a line whose call was replaced unseen may keep the old one's number
	nameless bool                                      // the numbers of calls that come in are told to nobody
	mute     bool                                      // how calls of ours go on nobody is told but by wishes
	wishes   map[string]any                            // besides call.dial: verbs with their parameters
	around   func(through func(address string) string) // nil, or puts the proxy where no option of the driver does
	launch   func(context.Context, string, ...string) error
}

// world is one run: a system, a bad network, a desk.
type world struct {
	name    string // of the system
	t       testing.TB
	dice    *rand.Rand
	system  *system
	proxies []*chaos.Proxy
	clock   *ctitest.Clock
	desk    *desk.Desk
	log     *journal
	lossy   bool          // the network loses connections
	leap    time.Duration // how far the clock goes in one turn
	carried uint64        // what the proxies had carried at the last turn

	wishes sync.WaitGroup
	mu     sync.Mutex
	story  []string
	ended  map[string]int // by call id
	wrong  []string       // what the events did that they must not
	events uint64
	dialed map[string]error // by number: how the wish went, once it is answered
	asked  int              // wishes not answered yet
}

// journal keeps what is logged and notices a panic.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// begin starts a run.
func begin(t testing.TB, build func(testing.TB, cti.Clock) *system, seed uint64, faults []chaos.Fault) *world {
	t.Helper()
	return beginAt(t, build, "", seed, faults)
}

// beginAt starts a run whose driver knows the system by a name; "" is its address.
func beginAt(t testing.TB, build func(testing.TB, cti.Clock) *system, name string, seed uint64, faults []chaos.Fault) *world {
	t.Helper()
	clock := ctitest.NewClock(time.Date(2026, 11, 20, 13, 59, 33, 0, time.UTC))
	s := build(t, clock)
	w := &world{name: name, t: t, dice: rand.New(rand.NewPCG(seed, 0)), system: s, clock: clock, log: &journal{}, leap: 200 * time.Millisecond, ended: map[string]int{}, dialed: map[string]error{}}
	t.Cleanup(s.stop)
	driver, ok := vendors.Named(s.use)
	if !ok {
		t.Fatalf("there is no driver %s", s.use)
	}
	values := map[string]string{}
	for _, o := range driver.Options {
		if o.Default != "" {
			values[o.Name] = o.Default
		}
	}
	maps.Copy(values, s.values)
	for i, o := range driver.Options {
		if (o.Kind == cti.OptionURL || o.Kind == cti.OptionAddress) && values[o.Name] != "" {
			values[o.Name] = w.through(values[o.Name], seed+uint64(i)<<32, faults)
		}
	}
	if s.around != nil {
		s.around(func(address string) string { return w.through(address, seed, faults) })
	}
	plan, err := dialplan.New(dialplan.Site{AreaCode: "11"})
	if err != nil {
		t.Fatal(err)
	}
	options := desk.Options{Person: cti.Person{ID: "1000", Name: "ana"}, Agent: cti.Target{Agent: agentID, Extension: extension}, Plan: plan,
		Drivers: []desk.Driver{{Driver: driver, Config: cti.Config{Country: "BR", AreaCode: "11", Values: values}}},
		Clock:   w.clock, Epoch: "chaos", Limits: desk.Limits{DialsPerSecond: 1000}, Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	if s.door != nil {
		h := ctitest.NewHost(w.clock) // for its receiver door
		h.OpenReceiver(t)
		s.door(t, h)
		options.Receive = h.Receive
	}
	if s.launch != nil {
		options.Hand = hand{launch: s.launch}
	}
	if w.desk, err = desk.New(options); err != nil {
		t.Fatal(err)
	}
	w.desk.Watch(w.watch)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- w.desk.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("the desk: %v", err)
			}
		case <-time.After(patience):
			t.Errorf("the desk does not end%s", w.told())
		}
		for _, p := range w.proxies {
			p.Close()
		}
	})
	return w
}

// through puts a proxy in front of an address, which may be a URL.
func (w *world) through(address string, seed uint64, faults []chaos.Fault) string {
	scheme, rest, isURL := strings.Cut(address, "://")
	if !isURL {
		scheme, rest = "", address
	}
	host, path, _ := strings.Cut(rest, "/")
	p, err := chaos.New("127.0.0.1:0", host, seed, faults...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.proxies = append(w.proxies, p)
	out := p.Addr()
	if w.name != "" {
		_, port, err := net.SplitHostPort(out)
		if err != nil {
			w.t.Fatal(err)
		}
		out = net.JoinHostPort(w.name, port)
	}
	if isURL {
		out = scheme + "://" + out
	}
	if path != "" {
		out += "/" + path
	}
	return out
}

// hand launches programs and does nothing else.
type hand struct {
	launch func(context.Context, string, ...string) error
}

func (h hand) Launch(ctx context.Context, program string, args ...string) error {
	return h.launch(ctx, program, args...)
}
func (h hand) OpenURL(context.Context, string) error                   { return nil }
func (h hand) Notify(context.Context, string, map[string]string) error { return nil }
func (h hand) Confirm(context.Context, string, map[string]string) (yes bool, e error) {
	return true, nil
}

// watch holds every event against what calls may do.
func (w *world) watch(batch []cti.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range batch {
		w.events++
		if e.Call == nil {
			w.note("event %d %s", e.Seq, e.Type)
			continue
		}
		w.note("event %d %s %s %s %s", e.Seq, e.Type, e.Call.Ref, e.Call.Remote.Raw, e.Call.State)
		switch over := w.ended[e.Call.ID] > 0; {
		case e.Type == cti.EventCallEnded && over:
			w.wrong = append(w.wrong, fmt.Sprintf("the call %s ended twice", e.Call.Remote.Raw))
		case e.Type == cti.EventCallEnded:
			w.ended[e.Call.ID]++
		case over && e.Call.Live():
			w.wrong = append(w.wrong, fmt.Sprintf("the call %s of %s lives after its end", e.Call.ID, e.Call.Remote.Raw))
		}
	}
}

// note writes down what happened; with the lock held.
func (w *world) note(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf(format, args...))
}

func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(format, args...)
}

// told is what happened so far, for who reads a failure.
func (w *world) told() string {
	var b strings.Builder
	w.mu.Lock()
	for _, line := range w.story {
		b.WriteString("\n\t" + line)
	}
	w.mu.Unlock()
	for _, p := range w.proxies {
		fmt.Fprintf(&b, "\n\tproxy: %s", p)
	}
	fmt.Fprintf(&b, "\n\tPBX: %+v\n\tdesk:", w.system.calls())
	state := w.desk.State()
	for _, c := range state.Calls {
		fmt.Fprintf(&b, " %s %s %s", c.Ref, c.Remote.Raw, c.State)
	}
	fmt.Fprintf(&b, "\n\tagent: %s at the PBX, %s at the desk\n\tlink: %+v", w.system.agent(), state.Agent.State, state.Drivers)
	return b.String()
}

// turn lets a moment go by. The clock moves on only when nothing is on its way, as it would for real: what waits for the
// network must not be overtaken by years.
func (w *world) turn(tick <-chan time.Time) {
	<-tick
	var carried uint64
	for _, p := range w.proxies {
		carried += p.Carried()
	}
	if carried != w.carried {
		w.carried = carried
		return
	}
	if d, ok := w.clock.Next(); ok {
		w.clock.Advance(min(d, w.leap))
	}
}

// until turns until a condition holds.
func (w *world) until(what string, cond func() bool) {
	w.t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	stuck := time.NewTimer(patience)
	defer stuck.Stop()
	for !cond() {
		select {
		case <-stuck.C:
			w.t.Fatalf("waited in vain for %s:%s\n%s", what, w.told(), w.log)
		default:
			w.turn(tick.C)
		}
	}
}

// breathe lets n moments go by.
func (w *world) breathe(n int) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range n {
		w.turn(tick.C)
	}
}

// wish asks the desk for something and does not wait.
func (w *world) wish(method string, params any, then func(error)) {
	raw, err := json.Marshal(params)
	if err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.asked++
	w.note("wish %s %s", method, raw)
	w.mu.Unlock()
	w.wishes.Go(func() {
		_, err := w.desk.Do(context.Background(), cti.Wish{Method: method, Params: raw})
		w.mu.Lock()
		defer w.mu.Unlock()
		w.asked--
		w.note("answer to %s %s: %v", method, raw, err)
		if then != nil {
			then(err)
		}
	})
}

func (w *world) pending() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked
}

// number is one that no other call of the run has.
func (w *world) number() string { return fmt.Sprintf("119%08d", 10000000+w.dice.IntN(89999999)) }

// dial asks for a call to a number of its own.
func (w *world) dial() string {
	number := w.number()
	w.wish("call.dial", map[string]any{"number": number}, func(err error) { w.dialed[number] = err })
	return number
}

// shown is what the desk should show, sorted: one text for each call.
func (w *world) shown() (out []string) {
	for _, c := range w.system.calls() {
		number := tail(c.number)
		if w.system.lines {
			number = ""
		}
		if !c.hidden {
			out = append(out, number+" "+string(c.state))
		}
	}
	slices.Sort(out)
	return out
}

// seen is what the desk shows.
func (w *world) seen() (out []string) {
	for _, c := range w.desk.State().Calls {
		if w.system.mute && c.Direction == cti.Outbound {
			continue
		}
		number, state := tail(c.Remote.Raw), c.State
		if w.system.lines {
			number = ""
		}
		if w.system.nameless {
			number = ""
			if state == cti.Dialing {
				state = cti.Ringing // whether the agent's telephone rings for a dial whose answer got lost nobody can know
			}
		}
		out = append(out, number+" "+string(state))
	}
	slices.Sort(out)
	return out
}

// tail is the part of a number that does not depend on who writes it.
func tail(number string) string {
	if len(number) > 8 {
		return number[len(number)-8:]
	}
	return number
}
