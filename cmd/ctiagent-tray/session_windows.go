package main

import (
	"errors"

	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"

	"golang.org/x/sys/windows"
)

// language is the one the person has chosen for Windows.
func language(paths.Env) i18n.Lang {
	tags, err := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	if err != nil || len(tags) == 0 {
		return i18n.En
	}
	return i18n.Match(tags[0])
}

// complain tells who started the program why it goes. There is no terminal here, so it is a window.
func complain(text string) {
	_, _ = messageBox("ctiagent", text, windows.MB_OK|windows.MB_ICONINFORMATION)
}

// hasDisplay: every session that can start a program with a window has one.
func hasDisplay(paths.Env) bool { return true }

// alone makes this the one tray of the Windows session, until the process ends. The error is errRunning when there is
// another.
func alone(paths.Env) (release func(), err error) {
	name, err := windows.UTF16PtrFromString(`Local\ctiagent-tray`)
	if err != nil {
		return nil, err
	}
	mutex, err := windows.CreateMutex(nil, false, name)
	switch {
	case errors.Is(err, windows.ERROR_ALREADY_EXISTS):
		_ = windows.CloseHandle(mutex)
		return nil, errRunning
	case err != nil:
		return nil, err
	}
	return func() { _ = windows.CloseHandle(mutex) }, nil
}
