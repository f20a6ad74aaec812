package desktop_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/desktop/desktoptest"
	"ctiagent/internal/i18n"
)

func recipe(steps ...desktop.Step) desktop.Recipe {
	return desktop.Recipe{Name: "find", On: cti.EventCallRinging, Steps: steps}
}

// crm has the legacy CRM (1), a chat with a customer (2) which has the keyboard, and nothing typed.
func crm() *desktoptest.Screen {
	s := &desktoptest.Screen{}
	s.Open(1, "Old CRM - search")
	s.Open(2, "Chat with a customer")
	s.Activate(2)
	return s
}

// stopped checks that a recipe stopped at a step, for a reason, with something the person can do.
func stopped(t *testing.T, err error, kind cti.Kind, step, hint string) {
	t.Helper()
	var e *cti.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Args["Step"] != step || e.Args["Recipe"] != "find" || e.Hint != "desktop.hint."+hint {
		t.Fatalf("got %#v (%v), want %s at step %s with the hint %s", e, err, kind, step, hint)
	}
	if !i18n.Has(e.Hint) {
		t.Errorf("nobody wrote the sentence %s", e.Hint)
	}
}

func TestRecipeTypesIntoTheWindowItFocused(t *testing.T) {
	s := crm()
	err := desktop.NewRunner(s).Run(t.Context(), recipe(
		desktop.Step{Focus: "Old CRM", Match: desktop.Prefix},
		desktop.Step{Press: desktop.CtrlF},
		desktop.Step{Type: "{e164} {contact.name}"},
		desktop.Step{Press: desktop.Enter},
	), desktop.ValuesOf(&cti.Call{Remote: cti.Remote{Raw: "33553400", E164: "+551133553400"}, Contact: map[string]string{"name": "João"}}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Typed(1), "<ctrl+f>+551133553400 João<enter>"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := s.Typed(2); got != "" {
		t.Errorf("the chat got %q", got)
	}
}

// A person who clicks elsewhere while the hand types, and a page that changes its title under it.
func TestRecipeStopsInsteadOfTypingElsewhere(t *testing.T) {
	typing := recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "0123456789"}, desktop.Step{Press: desktop.Enter})
	for name, meanwhile := range map[string]func(*desktoptest.Screen){
		"another window comes": func(s *desktoptest.Screen) { s.Activate(2) },
		"the title changes":    func(s *desktoptest.Screen) { s.Open(1, "Old CRM - payments") },
		"nothing is active":    func(s *desktoptest.Screen) { s.Activate(0) },
		"a twin comes":         func(s *desktoptest.Screen) { s.Open(3, "Old CRM - search"); s.Activate(3) },
	} {
		t.Run(name, func(t *testing.T) {
			s, typed := crm(), 0
			s.Before = func(what string) {
				if what == "Type" {
					typed++
				}
				if what == "Active" && typed == 4 {
					meanwhile(s)
				}
			}
			stopped(t, desktop.NewRunner(s).Run(t.Context(), typing, desktop.Values{}), cti.WrongState, "2", "foreign")
			if got := s.Typed(1); got != "0123" {
				t.Errorf("the CRM got %q, want 0123", got)
			}
			if got := s.Typed(2) + s.Typed(3); got != "" {
				t.Errorf("another window got %q", got)
			}
		})
	}
	t.Run("before a key", func(t *testing.T) {
		s := crm()
		s.Before = func(what string) {
			if what == "Type" {
				s.Before = func(what string) { s.Activate(2) }
			}
		}
		stopped(t, desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "0"},
			desktop.Step{Press: desktop.Enter}), desktop.Values{}), cti.WrongState, "3", "foreign")
		if crm, chat := s.Typed(1), s.Typed(2); crm != "0" || chat != "" {
			t.Errorf("the CRM got %q and the chat %q", crm, chat)
		}
	})
}

func TestNothingIsTypedWhenAValueIsMissing(t *testing.T) {
	s := crm()
	err := desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Focus: "Old CRM - search"}, desktop.Step{Type: "a"},
		desktop.Step{Type: "{number}"}), desktop.Values{})
	stopped(t, err, cti.NotFound, "3", "value")
	if w, _ := s.Active(t.Context()); w.ID != 2 || s.Typed(1) != "" {
		t.Errorf("%+v has the keyboard and %q was typed", w, s.Typed(1))
	}
}

func TestUnclearWindowIsNotChosen(t *testing.T) {
	run := func(s *desktoptest.Screen, title string, m desktop.Match) error {
		return desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Focus: title, Match: m}), desktop.Values{})
	}
	stopped(t, run(crm(), "Old CRM", ""), cti.NotFound, "1", "no_window")
	stopped(t, run(crm(), "old crm", desktop.Contains), cti.NotFound, "1", "no_window")
	s := crm()
	s.Open(3, "Old CRM - search")
	stopped(t, run(s, "Old CRM - search", ""), cti.WrongState, "1", "several")
	s.Activate(3)
	if err := run(s, "Old CRM - search", ""); err != nil {
		t.Errorf("of two windows the one with the keyboard is meant, got %v", err)
	}
	if err := run(crm(), "CRM - s", desktop.Contains); err != nil {
		t.Error(err)
	}
}

