package screen_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/desktop/desktoptest"
	"ctiagent/desktop/screen"
	"ctiagent/internal/hotkey"
	"ctiagent/internal/i18n"

	robot "github.com/go-vgo/robotgo/x11"
)

func open(t *testing.T) *screen.Screen {
	t.Helper()
	s, err := screen.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// field is a GTK window with a search box; what was typed is printed at Enter.
func field(d *desktoptest.Display, title string, more ...string) *desktoptest.Program {
	return d.Run("yad", append([]string{"--entry", "--title=" + title, "--text=search"}, more...)...)
}

func recipe(title string, steps ...desktop.Step) desktop.Recipe {
	return desktop.Recipe{Name: "search", On: cti.EventCallRinging, Steps: append([]desktop.Step{
		{Wait: title, WaitSeconds: 60}, {Focus: title}}, steps...)}
}

func TestRecipeTypesExactlyIntoAGTKWindow(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	crm, r := field(d, "Old CRM"), desktop.NewRunner(open(t))
	steps := recipe("Old CRM", desktop.Step{Type: "old"}, desktop.Step{Press: desktop.CtrlA}, desktop.Step{Type: "{e164} {contact.name}!"},
		desktop.Step{Press: desktop.Backspace}, desktop.Step{Press: desktop.Enter})
	if err := r.Run(d.Context(), steps, desktop.Values{E164: number, Contact: map[string]string{"name": sample}}); err != nil {
		t.Fatal(err)
	}
	if got, want := crm.Printed(), number+" "+sample+"\n"; got != want {
		t.Errorf("the CRM got %q, want %q", got, want)
	}
}

func TestRecipeTypesExactlyIntoATerminal(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	dir := t.TempDir()
	got, ready := filepath.Join(dir, "got"), filepath.Join(dir, "ready")
	// The terminal takes its title only once the line can be read.
	script := `printf '\033]2;host session\007'; : > "$1"; IFS= read -r line; printf %s "$line" > "$2"`
	term := d.Run("xterm", "-u8", "-T", "starting", "-e", "sh", "-c", script, "sh", ready, got)
	steps := recipe("host session", desktop.Step{Type: "FIND {number} João"}, desktop.Step{Press: desktop.Enter})
	if err := desktop.NewRunner(open(t)).Run(d.Context(), steps, desktop.Values{Number: number}); err != nil {
		t.Fatal(err)
	}
	term.Printed()
	text, err := os.ReadFile(got)
	if want := "FIND " + number + " João"; err != nil || string(text) != want {
		t.Errorf("the terminal got %q and %v, want %q", text, err, want)
	}
}

// A window that comes to the front takes the keyboard away from the recipe, not its text.
func TestTypingStopsWhenAnotherWindowComes(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	crm, s := field(d, "Old CRM"), open(t)
	chat := (*desktoptest.Program)(nil)
	between := &meddling{Screen: s, after: 4, do: func() {
		chat = field(d, "Chat")
		focus(t, d, s, "Chat")
	}}
	err := desktop.NewRunner(between).Run(d.Context(), recipe("Old CRM", desktop.Step{Type: "0123456789"}, desktop.Step{Press: desktop.Enter}), desktop.Values{})
	var e *cti.Error
	if !errors.As(err, &e) || e.Kind != cti.WrongState || e.Hint != "desktop.hint.foreign" {
		t.Fatalf("got %v", err)
	}
	press(t, d, s, desktop.Enter)
	if got := chat.Printed(); got != "\n" {
		t.Errorf("the chat got %q", got)
	}
	focus(t, d, s, "Old CRM")
	press(t, d, s, desktop.Enter)
	if got := crm.Printed(); got != "0123\n" {
		t.Errorf("the CRM got %q, want 0123", got)
	}
}

func press(t *testing.T, d *desktoptest.Display, s *screen.Screen, k desktop.Key) {
	t.Helper()
	if err := s.Press(d.Context(), k); err != nil {
		t.Fatal(err)
	}
}

func focus(t *testing.T, d *desktoptest.Display, s *screen.Screen, title string) {
	t.Helper()
	if err := desktop.NewRunner(s).Run(d.Context(), recipe(title), desktop.Values{}); err != nil {
		t.Fatal(err)
	}
}

func TestWindowOfAMenuTakesTheKeyboardFromTheActiveWindow(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	s := open(t)
	field(d, "Old CRM")
	focus(t, d, s, "Old CRM")
	stolen := steal(t)
	defer stolen()
	if w, err := s.Active(d.Context()); err != nil || w.ID != 0 {
		t.Errorf("got %+v and %v, though no listed window has the keyboard", w, err)
	}
}

func TestMarkedAndCopiedTextIsRead(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	s := open(t)
	for _, read := range []func(context.Context) (string, error){s.Selection, s.Clipboard} {
		if got, err := read(d.Context()); got != "" || err != nil {
			t.Errorf("got %q and %v of an empty display", got, err)
		}
	}
	field(d, "Old CRM", "--entry-text=(11) 3355-3400 é")
	focus(t, d, s, "Old CRM")
	press(t, d, s, desktop.CtrlA)
	until(t, d, func() bool {
		got, err := s.Selection(d.Context())
		return err == nil && got == "(11) 3355-3400 é"
	})
	if err := robot.KeyTap("c", "ctrl"); err != nil {
		t.Fatal(err)
	}
	until(t, d, func() bool {
		got, err := s.Clipboard(d.Context())
		return err == nil && got == "(11) 3355-3400 é"
	})
}

// until waits for what no program announces.
func until(t *testing.T, d *desktoptest.Display, true_ func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ctx := d.Context(); !true_(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it did not happen")
		}
	}
}

