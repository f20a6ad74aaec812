//go:build linux

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// nobody is the account of the person in these tests: Debian's nobody and nogroup.
const nobody = 65534

// computer is one as it is installed: the service belongs to the system, and the person is another user, who sits in the
// session. The folders of the system are its own.
type computer struct {
	*session
	config  string
	folders int // the process in whose folders everything happens
	// launched is a pipe into which the softphone writes a line for each start: the user, the display, and the arguments.
	launched *bufio.Reader
}

// newComputer makes one with a softphone that records how it is started. It is configured as a site's with this besides.
func newComputer(t *testing.T, besides string) *computer {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs two users on one computer; run as root")
	}
	c := &computer{session: newSession(t)}
	phone, pipe := filepath.Join(c.programs, "TotalPhone"), filepath.Join(c.dir, "launched")
	c.must(syscall.Mkfifo(pipe, 0o600))
	c.script("TotalPhone", `echo "$(id -u)" "$DISPLAY" "$@" > `+pipe)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.must(err)
	port := l.Addr().(*net.TCPAddr).Port
	c.must(l.Close())
	c.config = filepath.Join(c.dir, "site.toml")
	c.must(os.WriteFile(c.config, fmt.Appendf(nil, "[api]\nport = %d\n[agent]\nextension = \"10005\"\narea_code = \"11\"\n[[driver]]\nuse = \"totalphone\"\npath = %q\n%s",
		port, phone, besides), 0o600))
	c.must(filepath.WalkDir(c.dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			err = os.Lchown(path, nobody, nobody)
		}
		return err
	}))
	f, err := os.OpenFile(pipe, os.O_RDWR, 0)
	c.must(err)
	t.Cleanup(func() { f.Close() })
	deadline, _ := c.ctx.Deadline()
	c.must(f.SetReadDeadline(deadline))
	c.launched = bufio.NewReader(f)
	holder := exec.Command("unshare", "--mount", "sh", "-c", "for d in /run /var/lib /var/log; do mount -t tmpfs tmpfs $d || exit; done; echo ready >&3; exec sleep infinity")
	c.firstLine(holder, func(w *os.File) { holder.ExtraFiles = []*os.File{w} })
	c.folders = holder.Process.Pid
	return c
}

func (c *computer) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// inside is a command in the computer's own folders, as this user.
func (c *computer) inside(user int, args ...string) *exec.Cmd {
	id := strconv.Itoa(user)
	cmd := exec.Command("nsenter", append([]string{"--mount", "--target", strconv.Itoa(c.folders), "--",
		"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--"}, args...)...)
	cmd.Env = c.env
	return cmd
}

// serves starts the service and answers what kills it.
func (c *computer) serves() (kill func()) {
	c.Helper()
	program, err := built()
	c.must(err)
	cmd := c.inside(0, program, "run", "--service", "--config", c.config)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	c.runs(cmd)
	return func() {
		c.Helper()
		c.must(cmd.Process.Kill())
		_ = cmd.Wait() // killed, so its status says nothing
	}
}

// attends starts the tray in the person's session.
func (c *computer) attends() {
	c.Helper()
	self, err := os.Executable()
	c.must(err)
	c.must(os.Chmod(self, 0o755)) //nolint:gosec // the person must be able to run it
	cmd := c.inside(nobody, self)
	cmd.Env = append(append([]string(nil), c.env...), asTray+"=1")
	c.runs(cmd)
}

// asks has the person call the command line until it is done: the service and the tray may be on their way.
func (c *computer) asks(args ...string) {
	c.Helper()
	program, err := built()
	c.must(err)
	for {
		cmd := c.inside(nobody, append([]string{program}, args...)...)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return
		}
		if c.ctx.Err() != nil {
			c.Fatalf("ctiagent %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
}

// starts is the next start of the softphone.
func (c *computer) starts() string {
	c.Helper()
	line, err := c.launched.ReadString('\n')
	if err != nil {
		c.Fatalf("the softphone was not started: %v", err)
	}
	return strings.TrimSpace(line)
}

// TestSoftphoneStartsInThePersonsSession has a service of the system start the softphone of the person: as this person, on
// their display, and again after the service was killed and came back.
func TestSoftphoneStartsInThePersonsSession(t *testing.T) {
	c := newComputer(t, "")
	kill := c.serves()
	c.attends()
	display := ""
	for _, v := range c.env {
		if name, value, _ := strings.Cut(v, "="); name == "DISPLAY" {
			display = value
		}
	}
	want := fmt.Sprintf("%d %s -discar=", nobody, display)
	c.asks("dial", "33553400")
	if got := c.starts(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "33553400") {
		t.Errorf("got %q, want %s…33553400", got, want)
	}
	kill()
	c.serves()
	c.asks("dial", "33553401")
	if got := c.starts(); !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "33553401") {
		t.Errorf("after the service came back: got %q, want %s…33553401", got, want)
	}
}

// TestKeptPasswordComesFromThePersonsSession logs in by the service with a password that the tray keeps. This session has no
// secret store, so it is kept until the tray ends.
func TestKeptPasswordComesFromThePersonsSession(t *testing.T) {
	c := newComputer(t, "")
	c.serves()
	c.attends()
	c.asks("status") // once all is there
	program, err := built()
	c.must(err)
	for {
		cmd := c.inside(nobody, program, "login", "--remember")
		cmd.Stdin = strings.NewReader("canary-7431\n")
		words, err := cmd.CombinedOutput()
		if err == nil { // else the tray is on its way
			if !strings.Contains(string(words), "Your session has no secret store") {
				t.Errorf("where it is kept: %s", words)
			}
			break
		}
		if c.ctx.Err() != nil {
			t.Fatalf("%v: %s", err, words)
		}
	}
	if got := c.starts(); !strings.HasSuffix(got, "-ramal=10005 -senha=canary-7431") {
		t.Errorf("with the password that was typed: %q", got)
	}
	c.asks("login")
	if got := c.starts(); !strings.HasSuffix(got, "-ramal=10005 -senha=canary-7431") {
		t.Errorf("with the password that is kept: %q", got)
	}
}
