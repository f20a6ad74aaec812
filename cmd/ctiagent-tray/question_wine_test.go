//go:build linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/winetest"
)

// TestQuestionsUnderWine runs the tests of question_windows_test.go on a desktop of their own.
func TestQuestionsUnderWine(t *testing.T) {
	w := winetest.New(t)
	w.BuildTests(t, filepath.Join(w.C, "tray.test.exe")) // which takes its time where nothing was built before
	s := newSession(t)
	batch := "C:\\tray.test.exe -test.run=TestQuestion -test.v > C:\\said.txt 2>&1\r\n"
	if err := os.WriteFile(filepath.Join(w.C, "run.bat"), []byte(batch), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := w.Command(s.ctx, "explorer", "/desktop=ctiagent,800x600", `C:\windows\system32\cmd.exe`, "/c", `C:\run.bat`)
	// The display and the bus.
	cmd.Env = append(append(cmd.Env, s.env[len(s.env)-2:]...), ownDesktopName+"=1")
	cmd.WaitDelay = time.Second // a program that it has started may hold its output open
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	words, err := os.ReadFile(filepath.Join(w.C, "said.txt"))
	if err != nil || strings.Count(string(words), "--- PASS: TestQuestion") != questionTests || strings.Contains(string(words), "SKIP") {
		t.Errorf("%v:\n%s", err, words)
	}
}
