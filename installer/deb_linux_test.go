package installer_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ctiagent/internal/paths"

	"github.com/google/go-cmp/cmp"
)

// keepers are the places of dpkg's and other programs' own bookkeeping, which is theirs.
var keepers = []string{"/var/lib/dpkg/", "/var/log/", "/var/cache/", "/var/lib/systemd/deb-systemd-", "/var/lib/systemd/deb-systemd-helper-",
	"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-",
	"/usr/share/icons/hicolor/icon-theme.cache"}

// since is what has become different between two looks at a machine's files, bookkeeping aside.
func since(before, after map[string]string) (out []string) {
	for name, now := range after {
		if before[name] != now && !slices.ContainsFunc(keepers, func(k string) bool {
			return strings.HasPrefix(name, k) && !strings.HasPrefix(name, "/var/log/ctiagent")
		}) {
			out = append(out, name)
		}
	}
	for name := range before {
		if _, still := after[name]; !still {
			out = append(out, name+" is as it was")
		}
	}
	slices.Sort(out)
	return out
}

func debian(t *testing.T) string { return filepath.Join(delivered(t), "ctiagent_1.2.3_amd64.deb") }

func TestDebianPackageKeepsDebiansRules(t *testing.T) {
	if out := says(t, "lintian", "--allow-root", "--pedantic", debian(t)); out != "" {
		t.Errorf("lintian says:\n%s", out)
	}
}

// TestDebianPackageNeedsWhatTheTrayLinks compares the package's dependencies with the libraries that the tray names. The
// other programs name none.
func TestDebianPackageNeedsWhatTheTrayLinks(t *testing.T) {
	bin := filepath.Join(delivered(t), "stage", "root", "usr", "bin")
	work := t.TempDir()
	if err := os.MkdirAll(filepath.Join(work, "debian"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work, "debian", "control"), []byte("Source: ctiagent\n\nPackage: ctiagent\nArchitecture: any\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	libraries := func(program string) map[string]bool {
		out := says(t, "sh", "-c", `cd "$0" && dpkg-shlibdeps -O "$1" 2>/dev/null`, work, filepath.Join(bin, program))
		return packagesOf(strings.TrimPrefix(strings.TrimSpace(out), "shlibs:Depends="))
	}
	want := libraries("ctiagent-tray")
	have := packagesOf(says(t, "dpkg-deb", "-f", debian(t), "Depends"))
	for _, besides := range []string{"passwd", "init-system-helpers"} { // what the package's scripts call
		if !have[besides] {
			t.Errorf("%s is not among the dependencies", besides)
		}
		delete(have, besides)
	}
	if d := cmp.Diff(slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(want))); d != "" || len(want) == 0 {
		t.Errorf("dependencies, -has +links:\n%s", d)
	}
	for _, static := range []string{"ctiagent", "ctiagent-open", "ctiagent-native"} {
		if more := libraries(static); len(more) > 0 {
			t.Errorf("%s links %v", static, more)
		}
	}
}

func packagesOf(list string) map[string]bool {
	out := map[string]bool{}
	for _, one := range strings.Split(list, ",") {
		if name, _, _ := strings.Cut(strings.TrimSpace(one), " "); name != "" {
			out[name] = true
		}
	}
	return out
}

