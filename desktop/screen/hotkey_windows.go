package screen

import (
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"ctiagent/cti"
	"ctiagent/internal/hotkey"

	"golang.org/x/sys/windows"
)

// message is MSG.
type message struct {
	window         windows.HWND
	kind           uint32
	wparam, lparam uintptr
	time           uint32
	x, y           int32
	private        uint32
}

// What of the system's is needed.
const (
	hotkeyPressed = 0x0312 // WM_HOTKEY
	quitMessage   = 0x0012 // WM_QUIT
	noRepeat      = 0x4000 // MOD_NOREPEAT
)

// Hear calls hear, which must not block, each time the key is pressed, until release is called: cti.Busy when another
// program has the key.
func (s *Screen) Hear(key hotkey.Key, hear func()) (release func(), err error) {
	mods := uintptr(noRepeat)
	for _, m := range []struct {
		on  bool
		bit uintptr
	}{{key.Alt, 1}, {key.Ctrl, 2}, {key.Shift, 4}, {key.Super, 8}} {
		if m.on {
			mods |= m.bit
		}
	}
	began := make(chan error)
	ended := make(chan struct{})
	var thread uint32
	go func() {
		defer close(ended)
		runtime.LockOSThread() // the key belongs to the thread that asked for it
		defer runtime.UnlockOSThread()
		thread = windows.GetCurrentThreadId()
		const number = 1
		if ok, _, err := s.user.NewProc("RegisterHotKey").Call(0, number, mods, virtualKey(key.Name)); ok == 0 {
			began <- &cti.Error{Kind: cti.Busy, Text: "another program has this key", Hint: "desktop.hint.hotkey_taken", Err: err}
			return
		}
		defer func() { _, _, _ = s.user.NewProc("UnregisterHotKey").Call(0, number) }()
		var m message
		// A thread has a queue of messages only once it has asked for one; without it nobody could end this.
		_, _, _ = s.user.NewProc("PeekMessageW").Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0, 0)
		close(began)
		get := s.user.NewProc("GetMessageW")
		for {
			if more, _, _ := get.Call(uintptr(unsafe.Pointer(&m)), 0, 0, 0); int32(more) <= 0 {
				return
			}
			if m.kind == hotkeyPressed {
				hear()
			}
		}
	}()
	if err := <-began; err != nil {
		return nil, fmt.Errorf("hear %s: %w", key, err)
	}
	return sync.OnceFunc(func() {
		_, _, _ = s.user.NewProc("PostThreadMessageW").Call(uintptr(thread), quitMessage, 0, 0)
		<-ended
	}), nil
}

// virtualKey is the key's number: letters and digits by their capital, F1 and those behind it in their place.
func virtualKey(key string) uintptr {
	if len(key) == 1 {
		if c := key[0]; c >= 'a' && c <= 'z' {
			return uintptr(c - 'a' + 'A')
		}
		return uintptr(key[0])
	}
	const f1 = 0x70
	n := uintptr(key[1] - '0')
	if len(key) == 3 {
		n = 10*n + uintptr(key[2]-'0')
	}
	return f1 + n - 1
}
