package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ctiagent/internal/i18n"
	"ctiagent/internal/paths"
)

func full(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/full.toml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestEveryKeyIsRead(t *testing.T) {
	got, err := Parse("full.toml", full(t))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		API:      API{Port: 21480, Origins: []string{"https://crm.example.com", "http://10.0.0.5:8080"}, Pairing: PairingOff, TLS: true, TLSPort: 21481},
		Receiver: Receiver{Enabled: true, Port: 21482, LAN: "192.168.0.10:21483", Token: "secret:receiver"},
		Agent:    Agent{ID: "12", Extension: "10005", Country: "BR", AreaCode: "11", Language: "pt-BR"},
		Drivers: []Driver{
			{
				Use: "totalip", File: "full.toml", Line: 13,
				Values: map[string]any{"url": "http://192.168.0.1", "events": "192.168.0.1:25000", "key": "secret:totalip-key"},
				Lines:  map[string]int{"use": 14, "url": 15, "events": 16, "key": 17},
			},
			{
				Use: "totalphone", File: "full.toml", Line: 19,
				Values: map[string]any{"path": `C:\Program Files\TotalPhone\TotalPhone.exe`},
				Lines:  map[string]int{"use": 20, "path": 21},
			},
		},
		Pops: []Pop{
			{On: "offered", Direction: "inbound", Open: "https://crm.example.com/search?phone={e164}&p1={contact.parametro1}"},
			{On: "offered", Open: "http://crm.example.com/{id}"},
		},
		Links:  Links{Confirm: ConfirmAlways, LoginLinks: true},
		Policy: Policy{Supervisors: []string{"ana"}, CallingHoursFor: HoursForAll},
		Limits: Limits{
			MessageBytes: 131072, RequestsPerSecond: 2.5, Burst: 50, DialsPerSecond: 2, ConnectionsPerOrigin: 8,
			UnpairedConnections: 2, UnpairedSeconds: 30, PendingBytes: 2097152, LiveCalls: 16, WishJoinSeconds: 20, WishUnknownSeconds: 45,
		},
		Log:      Log{Level: "debug", File: "/var/log/ctiagent/ctiagent.log", Numbers: NumbersFull},
		Dialplan: Dialplan{OutsidePrefix: "0", ExtensionMinDigits: 4, ExtensionMaxDigits: 5},
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestEmptyFileGivesTheDefaults(t *testing.T) {
	for _, data := range []string{"", "# nothing\n", "\xef\xbb\xbf[api]\r\n", "driver = []"} {
		got, err := Parse("x", []byte(data))
		if diff := cmp.Diff(got, Default()); err != nil || diff != "" {
			t.Errorf("%q: %v, -got +want\n%s", data, err, diff)
		}
	}
}

// The defaults themselves must be allowed values: what show prints can be put
// into a file again.
func TestDefaultsPassTheirOwnChecks(t *testing.T) {
	c := Default()
	for _, f := range fields(&c) {
		v := f.value()
		switch x := v.(type) {
		case int:
			v = int64(x)
		case []string:
			v = []any{}
		case string:
			if x == "" {
				continue // unset
			}
		}
		if p := f.store(v); p != nil {
			t.Errorf("%s: the default %v is refused: %s", f.key, v, p.id)
		}
	}
	if diff := cmp.Diff(c, Default(), cmp.Transformer("empty", func(s []string) string { return fmt.Sprint(s) })); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestErrorsNameLineKeyAndWayOut(t *testing.T) {
	tests := []struct {
		name, toml string
		line       int
		key, id    string
		nearest    string
		says       string
	}{
		{"misspelt key", "[api]\nprot = 1", 2, "api.prot", "config.unknown_key.nearest", "port", "did you mean port?"},
		{"unknown key", "[api]\n\nzzzzzzzz = 1", 3, "api.zzzzzzzz", "config.unknown_key", "", "port, origins, pairing, tls, tls_port"},
		{"misspelt table", "[agnet]\nid = \"1\"", 1, "agnet", "config.unknown_key.nearest", "agent", "agent"},
		{"key outside its table", "port = 1", 1, "port", "config.unknown_key.nearest", "api.port", "api.port"},
		{"dotted key", "api.prot = 1", 1, "api.prot", "config.unknown_key.nearest", "port", "port"},
		{"inline table", "links = { confrim = \"risky\" }", 1, "links.confrim", "config.unknown_key.nearest", "confirm", "confirm"},
		{"table in a table", "[api.port]\nx = 1", 1, "api.port", "config.type.integer", "", "whole number"},
		{"number in quotes", "[api]\nport = \"21470\"", 2, "api.port", "config.type.integer", "", "without quotes"},
		{"text without quotes", "[agent]\nextension = 10005", 2, "agent.extension", "config.type.text", "", "in quotes"},
		{"truth in quotes", "[links]\nlogin_links = \"no\"", 2, "links.login_links", "config.type.boolean", "", "true or false"},
		{"list that is text", "[api]\norigins = \"https://a\"", 2, "api.origins", "config.type.list", "", "list of texts"},
		{"list of numbers", "[api]\norigins = [1]", 2, "api.origins", "config.type.list", "", "list of texts"},
		{"table that is text", "api = 1", 1, "api", "config.type.table", "", "[api]"},
		{"single driver table", "[driver]\nuse = \"totalip\"", 1, "driver", "config.type.tables", "", "[[driver]]"},
		{"drivers by name", "driver = [\"totalip\"]", 1, "driver[0]", "config.type.tables", "", "[[driver]]"},
		{"port 0", "[api]\nport = 0", 2, "api.port", "config.range", "", "from 1 to 65535"},
		{"port 65536", "[api]\nport = 65536", 2, "api.port", "config.range", "", "65536"},
		{"negative limit", "[limits]\nburst = -1", 2, "limits.burst", "config.range", "", "from 1"},
		{"endless rate", "[limits]\nrequests_per_second = inf", 2, "limits.requests_per_second", "config.range", "", "from 0.1"},
		{"rate that is no number", "[limits]\nrequests_per_second = nan", 2, "limits.requests_per_second", "config.range", "", "NaN"},
		{"misspelt choice", "[api]\npairing = \"aks\"", 2, "api.pairing", "config.choice.nearest", "ask", "did you mean ask?"},
		{"no choice", "[log]\nlevel = \"verbose!\"", 2, "log.level", "config.choice", "", "debug, info, warn, error"},
		{"forbidden number", "[policy]\nforbid = [\"premium\", \"09-00\"]", 2, "policy.forbid", "config.ban", "", "entry 2"},
		{"language", "[agent]\nlanguage = \"pt\"", 2, "agent.language", "config.choice", "", "pt-BR, es, en"},
		{"country", "[agent]\ncountry = \"br\"", 2, "agent.country", "config.country", "", "BR"},
		{"area code", "[agent]\narea_code = \"(11)\"", 2, "agent.area_code", "config.digits", "", "digits"},
		{"relative log", "[log]\nfile = \"x.log\"", 2, "log.file", "config.path", "", "root"},
		{"control character", "[agent]\nid = \"a\\nb\"", 2, "agent.id", "config.control", "", "control"},
		{"blank supervisor", "[policy]\nsupervisors = [\" \"]", 2, "policy.supervisors", "config.blank", "", "empty"},
		{"unknown pop", "[[pop]]\non = \"offred\"\nopen = \"http://a/\"", 2, "pop[0].on", "config.choice.nearest", "offered", "offered"},
		{"second pop", "[[pop]]\nopen = \"http://a/\"\n[[pop]]\nopne = \"http://a/\"\nopen = \"http://a/\"", 4, "pop[1].opne", "config.unknown_key.nearest", "open", "open"},
		{"pop without address", "\n[[pop]]\non = \"ended\"", 2, "pop[0].open", "config.required", "", "missing"},
		{"inline pop", "pop = [ { on = \"x\", open = \"http://a/\" } ]", 1, "pop[0].on", "config.choice", "", "offered"},
		{"LAN of every address", "[receiver]\nlan = \"0.0.0.0\"", 2, "receiver.lan", "config.lan", "", "192.168.0.10"},
		{"LAN by name", "[receiver]\nlan = \"pc-12\"", 2, "receiver.lan", "config.lan", "", "192.168.0.10"},
		{"LAN that is loopback", "[receiver]\nlan = \"127.0.0.1:21472\"", 2, "receiver.lan", "config.lan", "", "127.0.0.1"},
		{"LAN with port 0", "[receiver]\nlan = \"192.168.0.10:0\"", 2, "receiver.lan", "config.lan", "", "192.168.0.10"},
		{"LAN with a zone", "[receiver]\nlan = \"fe80::1%eth0\"", 2, "receiver.lan", "config.lan", "", "192.168.0.10"},
		{"empty token", "[receiver]\ntoken = \"\"", 2, "receiver.token", "config.blank", "", "empty"},
		{"port of both doors", "[receiver]\nenabled = true\nport = 21470", 3, "receiver.port", "config.same", "", "21470"},
		{"port of both doors over TLS", "[api]\ntls = true\ntls_port = 21470", 3, "api.tls_port", "config.same", "", "21470"},
		{"port of both doors, the other way", "[api]\nport = 21472\n[receiver]\nenabled = true", 2, "api.port", "config.same", "", "21472"},
		{"driver without use", "\n\n[[driver]]\nurl = \"http://a\"", 3, "driver[0].use", "config.required", "", "missing"},
		{"driver of number", "[[driver]]\nuse = 1", 2, "driver[0].use", "config.type.text", "", "quotes"},
		{"no TOML", "[api]\nport = = 1", 2, "", "config.syntax", "", "TOML"},
		{"key twice", "[api]\nport = 1\nport = 2", 3, "", "config.syntax", "", "port"},
		{"not UTF-8", "a = 1\n# \xff", 2, "", "config.encoding", "", "UTF-8"},
		{"digits in the wrong order", "[dialplan]\nextension_max_digits = 1\nextension_min_digits = 2", 2, "dialplan.extension_max_digits", "config.order", "", "extension_min_digits (2)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("x.toml", []byte(tt.toml))
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an Error", err)
			}
			got := fmt.Sprintf("%s:%d %s %s %q", e.File, e.Line, e.Key, e.ID, e.Nearest)
			want := fmt.Sprintf("x.toml:%d %s %s %q", tt.line, tt.key, tt.id, tt.nearest)
			if got != want {
				t.Errorf("got  %s\nwant %s\nin %v", got, want, err)
			}
			if !strings.Contains(e.Error(), tt.says) || !strings.Contains(e.Message, tt.says) {
				t.Errorf("got %q, want it to say %q", e, tt.says)
			}
			complete(t, e)
		})
	}
}

// complete tells whether a problem's sentence is whole in every language.
func complete(t *testing.T, e *Error) {
	t.Helper()
	for _, lang := range i18n.Langs() {
		if text := e.In(lang); strings.Contains(text, "no value") || strings.Contains(text, "[config.") {
			t.Errorf("%s sentence is incomplete: %s", lang, text)
		}
	}
}

func TestAllProblemsAreToldAtOnceInOrder(t *testing.T) {
	_, err := Parse("x.toml", []byte("[log]\nlevel = 1\n[api]\nport = 0\nprot = 1\n[[driver]]\n[[pop]]\non = 1\n"))
	var list Errors
	if !errors.As(err, &list) {
		t.Fatalf("got %T", err)
	}
	var got []string
	for _, e := range list {
		got = append(got, fmt.Sprintf("%d %s", e.Line, e.Key))
	}
	want := []string{"2 log.level", "4 api.port", "5 api.prot", "6 driver[0].use", "7 pop[0].open", "8 pop[0].on"}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
	if n := strings.Count(err.Error(), "\n"); n != len(want)-1 {
		t.Errorf("got %d line breaks in %q", n, err)
	}
}

func TestErrorNamesColumn(t *testing.T) {
	_, err := Parse("x.toml", []byte("api = { port = 1, prot = 2 }"))
	var e *Error
	if !errors.As(err, &e) || e.Line != 1 || e.Column != 19 {
		t.Errorf("got %+v, want column 19", e)
	}
}

func TestHostileSizeIsRefused(t *testing.T) {
	_, err := Parse("x.toml", []byte(strings.Repeat("#", maxFile+1)))
	var e *Error
	if !errors.As(err, &e) || e.ID != "config.too_big" {
		t.Errorf("got %v", err)
	}
	var many strings.Builder
	many.WriteString("[" + strings.Repeat("a.", 100_000) + "a]\n")
	for i := range 50_000 {
		fmt.Fprintf(&many, "k%d=1\n", i)
	}
	if _, err = Parse("x.toml", []byte(many.String())); !errors.As(err, &e) || e.ID != "config.deep" || e.Line != 1 {
		t.Errorf("got %v", err)
	}
	many.Reset()
	for i := range 1000 {
		fmt.Fprintf(&many, "k%d=1\n", i)
	}
	_, err = Parse("x.toml", []byte(many.String()))
	var list Errors
	if !errors.As(err, &list) || len(list) != maxErrors {
		t.Errorf("got %d problems, want %d", len(list), maxErrors)
	}
}

func TestMessagesCarryNoControlCharacters(t *testing.T) {
	_, err := Parse("x.toml", []byte("[api]\npairing = \"\\u001b[2J\"\n\"a\\u001bb\" = 1"))
	if err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("got %q", err)
	}
}

