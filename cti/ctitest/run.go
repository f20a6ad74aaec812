package ctitest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
)

type law struct {
	name  Law
	check func(t testing.TB, s Subject)
}

func laws() []law {
	return []law{
		{LawVerbs, checkVerbs},
		{LawDeclared, checkDeclared},
		{LawUnsupported, checkUnsupported},
		{LawSnapshot, checkSnapshot},
		{LawRefs, checkRefs},
		{LawEnds, checkEnds},
		{LawSilence, checkSilence},
		{LawFold, checkFold},
		{LawCancel, checkCancel},
		{LawClose, checkClose},
		{LawLeaks, checkLeaks},
		{LawLink, checkLink},
		{LawPassword, checkPassword},
		{LawOnce, checkOnce},
		{LawSecret, checkSecret},
	}
}

// Laws lists every law, in the order they are tried.
func Laws() []Law {
	var names []Law
	for _, l := range laws() {
		names = append(names, l.name)
	}
	return names
}

// Run holds a driver against every law, one subtest each. A waived law shows
// as skipped with its reason while it fails, and fails the test once it passes.
func Run(t *testing.T, s Subject) {
	for name := range s.Waivers {
		if !slices.Contains(Laws(), name) {
			t.Errorf("a waiver names no law: %q", name)
		}
	}
	for _, l := range laws() {
		t.Run(string(l.name), func(t *testing.T) { hold(t, l, s) })
	}
}

func hold(t testing.TB, l law, s Subject) {
	t.Helper()
	reason, waived := s.Waivers[l.name]
	if !waived {
		l.check(t, s)
		return
	}
	if reason == "" {
		t.Fatal("a waiver needs a reason")
	}
	found := try(t, func(t testing.TB) { l.check(t, s) })
	if len(found) == 0 {
		t.Fatalf("this law is waived (%s) but it passes: take the waiver away", reason)
	}
	t.Skipf("waived: %s; it fails with: %s", reason, found[0])
}

// trial is a testing.TB whose failures are kept instead of told.
type trial struct {
	testing.TB
	ctx    context.Context
	cancel context.CancelFunc

	mu       sync.Mutex
	found    []string
	cleanups []func()
}

// try runs f as a test of its own and answers what it complained about.
func try(t testing.TB, f func(t testing.TB)) []string {
	r := &trial{TB: t}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.clean()
		f(r)
	}()
	<-done
	return r.found
}

// clean runs the cleanups as package testing does: the context first, then the
// last registered one.
func (r *trial) clean() {
	r.cancel()
	for {
		r.mu.Lock()
		n := len(r.cleanups)
		if n == 0 {
			r.mu.Unlock()
			return
		}
		f := r.cleanups[n-1]
		r.cleanups = r.cleanups[:n-1]
		r.mu.Unlock()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			f() // may stop its goroutine, which must not stop the others
		}()
		<-ended
	}
}

func (r *trial) note(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, text)
}

func (r *trial) stop(text string) {
	r.note(text)
	runtime.Goexit()
}

func (r *trial) Context() context.Context { return r.ctx }
func (r *trial) Cleanup(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cleanups = append(r.cleanups, f)
}
func (r *trial) Helper()                           {}
func (r *trial) Log(...any)                        {}
func (r *trial) Logf(string, ...any)               {}
func (r *trial) Error(args ...any)                 { r.note(fmt.Sprint(args...)) }
func (r *trial) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }
func (r *trial) Fail()                             { r.note("failed") }
func (r *trial) FailNow()                          { r.stop("failed") }
func (r *trial) Fatal(args ...any)                 { r.stop(fmt.Sprint(args...)) }
func (r *trial) Fatalf(format string, args ...any) { r.stop(fmt.Sprintf(format, args...)) }
func (r *trial) Skip(args ...any)                  { r.stop("skipped: " + fmt.Sprint(args...)) }
func (r *trial) Skipf(format string, args ...any)  { r.stop("skipped: " + fmt.Sprintf(format, args...)) }
func (r *trial) SkipNow()                          { r.stop("skipped") }
func (r *trial) Skipped() bool                     { return false }

func (r *trial) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.found) > 0
}
