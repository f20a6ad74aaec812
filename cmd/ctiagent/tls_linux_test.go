package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The system's own list, and the folder of what an administrator adds to it.
const (
	authorities = "/etc/ssl/certs"
	added       = "/usr/local/share/ca-certificates"
)

// ownAuthorities gives this computer a list of authorities that nobody else has.
func (c *computer) ownAuthorities() {
	c.t.Helper()
	copied := c.t.TempDir()
	for _, args := range [][]string{{"cp", "-a", authorities + "/.", copied}} {
		if words, err := exec.CommandContext(c.ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			c.t.Fatalf("%v: %s", err, words)
		}
	}
	c.check(unix.Mount(copied, authorities, "", unix.MS_BIND, ""))
	c.check(os.MkdirAll(added, 0o755))
	c.check(unix.Mount("tmpfs", added, "tmpfs", 0, "mode=755"))
}

// browser gives somebody the store of a Chromium.
func (c *computer) browser(uid int, home string) {
	c.t.Helper()
	cmd := exec.CommandContext(c.ctx, "sh", "-c", "mkdir -p .pki/nssdb && certutil -d sql:.pki/nssdb -N --empty-password")
	cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(uid)}}
	if words, err := cmd.CombinedOutput(); err != nil {
		c.t.Fatalf("%v: %s", err, words)
	}
}

// trusts counts our authorities in a browser's store.
func (c *computer) trusts(home string) int {
	c.t.Helper()
	words, err := exec.CommandContext(c.ctx, "certutil", "-d", "sql:"+home+"/.pki/nssdb", "-L").CombinedOutput()
	if err != nil {
		c.t.Fatalf("%v: %s", err, words)
	}
	return strings.Count(string(words), "\nctiagent ")
}

// shown is the serial number of the certificate at a port, as a program sees it
// that trusts what the system trusts.
func (c *computer) shown(port int) (string, error) {
	c.t.Helper()
	list, err := os.ReadFile(filepath.Join(authorities, "ca-certificates.crt"))
	c.check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(list) {
		c.t.Fatal("the system trusts nobody")
	}
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: roots}}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return "", err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String(), nil
}

func TestCertificateOfTheComputerIsTrustedReplacedAndGone(t *testing.T) {
	if !inside(t) {
		return
	}
	c := newComputer(t)
	c.ownAuthorities()
	const alice, bruno, key = "/run/home/alice", "/run/home/bruno", "/var/lib/ctiagent/tls.pem"
	c.browser(aliceUID, alice)
	// Bruno's is somebody else's in truth.
	c.check(os.MkdirAll(bruno+"/.pki", 0o700))
	c.check(os.Symlink(alice+"/.pki/nssdb", bruno+"/.pki/nssdb"))
	port, err := freePort()
	c.check(err)
	text, err := os.ReadFile(c.site)
	c.check(err)
	c.check(os.WriteFile(c.site, []byte(strings.Replace(string(text), "[api]\n", fmt.Sprintf("[api]\ntls = true\ntls_port = %d\n", port), 1)), 0o644))
	c.service()
	if serial, err := c.shown(port); err == nil {
		t.Fatalf("there is no certificate, and yet: %s", serial)
	}
	if words, code := c.says(aliceUID, "tls", "install", "--config", c.site); code != 1 || !strings.Contains(words, "belong to administrators") {
		t.Errorf("alice makes a certificate: %s (%d)", words, code)
	}

	words, code := c.says(0, "tls", "install", "--config", c.site)
	if code != 0 || !strings.Contains(words, added+"/ctiagent.crt, "+alice+"/.pki/nssdb\n") || strings.Contains(words, bruno) {
		t.Fatalf("install: %s (%d)", words, code)
	}
	info, err := os.Stat(key)
	c.check(err)
	if owner := info.Sys().(*syscall.Stat_t).Uid; owner != serviceUID || info.Mode().Perm() != 0o600 {
		t.Errorf("the key belongs to %d with mode %o", owner, info.Mode().Perm())
	}
	first, err := c.shown(port) // without a new start
	c.check(err)
	if words, code := c.says(aliceUID, "doctor", "--config", c.site); code != 0 || !strings.Contains(words, "with a certificate until") {
		t.Errorf("the doctor: %s", words)
	}
	if words, code := c.says(0, "tls", "install", "--if-due", "--config", c.site); code != 0 || strings.Contains(words, "Trusted in") {
		t.Errorf("it is not due: %s (%d)", words, code)
	}
	if still, err := c.shown(port); err != nil || still != first {
		t.Errorf("it is not due, and was replaced: %v", err)
	}

	if words, code := c.says(0, "tls", "install", "--config", c.site); code != 0 {
		t.Fatalf("install again: %s", words)
	}
	if next, err := c.shown(port); err != nil || next == first {
		t.Errorf("it was not replaced: %v", err)
	}
	if n := c.trusts(alice); n != 1 {
		t.Errorf("alice's browser trusts %d authorities", n)
	}
	files, err := os.ReadDir(added)
	c.check(err)
	if len(files) != 1 {
		t.Errorf("the computer trusts %v", files)
	}

	if words, code := c.says(0, "tls", "remove", "--config", c.site); code != 0 {
		t.Fatalf("remove: %s", words)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("the key is still there")
	}
	if n := c.trusts(alice); n != 0 {
		t.Errorf("alice's browser still trusts %d authorities", n)
	}
	if files, err := os.ReadDir(added); err != nil || len(files) != 0 {
		t.Errorf("the computer still trusts %v, %v", files, err)
	}
	if serial, err := c.shown(port); err == nil {
		t.Errorf("it is removed, and still trusted: %s", serial)
	}
	if words, code := c.says(0, "tls", "status", "--json", "--config", c.site); code != 0 || !strings.Contains(words, `"installed":false`) {
		t.Errorf("status: %s (%d)", words, code)
	}
}
