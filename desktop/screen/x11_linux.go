package screen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
	"unicode"

	"ctiagent/cti"
	"ctiagent/desktop"

	robot "github.com/go-vgo/robotgo/x11"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

var (
	_ desktop.Screen = (*Screen)(nil)
	_ desktop.Clips  = (*Screen)(nil)
)

// Screen is the X display that the environment names. Its methods may be called concurrently.
type Screen struct {
	conn *xgb.Conn
	root xproto.Window
	own  xproto.Window // takes over what others have marked
	atom map[string]xproto.Atom

	selecting sync.Mutex // held while a selection is taken over
	selected  chan xproto.SelectionNotifyEvent
	ended     chan struct{}

	mu     sync.Mutex
	spares []xproto.Keycode // those we gave a meaning, the oldest first
	keys   map[*grab]bool
}

// atoms are the names this package uses, in the words of the Extended Window Manager Hints 1.5 and of ICCCM 2.0.
func atoms() []string {
	return []string{"_NET_ACTIVE_WINDOW", "_NET_CLIENT_LIST", "_NET_SUPPORTED", "_NET_SUPPORTING_WM_CHECK", "_NET_WM_NAME", "UTF8_STRING", "CLIPBOARD", "INCR", "CTIAGENT_TAKEN"}
}

// Open connects to the display that DISPLAY names: cti.Unavailable when there is none. Close ends it.
func Open() (*Screen, error) {
	xgb.Logger.SetOutput(io.Discard) // every fault comes back as an error too
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, unavailable("the display cannot be reached", "desktop.hint.no_display", err)
	}
	s := &Screen{conn: conn, root: xproto.Setup(conn).DefaultScreen(conn).Root, atom: map[string]xproto.Atom{},
		selected: make(chan xproto.SelectionNotifyEvent, 1), ended: make(chan struct{}), keys: map[*grab]bool{}}
	if err := s.prepare(); err != nil {
		conn.Close()
		return nil, unavailable("the display cannot be used", "desktop.hint.no_display", err)
	}
	go s.listen()
	return s, nil
}

func (s *Screen) prepare() error {
	for _, name := range atoms() {
		reply, err := xproto.InternAtom(s.conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return fmt.Errorf("name %s: %w", name, err)
		}
		s.atom[name] = reply.Atom
	}
	own, err := xproto.NewWindowId(s.conn)
	if err != nil {
		return err
	}
	s.own = own
	return xproto.CreateWindowChecked(s.conn, 0, own, s.root, -1, -1, 1, 1, 0, xproto.WindowClassInputOnly, 0, 0, nil).Check()
}

// Close takes back what was changed on the keyboard and ends the connection.
func (s *Screen) Close() {
	s.mu.Lock()
	for _, code := range s.spares {
		_ = xproto.ChangeKeyboardMappingChecked(s.conn, 1, code, 1, []xproto.Keysym{0}).Check()
	}
	s.spares = nil
	s.mu.Unlock()
	robot.Close()
	s.conn.Close()
	<-s.ended
}

// listen hands events to who waits for them, until the connection ends.
func (s *Screen) listen() {
	defer close(s.ended)
	for {
		event, err := s.conn.WaitForEvent()
		switch e := event.(type) {
		case nil:
			if err == nil {
				return
			}
		case xproto.SelectionNotifyEvent:
			select {
			case s.selected <- e:
			default: // nobody waits any more
			}
		case xproto.KeyPressEvent:
			s.pressed(e)
		case xproto.MappingNotifyEvent:
			s.mapped(e)
		}
	}
}

// Active is the window the window manager calls active, if the keyboard is in it.
func (s *Screen) Active(ctx context.Context) (desktop.Window, error) {
	if err := ctx.Err(); err != nil {
		return desktop.Window{}, err
	}
	ids, err := s.told("_NET_ACTIVE_WINDOW", 1)
	if err != nil || len(ids) == 0 || ids[0] == 0 {
		return desktop.Window{}, err
	}
	active := xproto.Window(ids[0])
	if in, err := s.hasKeyboard(active); err != nil || !in {
		return desktop.Window{}, err
	}
	return s.window(active), nil
}

// hasKeyboard tells whether the keyboard is in a window or a part of it. A program that draws its own menus can have it
// although another window counts as active.
func (s *Screen) hasKeyboard(w xproto.Window) (bool, error) {
	focus, err := xproto.GetInputFocus(s.conn).Reply()
	if err != nil {
		return false, lost(err)
	}
	const deepest = 32 // no program nests its windows so
	for at, n := focus.Focus, 0; at > xproto.InputFocusPointerRoot && at != s.root && n < deepest; n++ {
		if at == w {
			return true, nil
		}
		tree, err := xproto.QueryTree(s.conn, at).Reply()
		if err != nil {
			return false, nil //nolint:nilerr // a window that went away has no keyboard
		}
		at = tree.Parent
	}
	return false, nil
}