func TestNearestWord(t *testing.T) {
	known := []string{"port", "origins", "pairing"}
	for name, want := range map[string]string{"prot": "port", "PORT": "port", "orgins": "origins", "paring": "pairing", "xyz": "", "": "", strings.Repeat("p", 1000): ""} {
		if got := nearest(name, known); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func TestSourcesOfServiceAndForeground(t *testing.T) {
	e := paths.Env{GOOS: "linux", Getenv: func(k string) string { return map[string]string{"HOME": "/home/ana"}[k] }}
	policy := Source{Path: "/etc/ctiagent/policy.d", Policy: true, Optional: true, Guarded: true}
	tests := []struct {
		name string
		got  []Source
		want []Source
	}{
		{"service", Sources(e, true, ""), []Source{policy, {Path: "/etc/ctiagent/ctiagent.toml", Optional: true}}},
		{"foreground", Sources(e, false, ""), []Source{policy, {Path: "/home/ana/.config/ctiagent/ctiagent.toml", Optional: true}}},
		{"named file", Sources(e, false, "/x.toml"), []Source{policy, {Path: "/x.toml"}}},
		{"no home", Sources(paths.Env{GOOS: "linux"}, false, ""), []Source{policy}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.got, tt.want); diff != "" {
			t.Errorf("%s -got +want\n%s", tt.name, diff)
		}
	}
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPolicyWinsOverFileWinsOverDefault(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "ctiagent.toml"), "[api]\nport = 1000\npairing = \"ask\"\norigins = [\"https://mine\"]\n[agent]\nid = \"7\"\n[[driver]]\nuse = \"mine\"\nurl = \"x\"\n[[driver]]\nuse = \"second\"\n[[pop]]\nopen = \"http://mine/\"\n")
	a := write(t, filepath.Join(dir, "policy.d", "a.toml"), "[api]\npairing = \"off\"\norigins = [\"https://a\"]\n")
	b := write(t, filepath.Join(dir, "policy.d", "b.toml"), "[api]\norigins = [\"https://b\"]\n[[driver]]\nuse = \"site\"\n")
	write(t, filepath.Join(dir, "policy.d", "c.txt"), "not read")
	write(t, filepath.Join(dir, "policy.d", ".d.toml"), "not read")
	policy := Source{Path: filepath.Join(dir, "policy.d"), Policy: true}
	// The order of the list does not make a file stronger than a policy.
	for _, sources := range [][]Source{{policy, {Path: file}}, {{Path: file}, policy}} {
		c, p, err := Load(sources)
		if err != nil {
			t.Fatal(err)
		}
		if c.API.Port != 1000 || c.API.Pairing != PairingOff || c.Agent.ID != "7" || c.Agent.Country != "BR" {
			t.Errorf("got %+v %+v", c.API, c.Agent)
		}
		if diff := cmp.Diff(c.API.Origins, []string{"https://b"}); diff != "" {
			t.Error(diff)
		}
		if len(c.Drivers) != 1 || c.Drivers[0].Use != "site" || c.Drivers[0].File != b || len(c.Pops) != 1 {
			t.Errorf("got %+v %+v", c.Drivers, c.Pops)
		}
		want := Provenance{"api.port": {File: file, Line: 2}, "api.pairing": {File: a, Line: 2, Policy: true, Beats: &Place{File: file, Line: 3}},
			"api.origins": {File: b, Line: 2, Policy: true, Beats: &Place{File: file, Line: 4}}, "agent.id": {File: file, Line: 6},
			"driver": {File: b, Line: 3, Policy: true, Beats: &Place{File: file, Line: 8}}, "driver[0].use": {File: b, Line: 4, Policy: true}, "pop[0].open": {File: file, Line: 13}}
		if diff := cmp.Diff(p, want); diff != "" {
			t.Errorf("-got +want\n%s", diff)
		}
	}
}

func TestReplacedPopsLeaveNoSourceBehind(t *testing.T) {
	two := "[[pop]]\nopen = \"http://a/\"\n[[pop]]\nopen = \"http://b/\"\non = \"ended\"\n"
	c, p, err := Load([]Source{{Path: "mine", Data: []byte(two)}, {Path: "site", Policy: true, Data: []byte("[[pop]]\nopen = \"http://c/\"")}})
	if err != nil || len(c.Pops) != 1 {
		t.Fatalf("got %+v, %v", c.Pops, err)
	}
	if diff := cmp.Diff(p, Provenance{"pop": {File: "site", Line: 1, Policy: true, Beats: &Place{File: "mine", Line: 2}}, "pop[0].open": {File: "site", Line: 2, Policy: true}}); diff != "" {
		t.Errorf("-got +want\n%s", diff)
	}
}

func TestSourcesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	if c, _, err := Load([]Source{{Path: none, Optional: true}, {Path: none, Policy: true, Optional: true}}); err != nil || c.API.Port != 21470 {
		t.Errorf("got %+v, %v", c.API, err)
	}
	tests := []struct {
		source Source
		id     string
	}{
		{Source{Path: none}, "config.missing"},
		{Source{Path: none, Policy: true}, "config.missing"},
		{Source{Path: dir}, "config.unreadable"},
		{Source{Path: write(t, filepath.Join(dir, "file"), ""), Policy: true, Optional: true}, "config.unreadable"},
	}
	for _, tt := range tests {
		_, _, err := Load([]Source{tt.source})
		var e *Error
		if !errors.As(err, &e) || e.ID != tt.id || e.File != tt.source.Path {
			t.Errorf("%+v: got %v, want %s", tt.source, err, tt.id)
			continue
		}
		complete(t, e)
	}
}

