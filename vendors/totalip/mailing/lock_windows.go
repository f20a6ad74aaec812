package mailing

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// lock holds a file for this program until it is closed, or answers ErrBusy. What is locked lies far behind the end: on
// Windows nobody else could read what is locked.
func lock(f *os.File) error {
	behind := &windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, behind)
	switch {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION), errors.Is(err, windows.ERROR_IO_PENDING):
		return ErrBusy
	case err != nil:
		return fmt.Errorf("hold the account: %w", err)
	}
	return nil
}

// keepName does nothing: Windows takes the name of a file to the disk with what is in it.
func keepName(*os.File) error { return nil }
