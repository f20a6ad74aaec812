package main

import (
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
)

// alone names the variable that tells a test it has a network of its own.
const alone = "CTIAGENT_TEST_OWN_NETWORK"

// In the other tests a switch tells Chromium which pages are public. Here the
// pages have a public address and a private one, in a network that ends with the
// test and has no other computer in it.
func TestDiagnoseHoldsOnRealAddresses(t *testing.T) {
	const public, private = "203.0.113.5", "192.168.7.1"
	if os.Getenv(alone) == "" {
		inOwnNetwork(t)
		return
	}
	for _, args := range [][]string{{"link", "set", "lo", "up"}, {"address", "add", public + "/32", "dev", "lo"}, {"address", "add", private + "/32", "dev", "lo"}} {
		if out, err := exec.CommandContext(t.Context(), "ip", args...).CombinedOutput(); err != nil {
			t.Fatalf("ip %q: %v: %s", args, err, out)
		}
	}
	serve := func(address string, tls bool) string {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", net.JoinHostPort(address, "0"))
		if err != nil {
			t.Fatal(err)
		}
		s := httptest.NewUnstartedServer(wallPages())
		_ = s.Listener.Close() // the one it made for itself
		s.Listener = l
		if tls {
			s.StartTLS()
		} else {
			s.Start()
		}
		t.Cleanup(s.Close)
		return s.URL
	}
	rows := []struct{ page, want string }{
		{serve(public, true), "blocked.denied link denied"}, // without a window it cannot ask
		{serve(public, false), "blocked.insecure_page link denied"},
		{serve(private, true), "connected.ok socket prompt"},
		{serve(private, false), "connected.ok socket denied"},
	}
	b := startBrowser(t, chromedp.Flag("ignore-certificate-errors", true))
	w := &walls{t: t, site: demoSite(t, b, func(cfg *config.Config) {
		for _, r := range rows {
			cfg.API.Origins = append(cfg.API.Origins, r.page)
		}
	})}
	for _, r := range rows {
		if got := w.alone(r.page).String(); got != r.want {
			t.Errorf("%s: diagnosed %s, want %s", r.page, got, r.want)
		}
	}
}

// inOwnNetwork runs this test again where nothing but this computer is on the
// network, and where it may give it addresses.
func inOwnNetwork(t *testing.T) {
	t.Helper()
	namespace := []string{"-n"}
	if os.Getuid() != 0 {
		namespace = []string{"-r", "-n"}
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("there is no ip to give out addresses with: install iproute2")
	}
	if out, err := exec.CommandContext(t.Context(), "unshare", append(namespace, "ip", "link", "set", "lo", "up")...).CombinedOutput(); err != nil {
		t.Skipf("a network of one's own is for root, or where users may make namespaces: %v: %s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), "unshare", append(namespace, os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")...)
	cmd.Env = append(os.Environ(), alone+"=yes")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("--- PASS: %s ", t.Name())) {
		t.Errorf("in a network of its own: %v\n%s", err, out)
	}
}
