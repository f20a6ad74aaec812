package main

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"

	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"

	"github.com/google/go-cmp/cmp"
)

const siteKey = "plain-0123456789abcdef0123456789"

func siteConfig(t *testing.T) config.Config {
	t.Helper()
	cfg, err := config.Parse("site.toml", []byte("[agent]\narea_code = \"11\"\n[[driver]]\nuse = \"totalip\"\nurl = \"http://127.0.0.1:1\"\nringing_poll = 2\nkey = \""+siteKey+"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestDriversGetTheirValuesAndTheRedactorTheSecrets(t *testing.T) {
	redact := new(secret.Redactor)
	var warned []string
	got, err := drivers(siteConfig(t), paths.Current().UserSecrets(), redact, func(key string) { warned = append(warned, key) })
	if err != nil || len(got) != 1 {
		t.Fatalf("got %v, %v", got, err)
	}
	want := map[string]string{"url": "http://127.0.0.1:1", "key": siteKey, "road": "http", "ringing_poll": "2"}
	if d := cmp.Diff(got[0].Config.Values, want); d != "" {
		t.Error(d)
	}
	if got[0].Config.Country != "BR" || got[0].Config.AreaCode != "11" {
		t.Errorf("got %+v", got[0].Config)
	}
	if d := cmp.Diff(warned, []string{"driver[0].key"}); d != "" {
		t.Error(d)
	}
	if text := redact.Redact("the key is " + siteKey); strings.Contains(text, siteKey) {
		t.Errorf("the redactor leaves %s", text)
	}
}

func TestLogShowsNeitherSecretsNorWholeNumbers(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", shortDir(t))
	log := new(bytes.Buffer)
	a := newApp(strings.NewReader(""), new(bytes.Buffer), log, os.Getenv)
	cfg := siteConfig(t)
	p, err := a.foreground(cfg, nil, func(_ *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
		return drivers(cfg, paths.Current().UserSecrets(), redact, func(string) {})
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.log.Warn("a test line", "number", "+5511987654321", "answer", "chave="+siteKey, "extension", "10005")
	if text := log.String(); !strings.Contains(text, "a test line") || !strings.Contains(text, "4321") || !strings.Contains(text, "10005") ||
		strings.Contains(text, "1198765") || strings.Contains(text, siteKey) {
		t.Errorf("the log says %s", text)
	}
}
