package main

import (
	"os"
	"path/filepath"
	"testing"

	"ctiagent/internal/config"
	"ctiagent/internal/paths"

	"github.com/google/go-cmp/cmp"
)

func TestOriginsOfTheInstallerBecomeAPolicy(t *testing.T) {
	for list, want := range map[string][]string{
		"https://crm.example.com":                                      {"https://crm.example.com"},
		"https://a.example https://b.example:8443":                     {"https://a.example", "https://b.example:8443"},
		" https://a.example;https://b.example,\thttps://c.example ;; ": {"https://a.example", "https://b.example", "https://c.example"},
	} {
		c, err := config.Parse(setupPolicy, originsPolicy(list))
		if err != nil {
			t.Errorf("%q: %v", list, err)
		}
		if d := cmp.Diff(c.API.Origins, want); d != "" {
			t.Errorf("%q: %s", list, d)
		}
	}
	for _, wrong := range []string{`"]` + "\nport=1#", "crm.example.com", "https://*", "https://a.example/path"} {
		if _, err := config.Parse(setupPolicy, originsPolicy(wrong)); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestWhatIsWrongIsNotInstalled(t *testing.T) {
	outside := t.TempDir()
	t.Chdir(t.TempDir()) // where Windows' places would be on another system
	env := paths.Env{GOOS: "windows"}
	for name, text := range map[string]string{"key": "[api]\nprot = 1\n", "vendor": "[[driver]]\nuse = \"nobody\"\n", "text": "\x00"} {
		site := filepath.Join(outside, "site.toml")
		if err := os.WriteFile(site, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := prepareMachine(env, "", site); err == nil {
			t.Errorf("%s was installed", name)
		}
	}
	if err := prepareMachine(env, "", filepath.Join(outside, "none")); err == nil {
		t.Error("a file that is not there was installed")
	}
	if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
		t.Errorf("made %v, %v", made, err)
	}
}
