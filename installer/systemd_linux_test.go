package installer_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// underSystemd is done by the one service of a system that systemd runs. What it finds out it says as name=value.
const underSystemd = `
exec >/said 2>/log
set -x
say() { echo "$1=$2"; }
until_() { for _ in $(seq 400); do "$@" && return; sleep 0.05; done; echo "never: $*"; }
as() { who=$1; shift; runuser -u "$who" -- env XDG_RUNTIME_DIR=/run/user/$(id -u "$who") "$@"; }
pid() { systemctl show -p MainPID --value ctiagent; }
answers() { as "$1" ctiagent status --json >/dev/null; }
other() { [ "$(pid)" != 0 ] && [ "$(pid)" != "$1" ]; }

dpkg -i /ctiagent.deb >&2
say installed "$(systemctl is-active ctiagent)"
say enabled "$(systemctl is-enabled ctiagent)"
say complaints "$(systemd-analyze verify /usr/lib/systemd/system/ctiagent.service 2>&1)"
until_ answers ana
say account "$(ps -o user= -p "$(pid)")"
say state "$(stat -c '%U %a' /var/lib/ctiagent)"
say door "$(stat -c '%U %a' /run/ctiagent)"
as ana ctiagent-open tel:33553400
say opened $?

old=$(pid)
kill -9 "$old"
until_ other "$old"
until_ answers ana
say restarted "$(systemctl show -p NRestarts --value ctiagent)"

before=$(date +%s%3N)
systemctl stop ctiagent
took=$(($(date +%s%3N) - before))
say stopped "$(systemctl is-active ctiagent) $(systemctl show -p Result --value ctiagent)"
[ "$took" -lt 5000 ] && say within yes || say within "$took ms"

# One person's own service, instead: it is there from her next session on.
systemctl disable --now ctiagent
install -D -o ana -m 600 /etc/ctiagent/ctiagent.toml /home/ana/.config/ctiagent/ctiagent.toml
chown -R ana /home/ana/.config
uid=$(id -u ana)
systemctl start user@$uid
as ana systemctl --user enable ctiagent
systemctl stop user@$uid
systemctl start user@$uid
until_ answers ana
say own "$(as ana systemctl --user is-active ctiagent)"
say owner "$(ps -o user= -C ctiagent)"
as ana systemctl --user disable --now ctiagent
systemctl stop user@$uid

# An administrator's decision is kept by the next package.
dpkg -i /ctiagent.deb >&2
say kept "$(systemctl is-enabled ctiagent) $(systemctl is-active ctiagent)"
systemctl enable --now ctiagent
until_ answers ana
dpkg -P ctiagent >&2
say purged "$(systemctl is-active ctiagent) $(systemctl list-unit-files --no-legend 'ctiagent*')"
say runs "$(pgrep -l ctiagent)"
say folders "$(ls -d /etc/ctiagent /var/lib/ctiagent /var/log/ctiagent /run/ctiagent 2>/dev/null)"
`

// TestUnitsRunUnderSystemd installs the package where a real systemd runs: this system once more, started as a container.
func TestUnitsRunUnderSystemd(t *testing.T) {
	for _, tool := range []string{"systemd-nspawn", "/lib/systemd/systemd"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here, so the units were run by nobody: scripts/deps.sh test installs it", tool)
		}
	}
	m, s := newMachine(t), newSite(t)
	m.runs("useradd", "--create-home", "--shell", "/bin/sh", "ana")
	m.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 0\n", 0o755)
	m.write("/etc/ctiagent/ctiagent.toml", s.file, 0o644)
	m.write("/ctiagent.deb", read(t, debian(t)), 0o644)
	m.write("/check.sh", underSystemd, 0o755)
	m.write("/etc/systemd/system/check.service", "[Service]\nType=oneshot\nExecStart=/bin/sh /check.sh\nExecStopPost=/bin/systemctl exit\n", 0o644)
	m.write("/etc/systemd/system/check.target", "[Unit]\nRequires=basic.target\nWants=check.service\n", 0o644)

	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	// A container's own /dev, /proc and so on come in place of those that the machine has lent.
	const start = `cd "$0" && umount --recursive --lazy dev sys run tmp proc && exec systemd-nspawn --quiet --directory=. --register=no --keep-unit --boot systemd.unit=check.target`
	boot := exec.CommandContext(ctx, "nsenter", "--target", m.holder(), "--mount", "--pid", "sh", "-c", start, filepath.Join(m.top, "root"))
	console, err := boot.CombinedOutput()
	said, readErr := os.ReadFile(m.path("/said"))
	if readErr != nil {
		if strings.Contains(string(console), "Operation not permitted") || strings.Contains(string(console), "cgroups hierarchy") {
			t.Skipf("this system may start no container, so the units were run by nobody: %s", console)
		}
		t.Fatalf("systemd did not get as far: %v: %s", err, console)
	}
	const want = `installed=active
enabled=enabled
complaints=
account=ctiagent
state=ctiagent 700
door=ctiagent 755
opened=0
restarted=1
stopped=inactive success
within=yes
own=active
owner=ana
kept=disabled inactive
purged=inactive 
runs=
folders=
`
	if d := cmp.Diff(string(said), want); d != "" {
		t.Errorf("under systemd, -is +wanted:\n%s\n%s", d, read(t, m.path("/log")))
	}
	if got := s.dialled(t, 1); len(got) != 1 || got[0] != "33553400" {
		t.Errorf("dialled %q", got)
	}
}
