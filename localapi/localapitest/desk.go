// Package localapitest offers a desk that does what a test says, behind real
// doors.
package localapitest

import (
	"context"
	"slices"
	"sort"
	"sync"
	"time"

	"ctiagent/cti"
	"ctiagent/localapi"
)

var _ localapi.Desk = (*Desk)(nil)

// Epoch is the epoch of a new Desk.
const Epoch = "E1"

// Held is how many events a Desk holds for Since.
const Held = 1000

// Desk is a desk whose methods, state and events a test sets. Its methods may
// be called concurrently.
type Desk struct {
	mu       sync.Mutex
	state    cti.DeskState
	events   []cti.Event
	watchers map[int]func([]cti.Event)
	next     int
	methods  map[string]served
	pages    map[string]Tab
	changed  chan struct{} // closed and replaced whenever a page changes
	wishes   []cti.Wish
	seated   cti.Target
	taken    []string // calls whose pop was taken
	outbox   []cti.OutboxEntry

	deliver sync.Mutex // held while watchers are called: in order, never twice at once
}

type served struct {
	info cti.FuncInfo
	do   func(context.Context, cti.Wish) (any, error)
}

// Tab is a page the desk was told of.
type Tab struct {
	ID               string
	Pop              func(context.Context, cti.Pop) (bool, error)
	Visible, Focused bool
	Extension        bool
}

// NewDesk makes a desk with one connected driver and no call.
func NewDesk() *Desk {
	return &Desk{watchers: map[int]func([]cti.Event){}, methods: map[string]served{}, pages: map[string]Tab{}, changed: make(chan struct{}),
		state: cti.DeskState{Epoch: Epoch, Agent: cti.Agent{State: cti.AgentReady, Actions: []string{}},
			Drivers: []cti.DriverState{{Name: "totalip", Title: "Total IP", Link: cti.LinkConnected}}}}
}

// Serve makes the desk answer a method.
func (d *Desk) Serve(info cti.FuncInfo, do func(ctx context.Context, w cti.Wish) (any, error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.methods[info.Name] = served{info, do}
}

// Emit numbers events and delivers them as one batch.
func (d *Desk) Emit(events ...cti.Event) {
	d.deliver.Lock()
	defer d.deliver.Unlock()
	d.mu.Lock()
	for i := range events {
		d.state.Seq++
		events[i].Seq = d.state.Seq
		if events[i].Time.IsZero() {
			events[i].Time = cti.At(time.Date(2026, 11, 20, 13, 59, 33, 120e6, time.UTC))
		}
	}
	d.events = append(d.events, events...)
	d.events = d.events[max(0, len(d.events)-Held):]
	watchers := make([]func([]cti.Event), 0, len(d.watchers))
	for _, f := range d.watchers {
		watchers = append(watchers, f)
	}
	d.mu.Unlock()
	for _, f := range watchers {
		f(events)
	}
}

// State is the snapshot with the seq of the last event.
func (d *Desk) State() cti.DeskState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// SetCalls sets the calls of the snapshot.
func (d *Desk) SetCalls(calls ...*cti.Call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state.Calls = calls
}

// Watch calls f with every batch that Emit makes.
func (d *Desk) Watch(f func([]cti.Event)) (cti.DeskState, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.next++
	id := d.next
	d.watchers[id] = f
	return d.state, func() {
		d.deliver.Lock()
		defer d.deliver.Unlock()
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.watchers, id)
	}
}

// Watchers is how many watches of the desk stand.
func (d *Desk) Watchers() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.watchers)
}

// Since answers the events after a seq, while they are held.
func (d *Desk) Since(epoch string, after uint64) ([]cti.Event, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if epoch != d.state.Epoch || after > d.state.Seq || d.state.Seq-after > uint64(len(d.events)) {
		return nil, false
	}
	return slices.Clone(d.events[len(d.events)-int(d.state.Seq-after):]), true
}

// Method describes a method that Serve set.
func (d *Desk) Method(name string) (cti.FuncInfo, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, ok := d.methods[name]
	return s.info, ok
}

// Verbs are the names that Serve set.
func (d *Desk) Verbs() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	names := make([]string, 0, len(d.methods))
	for n := range d.methods {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Do notes the wish, checks its parameters and runs what Serve set.
func (d *Desk) Do(ctx context.Context, w cti.Wish) (any, error) {
	d.mu.Lock()
	s, ok := d.methods[w.Method]
	d.wishes = append(d.wishes, w)
	d.mu.Unlock()
	if !ok {
		return nil, cti.Fail(cti.Unsupported, w.Method, "not served")
	}
	if _, err := s.info.Decoder()(w.Params); err != nil {
		return nil, err
	}
	return s.do(ctx, w)
}

// Wishes are all wishes so far, oldest first.
func (d *Desk) Wishes() []cti.Wish {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.wishes)
}

// AddPage notes a page.
func (d *Desk) AddPage(id string, pop func(context.Context, cti.Pop) (bool, error)) {
	d.page(id, func(p *Tab) { p.Pop = pop })
}

// AddExtension notes the extension of a browser.
func (d *Desk) AddExtension(id string, pop func(context.Context, cti.Pop) (bool, error)) {
	d.page(id, func(p *Tab) { p.Pop, p.Extension = pop, true })
}

// ClaimPop says yes once for each claim, whoever asks.
func (d *Desk) ClaimPop(_, claim string) bool { return d.TakePop("claim " + claim) }

// TakePop says yes once for each call.
func (d *Desk) TakePop(call string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if slices.Contains(d.taken, call) {
		return false
	}
	d.taken = append(d.taken, call)
	return true
}

// FocusPage notes which page the person looks at.
func (d *Desk) FocusPage(id string, visible, focused bool) {
	d.page(id, func(p *Tab) { p.Visible, p.Focused = visible, focused })
}

// RemovePage forgets a page.
func (d *Desk) RemovePage(id string) { d.page(id, nil) }

// Seat notes who sits there.
func (d *Desk) Seat(who cti.Target) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seated = who
}

// Seated is who sits there.
func (d *Desk) Seated() cti.Target {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seated
}

func (d *Desk) page(id string, change func(*Tab)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if change == nil {
		delete(d.pages, id)
	} else {
		p := d.pages[id]
		p.ID = id
		change(&p)
		d.pages[id] = p
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

// WaitPages waits until the pages are as ok wants them, and answers them by
// id; with ctx over it answers what there is and false.
func (d *Desk) WaitPages(ctx context.Context, ok func([]Tab) bool) ([]Tab, bool) {
	for {
		d.mu.Lock()
		pages := make([]Tab, 0, len(d.pages))
		for _, p := range d.pages {
			pages = append(pages, p)
		}
		changed := d.changed
		d.mu.Unlock()
		slices.SortFunc(pages, func(a, b Tab) int { return cmpText(a.ID, b.ID) })
		if ok(pages) {
			return pages, true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return pages, false
		}
	}
}

func cmpText(a, b string) int {
	switch {
	case len(a) != len(b):
		return len(a) - len(b)
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
