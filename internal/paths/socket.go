package paths

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSocketPath is the longest path a Unix socket can have on every system:
// sun_path holds 104 bytes on macOS and 108 on Linux, the last one a NUL.
const maxSocketPath = 103

// ServiceSocket is the program door of the system service, on Windows a pipe.
func (e Env) ServiceSocket() string {
	switch e.GOOS {
	case "windows":
		return `\\.\pipe\ctiagent`
	case "darwin":
		return "/var/run/ctiagent/ctiagent.sock" // macOS has no /run
	}
	return "/run/ctiagent/ctiagent.sock"
}

// UserSocket is the program door of a ctiagent that this user runs in the
// foreground, on Windows a pipe. Who listens there calls EnsureUserSocketDir
// first; who connects checks the server's account.
func (e Env) UserSocket() string {
	if e.GOOS == "windows" {
		return `\\.\pipe\ctiagent-` + e.UserName
	}
	return e.join(e.userSocketDir(), "ctiagent.sock")
}

func (e Env) userSocketDir() string {
	if e.GOOS != "darwin" {
		if dir := e.absolute("XDG_RUNTIME_DIR"); dir != "" {
			return dir
		}
		// A shell without a login session (su, cron) lacks the variable but
		// must meet the ctiagent that the session started.
		if dir := "/run/user/" + e.uid(); e.IsDir != nil && e.IsDir(dir) {
			return dir
		}
	}
	temp := e.absolute("TMPDIR")
	if temp == "" {
		temp = "/tmp"
	}
	return e.join(temp, "ctiagent-"+e.uid())
}

// EnsureUserSocketDir makes the directory of UserSocket where it is missing,
// mode 0700, and answers it; on Windows, where pipes need none, it answers "".
// It refuses a directory that is a symbolic link, belongs to someone else or
// is open to group or world, for there another user could put a socket of his
// own in our place.
func (e Env) EnsureUserSocketDir() (string, error) {
	if e.GOOS == "windows" {
		return "", nil
	}
	dir := e.userSocketDir()
	if n := len(e.UserSocket()); n > maxSocketPath {
		return "", fmt.Errorf("socket directory %s: the socket's path has %d bytes, at most %d fit; set XDG_RUNTIME_DIR (on macOS TMPDIR) to a shorter directory", dir, n, maxSocketPath)
	}
	if err := checkParent(filepath.Dir(dir)); err != nil {
		return "", err
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("make socket directory: %w; create it or set XDG_RUNTIME_DIR to a directory of your own", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("look at socket directory: %w", err)
	}
	if err := e.checkOwn(dir, info); err != nil {
		return "", err
	}
	return dir, nil
}

// checkOwn says why dir is not safe, if it is not.
func (e Env) checkOwn(dir string, info fs.FileInfo) error {
	const next = "remove it or set XDG_RUNTIME_DIR to a directory of your own"
	switch owner, known := ownerOf(info); {
	case info.Mode()&fs.ModeSymlink != 0:
		return fmt.Errorf("socket directory %s is a symbolic link; %s", dir, next)
	case !info.IsDir():
		return fmt.Errorf("socket directory %s is not a directory; %s", dir, next)
	case !known:
		return fmt.Errorf("socket directory %s: its owner is unknown; %s", dir, next)
	case owner != e.UID:
		return fmt.Errorf("socket directory %s belongs to user %d, not to user %d; %s", dir, owner, e.UID, next)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("socket directory %s is open to others (mode %04o); run chmod 700 %s", dir, info.Mode().Perm(), dir)
	}
	return nil
}

// checkParent refuses a parent in which others could swap the directory for
// their own after it was checked: writable for them and not sticky.
func checkParent(parent string) error {
	info, err := os.Stat(parent)
	if err != nil {
		return fmt.Errorf("socket directory's parent: %w; set XDG_RUNTIME_DIR to a directory of your own", err)
	}
	if info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
		return fmt.Errorf("directory %s lets others replace the socket directory (mode %04o, not sticky); run chmod +t %s or set XDG_RUNTIME_DIR to a directory of your own", parent, info.Mode().Perm(), parent)
	}
	return nil
}
