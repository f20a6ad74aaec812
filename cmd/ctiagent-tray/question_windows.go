package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"
)

// What of the system's dialogs is needed.
const (
	initDialog  = 0x0110 // WM_INITDIALOG
	command     = 0x0111 // WM_COMMAND
	closeWindow = 0x0010 // WM_CLOSE

	dialogClass = "#32770"
	buttonClass = 0x0080
	labelClass  = 0x0082

	// A button's number is its place behind this one; the numbers below are the system's own.
	firstButton = 100
)

// choose asks in a window of its own, with a button for each choice, until ctx ends.
func choose(ctx context.Context, title, question string, choices []string) (int, error) {
	type answer struct {
		chosen int
		err    error
	}
	got, thread := make(chan answer, 1), make(chan uint32, 1)
	go func() {
		runtime.LockOSThread() // a window belongs to its thread
		defer runtime.UnlockOSThread()
		thread <- windows.GetCurrentThreadId()
		template := dialog(title, question, choices)
		pressed, _, err := windows.NewLazySystemDLL("user32.dll").NewProc("DialogBoxIndirectParamW").
			Call(0, uintptr(unsafe.Pointer(&template[0])), 0, dialogProc(), 0)
		if int(pressed) < 0 {
			got <- answer{-1, fmt.Errorf("show a question: %w", err)}
			return
		}
		got <- answer{int(pressed) - firstButton, nil}
	}()
	asks := <-thread
	stop := context.AfterFunc(ctx, func() { closeDialog(asks) })
	defer stop()
	a := <-got
	if a.err != nil || a.chosen >= 0 {
		return a.chosen, a.err
	}
	return -1, ctxError(ctx)
}

// ctxError is why nobody is asked any more; that the time was up is an answer too.
func ctxError(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	return nil
}

// dialogProc is what the system calls with what happens in a dialog. There is one for all: callbacks are never given back.
var dialogProc = sync.OnceValue(func() uintptr {
	user := windows.NewLazySystemDLL("user32.dll")
	end, button, focus := user.NewProc("EndDialog"), user.NewProc("GetDlgItem"), user.NewProc("SetFocus")
	return windows.NewCallback(func(window, kind, wparam, _ uintptr) uintptr {
		switch kind {
		case initDialog:
			// The last choice changes least, and whoever types meanwhile presses it.
			last := uintptr(0)
			for number := uintptr(firstButton); ; number++ {
				one, _, _ := button.Call(window, number)
				if one == 0 {
					break
				}
				last = one
			}
			_, _, _ = focus.Call(last)
		case command:
			if number := wparam & 0xffff; number >= firstButton {
				_, _, _ = end.Call(window, number)
				return 1
			}
		case closeWindow:
			_, _, _ = end.Call(window, 0)
			return 1
		}
		return 0
	})
})

// closeDialog closes the dialog of a thread.
func closeDialog(thread uint32) {
	class, err := windows.UTF16PtrFromString(dialogClass)
	if err != nil {
		return
	}
	user := windows.NewLazySystemDLL("user32.dll")
	find, post := user.NewProc("FindWindowExW"), user.NewProc("PostMessageW")
	for after := uintptr(0); ; {
		after, _, _ = find.Call(0, after, uintptr(unsafe.Pointer(class)), 0)
		if after == 0 {
			return
		}
		if owner, err := windows.GetWindowThreadProcessId(windows.HWND(after), nil); err == nil && owner == thread {
			_, _, _ = post.Call(after, closeWindow, 0, 0)
		}
	}
}

// The measures of a dialog, in its own units: a quarter of a letter's mean width, an eighth of its height.
const (
	dialogWidth  = 240
	border       = 8
	lineHeight   = 9
	lineLetters  = 50
	buttonHeight = 14
)

// dialog is a question as DLGTEMPLATE, with its buttons below each other: their words may be long.
func dialog(title, question string, choices []string) []byte {
	lines := 1 + len([]rune(question))/lineLetters
	textHeight := lines * lineHeight
	height := border + textHeight + border + len(choices)*(buttonHeight+4) + border
	// WS_POPUP, WS_CAPTION, WS_SYSMENU, DS_SETFONT, DS_MODALFRAME, DS_CENTER, DS_SETFOREGROUND; WS_EX_TOPMOST
	const style, topmost = 0x80000000 | 0x00C00000 | 0x00080000 | 0x40 | 0x80 | 0x0800 | 0x0200, 0x8
	t := template{}
	t.long(style, topmost)
	t.short(len(choices)+1, 0, 0, dialogWidth, height, 0, 0)
	t.text(title)
	t.short(9)
	t.text("Segoe UI")
	const child = 0x40000000 | 0x10000000                                                         // WS_CHILD, WS_VISIBLE
	t.item(child|0x80, border, border, dialogWidth-2*border, textHeight, 1, labelClass, question) // SS_NOPREFIX
	for i, words := range choices {
		const tabStop = 0x00010000
		t.item(child|tabStop, border, border+textHeight+border+i*(buttonHeight+4), dialogWidth-2*border, buttonHeight, firstButton+i, buttonClass, strings.ReplaceAll(words, "&", "&&"))
	}
	return t.bytes
}

// template is a DLGTEMPLATE being written.
type template struct{ bytes []byte }

func (t *template) long(values ...uint32) {
	for _, v := range values {
		t.bytes = binary.LittleEndian.AppendUint32(t.bytes, v)
	}
}

func (t *template) short(values ...int) {
	for _, v := range values {
		t.bytes = binary.LittleEndian.AppendUint16(t.bytes, uint16(v))
	}
}

func (t *template) text(s string) {
	for _, u := range utf16.Encode([]rune(s)) {
		if u != 0 { // it would end here
			t.short(int(u))
		}
	}
	t.short(0)
}

// item is one DLGITEMTEMPLATE, which begins at a multiple of four.
func (t *template) item(style uint32, x, y, width, height, number, class int, words string) {
	for len(t.bytes)%4 != 0 {
		t.bytes = append(t.bytes, 0)
	}
	t.long(style, 0)
	t.short(x, y, width, height, number, 0xffff, class)
	t.text(words)
	t.short(0)
}
