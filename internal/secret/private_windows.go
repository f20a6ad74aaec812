package secret

import "io/fs"

// openToOthers cannot tell on Windows, where mode bits say nothing about who
// may read: there the directory's access list, set at installation, protects
// the file.
func openToOthers(fs.FileInfo) bool { return false }
