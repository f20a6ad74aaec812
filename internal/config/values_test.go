package config

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestOriginIsWhatABrowserSends(t *testing.T) {
	good := map[string]string{
		"https://crm.example.com":      "https://crm.example.com",
		"HTTPS://CRM.Example.com":      "https://crm.example.com",
		"https://crm.example.com:443":  "https://crm.example.com",
		"http://crm:80":                "http://crm",
		"http://crm:443":               "http://crm:443",
		"https://crm.example.com:8443": "https://crm.example.com:8443",
		"http://10.0.0.5:8080":         "http://10.0.0.5:8080",
		"http://[::1]:8080":            "http://[::1]:8080",
		"http://[fd00::1]":             "http://[fd00::1]",
		"http://localhost":             "http://localhost",
	}
	for in, want := range good {
		if got, p := origin(in); p != nil || got != want {
			t.Errorf("%q: got %q, %+v, want %q", in, got, p, want)
		}
	}
	bad := map[string]string{
		"null":                                "config.origin.null",
		"*":                                   "config.origin.wildcard",
		"https://*.example.com":               "config.origin.wildcard",
		"https://crm.example.com/":            "config.origin.path",
		"https://crm.example.com/x":           "config.origin.path",
		"https://crm.example.com?x":           "config.origin.path",
		"https://crm.example.com#x":           "config.origin.path",
		"":                                    "config.origin",
		"crm.example.com":                     "config.origin",
		"ftp://crm.example.com":               "config.origin",
		"ws://crm.example.com":                "config.origin",
		"file://":                             "config.origin",
		"https://":                            "config.origin",
		"https://:443":                        "config.origin",
		"https://user@crm.example.com":        "config.origin",
		"https://u:p@crm.example.com":         "config.origin",
		"https://crm.example.com:0":           "config.origin",
		"https://crm.example.com:65536":       "config.origin",
		"https://crm.example.com:":            "config.origin",
		"https://crm.example.com:0443":        "config.origin",
		"https://crm..example.com":            "config.origin",
		"https://crm.example.com.":            "config.origin",
		"https://-crm":                        "config.origin",
		"https://crm example":                 "config.origin",
		"https://crm\n":                       "config.origin",
		"https://café.example":                "config.origin",
		"https://127.1":                       "config.origin",
		"https://0x7f.1":                      "config.origin",
		"https://10.0.2.555":                  "config.origin",
		"https://[::1":                        "config.origin",
		"https://[::0001]":                    "config.origin",
		"https://[fe80::1%25eth0]":            "config.origin",
		"https://" + strings.Repeat("a", 300): "config.origin",
	}
	for in, want := range bad {
		if got, p := origin(in); p == nil || p.id != want {
			t.Errorf("%q: got %q, %+v, want %s", in, got, p, want)
		}
	}
}

func TestPopAddressIsAWebAddressWithKnownPlaceholders(t *testing.T) {
	good := []string{
		"https://crm.example.com/search?phone={e164}&p1={contact.parametro1}",
		"http://10.0.0.1:8080/{id}#{ref}",
		"https://crm/?q={raw}&c={campaign}&f={queue}&x={contact.Código_1}",
		"https://crm",
	}
	for _, in := range good {
		if got, p := template(in); p != nil || got != in {
			t.Errorf("%q: got %q, %+v", in, got, p)
		}
	}
	bad := map[string]string{
		"":                             "config.blank",
		"javascript:alert(1)":          "config.url",
		"file:///etc/passwd":           "config.url",
		"//crm/x":                      "config.url",
		"crm.example.com/{e164}":       "config.template.host",
		"{e164}":                       "config.template.host",
		"https://{contact.host}/x":     "config.template.host",
		"https://crm.{e164}/x":         "config.template.host",
		"https://{e164}@crm/":          "config.template.host",
		"https:/crm/{e164}":            "config.template.host",
		"https://u:p@crm/{e164}":       "config.url.credentials",
		"https://crm/{e614}":           "config.placeholder.nearest",
		"https://crm/{contact.}":       "config.placeholder.nearest",
		"https://crm/{contact.a b}":    "config.placeholder.nearest",
		"https://crm/{something-else}": "config.placeholder",
		"https://crm/{}":               "config.placeholder",
		"https://crm/{e164":            "config.template.brace",
		"https://crm/e164}":            "config.template.brace",
		"https://crm/{e164}}":          "config.template.brace",
		"https://crm:99999/":           "config.url",
		"https://crm/\n":               "config.control",
		"https://crm/?" + strings.Repeat("x", maxText): "config.long",
	}
	for in, want := range bad {
		if _, p := template(in); p == nil || p.id != want {
			t.Errorf("%q: got %+v, want %s", in, p, want)
		}
	}
	if _, p := template("https://crm/{e614}"); p == nil || p.nearest != "e164" {
		t.Errorf("got %+v, want the nearest placeholder", p)
	}
}

