//go:build linux

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ctiagent/internal/winetest"
)

// The whole life of the service in the hands of a service manager of Windows.
func TestWindowsServiceLives(t *testing.T) {
	t.Parallel()
	w := winetest.New(t)
	w.Build(t, filepath.Join(w.C, "ctiagent.exe"), ".")
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	conf := filepath.Join(w.C, "ProgramData", "ctiagent", "ctiagent.toml")
	configure := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(conf), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	says := func(args ...string) string {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		words, err := w.Command(ctx, append([]string{`C:\ctiagent.exe`}, args...)...).CombinedOutput()
		if err != nil && ctx.Err() != nil {
			t.Fatalf("%q: %v: %s", args, ctx.Err(), words)
		}
		return strings.TrimSpace(string(words))
	}
	status := func(want string) {
		t.Helper()
		if got := says("service", "status", "--json"); !strings.Contains(got, `"status":"`+want+`"`) {
			t.Fatalf("the service is %s, want %s", got, want)
		}
	}
	answers := func() error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", port), nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}

	// The computer trusts an authority of its own, the newest, until it is removed.
	roots := func() (n int) {
		t.Helper()
		words, err := w.Command(t.Context(), "reg", "query", `HKLM\Software\Microsoft\SystemCertificates\Root\Certificates`).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, words)
		}
		return strings.Count(string(words), `\Certificates\`)
	}
	if got := says("tls", "remove"); !strings.Contains(got, "no browser trusts it") { // which makes the list, too
		t.Errorf("remove what is not there: %s", got)
	}
	before := roots()
	for range 2 {
		if got := says("tls", "install"); !strings.Contains(got, `Trusted in: Cert:\LocalMachine\Root`) {
			t.Fatalf("install: %s", got)
		}
		if n := roots(); n != before+1 {
			t.Errorf("the computer trusts %d authorities more than before", n-before)
		}
	}
	if got := says("tls", "status", "--json"); !strings.Contains(got, `"installed":true`) {
		t.Errorf("status: %s", got)
	}
	if got := says("tls", "remove"); !strings.Contains(got, "no browser trusts it") || roots() != before {
		t.Errorf("remove: %s", got)
	}

	status("not_installed")
	configure(fmt.Sprintf("[api]\nport = %d\n", port))
	says("service", "install")
	status("stopped")
	if got := says("service", "start"); got != "The service is started." {
		t.Fatal(got)
	}
	status("running")
	if err := answers(); err != nil {
		t.Errorf("running, but: %v", err)
	}
	// Everybody is one user here, whom the service has no desk for: that it says so comes through its pipe.
	if got := says("status"); !strings.Contains(got, "desk") {
		t.Errorf("through the pipe: %s", got)
	}
	says("service", "stop")
	status("stopped")
	if answers() == nil {
		t.Error("stopped, but it answers")
	}

	configure("[api]\nprot = 1\n")
	if got := says("service", "start"); !strings.Contains(got, `ctiagent\ctiagent.toml`) || !strings.Contains(got, "prot") {
		t.Errorf("with a mistake in its file: %s", got)
	}
	status("stopped")

	// Group policy decides over the file, and is not passed over when it is wrong.
	const policy = `HKLM\Software\Policies\CTIAgent\ctiagent\api`
	reg := func(args ...string) {
		t.Helper()
		if words, err := w.Command(t.Context(), append([]string{"reg"}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("reg %q: %v: %s", args, err, words)
		}
	}
	configure("[api]\nport = 1\n")
	reg("add", policy, "/v", "port", "/t", "REG_SZ", "/d", "x", "/f")
	if got := says("service", "start"); !strings.Contains(got, `HKEY_LOCAL_MACHINE\Software\Policies\CTIAgent\ctiagent\api: api.port`) || !strings.Contains(got, "REG_DWORD") {
		t.Errorf("with a mistake in its policy: %s", got)
	}
	status("stopped")
	reg("add", policy, "/v", "port", "/t", "REG_DWORD", "/d", strconv.Itoa(port), "/f")
	says("service", "start")
	status("running")
	if err := answers(); err != nil {
		t.Errorf("running by policy, but: %v", err)
	}
	says("service", "stop")
	says("service", "uninstall")
	status("not_installed")
	if log, err := os.ReadFile(filepath.Join(w.C, "ProgramData", "ctiagent", "log", "ctiagent.log")); err != nil {
		t.Error(err)
	} else if strings.Contains(string(log), "level=ERROR") {
		t.Errorf("the log: %s", log)
	}
}
