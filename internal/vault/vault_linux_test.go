package vault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/secret"
	"ctiagent/internal/vault/vaulttest"
)

// The store of a process is that of its first session, so one test tells the
// whole life of one.
func TestPasswordLivesInTheSessionsStoreAndNowhereElse(t *testing.T) {
	s := vaulttest.New(t)
	for _, e := range s.Env {
		name, value, _ := strings.Cut(e, "=")
		t.Setenv(name, value)
	}
	v, ctx := Current(), t.Context()
	find := func(agent, want string, wantErr error) {
		t.Helper()
		got, err := v.Find(ctx, agent)
		if got.Reveal() != want || !errors.Is(err, wantErr) {
			t.Fatalf("for %s: %q, %v; want %q, %v", agent, got.Reveal(), err, want, wantErr)
		}
	}
	keep := func(agent, password string, want Where) {
		t.Helper()
		if got, err := v.Keep(ctx, agent, secret.New(password)); got != want || err != nil {
			t.Fatalf("keep for %s: %s, %v; want %s", agent, got, err, want)
		}
	}
	find("12", "", ErrNone)
	keep("12", "canary ç 1", Store)
	keep("13", "canary 2", Store)
	find("12", "canary ç 1", nil)
	keep("12", "canary 3", Store)
	v = Current() // another program of the session
	find("12", "canary 3", nil)
	find("13", "canary 2", nil)
	if err := v.Forget(ctx, "13"); err != nil {
		t.Fatal(err)
	}
	if err := v.Forget(ctx, "13"); err != nil {
		t.Fatalf("twice: %v", err)
	}
	find("13", "", ErrNone)

	// A store that nobody opens is told apart, and what is kept meanwhile is
	// this program's only.
	s.Lock(t)
	find("12", "", ErrLocked)
	keep("14", "canary 4", Locked)
	find("14", "canary 4", nil)
	if err := v.Forget(ctx, "12"); !errors.Is(err, ErrLocked) {
		t.Fatalf("forget in a locked store: %v", err)
	}
	v = Current()
	find("14", "", ErrLocked)
	noPlainText(t, s.Home)
}

func TestWithoutAStoreThePasswordIsKeptUntilTheProgramEnds(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	getenv := func(name string) string {
		return map[string]string{"HOME": home, "XDG_RUNTIME_DIR": home}[name]
	}
	v, ctx := New(getenv), t.Context()
	if _, err := v.Find(ctx, "12"); !errors.Is(err, ErrAbsent) {
		t.Fatalf("find: %v", err)
	}
	if where, err := v.Keep(ctx, "12", secret.New("canary 5")); where != Absent || err != nil {
		t.Fatalf("keep: %s, %v", where, err)
	}
	if got, err := v.Find(ctx, "12"); got.Reveal() != "canary 5" || err != nil {
		t.Fatalf("find: %q, %v", got.Reveal(), err)
	}
	if _, err := New(getenv).Find(ctx, "12"); !errors.Is(err, ErrAbsent) {
		t.Fatalf("another program: %v", err)
	}
	if err := v.Forget(ctx, "12"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Find(ctx, "12"); !errors.Is(err, ErrAbsent) {
		t.Fatalf("forgotten: %v", err)
	}
	noPlainText(t, home)
}

func TestWhatNoStoreTakesIsRefused(t *testing.T) {
	v := New(func(string) string { return "" })
	for agent, password := range map[string]string{"": "x", "12": "", strings.Repeat("1", 257): "x", "13": strings.Repeat("x", 1025)} {
		if _, err := v.Keep(t.Context(), agent, secret.New(password)); !errors.Is(err, ErrSize) {
			t.Errorf("%d and %d bytes: %v", len(agent), len(password), err)
		}
	}
}

// A store that asks the person and is not answered holds up nobody for ever.
func TestCallerWhoLeavesIsNotHeldUp(t *testing.T) {
	v := New(func(string) string { return "unix:path=/nowhere" })
	v.turn <- struct{}{} // somebody waits for the person
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Find(ctx, "12"); !errors.Is(err, context.Canceled) {
		t.Fatalf("find: %v", err)
	}
	if where, err := v.Keep(ctx, "12", secret.New("x")); where != "" || !errors.Is(err, context.Canceled) {
		t.Fatalf("keep: %s, %v", where, err)
	}
}

// noPlainText holds every file below a directory against the passwords.
func noPlainText(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(p)
		if strings.Contains(string(text), "canary") {
			t.Errorf("%s holds a password in plain text", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