func options(use string) ([]Option, bool) {
	switch use {
	case "totalip":
		return []Option{
			{Name: "url", Kind: KindURL, Required: true},
			{Name: "events", Kind: KindAddress},
			{Name: "key", Kind: KindSecret, Required: true},
			{Name: "line", Kind: KindInteger, Default: "1"},
			{Name: "poll", Kind: KindBoolean, Default: "false"},
			{Name: "mode", Kind: KindEnum, Values: []string{"single", "multi"}, Default: "single"},
			{Name: "tech", Kind: KindText},
		}, true
	case "totalphone":
		return nil, true
	}
	return nil, false
}

func TestDriverKeysAreCheckedByTheirOptions(t *testing.T) {
	const good = "[[driver]]\nuse = \"totalip\"\nurl = \"http://pbx\"\nkey = \"canary-key\"\n"
	tests := []struct {
		name, toml string
		line       int
		key, id    string
		nearest    string
	}{
		{"misspelt driver", "[[driver]]\nuse = \"totalpi\"", 2, "totalpi.use", "config.driver.unknown.nearest", "totalip"},
		{"unknown driver", "[[driver]]\n\nuse = \"zzzzzzzzzz\"", 3, "zzzzzzzzzz.use", "config.driver.unknown", ""},
		{"misspelt key", good + "evnets = \"pbx:1\"", 5, "totalip.evnets", "config.unknown_key.nearest", "events"},
		{"unknown key", good + "zzzzzzzzzz = 1", 5, "totalip.zzzzzzzzzz", "config.unknown_key", ""},
		{"missing key", "\n[[driver]]\nuse = \"totalip\"\nurl = \"http://pbx\"", 2, "totalip.key", "config.required", ""},
		{"bad url", "[[driver]]\nuse = \"totalip\"\nkey = \"x\"\nurl = \"pbx\"", 4, "totalip.url", "config.url", ""},
		{"url with password", "[[driver]]\nuse = \"totalip\"\nkey = \"x\"\nurl = \"http://a:canary-key@pbx\"", 4, "totalip.url", "config.url.credentials", ""},
		{"bad address", good + "events = \"pbx\"", 5, "totalip.events", "config.address", ""},
		{"address without host", good + "events = \":25000\"", 5, "totalip.events", "config.address", ""},
		{"bad port", good + "events = \"pbx:0\"", 5, "totalip.events", "config.address", ""},
		{"empty secret", "[[driver]]\nuse = \"totalip\"\nurl = \"http://pbx\"\nkey = \"\"", 4, "totalip.key", "config.blank", ""},
		{"secret that is a number", "[[driver]]\nuse = \"totalip\"\nurl = \"http://pbx\"\nkey = 1", 4, "totalip.key", "config.type.text", ""},
		{"integer in quotes", good + "line = \"1\"", 5, "totalip.line", "config.type.integer", ""},
		{"boolean in quotes", good + "poll = \"1\"", 5, "totalip.poll", "config.type.boolean", ""},
		{"bad choice", good + "mode = \"mutli\"", 5, "totalip.mode", "config.choice.nearest", "multi"},
		{"table", good + "[driver.tech]\nx = 1", 5, "totalip.tech", "config.type.text", ""},
		{"second driver", good + "[[driver]]\nuse = \"totalphone\"\npth = 1", 7, "totalphone.pth", "config.unknown_key", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse("x.toml", []byte(tt.toml))
			if err != nil {
				t.Fatal(err)
			}
			err = c.CheckDrivers(options, "totalip", "totalphone")
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an Error", err)
			}
			if e.File != "x.toml" || e.Line != tt.line || e.Key != tt.key || e.ID != tt.id || e.Nearest != tt.nearest {
				t.Errorf("got %s line %d %s %s %q", e.File, e.Line, e.Key, e.ID, e.Nearest)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the secret stands in %v", err)
			}
			complete(t, e)
		})
	}
	c, err := Parse("x.toml", []byte(good+"events = \"[::1]:25000\"\nline = 2\npoll = true\nmode = \"multi\"\ntech = \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckDrivers(options); err != nil {
		t.Errorf("a good driver is refused: %v", err)
	}
}

