package uri

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// account is a user's home and a system's folders, empty and private to a test.
type account struct {
	t          *testing.T
	root, home string
	h          Handler
}

func newAccount(t *testing.T) *account {
	t.Helper()
	root := t.TempDir()
	a := &account{t: t, root: root, home: filepath.Join(root, "home")}
	for name, value := range map[string]string{
		"HOME": a.home, "XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "XDG_CURRENT_DESKTOP": "", "XDG_MENU_PREFIX": "", "DE": "", "KDE_FULL_SESSION": "",
		"GNOME_DESKTOP_SESSION_ID": "", "DESKTOP_SESSION": "", "BROWSER": "",
		"XDG_DATA_DIRS": filepath.Join(root, "share"), "XDG_CONFIG_DIRS": filepath.Join(root, "xdg"),
	} {
		t.Setenv(name, value)
	}
	a.h.Program = filepath.Join(root, "bin", "ctiagent-open")
	a.file("bin/ctiagent-open", "#!/bin/sh\n")
	return a
}

// file writes a file under the test's root.
func (a *account) file(name, text string) {
	a.t.Helper()
	path := filepath.Join(a.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil { //nolint:gosec // some of them are programs
		a.t.Fatal(err)
	}
}

// entry writes the desktop entry of another telephone program.
func (a *account) entry(name, title string, schemes ...string) {
	a.t.Helper()
	var types []string
	for _, s := range schemes {
		types = append(types, handlerMIME+s)
	}
	a.file(name, "[Desktop Entry]\nType=Application\nName="+title+"\nExec="+filepath.Join(a.root, "bin", "ctiagent-open")+" --other %u\nMimeType="+joinList(types)+"\n")
}

// tree is every file of the home with its text.
func (a *account) tree() map[string]string {
	a.t.Helper()
	return a.below(a.home)
}

func (a *account) below(dir string) map[string]string {
	a.t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[strings.TrimPrefix(path, dir+"/")] = string(text)
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		a.t.Fatal(err)
	}
	return out
}

func (a *account) registers(schemes ...string) {
	a.t.Helper()
	if err := a.h.Register(schemes); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) unregisters(schemes ...string) {
	a.t.Helper()
	if err := a.h.Unregister(schemes); err != nil {
		a.t.Fatal(err)
	}
}

// owned holds the owner of each scheme against want, and against what the desktop's own tool says.
func (a *account) owned(want map[string]string) {
	a.t.Helper()
	for scheme, id := range want {
		got, err := a.h.Owners([]string{scheme})
		if err != nil || len(got) != 1 || got[0].ID != id || got[0].Ours != (id == desktopID) || got[0].Scheme != scheme {
			a.t.Errorf("%s is owned by %+v, %v; want %q", scheme, got, err, id)
		}
		out, err := exec.Command("xdg-mime", "query", "default", handlerMIME+scheme).Output()
		if err != nil && len(out) > 0 {
			a.t.Fatalf("xdg-mime, which scripts/deps.sh test installs: %v", err)
		}
		if theirs := strings.TrimSpace(string(out)); theirs != id {
			a.t.Errorf("xdg-mime says that %s belongs to %q, want %q", scheme, theirs, id)
		}
	}
}

