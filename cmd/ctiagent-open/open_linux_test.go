package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/notify/notifytest"
	"ctiagent/localapi"
	"ctiagent/localapi/localapitest"
	"ctiagent/uri"
	"ctiagent/vendors/totalip/totaliptest"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

var builds struct {
	sync.Once
	dir string
	err error
}

// TestMain removes what the tests built.
func TestMain(m *testing.M) {
	status := m.Run()
	if builds.dir != "" {
		_ = os.RemoveAll(builds.dir)
	}
	os.Exit(status)
}

// installed is a folder with both programs as they are delivered.
func installed(t *testing.T) string {
	t.Helper()
	builds.Do(func() {
		if builds.dir, builds.err = os.MkdirTemp("", "cti"); builds.err != nil {
			return
		}
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", builds.dir+"/", "../ctiagent", ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			builds.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if builds.err != nil {
		t.Fatal(builds.err)
	}
	return builds.dir
}

// session is one person's: an environment of its own, and a desktop that keeps what is shown.
type session struct {
	t       *testing.T
	program string
	home    string
	run     string // XDG_RUNTIME_DIR
	lang    string
	desktop *notifytest.Desktop
}

func newSession(t *testing.T) *session {
	t.Helper()
	dir, err := os.MkdirTemp("", "cti") // short: a socket goes into it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return &session{t: t, program: filepath.Join(installed(t), "ctiagent-open"), home: t.TempDir(), run: dir, lang: "C.UTF-8", desktop: notifytest.New(t)}
}

// clicks runs the program.
func (s *session) clicks(args ...string) (status int, errors string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.program, args...)
	cmd.Env = []string{"HOME=" + s.home, "XDG_RUNTIME_DIR=" + s.run, "LANG=" + s.lang, "DBUS_SESSION_BUS_ADDRESS=" + s.desktop.Address}
	var out, bad bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &bad
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !asExit(err, &exit) {
		s.t.Fatal(err)
	}
	if out.Len() > 0 {
		s.t.Errorf("it wrote %q to standard output", out.String())
	}
	return cmd.ProcessState.ExitCode(), bad.String()
}

func asExit(err error, to **exec.ExitError) bool { return errors.As(err, to) }

// shown is what was shown last; nothing may stand beside it.
func (s *session) shown() string {
	s.t.Helper()
	select {
	case n := <-s.desktop.Notes:
		if n.Title != "ctiagent" || len(s.desktop.Notes) > 0 {
			s.t.Errorf("shown %+v and %d more", n, len(s.desktop.Notes))
		}
		return n.Text
	default:
		s.t.Error("nothing was shown")
	}
	return ""
}

// door opens a program door in the session whose desk takes every wish.
func (s *session) door(change func(*localapi.Options)) *localapitest.Server {
	s.t.Helper()
	d := localapitest.NewServer(s.t, func(o *localapi.Options) {
		o.Sockets = []string{filepath.Join(s.run, "ctiagent.sock")}
		o.Links = localapi.Links{Policy: uri.Policy{Confirm: config.ConfirmRisky}}
		if change != nil {
			change(o)
		}
	})
	for _, info := range cti.Verbs() {
		d.Desk.Serve(info, func(context.Context, cti.Wish) (any, error) { return cti.None{}, nil })
	}
	return d
}

func TestClickIsOneWishAndSilent(t *testing.T) {
	s := newSession(t)
	d := s.door(nil)
	for _, link := range []string{"sip:33553400", "tel:+55(11)3355-3400", "sip:-desligar"} {
		if status, said := s.clicks(link); status != 0 || said != "" {
			t.Errorf("%s: status %d, said %q", link, status, said)
		}
	}
	if err := d.Stop(); err != nil { // waits for what was begun
		t.Fatal(err)
	}
	var got []string
	for _, w := range d.Desk.Wishes() {
		got = append(got, w.Method+" "+string(w.Params))
	}
	slices.Sort(got)
	want := []string{`call.dial {"number":"+551133553400"}`, `call.dial {"number":"33553400"}`, "call.hangup "}
	if !slices.Equal(got, want) || len(s.desktop.Notes) > 0 {
		t.Errorf("the desk got %q, want %q; %d notes", got, want, len(s.desktop.Notes))
	}
}

func TestRefusedLinkIsSaidOnTheScreenInThePersonsLanguage(t *testing.T) {
	s := newSession(t)
	s.door(nil)
	s.lang = "pt_BR.UTF-8"
	for link, want := range map[string]string{
		"sip:-ramal=1 -senha=canary-1": "Aqui links não podem fazer login.",
		"tel:*21%23":                   "nada está rodando aqui que possa fazê-lo",
		"sip:\"; rm -rf /":             "sinais que nenhum link de telefone tem",
		"--help":                       "não é um link de telefone",
		"-desligar":                    "não é um link de telefone",
	} {
		status, said := s.clicks(link)
		shown := s.shown()
		if status != exitRefused || !strings.Contains(said, want) || !strings.Contains(shown, want) || strings.Contains(said+shown, "canary") {
			t.Errorf("%s: status %d, said %q, shown %q, want %q", link, status, said, shown, want)
		}
	}
}

