package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/internal/vault/vaulttest"
	"ctiagent/vendors/ucontact/ucontacttest"

	"golang.org/x/sys/unix"
)

// person is somebody in a session of their own who runs the real program.
type person struct {
	*testing.T
	env  []string
	site string // the configuration
}

// newPerson has ctiagent serve a person. Env is what the session is made of.
func newPerson(t *testing.T, env []string, site string) *person {
	t.Helper()
	p := &person{t, append([]string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "GORACE=atexit_sleep_ms=10"}, env...), filepath.Join(t.TempDir(), "site.toml")}
	if err := os.WriteFile(p.site, []byte(site), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// ctiagent is the program with these arguments.
func (p *person) ctiagent(args ...string) *exec.Cmd {
	p.Helper()
	program, err := exec.LookPath("ctiagent")
	if err != nil {
		p.Fatal(err)
	}
	cmd := exec.CommandContext(p.Context(), program, args...)
	cmd.Env, cmd.Dir = p.env, filepath.Dir(p.site)
	return cmd
}

// heard is what a program has said by now.
type heard struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func newHeard() *heard { return &heard{changed: make(chan struct{}, 1)} }

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	select {
	case h.changed <- struct{}{}:
	default:
	}
	return h.text.Write(b)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// await waits until the words have been said.
func (h *heard) await(t *testing.T, words string) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for !strings.Contains(h.String(), words) {
		select {
		case <-h.changed:
		case <-late.C:
			t.Fatalf("never said %q:\n%s", words, h)
		}
	}
}

// serves runs the service of the person until the test ends.
func (p *person) serves() (said *heard, cmd *exec.Cmd) {
	p.Helper()
	said, cmd = newHeard(), p.ctiagent("run", "--config", p.site)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		p.Fatal(err)
	}
	p.Cleanup(func() {
		_ = cmd.Process.Kill() // which it may not have waited for
		_ = cmd.Wait()
	})
	said.await(p.T, "http://127.0.0.1")
	return said, cmd
}

