package config

import (
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/winetest"
)

// TestRegistryUnderWine runs the tests of registry_windows_test.go in a Windows of their own.
func TestRegistryUnderWine(t *testing.T) {
	w := winetest.New(t)
	program := filepath.Join(w.C, "config.test.exe")
	w.BuildTests(t, program)
	cmd := w.Command(t.Context(), program, "-test.run=TestWindows", "-test.v")
	cmd.Env = append(cmd.Env, "CTIAGENT_OWN_REGISTRY=1")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS: TestWindows") != 4 || strings.Contains(string(out), "SKIP") {
		t.Errorf("%v:\n%s", err, out)
	}
}
