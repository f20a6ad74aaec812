// Package desktop does in the session of the person at the desk what a service cannot: it types, focuses, opens, tells
// and asks, never by a shell and never into a window nobody named.
package desktop

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ctiagent/cti"
)

// Screen is the keyboard and the windows of a session. The methods may be called from one goroutine at a time; each ends
// with its context.
type Screen interface {
	// Active is the window that has the keyboard, the zero Window when none has.
	Active(ctx context.Context) (Window, error)
	// Windows are the windows the person could choose, in no particular order.
	Windows(ctx context.Context) ([]Window, error)
	// Focus asks for the keyboard to go to a window. That it went there is what Active says, a moment later.
	Focus(ctx context.Context, w Window) error
	// Type presses the keys of a text that CheckText accepts, in whichever window has the keyboard.
	Type(ctx context.Context, text string) error
	// Press presses and releases one key, in whichever window has the keyboard.
	Press(ctx context.Context, key Key) error
}

// Clips is what the person has marked or copied. Both are at most MaxClip bytes of valid UTF-8 and "" when there is none.
type Clips interface {
	// Selection is the text marked in the window that has the keyboard. What the clipboard holds is afterwards what it
	// held before.
	Selection(ctx context.Context) (string, error)
	// Clipboard is the text that was copied last.
	Clipboard(ctx context.Context) (string, error)
}

// MaxClip is how many bytes of a selection or a clipboard are looked at: telephone numbers are short.
const MaxClip = 4096

// Clip makes a text that another program offers fit for Clips: cut to MaxClip bytes, every byte that is no UTF-8 a
// question mark.
func Clip(text string) string {
	if len(text) > MaxClip {
		cut := MaxClip
		for cut > MaxClip-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return strings.ToValidUTF8(text, "?")
}

// Window is one window of the session. ID is the window system's own number, good for as long as the window is there.
type Window struct {
	ID    uint64
	Title string
}

// Match says how a title is compared; capital letters count.
type Match string

// The ways to compare titles. Exact is what is meant when nothing is said: a page decides what stands in its browser's
// title, so a looser comparison is for those who know their windows.
const (
	Exact    Match = "exact"
	Prefix   Match = "prefix"
	Contains Match = "contains"
)

// Matches lists every way to compare.
func Matches() []Match { return []Match{Exact, Prefix, Contains} }

// Title says which windows are meant.
type Title struct {
	Text  string
	Match Match // "" means Exact
}

// Fits tells whether a window's title is meant. An empty text fits nothing.
func (t Title) Fits(title string) bool {
	switch {
	case t.Text == "":
		return false
	case t.Match == Prefix:
		return strings.HasPrefix(title, t.Text)
	case t.Match == Contains:
		return strings.Contains(title, t.Text)
	}
	return title == t.Text
}

// Key is the name of a key, or of one that is pressed while another is held.
type Key string

// The keys, by the names they have in a recipe.
const (
	Enter     Key = "enter"
	Tab       Key = "tab"
	Escape    Key = "escape"
	Backspace Key = "backspace"
	Delete    Key = "delete"
	Space     Key = "space"
	Up        Key = "up"
	Down      Key = "down"
	Left      Key = "left"
	Right     Key = "right"
	Home      Key = "home"
	End       Key = "end"
	PageUp    Key = "pageup"
	PageDown  Key = "pagedown"
	F1        Key = "f1"
	F2        Key = "f2"
	F3        Key = "f3"
	F4        Key = "f4"
	F5        Key = "f5"
	F6        Key = "f6"
	F7        Key = "f7"
	F8        Key = "f8"
	F9        Key = "f9"
	F10       Key = "f10"
	F11       Key = "f11"
	F12       Key = "f12"
	// These move between the fields of a form, mark what a field holds, look for text in a page, and go to a page's ends.
	ShiftTab Key = "shift+tab"
	CtrlA    Key = "ctrl+a"
	CtrlF    Key = "ctrl+f"
	CtrlHome Key = "ctrl+home"
	CtrlEnd  Key = "ctrl+end"
)

// Keys lists every key. None of them closes a window, runs a program or leaves the window.
func Keys() []Key {
	return []Key{Enter, Tab, Escape, Backspace, Delete, Space, Up, Down, Left, Right, Home, End, PageUp, PageDown,
		F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12, ShiftTab, CtrlA, CtrlF, CtrlHome, CtrlEnd}
}

// Split takes a key apart: what is held, "" for nothing, and what is pressed.
func (k Key) Split() (held, pressed string) {
	if held, pressed, ok := strings.Cut(string(k), "+"); ok {
		return held, pressed
	}
	return "", string(k)
}

// CheckKey refuses what is not one of Keys, as cti.BadRequest.
func CheckKey(k Key) error {
	if slices.Contains(Keys(), k) {
		return nil
	}
	return &cti.Error{Kind: cti.BadRequest, Op: opType, Text: "no such key", Hint: "desktop.hint.key", Args: map[string]string{"Allowed": list(Keys())}}
}

// maxTyped bounds one text: a hand that types for minutes is in the person's way.
const maxTyped = 1000

// CheckText refuses what cannot be typed, as cti.BadRequest: more than 1000 bytes, bytes that are no UTF-8, and signs
// one cannot see. Enter and tab are keys, which a value from outside may not press.
func CheckText(text string) error {
	if len(text) <= maxTyped && utf8.ValidString(text) && strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return nil
	}
	return &cti.Error{Kind: cti.BadRequest, Op: opType, Text: "the text cannot be typed", Hint: "desktop.hint.text"}
}

// The wishes of the service, by their names on the program door.
const (
	opType   = "desktop.type"
	opFocus  = "desktop.focus"
	opLaunch = "desktop.launch"
	opOpen   = "desktop.openURL"
	opNotify = "desktop.notify"
	opAsk    = "desktop.ask"
)
