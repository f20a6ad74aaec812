package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/internal/i18n"
	"ctiagent/internal/nativehost"
)

func TestDoctorSaysWhetherTheExtensionHasSomebodyToSpeakWith(t *testing.T) {
	home := t.TempDir()
	places := []nativehost.Place{{Browser: "Chrome", Dir: filepath.Join(home, "own")}, {Browser: "Chrome", Dir: filepath.Join(home, "all")},
		{Browser: "Firefox", Dir: filepath.Join(home, "fox"), Firefox: true}}
	program := filepath.Join(home, "ctiagent-native")
	says := func(status, detail, next string, browsers ...string) {
		t.Helper()
		for _, lang := range []i18n.Lang{i18n.PtBR, i18n.Es, i18n.En} {
			a := app{lang: lang}
			f := a.admitted(browsers, places)
			if f.Check != "extension" || f.Status != status || (f.Next == "") != (next == "") || strings.Contains(f.Detail+f.Next, "cli.doctor") {
				t.Errorf("%s: %+v", lang, f)
			}
			if lang == i18n.En && (!strings.Contains(f.Detail, detail) || !strings.Contains(f.Next, next)) {
				t.Errorf("%+v, want %q and %q", f, detail, next)
			}
		}
	}
	register := func(i int) string {
		t.Helper()
		file, err := nativehost.Registration{Program: program}.Register(places[i])
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	says(checkOK, "No browser", "")
	says(checkWarn, "Chrome, Firefox may not start", "ctiagent-native register", "Chrome", "Firefox")
	register(1)
	says(checkWarn, "no program "+program, "Install ctiagent again", "Chrome")
	if err := os.WriteFile(program, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	says(checkOK, "from Chrome.", "", "Chrome")
	says(checkWarn, "Firefox may not start", "ctiagent-native register", "Chrome", "Firefox")
	// The person's own goes before everybody's, and hides it.
	if err := os.WriteFile(register(0), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	says(checkWarn, "Chrome cannot read", "Install ctiagent again", "Chrome")
	register(0)
	register(2)
	says(checkOK, "from Chrome, Firefox.", "", "Chrome", "Firefox")
}
