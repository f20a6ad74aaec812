package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ctiagent/internal/paths"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// ownRegistry says that the registry is the test's own, to be written.
const ownRegistry = "CTIAGENT_OWN_REGISTRY"

func needsOwnRegistry(t *testing.T) {
	t.Helper()
	if os.Getenv(ownRegistry) != "1" {
		t.Skip("writes policies into the registry; set " + ownRegistry + "=1 on a computer where that may be")
	}
}

// key opens a key of a policy for writing, and removes it with the test.
func key(t *testing.T, root registry.Key, below string) registry.Key {
	t.Helper()
	path := RegistryKey + below
	k, _, err := registry.CreateKey(root, path, registry.ALL_ACCESS)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		k.Close()
		if err := registry.DeleteKey(root, path); err != nil {
			t.Error(err)
		}
	})
	return k
}

// folder is a temporary one, cleared away file by file: wine 8 cannot do it as
// t.TempDir does.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "policy")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var all []string
		must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
			all = append(all, path)
			return err
		}))
		for _, path := range slices.Backward(all) {
			must(t, os.Remove(path))
		}
	})
	return dir
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestWindowsPoliciesOfComputerAndPerson(t *testing.T) {
	needsOwnRegistry(t)
	dir := folder(t)
	e := paths.Env{GOOS: "windows", Getenv: func(k string) string { return map[string]string{"ProgramData": dir, "APPDATA": dir}[k] }}
	file := write(t, filepath.Join(dir, "mine.toml"), "[api]\nport = 1000\npairing = \"ask\"\n[links]\nconfirm = \"never\"\n[log]\nlevel = \"debug\"\n")
	write(t, filepath.Join(e.PolicyDir(), "a.toml"), "[links]\nconfirm = \"risky\"\n[log]\nlevel = \"info\"\n")

	root := key(t, registry.LOCAL_MACHINE, "")
	api := key(t, registry.LOCAL_MACHINE, `\api`)
	list := key(t, registry.LOCAL_MACHINE, `\api\origins`)
	limits := key(t, registry.LOCAL_MACHINE, `\limits`)
	must(t, api.SetDWordValue("port", 2000), api.SetStringValue("pairing", "off"), list.SetStringValue("2", "https://b"), list.SetStringValue("1", "https://a"),
		limits.SetStringValue("dials_per_second", "0.5"), root.SetStringsValue("driver", []string{"[[driver]]", `use = "totalip"`, "", `key = "secret:k"`}))
	mine := key(t, registry.CURRENT_USER, `\links`)
	mineToo := key(t, registry.CURRENT_USER, `\api`)
	agent := key(t, registry.CURRENT_USER, `\agent`)
	must(t, mine.SetStringValue("confirm", "always"), mineToo.SetDWordValue("port", 3000), agent.SetStringValue("extension", "10005"))

	c, p, err := Load(Sources(e, false, file))
	if err != nil {
		t.Fatal(err)
	}
	machine, user := machineRoot+`\`+RegistryKey, userRoot+`\`+RegistryKey
	want := Default()
	want.API = API{Port: 2000, TLSPort: 21471, Pairing: PairingOff, Origins: []string{"https://a", "https://b"}}
	want.Limits.DialsPerSecond = 0.5
	want.Agent.Extension = "10005"
	want.Drivers = []Driver{{Use: "totalip", Values: map[string]any{"key": "secret:k"}, File: machine + `\driver`, Line: 1, Lines: map[string]int{"use": 2, "key": 4}}}
	if d := cmp.Diff(c, want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
	for k, at := range map[string]Place{
		"api.port":        {File: machine + `\api`, Policy: true, Beats: &Place{File: file, Line: 2}},
		"links.confirm":   {File: filepath.Join(e.PolicyDir(), "a.toml"), Line: 2, Policy: true, Beats: &Place{File: file, Line: 5}},
		"agent.extension": {File: user + `\agent`, Policy: true},
	} {
		if d := cmp.Diff(p[k], at); d != "" {
			t.Errorf("%s: -got +want\n%s", k, d)
		}
	}

	// The service has no person: what stands for one is not its own.
	c, _, err = Load(Sources(e, true, file))
	if err != nil || c.Agent.Extension != "" || c.API.Port != 2000 {
		t.Errorf("the service: %+v %+v, %v", c.API, c.Agent, err)
	}
}

func TestWindowsPolicyThatIsWrongIsNotPassedOver(t *testing.T) {
	needsOwnRegistry(t)
	e := paths.Env{GOOS: "windows"}
	api := key(t, registry.LOCAL_MACHINE, `\api`)
	must(t, api.SetStringValue("port", "2000"))
	_, _, err := Load(Sources(e, true, ""))
	var list Errors
	if !errors.As(err, &list) || len(list) != 1 || list[0].ID != "config.registry.type" || list[0].File != machineRoot+`\`+RegistryKey+`\api` {
		t.Errorf("a number as text: %v", err)
	}
	must(t, api.DeleteValue("port"))
	key(t, registry.LOCAL_MACHINE, `\api\origins`)
	key(t, registry.LOCAL_MACHINE, `\api\origins\deeper`)
	_, _, err = Load(Sources(e, true, ""))
	if !errors.As(err, &list) || len(list) != 1 || list[0].ID != "config.unreadable" || list[0].File != machineRoot+`\`+RegistryKey {
		t.Errorf("a key below a list: %v", err)
	}
}

func TestWindowsWithoutAPolicyHasTheFile(t *testing.T) {
	needsOwnRegistry(t)
	c, p, err := Load(Sources(paths.Env{GOOS: "windows"}, false, write(t, filepath.Join(folder(t), "x.toml"), "[api]\nport = 1000\n")))
	if err != nil || c.API.Port != 1000 || p.Locked("api.port") {
		t.Errorf("got %+v, %v, %v", c.API, p, err)
	}
}

func TestWindowsPolicyOfAPersonIsRefused(t *testing.T) {
	sid := func(text string) *windows.SID {
		t.Helper()
		s, err := windows.StringToSid(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const ana, bruno = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
	for _, tt := range []struct {
		owner, self string
		elevated    bool
		taken       bool
	}{
		{"S-1-5-32-544", ana, false, true}, // the administrators
		{"S-1-5-18", ana, false, true},     // the system
		{trustedInstaller, ana, false, true},
		{ana, ana, true, true},
		{ana, ana, false, false},
		{ana, bruno, true, false},
		{"S-1-5-32-545", ana, false, false}, // every user
		{"S-1-1-0", ana, false, false},      // everybody
		{"S-1-5-19", ana, false, false},     // the local service
	} {
		if p := ownedBy(sid(tt.owner), sid(tt.self), tt.elevated); (p == nil) != tt.taken {
			t.Errorf("of %s, for %s (elevated %v): %v", tt.owner, tt.self, tt.elevated, p)
		}
	}
}
