package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"ctiagent/internal/winetest"
	"ctiagent/vendors/totalip/totaliptest"
)

// winePatience is how long a test waits for what must come in a Windows that is not one.
const winePatience = 60 * time.Second

// windows is a person's Windows with the programs in it, as they are delivered.
type windows struct {
	*winetest.Windows
	t   *testing.T
	ctx context.Context
}

func newWindows(t *testing.T, programs ...string) *windows {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	w := &windows{winetest.New(t), t, ctx}
	for _, name := range programs {
		flags := "-s -w"
		if name != "ctiagent" {
			flags += " -H windowsgui"
		}
		w.Build(t, filepath.Join(w.C, name+".exe"), "ctiagent/cmd/"+name, "-ldflags", flags)
	}
	return w
}

// runs runs a program of this Windows to its end. It may start others that stay, so what it says goes into a file.
func (w *windows) runs(args ...string) string {
	w.t.Helper()
	out, err := os.CreateTemp(w.t.TempDir(), "said")
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Close()
	cmd := w.Command(w.ctx, args...)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	said, bad := os.ReadFile(out.Name())
	if err := errors.Join(err, bad); err != nil {
		w.t.Fatalf("%q: %v: %s", args, err, said)
	}
	return string(said)
}

// configured writes the person's configuration.
func (w *windows) configured(pbx *totaliptest.PBX, key string) {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	text := fmt.Sprintf("[api]\nport = %d\n[agent]\nid = \"12\"\nextension = \"10005\"\narea_code = \"11\"\n[limits]\ndials_per_second = 100\n[[driver]]\nuse = \"totalip\"\nurl = %q\nevents = %q\nkey = %q\n",
		port, pbx.URL(), pbx.EventsAddr(), key)
	where := strings.TrimSpace(w.runs("cmd", "/c", "echo %APPDATA%"))
	dir := filepath.Join(w.C, filepath.FromSlash(strings.ReplaceAll(strings.TrimPrefix(where, "C:"), `\`, "/")), "ctiagent")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ctiagent.toml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// The whole way of a click under Windows: registered for the computer, found by the shell, started, the person's ctiagent
// started by the first one, handed over its pipe, dialled once, and all undone. Registered for a user alone the shell of
// wine 8 finds nobody, since it does not lay the user's classes over the computer's.
func TestWindowsShellOpensLinksHereOnceRegistered(t *testing.T) {
	w := newWindows(t, "ctiagent", "ctiagent-open")
	const key = "key-0123456789abcdef0123456789abcd"
	pbx := totaliptest.New(totaliptest.Options{Key: key})
	t.Cleanup(pbx.Close)
	pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	w.configured(pbx, key)

	if out := w.runs(`C:\ctiagent.exe`, "handlers", "register", "--machine"); strings.Count(out, "links open in ctiagent.") != 4 {
		t.Fatalf("registered: %s", out)
	}
	for key, want := range map[string]string{
		`HKLM\Software\Classes\tel\shell\open\command`:          `"C:\\ctiagent-open.exe" "%1"`,
		`HKLM\Software\Classes\ctiagent.Url\shell\open\command`: `"C:\\ctiagent-open.exe" "%1"`,
		`HKLM\Software\ctiagent\Capabilities\UrlAssociations`:   `sip\s+REG_SZ\s+ctiagent\.Url`,
		`HKLM\Software\RegisteredApplications`:                  `ctiagent\s+REG_SZ\s+Software\\ctiagent\\Capabilities`,
		`HKLM\Software\ctiagent\Capabilities`:                   `ApplicationDescription\s+REG_SZ\s+\S`,
	} {
		if out := w.runs("reg", "query", key); !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("%s holds %s, want %s", key, out, want)
		}
	}
	for i, link := range []string{"sip:33553400", "tel:+55-11-3355-3401"} {
		w.runs("start", link)
		ctx, cancel := context.WithTimeout(w.ctx, winePatience)
		if err := pbx.Wait(ctx, func() bool { return len(pbx.LiveCalls("10005")) > 0 }); err != nil {
			t.Fatalf("%s was not dialled: %+v", link, pbx.Requests())
		}
		cancel()
		if d := pbx.Dials(); len(d) != i+1 || d[i].Number != []string{"33553400", "33553401"}[i] || d[i].Extension != "10005" || pbx.Received("discar") != i+1 {
			t.Errorf("%s: dialled %+v, discar came %d times", link, d, pbx.Received("discar"))
		}
		if err := pbx.Hangup(pbx.LiveCalls("10005")[0].Ref); err != nil {
			t.Fatal(err)
		}
	}
	if out := w.runs(`C:\ctiagent.exe`, "handlers", "unregister", "--machine"); strings.Count(out, "open nowhere.") != 4 {
		t.Errorf("unregistered: %s", out)
	}
	w.runs("reg", "export", `HKLM\Software`, `C:\left.reg`)
	left, err := os.ReadFile(filepath.Join(w.C, "left.reg"))
	if plain := bytes.ReplaceAll(left, []byte{0}, nil); err != nil || len(plain) < 1000 || bytes.Contains(bytes.ToLower(plain), []byte("ctiagent")) {
		t.Errorf("of %d bytes of registry some are left behind (%v)", len(left), err)
	}
}

// What goes wrong stands in a message box, which the person closes.
func TestWindowsTellsTroubleInAMessageBox(t *testing.T) {
	w := newWindows(t, "ctiagent-open")
	w.Build(t, filepath.Join(w.C, "boxes.exe"), "./testdata/boxes")
	w.Env = append(w.Env, "LANG=C.UTF-8", display(t))
	for i, c := range []struct {
		args, want string
		status     int
	}{
		{"tel:100", "ctiagent is not running and is not installed beside ctiagent-open", exitNoAgent},
		{"--help tel:100", "exactly one telephone link and has no options", exitUsage},
	} {
		name := fmt.Sprintf("said%d", i)
		// A desktop with a screen of its own: that of this Windows has none.
		cmd := w.Command(w.ctx, append([]string{"explorer", "/desktop=links,800x600", `C:\boxes.exe`, `C:\` + name, `C:\ctiagent-open.exe`}, strings.Fields(c.args)...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill() // it may have ended
			_ = cmd.Wait()
		})
		said := w.file(name)
		if !strings.Contains(said, c.want) || !strings.HasSuffix(said, fmt.Sprintf("status %d\n", c.status)) {
			t.Errorf("%s: the box said %q, want %q and status %d", c.args, said, c.want, c.status)
		}
	}
}

// file waits for a file of this Windows.
func (w *windows) file(name string) string {
	w.t.Helper()
	late := time.NewTimer(winePatience)
	defer late.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		data, err := os.ReadFile(filepath.Join(w.C, name))
		if err == nil {
			return string(data)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			w.t.Fatal(err)
		}
		select {
		case <-again.C:
		case <-late.C:
			w.t.Fatalf(`C:\%s never came`, name)
		}
	}
}

// display starts a screen that ends with the test, and answers it as an environment variable.
func display(t *testing.T) string {
	t.Helper()
	r, number, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	cmd.ExtraFiles = []*os.File{number}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v; scripts/deps.sh test installs it", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // stopped, so its status says nothing
	})
	number.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("the screen says no number: %v", err)
	}
	return "DISPLAY=:" + strings.TrimSpace(line)
}
