package screen

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// The clipboard's forms of text: Windows makes each of the others from one of them.
const (
	plainText   = 1  // CF_TEXT
	oemText     = 7  // CF_OEMTEXT
	unicodeText = 13 // CF_UNICODETEXT
	textLocale  = 16 // CF_LOCALE
)

// maxKept is the longest text, in UTF-16 units, that is kept to be put back.
const maxKept = 1 << 20

// clipboard does something while the clipboard is ours. It belongs to the thread that opens it.
func (s *Screen) clipboard(ctx context.Context, do func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for try := 1; ; try++ { // another program may hold it for a moment
		if ok, _, err := s.user.NewProc("OpenClipboard").Call(0); ok != 0 {
			break
		} else if try == 20 {
			return fmt.Errorf("open the clipboard: %w", err)
		}
		if err := wait(ctx, glance); err != nil {
			return err
		}
	}
	defer func() { _, _, _ = s.user.NewProc("CloseClipboard").Call() }()
	return do()
}

// other tells whether the clipboard holds something else than text.
func (s *Screen) other(ctx context.Context) (other bool, err error) {
	err = s.clipboard(ctx, func() error {
		next := s.user.NewProc("EnumClipboardFormats")
		for form, _, _ := next.Call(0); form != 0; form, _, _ = next.Call(form) {
			other = other || !slices.Contains([]uintptr{plainText, oemText, unicodeText, textLocale}, form)
		}
		return nil
	})
	return other, err
}

// copied is the text in the clipboard; had says whether there is one.
func (s *Screen) copied(ctx context.Context) (text []uint16, had bool, err error) {
	err = s.clipboard(ctx, func() error {
		handle, _, _ := s.user.NewProc("GetClipboardData").Call(unicodeText)
		if handle == 0 {
			return nil
		}
		had = true
		size, _, _ := s.kernel.NewProc("GlobalSize").Call(handle)
		address, _, err := s.kernel.NewProc("GlobalLock").Call(handle)
		if address == 0 {
			return fmt.Errorf("read the clipboard: %w", err)
		}
		defer func() { _, _, _ = s.kernel.NewProc("GlobalUnlock").Call(handle) }()
		units := unsafe.Slice((*uint16)(outside(&address)), min(size/2, maxKept))
		if end := slices.Index(units, 0); end >= 0 {
			units = units[:end]
		}
		text = slices.Clone(units)
		return nil
	})
	return text, had, err
}

// put makes a text the clipboard's only content, or empties it.
func (s *Screen) put(ctx context.Context, text []uint16, some bool) error {
	return s.clipboard(ctx, func() error {
		if ok, _, err := s.user.NewProc("EmptyClipboard").Call(); ok == 0 {
			return fmt.Errorf("empty the clipboard: %w", err)
		}
		if !some {
			return nil
		}
		const movable = 2 // GMEM_MOVEABLE, which the clipboard wants
		handle, _, err := s.kernel.NewProc("GlobalAlloc").Call(movable, uintptr(2*(len(text)+1)))
		if handle == 0 {
			return fmt.Errorf("fill the clipboard: %w", err)
		}
		address, _, err := s.kernel.NewProc("GlobalLock").Call(handle)
		if address == 0 {
			return fmt.Errorf("fill the clipboard: %w", err)
		}
		units := unsafe.Slice((*uint16)(outside(&address)), len(text)+1)
		copy(units, text)
		units[len(text)] = 0
		_, _, _ = s.kernel.NewProc("GlobalUnlock").Call(handle)
		if ok, _, err := s.user.NewProc("SetClipboardData").Call(unicodeText, handle); ok == 0 {
			return fmt.Errorf("fill the clipboard: %w", err)
		}
		return nil
	})
}

// outside is an address of the system's, not Go's: it neither moves nor is collected.
func outside(address *uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(address)) }

// title is a window's title.
func (s *Screen) title(h windows.HWND) string {
	var text [1024]uint16
	n, _, _ := s.user.NewProc("GetWindowTextW").Call(uintptr(h), uintptr(unsafe.Pointer(&text[0])), uintptr(len(text)))
	return windows.UTF16ToString(text[:min(int(n), len(text))])
}