func TestProblemsOfTwoFilesNameTheirOwn(t *testing.T) {
	_, _, err := Load([]Source{{Path: "one", Data: []byte("[api]\nport = 0")}, {Path: "two", Policy: true, Data: []byte("\n[api]\nprot = 1")}})
	var list Errors
	if !errors.As(err, &list) || len(list) != 2 || list[0].File != "one" || list[1].File != "two" || list[1].Line != 3 {
		t.Errorf("got %v", err)
	}
	_, _, err = Load([]Source{{Path: "one", Data: []byte("[dialplan]\nextension_max_digits = 3")}, {Path: "two", Policy: true, Data: []byte("\n[dialplan]\nextension_min_digits = 4")}})
	if !errors.As(err, &list) || len(list) != 1 || list[0].ID != "config.order" || list[0].File != "one" || list[0].Line != 2 {
		t.Errorf("got %v", err)
	}
}

func TestLANAddressTakesTheDoorsPort(t *testing.T) {
	for lan, want := range map[string]string{"": "invalid AddrPort", "192.168.0.10": "192.168.0.10:21472", "192.168.0.10:80": "192.168.0.10:80",
		"fd00::1": "[fd00::1]:21472", "[fd00::1]:8080": "[fd00::1]:8080"} {
		c, err := Parse("x", []byte(fmt.Sprintf("[receiver]\nlan = %q", lan)))
		if got := c.Receiver.LANAddr().String(); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", lan, got, err, want)
		}
	}
}

func TestReceiverTokenIsNotShown(t *testing.T) {
	c, p, err := Load([]Source{{Path: "x.toml", Data: []byte("[receiver]\ntoken = \"canarycanarycanarycanarycanary\"")}})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]Entry{}
	for _, e := range Show(c, p, nil) {
		shown[e.Key] = e
	}
	if got, want := shown["receiver.token"], (Entry{Key: "receiver.token", Value: "***", Source: "x.toml", Line: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := Show(Default(), nil, nil); slices.ContainsFunc(got, func(e Entry) bool { return e.Key == "receiver.token" && e.Value != "" }) {
		t.Error("a token that nobody named is shown")
	}
}
