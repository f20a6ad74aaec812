package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"unsafe"

	"ctiagent/desktop"
	"ctiagent/internal/paths"

	"golang.org/x/sys/windows"
)

// abilitiesOf is what every Windows session can do.
func abilitiesOf(env paths.Env, _ *slog.Logger) (can abilities, release func()) {
	open := func(ctx context.Context, address string) error { return desktop.OpenURL(ctx, env, address) }
	return abilities{open: open, tell: notify, choose: choose}, func() {}
}

// sessionName is the number of this Windows session.
func sessionName(paths.Env) string {
	var number uint32
	if err := windows.ProcessIdToSessionId(windows.GetCurrentProcessId(), &number); err != nil {
		return ""
	}
	return strconv.FormatUint(uint64(number), 10)
}

func messageBox(title, text string, kind uint32) (int32, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return 0, err
	}
	caption, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return 0, err
	}
	return windows.MessageBox(0, t, caption, kind|windows.MB_SETFOREGROUND|windows.MB_TOPMOST)
}

// noticeData is NOTIFYICONDATAW.
type noticeData struct {
	size                       uint32
	window                     windows.HWND
	id, flags, callbackMessage uint32
	icon                       windows.Handle
	tip                        [128]uint16
	state, stateMask           uint32
	info                       [256]uint16
	version                    uint32
	infoTitle                  [64]uint16
	infoFlags                  uint32
	guid                       windows.GUID
	balloonIcon                windows.Handle
}

// What of the system's is needed, and how the tray's own icon is named there.
const (
	modifyNotice = 1    // NIM_MODIFY
	hasInfo      = 0x10 // NIF_INFO
	infoIcon     = 1    // NIIF_INFO
	trayClass    = "SystrayClass"
	trayIcon     = 100
)

// notify shows a notice at the tray's own icon.
func notify(_ context.Context, title, text string) error {
	window := trayWindow()
	if window == 0 {
		return errors.New("the tray has no window to show a notice at")
	}
	d := noticeData{window: window, id: trayIcon, flags: hasInfo, infoFlags: infoIcon}
	d.size = uint32(unsafe.Sizeof(d))
	fill(d.infoTitle[:], title)
	fill(d.info[:], text)
	ok, _, err := windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW").Call(modifyNotice, uintptr(unsafe.Pointer(&d)))
	if ok == 0 {
		return fmt.Errorf("show a notice: %w", err)
	}
	return nil
}

// fill writes as much of a text as fits, less the zero that ends it, and no half of a pair.
func fill(into []uint16, text string) {
	n := 0
	for _, r := range text {
		units := windows.StringToUTF16(string(r))
		units = units[:len(units)-1]
		if r == 0 || n+len(units) >= len(into) {
			return
		}
		n += copy(into[n:], units)
	}
}

// trayWindow is the window behind this process's icon: other programs may have one of the same class.
func trayWindow() windows.HWND {
	class, err := windows.UTF16PtrFromString(trayClass)
	if err != nil {
		return 0
	}
	find := windows.NewLazySystemDLL("user32.dll").NewProc("FindWindowExW")
	for after := uintptr(0); ; {
		after, _, _ = find.Call(0, after, uintptr(unsafe.Pointer(class)), 0)
		if after == 0 {
			return 0
		}
		var owner uint32
		if _, err := windows.GetWindowThreadProcessId(windows.HWND(after), &owner); err == nil && owner == windows.GetCurrentProcessId() {
			return windows.HWND(after)
		}
	}
}
