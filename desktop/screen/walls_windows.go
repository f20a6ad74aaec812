package screen

import (
	"errors"
	"unsafe"

	"ctiagent/cti"

	"golang.org/x/sys/windows"
)

// reachable refuses a window of a program with more rights than ours: Windows drops what is typed into it and tells nobody
// (User Interface Privilege Isolation).
func (s *Screen) reachable() error {
	var pid uint32
	if _, err := windows.GetWindowThreadProcessId(windows.GetForegroundWindow(), &pid); err != nil {
		return nil //nolint:nilerr // a window that went away gets nothing, which Active says
	}
	own, err := integrity(windows.CurrentProcess())
	if err != nil {
		return err
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	var theirs uint32
	if err == nil {
		defer func() { _ = windows.CloseHandle(process) }()
		theirs, err = integrity(process)
	}
	switch {
	case errors.Is(err, windows.ERROR_ACCESS_DENIED), err == nil && theirs > own:
		return &cti.Error{Kind: cti.WrongState, Text: "the window belongs to a program with more rights", Hint: "desktop.hint.elevated"}
	case errors.Is(err, windows.ERROR_INVALID_PARAMETER): // the process has ended
		return nil
	}
	return err
}

// integrity is the level of a process's rights: the last part of its label.
func integrity(process windows.Handle) (uint32, error) {
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return 0, err
	}
	defer func() { _ = token.Close() }()
	var label struct {
		windows.Tokenmandatorylabel
		sid [68]byte // the longest there is, SECURITY_MAX_SID_SIZE
	}
	var size uint32
	if err := windows.GetTokenInformation(token, windows.TokenIntegrityLevel, (*byte)(unsafe.Pointer(&label)), uint32(unsafe.Sizeof(label)), &size); err != nil {
		return 0, err
	}
	sid := label.Label.Sid
	return sid.SubAuthority(uint32(sid.SubAuthorityCount()) - 1), nil
}
