package localca

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"ctiagent/internal/wholefile"
)

// anchors are the folders of a machine's own authorities and what takes them
// in: Debian and Ubuntu, Fedora and Red Hat, SUSE.
func anchors() []anchor {
	return []anchor{
		{"/usr/local/share/ca-certificates", "ctiagent.crt", []string{"update-ca-certificates"}},
		{"/etc/pki/ca-trust/source/anchors", "ctiagent.pem", []string{"update-ca-trust", "extract"}},
		{"/etc/pki/trust/anchors", "ctiagent.pem", []string{"update-ca-certificates"}},
	}
}

type anchor struct {
	dir, file string
	update    []string
}

// nickname begins the name of our authorities in the stores of browsers.
const nickname = "ctiagent "

// nssFolder is where Chromium keeps what its person trusts, below the home.
const nssFolder = ".pki/nssdb"

// certutil changes such a store.
const certutil = "certutil"

// browserStore is one person's.
type browserStore struct {
	person string
	home   string
	as     *syscall.Credential // nil: who runs this
}

func trust(ctx context.Context, ca *x509.Certificate, own bool) (out Trusted, err error) {
	if !own {
		if os.Getuid() != 0 {
			return out, ErrRights
		}
		for _, a := range anchors() {
			if _, err := os.Stat(a.dir); err != nil {
				continue
			}
			if program(a.update[0]) == "" {
				continue
			}
			file := filepath.Join(a.dir, a.file)
			if err := wholefile.Write(file, inPEM(ca), 0o644, nil); err != nil {
				return out, err
			}
			if err := run(ctx, a.update...); err != nil {
				return out, errors.Join(err, os.Remove(file))
			}
			out.Places = append(out.Places, file)
		}
	}
	stores, err := browserStores(own)
	if err != nil || len(stores) == 0 {
		return out, err
	}
	if _, err := exec.LookPath(certutil); err != nil {
		out.NoTool = certutil
		return out, nil
	}
	for _, s := range stores {
		if own {
			if err := s.make(ctx); err != nil {
				return out, err
			}
		}
		if _, err := s.certutil(ctx, inPEM(ca), "-A", "-a", "-t", "C,,", "-n", ca.Subject.CommonName); err != nil {
			return out, err
		}
		out.Places = append(out.Places, s.place())
	}
	return out, nil
}

func distrust(ctx context.Context, own bool, keep *x509.Certificate) (places []string, err error) {
	if !own {
		if os.Getuid() != 0 {
			return nil, ErrRights
		}
		for _, a := range anchors() {
			file := filepath.Join(a.dir, a.file)
			text, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) || keep != nil && bytes.Equal(text, inPEM(keep)) {
				continue
			}
			if err == nil {
				err = os.Remove(file)
			}
			if err == nil {
				err = run(ctx, a.update...)
			}
			if err != nil {
				return places, err
			}
			places = append(places, file)
		}
	}
	stores, err := browserStores(own)
	if err != nil {
		return places, err
	}
	if _, err := exec.LookPath(certutil); err != nil {
		return places, nil // without it nothing was ever put there
	}
	for _, s := range stores {
		if _, err := os.Stat(filepath.Join(s.home, nssFolder)); err != nil {
			continue
		}
		there, err := s.ours(ctx)
		if err != nil {
			return places, err
		}
		gone := false
		for _, name := range there {
			if keep != nil && name == keep.Subject.CommonName {
				continue
			}
			if _, err := s.certutil(ctx, nil, "-D", "-n", name); err != nil {
				return places, err
			}
			gone = true
		}
		if gone {
			places = append(places, s.place())
		}
	}
	return places, nil
}

func (s browserStore) place() string { return filepath.Join(s.home, nssFolder) }

// make makes the store where there is none yet, so that a browser that is
// started later finds it.
func (s browserStore) make(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.place(), "cert9.db")); err == nil {
		return nil
	}
	if err := os.MkdirAll(s.place(), 0o700); err != nil {
		return err
	}
	_, err := s.certutil(ctx, nil, "-N", "--empty-password")
	return err
}

// ours are the names of our authorities in the store.
func (s browserStore) ours(ctx context.Context) (names []string, err error) {
	list, err := s.certutil(ctx, nil, "-L")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, nickname) {
			continue
		}
		// The trust stands in the last column.
		if fields := strings.Fields(line); len(fields) == 3 {
			names = append(names, fields[0]+" "+fields[1])
		}
	}
	return names, nil
}

func (s browserStore) certutil(ctx context.Context, input []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, certutil, append([]string{"-d", "sql:" + s.place()}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.home, "LC_ALL=C"}
	cmd.Dir, cmd.Stdin = "/", bytes.NewReader(input)
	if s.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	}
	words, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("certutil for %s: %w: %s", s.person, err, bytes.TrimSpace(words))
	}
	return string(words), nil
}

// browserStores are the person's own, or those of all people who have one. A
// program of theirs is run with their rights, never the administrator's: the
// folders are theirs to change.
func browserStores(own bool) ([]browserStore, error) {
	if own {
		home, err := os.UserHomeDir()
		return []browserStore{{person: "this person", home: home}}, err
	}
	f, err := os.Open("/etc/passwd")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	var out []browserStore
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) < 7 {
			continue
		}
		uid, err := strconv.ParseUint(fields[2], 10, 32)
		gid, err2 := strconv.ParseUint(fields[3], 10, 32)
		if err != nil || err2 != nil || !filepath.IsAbs(fields[5]) {
			continue
		}
		info, err := os.Lstat(filepath.Join(fields[5], nssFolder))
		if err != nil || !info.IsDir() {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || uint64(owner.Uid) != uid {
			continue
		}
		out = append(out, browserStore{fields[0], fields[5], &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}})
	}
	return out, nil
}

// program is where a program of administrators stands, "" when it is missing.
// The PATH of an uninstaller may not name their folder.
func program(name string) string {
	for _, name := range []string{name, "/usr/sbin/" + name} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// run calls a program of administrators.
func run(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, program(argv[0]), argv[1:]...)
	if words, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", argv[0], err, bytes.TrimSpace(words))
	}
	return nil
}
