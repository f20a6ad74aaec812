package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/totaliptest"
)

// The people of the computer in which the system service is tried. It exists for one test, and has no others but those of
// this one.
const (
	serviceUID = 61001
	aliceUID   = 61002
	brunoUID   = 61003
)

// insideVar tells the test that it is on that computer.
const insideVar = "CTIAGENT_TEST_INSIDE"

// enter lays a computer's changing directories and its people over this one's, for the program that follows only.
const enter = `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/log
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount --bind "$DIR/passwd" /etc/passwd
mount --bind "$DIR/group" /etc/group
exec "$@"
`

// inside runs the calling test again on a computer of its own; it answers whether this is it.
func inside(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideVar) != "" {
		return true
	}
	if os.Getuid() != 0 {
		t.Skip("needs root: a computer with several people is made of mounts and user numbers")
	}
	t.Parallel() // nothing of it is on this computer
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if words, err := exec.CommandContext(ctx, "unshare", "--mount", "true").CombinedOutput(); err != nil {
		t.Skipf("this system gives no mounts of one's own: %v: %s", err, words)
	}
	dir := t.TempDir()
	for name, lines := range map[string]func(name string, id int) string{
		"passwd": func(name string, id int) string {
			return fmt.Sprintf("%s:x:%d:%d::/run/home/%s:/bin/sh\n", name, id, id, name)
		},
		"group": func(name string, id int) string { return fmt.Sprintf("%s:x:%d:\n", name, id) },
	} {
		text := ""
		for who, id := range map[string]int{"ctiagent": serviceUID, "alice": aliceUID, "bruno": brunoUID} {
			text += lines(who, id)
		}
		real, err := os.ReadFile(filepath.Join("/etc", name))
		if err != nil {
			t.Fatal(err)
		}
		// The first line of a name counts.
		if err := os.WriteFile(filepath.Join(dir, name), append([]byte(text), real...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(ctx, "unshare", "--mount", "--propagation", "private", "sh", "-c", enter, "sh",
		os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v", "-test.timeout", "2m")
	cmd.Env = append(os.Environ(), insideVar+"=1", "DIR="+dir)
	words, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(words, []byte("--- PASS: "+t.Name())) {
		t.Errorf("%v\n%s", err, words)
	}
	return false
}

// computer is where the service and two people are.
type computer struct {
	t    *testing.T
	ctx  context.Context
	pbx  *totaliptest.PBX
	site string // the service's configuration
}

func newComputer(t *testing.T) *computer {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	c := &computer{t, ctx, totaliptest.New(totaliptest.Options{Key: "kl34"}), "/run/site.toml"}
	t.Cleanup(c.pbx.Close)
	for extension, user := range map[string]string{"10005": "12", "10006": "13"} {
		c.pbx.AddExtension(totaliptest.Extension{Number: extension, User: user, Name: user, LoggedIn: true})
	}
	program, err := os.ReadFile(os.Args[0])
	c.check(err)
	c.check(os.Mkdir("/run/bin", 0o755))
	for _, name := range []string{"ctiagent", "test-hand", "test-page"} {
		c.check(os.WriteFile("/run/bin/"+name, program, 0o755))
	}
	c.check(os.WriteFile("/run/bin/TotalPhone", []byte("#!/bin/sh\necho \"$(id -un) $*\" >>\"$HOME/launched\"\n"), 0o755))
	for dir, uid := range map[string]int{"/run/ctiagent": serviceUID, "/var/lib/ctiagent": serviceUID, "/run/home/alice": aliceUID, "/run/home/bruno": brunoUID} {
		c.check(os.MkdirAll(dir, map[bool]os.FileMode{true: 0o700, false: 0o755}[strings.HasPrefix(dir, "/var/lib")]))
		c.check(os.Chown(dir, uid, uid))
	}
	port, err := freePort()
	c.check(err)
	receiver, err := freePort()
	c.check(err)
	c.check(os.WriteFile(c.site, fmt.Appendf(nil, `[api]
port = %d
[receiver]
enabled = true
port = %d
token = "secret:door"
[agent]
area_code = "11"
[[driver]]
use = "totalip"
url = %q
events = %q
commands = %q
key = "secret:totalip-key"
[[driver]]
use = "totalphone"
path = "/run/bin/TotalPhone"
`, port, receiver, c.pbx.URL(), c.pbx.EventsAddr(), c.pbx.CommandsAddr()), 0o644))
	c.keepKey("door", "zaqxswcdevfrbgtnhymjukilop")
	c.keepKey("totalip-key", "kl34")
	return c
}

// keepKey has an administrator store a secret for the service.
func (c *computer) keepKey(name, key string) {
	c.t.Helper()
	set := c.as(0, "ctiagent", "secret", "set", name)
	set.Stdin = strings.NewReader(key + "\n")
	if words, err := set.CombinedOutput(); err != nil || strings.Contains(string(words), key) {
		c.t.Fatalf("the key: %v: %s", err, words)
	}
	if words, code := c.says(aliceUID, "secret", "list"); code != 1 || !strings.Contains(words, "belong to administrators") {
		c.t.Errorf("alice reads the service's secrets: %s (%d)", words, code)
	}
}

func (c *computer) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// as is a program of this computer that somebody runs.
func (c *computer) as(uid int, program string, args ...string) *exec.Cmd {
	home := map[int]string{serviceUID: "/", aliceUID: "/run/home/alice", brunoUID: "/run/home/bruno", 0: "/"}[uid]
	cmd := exec.CommandContext(c.ctx, "/run/bin/"+program, args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8", "JOURNAL_STREAM=8:1", "GORACE=" + os.Getenv("GORACE")}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	return cmd
}

// says is what a command of somebody prints, and how it ends.
func (c *computer) says(uid int, args ...string) (string, int) {
	c.t.Helper()
	out, err := c.as(uid, "ctiagent", args...).CombinedOutput()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		c.t.Fatalf("%q: %v", args, err)
	}
	if ended != nil {
		return string(out), ended.ExitCode()
	}
	return string(out), 0
}

// state is how somebody's desk stands.
func (c *computer) state(uid int) (s cti.DeskState) {
	c.t.Helper()
	words, code := c.says(uid, "status", "--json")
	if err := json.Unmarshal([]byte(words), &s); err != nil || code != 0 {
		c.t.Fatalf("status: %s (%d): %v", words, code, err)
	}
	return s
}

// background is a program whose words are read line by line.
type background struct {
	c     *computer
	cmd   *exec.Cmd
	words *bufio.Scanner
}

// starts runs a program until the test ends.
func (c *computer) starts(uid int, program string, args ...string) *background {
	c.t.Helper()
	return c.started(uid, nil, program, args...)
}

// started does so with more in the environment.
func (c *computer) started(uid int, env []string, program string, args ...string) *background {
	c.t.Helper()
	b := &background{c: c, cmd: c.as(uid, program, args...)}
	b.cmd.Env = append(b.cmd.Env, env...)
	read, write, err := os.Pipe()
	c.check(err)
	b.cmd.Stdout, b.cmd.Stderr = write, write
	c.check(b.cmd.Start())
	c.check(write.Close())
	b.words = bufio.NewScanner(read)
	c.t.Cleanup(func() {
		_ = b.cmd.Process.Kill() // which it may not have waited for
		_ = b.cmd.Wait()
		_ = read.Close()
	})
	return b
}

// until reads on until a line has these words.
func (b *background) until(words string) {
	b.c.t.Helper()
	var all []string
	for b.words.Scan() {
		all = append(all, b.words.Text())
		if strings.Contains(b.words.Text(), words) {
			return
		}
	}
	b.c.t.Fatalf("%s never said %q: %v\n%s", b.cmd.Path, words, b.words.Err(), strings.Join(all, "\n"))
}

// ends sends a signal, waits, and answers the exit status.
func (b *background) ends(s os.Signal) int {
	b.c.t.Helper()
	b.c.check(b.cmd.Process.Signal(s))
	for b.words.Scan() { // until it has closed its end
	}
	_ = b.cmd.Wait() // the status tells
	return b.cmd.ProcessState.ExitCode()
}

func (c *computer) service() *background {
	b := c.starts(serviceUID, "ctiagent", "run", "--service", "--config", c.site)
	b.until("ctiagent is running")
	return b
}

// hand is a program that stands ready for somebody, whose desk is then connected.
func (c *computer) hand(uid int, agent, extension string) *background {
	b := c.starts(uid, "test-hand", agent, extension)
	b.until("attached")
	c.await("the desk of "+agent, func() bool {
		return !slices.ContainsFunc(c.state(uid).Drivers, func(d cti.DriverState) bool { return d.Link != cti.LinkConnected })
	})
	return b
}

// await looks again after each change at the PBX or, at the latest, when a look has taken its time: each starts a program.
func (c *computer) await(what string, ok func() bool) {
	c.t.Helper()
	for !ok() {
		if c.ctx.Err() != nil {
			c.t.Fatal("waited in vain for " + what)
		}
	}
}

func TestTwoPeopleOfOneComputerNeverMeet(t *testing.T) {
	if !inside(t) {
		return
	}
	c := newComputer(t)
	service := c.service()
	alice, bruno := c.hand(aliceUID, "12", "10005"), c.hand(brunoUID, "13", "10006")

	if words, code := c.says(aliceUID, "dial", "11987654321"); code != 0 {
		t.Fatalf("alice dials: %s", words)
	}
	if d := c.pbx.Dials(); len(d) != 1 || d[0].Extension != "10005" {
		t.Fatalf("the PBX dialled %+v", d)
	}
	c.check(c.pbx.Wait(c.ctx, func() bool { return len(c.pbx.LiveCalls("10005")) == 1 }))
	c.check(c.pbx.Answer(c.pbx.LiveCalls("10005")[0].Ref))
	alice.until("event call.connected")
	if s := c.state(aliceUID); len(s.Calls) != 1 || s.Agent.ID != "12" {
		t.Errorf("alice's desk: %+v", s)
	}
	if s := c.state(brunoUID); len(s.Calls) != 0 || len(s.Recent) != 0 || s.Agent.ID != "13" || s.Agent.Extension != "10006" {
		t.Errorf("bruno's desk: %+v", s)
	}

	// Bruno has no call: what he hangs up is what his softphone may have, which is started in his own session.
	if words, code := c.says(brunoUID, "hangup"); code != 0 || len(c.pbx.LiveCalls("10005")) != 1 {
		t.Errorf("bruno hangs up: %s (%d)", words, code)
	}
	bruno.until("launch /run/bin/TotalPhone")
	c.await("bruno's softphone", func() bool {
		words, err := os.ReadFile("/run/home/bruno/launched")
		return err == nil && string(words) == "bruno -desligar\n"
	})
	if _, err := os.Stat("/run/home/alice/launched"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("alice's softphone was started: %v", err)
	}

	if words, code := c.says(0, "status"); code != 1 || !strings.Contains(words, "keeps no desk for root") {
		t.Errorf("root has a desk: %s (%d)", words, code)
	}
	// An administrator looks after people who are there, and nobody else does.
	if words, code := c.says(0, "status", "--desk", "alice", "--json"); code != 0 || !strings.Contains(words, `"extension":"10005"`) || !strings.Contains(words, `"connected"`) {
		t.Errorf("root at alice's desk: %s (%d)", words, code)
	}
	if words, code := c.says(0, "hangup", "--desk", "nobody"); code != 1 || !strings.Contains(words, "alice, bruno") {
		t.Errorf("root at the desk of somebody who is not there: %s (%d)", words, code)
	}
	if words, code := c.says(brunoUID, "hangup", "--desk", "alice"); code != 1 || !strings.Contains(words, "sudo") || len(c.pbx.LiveCalls("10005")) != 1 {
		t.Errorf("bruno at alice's desk: %s (%d)", words, code)
	}
	// A PBX that is silent in the middle of a dial does not hold up the end.
	c.pbx.HangAfterRead("discar")
	c.starts(brunoUID, "ctiagent", "dial", "11976543210")
	c.check(c.pbx.AwaitReceived(c.ctx, "discar", 2))
	late := time.AfterFunc(5*time.Second, func() { _ = service.cmd.Process.Kill() })
	if code := service.ends(syscall.SIGTERM); code != 0 || !late.Stop() {
		t.Errorf("the service ended with status %d, or not within five seconds", code)
	}
	alice.until("detached")
}

func TestKilledServiceComesBackWithItsCalls(t *testing.T) {
	if !inside(t) {
		return
	}
	c := newComputer(t)
	service := c.service()
	c.hand(aliceUID, "12", "10005")
	if words, code := c.says(aliceUID, "dial", "11987654321"); code != 0 {
		t.Fatalf("alice dials: %s", words)
	}
	c.check(c.pbx.Wait(c.ctx, func() bool { return len(c.pbx.LiveCalls("10005")) == 1 }))
	c.check(c.pbx.Answer(c.pbx.LiveCalls("10005")[0].Ref))
	c.pbx.SetStatus("10005", "1")
	if code := service.ends(syscall.SIGKILL); code != -1 {
		t.Fatalf("killed, and yet it ended with status %d", code)
	}
	if words, code := c.says(aliceUID, "status"); code != exitNoAgent {
		t.Fatalf("nothing runs: %s (%d)", words, code)
	}
	c.service()
	c.hand(aliceUID, "12", "10005")
	c.await("the call from before", func() bool {
		s := c.state(aliceUID)
		return len(s.Calls) == 1 && s.Calls[0].State == cti.Connected && s.Agent.ID == "12"
	})
	if d := c.pbx.Dials(); len(d) != 1 {
		t.Errorf("the PBX dialled %+v", d)
	}
	if words, code := c.says(aliceUID, "calls", "--json"); code != 0 || !strings.Contains(words, "987654321") {
		t.Errorf("alice's calls: %s", words)
	}
	c.check(c.pbx.Hangup(c.pbx.LiveCalls("10005")[0].Ref))
	c.await("the end of the call", func() bool { return len(c.state(aliceUID).Calls) == 0 })
	if words, _ := c.says(aliceUID, "history"); strings.Count(words, "987654321") != 1 || !strings.Contains(words, "completed") {
		t.Errorf("alice's history has the call not once: %s", words)
	}
	if words, _ := c.says(brunoUID, "history"); strings.Contains(words, "987654321") {
		t.Errorf("bruno's history: %s", words)
	}
}
