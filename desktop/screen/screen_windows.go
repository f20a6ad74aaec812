package screen

import (
	"context"
	"runtime"
	"time"
	"unicode/utf16"

	"ctiagent/cti"
	"ctiagent/desktop"

	robot "github.com/go-vgo/robotgo/win"
	"golang.org/x/sys/windows"
)

var (
	_ desktop.Screen = (*Screen)(nil)
	_ desktop.Clips  = (*Screen)(nil)
)

// Screen is the desktop of the session this program runs in. Its methods may be called concurrently. Windows lets nobody
// type into a window of a program that runs as administrator: cti.WrongState.
type Screen struct{ user, kernel *windows.LazyDLL }

// Open is the desktop. Close ends it.
func Open() (*Screen, error) {
	return &Screen{windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")}, nil
}

// Close ends the use of the desktop.
func (s *Screen) Close() {}

// Active is the foreground window.
func (s *Screen) Active(ctx context.Context) (desktop.Window, error) {
	h := windows.GetForegroundWindow()
	if h == 0 {
		return desktop.Window{}, ctx.Err()
	}
	return s.window(h), ctx.Err()
}

// Windows are the visible top windows that have a title.
func (s *Screen) Windows(ctx context.Context) ([]desktop.Window, error) {
	var all []desktop.Window
	next := s.user.NewProc("GetWindow")
	const first, below = 0, 2 // GW_HWNDFIRST, GW_HWNDNEXT
	top, _, _ := s.user.NewProc("GetTopWindow").Call(0)
	h, _, _ := next.Call(top, first)
	for n := 0; h != 0 && n < 4096; n++ {
		if windows.IsWindowVisible(windows.HWND(h)) {
			if w := s.window(windows.HWND(h)); w.Title != "" {
				all = append(all, w)
			}
		}
		h, _, _ = next.Call(h, below)
	}
	return all, ctx.Err()
}

func (s *Screen) window(h windows.HWND) desktop.Window {
	return desktop.Window{ID: uint64(h), Title: s.title(h)}
}

// Focus brings a window to the front. Windows refuses that to a program in the background, so it is asked in the name of
// the thread that has the foreground.
func (s *Screen) Focus(ctx context.Context, w desktop.Window) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	h := uintptr(w.ID)
	if iconic, _, _ := s.user.NewProc("IsIconic").Call(h); iconic != 0 {
		const restore = 9 // SW_RESTORE
		_, _, _ = s.user.NewProc("ShowWindow").Call(h, restore)
	}
	attach, mine := s.user.NewProc("AttachThreadInput"), uintptr(windows.GetCurrentThreadId())
	if front, err := windows.GetWindowThreadProcessId(windows.GetForegroundWindow(), nil); err == nil && uintptr(front) != mine {
		if ok, _, _ := attach.Call(mine, uintptr(front), 1); ok != 0 {
			defer func() { _, _, _ = attach.Call(mine, uintptr(front), 0) }()
		}
	}
	_, _, _ = s.user.NewProc("SetForegroundWindow").Call(h) // whether it came there is what Active says
	return nil
}

// Type types a text as characters, whatever keyboard there is.
func (s *Screen) Type(ctx context.Context, text string) error {
	if err := desktop.CheckText(text); err != nil {
		return err
	}
	for _, r := range text {
		if err := s.ready(ctx); err != nil {
			return err
		}
		robot.Type(string(r))
	}
	return nil
}

// Press presses one key.
func (s *Screen) Press(ctx context.Context, key desktop.Key) error {
	if err := desktop.CheckKey(key); err != nil {
		return err
	}
	if err := s.ready(ctx); err != nil {
		return err
	}
	held, pressed := key.Split()
	var args []any
	if held != "" {
		args = append(args, held)
	}
	return robot.KeyTap(pressed, args...)
}

// ready waits until what is pressed next reaches the window that has the keyboard, as it is meant.
func (s *Screen) ready(ctx context.Context) error {
	if err := s.free(ctx); err != nil {
		return err
	}
	return s.reachable()
}

// free waits until the person holds no key that would change the next one.
func (s *Screen) free(ctx context.Context) error {
	state := s.user.NewProc("GetAsyncKeyState")
	const down = 0x8000
	for late := time.Now().Add(handsOff); ; {
		hands := false
		for _, key := range []uintptr{0x10, 0x11, 0x12, 0x5b, 0x5c} { // VK_SHIFT, VK_CONTROL, VK_MENU, VK_LWIN, VK_RWIN
			now, _, _ := state.Call(key)
			hands = hands || now&down != 0
		}
		switch {
		case !hands:
			return ctx.Err()
		case time.Now().After(late):
			return held()
		}
		if err := wait(ctx, glance); err != nil {
			return err
		}
	}
}

// Selection copies what is marked in the window that has the keyboard, and puts back what was in the clipboard. A
// clipboard that holds more than text could not be put back, so it is left alone: cti.WrongState.
func (s *Screen) Selection(ctx context.Context) (string, error) {
	if other, err := s.other(ctx); err != nil {
		return "", err
	} else if other {
		return "", &cti.Error{Kind: cti.WrongState, Text: "the clipboard holds more than text", Hint: "desktop.hint.clipboard_kept"}
	}
	before, had, err := s.copied(ctx)
	if err != nil {
		return "", err
	}
	count := s.user.NewProc("GetClipboardSequenceNumber")
	was, _, _ := count.Call()
	if err := s.ready(ctx); err != nil {
		return "", err
	}
	if err := robot.KeyTap("c", "ctrl"); err != nil {
		return "", err
	}
	for late := time.Now().Add(offered); ; {
		if now, _, _ := count.Call(); now != was {
			break
		}
		if time.Now().After(late) {
			return "", nil // nothing is marked
		}
		if err := wait(ctx, glance); err != nil {
			return "", err
		}
	}
	text, _, err := s.copied(ctx)
	if back := s.put(context.WithoutCancel(ctx), before, had); back != nil && err == nil {
		err = back
	}
	return desktop.Clip(string(utf16.Decode(text))), err
}

// Clipboard is what was copied last.
func (s *Screen) Clipboard(ctx context.Context) (string, error) {
	text, _, err := s.copied(ctx)
	return desktop.Clip(string(utf16.Decode(text))), err
}
