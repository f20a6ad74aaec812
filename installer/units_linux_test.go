package installer_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// systemdPretended makes the machine look as if systemd ran it, so that its files can be seen without it.
const systemdPretended = `#!/bin/sh
case "$*" in
*--version*) echo "systemd 252 (252)" ;;
esac
exit 0
`

// TestPackagesBringTheUnitsThatServiceInstallWrites holds the files here to those of the one source, which is compiled into
// the program.
func TestPackagesBringTheUnitsThatServiceInstallWrites(t *testing.T) {
	m := newMachine(t)
	m.runs("useradd", "--system", "--user-group", "ctiagent")
	program := filepath.Join(t.TempDir(), "ctiagent")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-o", program, "../cmd/ctiagent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	m.write("/usr/bin/ctiagent", string(text), 0o755)
	m.runs("ctiagent", "service", "install") // by the sysv scripts, since no systemd runs
	m.write("/usr/local/bin/systemctl", systemdPretended, 0o755)
	m.write("/usr/local/bin/rpm-ostree", systemdPretended, 0o755)
	m.runs("ctiagent", "service", "install")
	m.runs("ctiagent", "service", "install", "--user")
	for file, installed := range map[string]string{
		"linux/ctiagent.init":         "/etc/init.d/ctiagent",
		"linux/ctiagent.service":      "/etc/systemd/system/ctiagent.service",
		"linux/user/ctiagent.service": "/root/.config/systemd/user/ctiagent.service",
	} {
		want, err := os.ReadFile(m.path(installed))
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(got), string(want)); d != "" {
			t.Errorf("%s is not what service install writes; go test -run TestPackagesBring ./installer -update, as root, writes it:\n%s", file, d)
		}
	}
}
