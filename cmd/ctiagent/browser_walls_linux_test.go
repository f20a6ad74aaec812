package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"ctiagent/internal/notify/notifytest"

	"github.com/chromedp/chromedp"
)

// newScreen is a display with a window manager, for a browser with windows that
// a person can see and press keys in.
func newScreen(t *testing.T) *workplace {
	t.Helper()
	w := &workplace{t: t, desktop: &notifytest.Desktop{}, env: []string{"PATH=" + os.Getenv("PATH")}}
	w.screen()
	return w
}

// windows are the options of a browser on that display.
func (w *workplace) windows() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{chromedp.Flag("headless", false), chromedp.WindowSize(900, 700), chromedp.Env(w.env...)}
}

// A person has to see the question: the browser takes no answer in its first
// moments, and the keys lead from Block to Allow.
func TestDiagnoseFollowsTheQuestionToThePerson(t *testing.T) {
	screen := newScreen(t)
	w := newWalls(t, func(*walls) []chromedp.ExecAllocatorOption { return screen.windows() })
	port := w.site.p.server.Port()
	for _, c := range []struct {
		answer       string
		keys         []string
		state, after string
	}{
		{"allow", []string{"F6", "Tab", "Return"}, "connected.ok", "connected.ok socket granted"},
		{"block", []string{"F6", "Return"}, "blocked.denied", "blocked.denied link denied"},
	} {
		t.Run(c.answer, func(t *testing.T) {
			tb := w.person(w.publicHTTPS, "")
			tb.front()
			tb.run("connect", chromedp.Evaluate(fmt.Sprintf(`cti = CTIAgent.connect({ port: %d, language: 'pt-BR' }); asked = performance.now()`, port), nil))
			tb.until("the client says that the browser asks", `cti.detail.reason === 'permission_prompt'`)
			if got, want := tb.diagnose(port, "en").String(), "connecting.permission_prompt link prompt"; got != want {
				t.Errorf("diagnosed %s, want %s", got, want)
			}
			tb.until("the browser takes an answer", `performance.now() - asked > 2000`)
			for _, key := range c.keys {
				screen.runs("xdotool", "key", key)
			}
			tb.until("the client's state is "+c.state, fmt.Sprintf(`cti.state + '.' + cti.detail.reason === '%s'`, c.state))
			if got := tb.diagnose(port, "en").String(); got != c.after {
				t.Errorf("diagnosed %s, want %s", got, c.after)
			}
		})
	}
}

// underPolicy makes the browser read an administrator's policy, which lies where
// it has to and where this browser alone sees it. Who may not mount anything
// cannot do that, which skips the test and says so.
func underPolicy(t *testing.T, policy map[string]any) []chromedp.ExecAllocatorOption {
	t.Helper()
	program, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("policies are tried with Debian's chromium, which is not here")
	}
	namespace := "unshare -m"
	if os.Getuid() != 0 {
		namespace = "unshare -r -m"
	}
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", namespace+" mount -t tmpfs none /etc/chromium").CombinedOutput(); err != nil {
		t.Skipf("an administrator's policy can be tried by root, or where users may make namespaces: %v: %s", err, out)
	}
	dir := t.TempDir()
	text, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	file, wrapper := filepath.Join(dir, "policy.json"), filepath.Join(dir, "chromium")
	script := fmt.Sprintf("#!/bin/sh\nexec %s sh -c 'mount -t tmpfs none /etc/chromium && mkdir -p /etc/chromium/policies/managed && cp %s /etc/chromium/policies/managed && exec %s \"$@\"' chromium \"$@\"\n",
		namespace, file, program)
	for name, content := range map[string]string{file: string(text), wrapper: script} {
		if err := os.WriteFile(name, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return []chromedp.ExecAllocatorOption{chromedp.ExecPath(wrapper), chromedp.Flag("no-sandbox", true)}
}

// frame is the page around the softbar, whose frame has these attributes.
func (w *walls) frame(top, attributes string) string {
	return fmt.Sprintf("%s/frame?port=%d&with=%s", top, w.site.p.server.Port(), url.QueryEscape(attributes))
}

// framed waits for what the softbar in its frame was told.
func (w *walls) framed(address string) (v verdict) {
	tb := w.person(address, "")
	tb.until("the frame has diagnosed", `window.verdict`)
	tb.run("read the verdict", chromedp.Evaluate(`window.verdict`, &v))
	return v
}

func (w *walls) alone(address string) verdict {
	return w.person(address, "").diagnose(w.site.p.server.Port(), "en")
}

// The permission is the site's whose address the person sees, and a frame has
// it only where the site hands it on. DevTools' way to grant permissions goes
// past that, so these grants are an administrator's.
func TestDiagnoseNamesTheWallsOfFramesAndPolicies(t *testing.T) {
	const both = `allow="loopback-network; local-network-access"`
	for _, c := range []struct {
		name   string
		policy func(w *walls) map[string]any
		rows   func(w *walls) map[string][2]string
	}{
		{"the administrator allows the site", func(w *walls) map[string]any {
			return map[string]any{"LoopbackNetworkAllowedForUrls": []string{w.publicHTTPS, w.publicHTTP}}
		}, func(w *walls) map[string][2]string {
			return map[string][2]string{
				"the page itself":                     {w.alone(w.publicHTTPS).String(), "connected.ok socket granted"},
				"a frame without allow":               {w.framed(w.frame(w.publicHTTPS, "")).String(), "blocked.iframe link denied"},
				"a frame with allow":                  {w.framed(w.frame(w.publicHTTPS, both)).String(), "connected.ok socket granted"},
				"a frame with the old name only":      {w.framed(w.frame(w.publicHTTPS, `allow="local-network-access"`)).String(), "connected.ok socket granted"},
				"a frame with another permission":     {w.framed(w.frame(w.publicHTTPS, `allow="camera"`)).String(), "blocked.iframe link denied"},
				"the same frame in another site":      {w.framed(w.frame(w.at(strangerHost), both)).String(), "blocked.denied link denied"},
				"http, which being allowed helps not": {w.alone(w.publicHTTP).String(), "blocked.insecure_page link denied"},
			}
		}},
		{"the administrator trusts an http page, and frames hand on", func(w *walls) map[string]any {
			return map[string]any{"OverrideSecurityRestrictionsOnInsecureOrigin": []string{w.publicHTTP},
				"LoopbackNetworkAllowedForUrls": []string{w.publicHTTP, w.at(strangerHost)}, "LocalNetworkAccessPermissionsPolicyDefaultEnabled": true,
				"LoopbackNetworkBlockedForUrls": []string{w.publicHTTPS}}
		}, func(w *walls) map[string][2]string {
			return map[string][2]string{
				"http, trusted and allowed": {w.alone(w.publicHTTP).String(), "connected.ok socket granted"},
				"https, blocked":            {w.alone(w.publicHTTPS).String(), "blocked.denied link denied"},
				"a frame without allow":     {w.framed(w.frame(w.at(strangerHost), "")).String(), "connected.ok socket granted"},
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWalls(t, func(w *walls) []chromedp.ExecAllocatorOption { return underPolicy(t, c.policy(w)) })
			for name, row := range c.rows(w) {
				if row[0] != row[1] {
					t.Errorf("%s: diagnosed %s, want %s", name, row[0], row[1])
				}
			}
		})
	}
}
