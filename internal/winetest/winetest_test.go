package winetest_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/winetest"
)

// A program of Go runs, its words, arguments and exit status come through, and it sees this Windows and no other.
func TestProgramRunsInAWindowsOfItsOwn(t *testing.T) {
	w := winetest.New(t)
	program := filepath.Join(w.C, "says.exe")
	w.Build(t, program, "./testdata/says")
	cmd := w.Command(t.Context(), program, `a "b" %c`, "-d")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 || strings.TrimSpace(string(out)) != `windows ["a \"b\" %c" "-d"]` {
		t.Errorf("it said %q and ended with %v", out, err)
	}
	note, err := os.ReadFile(filepath.Join(w.C, "note"))
	if err != nil || string(note) != "here" {
		t.Errorf(`C:\note is %q, %v`, note, err)
	}
}
