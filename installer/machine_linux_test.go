package installer_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// machine is this very system as a test may change it: its processes and its files are seen by the test alone, what is
// written goes into a layer above them, and both are gone with the test, even when it is killed. The network is shared.
type machine struct {
	t     *testing.T
	pid   int    // of the process that holds the namespaces
	top   string // the folder, inside, with the layer up/ and the system root/
	stdin *os.File
}

// hold makes the layer and stays until its standard input is closed; meanwhile the shell waits for all that end.
const hold = `set -e
mount -t tmpfs -o mode=0755 tmpfs "$1"
cd "$1"
mkdir up work root
mount -t overlay -o lowerdir=/,upperdir=up,workdir=work overlay root
mount -t proc proc root/proc
mount --rbind /dev root/dev
mount -t sysfs -o ro sysfs root/sys
mount -t tmpfs -o mode=0755 tmpfs root/run
mount --bind /tmp root/tmp
echo ready
cat
`

// newMachine makes a machine. Where the kernel or the account does not allow it, the test is skipped and says so.
func newMachine(t *testing.T) *machine {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("packages are installed by root; run the tests as root")
	}
	if out, err := exec.Command("dpkg-query", "-W", "-f=${db:Status-Status}", "ctiagent").Output(); err == nil && string(out) != "not-installed" {
		t.Skip("somebody has installed ctiagent here; remove it, the test would be about that one")
	}
	top := t.TempDir()
	input, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer input.Close()
	cmd := exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", hold, "hold", top)
	var complaint bytes.Buffer
	cmd.Stdin, cmd.Stderr = input, &complaint
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{t: t, top: top, stdin: stdin}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Process.Kill() // and with it everything inside
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "ready\n" {
		_ = cmd.Wait()
		t.Skipf("this system cannot be had in a layer of its own: %s; run the tests as root of a system that may mount", strings.TrimSpace(complaint.String()))
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", cmd.Process.Pid, cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(children), &m.pid); err != nil {
		t.Fatal(err)
	}
	if _, err := m.try("getent", "passwd", "ctiagent"); err == nil {
		m.runs("userdel", "ctiagent") // somebody tried the service here before
	}
	m.runs("rm", "-rf", "/etc/ctiagent", "/var/lib/ctiagent", "/var/log/ctiagent", "/run/ctiagent")
	return m
}

// holder is the process whose namespaces are the machine's.
func (m *machine) holder() string { return fmt.Sprint(m.pid) }

// path is where this process finds a file of the machine.
func (m *machine) path(name string) string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", m.pid), m.top, "root", name)
}

// command is a program of the machine, with root's rights and a plain environment.
func (m *machine) command(ctx context.Context, args ...string) *exec.Cmd {
	enter := []string{"--target", m.holder(), "--mount", "--pid", "chroot", filepath.Join(m.top, "root")}
	cmd := exec.CommandContext(ctx, "nsenter", append(enter, args...)...)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}
	return cmd
}

// try runs a program of the machine and answers what it wrote.
func (m *machine) try(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(m.t.Context(), patience)
	defer cancel()
	words, err := m.command(ctx, args...).CombinedOutput()
	return strings.TrimSpace(string(words)), err
}

// runs is try that must succeed.
func (m *machine) runs(args ...string) string {
	m.t.Helper()
	words, err := m.try(args...)
	if err != nil {
		m.t.Fatalf("%q: %v: %s", args, err, words)
	}
	return words
}

// write makes a file of the machine.
func (m *machine) write(name, text string, mode fs.FileMode) {
	m.t.Helper()
	path := m.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		m.t.Fatal(err)
	}
}

// changed are the files of the machine that differ from those of this system, with a word on each that tells whether it
// differs once more.
func (m *machine) changed() map[string]string {
	m.t.Helper()
	out := map[string]string{}
	up := filepath.Join(fmt.Sprintf("/proc/%d/root", m.pid), m.top, "up")
	err := filepath.WalkDir(up, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == up {
			return err
		}
		name := strings.TrimPrefix(path, up)
		info, err := d.Info()
		if err != nil {
			return err
		}
		now, err := describe(path, info)
		if err != nil {
			return err
		}
		before := "gone"
		switch info, err := os.Lstat(name); {
		case err == nil:
			if before, err = describe(name, info); err != nil {
				return err
			}
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if now != before {
			out[name] = now
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return out
}

// describe is everything about a file that matters, but for its times.
func describe(path string, info fs.FileInfo) (string, error) {
	owner := info.Sys().(*syscall.Stat_t)
	what := ""
	switch mode := info.Mode(); {
	case mode&fs.ModeCharDevice != 0 && owner.Rdev == 0: // how a layer says that a file is no more
		return "gone", nil
	case mode.IsRegular():
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return "", err
		}
		what = fmt.Sprintf("%x", sum.Sum(nil))
	case mode&fs.ModeSymlink != 0:
		to, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		what = to
	}
	return fmt.Sprintf("%v %d:%d %s", info.Mode(), owner.Uid, owner.Gid, what), nil
}
