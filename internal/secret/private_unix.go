//go:build unix

package secret

import (
	"io/fs"
	"os"
	"syscall"
)

// openToOthers tells whether anybody but the owner may read or write a file.
func openToOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// BelongTo gives a file to the owner of a folder, where root writes it.
func BelongTo(f *os.File, dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if os.Getuid() != 0 || !ok || owner.Uid == 0 {
		return nil
	}
	return f.Chown(int(owner.Uid), int(owner.Gid))
}
