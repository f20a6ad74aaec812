//go:build unix

package secret

import "io/fs"

// openToOthers tells whether anybody but the owner may read or write a file.
func openToOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