// says is what a command prints, and how it ends. Nobody sits at its terminal.
func (p *person) says(args ...string) (words string, status int) {
	p.Helper()
	cmd := p.ctiagent(args...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		p.Fatalf("%q: %v", args, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// typed is what a terminal shows when somebody answers a question on it; "" is
// no question.
func (p *person) typed(question, answer string, args ...string) (shown string, status int) {
	p.Helper()
	screen, keyboard, err := newTerminal()
	if err != nil {
		p.Fatal(err)
	}
	defer screen.Close()
	cmd := p.ctiagent(args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = keyboard, keyboard, keyboard
	if err := cmd.Start(); err != nil {
		p.Fatal(err)
	}
	seen, read := newHeard(), make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(seen, screen) // ends with an error once nobody has the other side
	}()
	if question != "" {
		seen.await(p.T, question)
		p.hidden(keyboard)
		if _, err := screen.WriteString(answer + "\n"); err != nil {
			p.Fatal(err)
		}
	}
	_ = cmd.Wait() // the status tells
	_ = keyboard.Close()
	<-read
	return seen.String(), cmd.ProcessState.ExitCode()
}

// hidden waits until a terminal does not show what is typed: nobody types as
// fast as a test.
func (p *person) hidden(keyboard *os.File) {
	p.Helper()
	look, late := time.NewTicker(5*time.Millisecond), time.NewTimer(patience)
	defer look.Stop()
	defer late.Stop()
	for {
		state, err := unix.IoctlGetTermios(int(keyboard.Fd()), unix.TCGETS)
		if err != nil {
			p.Fatal(err)
		}
		if state.Lflag&unix.ECHO == 0 {
			return
		}
		select {
		case <-look.C:
		case <-late.C:
			p.Fatal("the terminal shows what is typed")
		}
	}
}

// newTerminal is a terminal: what its person sees and types, and what a program
// has of it.
func newTerminal() (screen, keyboard *os.File, err error) {
	if screen, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		keyboard, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		_ = screen.Close()
		return nil, nil, err
	}
	return screen, keyboard, nil
}

// uContactSite is a site at which an agent needs a password.
func uContactSite(t *testing.T) string {
	t.Helper()
	site := ucontacttest.New(ucontacttest.Options{})
	t.Cleanup(site.Close)
	site.AddAgent(ucontacttest.Agent{Name: "12", Password: agentsPassword, Extension: "10005"})
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`[api]
port = %d
[agent]
id = "12"
extension = "10005"
[[driver]]
use = "ucontact"
url = %q
user = %q
password = %q
campaign = %q
`, port, site.URL(), ucontacttest.DefaultUser, ucontacttest.DefaultPassword, ucontacttest.DefaultCampaign)
}

const agentsPassword = "canary-agent-5521"

func TestLoginAsksForThePasswordAndKeepsItByChoiceOnly(t *testing.T) {
	session := vaulttest.New(t)
	p := newPerson(t, session.Env, uContactSite(t))
	p.serves()
	want := func(what string, status int, words ...string) func(string, int) {
		return func(shown string, got int) {
			t.Helper()
			if got != status || strings.Contains(shown, agentsPassword) {
				t.Errorf("%s: status %d, want %d:\n%s", what, got, status, shown)
			}
			for _, w := range words {
				if !strings.Contains(shown, w) {
					t.Errorf("%s: not told %q:\n%s", what, w, shown)
				}
			}
		}
	}
	const question, wanted = "Your password at the telephone system, which is not shown:", "Type the agent's password: ctiagent login asks for it"
	want("with nobody at the terminal", 1, wanted)(p.says("login"))
	want("as JSON", 1, `"kind":"unauthorized"`)(p.typed("", "", "login", "--json"))
	want("a wrong one", 1, question)(p.typed(question, "wrong", "login"))
	want("the right one", 0, question, "ucontact: Done", "ready")(p.typed(question, agentsPassword, "login"))
	want("out", 0)(p.says("logout"))
	want("nobody chose to keep it", 1, wanted)(p.says("login"))
	want("kept", 0, question, "is kept in the secret store of your session")(p.typed(question, agentsPassword, "login", "--remember"))
	want("out", 0)(p.says("logout"))
	want("the one that is kept", 0, "ucontact: Done")(p.says("login"))
	want("both", 2, "Either --remember or --forget")(p.says("login", "--remember", "--forget"))

	want("removed", 0, "ucontact: Done")(p.says("login", "--forget"))
	want("out", 0)(p.says("logout"))
	want("nothing is kept any more", 1, wanted)(p.says("login"))

	session.Lock(t)
	want("locked", 0, "is locked", "Open the store")(p.typed(question, agentsPassword, "login", "--remember"))
	want("out", 0)(p.says("logout"))
	want("the one in memory", 0, "ucontact: Done")(p.says("login"))
	noneInFiles(t, session.Home, agentsPassword)
}

func TestLoginReadsThePasswordFromStandardInput(t *testing.T) {
	dir, err := os.MkdirTemp("", "cti") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := newPerson(t, []string{"HOME=" + dir, "XDG_RUNTIME_DIR=" + dir}, uContactSite(t))
	p.serves()
	cmd := p.ctiagent("login", "--remember")
	cmd.Stdin = strings.NewReader(agentsPassword + "\n")
	words, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(words, []byte("has no secret store")) || bytes.Contains(words, []byte(agentsPassword)) {
		t.Errorf("%v: %s", err, words)
	}
	if words, status := p.says("logout"); status != 0 {
		t.Error(words)
	}
	if words, status := p.says("login"); status != 0 || !strings.Contains(words, "ucontact: Done") {
		t.Errorf("what is kept in memory: %s", words)
	}
	noneInFiles(t, dir, agentsPassword)
}

// noneInFiles holds every file below a directory against a secret.
func noneInFiles(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("%s shows %s", name, secret)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
