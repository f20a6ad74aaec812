// Package wholefile replaces a file in one step: a reader sees the old one or the new one, also after a crash.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Write puts data in place of the file at path, whose folder must exist. before, which may be nil, does something to the
// new file before it takes that place. When it fails the old file is as it was and nothing else is left.
func Write(path string, data []byte, mode fs.FileMode, before func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".ctiagent-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err == nil && mode != 0o600 {
		err = f.Chmod(mode)
	}
	if err == nil && before != nil {
		err = before(f)
	}
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
