// Package hotkey reads the name of a key that is heard whatever window has the keyboard, and refuses those people type with.
package hotkey

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Key is such a key.
type Key struct {
	Ctrl, Alt, Shift, Super bool
	// Name is a letter from a to z, a digit, or f1 to f12.
	Name string
}

// What is wrong with a text.
var (
	ErrUnknown = errors.New("no such key")
	ErrBare    = errors.New("people type with this key")
)

// Parse reads a key such as ctrl+alt+d. Ctrl, alt or super must be held, for what shift alone changes is a letter that
// people type. The error is ErrUnknown or ErrBare.
func Parse(text string) (Key, error) {
	var k Key
	parts := strings.Split(text, "+")
	k.Name = parts[len(parts)-1]
	for _, held := range parts[:len(parts)-1] {
		on, known := map[string]*bool{"ctrl": &k.Ctrl, "alt": &k.Alt, "shift": &k.Shift, "super": &k.Super}[held]
		if !known || *on {
			return Key{}, ErrUnknown
		}
		*on = true
	}
	switch {
	case !slices.Contains(names(), k.Name):
		return Key{}, ErrUnknown
	case !k.Ctrl && !k.Alt && !k.Super:
		return Key{}, ErrBare
	}
	return k, nil
}

// String is the key as Parse reads it.
func (k Key) String() string {
	var parts []string
	for _, m := range []struct {
		on   bool
		name string
	}{{k.Ctrl, "ctrl"}, {k.Alt, "alt"}, {k.Shift, "shift"}, {k.Super, "super"}} {
		if m.on {
			parts = append(parts, m.name)
		}
	}
	return strings.Join(append(parts, k.Name), "+")
}

// names are the keys that can be pressed while another is held.
func names() []string {
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
