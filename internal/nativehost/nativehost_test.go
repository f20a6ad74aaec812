package nativehost

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEverySystemHasPlacesOfFourBrowsers(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"HOME": "/home/ana", "LOCALAPPDATA": `C:\Users\ana\AppData\Local`}[name]
	}
	for _, goos := range []string{"linux", "windows", "darwin"} {
		own, err := Person(goos, env)
		if err != nil {
			t.Fatal(err)
		}
		for machine, all := range map[bool][]Place{false: own, true: Machine(goos, "/opt/ctiagent/ctiagent-native")} {
			var browsers []string
			for _, p := range all {
				browsers = append(browsers, p.Browser)
				if (p.Key != "") != (goos == "windows") || p.Machine != machine || p.Firefox != (p.Browser == firefox) {
					t.Errorf("%s: %+v", goos, p)
				}
				if machine && goos != "windows" && strings.HasPrefix(p.Dir, "/home") {
					t.Errorf("%s: %s is one person's", goos, p.Dir)
				}
			}
			if d := cmp.Diff(browsers, []string{chrome, chromium, edge, firefox}); d != "" {
				t.Errorf("%s: %s", goos, d)
			}
		}
		if _, err := Person(goos, func(string) string { return "" }); err == nil {
			t.Errorf("%s: places without a home", goos)
		}
	}
}

func TestManifestIsReadBackAndOneThatIsDamagedIsNot(t *testing.T) {
	p := Place{Browser: firefox, Dir: filepath.Join(t.TempDir(), "a"), Firefox: true}
	if _, err := Read(p); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is written: %v", err)
	}
	file, err := Registration{Program: "/usr/bin/ctiagent-native"}.Register(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(p)
	want := Manifest{Name: Name, Description: description, Path: "/usr/bin/ctiagent-native", Type: "stdio", AllowedExtensions: []string{FirefoxID}}
	if d := cmp.Diff(got, want); d != "" || err != nil {
		t.Error(d, err)
	}
	for text, program := range map[string]string{"": "", "{": "", `{"path": 7}`: "", `{"path": "native"}`: filepath.Join(p.Dir, "native")} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(p); (err == nil) != (program != "") || got.Path != program {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
		// What is damaged is written anew.
		if _, err := (Registration{Program: "/usr/bin/ctiagent-native"}).Register(p); err != nil {
			t.Fatal(err)
		}
		if got, err := Read(p); err != nil || cmp.Diff(got, want) != "" {
			t.Errorf("after %q: %+v, %v", text, got, err)
		}
	}
}

func TestEverybodysManifestCanBeReadByEverybody(t *testing.T) {
	root := t.TempDir()
	file, err := Registration{Program: "/usr/bin/ctiagent-native", Root: root}.Register(Place{Browser: chrome, Dir: "/etc/opt/chrome/native-messaging-hosts", Machine: true})
	if err != nil || file != root+"/etc/opt/chrome/native-messaging-hosts/com.ctiagent.native.json" {
		t.Fatal(file, err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("its rights are %v, %v", info.Mode(), err)
	}
}

func FuzzParseIDs(f *testing.F) {
	f.Add(ChromiumID)
	f.Add(ChromiumID + ";" + FirefoxID)
	f.Add("{00000000-0000-0000-0000-000000000000}")
	f.Add(`x","y`)
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := ParseIDs(text)
		if err != nil {
			if !errors.Is(err, ErrID) || ids != (IDs{}) {
				t.Fatalf("%q: %+v, %v", text, ids, err)
			}
			return
		}
		for _, id := range []string{ids.Chromium, ids.Firefox} {
			if strings.ContainsAny(id, "\"\\ /*\n\x00") {
				t.Fatalf("%q became %q", text, id)
			}
		}
		again, err := ParseIDs(ids.Firefox, ids.Chromium)
		if err != nil || again != ids {
			t.Fatalf("%q became %+v, and that %+v, %v", text, ids, again, err)
		}
	})
}

func TestBrowsersAreFoundWhereTheirSystemsKeepThem(t *testing.T) {
	env := func(name string) string {
		return map[string]string{"ProgramFiles": "/c/64", "ProgramFiles(x86)": "/c/32", "LOCALAPPDATA": "/c/ana"}[name]
	}
	for goos, there := range map[string][]string{
		"linux":   {"google-chrome-stable", "chromium", "microsoft-edge", "firefox-esr"},
		"windows": {"/c/64/Google/Chrome/Application/chrome.exe", "/c/ana/Chromium/Application/chrome.exe", "/c/32/Microsoft/Edge/Application/msedge.exe", "/c/64/Mozilla Firefox/firefox.exe"},
		"darwin":  {"/Applications/Google Chrome.app", "/Applications/Chromium.app", "/Applications/Microsoft Edge.app", "/Applications/Firefox.app"},
	} {
		for i, want := range []string{chrome, chromium, edge, firefox} {
			got := Browsers(goos, env, func(name string) (string, error) {
				if name == there[i] {
					return "/usr/bin/" + name, nil
				}
				return "", fs.ErrNotExist
			}, func(name string) bool { return filepath.ToSlash(name) == there[i] })
			if d := cmp.Diff(got, []string{want}); d != "" {
				t.Errorf("%s with %s: %s", goos, there[i], d)
			}
		}
	}
}
