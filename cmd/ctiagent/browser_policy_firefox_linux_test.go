package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// firefoxUnderPolicy has a Firefox, whose /etc is seen by it alone, read a policy, and answers what it says of that.
func firefoxUnderPolicy(t *testing.T, program, policy string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "policies.json")
	const settings = `user_pref("browser.policies.loglevel", "debug");
user_pref("devtools.console.stdout.chrome", true);
user_pref("browser.dom.window.dump.enabled", true);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
`
	for name, text := range map[string]string{"policies.json": policy, "user.js": settings} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	// With a picture to take it ends by itself.
	cmd := exec.CommandContext(ctx, "unshare", "-m", "sh", "-ec", `mount -t tmpfs none /mnt
mkdir /mnt/up /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work overlay /etc
mkdir -p /etc/firefox/policies
cp "$1" /etc/firefox/policies/policies.json
exec "$2" --headless --no-remote --profile "$3" --screenshot "$3/page.png" about:blank`, "firefox", file, program, dir)
	cmd.Env = append(os.Environ(), "HOME="+dir, "LANG=C.UTF-8", "MOZ_CRASHREPORTER_DISABLE=1")
	said, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "policies.json path = /etc/firefox/policies/policies.json") {
		t.Fatalf("Firefox reads no policy: %v: %s", err, said)
	}
	return string(said)
}

// TestFirefoxTakesThePolicyAsItIsWritten holds what `ctiagent policy` writes against Firefox's own schema of policies, and
// that schema against what is wrong.
func TestFirefoxTakesThePolicyAsItIsWritten(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("firefox-esr")
	if err != nil {
		t.Skip("policies of Firefox are tried with Debian's firefox-esr, which is not here")
	}
	if os.Getuid() != 0 {
		t.Skip("an administrator's policy of Firefox can be tried by root alone")
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", "-m", "sh", "-ec", `mount -t tmpfs none /mnt; mkdir /mnt/up /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/up,workdir=/mnt/work overlay /etc`).CombinedOutput(); err != nil {
		t.Skipf("this system may not mount: %v: %s", err, out)
	}
	folder := t.TempDir()
	if code, out, errOut := runHere(t, "en", "policy", "--folder", folder, "--origins", "https://crm.example.com,http://10.1.2.3:8080",
		"--extension", "ctiagent@corp.example=https://127.0.0.1:1/ctiagent.xpi"); code != exitDone {
		t.Fatalf("status %d: %s%s", code, out, errOut)
	}
	text, err := os.ReadFile(filepath.Join(folder, "linux", "policies.json"))
	if err != nil {
		t.Fatal(err)
	}
	const complaint = "console.error: Enterprise Policies"
	if said := firefoxUnderPolicy(t, program, string(text)); strings.Contains(said, complaint) {
		t.Errorf("Firefox says of the policy\n%s", said)
	}
	for _, wrong := range []string{strings.Replace(string(text), `"SkipDomains": [`, `"SkipDomains": 7, "x": [`, 1), strings.Replace(string(text), `"LocalNetworkAccess"`, `"LocalNetAccess"`, 1)} {
		if said := firefoxUnderPolicy(t, program, wrong); !strings.Contains(said, complaint) {
			t.Errorf("Firefox has nothing to say of a policy that is wrong:\n%s", said)
		}
	}
}
