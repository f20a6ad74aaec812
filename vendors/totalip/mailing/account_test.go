package mailing

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const fiveLines = "1;a;;33553401\n2;b;;33553402;;33553409\nbad\n3;c;;33553403\n4;d;;33553404\n5;e;;33553405\n"

// taker is a system that takes contacts.
type taker struct {
	batch int
	all   []Contact // of the batch
	got   []string  // parameter 1 of each
	// answer tells what comes of a batch; nil takes all.
	answer func(n int, all []Contact) (Entry, error)
	before func(first string)
	sent   int
}

func (s *taker) Batch() int { return max(s.batch, 1) }

func (s *taker) Add(_ context.Context, c Contact) error {
	c.Numbers = slices.Clone(c.Numbers)
	s.all = append(s.all, c)
	return nil
}

func (s *taker) Stage(context.Context) (string, error) { return "", nil }

func (s *taker) Outcome(context.Context, string) (State, error) { return Unknown, nil }

func (s *taker) Send(context.Context) (Entry, error) {
	all := s.all
	s.all = nil
	if s.before != nil {
		s.before(all[0].Param1)
	}
	s.sent++
	e, err := Entry{State: Taken}, error(nil)
	if s.answer != nil {
		e, err = s.answer(s.sent, all)
	}
	for _, c := range all {
		if e.State == Taken {
			e.Numbers += len(c.Numbers)
		}
		if e.State == Taken || e.State == Unknown {
			s.got = append(s.got, c.Param1)
		}
	}
	return e, err
}

