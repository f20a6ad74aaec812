package installer_test

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestRPMLives installs the rpm beside the system's own packages, in a database of its own since Debian has none, and
// removes it. What it depends on bears Fedora's names, so that is only read.
func TestRPMLives(t *testing.T) {
	file := filepath.Join(delivered(t), "ctiagent-1.2.3-1.x86_64.rpm")
	m := newMachine(t)
	files := says(t, "rpm", "-qpl", file)
	for _, want := range []string{"/usr/bin/ctiagent", "/usr/bin/ctiagent-open", "/usr/bin/ctiagent-native", "/usr/bin/ctiagent-tray", "/usr/lib/systemd/system/ctiagent.service",
		"/usr/lib/systemd/user/ctiagent.service", "/usr/share/applications/ctiagent-open.desktop", "/etc/xdg/autostart/ctiagent-tray.desktop",
		"/usr/share/man/man1/ctiagent.1.gz", "/usr/share/man/pt_BR/man1/ctiagent.1.gz", "/usr/share/bash-completion/completions/ctiagent",
		"/usr/share/zsh/site-functions/_ctiagent", "/usr/share/fish/vendor_completions.d/ctiagent.fish", "/usr/share/licenses/ctiagent/LICENSE"} {
		if !strings.Contains(files, want+"\n") {
			t.Errorf("%s is not in it", want)
		}
	}
	if strings.Contains(files, "/etc/init.d") || strings.Contains(files, "lintian") {
		t.Errorf("Debian's own are in it: %s", files)
	}
	if got := says(t, "rpm", "-qp", "--requires", file); !strings.Contains(got, "gtk3\n") || !strings.Contains(got, "libayatana-appindicator-gtk3\n") || !strings.Contains(got, "shadow-utils\n") {
		t.Errorf("it needs %s", got)
	}

	m.runs("mkdir", "-p", "/rpmdb")
	rpm := func(args ...string) string {
		t.Helper()
		return m.runs(append([]string{"rpm", "--dbpath", "/rpmdb", "--nodeps"}, args...)...)
	}
	m.runs("rm", "-f", "/usr/bin/systemctl")
	m.write("/usr/bin/systemctl", "#!/bin/sh\necho \"$@\" >>/asked\n", 0o755)
	m.runs("mkdir", "-p", "/run/systemd/system") // as where systemd runs
	m.runs("rpm", "--dbpath", "/rpmdb", "--initdb")
	// Folders that Fedora has, and rpm leaves alone.
	m.runs("mkdir", "-p", "/usr/share/fish/vendor_completions.d", "/usr/share/licenses", "/usr/share/zsh/site-functions", "/etc/xdg/autostart")
	for _, size := range []string{"16x16", "22x22", "24x24", "32x32", "48x48", "64x64", "128x128", "256x256"} {
		m.runs("mkdir", "-p", "/usr/share/icons/hicolor/"+size+"/apps")
	}
	before := m.changed()
	rpm("-i", file)
	if got := m.runs("ctiagent", "version"); !strings.HasPrefix(got, "ctiagent "+version+" ") {
		t.Errorf("the program says it is %s", got)
	}
	if got := m.runs("getent", "passwd", "ctiagent"); !strings.HasSuffix(got, ":/sbin/nologin") {
		t.Errorf("the service's account is %s", got)
	}
	if got := m.runs("runuser", "-u", "nobody", "--", "sh", "-c", "find /etc/ctiagent && test ! -w /etc/ctiagent/policy.d"); got != "/etc/ctiagent\n/etc/ctiagent/policy.d" {
		t.Errorf("the site's folder: %s", got)
	}
	for _, lib := range []string{"lib", "lib64"} { // some Firefox look into the one, some into the other
		host := admits(t, m.runs("runuser", "-u", "nobody", "--", "cat", "/usr/"+lib+"/mozilla/native-messaging-hosts/com.ctiagent.native.json"), extension(t).Firefox)
		m.runs("runuser", "-u", "nobody", "--", "test", "-x", host)
	}
	own := strings.Repeat("ab", 16)
	m.runs("ctiagent-native", "register", "--machine", own)
	rpm("-U", "--replacepkgs", file) // repaired
	for _, browser := range []string{"opt/chrome", "chromium", "opt/edge"} {
		admits(t, m.runs("cat", "/etc/"+browser+"/native-messaging-hosts/com.ctiagent.native.json"), own)
	}
	m.runs("ctiagent-native", "register", "--machine", extension(t).Chromium)
	m.runs("getent", "passwd", "ctiagent")
	m.runs("install", "-d", "-o", "ctiagent", "/var/lib/ctiagent", "/var/log/ctiagent") // as the service does
	rpm("-e", "ctiagent")
	want := []string{"--no-reload enable ctiagent.service", "daemon-reload", "restart ctiagent.service", // installed
		"daemon-reload", "restart ctiagent.service", "daemon-reload", // repaired
		"--no-reload disable ctiagent.service", "stop ctiagent.service", "daemon-reload"} // removed
	if got := m.runs("cat", "/asked"); got != strings.Join(want, "\n") {
		t.Errorf("systemd was asked:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
	m.runs("rm", "-rf", "/asked")
	var left []string
	for _, name := range since(before, m.changed()) {
		if !strings.HasPrefix(name, "/rpmdb/") {
			left = append(left, name)
		}
	}
	if len(left) > 0 {
		t.Errorf("removed, and different from before are:\n%s", strings.Join(left, "\n"))
	}
}
