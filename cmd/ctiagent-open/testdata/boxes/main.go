//go:build windows

// Command boxes runs a program and closes the message box that it shows, as a person does who has read it: boxes FILE PROGRAM
// ARG… What the box said, and the program's exit status, go into the file.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

const (
	title     = "ctiagent"
	dialog    = "#32770" // the class of every dialog
	wmClose   = 0x10
	wmGetText = 0x0D
	patience  = 30 * time.Second
	often     = 10 * time.Millisecond
)

func main() {
	said, err := watch(os.Args[2:])
	if err != nil {
		said = "trouble: " + err.Error()
	}
	// Whole or not at all: somebody waits for the file to be there.
	if err := errors.Join(os.WriteFile(os.Args[1]+".part", []byte(said), 0o600), os.Rename(os.Args[1]+".part", os.Args[1])); err != nil {
		os.Exit(1)
	}
}

func watch(program []string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program[0], program[1:]...)
	if err := cmd.Start(); err != nil {
		return "", err
	}
	var texts []string
	user32 := windows.NewLazySystemDLL("user32.dll")
	for closed := false; !closed; time.Sleep(often) {
		if ctx.Err() != nil {
			return "", errors.Join(errors.New("no box was ever shown"), cmd.Wait())
		}
		box := windows.HWND(find(user32))
		if box == 0 {
			continue
		}
		child := windows.NewCallback(func(w windows.HWND, _ uintptr) uintptr {
			if class(w) == "Static" {
				if text := textOf(user32, w); text != "" {
					texts = append(texts, text)
				}
			}
			return 1
		})
		texts = nil
		windows.EnumChildWindows(box, child, nil)
		if len(texts) == 0 {
			continue // it is still being made
		}
		if ok, _, err := user32.NewProc("PostMessageW").Call(uintptr(box), wmClose, 0, 0); ok == 0 {
			return "", err
		}
		closed = true
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return "", err
	}
	return fmt.Sprintf("%s\nstatus %d\n", strings.Join(texts, "\n"), cmd.ProcessState.ExitCode()), nil
}

func find(user32 *windows.LazyDLL) uintptr {
	c, _ := windows.UTF16PtrFromString(dialog)
	t, _ := windows.UTF16PtrFromString(title)
	w, _, _ := user32.NewProc("FindWindowW").Call(uintptr(unsafe.Pointer(c)), uintptr(unsafe.Pointer(t)))
	return w
}

func class(w windows.HWND) string {
	var name [64]uint16
	n, err := windows.GetClassName(w, &name[0], int32(len(name)))
	if err != nil {
		return ""
	}
	return windows.UTF16ToString(name[:n])
}

func textOf(user32 *windows.LazyDLL, w windows.HWND) string {
	var text [2048]uint16
	_, _, _ = user32.NewProc("SendMessageW").Call(uintptr(w), wmGetText, uintptr(len(text)), uintptr(unsafe.Pointer(&text[0])))
	return windows.UTF16ToString(text[:])
}
