package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

// written runs `ctiagent policy` and answers what it wrote for Chromium.
func written(t *testing.T, args ...string) map[string]any {
	t.Helper()
	folder := t.TempDir()
	if code, out, errOut := runHere(t, i18n.En, append([]string{"policy", "--folder", folder}, args...)...); code != exitDone {
		t.Fatalf("policy %q: status %d, %s%s", args, code, out, errOut)
	}
	text, err := os.ReadFile(filepath.Join(folder, "linux", "ctiagent.json"))
	if err != nil {
		t.Fatal(err)
	}
	var policy map[string]any
	if err := json.Unmarshal(text, &policy); err != nil {
		t.Fatal(err)
	}
	return policy
}

func TestPolicyCommandWritesFilesAndSaysWhereTheyGo(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "out")
	args := []string{"policy", "--origins", "https://crm.example.com,https://CRM2.example.com:443", "--extension", "abcdefghijklmnopabcdefghijklmnop=https://ext.example.com/u.xml", "--folder", folder}
	code, out, errOut := runHere(t, i18n.En, append(args, "--json")...)
	if code != exitDone || errOut != "" {
		t.Fatalf("status %d: %s", code, errOut)
	}
	goes := map[string]string{}
	for line := range strings.Lines(out) {
		var f struct{ File, Browser, System, Goes string }
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		text, err := os.ReadFile(f.File)
		if err != nil || !strings.Contains(string(text), "https://crm2.example.com") {
			t.Errorf("%s: %v: %s", f.File, err, text)
		}
		name, err := filepath.Rel(folder, f.File)
		if err != nil {
			t.Fatal(err)
		}
		goes[f.System+" "+f.Browser] = filepath.ToSlash(name) + " > " + f.Goes
	}
	if d := cmp.Diff(goes, map[string]string{
		"linux Chrome":                           "linux/ctiagent.json > /etc/opt/chrome/policies/managed/ctiagent.json",
		"linux Chromium":                         "linux/ctiagent.json > /etc/chromium/policies/managed/ctiagent.json",
		"linux Edge":                             "linux/ctiagent.json > /etc/opt/edge/policies/managed/ctiagent.json",
		"linux Firefox":                          "linux/policies.json > /etc/firefox/policies/policies.json",
		"windows Chrome, Edge, Firefox":          "windows/ctiagent-browsers.reg > reg import ctiagent-browsers.reg",
		"darwin Chrome, Chromium, Edge, Firefox": "macos/ctiagent-browsers.mobileconfig > ctiagent-browsers.mobileconfig",
	}); d != "" {
		t.Error(d)
	}
	for lang, words := range map[i18n.Lang]string{i18n.En: "copy it to", i18n.Es: "cópielo a", i18n.PtBR: "copie para"} {
		code, out, _ := runHere(t, lang, args...)
		if code != exitDone || !strings.Contains(out, words+" /etc/firefox/policies/policies.json") || strings.Contains(out, "[policy") {
			t.Errorf("%s: status %d:\n%s", lang, code, out)
		}
	}
}

func TestPolicyCommandRefusesWhatItCannotMean(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "--origins https://crm.example.com"},
		{[]string{"--origins", "https://*.example.com"}, "https://*.example.com is not the origin of a page"},
		{[]string{"--origins", "https://crm.example.com/app"}, "without path or wildcard"},
		{[]string{"--origins", "https://ok.example.com,crm.example.com"}, "crm.example.com is not the origin"},
		{[]string{"--origins", "https://ok.example.com", "--extension", "x=https://ext.example.com/u.xml"}, "is no extension"},
	} {
		folder := filepath.Join(t.TempDir(), "out")
		code, out, errOut := runHere(t, i18n.En, append([]string{"policy", "--folder", folder}, c.args...)...)
		if code != exitUsage || out != "" || !strings.Contains(errOut, c.says) {
			t.Errorf("%q: status %d, %q, %q", c.args, code, out, errOut)
		}
		if _, err := os.Stat(folder); !os.IsNotExist(err) {
			t.Errorf("%q: something was written: %v", c.args, err)
		}
	}
	if _, out, _ := runHere(t, i18n.En, "policy", "--folder", t.TempDir(), "--origins", "http://crm.example.com"); !strings.Contains(out, "--trust-http") {
		t.Errorf("of a page over http it says:\n%s", out)
	}
}
