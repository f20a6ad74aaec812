package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"

	"golang.org/x/sys/unix"
)

// language is that of the person's environment.
func language(env paths.Env) i18n.Lang { return i18n.FromEnv(env.Getenv) }

// complain tells who started the program why it goes.
func complain(text string) { fmt.Fprintln(os.Stderr, text) }

// hasDisplay says whether there is a screen. GTK ends a process that finds none, so it is asked before.
func hasDisplay(env paths.Env) bool { return display(env) != "" }

func display(env paths.Env) string {
	if d := env.Getenv("WAYLAND_DISPLAY"); d != "" {
		return d
	}
	return env.Getenv("DISPLAY")
}

// alone makes this the one tray of the session, a session being the person's display, until release is called or the
// process ends. The error is errRunning when there is another.
func alone(env paths.Env) (release func(), err error) {
	dir, err := env.EnsureUserSocketDir()
	if err != nil {
		return nil, err
	}
	// The path of a Wayland display may be a whole path.
	name := "ctiagent-tray-" + strings.ReplaceAll(display(env), "/", "_") + ".lock"
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		f.Close()
		if err == unix.EWOULDBLOCK {
			return nil, errRunning
		}
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return func() { f.Close() }, nil
}
