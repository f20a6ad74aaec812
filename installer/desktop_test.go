package installer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/uri"

	"github.com/google/go-cmp/cmp"
)

// TestPackagesBringTheEntryThatHandlersRegisterWrites: with it a person's own registration finds that the package has
// delivered already, and the two do not differ.
func TestPackagesBringTheEntryThatHandlersRegisterWrites(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_DATA_HOME", filepath.Join(home, "data"))
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	t.Setenv("XDG_DATA_DIRS", filepath.Join(home, "none"))
	h := uri.Handler{Program: filepath.Join(home, "ctiagent-open")}
	if err := os.WriteFile(h.Program, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.Register(uri.Schemes()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(home, "data", "applications", "ctiagent-open.desktop"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(string(text), h.Program, "/usr/bin/ctiagent-open")
	got, err := os.ReadFile("linux/ctiagent-open.desktop")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(got), want); d != "" {
		t.Error(d)
	}
}
