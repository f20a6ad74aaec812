package main

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// detached starts the program without a console window, and out of reach of this one's Ctrl-C.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP}
}
