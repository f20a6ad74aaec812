//go:build linux

// Package vaulttest is a session with a real secret store: GNOME's keyring on
// a bus and in a home of their own.
package vaulttest

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/notify/notifytest"

	"github.com/godbus/dbus/v5"
)

// patience is how long the store may take to answer.
const patience = 30 * time.Second

// login is the collection that is opened with the session.
const login = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")

// Session is a person's session.
type Session struct {
	// Env is what makes a program part of it.
	Env  []string
	Home string

	bus *dbus.Conn
}

// New begins a session that ends with the test. Its store is open.
func New(t testing.TB) *Session {
	t.Helper()
	dir, err := os.MkdirTemp("", "vault") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // after the store has ended
	s := &Session{Home: filepath.Join(dir, "home")}
	runtime := filepath.Join(dir, "run")
	for _, d := range []string{s.Home, runtime} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	address := notifytest.New(t).Address
	s.Env = []string{"HOME=" + s.Home, "XDG_RUNTIME_DIR=" + runtime, "XDG_DATA_HOME=" + filepath.Join(s.Home, ".local", "share"), "DBUS_SESSION_BUS_ADDRESS=" + address}
	ctx, cancel := context.WithCancel(context.Background())
	store := exec.CommandContext(ctx, "gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock", "--control-directory="+filepath.Join(runtime, "keyring"))
	store.Env = append(s.Env, "PATH="+os.Getenv("PATH"), "LANG=C.UTF-8")
	store.Stdin = strings.NewReader("the person's own")
	var words bytes.Buffer
	store.Stdout, store.Stderr = &words, &words
	if err := store.Start(); err != nil {
		cancel()
		t.Fatalf("start the secret store: %v; scripts/deps.sh test installs it", err)
	}
	t.Cleanup(func() {
		cancel()
		_ = store.Wait() // it was killed
	})
	if s.bus, err = dbus.Connect(address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.bus.Close() }) // nothing is asked any more
	s.await(t)
	return s
}

// await waits until the store is on the bus and has its collection.
func (s *Session) await(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	signals := make(chan *dbus.Signal, 100)
	s.bus.Signal(signals)
	defer s.bus.RemoveSignal(signals)
	for _, signal := range [][2]string{{"org.freedesktop.DBus", "NameOwnerChanged"}, {"org.freedesktop.Secret.Service", "CollectionCreated"}} {
		if err := s.bus.AddMatchSignal(dbus.WithMatchInterface(signal[0]), dbus.WithMatchMember(signal[1])); err != nil {
			t.Fatal(err)
		}
	}
	for {
		if s.Locked(t) != nil {
			return
		}
		select {
		case <-signals:
		case <-ctx.Done():
			t.Fatal("the secret store does not come")
		}
	}
}

// Locked says whether the store is locked; nil while there is none.
func (s *Session) Locked(t testing.TB) *bool {
	t.Helper()
	// To ask one that is not there would have the bus start another.
	var there bool
	if err := s.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&there); err != nil || !there {
		return nil
	}
	v, err := s.bus.Object("org.freedesktop.secrets", login).GetProperty("org.freedesktop.Secret.Collection.Locked")
	if err != nil {
		return nil
	}
	locked, ok := v.Value().(bool)
	if !ok {
		t.Fatalf("the store says %v", v)
	}
	return &locked
}

// Lock locks the store, as a session does that the person has left.
func (s *Session) Lock(t testing.TB) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	err := s.bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{login}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("lock the store: %v, %v", locked, err)
	}
}
