package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ctiagent/desktop/desktoptest"
	"ctiagent/internal/notify/notifytest"
	"ctiagent/vendors/totalip/totaliptest"
	"ctiagent/vendors/totalphone/totalphonetest"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// workplace is a person's session on a screen of its own, with the programs as
// they are delivered in it and a running ctiagent of the person's.
type workplace struct {
	t       *testing.T
	dir     string // of the programs
	env     []string
	desktop *notifytest.Desktop
	pbx     *totaliptest.PBX
	phone   *totalphonetest.Phone
}

func newWorkplace(t *testing.T) *workplace {
	t.Helper()
	dir, err := os.MkdirTemp("", "cti") // short: a socket goes into it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	w := &workplace{t: t, dir: filepath.Join(dir, "bin"), desktop: notifytest.New(t), pbx: totaliptest.New(totaliptest.Options{Key: canary})}
	t.Cleanup(w.pbx.Close)
	w.pbx.AddExtension(totaliptest.Extension{Number: demoExtension, User: demoAgent, Name: demoName, LoggedIn: true})
	fake, err := totalphonetest.Build(t.Context(), t.TempDir(), runtime.GOOS)
	if err == nil {
		w.phone, err = totalphonetest.New(totalphonetest.Options{Program: fake})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.phone.Close)
	w.env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + dir, "XDG_RUNTIME_DIR=" + dir, "XDG_DATA_DIRS=" + dir + "/share", "XDG_CONFIG_DIRS=" + dir + "/xdg",
		"XDG_DATA_HOME=", "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "XDG_CURRENT_DESKTOP=", "DE=", "KDE_FULL_SESSION=", "GNOME_DESKTOP_SESSION_ID=", "DESKTOP_SESSION=", "BROWSER=",
		"WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=" + w.desktop.Address, "NO_AT_BRIDGE=1"}
	w.runs("go", "build", "-trimpath", "-buildvcs=false", "-o", w.dir+"/", ".", "../ctiagent-open")
	w.screen()
	w.ctiagent(dir)
	return w
}

// screen starts a display and a window manager.
func (w *workplace) screen() {
	w.t.Helper()
	r, number, err := os.Pipe()
	if err != nil {
		w.t.Fatal(err)
	}
	defer r.Close()
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1024x768x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{number}
	w.starts(x)
	number.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		w.t.Fatalf("the display says no number: %v", err)
	}
	display := ":" + strings.TrimSpace(line)
	w.env = append(w.env, "DISPLAY="+display)
	manager := exec.Command("openbox", "--sm-disable")
	manager.Env = append(os.Environ(), w.env[len(w.env)-1])
	w.starts(manager)
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := desktoptest.AwaitManager(ctx, display); err != nil {
		w.t.Fatal(err)
	}
}

// ctiagent configures the person's ctiagent, runs it, and has it registered as
// the one who gets links.
func (w *workplace) ctiagent(home string) {
	w.t.Helper()
	port, err := freePort()
	if err != nil {
		w.t.Fatal(err)
	}
	config := fmt.Sprintf("[api]\nport = %d\n[agent]\nid = %q\nextension = %q\narea_code = \"11\"\n[limits]\ndials_per_second = 100\n"+
		"[[driver]]\nuse = \"totalip\"\nurl = %q\nevents = %q\nkey = %q\n[[driver]]\nuse = \"totalphone\"\npath = %q\n",
		port, demoAgent, demoExtension, w.pbx.URL(), w.pbx.EventsAddr(), canary, w.phone.Path())
	file := filepath.Join(home, ".config", "ctiagent", "ctiagent.toml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		w.t.Fatal(err)
	}
	run := exec.Command(filepath.Join(w.dir, "ctiagent"), "run")
	run.Env = w.env
	w.starts(run)
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.pbx.AwaitEventReader(ctx); err != nil {
		w.t.Fatalf("ctiagent does not read the PBX's events: %v", err)
	}
	if out := w.runs(filepath.Join(w.dir, "ctiagent"), "handlers", "register"); strings.Count(out, "links open in ctiagent.") != 4 {
		w.t.Fatalf("registered: %s", out)
	}
}