// Windows are those the window manager lists.
func (s *Screen) Windows(ctx context.Context) ([]desktop.Window, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	const most = 4096
	ids, err := s.told("_NET_CLIENT_LIST", most)
	if err != nil {
		return nil, err
	}
	all := make([]desktop.Window, len(ids))
	for i, id := range ids {
		all[i] = s.window(xproto.Window(id))
	}
	return all, nil
}

// Focus asks the window manager as a taskbar does, which no rule against pushy programs refuses.
func (s *Screen) Focus(ctx context.Context, w desktop.Window) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	const taskbar = 2
	wish := xproto.ClientMessageEvent{Format: 32, Window: xproto.Window(w.ID), Type: s.atom["_NET_ACTIVE_WINDOW"],
		Data: xproto.ClientMessageDataUnionData32New([]uint32{taskbar, xproto.TimeCurrentTime, 0, 0, 0})}
	const toManager = xproto.EventMaskSubstructureRedirect | xproto.EventMaskSubstructureNotify
	if err := xproto.SendEventChecked(s.conn, false, s.root, toManager, string(wish.Bytes())).Check(); err != nil {
		return lost(err)
	}
	return nil
}

// window is a window with its title; one that went away has none.
func (s *Screen) window(id xproto.Window) desktop.Window {
	const longest = 4096
	title := ""
	for _, name := range []xproto.Atom{s.atom["_NET_WM_NAME"], xproto.AtomWmName} {
		reply, err := xproto.GetProperty(s.conn, false, id, name, xproto.GetPropertyTypeAny, 0, longest/4).Reply()
		if err != nil || reply.Format != 8 || len(reply.Value) == 0 {
			continue
		}
		title = s.text(reply.Type, reply.Value)
		break
	}
	return desktop.Window{ID: uint64(id), Title: title}
}

// text reads a text of another program: UTF-8, or else Latin-1 (ICCCM 2.0, 2.7.1).
func (s *Screen) text(kind xproto.Atom, value []byte) string {
	if kind != xproto.AtomString {
		return desktop.Clip(string(value))
	}
	runes := make([]rune, len(value))
	for i, b := range value {
		runes[i] = rune(b)
	}
	return desktop.Clip(string(runes))
}

// told is what the window manager tells in a property of the root, at most so many numbers. A manager that keeps this
// property sets it once there is something to tell: openbox has no active window before the first one got the keyboard.
func (s *Screen) told(name string, most uint32) ([]uint32, error) {
	ids, there, err := s.property(s.root, name, most)
	if err != nil {
		return nil, lost(err)
	}
	if !there && !s.keeps(name) {
		return nil, unavailable("the window manager does not say which windows there are", "desktop.hint.no_manager", nil)
	}
	return ids, nil
}

// keeps tells whether a window manager runs that keeps a property. The window it names must be there and name itself, or
// the manager has ended without a word (Extended Window Manager Hints 1.5, _NET_SUPPORTING_WM_CHECK).
func (s *Screen) keeps(name string) bool {
	const most = 4096
	check, _, err := s.property(s.root, "_NET_SUPPORTING_WM_CHECK", 1)
	if err != nil || len(check) == 0 {
		return false
	}
	if own, _, err := s.property(xproto.Window(check[0]), "_NET_SUPPORTING_WM_CHECK", 1); err != nil || !slices.Equal(own, check) {
		return false
	}
	kept, _, err := s.property(s.root, "_NET_SUPPORTED", most)
	return err == nil && slices.Contains(kept, uint32(s.atom[name]))
}

// property is a list of numbers at a window, at most so many of them, and whether there is such a property at all.
func (s *Screen) property(w xproto.Window, name string, most uint32) (numbers []uint32, there bool, err error) {
	reply, err := xproto.GetProperty(s.conn, false, w, s.atom[name], xproto.GetPropertyTypeAny, 0, most).Reply()
	if err != nil {
		return nil, false, err
	}
	if reply.Format != 32 {
		return nil, reply.Format != 0, nil
	}
	numbers = make([]uint32, reply.ValueLen)
	for i := range numbers {
		numbers[i] = xgb.Get32(reply.Value[4*i:])
	}
	return numbers, true, nil
}

