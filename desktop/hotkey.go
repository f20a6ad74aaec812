package desktop

import (
	"slices"
	"strconv"
	"strings"
)

// Hotkey is a key that is heard whatever window has the keyboard.
type Hotkey struct {
	Ctrl, Alt, Shift, Super bool
	// Key is a letter from a to z, a digit, or f1 to f12.
	Key string
}

// ParseHotkey reads a key such as ctrl+alt+d. Ctrl, alt or super must be held, for what shift alone changes is a letter
// that people type. The error is a *Problem.
func ParseHotkey(text string) (Hotkey, error) {
	var h Hotkey
	parts := strings.Split(text, "+")
	h.Key = parts[len(parts)-1]
	for _, held := range parts[:len(parts)-1] {
		on, known := map[string]*bool{"ctrl": &h.Ctrl, "alt": &h.Alt, "shift": &h.Shift, "super": &h.Super}[held]
		if !known || *on {
			return Hotkey{}, problem("desktop.problem.hotkey", map[string]any{"Value": shown(text)})
		}
		*on = true
	}
	switch {
	case !slices.Contains(hotkeys(), h.Key):
		return Hotkey{}, problem("desktop.problem.hotkey", map[string]any{"Value": shown(text)})
	case !h.Ctrl && !h.Alt && !h.Super:
		return Hotkey{}, problem("desktop.problem.modifier", map[string]any{"Value": shown(text)})
	}
	return h, nil
}

// String is the key as ParseHotkey reads it.
func (h Hotkey) String() string {
	var parts []string
	for _, m := range []struct {
		on   bool
		name string
	}{{h.Ctrl, "ctrl"}, {h.Alt, "alt"}, {h.Shift, "shift"}, {h.Super, "super"}} {
		if m.on {
			parts = append(parts, m.name)
		}
	}
	return strings.Join(append(parts, h.Key), "+")
}

// hotkeys are the keys that can be pressed while another is held.
func hotkeys() []string {
	var keys []string
	for c := 'a'; c <= 'z'; c++ {
		keys = append(keys, string(c))
	}
	for c := '0'; c <= '9'; c++ {
		keys = append(keys, string(c))
	}
	for n := 1; n <= 12; n++ {
		keys = append(keys, "f"+strconv.Itoa(n))
	}
	return keys
}

// shown is the beginning of a text from a file, as it can stand in a message.
func shown(text string) string {
	if len(text) > 40 || CheckText(text) != nil {
		return strings.Trim(strconv.Quote(text[:min(len(text), 40)]), `"`)
	}
	return text
}