func TestShowHidesSecretsAndNamesSources(t *testing.T) {
	data := "[api]\nport = 1000\n[[driver]]\nuse = \"totalip\"\nurl = \"http://pbx/?chave=canary-1\"\nkey = \"canary-2\"\nkeyy = \"canary-3\"\nevents = \"pbx:25000\"\n[[pop]]\nopen = \"http://crm/?token=canary-4\"\n"
	c, p, err := Load([]Source{{Path: "x.toml", Data: []byte(data)}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Entry{}
	for _, e := range Show(c, p, options) {
		if s, ok := e.Value.(string); ok && strings.Contains(s, "canary") {
			t.Errorf("%s shows a secret: %s", e.Key, s)
		}
		got[e.Key] = e
	}
	for _, want := range []Entry{
		{Key: "api.port", Value: 1000, Source: "x.toml", Line: 2},
		{Key: "api.pairing", Value: "ask", Source: DefaultSource},
		{Key: "limits.burst", Value: 40, Source: DefaultSource},
		{Key: "driver[0].use", Value: "totalip", Source: "x.toml", Line: 4},
		{Key: "driver[0].key", Value: "***", Source: "x.toml", Line: 6},
		{Key: "driver[0].keyy", Value: "***", Source: "x.toml", Line: 7},
		{Key: "driver[0].events", Value: "pbx:25000", Source: "x.toml", Line: 8},
		{Key: "driver[0].mode", Value: "single", Source: DefaultSource},
		{Key: "pop[0].on", Value: "offered", Source: DefaultSource},
		{Key: "pop[0].open", Value: "http://crm/?token=***", Source: "x.toml", Line: 10},
	} {
		if diff := cmp.Diff(got[want.Key], want); diff != "" {
			t.Errorf("%s -got +want\n%s", want.Key, diff)
		}
	}
	for _, e := range Show(c, p, nil) {
		if strings.HasPrefix(e.Key, "driver[") && e.Key != "driver[0].use" && e.Value != "***" {
			t.Errorf("without options %s shows %v", e.Key, e.Value)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("[api]\nport = 1\norigins = [\"https://a\"]\n[[driver]]\nuse = \"x\"\n[driver.y]\nz = 1\n"))
	f.Add([]byte("pop = [ { on = \"offered\", open = \"http://a/{e164}\" } ]\napi.port = 1\n"))
	f.Add([]byte("[[a.b]]\n[[a.b.c]]\n[a.b.d]\nx.y = {z = [[1], {q = 2}]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("x.toml", data)
		if err == nil {
			err = c.CheckDrivers(options, "totalip", "totalphone")
			for _, d := range c.Drivers {
				if d.Line < 1 || len(d.Lines) != len(d.Values)+1 {
					t.Errorf("driver without its lines: %+v", d)
				}
			}
			for _, e := range Show(c, nil, options) {
				if e.Key == "" {
					t.Error("setting without a key")
				}
			}
		}
		if err == nil {
			return
		}
		var list Errors
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("got %T %v", err, err)
		}
		for _, e := range list {
			if e.Line > 1+strings.Count(string(data), "\n") || e.Line < 0 {
				t.Errorf("line %d of %d: %v", e.Line, strings.Count(string(data), "\n")+1, e)
			}
			if e.Message == "" || strings.Contains(e.Message, "no value") || strings.HasPrefix(e.Message, "[") {
				t.Errorf("no sentence: %+v", e)
			}
			if utf8.Valid(data) && !utf8.ValidString(e.Message) {
				t.Errorf("sentence is not UTF-8: %q", e.Message)
			}
		}
	})
}
