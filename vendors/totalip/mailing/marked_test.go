package mailing

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// ledger is a system that takes batches together, by transactions that it can be asked about.
type ledger struct {
	batch  int
	step   func(name string) error // before and after everything
	held   []string                // of the open transaction
	open   string
	last   int
	taken  []string // parameter 1 of each
	states map[string]State
}

func (l *ledger) Batch() int { return l.batch }

func (l *ledger) Add(_ context.Context, c Contact) error {
	if l.open == "" {
		l.last++
		l.open = fmt.Sprint(l.last)
	}
	l.held = append(l.held, c.Param1)
	return l.step("add")
}

func (l *ledger) Stage(context.Context) (string, error) {
	l.states[l.open] = Sending
	return l.open, l.step("stage")
}

func (l *ledger) Send(context.Context) (Entry, error) {
	if err := l.step("before commit"); err != nil {
		return Entry{State: Unknown}, err
	}
	l.taken, l.states[l.open] = append(l.taken, l.held...), Taken
	n := len(l.held)
	l.held, l.open = nil, ""
	if err := l.step("after commit"); err != nil {
		return Entry{State: Unknown, Text: "cut"}, err
	}
	return Entry{State: Taken, Numbers: n}, nil
}

func (l *ledger) Outcome(_ context.Context, mark string) (State, error) {
	if err := l.step("outcome"); err != nil {
		return Sending, err
	}
	return l.states[mark], nil
}

// drop is the system that notices that nobody holds the transaction any more.
func (l *ledger) drop() {
	if l.open != "" {
		l.states[l.open] = NotSent
	}
	l.held, l.open = nil, ""
}

const tenLines = "1;a;;33553401\n2;a;;33553401\n3;a;;33553401\n4;a;;33553401\n5;a;;33553401\nbad\n6;a;;33553401\n7;a;;33553401\n8;a;;33553401\n9;a;;33553401\n10;a;;33553401\n"

// TestNoCrashLosesOrDoublesALineWhereTheRoadKnows ends the program, or the connection, at every step.
func TestNoCrashLosesOrDoublesALineWhereTheRoadKnows(t *testing.T) {
	crash := errors.New("crash")
	for _, way := range []string{"killed", "cut", "cut twice"} {
		for at := 1; ; at++ {
			l := &ledger{batch: 3, states: map[string]State{}}
			steps := 0
			l.step = func(string) error {
				if steps++; steps == at && way == "killed" {
					panic(crash)
				}
				if steps == at || steps == at+1 && way == "cut twice" {
					return crash
				}
				return nil
			}
			path := filepath.Join(t.TempDir(), "a.jsonl")
			attempt := func() (err error) {
				a := open(t, path, tenLines)
				defer func() {
					if recover() != nil {
						err = crash
					}
					err = errors.Join(err, a.Close())
					l.drop()
				}()
				if a.Done() {
					return nil
				}
				return run(t, t.Context(), a, tenLines, l)
			}
			err := attempt()
			whole := steps < at
			for range 3 {
				if err != nil {
					err = attempt()
				}
			}
			a := open(t, path, tenLines)
			tally := a.Tally()
			if want := strings.Split("1 2 3 4 5 6 7 8 9 10", " "); err != nil || !a.Done() || !slices.Equal(l.taken, want) || tally.Taken != 10 || tally.Numbers != 10 || tally.Sent() != 10 {
				t.Fatalf("%s at step %d: %v, taken %v, %+v", way, at, err, l.taken, tally)
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			if whole {
				break
			}
		}
	}
}

func TestLinesThatOnlyTheRoadKnowsOfStayPending(t *testing.T) {
	crash := errors.New("crash")
	l := &ledger{batch: 3, states: map[string]State{}}
	away := true
	l.step = func(name string) error {
		if away && (name == "before commit" || name == "outcome") {
			return crash
		}
		return nil
	}
	path := filepath.Join(t.TempDir(), "a.jsonl")
	a := open(t, path, tenLines)
	for range 2 {
		err := run(t, t.Context(), a, tenLines, l)
		var stop *StopError
		if !errors.As(err, &stop) || stop.State != Sending || stop.Line != 1 || !errors.Is(err, crash) {
			t.Errorf("got %v", err)
		}
		if e, pending := a.Pending(); !pending || e.Mark != "1" || a.Tally().Sent() != 0 {
			t.Errorf("%+v, %+v", e, a.Tally())
		}
		if err := a.Begin(Head{}, a.head.Begun); err == nil {
			t.Error("lines that may have been taken are forgotten")
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		a = open(t, path, tenLines)
	}
	// Nobody knows any more: they are reported, and never sent again.
	away, l.states["1"] = false, Unknown
	l.held, l.open = nil, ""
	if err := run(t, t.Context(), a, tenLines, l); err != nil || len(l.taken) != 7 || a.Tally().Unknown != 3 || a.Tally().Taken != 7 {
		t.Errorf("%v, %v, %+v", err, l.taken, a.Tally())
	}
	if look := a.Tally().Look; len(look) != 1 || look[0].Line != 1 || look[0].Last != 3 {
		t.Errorf("%+v", look)
	}
}

// sink takes all and keeps nothing.
type sink struct{ taken, batch int }

func (*sink) Batch() int                                     { return 1000 }
func (k *sink) Add(context.Context, Contact) error           { k.batch++; return nil }
func (k *sink) Stage(context.Context) (string, error)        { return fmt.Sprint(k.taken), nil }
func (*sink) Outcome(context.Context, string) (State, error) { return Unknown, nil }

func (k *sink) Send(context.Context) (Entry, error) {
	n := k.batch
	k.taken, k.batch = k.taken+n, 0
	return Entry{State: Taken, Numbers: 2 * n}, nil
}

func TestLongImportsFillNoMemory(t *testing.T) {
	most := func(lines int) (used uint64) {
		sum, err := Scan(t.Context(), &customers{lines: lines}, site(t, 2), nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		a, err := OpenAccount(filepath.Join(t.TempDir(), "a.jsonl"), false)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Close() }()
		if err := a.Begin(HeadOf(sum, site(t, 2), "80"), time.Now()); err != nil {
			t.Fatal(err)
		}
		var m runtime.MemStats
		err = Import(t.Context(), contacts(&customers{lines: lines}, site(t, 2)), a, new(sink), func() error { return nil }, func(n int64) {
			if n%int64(lines/4) == 0 {
				runtime.GC()
				runtime.ReadMemStats(&m)
				used = max(used, m.HeapAlloc)
			}
		})
		if err != nil || !a.Done() || a.Tally().Taken != int64(lines) {
			t.Fatalf("%v, %+v", err, a.Tally())
		}
		return used
	}
	short := most(4000)
	if long := most(100_000); long > short+1<<20 {
		t.Errorf("a long import keeps %d KiB more in use than a short one", (long-short)>>10)
	}
}