// TestDebianPackageLives is the whole life of the package on this very system: installed, used, repaired, upgraded, removed
// and purged.
func TestDebianPackageLives(t *testing.T) {
	m, s := newMachine(t), newSite(t)
	m.runs("useradd", "--create-home", "--shell", "/bin/sh", "ana")
	m.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n", 0o755) // containers often forbid to start what is installed
	m.runs("update-desktop-database", "/usr/share/applications")
	m.write("/etc/opt/other.conf", "", 0o644) // no package of Debian's claims /etc/opt, so dpkg would remove it when empty
	before := m.changed()

	// An administrator who rolls out puts the site's file there first.
	m.write("/etc/ctiagent/ctiagent.toml", s.file, 0o644)
	file := "/tmp" + strings.TrimPrefix(debian(t), "/tmp")
	m.runs("dpkg", "-i", file)
	for _, scheme := range []string{"sip", "sips", "tel", "callto"} {
		if got := m.runs("runuser", "-u", "ana", "--", "xdg-mime", "query", "default", "x-scheme-handler/"+scheme); got != "ctiagent-open.desktop" {
			t.Errorf("%s links are opened by %q", scheme, got)
		}
	}
	if got := m.runs("ctiagent", "version"); !strings.HasPrefix(got, "ctiagent "+version+" ") {
		t.Errorf("the program says it is %s", got)
	}
	m.runs("desktop-file-validate", "/usr/share/applications/ctiagent-open.desktop", "/usr/share/applications/ctiagent-tray.desktop", "/etc/xdg/autostart/ctiagent-tray.desktop")
	until(t, "the service's start", s.listens)
	if got := m.runs("ps", "-o", "user=", "-C", "ctiagent"); got != paths.ServiceAccount {
		t.Errorf("the service runs as %q", got)
	}

	// A browser of the person starts what the manifest names.
	host := admits(t, m.runs("runuser", "-u", "ana", "--", "cat", "/etc/opt/chrome/native-messaging-hosts/com.ctiagent.native.json"), extension(t).Chromium)
	greets(t, m.command(t.Context(), "runuser", "-u", "ana", "--", host, "chrome-extension://"+extension(t).Chromium+"/"))
	m.write("/usr/local/bin/firefox", "#!/bin/sh\n", 0o755)
	if got := m.runs("runuser", "-u", "ana", "--", "env", "LANG=C.UTF-8", "ctiagent", "doctor"); !strings.Contains(got, "Firefox.") || strings.Contains(got, "ctiagent-native register") {
		t.Errorf("of the browsers the doctor says\n%s", got)
	}
	m.runs("rm", "/usr/local/bin/firefox")
	// The administrator's own extension, which the package leaves alone.
	own := strings.Repeat("ab", 16)
	m.runs("ctiagent-native", "register", "--machine", own)

	display := m.display()
	click := func(link string) {
		t.Helper()
		m.runs("runuser", "-u", "ana", "--", "env", "HOME=/home/ana", "LANG=C.UTF-8", display, "xdg-open", link)
	}
	click("tel:+55-11-3355-3400")
	if got := s.dialled(t, 1); !slices.Equal(got, []string{"33553400"}) {
		t.Errorf("dialled %q", got)
	}

	// Repaired, which is upgraded to the same: what was lost is back, the service is a new process, and serves.
	old := m.runs("cat", "/run/ctiagent.pid")
	m.runs("rm", "/usr/share/applications/ctiagent-open.desktop")
	m.runs("dpkg", "-i", file)
	if now := m.runs("cat", "/run/ctiagent.pid"); now == old {
		t.Error("the service was not started anew")
	}
	until(t, "the service's second start", s.listens)
	for _, browser := range []string{"opt/chrome", "chromium", "opt/edge"} {
		admits(t, m.runs("cat", "/etc/"+browser+"/native-messaging-hosts/com.ctiagent.native.json"), own)
	}
	s.pbx.Forget()
	click("sip:33553401")
	if got := s.dialled(t, 1); !slices.Equal(got, []string{"33553401"}) {
		t.Errorf("dialled %q after the repair", got)
	}

	m.runs("dpkg", "-r", "ctiagent")
	if s.listens() {
		t.Error("removed, and it listens")
	}
	if got, _ := m.try("pgrep", "-a", "ctiagent"); got != "" {
		t.Errorf("removed, and there runs %s", got)
	}
	if got := m.runs("runuser", "-u", "ana", "--", "xdg-mime", "query", "default", "x-scheme-handler/tel"); got != "" {
		t.Errorf("removed, and tel links are opened by %q", got)
	}
	m.runs("dpkg", "-P", "ctiagent")
	m.runs("rm", "-rf", "/home/ana/.cache", "/home/ana/.local", "/home/ana/.config") // the person's own
	if left := since(before, m.changed()); len(left) > 0 {
		t.Errorf("purged, and different from before are:\n%s", strings.Join(left, "\n"))
	}
}

// display starts a display for the machine, and answers how a program is told of it.
func (m *machine) display() string {
	m.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		m.t.Fatal(err)
	}
	defer r.Close()
	cmd := m.command(m.t.Context(), "Xvfb", "-displayfd", "3", "-screen", "0", "640x480x24", "-nolisten", "tcp", "-ac")
	cmd.ExtraFiles = []*os.File{w}
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	w.Close()
	m.t.Cleanup(func() { _ = cmd.Wait() }) // its context has ended it
	var number int
	if _, err := fmt.Fscan(r, &number); err != nil {
		m.t.Fatalf("no display: %v", err)
	}
	return fmt.Sprintf("DISPLAY=:%d", number)
}
