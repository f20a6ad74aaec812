//go:build !windows

package main

import "os"

// restrict lets root and the service alone write a file or folder, and users
// read it or not.
func restrict(path string, users bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	mode := os.FileMode(0o640)
	if info.IsDir() {
		mode = 0o750
	}
	if users {
		mode |= (mode & 0o050) >> 3
	}
	return os.Chmod(path, mode)
}

// settleService has nothing to do: the unit says it.
func settleService() error { return nil }

// endOthers has nothing to do: a file in use can be replaced here.
func endOthers() error { return nil }