// open opens the account of a file, beginning it when need be.
func open(t *testing.T, path, file string) *Account {
	t.Helper()
	sum, err := Scan(t.Context(), strings.NewReader(file), site(t, 2), nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := OpenAccount(path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	head := HeadOf(sum, site(t, 2), "80")
	if before, begun := a.Begun(); begun && !before.Same(head) {
		t.Fatalf("another head: %+v, want %+v", before, head)
	} else if !begun {
		if err := a.Begin(head, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

// contacts hands out the contacts of a file.
func contacts(file io.Reader, check Check) func(int64) iter.Seq2[Part[Contact], error] {
	return func(behind int64) iter.Seq2[Part[Contact], error] {
		return NewReader(file, check).Behind(behind).Contacts()
	}
}

func run(t *testing.T, ctx context.Context, a *Account, file string, to Sender[Contact]) error {
	t.Helper()
	return Import(ctx, contacts(strings.NewReader(file), site(t, 2)), a, to, func() error { return nil }, func(int64) {})
}

func TestEveryGoodLineIsSentOnce(t *testing.T) {
	for batch := range 7 {
		path := filepath.Join(t.TempDir(), "deep", "a.jsonl")
		a, s := open(t, path, fiveLines), &taker{batch: batch}
		if err := run(t, t.Context(), a, fiveLines, s); err != nil || !a.Done() || strings.Join(s.got, "") != "12345" {
			t.Fatalf("in %ds: %v, %v", batch, err, s.got)
		}
		want := Tally{Taken: 5, Numbers: 6, Look: []Entry{}}
		if d := cmp.Diff(a.Tally(), want); d != "" {
			t.Error(d)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		again := open(t, path, fiveLines)
		if d := cmp.Diff(again.Tally(), want); d != "" || !again.Done() {
			t.Errorf("read again: %s", d)
		}
		if err := again.Begin(Head{}, time.Now()); err == nil {
			t.Error("a finished account begins anew")
		}
	}
}

// TestNoCrashSendsALineTwice ends the program at every byte it writes and goes on from there: no line goes out twice, and
// what did not go out, or may not have, is told.
func TestNoCrashSendsALineTwice(t *testing.T) {
	for _, batch := range []int{1, 2} {
		path := filepath.Join(t.TempDir(), "a.jsonl")
		a := open(t, path, fiveLines)
		size := func() int {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return len(b)
		}
		head := size()
		out := map[string]int{} // by parameter 1, how long the account was when it went out
		first := &taker{batch: batch, before: func(p string) { out[p] = size() }}
		if err := run(t, t.Context(), a, fiveLines, first); err != nil {
			t.Fatal(err)
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := head; at < len(whole); at += 2*batch - 1 { // every byte, and in twos every third
			if err := os.WriteFile(path, whole[:at], 0o600); err != nil {
				t.Fatal(err)
			}
			b, second := open(t, path, fiveLines), &taker{batch: batch}
			unknown := b.Tally().Unknown
			var err error
			if !b.Done() {
				err = run(t, t.Context(), b, fiveLines, second)
			}
			went := map[string]int{}
			for i, p := range first.got {
				if out[first.got[i-i%batch]] <= at {
					went[p]++
				}
			}
			for _, p := range second.got {
				went[p]++
			}
			for p := range 5 {
				if n := went[strconv.Itoa(p+1)]; n > 1 || n == 0 {
					t.Errorf("cut at %d of %d: contact %d went out %d times, unknown are %d", at, len(whole), p+1, n, unknown)
				}
			}
			if tally := b.Tally(); err != nil || !b.Done() || tally.Sent() != 5 || unknown > int64(batch) {
				t.Errorf("cut at %d: %v, %+v", at, err, tally)
			}
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestWhatStopsAnImportIsTold(t *testing.T) {
	broken := errors.New("cut")
	answer := func(at int, e Entry, err error) func(int, []Contact) (Entry, error) {
		return func(n int, _ []Contact) (Entry, error) {
			if n >= at {
				return e, err
			}
			return Entry{State: Taken}, nil
		}
	}
	for name, c := range map[string]struct {
		answer func(int, []Contact) (Entry, error)
		line   int64
		state  State
		tally  Tally
		rest   string // what a second run sends
	}{
		"nothing sent": {answer(3, Entry{State: NotSent}, broken), 4, NotSent, Tally{Taken: 2, Numbers: 3, Look: []Entry{}}, "345"},
		"no answer": {answer(3, Entry{State: Unknown, Text: "cut"}, broken), 4, Unknown,
			Tally{Taken: 2, Unknown: 1, Numbers: 3, Look: []Entry{{Line: 4, Last: 4, Contacts: 1, State: Unknown, Text: "cut"}}}, "45"},
		"first refused": {answer(1, Entry{State: Refused, Text: "no"}, broken), 1, Refused,
			Tally{Refused: 1, Look: []Entry{{Line: 1, Last: 1, Contacts: 1, State: Refused, Text: "no"}}}, "2345"},
	} {
		path := filepath.Join(t.TempDir(), "a.jsonl")
		a := open(t, path, fiveLines)
		err := run(t, t.Context(), a, fiveLines, &taker{answer: c.answer})
		var stop *StopError
		if !errors.As(err, &stop) || stop.Line != c.line || stop.State != c.state || !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(a.Tally(), c.tally); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		b, s := open(t, path, fiveLines), &taker{}
		if err := run(t, t.Context(), b, fiveLines, s); err != nil || strings.Join(s.got, "") != c.rest || b.Tally().Sent() != 5 {
			t.Errorf("%s: then %v, sent %v, %+v", name, err, s.got, b.Tally())
		}
	}
}

func TestRefusalsAreKeptAndManyOfThemStop(t *testing.T) {
	var file strings.Builder
	for i := range 30 {
		file.WriteString(strconv.Itoa(i+1) + ";;;33553400;;33553401\n")
	}
	a := open(t, filepath.Join(t.TempDir(), "a.jsonl"), file.String())
	s := &taker{answer: func(n int, _ []Contact) (Entry, error) {
		switch {
		case n == 2:
			return Entry{State: Refused, Text: "no"}, errors.New("no")
		case n == 3:
			return Entry{State: Taken, Numbers: -2}, nil // the taker adds two: none was taken
		case n == 4:
			return Entry{State: Taken, Numbers: -1}, nil
		case n > 10:
			return Entry{State: Refused}, nil
		}
		return Entry{State: Taken}, nil
	}}
	err := run(t, t.Context(), a, file.String(), s)
	var stop *StopError
	if !errors.As(err, &stop) || !stop.Many || stop.Line != 20 {
		t.Errorf("got %v", err)
	}
	got := a.Tally()
	if got.Taken != 7 || got.Partly != 1 || got.Refused != 12 || got.Numbers != 15 || len(got.Look) != 13 || got.Look[1].State != Refused || got.Look[2].State != Partly {
		t.Errorf("got %+v", got)
	}
}

func TestImportStopsBetweenTwoLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	a := open(t, path, fiveLines)
	ctx, cancel := context.WithCancel(t.Context())
	s := &taker{answer: func(n int, _ []Contact) (Entry, error) {
		if n == 2 {
			cancel()
		}
		return Entry{State: Taken}, nil
	}}
	if err := run(t, ctx, a, fiveLines, s); !errors.Is(err, context.Canceled) || a.Tally().Taken != 2 || a.Tally().Unknown != 0 {
		t.Errorf("got %v, %+v", err, a.Tally())
	}
	changed := errors.New("changed")
	err := Import(t.Context(), contacts(strings.NewReader(fiveLines), site(t, 2)), a, s, func() error { return changed }, func(int64) {})
	if !errors.Is(err, changed) || a.Tally().Sent() != 2 {
		t.Errorf("a file that changed: %v, %+v", err, a.Tally())
	}
}

func TestAccountIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.jsonl")
	a := open(t, path, fiveLines)
	for _, forget := range []bool{false, true} {
		if _, err := OpenAccount(path, forget); !errors.Is(err, ErrBusy) {
			t.Errorf("a second holder: %v", err)
		}
	}
	if err := run(t, t.Context(), a, fiveLines, &taker{}); err != nil {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := OpenAccount(path, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, begun := b.Begun(); begun || b.Tally().Sent() != 0 {
		t.Error("it was not forgotten")
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an account that never began left a file: %v", err)
	}
}

func TestDamagedAccountIsNamed(t *testing.T) {
	const head = `{"version":1,"sha256":"x","contacts":5}` + "\n"
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"other version": {`{"version":2}` + "\n", 1},
		"no head":       {"hello\n", 1},
		"no entry":      {head + "[]\n", 2},
		"no sending":    {head + `{"line":1,"last":1,"contacts":1,"state":"taken"}` + "\n", 2},
		"other line":    {head + `{"line":1,"last":1,"contacts":1,"state":"sending"}` + "\n" + `{"line":2,"last":2,"contacts":1,"state":"taken"}` + "\n", 3},
		"back":          {head + `{"line":5,"last":4,"contacts":1,"state":"sending"}` + "\n", 2},
		"other state":   {head + `{"line":1,"last":1,"contacts":1,"state":"eaten"}` + "\n", 2},
		"endless":       {head + strings.Repeat("x", 20<<10), 2},
	} {
		path := filepath.Join(t.TempDir(), "a.jsonl")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := OpenAccount(path, false)
		var wrong *DamagedError
		if !errors.As(err, &wrong) || wrong.Line != c.line || !strings.Contains(wrong.Error(), path) {
			t.Errorf("%s: %v, want line %d", name, err, c.line)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != c.text {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func FuzzAccount(f *testing.F) {
	const head = `{"version":1,"sha256":"x","contacts":5}` + "\n"
	f.Add(head + `{"line":1,"last":1,"contacts":1,"state":"sending"}` + "\n" + `{"line":1,"last":1,"contacts":1,"state":"taken","numbers":2}` + "\n" + `{"state":"done"}` + "\n")
	f.Add(head + `{"line":3,"last":9,"contacts":2,"state":"sending"}` + "\n" + `{"line"`)
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(t.TempDir(), "a.jsonl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := OpenAccount(path, false)
		if err != nil {
			if !errors.As(err, new(*DamagedError)) {
				t.Error(err)
			}
			return
		}
		tally, after, done := a.Tally(), a.After(), a.Done()
		if len(tally.Look) > MostProblems || tally.Sent() < 0 {
			t.Errorf("%+v", tally)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if b, err := OpenAccount(path, false); err != nil || b.After() != after || b.Done() != done || b.Tally().Sent() != tally.Sent() {
			t.Errorf("read again it is another: %v", err)
		} else if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
}
