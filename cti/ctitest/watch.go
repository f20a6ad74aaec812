package ctitest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ctiagent/cti"
)

// watch is one Run of a session: its facts, in order, and their fold.
type watch struct {
	w       *world
	session cti.Session
	cancel  context.CancelFunc
	done    chan struct{} // closed when Run has returned

	mu       sync.Mutex
	facts    []cti.Fact
	table    cti.Table
	changed  chan struct{} // closed and replaced with every fact
	ids      int
	emitting int
	returned bool
	err      error // Run's answer
	late     []string
}

// run starts Run. It is canceled when the test ends.
func (w *world) run(session cti.Session) *watch {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &watch{w: w, session: session, cancel: cancel, done: make(chan struct{}), changed: make(chan struct{}),
		table: cti.NewTable([]cti.DriverState{{Name: w.s.Driver.Name, Title: w.s.Driver.Title, Link: cti.LinkConnecting}}, cti.Agent{})}
	go func() {
		err := session.Run(ctx, r.emit)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.err, r.returned = err, true
		if r.emitting > 0 {
			r.late = append(r.late, "a fact was still being told when Run returned")
		}
		close(r.done)
		r.tell()
	}()
	w.t.Cleanup(func() {
		cancel()
		w.in("Run, its context ended,", func(context.Context) { <-r.done })
	})
	return r
}

func (r *watch) tell() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *watch) emit(f cti.Fact) {
	r.enter()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.emitting--
	if r.returned {
		r.late = append(r.late, fmt.Sprintf("told after Run returned: %s", describe(f)))
		return
	}
	r.facts = append(r.facts, f)
	r.table, _ = cti.Apply(r.table, cti.Input{Driver: r.w.s.Driver.Name, At: r.w.pace.Now(), Fact: f,
		NewID: func() string { r.ids++; return fmt.Sprint(r.ids) }})
	r.tell()
}

func (r *watch) enter() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.emitting++
}

// wait blocks until cond holds, which is asked after every fact. cond may use
// the methods below; the watch is not locked while it runs.
func (r *watch) wait(what string, cond func() bool) {
	r.w.t.Helper()
	deadline := time.NewTimer(r.w.s.Patience)
	defer deadline.Stop()
	for {
		r.mu.Lock()
		changed := r.changed
		r.mu.Unlock()
		if cond() {
			return
		}
		select {
		case <-changed:
		case <-deadline.C:
			r.w.t.Fatalf("waited in vain for %s; told so far:%s", what, r.story())
		}
	}
}

// stop cancels Run and waits for it; it must answer nil.
func (r *watch) stop() {
	r.w.t.Helper()
	r.cancel()
	r.ended("Run, its context ended,")
}

func (r *watch) ended(what string) {
	r.w.t.Helper()
	r.w.in(what, func(context.Context) { <-r.done })
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		r.w.t.Errorf("%s answered %v, want nil", what, r.err)
	}
}

func (r *watch) told() []cti.Fact {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.facts)
}

func (r *watch) folded() cti.Table {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.table
}

func (r *watch) lateFacts() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.late)
}

func (r *watch) count(is func(cti.Fact) bool) (n int) {
	for _, f := range r.told() {
		if is(f) {
			n++
		}
	}
	return n
}

// link is how the link stands as last told.
func (r *watch) link() cti.LinkState { return r.folded().Drivers[0].Link }

// connected is the live answered call with that number.
func (r *watch) connected(number string) *cti.Call {
	for _, c := range r.folded().Calls {
		if c.State == cti.Connected && cti.SameNumber(c.Remote.Raw, number) {
			return c
		}
	}
	return nil
}

// live says whether the call the driver names ref goes on.
func (r *watch) live(ref string) bool {
	return slices.ContainsFunc(r.folded().Calls, func(c *cti.Call) bool { return c.RefOf(r.w.s.Driver.Name) == ref })
}

func (r *watch) story() string {
	var b strings.Builder
	for _, f := range r.told() {
		b.WriteString("\n\t" + describe(f))
	}
	if b.Len() == 0 {
		return " nothing"
	}
	return b.String()
}

func describe(f cti.Fact) string {
	s, ok := f.(cti.SnapshotFact)
	if !ok {
		return fmt.Sprintf("%T%+v", f, f)
	}
	agent := "nil"
	if s.Agent != nil {
		agent = fmt.Sprintf("%+v", *s.Agent)
	}
	return fmt.Sprintf("%T{Agent:%s Calls:%+v}", f, agent, s.Calls)
}

func isSnapshot(f cti.Fact) bool {
	_, ok := f.(cti.SnapshotFact)
	return ok
}

func isLink(f cti.Fact) bool {
	_, ok := f.(cti.LinkFact)
	return ok
}

// callFacts are all facts about calls, those of snapshots included, in order.
func callFacts(facts []cti.Fact) (calls []cti.CallFact) {
	for _, f := range facts {
		switch f := f.(type) {
		case cti.CallFact:
			calls = append(calls, f)
		case cti.SnapshotFact:
			calls = append(calls, f.Calls...)
		}
	}
	return calls
}
