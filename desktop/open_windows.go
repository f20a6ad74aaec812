package desktop

import (
	"ctiagent/cti"
	"ctiagent/internal/paths"

	"golang.org/x/sys/windows"
)

// open lets the shell choose the browser; the address is no command line to it.
func open(_ paths.Env, address string) error {
	verb, err := windows.UTF16PtrFromString("open")
	if err != nil {
		return err
	}
	file, err := windows.UTF16PtrFromString(address)
	if err != nil {
		return err
	}
	if err := windows.ShellExecute(0, verb, file, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return &cti.Error{Kind: cti.Unavailable, Op: opOpen, Text: "the browser could not be started", Err: err}
	}
	return nil
}
