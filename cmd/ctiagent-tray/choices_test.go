//go:build linux

package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/hotkey"
	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
	"ctiagent/localapi/protocol"
)

// handOf is a hand in a session that can do nothing, whose person has this file.
func handOf(t *testing.T, file string) *hand {
	t.Helper()
	home := t.TempDir()
	folder := filepath.Join(home, ".config", "ctiagent")
	for _, err := range []error{os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, "ctiagent.toml"), []byte(file), 0o600)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	env := paths.Env{GOOS: "linux", Getenv: func(name string) string { return map[string]string{"HOME": home}[name] }}
	return &hand{env: env, lang: i18n.En, log: slog.New(slog.DiscardHandler)}
}

func TestPersonIsToldOfMistakesInTheirFile(t *testing.T) {
	for text, want := range map[string]string{
		"[hotkey]\ndial = \"d\"": "ctiagent.toml:2: hotkey.dial cannot be \"d\"",
		"[[recipe]]\nname = 'a'\non = 'call.ringing'\nsteps = [\n{press = 'alt+f4'}]": "ctiagent.toml:5: there is no key \"alt+f4\"",
	} {
		var told []string
		h := handOf(t, text)
		h.tell = func(_ context.Context, title, text string) error {
			told = append(told, title+": "+text)
			return nil
		}
		recipes, key, _ := h.choices(t.Context())
		if len(recipes) > 0 || key != (hotkey.Key{}) {
			t.Errorf("%s: half of it counts: %+v, %s", text, recipes, key)
		}
		if len(told) != 1 || !strings.HasPrefix(told[0], "Your recipes and keys: ") || !strings.Contains(told[0], want) {
			t.Errorf("%s: the person was told %q, want %s", text, told, want)
		}
	}
}

func TestPersonsChoicesAreRead(t *testing.T) {
	h := handOf(t, ownChoices)
	h.tell = func(_ context.Context, title, text string) error {
		t.Errorf("%s: %s", title, text)
		return nil
	}
	recipes, key, _ := h.choices(t.Context())
	if len(recipes) != 1 || recipes[0].Name != "search the caller" || key != (hotkey.Key{Ctrl: true, Alt: true, Name: "d"}) {
		t.Errorf("got %+v and %s", recipes, key)
	}
}

func TestSessionThatCanDoNothingSaysWhy(t *testing.T) {
	h := handOf(t, "")
	ctx := t.Context()
	_, asked := h.Ask(ctx, "Dial?", []protocol.Choice{{ID: "yes", Text: "Yes"}})
	for name, err := range map[string]error{
		"open": h.OpenURL(ctx, "https://crm.example.com"), "type": h.Type(ctx, "a"), "focus": h.Focus(ctx, "a"), "notify": h.Notify(ctx, "a"), "ask": asked,
	} {
		var e *cti.Error
		if !errors.As(err, &e) || e.Kind != cti.Unavailable || !i18n.Has(e.Hint) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	h.choose = func(context.Context, string, string, []string) (int, error) { return 0, nil }
	if _, err := h.Ask(ctx, "Dial?", make([]protocol.Choice, maxChoices+1)); !errors.Is(err, cti.BadRequest) {
		t.Errorf("a question with %d answers: %v", maxChoices+1, err)
	}
}
