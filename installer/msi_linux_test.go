package installer_test

import (
	"bytes"
	"context"
	"debug/pe"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"ctiagent/internal/winetest"

	"github.com/google/go-cmp/cmp"
)

// ctiagentExe is where the package puts the program.
const ctiagentExe = `C:\Program Files\ctiagent\ctiagent.exe`

// windows is a Windows on which the package is installed.
type windows struct {
	*winetest.Windows
	t *testing.T
}

// try runs a program of this Windows and answers its words and its exit status.
func (w *windows) try(args ...string) (string, int) {
	w.t.Helper()
	// What it says goes into a file: a pipe would be open as long as what it starts.
	out, err := os.Create(filepath.Join(w.t.TempDir(), "words"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Close()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	cmd := w.Command(ctx, args...)
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	words := strings.ReplaceAll(strings.TrimSpace(read(w.t, out.Name())), "\r", "")
	if ctx.Err() != nil || cmd.ProcessState == nil {
		w.t.Fatalf("%q: %v %v: %s", args, ctx.Err(), err, words)
	}
	return words, cmd.ProcessState.ExitCode()
}

func (w *windows) runs(args ...string) string {
	w.t.Helper()
	words, status := w.try(args...)
	if status != 0 {
		w.t.Fatalf("%q: exit status %d: %s", args, status, words)
	}
	return words
}

// registry is everything below the keys that a package may touch.
func (w *windows) registry() string {
	w.t.Helper()
	var b strings.Builder
	for _, key := range []string{`HKLM\Software\Classes\ctiagent.Url`, `HKLM\Software\Classes\sip`, `HKLM\Software\Classes\sips`, `HKLM\Software\Classes\tel`,
		`HKLM\Software\Classes\callto`, `HKLM\Software\ctiagent`, `HKLM\Software\RegisteredApplications`, `HKLM\Software\Microsoft\Windows\CurrentVersion\Run`,
		`HKLM\Software\Google`, `HKLM\Software\Chromium`, `HKLM\Software\Microsoft\Edge`,
		`HKLM\Software\Mozilla`, `HKLM\System\CurrentControlSet\Services\ctiagent`, `HKLM\System\CurrentControlSet\Services\EventLog\Application\ctiagent`} {
		words, _ := w.try("reg", "query", key, "/s")
		fmt.Fprintf(&b, "== %s\n%s\n", key, words)
	}
	return b.String()
}

// files are those below the places that a package may write to.
func (w *windows) files() (out []string) {
	w.t.Helper()
	for _, place := range []string{"Program Files", "ProgramData", "windows/Installer"} {
		err := filepath.WalkDir(filepath.Join(w.C, place), func(path string, _ os.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil
			}
			out = append(out, strings.TrimPrefix(path, w.C+"/"))
			return err
		})
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return out
}

// running waits until the service manager says that the service runs, which an installation does not wait for.
func (w *windows) running() {
	w.t.Helper()
	until(w.t, "the service's running", func() bool {
		got, _ := w.try(ctiagentExe, "service", "status", "--json")
		return strings.Contains(got, `"status":"running"`)
	})
}

// TestWindowsPackageLives is the whole life of the package: silently installed with what an administrator gives, used,
// repaired, upgraded and removed.
func TestWindowsPackageLives(t *testing.T) {
	dir := delivered(t)
	w, s := &windows{winetest.New(t), t}, newSite(t)
	for name, from := range map[string]string{"first.msi": "ctiagent-1.2.3-x64.msi", "second.msi": filepath.Join("later", "ctiagent-"+later+"-x64.msi")} {
		w.put(name, read(t, filepath.Join(dir, from)))
	}
	w.put("site.toml", s.file)
	w.put("wrong.toml", "[api]\nprot = 1\n")
	home := w.runs("cmd", "/c", "echo %APPDATA%") // where a person's own ctiagent looks
	w.put(filepath.Join(strings.ReplaceAll(strings.TrimPrefix(home, `C:\`), `\`, "/"), "ctiagent", "ctiagent.toml"), s.file)
	// Every Windows has these, wine does not at first.
	w.runs("reg", "add", `HKLM\Software\Microsoft\Windows\CurrentVersion\Run`, "/v", "other", "/d", "other.exe")
	if err := os.MkdirAll(filepath.Join(w.C, "windows", "Installer"), 0o755); err != nil {
		t.Fatal(err)
	}
	files, registry := w.files(), w.registry()
	own := strings.Repeat("ab", 16) // the administrator's own extension

	// What the administrator gives is wrong: nothing is installed.
	if _, status := w.try("msiexec", "/i", `C:\first.msi`, "/qn", `CONFIG=C:\wrong.toml`); status == 0 {
		t.Error("a configuration with a mistake in it was installed")
	}
	if _, err := os.Stat(filepath.Join(w.C, "Program Files", "ctiagent", "ctiagent.exe")); err == nil {
		t.Error("what could not be installed is there")
	}

	// Another program has the port: ctiagent is installed all the same, and serves when the port is free.
	other, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
	if err != nil {
		t.Fatal(err)
	}
	w.runs("msiexec", "/i", `C:\first.msi`, "/qn", "ORIGINS=https://crm.example.com;https://other.example", `CONFIG=C:\site.toml`, "EXTENSION="+own)
	until(t, "the service's end", func() bool {
		got, _ := w.try(ctiagentExe, "service", "status", "--json")
		return strings.Contains(got, `"status":"stopped"`)
	})
	other.Close()
	w.runs("net", "start", "ctiagent")
	w.running()
	until(t, "the service's start", s.listens)
	if got := read(t, filepath.Join(w.C, "ProgramData", "ctiagent", "ctiagent.toml")); got != s.file {
		t.Errorf("the site's file is %q", got)
	}
	if got := read(t, filepath.Join(w.C, "ProgramData", "ctiagent", "policy.d", "10-setup.toml")); !strings.Contains(got, `origins = ["https://crm.example.com", "https://other.example"]`) {
		t.Errorf("the policy is %q", got)
	}
	installed := w.registry()
	for _, want := range []string{`"C:\Program Files\ctiagent\ctiagent.exe" run --service`, `ctiagent-tray    REG_SZ    "C:\Program Files\ctiagent\ctiagent-tray.exe"`,
		`ctiagent    REG_SZ    Software\ctiagent\Capabilities`, `"C:\Program Files\ctiagent\ctiagent-open.exe" "%1"`, `EventCreate.exe`} {
		if !strings.Contains(installed, want) {
			t.Errorf("the registry lacks %s:\n%s", want, installed)
		}
	}
	if found, err := filepath.Glob(filepath.Join(w.C, "*", "*", "*", "*", "*", "*", "Start Menu", "Programs", "ctiagent.lnk")); err != nil || len(found) != 1 {
		t.Errorf("in the start menu is %q, %v", found, err)
	}
	// What the package wrote is what the program writes, so that one can take back what the other did.
	w.runs(ctiagentExe, "handlers", "register", "--machine")
	if d := cmp.Diff(w.registry(), installed); d != "" {
		t.Errorf("handlers register changes what the package wrote:\n%s", d)
	}

	w.click(s, 1, "sip:33553400")
	// By now the person's own ctiagent runs, which a browser's extension speaks with.
	for key, id := range map[string]string{`Google\Chrome`: own, `Chromium`: own, `Microsoft\Edge`: own, `Mozilla`: extension(t).Firefox} {
		host := admits(t, read(t, w.file(w.value(`HKLM\Software\`+key+`\NativeMessagingHosts\com.ctiagent.native`))), id)
		if want := `C:\Program Files\ctiagent\ctiagent-native.exe`; host != want {
			t.Errorf("%s starts %s, want %s", key, host, want)
			continue
		}
		greets(t, w.Command(t.Context(), host, "chrome-extension://"+own+"/", "--parent-window=0"))
	}

	// Repaired: what was lost is back.
	for _, name := range []string{"README.md", "ctiagent.admx", "en-US/ctiagent.adml", "es-ES/ctiagent.adml", "pt-BR/ctiagent.adml"} {
		delivered, err := os.ReadFile(filepath.Join(w.C, "Program Files", "ctiagent", "policy", filepath.FromSlash(name)))
		ours, ourErr := os.ReadFile(filepath.Join("windows", "policy", filepath.FromSlash(name)))
		if err != nil || ourErr != nil || !bytes.Equal(delivered, ours) {
			t.Errorf("the template %s: %v, %v", name, err, ourErr)
		}
	}
	if err := os.Remove(filepath.Join(w.C, "Program Files", "ctiagent", "ctiagent-open.exe")); err != nil {
		t.Fatal(err)
	}
	w.runs("reg", "delete", `HKLM\Software\Classes\tel`, "/f")
	w.runs("reg", "delete", `HKLM\Software\Google\Chrome\NativeMessagingHosts\com.ctiagent.native`, "/f")
	w.runs("msiexec", "/i", `C:\first.msi`, "/qn", "REINSTALL=ALL", "REINSTALLMODE=amus") // as msiexec /fa, which wine has not
	if d := cmp.Diff(w.registry(), installed); d != "" {
		t.Errorf("repaired, and the registry differs from the one installed:\n%s", d)
	}
	admits(t, read(t, w.file(w.value(`HKLM\Software\Google\Chrome\NativeMessagingHosts\com.ctiagent.native`))), own)
	w.click(s, 2, "tel:33553401")

	// Upgraded: the new programs serve, and the person's own ctiagent, which a click has started, has ended. The line is that
	// of a roll-out, whole, since wine does not tell the old package that a newer one takes its place.
	w.runs("msiexec", "/i", `C:\second.msi`, "/qn", "ORIGINS=https://crm.example.com", `CONFIG=C:\site.toml`)
	if got := w.runs(ctiagentExe, "version"); !strings.HasPrefix(got, "ctiagent v"+later+" ") {
		t.Errorf("upgraded, and the program says it is %s", got)
	}
	w.running()
	until(t, "the upgraded service's start", s.listens)
	if d := cmp.Diff(w.registry(), installed); d != "" {
		t.Errorf("upgraded, and the registry differs from the one installed first:\n%s", d)
	}
	if _, status := w.try("msiexec", "/i", `C:\first.msi`, "/qn"); status == 0 {
		t.Error("an older package took the newer one's place")
	}

	w.click(s, 3, "callto:33553402")
	w.runs("msiexec", "/x", `C:\second.msi`, "/qn")
	if s.listens() {
		t.Error("removed, and somebody listens")
	}
	if d := cmp.Diff(w.registry(), registry); d != "" {
		t.Errorf("removed, and the registry differs from before:\n%s", d)
	}
	if d := cmp.Diff(w.files(), files); d != "" {
		t.Errorf("removed, and the files differ from before:\n%s", d)
	}
}

// click opens a link as this Windows does. Every program is one user's here, whom the service has no desk for, so it is the
// person's own ctiagent that dials, which the click starts.
func (w *windows) click(s *site, n int, link string) {
	w.t.Helper()
	w.runs("net", "stop", "ctiagent")
	w.runs("start", link)
	_, number, _ := strings.Cut(link, ":")
	if got := s.dialled(w.t, n); !slices.Contains(got, number) {
		w.t.Errorf("dialled %q, want %s among them", got, number)
	}
}

// value is the text of a key of the registry.
func (w *windows) value(key string) string {
	w.t.Helper()
	_, value, ok := strings.Cut(w.runs("reg", "query", key, "/ve"), "REG_SZ")
	if !ok {
		w.t.Fatalf("%s has no text", key)
	}
	return strings.TrimSpace(value)
}

// file is where this process finds a file of this Windows.
func (w *windows) file(name string) string {
	return filepath.Join(w.C, strings.ReplaceAll(strings.TrimPrefix(name, `C:\`), `\`, "/"))
}

func (w *windows) put(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(w.C, name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.C, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// TestWindowsPackageKeepsTheSiteOverAnUpgrade reads it in the package's table, since wine cannot show it: only who removes
// ctiagent for good takes the links back and the site's files away.
func TestWindowsPackageKeepsTheSiteOverAnUpgrade(t *testing.T) {
	msi := filepath.Join(delivered(t), "ctiagent-1.2.3-x64.msi")
	table := says(t, "msiinfo", "export", msi, "InstallExecuteSequence")
	for action, want := range map[string]string{
		"Unregister": `REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE`,
		"Dismiss":    `REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE`,
		"Clear":      `REMOVE="ALL" AND NOT UPGRADINGPRODUCTCODE AND NOT KEEPDATA`,
	} {
		if !strings.Contains(table, "\n"+action+"\t"+want+"\t") {
			t.Errorf("%s is not done on the condition %s:\n%s", action, want, table)
		}
	}
	if got := says(t, "msiinfo", "export", msi, "Property"); !strings.Contains(got, "SecureCustomProperties\tCONFIG;EXTENSION;KEEPDATA;ORIGINS;") {
		t.Errorf("what an administrator says does not reach the part with the system's rights: %s", got)
	}
}

// signed tells whether a file bears the signature of the tests' certificate.
func signed(t *testing.T, file string) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "osslsigncode", "verify", "-CAfile", filepath.Join(delivered(t), "signer.pem"), "-in", file).CombinedOutput()
	return err == nil && strings.Contains(string(out), "Signature verification: ok")
}

func TestWindowsProgramsAreSignedAndSayWhatTheyAre(t *testing.T) {
	dir := delivered(t)
	programs := []string{"ctiagent.exe", "ctiagent-open.exe", "ctiagent-native.exe", "ctiagent-tray.exe"}
	for _, name := range programs {
		path := filepath.Join(dir, "stage", "windows", name)
		if !signed(t, path) {
			t.Errorf("%s is not signed", name)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		tampered := filepath.Join(t.TempDir(), name)
		data[len(data)/2] ^= 1
		if err := os.WriteFile(tampered, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if signed(t, tampered) {
			t.Errorf("%s is still signed when one bit of it differs", name)
		}
	}
	msi := filepath.Join(dir, "ctiagent-1.2.3-x64.msi")
	if !signed(t, msi) {
		t.Error("the package is not signed")
	}
	inside := t.TempDir()
	says(t, "msiextract", "-C", inside, msi)
	for _, name := range programs {
		found, err := filepath.Glob(filepath.Join(inside, "*", "*", name))
		if more, _ := filepath.Glob(filepath.Join(inside, "*", name)); err != nil || len(found)+len(more) != 1 {
			t.Errorf("%s is in the package at %q %q", name, found, more)
			continue
		} else if found = slices.Concat(found, more); !signed(t, found[0]) {
			t.Errorf("%s is not signed in the package", name)
		}
	}
}

// TestWindowsProgramsBearTheirResources looks into each program for its icon, what it says of itself, and whether Windows
// opens a console for it.
func TestWindowsProgramsBearTheirResources(t *testing.T) {
	icon := []byte(read(t, "icons/ctiagent.ico"))
	images := binary.LittleEndian.Uint16(icon[4:])
	for name, subsystem := range map[string]uint16{"ctiagent": pe.IMAGE_SUBSYSTEM_WINDOWS_CUI, "ctiagent-open": pe.IMAGE_SUBSYSTEM_WINDOWS_GUI,
		"ctiagent-native": pe.IMAGE_SUBSYSTEM_WINDOWS_CUI, "ctiagent-tray": pe.IMAGE_SUBSYSTEM_WINDOWS_GUI} {
		f, err := pe.Open(filepath.Join(delivered(t), "stage", "windows", name+".exe"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		if got := f.OptionalHeader.(*pe.OptionalHeader64).Subsystem; got != subsystem {
			t.Errorf("%s is of subsystem %d, want %d", name, got, subsystem)
		}
		section := f.Section(".rsrc")
		if section == nil {
			t.Errorf("%s has no resources", name)
			continue
		}
		resources, err := section.Data()
		if err != nil {
			t.Fatal(err)
		}
		for i := range int(images) {
			entry := icon[6+16*i:]
			size, at := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
			if !bytes.Contains(resources, icon[at:at+size]) {
				t.Errorf("%s lacks the icon of %d pixels", name, entry[0])
			}
		}
		for key, want := range map[string]string{"FileDescription": "ctiagent", "ProductVersion": version, "OriginalFilename": name + ".exe", "FileVersion": "1.2.3"} {
			if _, after, ok := bytes.Cut(resources, wide(key+"\x00")); !ok || !bytes.HasPrefix(bytes.TrimLeft(after, "\x00"), wide(want + "\x00")[:2*len(want)]) {
				t.Errorf("%s: its %s is not %s", name, key, want)
			}
		}
		if !bytes.Contains(resources, []byte("PerMonitorV2")) && !bytes.Contains(resources, []byte("permonitorv2")) {
			t.Errorf("%s has no manifest", name)
		}
	}
}

// wide is a text as Windows writes it.
func wide(s string) (out []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