func TestExactlyOneArgumentIsTaken(t *testing.T) {
	s := newSession(t)
	d := s.door(nil)
	for _, args := range [][]string{nil, {"tel:100", "tel:100"}, {"--", "tel:100"}} {
		status, said := s.clicks(args...)
		if shown := s.shown(); status != exitUsage || !strings.Contains(said, "exactly one telephone link") || !strings.Contains(shown, "exactly one") {
			t.Errorf("%q: status %d, said %q, shown %q", args, status, said, shown)
		}
	}
	if n := len(d.Desk.Wishes()); n != 0 {
		t.Errorf("the desk got %d wishes", n)
	}
}

// The whole way of a click outside a browser: registered, found by the desktop, started, handed over, and undone.
func TestDesktopOpensLinksHereOnceRegistered(t *testing.T) {
	s := newSession(t)
	wishes := make(chan string, 10)
	d := s.door(nil)
	for _, info := range cti.Verbs() {
		d.Desk.Serve(info, func(_ context.Context, w cti.Wish) (any, error) {
			wishes <- w.Method + " " + string(w.Params)
			return cti.None{}, nil
		})
	}
	// A display is wanted by xdg-open; nothing is shown on it.
	env := []string{"HOME=" + s.home, "XDG_RUNTIME_DIR=" + s.run, "LANG=C.UTF-8", "PATH=" + os.Getenv("PATH"), "DISPLAY=:none",
		"XDG_DATA_DIRS=" + s.home + "/share", "XDG_CONFIG_DIRS=" + s.home + "/xdg", "DBUS_SESSION_BUS_ADDRESS=" + s.desktop.Address}
	runs := func(name string, args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %q: %v: %s", name, args, err, out)
		}
		return string(out)
	}
	ctiagent := filepath.Join(filepath.Dir(s.program), "ctiagent")
	if out := runs(ctiagent, "handlers", "register"); strings.Count(out, "links open in ctiagent.") != 4 {
		t.Errorf("registered: %s", out)
	}
	for link, want := range map[string]string{
		"tel:+55-11-3355-3400":     `call.dial {"number":"+551133553400"}`,
		"sip:33553400@pbx;a=$(id)": `call.dial {"number":"33553400"}`,
		"sip:-desligar":            "call.hangup ",
		"callto:1000+type=phone":   `call.dial {"number":"1000"}`,
	} {
		runs("xdg-open", link)
		select {
		case got := <-wishes:
			if got != want {
				t.Errorf("%s: the desk got %s, want %s", link, got, want)
			}
		case n := <-s.desktop.Notes:
			t.Errorf("%s: shown %+v", link, n)
		case <-time.After(patience):
			t.Fatalf("%s did not arrive", link)
		}
	}
	if out := runs(ctiagent, "handlers", "unregister"); strings.Count(out, "open nowhere.") != 4 {
		t.Errorf("unregistered: %s", out)
	}
}

func TestFloodIsShownOnce(t *testing.T) {
	s := newSession(t)
	s.door(nil)
	refused := 0
	for range 24 {
		if status, _ := s.clicks("sip:-mudo"); status == exitRefused {
			refused++
		}
	}
	if shown := s.shown(); refused != 4 || !strings.Contains(shown, "too fast") {
		t.Errorf("%d clicks were turned away, want 4; shown %q", refused, shown)
	}
}

func TestWithoutAnyCtiagentThePersonIsTold(t *testing.T) {
	s := newSession(t)
	alone := filepath.Join(t.TempDir(), "ctiagent-open")
	if err := os.Link(s.program, alone); err != nil {
		data, err := os.ReadFile(s.program)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(alone, data, 0o700); err != nil { //nolint:gosec // a program
			t.Fatal(err)
		}
	}
	s.program = alone
	status, said := s.clicks("tel:100")
	if shown := s.shown(); status != exitNoAgent || !strings.Contains(said, "ctiagent is not running") || !strings.Contains(shown, "ctiagent is not running") {
		t.Errorf("status %d, said %q, shown %q", status, said, shown)
	}
}

