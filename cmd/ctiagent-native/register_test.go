package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"ctiagent/internal/nativehost"
)

func TestRegisterWritesWhatEachBrowserReadsAndUnregisterTakesItBack(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("LOCALAPPDATA", home)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Repeat("ab", 16)
	for _, c := range []struct {
		args             []string
		chromium, fox    string
		because          string
		unregisterBefore bool
	}{
		{nil, nativehost.ChromiumID, nativehost.FirefoxID, "the project's own", false},
		{[]string{own, "cti@corp.example"}, own, "cti@corp.example", "the ones named", false},
		{nil, own, "cti@corp.example", "those named before stay", false},
		{[]string{""}, nativehost.ChromiumID, nativehost.FirefoxID, "nothing is left of those before", true},
	} {
		if c.unregisterBefore {
			if err := unregister(io.Discard, nil); err != nil {
				t.Fatal(err)
			}
		}
		var out bytes.Buffer
		if err := register(&out, c.args); err != nil {
			t.Fatal(err)
		}
		files := strings.Fields(out.String())
		if len(files) != 4 && len(files) != 2 {
			t.Fatalf("wrote %v", files)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var m nativehost.Manifest
			if err := json.Unmarshal(b, &m); err != nil || m.Path != program || m.Name != nativehost.Name || m.Type != "stdio" {
				t.Errorf("%s: %s, %v", f, b, err)
			}
			if got := append(m.AllowedOrigins, m.AllowedExtensions...); len(got) != 1 || got[0] != "chrome-extension://"+c.chromium+"/" && got[0] != c.fox {
				t.Errorf("%s: %s lets in %v", c.because, f, got)
			}
		}
	}
	var out bytes.Buffer
	if err := unregister(&out, nil); err != nil || len(strings.Fields(out.String())) < 2 {
		t.Errorf("unregister: %s, %v", out.String(), err)
	}
	for f := range strings.FieldsSeq(out.String()) {
		if _, err := os.Stat(f); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left, %v", f, err)
		}
	}
}

func TestRegisterRefusesWhatItCannotMean(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("LOCALAPPDATA", home)
	own := strings.Repeat("ab", 16)
	for _, bad := range [][]string{{"x"}, {"https://example.com/"}, {strings.Repeat("q", 32)}, {own, own}, {"--root", home}, {"--machine", "--root", home}, {"--nonsense"}} {
		if err := register(io.Discard, bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if err := unregister(io.Discard, []string{own}); !errors.Is(err, errUsage) {
		t.Errorf("unregister with an id: %v", err)
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("something was written: %v, %v", left, err)
	}
}
