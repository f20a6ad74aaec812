package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
	"unsafe"

	"ctiagent/internal/paths"
	"ctiagent/tray"

	"golang.org/x/sys/windows"
)

// newHand is what every Windows session can do.
func newHand(paths.Env, *slog.Logger) (hand tray.Hand, release func()) {
	return tray.Hand{Clipboard: clipboard, OpenURL: openURL, Notify: notify, Confirm: confirm}, func() {}
}

// openURL opens a web address in the person's browser.
func openURL(_ context.Context, address string) error {
	if err := onlyWeb(address); err != nil {
		return err
	}
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	file, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	if err := windows.ShellExecute(0, verb, file, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}
	return nil
}

// answerYes is what MessageBox answers when Yes was pressed.
const answerYes = 6

// confirm asks in a window of its own, which stays when nobody waits for the answer any more.
func confirm(ctx context.Context, title, question, _, _ string) (bool, error) {
	type answer struct {
		sure bool
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		key, err := messageBox(title, question, windows.MB_YESNO|windows.MB_ICONQUESTION|windows.MB_DEFBUTTON2)
		got <- answer{key == answerYes, err}
	}()
	select {
	case a := <-got:
		return a.sure, a.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
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

// The clipboard's form of Unicode text, and how much of it is looked at: a number is short.
const (
	unicodeText  = 13
	maxClipboard = 4096
)

// clipboard is the text in the clipboard, "" when there is none.
func clipboard(ctx context.Context) (string, error) {
	runtime.LockOSThread() // the clipboard belongs to the thread that opens it
	defer runtime.UnlockOSThread()
	user, kernel := windows.NewLazySystemDLL("user32.dll"), windows.NewLazySystemDLL("kernel32.dll")
	for try := 1; ; try++ { // another program may hold it for a moment
		if ok, _, err := user.NewProc("OpenClipboard").Call(0); ok != 0 {
			break
		} else if try == 10 {
			return "", fmt.Errorf("open the clipboard: %w", err)
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	defer func() { _, _, _ = user.NewProc("CloseClipboard").Call() }()
	handle, _, _ := user.NewProc("GetClipboardData").Call(unicodeText)
	if handle == 0 {
		return "", nil
	}
	size, _, _ := kernel.NewProc("GlobalSize").Call(handle)
	address, _, err := kernel.NewProc("GlobalLock").Call(handle)
	if address == 0 {
		return "", fmt.Errorf("read the clipboard: %w", err)
	}
	defer func() { _, _, _ = kernel.NewProc("GlobalUnlock").Call(handle) }()
	// The address is the system's, not Go's: it neither moves nor is collected.
	units := unsafe.Slice((*uint16)(*(*unsafe.Pointer)(unsafe.Pointer(&address))), min(size/2, maxClipboard))
	return windows.UTF16ToString(units), nil
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
