package vault

import (
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/winetest"
)

// TestVaultUnderWine runs vault_windows_test.go.
func TestVaultUnderWine(t *testing.T) {
	w := winetest.New(t)
	program := filepath.Join(w.C, "vault.test.exe")
	w.BuildTests(t, program)
	words, err := w.Command(t.Context(), program, "-test.v").CombinedOutput()
	if err != nil || !strings.Contains(string(words), "--- PASS: TestPasswordLivesInTheCredentialManager") {
		t.Errorf("%v:\n%s", err, words)
	}
}
