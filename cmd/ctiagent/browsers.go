package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ctiagent/internal/paths"
)

// maxPolicyFile bounds a browser policy file, in bytes.
const maxPolicyFile = 1 << 20

// policy is what a managed policy of a Chromium says about loopback: the first
// name since 146, the second since 139.
type policy struct {
	Loopback []string `json:"LoopbackNetworkAllowedForUrls"`
	Local    []string `json:"LocalNetworkAccessAllowedForUrls"`
}

// browsers tells whether the browsers' managed policies let the configured
// pages reach loopback without asking the person.
func (a *app) browsers(origins []string) finding {
	if paths.Current().GOOS != "linux" {
		return finding{Check: "browser", Status: checkOK, Detail: a.t("cli.doctor.browser.unread", nil)}
	}
	var allowed []string
	for _, dir := range []string{"/etc/chromium/policies/managed", "/etc/opt/chrome/policies/managed", "/etc/opt/edge/policies/managed"} {
		files, _ := filepath.Glob(filepath.Join(dir, "*.json")) // the pattern is well formed
		for _, name := range files {
			allowed = append(allowed, allowedBy(name)...)
		}
	}
	missing := asked(origins, allowed)
	if len(missing) == 0 {
		return finding{Check: "browser", Status: checkOK, Detail: a.t("cli.doctor.browser.ok", nil)}
	}
	return finding{"browser", checkWarn, a.t("cli.doctor.browser.asks", map[string]any{"Origins": strings.Join(missing, ", ")}),
		a.t("cli.doctor.browser.next", map[string]any{"Origins": strings.Join(missing, ",")})}
}

// allowedBy reads one policy file; one that cannot be read allows nothing.
func allowedBy(name string) []string {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	var p policy
	if json.NewDecoder(io.LimitReader(f, maxPolicyFile)).Decode(&p) != nil {
		return nil
	}
	return append(p.Loopback, p.Local...)
}

// asked are the https pages that no policy names. Pages over http may not reach
// loopback at all, and the control page belongs to us.
func asked(origins, allowed []string) []string {
	var out []string
	for _, o := range origins {
		if strings.HasPrefix(o, "https://") && !slices.Contains(allowed, "*") && !slices.Contains(allowed, o) {
			out = append(out, o)
		}
	}
	return out
}
