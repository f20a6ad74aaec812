package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

func TestClockTellsTheDateOfOtherDaysOnly(t *testing.T) {
	now := time.Date(2026, 11, 20, 15, 0, 0, 0, time.Local)
	if got := clock(cti.At(now.Add(-time.Hour)), now); got != "14:00:00" {
		t.Errorf("today: %s", got)
	}
	if got := clock(cti.At(now.AddDate(0, 0, -1)), now); got != "2026-11-19 15:00:00" {
		t.Errorf("yesterday: %s", got)
	}
	if got := (&app{lang: i18n.En}).since(cti.Time{}); got != "" {
		t.Errorf("an unknown time: %q", got)
	}
}

func TestMomentWantsRFC3339(t *testing.T) {
	if got, err := moment("2026-11-20T14:30:00-03:00"); err != nil || got.String() != "2026-11-20T17:30:00.000Z" {
		t.Errorf("got %s, %v", got, err)
	}
	if got, err := moment(""); err != nil || !got.IsZero() {
		t.Errorf("none: got %s, %v", got, err)
	}
	for _, text := range []string{"tomorrow", "2026-11-20", `2026-11-20T14:30:00Z"`} {
		if _, err := moment(text); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

func TestAnswersAreOneObjectALine(t *testing.T) {
	for _, c := range []struct{ answer, want string }{
		{`{"b":1,"a":"<&>"}`, "{\"b\":1,\"a\":\"<&>\"}\n"},
		{"[ {\"a\":1},\n {\"a\":2} ]", "{\"a\":1}\n{\"a\":2}\n"},
		{`[]`, ""}, {`null`, "{}\n"}, {``, "{}\n"},
	} {
		var out bytes.Buffer
		if err := (&app{out: &out}).printAnswer(json.RawMessage(c.answer)); err != nil || out.String() != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.answer, out.String(), err, c.want)
		}
	}
}

func TestHostAndPortOfAnAddress(t *testing.T) {
	for text, want := range map[string]string{
		"192.168.0.1:25000": "192.168.0.1:25000", "[::1]:25000": "[::1]:25000", "http://pbx": "pbx:80", "https://pbx/api/": "pbx:443",
		"http://pbx:8080/x": "pbx:8080", "http://[::1]/": "[::1]:80", "http://user:secret@pbx/": "pbx:80", "ftp://pbx": "", "pbx": "", "": "",
	} {
		if got := hostPort(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestBrowserAsksForPagesThatNoPolicyNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(file, []byte(`{"LoopbackNetworkAllowedForUrls":["https://crm.example.com"],"LocalNetworkAccessAllowedForUrls":["https://b.example.com"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	origins := []string{"https://crm.example.com", "https://b.example.com", "https://crm.example.com:8443", "http://old.example.com"}
	if d := cmp.Diff(asked(origins, allowedBy(file)), []string{"https://crm.example.com:8443"}); d != "" {
		t.Error(d)
	}
	if got := asked(origins, []string{"*"}); got != nil {
		t.Errorf("everything is allowed, yet %v", got)
	}
	if got := allowedBy(file + ".missing"); got != nil {
		t.Errorf("a missing file allows %v", got)
	}
}

func TestParametersAreReadByTheirTypes(t *testing.T) {
	for _, c := range []struct {
		kind, text, want string // want "" is refused
	}{
		{"string", "007", `"007"`}, {"time", "2026-11-20T14:30:00Z", `"2026-11-20T14:30:00Z"`},
		{"integer", "7", `7`}, {"integer", "7.5", ""}, {"integer", "seven", ""}, {"integer", "", ""}, {"integer", "null", ""},
		{"number", "7.5", `7.5`}, {"boolean", "true", `true`}, {"boolean", "yes", ""},
		{"string[]", `["a","b"]`, `["a","b"]`}, {"string[]", `a`, `["a"]`}, {"string[]", `-a,b c`, `["-a","b c"]`}, {"string[]", `["a,b"]`, `["a,b"]`}, {"string[]", `["a"`, ""}, {"string[]", `"a"`, ""}, {"string[]", `{}`, ""}, {"string[]", ``, ""}, {"string[]", `null`, ""}, {"object", `{"a":1}`, `{"a":1}`}, {"object", `{`, ""}, {"object", `[]`, ""}, {"object", `"x"`, ""}, {"object[]", ` [{"n":12345678901234567890}] `, `[{"n":12345678901234567890}]`}, {"object[]", `{}`, ""},
	} {
		v, err := typed(cti.Param{Name: "x", Type: c.kind}, c.text)
		if err != nil {
			if c.want != "" {
				t.Errorf("%s %q: %v", c.kind, c.text, err)
			}
			continue
		}
		if b, err := json.Marshal(v); err != nil || string(b) != c.want {
			t.Errorf("%s %q: got %s, %v; want %q", c.kind, c.text, b, err, c.want)
		}
	}
}

func TestValuesFromFilesAndStandardInputAreBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(file, []byte("two\nlines\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	maxValue := config.Default().Limits.MessageBytes
	a := &app{in: strings.NewReader(strings.Repeat("x", maxValue))}
	if got, err := a.value("@" + file); err != nil || got != "two\nlines" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := a.value("-"); err != nil || len(got) != maxValue {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	a.in = strings.NewReader(strings.Repeat("x", maxValue+1))
	if _, err := a.value("-"); err == nil {
		t.Error("a value that is too long was taken")
	}
}

func TestPopOfADemoOnAFreePortNamesThatPort(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", shortDir(t))
	pbx := newTotalIPDemo()
	t.Cleanup(pbx.Close)
	a := newApp(strings.NewReader(""), new(bytes.Buffer), new(bytes.Buffer), os.Getenv)
	p, err := a.demoProgram(demoConfig(0, "en"), pbx)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.server.Listen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.server.Close() })
	rules := p.popRules()
	if want := p.server.URL() + "demo/cliente.html?phone={e164}"; len(rules) != 1 || rules[0].Open != want {
		t.Errorf("got %+v, want %s", rules, want)
	}
}

// shortDir is a directory whose name leaves room for a socket's.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "cti")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
