package installer_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// versions asks build.sh what becomes of a version as git describes it.
func versions(t *testing.T, described string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "./build.sh", "--versions")
	cmd.Env = append(os.Environ(), "VERSION="+described)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func TestVersionsOfPackagesGrow(t *testing.T) {
	last := ""
	for _, c := range [][2]string{
		{"ebf2c55-dirty", "0.0.0~ebf2c55.dirty 0.0.0"},
		{"v0.0.1", "0.0.1 0.0.1"},
		{"v1.2.3-beta", "1.2.3~beta 1.2.3"},
		{"v1.2.3-rc.1", "1.2.3~rc.1 1.2.3"},
		{"v1.2.3-rc.1-4-g0a1b2c3", "1.2.3~rc.1+4.g0a1b2c3 1.2.3"},
		{"1.2.3", "1.2.3 1.2.3"},
		{"v1.2.3-dirty", "1.2.3+dirty 1.2.3"},
		{"v1.2.4-4-g0a1b2c3", "1.2.4+4.g0a1b2c3 1.2.4"},
		{"v1.2.4-10-gfff0000-dirty", "1.2.4+10.gfff0000+dirty 1.2.4"},
		{"v1.10.0", "1.10.0 1.10.0"},
	} {
		got, err := versions(t, c[0])
		if err != nil || got != c[1] {
			t.Errorf("%s becomes %q, %v, want %q", c[0], got, err, c[1])
		}
		now, _, _ := strings.Cut(got, " ")
		if last != "" {
			if err := exec.CommandContext(t.Context(), "dpkg", "--compare-versions", last, "lt", now).Run(); err != nil {
				t.Errorf("%s is not behind %s", now, last)
			}
		}
		last = now
	}
	for _, wrong := range []string{"a b", "v1.2.3/../..", "1;reboot", "v1.2.3\n"} {
		if got, err := versions(t, wrong); err == nil {
			t.Errorf("%q becomes %q", wrong, got)
		}
	}
}
