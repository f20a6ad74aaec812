//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ctiagent/vendors/totalip/totaliptest"
)

// patience is how long these tests wait for what must come.
const patience = 60 * time.Second

const pbxKey = "0123456789abcdef0123456789abcdef"

// said is what a program has written.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// session is a person's session: a display, a bus, a home, and programs in it. It has no panel of its own.
type session struct {
	*testing.T
	ctx      context.Context
	dir      string
	bus      string // the address
	env      []string
	screen   string // the file that holds the display's picture, as X keeps windows (XWD)
	programs string // a folder that is first on the PATH
}

func newSession(t *testing.T) *session {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	dir, err := os.MkdirTemp("", "cti") // the test's own would make the sockets' paths too long
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &session{T: t, ctx: ctx, dir: dir, programs: filepath.Join(dir, "bin"), screen: filepath.Join(dir, "Xvfb_screen0")}
	for _, d := range []string{"home", "tmp", "bin"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.env = []string{"HOME=" + filepath.Join(dir, "home"), "TMPDIR=" + filepath.Join(dir, "tmp"), "XDG_RUNTIME_DIR=" + dir, "LANG=C.UTF-8",
		"PATH=" + s.programs + ":" + os.Getenv("PATH"), "NO_AT_BRIDGE=1", "GORACE=atexit_sleep_ms=10"}
	s.display()
	s.startBus()
	return s
}

// runs starts a program that ends with the test.
func (s *session) runs(cmd *exec.Cmd) *said {
	s.Helper()
	out := new(said)
	if cmd.Stdout == nil {
		cmd.Stdout = out
	}
	cmd.Stderr = out
	if cmd.Env == nil {
		cmd.Env = s.env
	}
	if err := cmd.Start(); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() {
		if cmd.ProcessState == nil {
			_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended is not there any more
			kill := time.AfterFunc(patience/6, func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
			_ = cmd.Wait()
		}
		if s.Failed() {
			s.Logf("%s said:\n%s", filepath.Base(cmd.Path), out)
		}
	})
	return out
}

// firstLine is what a program writes into the pipe that it gets as this file.
func (s *session) firstLine(cmd *exec.Cmd, give func(*os.File)) string {
	s.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		s.Fatal(err)
	}
	defer r.Close()
	give(w)
	out := s.runs(cmd)
	w.Close()
	if deadline, ok := s.ctx.Deadline(); ok {
		if err := r.SetReadDeadline(deadline); err != nil {
			s.Fatal(err)
		}
	}
	var line []byte
	for one := make([]byte, 1); !bytes.HasSuffix(line, []byte("\n")); line = append(line, one...) {
		if _, err := io.ReadFull(r, one); err != nil {
			s.Fatalf("%s does not start: %v\n%s", cmd.Path, err, out)
		}
	}
	return strings.TrimSpace(string(line))
}

func (s *session) display() {
	s.Helper()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp", "-fbdir", s.dir)
	number := s.firstLine(cmd, func(w *os.File) { cmd.ExtraFiles = []*os.File{w} })
	s.env = append(s.env, "DISPLAY=:"+number)
}

// startBus starts a bus that starts no other program.
func (s *session) startBus() {
	s.Helper()
	file := filepath.Join(s.dir, "bus.conf")
	conf := fmt.Sprintf(`<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`, filepath.Join(s.dir, "bus"))
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		s.Fatal(err)
	}
	cmd := exec.Command("dbus-daemon", "--nofork", "--print-address=3", "--config-file="+file)
	s.bus = s.firstLine(cmd, func(w *os.File) { cmd.ExtraFiles = []*os.File{w} })
	s.env = append(s.env, "DBUS_SESSION_BUS_ADDRESS="+s.bus)
}

// tray starts the program. What it says is told when the test fails.
func (s *session) tray() (*exec.Cmd, *said) {
	s.Helper()
	self, err := os.Executable()
	if err != nil {
		s.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(append([]string(nil), s.env...), asTray+"=1")
	return cmd, s.runs(cmd)
}

// script puts a program into the session's PATH.
func (s *session) script(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.programs, name), []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil { //nolint:gosec // a program must be one
		s.Fatal(err)
	}
}

// built is the ctiagent of this tree, built once.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(os.Getenv(buildDir), "ctiagent")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "ctiagent/cmd/ctiagent")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// site is a simulated Total IP, and how a ctiagent is configured for it.
type site struct {
	*session
	pbx    *totaliptest.PBX
	config string
	port   int // of the page door
}

func newSite(s *session) *site {
	s.Helper()
	pbx := totaliptest.New(totaliptest.Options{Key: pbxKey})
	s.Cleanup(pbx.Close)
	pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana_Souza"})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		s.Fatal(err)
	}
	w := &site{s, pbx, filepath.Join(s.dir, "site.toml"), port}
	text := "[api]\nport = " + strconv.Itoa(port) + "\norigins = [\"https://crm.example.com\"]\n[agent]\nid = \"12\"\nextension = \"10005\"\narea_code = \"11\"\n" +
		fmt.Sprintf("[[driver]]\nuse = \"totalip\"\nurl = %q\nevents = %q\ncommands = %q\nkey = %q\nringing_poll = 1\n", pbx.URL(), pbx.EventsAddr(), pbx.CommandsAddr(), pbxKey)
	if err := os.WriteFile(w.config, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
	return w
}

// service starts ctiagent and answers what ends it.
func (w *site) service() (stop func()) {
	w.Helper()
	program, err := built()
	if err != nil {
		w.Fatal(err)
	}
	cmd := exec.Command(program, "run", "--config", w.config)
	w.runs(cmd)
	return func() {
		w.Helper()
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			w.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			w.Errorf("ctiagent ended with: %v", err)
		}
	}
}

// received waits until the PBX has got a function so often.
func (w *site) received(function string, times int) {
	w.Helper()
	if err := w.pbx.AwaitReceived(w.ctx, function, times); err != nil {
		w.Fatalf("the PBX never got %s: %v", function, err)
	}
}
