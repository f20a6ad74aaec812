//go:build windows

package screen_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unsafe"

	"ctiagent/cti"
	"ctiagent/desktop"
	"ctiagent/desktop/screen"
	"ctiagent/internal/hotkey"

	robot "github.com/go-vgo/robotgo/win"
	"golang.org/x/sys/windows"
)

func ownDesktop() bool { return os.Getenv(ownDesktopName) != "" }

// These tests type into the session they run in, so they are run by TestWindowsUnderWine only.

// notepad is an editor in a window of its own.
type notepad struct {
	t     *testing.T
	ctx   context.Context
	s     *screen.Screen
	title string
	w     desktop.Window
}

func open(t *testing.T) *notepad {
	t.Helper()
	return edits(t, "Untitled - Notepad")
}

// edits opens an editor, whose title is that of an empty one or of the file it is given.
func edits(t *testing.T, title string, file ...string) *notepad {
	t.Helper()
	if !ownDesktop() {
		t.Skip("types into the desktop; TestWindowsUnderWine runs it on one of its own")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	t.Cleanup(cancel)
	s, err := screen.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	cmd := exec.Command("notepad.exe", file...)
	err = cmd.Start()
	for errors.Is(err, windows.ERROR_INTERNAL_ERROR) && ctx.Err() == nil {
		// Wine's own: on a busy machine it fails to start any program now and then.
		cmd = exec.Command("notepad.exe", file...)
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed, so its status says nothing
	})
	n := &notepad{t: t, ctx: ctx, s: s, title: title}
	n.does(desktop.Step{Wait: title, WaitSeconds: 10}, n.focus())
	if n.w, err = desktop.Find(ctx, s, desktop.Title{Text: title}); err != nil {
		t.Fatal(err)
	}
	return n
}

func (n *notepad) focus() desktop.Step { return desktop.Step{Focus: n.title} }

func (n *notepad) does(steps ...desktop.Step) {
	n.t.Helper()
	if err := desktop.NewRunner(n.s).Run(n.ctx, desktop.Recipe{Name: "find", On: cti.EventCallRinging, Steps: steps}, desktop.Values{E164: number}); err != nil {
		n.t.Fatal(err)
	}
}

// holds is what stands in the editor, asked of its field itself.
func (n *notepad) holds() string {
	n.t.Helper()
	user := windows.NewLazySystemDLL("user32.dll")
	class, err := windows.UTF16PtrFromString("Edit")
	if err != nil {
		n.t.Fatal(err)
	}
	field, _, _ := user.NewProc("FindWindowExW").Call(uintptr(n.w.ID), 0, uintptr(unsafe.Pointer(class)), 0)
	if field == 0 {
		n.t.Fatal("notepad has no field")
	}
	var text [1024]uint16
	const getText = 0x000D // WM_GETTEXT
	_, _, _ = user.NewProc("SendMessageW").Call(field, getText, uintptr(len(text)), uintptr(unsafe.Pointer(&text[0])))
	return windows.UTF16ToString(text[:])
}

// until waits for what no program announces.
func (n *notepad) until(what string, is func() bool) {
	n.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-n.ctx.Done():
			n.t.Fatalf("it did not happen: %s; notepad holds %q", what, n.holds())
		}
	}
}

func TestWindowsTypesExactlyIntoNotepad(t *testing.T) {
	n := open(t)
	n.does(n.focus(), desktop.Step{Type: "old"}, desktop.Step{Press: desktop.CtrlA}, desktop.Step{Type: "{e164} " + strings.NewReplacer("{", "{{", "}", "}}").Replace(sample)})
	n.until("the text", func() bool { return n.holds() == number+" "+sample })
}

func TestWindowsStopsTypingWhenAnotherWindowComes(t *testing.T) {
	n := open(t)
	var chat *notepad
	meddling := &meddling{Screen: n.s, after: 4, do: func() { chat = edits(t, otherFile+" - Notepad", `C:\`+otherFile) }}
	err := desktop.NewRunner(meddling).Run(n.ctx, desktop.Recipe{Name: "find", On: cti.EventCallRinging, Steps: []desktop.Step{n.focus(), {Type: "0123456789"}}}, desktop.Values{})
	if !errors.Is(err, cti.WrongState) {
		t.Errorf("got %v", err)
	}
	n.until("the first four", func() bool { return n.holds() == "0123" })
	if got := chat.holds(); got != "" {
		t.Errorf("the other window got %q", got)
	}
}

func TestWindowsReadsWhatIsMarkedAndKeepsTheClipboard(t *testing.T) {
	n := open(t)
	n.does(n.focus(), desktop.Step{Type: "copied before"}, desktop.Step{Press: desktop.CtrlA})
	if err := robot.KeyTap("c", "ctrl"); err != nil {
		t.Fatal(err)
	}
	n.until("copying", func() bool {
		text, err := n.s.Clipboard(n.ctx)
		return err == nil && text == "copied before"
	})
	n.does(n.focus(), desktop.Step{Type: "(11) 3355-3400 é"}, desktop.Step{Press: desktop.CtrlA})
	if text, err := n.s.Selection(n.ctx); err != nil || text != "(11) 3355-3400 é" {
		t.Errorf("marked: %q, %v", text, err)
	}
	if text, err := n.s.Clipboard(n.ctx); err != nil || text != "copied before" {
		t.Errorf("the clipboard holds %q, %v", text, err)
	}
}

func TestWindowsHearsTheKey(t *testing.T) {
	n := open(t)
	key, err := hotkey.Parse("ctrl+alt+d")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}, 4)
	release, err := n.s.Hear(key, func() { heard <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.s.Hear(key, func() {}); !errors.Is(err, cti.Busy) {
		t.Errorf("the key is had twice: %v", err)
	}
	// A window that has just got the keyboard has wine take the keys that are held for released. What it has taken in was
	// pressed after that.
	n.does(n.focus(), desktop.Step{Type: "ready"})
	n.until("the window's readiness", func() bool { return n.holds() == "ready" })
	if err := robot.KeyTap("d", "ctrl", "alt"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-heard:
	case <-n.ctx.Done():
		t.Fatal("the key was not heard")
	}
	release()
	again, err := n.s.Hear(key, func() {})
	if err != nil {
		t.Fatalf("a key that was released is not free: %v", err)
	}
	again()
}