// configured writes the person's configuration, with a simulated PBX in it.
func (s *session) configured(text string) *totaliptest.PBX {
	s.t.Helper()
	const key = "key-0123456789abcdef0123456789abcd"
	pbx := totaliptest.New(totaliptest.Options{Key: key})
	s.t.Cleanup(pbx.Close)
	pbx.AddExtension(totaliptest.Extension{Number: "10005", User: "12", Name: "Ana Souza", LoggedIn: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	text += fmt.Sprintf("[api]\nport = %d\n[agent]\nid = \"12\"\nextension = \"10005\"\narea_code = \"11\"\n[[driver]]\nuse = \"totalip\"\nurl = %q\nevents = %q\nkey = %q\n",
		port, pbx.URL(), pbx.EventsAddr(), key)
	s.writes(text)
	return pbx
}

// writes writes the person's configuration.
func (s *session) writes(text string) {
	s.t.Helper()
	dir := filepath.Join(s.home, ".config", "ctiagent")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ctiagent.toml"), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// started finds the ctiagent that a click started. It ends with the test, or when end is called.
func (s *session) started() (end func()) {
	s.t.Helper()
	conn, err := net.Dial("unix", filepath.Join(s.run, "ctiagent.sock"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		s.t.Fatal(err)
	}
	var cred *syscall.Ucred
	var failed error
	if err := raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil || failed != nil {
		s.t.Fatal(err, failed)
	}
	end = sync.OnceFunc(func() { s.ends(int(cred.Pid)) })
	s.t.Cleanup(end)
	return end
}

// ends stops a process that is no child of this one, and waits until it is gone.
func (s *session) ends(pid int) {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		s.t.Errorf("stop the ctiagent that was started: %v", err)
	}
	for late := time.Now().Add(patience); ; runtime.Gosched() {
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || bytes.Contains(state, []byte(") Z ")) {
			return
		}
		if time.Now().After(late) {
			s.t.Errorf("the ctiagent that was started does not end")
			_ = syscall.Kill(pid, syscall.SIGKILL)
			return
		}
	}
}

func TestClickStartsThePersonsCtiagentAndDials(t *testing.T) {
	s := newSession(t)
	pbx := s.configured("")
	// Two at once: one starts it, both are done, and it is one call.
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if status, said := s.clicks("sip:33553400"); status != 0 || said != "" {
				t.Errorf("status %d, said %q", status, said)
			}
		})
	}
	both.Wait()
	s.started()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := pbx.Wait(ctx, func() bool { return len(pbx.Dials()) > 0 }); err != nil {
		t.Fatalf("nothing was dialled: %+v", pbx.Requests())
	}
	if d := pbx.Dials(); len(d) != 1 || d[0].Number != "33553400" || d[0].Extension != "10005" {
		t.Errorf("dialled %+v", d)
	}
	if n := len(s.desktop.Notes); n > 0 {
		t.Errorf("%d notes were shown: %+v", n, <-s.desktop.Notes)
	}
	// What the desk refuses is shown by the program that was clicked, since nothing else stands ready in this session.
	if status, said := s.clicks("sip:-desligar"); status != exitRefused || !strings.HasPrefix(said, "Total IP cannot do this") {
		t.Errorf("status %d, said %q", status, said)
	}
	select {
	case n := <-s.desktop.Notes:
		if !strings.Contains(n.Text, "Total IP cannot do this") {
			t.Errorf("shown %+v", n)
		}
	case <-ctx.Done():
		t.Error("nothing was shown")
	}
}

func TestCtiagentThatCannotStartIsExplained(t *testing.T) {
	s := newSession(t)
	s.configured("[links]\nconfirn = \"never\"\n")
	status, said := s.clicks("sip:33553400")
	if shown := s.shown(); status != exitNoAgent || !strings.Contains(said, "confirn") || !strings.Contains(shown, "confirn") {
		t.Errorf("status %d, said %q, shown %q", status, said, shown)
	}
}

func TestStrangersDoorHearsNothing(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("a socket of another user's can only be made by root; run the tests as root")
	}
	s := newSession(t)
	if err := os.Chmod(s.run, 0o777); err != nil { //nolint:gosec // another user makes a socket there
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	ready := make(chan error, 1)
	go func() {
		// The thread becomes somebody else, and ends with the goroutine since it is never unlocked.
		runtime.LockOSThread()
		if _, _, no := syscall.RawSyscall(syscall.SYS_SETRESUID, 65534, 65534, 65534); no != 0 {
			ready <- no
			return
		}
		fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err == nil {
			err = syscall.Bind(fd, &syscall.SockaddrUnix{Name: filepath.Join(s.run, "ctiagent.sock")})
		}
		if err == nil {
			err = syscall.Listen(fd, 8)
		}
		ready <- err
		if err != nil {
			return
		}
		conn, _, err := syscall.Accept(fd)
		if err != nil {
			heard <- err.Error()
			return
		}
		room := make([]byte, 100)
		n, _ := syscall.Read(conn, room)
		heard <- string(room[:n])
	}()
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	status, said := s.clicks("tel:33553400")
	if shown := s.shown(); status != exitNoAgent || !strings.Contains(said, "neither you nor the service") || shown == "" {
		t.Errorf("status %d, said %q, shown %q", status, said, shown)
	}
	if got := <-heard; got != "" {
		t.Errorf("the stranger heard %q", got)
	}
}