func TestDisplayWithoutAWindowHasNone(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	s := open(t)
	if all, err := s.Windows(d.Context()); err != nil || len(all) > 0 {
		t.Errorf("%v, %v", all, err)
	}
	if w, err := s.Active(d.Context()); err != nil || w != (desktop.Window{}) {
		t.Errorf("%v, %v", w, err)
	}
}

func TestPersonIsToldWhenNoWindowManagerListsTheWindows(t *testing.T) {
	d := desktoptest.NewBareDisplay(t)
	s, m := open(t), newManager(t)
	windows := func() error { _, err := s.Windows(d.Context()); return err }
	active := func() error { _, err := s.Active(d.Context()); return err }
	refused := func(when string, look func() error) {
		t.Helper()
		var e *cti.Error
		if err := look(); !errors.As(err, &e) || e.Kind != cti.Unavailable || e.Hint != "desktop.hint.no_manager" || !i18n.Has(e.Hint) {
			t.Errorf("%s: %v", when, err)
		}
	}
	refused("no manager", windows)
	refused("no manager", active)
	m.supports("_NET_ACTIVE_WINDOW")
	refused("a manager without a list", windows)
	if err := active(); err != nil {
		t.Errorf("no window got the keyboard yet: %v", err)
	}
	m.supports("_NET_ACTIVE_WINDOW", "_NET_CLIENT_LIST")
	if err := windows(); err != nil {
		t.Errorf("the manager had no window yet: %v", err)
	}
	m.dies()
	refused("a manager that is gone", windows)
	err := desktop.NewRunner(s).Run(d.Context(), recipe("Old CRM"), desktop.Values{})
	refused("a recipe", func() error { return err })
}

func TestSelectionOfABookIsRefused(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	s := open(t)
	field(d, "Old CRM", "--entry-text="+strings.Repeat("é0123456789", 4000))
	focus(t, d, s, "Old CRM")
	press(t, d, s, desktop.CtrlA)
	until(t, d, func() bool {
		got, err := s.Selection(d.Context())
		return len(got) > desktop.MaxClip-2 && len(got) <= desktop.MaxClip || errors.Is(err, cti.BadRequest)
	})
}

func TestHotkeyIsHeardWhateverWindowHasTheKeyboardAndTheLocksAreOn(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	s := open(t)
	field(d, "Old CRM")
	focus(t, d, s, "Old CRM")
	key, err := hotkey.Parse("ctrl+alt+d")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}, 10)
	release, err := s.Hear(key, func() { heard <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	tap := func(key string, held ...any) {
		t.Helper()
		if err := robot.KeyTap(key, held...); err != nil {
			t.Fatal(err)
		}
	}
	await := func() {
		t.Helper()
		select {
		case <-heard:
		case <-d.Context().Done():
			t.Fatal("the key was not heard")
		}
	}
	tap("d", "ctrl", "alt")
	await()
	for _, lock := range []string{"num_lock", "capslock"} {
		tap(lock)
		tap("d", "ctrl", "alt")
		await()
	}
	tap("capslock")
	second := open(t)
	var e *cti.Error
	if _, err := second.Hear(key, func() {}); !errors.As(err, &e) || e.Kind != cti.Busy || !i18n.Has(e.Hint) {
		t.Errorf("a second program may have the key: %v", err)
	}
	tap("d", "ctrl") // another key: the next one heard is the last
	release()
	if again, err := second.Hear(key, func() { heard <- struct{}{} }); err != nil {
		t.Errorf("a key that was released is not free: %v", err)
	} else {
		tap("d", "ctrl", "alt")
		await()
		again()
	}
	if len(heard) != 0 {
		t.Errorf("the key was heard %d times more", len(heard))
	}
}

func TestNothingIsTypedWhileAKeyIsHeldOrCapsLockIsOn(t *testing.T) {
	d := desktoptest.NewDisplay(t)
	crm, s := field(d, "Old CRM"), open(t)
	focus(t, d, s, "Old CRM")
	refused := func(want string, err error) {
		t.Helper()
		var e *cti.Error
		if !errors.As(err, &e) || e.Kind != cti.WrongState || e.Hint != want || !i18n.Has(want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := robot.KeyDown("ctrl"); err != nil {
		t.Fatal(err)
	}
	refused("desktop.hint.held", s.Type(d.Context(), "a"))
	if err := robot.KeyUp("ctrl"); err != nil {
		t.Fatal(err)
	}
	if err := robot.KeyTap("capslock"); err != nil {
		t.Fatal(err)
	}
	refused("desktop.hint.caps_lock", s.Type(d.Context(), "a"))
	if err := s.Type(d.Context(), "12"); err != nil {
		t.Error(err)
	}
	press(t, d, s, desktop.Enter)
	if got := crm.Printed(); got != "12\n" {
		t.Errorf("the CRM got %q", got)
	}
}

func TestWithoutADisplayThePersonIsTold(t *testing.T) {
	t.Setenv("DISPLAY", ":none")
	var e *cti.Error
	if _, err := screen.Open(); !errors.As(err, &e) || e.Kind != cti.Unavailable || !i18n.Has(e.Hint) {
		t.Errorf("got %v", err)
	}
}
