package screen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/desktop/desktoptest"
	"ctiagent/internal/winetest"
)

// TestWindowsUnderWine runs the tests of windows_test.go on a desktop of their own.
func TestWindowsUnderWine(t *testing.T) {
	w := winetest.New(t)
	w.BuildTests(t, filepath.Join(w.C, "screen.test.exe")) // which takes its time where nothing was built before
	d := desktoptest.NewDisplay(t)
	batch := "C:\\screen.test.exe -test.run=TestWindows -test.v > C:\\said.txt 2>&1\r\n"
	for name, text := range map[string]string{"run.bat": batch, otherFile: ""} {
		if err := os.WriteFile(filepath.Join(w.C, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := w.Command(d.Context(), "explorer", "/desktop=ctiagent,800x600", `C:\windows\system32\cmd.exe`, "/c", `C:\run.bat`)
	cmd.Env = append(cmd.Env, "DISPLAY="+d.Name, ownDesktopName+"=1")
	cmd.WaitDelay = time.Second // a program that it has started may hold its output open
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	said, err := os.ReadFile(filepath.Join(w.C, "said.txt"))
	if err != nil || strings.Count(string(said), "--- PASS: TestWindows") != windowsTests || strings.Contains(string(said), "SKIP") {
		t.Errorf("%v:\n%s", err, said)
	}
}