// starts runs a program until the test ends.
func (w *workplace) starts(cmd *exec.Cmd) {
	w.t.Helper()
	said := new(quiet)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		w.t.Fatalf("%v; scripts/deps.sh test installs it", err)
	}
	w.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // one that has ended is not there any more
		kill := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		_ = cmd.Wait() // how it ends is not what is tested
		if w.t.Failed() {
			w.t.Logf("%s said:\n%s", filepath.Base(cmd.Path), said)
		}
	})
}

// runs runs a program to its end and answers what it said.
func (w *workplace) runs(name string, args ...string) string {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if name != "go" { // which has its caches in the home of whoever runs the tests
		cmd.Env = w.env
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("%s %q: %v: %s", name, args, err, out)
	}
	return string(out)
}

// until waits until a condition outside the browser holds.
func (w *workplace) until(what string, ok func() bool) {
	w.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case n := <-w.desktop.Notes:
			w.t.Fatalf("while waiting until %s the person was shown %+v", what, n)
		case <-late.C:
			w.t.Fatalf("waited in vain until %s; the PBX was asked %+v, the softphone %q", what, w.pbx.Requests(), w.phone.Launches())
		}
	}
}

// opens clicks on a link and answers the browser's question as a person does:
// not within its first second, in which Chromium takes no answer, then with the
// keys that lead from Cancel to Open.
func (w *workplace) opens(tb *tab, link string) {
	w.t.Helper()
	tb.run("watch for the question", chromedp.Evaluate(`window.asked = 0; window.onblur = () => { window.asked = performance.now() }; window.onfocus = () => { window.asked = 0 }; 0`, nil))
	tb.click(fmt.Sprintf("a[href=%q]", link))
	tb.until("Chromium asks whether to open "+link, `window.asked && performance.now() - window.asked > 1500`)
	w.runs("xdotool", "key", "Tab")
	w.runs("xdotool", "key", "Return")
	tb.until("the question is answered", `document.hasFocus()`)
}

// The whole way of a click in a browser: the link, Chromium's question, the
// desktop's opener, ctiagent-open, the person's ctiagent, the PBX.
func TestLinkClickedInABrowserReachesThePBXOnce(t *testing.T) {
	w := newWorkplace(t)
	page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(rw, `<!doctype html><html lang="en"><title>CRM</title><link rel="icon" href="data:,">
<a href="sip:33553400">3355-3400</a> <a href="tel:+55-11-3355-3401">+55 11 3355-3401</a> <a href="sip:-desligar">hang up</a>`)
	}))
	t.Cleanup(page.Close)
	b := startBrowser(t, chromedp.Flag("headless", false), chromedp.WindowSize(900, 700), chromedp.Env(w.env...))
	tb := b.person(t).goes(page.URL)
	tb.front()

	live := func() []totaliptest.Call { return w.pbx.LiveCalls(demoExtension) }
	for i, link := range []string{"sip:33553400", "tel:+55-11-3355-3401"} {
		w.opens(tb, link)
		w.until("the extension has a call", func() bool { return len(live()) == 1 })
		call := live()[0]
		line := w.phone.Ring(call.To) // the PBX calls its extension, which is the softphone
		if err := w.pbx.Answer(call.Ref); err != nil {
			t.Fatal(err)
		}
		w.opens(tb, "sip:-desligar")
		w.until("the softphone has hung up", func() bool { return w.phone.State().Line[line-1].State == totalphonetest.Idle })
		if err := w.pbx.Hangup(call.Ref); err != nil { // as the softphone does, which is the PBX's extension
			t.Fatal(err)
		}
		if got := w.phone.Launches(); len(got) != i+1 {
			t.Errorf("after %s the softphone was launched with %q", link, got)
		}
	}
	var dialled []string
	for _, d := range w.pbx.Dials() {
		dialled = append(dialled, d.Extension+" > "+d.Number)
	}
	if d := cmp.Diff(dialled, []string{demoExtension + " > 33553400", demoExtension + " > 33553401"}); d != "" {
		t.Errorf("dialled:\n%s", d)
	}
	if got := w.pbx.Received("discar"); got != 2 {
		t.Errorf("the PBX received %d dial wishes, want one for each link: %+v", got, w.pbx.Requests())
	}
	if got := w.phone.Launches(); !slices.Equal(got, []string{"-desligar", "-desligar"}) {
		t.Errorf("the softphone was launched with %q", got)
	}
	if n := len(w.desktop.Notes); n > 0 {
		t.Errorf("the person was shown %d notes, the first is %+v", n, <-w.desktop.Notes)
	}
}