// Type presses the keys of a text. A character that the keyboard lacks gets a key of its own first.
func (s *Screen) Type(ctx context.Context, text string) error {
	if err := desktop.CheckText(text); err != nil {
		return err
	}
	for _, r := range text {
		if err := s.free(ctx, cased(r)); err != nil {
			return err
		}
		if err := s.provide(keysym(r)); err != nil {
			return err
		}
		if err := robot.KeyTap(string(r)); err != nil {
			return lost(err)
		}
	}
	return nil
}

// Press presses one key.
func (s *Screen) Press(ctx context.Context, key desktop.Key) error {
	if err := desktop.CheckKey(key); err != nil {
		return err
	}
	if err := s.free(ctx, false); err != nil {
		return err
	}
	held, pressed := key.Split()
	var args []any
	if held != "" {
		args = append(args, held)
	}
	if err := robot.KeyTap(pressed, args...); err != nil {
		return lost(err)
	}
	return nil
}

// The bits of the keyboard's state beside the modifiers (X Keyboard Extension, 2.2.2): which layout is chosen.
const otherLayout = 3 << 13

// free waits until the person holds no key that would change the next one.
func (s *Screen) free(ctx context.Context, letter bool) error {
	const hands = xproto.ModMaskShift | xproto.ModMaskControl | xproto.ModMask1 | xproto.ModMask4
	for late := time.Now().Add(handsOff); ; {
		at, err := xproto.QueryPointer(s.conn, s.root).Reply()
		switch {
		case err != nil:
			return lost(err)
		case at.Mask&otherLayout != 0:
			return &cti.Error{Kind: cti.WrongState, Text: "another keyboard layout is chosen", Hint: "desktop.hint.layout"}
		case at.Mask&xproto.ModMaskLock != 0 && letter:
			return &cti.Error{Kind: cti.WrongState, Text: "caps lock is on", Hint: "desktop.hint.caps_lock"}
		case at.Mask&hands == 0:
			return ctx.Err()
		case time.Now().After(late):
			return held()
		}
		if err := wait(ctx, glance); err != nil {
			return err
		}
	}
}

// keysym is the name of a character's key: Latin-1 as it is, the rest of Unicode in a range of its own (X protocol,
// appendix A).
func keysym(r rune) xproto.Keysym {
	if r <= 0xff {
		return xproto.Keysym(r)
	}
	return 0x01000000 | xproto.Keysym(r)
}

// provide gives a character that the keyboard lacks a key that means nothing yet. It keeps it: the program that gets the
// key looks up what it means a moment later, and what was taken back by then would be lost.
func (s *Screen) provide(sym xproto.Keysym) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	setup := xproto.Setup(s.conn)
	first := setup.MinKeycode
	board, err := xproto.GetKeyboardMapping(s.conn, first, byte(setup.MaxKeycode-first)+1).Reply()
	if err != nil {
		return lost(err)
	}
	per := int(board.KeysymsPerKeycode)
	var free []xproto.Keycode
	for i := 0; (i+1)*per <= len(board.Keysyms); i++ {
		key := board.Keysyms[i*per : (i+1)*per]
		if slices.Contains(key[:min(2, per)], sym) { // unshifted, shifted
			return nil
		}
		if !slices.ContainsFunc(key, func(k xproto.Keysym) bool { return k != 0 }) {
			free = append(free, first+xproto.Keycode(i))
		}
	}
	switch {
	case len(free) > 0:
		s.spares = append(s.spares, free[len(free)-1])
	case len(s.spares) > 0:
		s.spares = append(s.spares[1:], s.spares[0])
	default:
		return &cti.Error{Kind: cti.Unavailable, Text: "the keyboard has no key to spare for a character", Hint: "desktop.hint.no_key"}
	}
	code := s.spares[len(s.spares)-1]
	if err := xproto.ChangeKeyboardMappingChecked(s.conn, 1, code, 2, []xproto.Keysym{sym, sym}).Check(); err != nil {
		return lost(err)
	}
	robot.Close() // it remembers the keyboard as it was
	return nil
}

// unavailable says that the session lacks what is needed.
func unavailable(text, hint string, cause error) error {
	return &cti.Error{Kind: cti.Unavailable, Text: text, Hint: hint, Err: cause}
}

// cased tells whether Caps Lock changes a character.
func cased(r rune) bool { return unicode.ToUpper(r) != r || unicode.ToLower(r) != r }

func lost(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return unavailable("the display does not do what it is asked", "desktop.hint.no_display", err)
}