func TestWindowThatRefusesTheKeyboardStopsTheRecipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crm()
		s.Refuse = true
		stopped(t, desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Focus: "Old CRM - search"}), desktop.Values{}),
			cti.Timeout, "1", "unfocused")
	})
}

func TestRecipeWaitsForAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := crm()
		timer := time.AfterFunc(3*time.Second, func() { s.Open(3, "Customer 7") })
		defer timer.Stop()
		began := time.Now()
		waiting := recipe(desktop.Step{Wait: "Customer ", Match: desktop.Prefix, WaitSeconds: 4}, desktop.Step{Focus: "Customer 7"}, desktop.Step{Type: "x"})
		if err := desktop.NewRunner(s).Run(t.Context(), waiting, desktop.Values{}); err != nil {
			t.Fatal(err)
		}
		if got := s.Typed(3); got != "x" || time.Since(began) < 3*time.Second {
			t.Errorf("got %q after %s", got, time.Since(began))
		}
		stopped(t, desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Wait: "Nobody", WaitSeconds: 4}), desktop.Values{}), cti.Timeout, "1", "no_window")
		if got := time.Since(began); got < 7*time.Second || got > 8*time.Second {
			t.Errorf("it waited %s in all, want 7 s", got)
		}
	})
}

func TestRecipesAreDoneOneAtATimeAndCanBeStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := desktop.NewRunner(crm())
		ctx, cancel := context.WithCancel(t.Context())
		waiting := recipe(desktop.Step{Wait: "Nobody", WaitSeconds: 60})
		done := make(chan error)
		go func() { done <- r.Run(ctx, waiting, desktop.Values{}) }()
		synctest.Wait()
		var e *cti.Error
		if err := r.Run(t.Context(), waiting, desktop.Values{}); !errors.As(err, &e) || e.Kind != cti.Busy || !i18n.Has(e.Hint) {
			t.Errorf("got %v, want busy", err)
		}
		cancel()
		stopped(t, <-done, cti.Canceled, "1", "canceled")
		if err := r.Run(t.Context(), recipe(desktop.Step{Focus: "Old CRM - search"}), desktop.Values{}); err != nil {
			t.Errorf("after the first was stopped: %v", err)
		}
	})
}

func TestRecipeEndsAfterTwoMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, began := crm(), time.Now()
		s.Before = func(what string) {
			if what == "Windows" && time.Since(began) >= 59*time.Second {
				s.Open(3, "Late 1")
			}
			if what == "Windows" && time.Since(began) >= 118*time.Second {
				s.Open(4, "Late 2")
			}
		}
		w := func(title string) desktop.Step { return desktop.Step{Wait: title, WaitSeconds: 60} }
		stopped(t, desktop.NewRunner(s).Run(t.Context(), recipe(w("Late 1"), w("Late 2"), w("Late 3")), desktop.Values{}), cti.Timeout, "3", "too_long")
		if got := time.Since(began); got != 2*time.Minute {
			t.Errorf("it ran for %s", got)
		}
	})
}

func TestWrongRecipeIsNotBegun(t *testing.T) {
	s := crm()
	err := desktop.NewRunner(s).Run(t.Context(), recipe(desktop.Step{Type: "x"}), desktop.Values{})
	if !errors.Is(err, cti.BadRequest) || s.Typed(2) != "" {
		t.Errorf("got %v, typed %q", err, s.Typed(2))
	}
}

func TestEveryKeyAndSentenceExists(t *testing.T) {
	for _, k := range desktop.Keys() {
		if err := desktop.CheckKey(k); err != nil {
			t.Error(err)
		}
	}
	var e *cti.Error
	for _, err := range []error{desktop.CheckKey("win"), desktop.CheckText("a\n")} {
		if !errors.As(err, &e) || e.Kind != cti.BadRequest || !i18n.Has(e.Hint) {
			t.Errorf("got %v", err)
		}
	}
	if held, pressed := desktop.ShiftTab.Split(); held != "shift" || pressed != "tab" {
		t.Errorf("got %q and %q", held, pressed)
	}
}

func TestClipIsCutBetweenCharacters(t *testing.T) {
	long := make([]byte, 0, desktop.MaxClip+10)
	for len(long) < desktop.MaxClip-1 {
		long = append(long, 'x')
	}
	got := desktop.Clip(string(long) + "é and more")
	if got != string(long) {
		t.Errorf("got %d bytes ending in %q", len(got), got[len(got)-3:])
	}
	if got := desktop.Clip("a\xffb"); got != "a?b" {
		t.Errorf("got %q", got)
	}
}
