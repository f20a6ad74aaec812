package desktoptest

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a program of the test's display may take for what it is asked.
const patience = 60 * time.Second

// Display is an X display of a test's own, with a window manager, without which no window has the keyboard.
type Display struct {
	t *testing.T
	// Name is what DISPLAY says.
	Name string
}

// NewDisplay starts a display, which ends with the test, and names it in the test's environment.
func NewDisplay(t *testing.T) *Display {
	t.Helper()
	d := NewBareDisplay(t)
	d.Run("openbox", "--sm-disable")
	if err := AwaitManager(d.Context(), d.Name); err != nil {
		t.Fatal(err)
	}
	return d
}

// NewBareDisplay is NewDisplay without a window manager.
func NewBareDisplay(t *testing.T) *Display {
	t.Helper()
	d := &Display{t: t}
	d.Name = ":" + strings.TrimSpace(d.line("Xvfb", "-displayfd", "3", "-screen", "0", "800x600x24", "-nolisten", "tcp"))
	home := t.TempDir()
	for name, value := range map[string]string{"DISPLAY": d.Name, "WAYLAND_DISPLAY": "", "HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home,
		"XDG_DATA_HOME": home, "DBUS_SESSION_BUS_ADDRESS": "", "NO_AT_BRIDGE": "1", "LANG": "C.UTF-8"} {
		t.Setenv(name, value)
	}
	return d
}

// Program is a program on the display.
type Program struct {
	d     *Display
	cmd   *exec.Cmd
	ended chan error
	out   output
}

type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// Run starts a program that ends with the test.
func (d *Display) Run(name string, args ...string) *Program {
	d.t.Helper()
	return d.run(exec.Command(name, args...)) //nolint:noctx // ended below, and gently
}

func (d *Display) run(cmd *exec.Cmd) *Program {
	d.t.Helper()
	p := &Program{d: d, cmd: cmd, ended: make(chan error, 1)}
	errors := new(output)
	cmd.Stdout, cmd.Stderr = &p.out, errors
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("%v (scripts/deps.sh test installs what is missing)", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.ended <- cmd.Wait()
	}()
	d.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended is not there any more
		kill := time.AfterFunc(patience/6, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		<-done
		if d.t.Failed() {
			d.t.Logf("%s said: %s%s", filepath.Base(cmd.Path), &p.out, errors)
		}
	})
	return p
}

// Printed is what the program wrote until it ended by itself.
func (p *Program) Printed() string {
	p.d.t.Helper()
	select {
	case err := <-p.ended:
		p.ended <- err
		if err != nil {
			p.d.t.Fatalf("%s: %v", filepath.Base(p.cmd.Path), err)
		}
	case <-time.After(patience):
		p.d.t.Fatalf("%s does not end", filepath.Base(p.cmd.Path))
	}
	return p.out.String()
}

// line starts a program and answers the first line it writes into its fourth file.
func (d *Display) line(name string, args ...string) string {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command(name, args...) //nolint:noctx // ended by run, and gently
	cmd.ExtraFiles = []*os.File{w}
	d.run(cmd)
	w.Close()
	if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		d.t.Fatal(err)
	}
	var text []byte
	for one := make([]byte, 1); !bytes.HasSuffix(text, []byte("\n")); text = append(text, one...) {
		if _, err := io.ReadFull(r, one); err != nil {
			d.t.Fatalf("%s does not start: %v", name, err)
		}
	}
	return string(text)
}

// Context ends when the test has waited long enough.
func (d *Display) Context() context.Context {
	ctx, cancel := context.WithTimeout(d.t.Context(), patience)
	d.t.Cleanup(cancel)
	return ctx
}
