package installer_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ctiagent/uri"

	"github.com/google/go-cmp/cmp"
)

// TestBrowserPoliciesSayTheSameEverywhere holds the policies of the browsers on Windows to those on Linux, and both to the
// kinds of links that ctiagent takes.
func TestBrowserPoliciesSayTheSameEverywhere(t *testing.T) {
	var chromium struct {
		AutoLaunchProtocolsFromOrigins []struct {
			Protocol       string   `json:"protocol"`
			AllowedOrigins []string `json:"allowed_origins"`
		}
		LocalNetworkAccessAllowedForUrls, LoopbackNetworkAllowedForUrls []string
	}
	strictly(t, read(t, "linux/chromium.json"), &chromium)
	var firefox struct {
		Policies struct {
			Handlers struct {
				Schemes map[string]struct {
					Action string `json:"action"`
					Ask    bool   `json:"ask"`
				} `json:"schemes"`
			}
			LocalNetworkAccess struct{ SkipDomains []string }
		} `json:"policies"`
	}
	strictly(t, read(t, "linux/firefox.json"), &firefox)
	var opened, handled []string
	for _, p := range chromium.AutoLaunchProtocolsFromOrigins {
		opened = append(opened, p.Protocol)
	}
	for scheme := range firefox.Policies.Handlers.Schemes {
		handled = append(handled, scheme)
	}
	want := slices.Sorted(slices.Values(uri.Schemes()))
	for browser, got := range map[string][]string{"chromium": opened, "firefox": handled} {
		if d := cmp.Diff(slices.Sorted(slices.Values(got)), want); d != "" {
			t.Errorf("%s opens, -has +ctiagent's:\n%s", browser, d)
		}
	}

	links, err := json.Marshal(chromium.AutoLaunchProtocolsFromOrigins)
	if err != nil {
		t.Fatal(err)
	}
	registry := map[string]string{`Mozilla\Firefox\LocalNetworkAccess\SkipDomains|1`: firefox.Policies.LocalNetworkAccess.SkipDomains[0]}
	for _, browser := range []string{`Google\Chrome`, `Microsoft\Edge`} {
		registry[browser+`|AutoLaunchProtocolsFromOrigins`] = string(links)
		registry[browser+`\LocalNetworkAccessAllowedForUrls|1`] = chromium.LocalNetworkAccessAllowedForUrls[0]
		registry[browser+`\LoopbackNetworkAllowedForUrls|1`] = chromium.LoopbackNetworkAllowedForUrls[0]
	}
	if d := cmp.Diff(imported(t, read(t, "windows/browsers.reg")), registry); d != "" {
		t.Errorf("windows/browsers.reg, -has +linux's:\n%s", d)
	}
}

func strictly(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

// imported is what a file of registry values says: key|name to text, below the policies of the computer.
func imported(t *testing.T, text string) map[string]string {
	t.Helper()
	out, key := map[string]string{}, ""
	lines := strings.Split(text, "\n")
	if lines[0] != "Windows Registry Editor Version 5.00" {
		t.Errorf("it begins with %q", lines[0])
	}
	for _, line := range lines[1:] {
		switch {
		case line == "" || strings.HasPrefix(line, ";"):
		case strings.HasPrefix(line, "["):
			key = strings.TrimSuffix(strings.TrimPrefix(line, `[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\`), "]")
		default:
			name, value, ok := strings.Cut(strings.Trim(line, `"`), `"="`)
			if !ok {
				t.Fatalf("what is %q?", line)
			}
			out[key+"|"+name] = strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(value)
		}
	}
	return out
}
