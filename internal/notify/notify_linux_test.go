package notify

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ctiagent/internal/notify/notifytest"
)

func TestTextIsShownAsPlainText(t *testing.T) {
	d := notifytest.New(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", d.Address)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := Show(ctx, "ctiagent", `<b>Ligação</b> & "número"`); err != nil {
		t.Fatal(err)
	}
	if got, want := <-d.Notes, (notifytest.Note{Title: "ctiagent", Text: "&lt;b&gt;Ligação&lt;/b&gt; &amp; &#34;número&#34;"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWithoutADesktopNothingIsShownAndSaid(t *testing.T) {
	for _, name := range []string{"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY"} {
		t.Setenv(name, "")
	}
	if err := Show(t.Context(), "ctiagent", "x"); !errors.Is(err, ErrNoScreen) {
		t.Errorf("got %v, want ErrNoScreen", err)
	}
}

// A desktop without a notification service has a program that opens a window.
func TestWindowTakesTheNotificationsPlace(t *testing.T) {
	dir := t.TempDir()
	said := filepath.Join(dir, "said")
	if err := os.Mkdir(said, 0o700); err != nil {
		t.Fatal(err)
	}
	// It leaves its last argument as a name, which appears at once and whole.
	script := "#!/bin/sh\nfor last; do :; done\n/bin/mkdir \"" + said + "/$last\"\n"
	if err := os.WriteFile(filepath.Join(dir, "xmessage"), []byte(script), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	for name, value := range map[string]string{"DBUS_SESSION_BUS_ADDRESS": "", "XDG_RUNTIME_DIR": "", "DISPLAY": ":none", "PATH": dir} {
		t.Setenv(name, value)
	}
	if err := Show(t.Context(), "ctiagent", "call $(the) desk"); err != nil {
		t.Fatal(err)
	}
	for late := time.Now().Add(20 * time.Second); ; {
		if _, err := os.Stat(filepath.Join(said, "call $(the) desk")); err == nil {
			return
		}
		if time.Now().After(late) {
			t.Fatal("the window was not opened")
		}
	}
}

func TestBusIsTheSessionsOwn(t *testing.T) {
	env := func(m map[string]string) func(string) string { return func(k string) string { return m[k] } }
	dir := t.TempDir()
	for want, m := range map[string]map[string]string{
		"unix:path=/x": {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x", "XDG_RUNTIME_DIR": dir},
		"":             {"XDG_RUNTIME_DIR": dir}, // no bus in there
	} {
		if got := BusAddress(env(m)); got != want {
			t.Errorf("%v: got %q, want %q", m, got, want)
		}
	}
}
