//go:build unix

package mailing

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// lock holds a file for this program until it is closed, or answers ErrBusy.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return ErrBusy
	case err != nil:
		return fmt.Errorf("hold the account: %w", err)
	}
	return nil
}

// keepName takes the name of a new file to the disk, as Sync does with what is in it.
func keepName(f *os.File) error {
	dir, err := os.Open(filepath.Dir(f.Name()))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
