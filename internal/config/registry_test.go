package config

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"ctiagent/internal/paths"

	"github.com/google/go-cmp/cmp"
)

const site = machineRoot + `\` + RegistryKey

func sz(name, text string) regValue { return regValue{name, regSZ, wide(text)} }

func multi(name string, lines ...string) regValue {
	return regValue{name, regMultiSZ, wide(strings.Join(lines, "\x00") + "\x00")}
}

func dword(name string, n uint32) regValue {
	return regValue{name, regDWORD, binary.LittleEndian.AppendUint32(nil, n)}
}

// wide is text as the registry holds it, with its zero.
func wide(text string) (data []byte) {
	for _, u := range utf16.Encode([]rune(text + "\x00")) {
		data = binary.LittleEndian.AppendUint16(data, u)
	}
	return data
}

// fromKey merges a policy over a file, as Load does.
func fromKey(file string, root regKey) (Config, Provenance, error) {
	l := loader{config: Default(), provenance: Provenance{}, places: map[string]report{}}
	l.take("mine.toml", []byte(file))
	l.policy = true
	root.name = site
	l.policyKey(root)
	l.together()
	if len(l.problems) > 0 {
		return Config{}, nil, l.problems
	}
	return l.config, l.provenance, nil
}

func TestRegistryPolicyIsReadAsAFileIs(t *testing.T) {
	root := regKey{
		values: []regValue{
			multi("Driver", "[[driver]]", `use = "totalip"`, `url = "http://10.0.0.1"`),
			sz("pop", "[[pop]]\r\nopen = \"https://crm.example.com/{e164}\"\r\n"),
		},
		keys: []regKey{
			{name: "API", values: []regValue{dword("Port", 21480), sz("pairing", "off")},
				keys: []regKey{{name: "origins", values: []regValue{sz("10", "https://c.example.com"), sz("2", "https://b.example.com"), sz("1", "HTTPS://a.example.com:443")}}}},
			{name: "links", values: []regValue{dword("login_links", 1)}},
			{name: "limits", values: []regValue{sz("requests_per_second", "2.5"), dword("dials_per_second", 2)}},
			{name: "policy", keys: []regKey{{name: "supervisors"}}}, // what group policy leaves behind
			{name: "agent", values: []regValue{sz("id", "Zoë 😀")}},
		},
	}
	c, p, err := fromKey("[api]\nport = 1\npairing = \"off\"\n[policy]\nsupervisors = [\"ana\"]\n[[driver]]\nuse = \"mine\"\n", root)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.API = API{Port: 21480, Pairing: PairingOff, TLSPort: 21471, Origins: []string{"https://a.example.com", "https://b.example.com", "https://c.example.com"}}
	want.Links.LoginLinks = true
	want.Limits.RequestsPerSecond, want.Limits.DialsPerSecond = 2.5, 2
	want.Policy.Supervisors = []string{"ana"}
	want.Agent.ID = "Zoë 😀"
	want.Drivers = []Driver{{Use: "totalip", Values: map[string]any{"url": "http://10.0.0.1"}, File: site + `\driver`, Line: 1, Lines: map[string]int{"use": 2, "url": 3}}}
	want.Pops = []Pop{{On: "offered", Open: "https://crm.example.com/{e164}"}}
	if d := cmp.Diff(c, want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
	for key, at := range map[string]Place{
		"api.port":           {File: site + `\API`, Policy: true, Beats: &Place{File: "mine.toml", Line: 2}},
		"api.pairing":        {File: site + `\API`, Policy: true}, // the file says the same
		"policy.supervisors": {File: "mine.toml", Line: 5},
		"driver":             {File: site + `\driver`, Line: 1, Policy: true, Beats: &Place{File: "mine.toml", Line: 7}},
		"driver[0].url":      {File: site + `\driver`, Line: 3, Policy: true},
	} {
		if d := cmp.Diff(p[key], at); d != "" {
			t.Errorf("%s: -got +want\n%s", key, d)
		}
	}
	if !p.Locked("api.pairing") || p.Locked("policy.supervisors") {
		t.Error("what is locked is another than what the policy says")
	}
}

func TestRegistryErrorsNameKeyAndWayOut(t *testing.T) {
	in := func(table string, values ...regValue) regKey {
		return regKey{keys: []regKey{{name: table, values: values}}}
	}
	tests := []struct {
		name          string
		root          regKey
		file, key, id string
		says          string
	}{
		{"port as text", in("api", sz("port", "21470")), `\api`, "api.port", "config.registry.type", "REG_DWORD"},
		{"short number", in("api", regValue{"port", regDWORD, []byte{1}}), `\api`, "api.port", "config.registry.type", "REG_DWORD"},
		{"text as number", in("api", dword("pairing", 1)), `\api`, "api.pairing", "config.registry.type", "REG_SZ"},
		{"expanded text", in("log", regValue{"file", 2, wide(`%TEMP%\x`)}), `\log`, "log.file", "config.registry.type", "REG_SZ"},
		{"half a character", in("agent", regValue{"id", regSZ, []byte{'a'}}), `\agent`, "agent.id", "config.registry.text", "anew"},
		{"half a pair", in("agent", regValue{"id", regSZ, []byte{0x00, 0xd8, 'a', 0}}), `\agent`, "agent.id", "config.registry.text", "anew"},
		{"two texts", in("agent", regValue{"id", regSZ, wide("a\x00b")}), `\agent`, "agent.id", "config.registry.text", "anew"},
		{"truth of 2", in("links", dword("login_links", 2)), `\links`, "links.login_links", "config.registry.boolean", "1 for true"},
		{"number in words", in("limits", sz("dials_per_second", "two")), `\limits`, "limits.dials_per_second", "config.registry.number", "2.5"},
		{"port out of range", in("api", dword("port", 70000)), `\api`, "api.port", "config.range", "65535"},
		{"no choice", in("api", sz("pairing", "aks")), `\api`, "api.pairing", "config.choice.nearest", "ask"},
		{"misspelt value", in("api", dword("prot", 1)), `\api`, "api.prot", "config.unknown_key.nearest", "port"},
		{"misspelt key", in("agnet", sz("id", "1")), `\agnet`, "agnet", "config.unknown_key.nearest", "agent"},
		{"value of the root", regKey{values: []regValue{dword("port", 1)}}, "", "port", "config.unknown_key.nearest", "api.port"},
		{"list as value", in("api", sz("origins", "https://a")), `\api`, "api.origins", "config.registry.key", "sub key"},
		{"value as key", regKey{keys: []regKey{{name: "api", keys: []regKey{{name: "port"}}}}}, `\api`, "api.port", "config.registry.value", "no list"},
		{"unknown list", regKey{keys: []regKey{{name: "api", keys: []regKey{{name: "orgins"}}}}}, `\api`, "api.orgins", "config.unknown_key.nearest", "origins"},
		{"named entries", regKey{keys: []regKey{{name: "api", keys: []regKey{{name: "origins", values: []regValue{sz("a", "https://a")}}}}}}, `\api`, "api.origins", "config.registry.numbered", "1, 2, 3"},
		{"keys in a list", regKey{keys: []regKey{{name: "api", keys: []regKey{{name: "origins", keys: []regKey{{name: "x"}}}}}}}, `\api`, "api.origins", "config.registry.numbered", "1, 2, 3"},
		{"wrong entry", regKey{keys: []regKey{{name: "api", keys: []regKey{{name: "origins", values: []regValue{sz("1", "*")}}}}}}, `\api`, "api.origins", "config.origin.wildcard", "entry 1"},
		{"drivers as a key", regKey{keys: []regKey{{name: "driver"}}}, `\driver`, "driver", "config.registry.list", "REG_MULTI_SZ"},
		{"no TOML", regKey{values: []regValue{sz("driver", "use totalip")}}, `\driver`, "", "config.syntax", "TOML"},
		{"another table", regKey{values: []regValue{sz("driver", "[[driver]]\nuse = \"a\"\n[api]\nport = 1")}}, `\driver`, "api", "config.registry.other", "[[driver]]"},
		{"drivers as number", regKey{values: []regValue{dword("driver", 1)}}, "", "driver", "config.registry.type", "REG_SZ"},
		{"wrong key of a driver's table", regKey{values: []regValue{sz("pop", "[[pop]]\nopne = \"http://a/\"")}}, `\pop`, "pop[0].opne", "config.unknown_key.nearest", "open"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := fromKey("", tt.root)
			var list Errors
			if !errors.As(err, &list) || len(list) == 0 {
				t.Fatalf("got %v", err)
			}
			i := slices.IndexFunc(list, func(e *Error) bool { return e.Key == tt.key })
			if i < 0 {
				t.Fatalf("got %v, want one of %s", err, tt.key)
			}
			e := list[i]
			if e.ID != tt.id || e.File != site+tt.file || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("got %s of %s: %v", e.ID, e.File, e)
			}
			complete(t, e)
		})
	}
}

func TestPoliciesOfWindowsInTheirOrder(t *testing.T) {
	e := paths.Env{GOOS: "windows", Getenv: func(k string) string {
		return map[string]string{"ProgramData": `C:\ProgramData`, "APPDATA": `C:\Users\ana\AppData\Roaming`}[k]
	}}
	machine := Source{Path: `HKEY_LOCAL_MACHINE\Software\Policies\CTIAgent\ctiagent`, Policy: true, Registry: true}
	user := Source{Path: `HKEY_CURRENT_USER\Software\Policies\CTIAgent\ctiagent`, Policy: true, Registry: true}
	dir := Source{Path: `C:\ProgramData\ctiagent\policy.d`, Policy: true, Optional: true, Guarded: true}
	for name, tt := range map[string]struct{ got, want []Source }{
		"service":    {Sources(e, true, ""), []Source{dir, machine, {Path: `C:\ProgramData\ctiagent\ctiagent.toml`, Optional: true}}},
		"foreground": {Sources(e, false, ""), []Source{user, dir, machine, {Path: `C:\Users\ana\AppData\Roaming\ctiagent\ctiagent.toml`, Optional: true}}},
	} {
		if d := cmp.Diff(tt.got, tt.want); d != "" {
			t.Errorf("%s -got +want\n%s", name, d)
		}
	}
}

func TestPolicyThatOthersCouldHaveWrittenIsRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode on Windows; run it on another system")
	}
	dir := filepath.Join(t.TempDir(), "policy.d")
	file := write(t, filepath.Join(dir, "a.toml"), "[api]\nport = 1000\n")
	load := func() (id, where string) {
		_, _, err := Load([]Source{{Path: dir, Policy: true, Guarded: true}})
		var e *Error
		if errors.As(err, &e) {
			complete(t, e)
			return e.ID, e.File
		}
		return "", ""
	}
	if os.Getuid() != 0 {
		if id, at := load(); id != "config.policy.owner" || at != dir {
			t.Errorf("a policy of mine: %q at %q", id, at)
		}
		return
	}
	for _, tt := range []struct {
		name      string
		change    func() error
		id, where string
	}{
		{"all of root", func() error { return nil }, "", ""},
		{"a file of somebody's", func() error { return os.Chown(file, 65534, -1) }, "config.policy.owner", file},
		{"a file everybody writes", func() error { return errors.Join(os.Chown(file, 0, -1), os.Chmod(file, 0o602)) }, "config.policy.writable", file},
		{"a file its group writes", func() error { return os.Chmod(file, 0o620) }, "config.policy.writable", file},
		{"a folder everybody writes", func() error { return errors.Join(os.Chmod(file, 0o644), os.Chmod(dir, 0o777)) }, "config.policy.writable", dir},
		{"a folder of somebody's", func() error { return errors.Join(os.Chmod(dir, 0o755), os.Chown(dir, 65534, -1)) }, "config.policy.owner", dir},
		{"a link to somebody's file", func() error {
			theirs := write(t, filepath.Join(filepath.Dir(dir), "theirs.toml"), "[api]\nport = 1\n")
			return errors.Join(os.Chown(dir, 0, -1), os.Remove(file), os.Symlink(theirs, file), os.Chown(theirs, 65534, -1))
		}, "config.policy.owner", file},
	} {
		if err := tt.change(); err != nil {
			t.Fatal(err)
		}
		if id, where := load(); id != tt.id || where != tt.where {
			t.Errorf("%s: %q at %q, want %q at %q", tt.name, id, where, tt.id, tt.where)
		}
	}
}

func TestShownPolicyNamesWhatItOverrides(t *testing.T) {
	c, p, err := Load([]Source{{Path: "mine.toml", Data: []byte("[api]\nport = 1000\n[[pop]]\nopen = \"http://mine/\"\n")},
		{Path: "site.toml", Policy: true, Data: []byte("[api]\nport = 2000\npairing = \"off\"\n[[pop]]\nopen = \"http://site/\"\n")}})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]Entry{}
	for _, e := range Show(c, p, nil) {
		if e.Policy {
			shown[e.Key] = e
		}
	}
	want := map[string]Entry{
		"api.port":    {Key: "api.port", Value: 2000, Source: "site.toml", Line: 2, Policy: true, Overrides: "mine.toml:2"},
		"api.pairing": {Key: "api.pairing", Value: "off", Source: "site.toml", Line: 3, Policy: true},
		"pop":         {Key: "pop", Value: 1, Source: "site.toml", Line: 4, Policy: true, Overrides: "mine.toml:4"},
		"pop[0].open": {Key: "pop[0].open", Value: "http://site/", Source: "site.toml", Line: 5, Policy: true},
	}
	if d := cmp.Diff(shown, want); d != "" {
		t.Errorf("-got +want\n%s", d)
	}
}

// TestSettingsDescribeEveryKey holds the description that templates are made of
// to what the keys take.
func TestSettingsDescribeEveryKey(t *testing.T) {
	c := Default()
	all := fields(&c)
	settings := Settings()
	if len(settings) != len(all) {
		t.Fatalf("%d settings of %d", len(settings), len(all))
	}
	for i, s := range settings {
		if s.Key != all[i].key || s.Kind == "" {
			t.Errorf("%+v is not %s", s, all[i].key)
		}
		switch s.Kind {
		case KindInteger:
			if all[i].store(int64(s.Max)) != nil || all[i].store(int64(s.Min)) != nil || all[i].store(int64(s.Max)+1) == nil || all[i].store(int64(s.Min)-1) == nil {
				t.Errorf("%s is not bounded by %v and %v", s.Key, s.Min, s.Max)
			}
		case KindNumber:
			if all[i].store(s.Max) != nil || all[i].store(s.Min) != nil || all[i].store(s.Max+1) == nil {
				t.Errorf("%s is not bounded by %v and %v", s.Key, s.Min, s.Max)
			}
		case KindEnum:
			for _, w := range s.Words {
				if p := all[i].store(w); p != nil {
					t.Errorf("%s may not be %q: %s", s.Key, w, p.id)
				}
			}
			if len(s.Words) < 2 {
				t.Errorf("%s has the words %q", s.Key, s.Words)
			}
		}
	}
}

// FuzzRegistryPolicy: whatever stands in the registry ends as settings or as
// problems that name a key, never in a panic.
func FuzzRegistryPolicy(f *testing.F) {
	f.Add("api", "port", uint32(regDWORD), []byte{1, 2, 0, 0}, "origins", "1", wide("https://a"))
	f.Add("", "driver", uint32(regMultiSZ), wide("[[driver]]\x00use = \"a\"\x00"), "", "", []byte{})
	f.Add("limits", "dials_per_second", uint32(regSZ), wide("1e309"), "supervisors", "01", []byte{0})
	f.Fuzz(func(t *testing.T, table, name string, kind uint32, data []byte, list, number string, entry []byte) {
		v := regValue{name, kind, data}
		k := regKey{name: table, values: []regValue{v}}
		if list != "" {
			k.keys = []regKey{{name: list, values: []regValue{{number, regSZ, entry}}}}
		}
		root := regKey{keys: []regKey{k}}
		if table == "" {
			root = regKey{values: []regValue{v}}
		}
		c, p, err := fromKey("", root)
		var list2 Errors
		switch {
		case err == nil:
			for _, e := range Show(c, p, nil) {
				if e.Source != DefaultSource && !strings.HasPrefix(e.Source, site) {
					t.Errorf("%s comes from %s", e.Key, e.Source)
				}
			}
		case !errors.As(err, &list2) || len(list2) == 0:
			t.Errorf("no problem is told of: %v", err)
		default:
			for _, e := range list2 {
				if !strings.HasPrefix(e.File, site) || strings.ContainsAny(e.Error(), "\r\x00\x1b") {
					t.Errorf("%q", e.Error())
				}
			}
		}
	})
}
