package screen

import (
	"slices"
	"sync"

	"ctiagent/cti"
	"ctiagent/internal/hotkey"

	"github.com/jezek/xgb/xproto"
)

// grab is one key heard everywhere.
type grab struct {
	mods uint16
	sym  xproto.Keysym
	hear func()
	code xproto.Keycode // 0 while it is not grabbed
}

// The states of Caps Lock and Num Lock with which a key is the same key.
func locks() []uint16 {
	return []uint16{0, xproto.ModMaskLock, xproto.ModMask2, xproto.ModMaskLock | xproto.ModMask2}
}

// Hear calls hear, which must not block, each time the key is pressed, until release is called: cti.Busy when another
// program has the key.
func (s *Screen) Hear(key hotkey.Key, hear func()) (release func(), err error) {
	g := &grab{sym: hotkeySym(key.Name), hear: hear}
	for _, m := range []struct {
		on  bool
		bit uint16
	}{{key.Ctrl, xproto.ModMaskControl}, {key.Alt, xproto.ModMask1}, {key.Shift, xproto.ModMaskShift}, {key.Super, xproto.ModMask4}} {
		if m.on {
			g.mods |= m.bit
		}
	}
	if err := s.grab(g); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.keys[g] = true
	s.mu.Unlock()
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.keys, g)
		s.ungrab(g)
	}), nil
}

func (s *Screen) grab(g *grab) error {
	setup := xproto.Setup(s.conn)
	board, err := xproto.GetKeyboardMapping(s.conn, setup.MinKeycode, byte(setup.MaxKeycode-setup.MinKeycode)+1).Reply()
	if err != nil {
		return lost(err)
	}
	at := slices.Index(board.Keysyms, g.sym)
	if at < 0 {
		return &cti.Error{Kind: cti.Unavailable, Text: "the keyboard has no such key", Hint: "desktop.hint.no_key"}
	}
	g.code = setup.MinKeycode + xproto.Keycode(at/int(board.KeysymsPerKeycode))
	for _, lock := range locks() {
		if err := xproto.GrabKeyChecked(s.conn, false, s.root, g.mods|lock, g.code, xproto.GrabModeAsync, xproto.GrabModeAsync).Check(); err != nil {
			s.ungrab(g)
			return &cti.Error{Kind: cti.Busy, Text: "another program has this key", Hint: "desktop.hint.hotkey_taken", Err: err}
		}
	}
	return nil
}

func (s *Screen) ungrab(g *grab) {
	for _, lock := range locks() {
		xproto.UngrabKey(s.conn, g.code, s.root, g.mods|lock)
	}
	g.code = 0
}

// pressed finds out whose key was pressed.
func (s *Screen) pressed(e xproto.KeyPressEvent) {
	const modifiers = xproto.ModMaskShift | xproto.ModMaskControl | xproto.ModMask1 | xproto.ModMask4
	s.mu.Lock()
	defer s.mu.Unlock()
	for g := range s.keys {
		if g.code == e.Detail && g.mods == e.State&modifiers {
			g.hear()
		}
	}
}

// mapped takes the keys where they are now, when the person chose another keyboard. It must not block: who waits for an
// answer of the display is waiting for listen, which called this.
func (s *Screen) mapped(e xproto.MappingNotifyEvent) {
	if e.Request != xproto.MappingKeyboard {
		return
	}
	go func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		for g := range s.keys {
			if e.Count == 0 || g.code >= e.FirstKeycode && g.code < e.FirstKeycode+xproto.Keycode(e.Count) || g.code == 0 {
				s.ungrab(g)
				_ = s.grab(g) // a keyboard without this key leaves it unheard
			}
		}
	}()
}

// hotkeySym is the key's name: Latin-1 as it is, F1 and those behind it in their place (X protocol, appendix A).
func hotkeySym(key string) xproto.Keysym {
	if len(key) == 1 {
		return xproto.Keysym(key[0])
	}
	const f1 = 0xffbe
	n := xproto.Keysym(key[1] - '0')
	if len(key) == 3 {
		n = 10*n + xproto.Keysym(key[2]-'0')
	}
	return f1 + n - 1
}