func TestRegisteredSchemesAreOursAndGoWithoutATrace(t *testing.T) {
	a := newAccount(t)
	a.owned(map[string]string{"sip": "", "tel": ""})
	a.registers(Schemes()...)
	a.owned(map[string]string{"sip": desktopID, "sips": desktopID, "tel": desktopID, "callto": desktopID})
	a.registers(Schemes()...)
	if d := cmp.Diff(a.tree()[".config/mimeapps.list"], "[Default Applications]\nx-scheme-handler/sip=ctiagent-open.desktop;\nx-scheme-handler/sips=ctiagent-open.desktop;\nx-scheme-handler/tel=ctiagent-open.desktop;\nx-scheme-handler/callto=ctiagent-open.desktop;\n"); d != "" {
		t.Error(d)
	}
	a.unregisters("tel")
	a.owned(map[string]string{"sip": desktopID, "tel": ""})
	a.unregisters(Schemes()...)
	a.owned(map[string]string{"sip": "", "tel": ""})
	if left := a.tree(); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUnregisterBringsTheOthersBack(t *testing.T) {
	a := newAccount(t)
	a.entry("share/applications/calls.desktop", "Calls", "tel", "sip")
	a.file("home/.config/mimeapps.list", "[Default Applications]\nx-scheme-handler/tel=calls.desktop;\ntext/html=web.desktop\n")
	before := a.tree()
	a.registers("tel")
	a.owned(map[string]string{"tel": desktopID})
	a.unregisters(Schemes()...)
	a.owned(map[string]string{"tel": "calls.desktop"})
	if d := cmp.Diff(a.tree(), before); d != "" {
		t.Error(d)
	}
}

func TestUnregisterLeavesWhatPointsElsewhereByNow(t *testing.T) {
	a := newAccount(t)
	a.registers("tel", "sip")
	a.entry("share/applications/calls.desktop", "Calls", "tel")
	if out, err := exec.Command("xdg-mime", "default", "calls.desktop", handlerMIME+"tel").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	a.owned(map[string]string{"tel": "calls.desktop", "sip": desktopID})
	other := a.h
	other.Program += "-of-somebody-else"
	if err := other.Unregister([]string{"sip"}); err != nil {
		t.Fatal(err)
	}
	if _, there := a.tree()[".local/share/applications/"+desktopID]; !there {
		t.Error("another program's entry was removed")
	}
	a.owned(map[string]string{"sip": desktopID})
	a.registers("sip")
	a.unregisters(Schemes()...)
	a.owned(map[string]string{"tel": "calls.desktop", "sip": ""})
}

// A person's choice of the ctiagent that a package has installed is not undone by a copy of the program that lies elsewhere.
func TestUnregisterLeavesTheChoiceOfAnotherCopy(t *testing.T) {
	a := newAccount(t)
	a.file("other/ctiagent-open", "#!/bin/sh\n")
	other := Handler{Program: filepath.Join(a.root, "other", "ctiagent-open")}
	a.file("share/applications/"+desktopID, "[Desktop Entry]\nType=Application\nName=ctiagent\nExec="+other.exec()+"\nMimeType=x-scheme-handler/tel;\n")
	a.file("home/.config/mimeapps.list", "[Default Applications]\nx-scheme-handler/tel=ctiagent-open.desktop\n")
	before := a.tree()
	a.unregisters(Schemes()...)
	if d := cmp.Diff(a.tree(), before); d != "" {
		t.Error(d)
	}
}

// For the computer nothing of the administrator's own counts, and nothing is written there.
func TestMachineRegistrationIsEverybodysAndGoesWithoutATrace(t *testing.T) {
	a := newAccount(t)
	a.registers(Schemes()...) // the administrator's own
	home := a.tree()
	h := a.h
	h.Machine, h.prefix = true, filepath.Join(a.root, "computer")
	if err := h.Register(Schemes()); err != nil {
		t.Fatal(err)
	}
	if err := h.Register(Schemes()); err != nil {
		t.Fatal(err)
	}
	a.home = filepath.Join(a.root, "somebody")
	t.Setenv("HOME", a.home)
	t.Setenv("XDG_DATA_DIRS", h.prefix+machineData)
	t.Setenv("XDG_CONFIG_DIRS", h.prefix+machineConf)
	a.owned(map[string]string{"sip": desktopID, "sips": desktopID, "tel": desktopID, "callto": desktopID})
	if o, err := a.h.Owners([]string{"tel"}); err != nil || o[0].By != ByMachine {
		t.Errorf("tel is owned by %+v, %v", o, err)
	}
	if out, err := exec.Command("desktop-file-validate", filepath.Join(h.prefix+machineData, applications, desktopID)).CombinedOutput(); err != nil {
		t.Errorf("the entry is not as the specification wants it: %v: %s", err, out)
	}
	if err := h.Unregister(Schemes()); err != nil {
		t.Fatal(err)
	}
	if left := a.below(h.prefix); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if d := cmp.Diff(a.below(filepath.Join(a.root, "home")), home); d != "" {
		t.Errorf("the administrator's own registration is another:\n%s", d)
	}
}

// A package delivers the entry for everybody; the person's choice is then one line, and no second entry.
func TestDeliveredEntryIsNotWrittenAgain(t *testing.T) {
	a := newAccount(t)
	a.file("share/applications/"+desktopID, "[Desktop Entry]\nType=Application\nName=ctiagent\nExec="+a.h.exec()+"\nMimeType=x-scheme-handler/tel;x-scheme-handler/sip;\n")
	a.registers("tel")
	a.owned(map[string]string{"tel": desktopID})
	if files := a.tree(); len(files) != 1 {
		t.Errorf("wrote %v, want mimeapps.list alone", files)
	}
	a.unregisters("tel")
	if files := a.tree(); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestDesktopsOwnListIsNamedAsTheTrueOwner(t *testing.T) {
	a := newAccount(t)
	a.entry("share/applications/calls.desktop", "Calls", "tel")
	a.registers("tel")
	a.file("home/.config/xfce-mimeapps.list", "[Default Applications]\nx-scheme-handler/tel=missing.desktop;calls.desktop\n")
	t.Setenv("XDG_CURRENT_DESKTOP", "XFCE")
	got, err := a.h.Owners([]string{"tel"})
	want := []Owner{{Scheme: "tel", Owner: "Calls", ID: "calls.desktop", Command: a.h.Program + " --other %u", By: ByChoice}}
	if d := cmp.Diff(got, want); d != "" || err != nil {
		t.Error(d, err)
	}
}

// What people add and take away counts as it does for the desktop's own tools, and so does an entry whose program is gone.
func TestAssociationsAreFollowedAsDesktopsDo(t *testing.T) {
	a := newAccount(t)
	a.entry("share/applications/calls.desktop", "Calls", "tel", "sip")
	a.entry("share/applications/phone.desktop", "Phone", "tel")
	a.entry("share/applications/gone.desktop", "Gone", "tel", "callto")
	a.file("share/applications/gone.desktop", "[Desktop Entry]\nType=Application\nName=Gone\nTryExec="+filepath.Join(a.root, "gone")+"\nExec="+a.h.Program+" %u\nMimeType=x-scheme-handler/callto;\n")
	a.file("share/applications/mimeinfo.cache", "[MIME Cache]\nx-scheme-handler/tel=calls.desktop;phone.desktop;\nx-scheme-handler/sip=calls.desktop;\nx-scheme-handler/callto=gone.desktop;\n")
	a.file("home/.config/mimeapps.list", "[Added Associations]\nx-scheme-handler/sip=phone.desktop;\n[Removed Associations]\nx-scheme-handler/tel=calls.desktop;\n")
	for scheme, want := range map[string]Owner{
		"tel":    {Scheme: "tel", Owner: "Phone", ID: "phone.desktop", By: ByMachine}, // calls is taken away
		"sip":    {Scheme: "sip", Owner: "Phone", ID: "phone.desktop", By: ByChoice},  // phone is added
		"callto": {Scheme: "callto"},                                                  // the only one is gone
	} {
		got, err := a.h.Owners([]string{scheme})
		if err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		got[0].Command = ""
		if d := cmp.Diff(got[0], want); d != "" {
			t.Errorf("%s: %s", scheme, d)
		}
		out, err := exec.Command("gio", "mime", handlerMIME+scheme).CombinedOutput()
		first, _, _ := strings.Cut(string(out), "\n")
		if err != nil || want.ID != "" && !strings.HasSuffix(first, want.ID) || want.ID == "" && strings.Contains(string(out), ".desktop") {
			t.Errorf("gio says %q, %v, want %q", out, err, want.ID)
		}
	}
}

// What is put into the entry starts the program with the link as one argument, whatever its path and the link are.
func TestEntryStartsTheProgramWithTheLinkAlone(t *testing.T) {
	a := newAccount(t)
	said := filepath.Join(a.root, "said")
	for _, dir := range []string{"plain", "with blank", "$HOME `id` \"q\" \\x"} {
		program := filepath.Join(a.root, dir, "ctiagent-open")
		a.file(dir+"/ctiagent-open", "#!/bin/sh\nprintf '%s|' \"$#\" \"$@\" >'"+said+"'\n")
		h := Handler{Program: program}
		if err := h.Register([]string{"tel"}); err != nil {
			t.Fatal(err)
		}
		entry := filepath.Join(a.home, ".local/share/applications", desktopID)
		const link = `tel:100" --evil 'x' $(id);a|b`
		if out, err := exec.Command("gio", "launch", entry, link).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", dir, err, out)
		}
		got, err := os.ReadFile(said)
		if err != nil || !strings.HasPrefix(string(got), "1|tel:100") || strings.Count(string(got), "|") != 2+strings.Count(link, "|") {
			t.Errorf("%s: the program got %q, %v", dir, got, err)
		}
		if err := h.Unregister([]string{"tel"}); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(said); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProgramThatNobodyCouldStartIsNotRegistered(t *testing.T) {
	a := newAccount(t)
	a.file("100%u/ctiagent-open", "#!/bin/sh\n")
	for _, program := range []string{"ctiagent-open", "", a.h.Program + "-missing", filepath.Join(a.root, "100%u", "ctiagent-open")} {
		if err := (Handler{Program: program}).Register([]string{"tel"}); err == nil {
			t.Errorf("%q was registered", program)
		}
	}
	if files := a.tree(); len(files) != 0 {
		t.Errorf("wrote %v", files)
	}
}
