package hotkey

import (
	"errors"
	"strings"
	"testing"
)

func TestKeyIsReadAndWritten(t *testing.T) {
	for text, want := range map[string]Key{
		"ctrl+alt+d":         {Ctrl: true, Alt: true, Name: "d"},
		"super+f12":          {Super: true, Name: "f12"},
		"shift+ctrl+9":       {Ctrl: true, Shift: true, Name: "9"},
		"super+shift+alt+f1": {Alt: true, Shift: true, Super: true, Name: "f1"},
		"alt+ctrl+shift+f10": {Ctrl: true, Alt: true, Shift: true, Name: "f10"},
	} {
		got, err := Parse(text)
		if got != want || err != nil {
			t.Errorf("%s: got %+v and %v", text, got, err)
		}
		if again, err := Parse(got.String()); again != want || err != nil {
			t.Errorf("%s: %s is read as %+v, %v", text, got, again, err)
		}
	}
}

func TestKeyWantsAModifierThatNobodyTypesWith(t *testing.T) {
	for text, want := range map[string]error{
		"d": ErrBare, "f5": ErrBare, "shift+d": ErrBare,
		"": ErrUnknown, "ctrl+": ErrUnknown, "ctrl": ErrUnknown, "+": ErrUnknown, "ctrl++": ErrUnknown, "ctrl+dd": ErrUnknown, "ctrl+ctrl+d": ErrUnknown,
		"Ctrl+d": ErrUnknown, "ctrl+D": ErrUnknown, "ctrl+f13": ErrUnknown, "ctrl+enter": ErrUnknown, "hyper+d": ErrUnknown, "ctrl+é": ErrUnknown,
		strings.Repeat("x", 5000): ErrUnknown, "ctrl+\x1b": ErrUnknown,
	} {
		if _, err := Parse(text); !errors.Is(err, want) {
			t.Errorf("%.20q: got %v, want %v", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"ctrl+alt+d", "shift+", "super+f1", "++", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(k.String()); err != nil || again != k || !k.Ctrl && !k.Alt && !k.Super {
			t.Fatalf("%q became %+v and then %+v, %v", text, k, again, err)
		}
	})
}
