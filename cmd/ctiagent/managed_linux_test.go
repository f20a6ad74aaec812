package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// policies gives the computer an /etc of the test's own, in which policy.d may be written.
func (c *computer) policies() (dir string) {
	c.t.Helper()
	for _, d := range []string{"/run/etc/up", "/run/etc/work"} {
		c.check(os.MkdirAll(d, 0o755))
	}
	if words, err := exec.CommandContext(c.ctx, "mount", "-t", "overlay", "-o", "lowerdir=/etc,upperdir=/run/etc/up,workdir=/run/etc/work", "overlay", "/etc").CombinedOutput(); err != nil {
		c.t.Skipf("this system lays no folder over another: %v: %s; run it where overlayfs is", err, words)
	}
	// The two files that were laid over this /etc before are under the new one.
	for _, name := range []string{"passwd", "group"} {
		own, err := os.ReadFile(os.Getenv("DIR") + "/" + name)
		c.check(err)
		c.check(os.WriteFile("/etc/"+name, own, 0o644))
	}
	dir = "/etc/ctiagent/policy.d"
	c.check(os.RemoveAll(dir))
	c.check(os.MkdirAll(dir, 0o755))
	return dir
}

// What root has decided holds for the service and for what people start themselves, and nobody else decides.
func TestPolicyOfRootHoldsForServiceAndPeople(t *testing.T) {
	if !inside(t) {
		return
	}
	c := newComputer(t)
	dir := c.policies()
	file := dir + "/20-site.toml"
	c.check(os.WriteFile(file, []byte("[api]\npairing = \"off\"\n[agent]\nextension = \"10005\"\n[policy]\nforbid = [\"mobile\"]\ncalling_hours = [\"+5521 mon 00:00-00:01\"]\n"), 0o644))
	c.check(os.MkdirAll("/run/home/alice/.config/ctiagent", 0o755))
	mine := "/run/home/alice/.config/ctiagent/ctiagent.toml"
	c.check(os.WriteFile(mine, []byte("[api]\npairing = \"ask\"\n"), 0o644))

	words, code := c.says(aliceUID, "config", "check")
	if code != 0 || !strings.Contains(words, "api.pairing is managed by your organisation ("+file+":2): what "+mine+":2 says has no effect") {
		t.Errorf("config check: %s (%d)", words, code)
	}
	words, code = c.says(aliceUID, "config", "show")
	if code != 0 || !strings.Contains(words, file+":2 (managed by your organisation)") {
		t.Errorf("config show: %s (%d)", words, code)
	}
	if words, _ = c.says(aliceUID, "doctor"); !strings.Contains(words, "Managed by your organisation: api.pairing, agent.extension, policy.forbid") {
		t.Errorf("doctor: %s", words)
	}

	service := c.service()
	// Alice's session says another extension than the policy.
	alice := c.starts(aliceUID, "test-hand", "12", "10006")
	alice.until("attached")
	c.await("alice's desk", func() bool { return c.state(aliceUID).Agent.ID == "12" })
	if s := c.state(aliceUID); s.Agent.Extension != "10005" {
		t.Errorf("alice sits at %s", s.Agent.Extension)
	}
	if words, code := c.says(aliceUID, "dial", "11987654321"); code != 1 || !strings.Contains(words, "it is a mobile number") {
		t.Errorf("alice dials what is forbidden: %s (%d)", words, code)
	}
	if words, code := c.says(aliceUID, "dial", "2133553434"); code != 1 || !strings.Contains(words, "outside the calling hours") {
		t.Errorf("alice dials out of hours: %s (%d)", words, code)
	}
	if words, code := c.says(aliceUID, "origins", "allow", "https://new.example.com"); code != 1 || !strings.Contains(words, "The configuration decides") {
		t.Errorf("alice allows a page: %s (%d)", words, code)
	}
	if d := c.pbx.Dials(); len(d) != 0 {
		t.Errorf("the PBX dialled %+v", d)
	}
	service.ends(syscall.SIGTERM)

	for _, tt := range []struct {
		name   string
		change func() error
		says   string
	}{
		{"a mistake", func() error { return os.WriteFile(file, []byte("[api]\npairnig = \"off\"\n"), 0o644) }, file + ":2: api.pairnig is not a known key; did you mean pairing?"},
		{"a file of the service's own", func() error {
			return errors.Join(os.WriteFile(file, []byte("[api]\npairing = \"off\"\n"), 0o644), os.Chown(file, serviceUID, -1))
		}, file + ": this is a policy and does not belong to root"},
		{"a file that everybody may write", func() error { return errors.Join(os.Chown(file, 0, -1), os.Chmod(file, 0o666)) }, file + ": this is a policy and others than root may write it"},
		{"a file that it may not read", func() error { return os.Chmod(file, 0o600) }, file + ": it cannot be read (permission denied)"},
		{"a folder that it may not read", func() error { return os.Chmod(dir, 0o700) }, dir + ": it cannot be read (permission denied)"},
	} {
		c.check(tt.change())
		for who, args := range map[int][]string{serviceUID: {"run", "--service", "--config", c.site}, aliceUID: {"run"}} {
			if words, code := c.says(who, args...); code != 2 || !strings.Contains(words, tt.says) {
				t.Errorf("%s: %q ends with %d and %s", tt.name, args, code, words)
			}
		}
	}
}
