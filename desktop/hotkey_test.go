package desktop

import (
	"errors"
	"strings"
	"testing"
)

func TestHotkeyIsReadAndWritten(t *testing.T) {
	for text, want := range map[string]Hotkey{
		"ctrl+alt+d":          {Ctrl: true, Alt: true, Key: "d"},
		"super+f12":           {Super: true, Key: "f12"},
		"shift+ctrl+9":        {Ctrl: true, Shift: true, Key: "9"},
		"super+shift+alt+f1":  {Alt: true, Shift: true, Super: true, Key: "f1"},
		"alt+ctrl+shift+f10":  {Ctrl: true, Alt: true, Shift: true, Key: "f10"},
		"ctrl+alt+shift+zero": {},
	} {
		got, err := ParseHotkey(text)
		if got != want || (err == nil) != (want != Hotkey{}) {
			t.Errorf("%s: got %+v and %v", text, got, err)
		}
		if again, err := ParseHotkey(got.String()); want.Key != "" && (again != want || err != nil) {
			t.Errorf("%s: %s is read as %+v, %v", text, got, again, err)
		}
	}
}

func TestHotkeyWantsAModifierThatNobodyTypesWith(t *testing.T) {
	for text, id := range map[string]string{
		"d": "modifier", "f5": "modifier", "shift+d": "modifier",
		"": "hotkey", "ctrl+": "hotkey", "ctrl": "hotkey", "+": "hotkey", "ctrl++": "hotkey", "ctrl+dd": "hotkey", "ctrl+ctrl+d": "hotkey",
		"Ctrl+d": "hotkey", "ctrl+D": "hotkey", "ctrl+f13": "hotkey", "ctrl+enter": "hotkey", "hyper+d": "hotkey", "ctrl+é": "hotkey",
		strings.Repeat("x", 5000): "hotkey", "ctrl+\x1b": "hotkey",
	} {
		var p *Problem
		_, err := ParseHotkey(text)
		if !errors.As(err, &p) || p.ID != "desktop.problem."+id {
			t.Errorf("%.20q: got %v, want %s", text, err, id)
		} else if s := p.Error(); strings.HasPrefix(s, "[") || len(s) > 400 || strings.Contains(s, "\x1b") {
			t.Errorf("%.20q: the sentence is %q", text, s)
		}
	}
}

func FuzzHotkey(f *testing.F) {
	for _, seed := range []string{"ctrl+alt+d", "shift+", "super+f1", "++", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHotkey(text)
		if err != nil {
			return
		}
		if again, err := ParseHotkey(h.String()); err != nil || again != h || !h.Ctrl && !h.Alt && !h.Super {
			t.Fatalf("%q became %+v and then %+v, %v", text, h, again, err)
		}
	})
}
