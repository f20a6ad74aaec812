package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ctiagent/internal/i18n"
)

const canary = "c4nary-S3cret"

func TestValueNeverPrints(t *testing.T) {
	v := New(canary)
	type inner struct{ hidden Value }
	type outer struct {
		Seen Value
		in   inner
		list []Value
	}
	o := outer{v, inner{v}, []Value{v}}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "v", v, "o", o)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "o", o)
	inJSON, err := json.Marshal(map[string]any{"v": v, "o": o, "p": &v})
	if err != nil {
		t.Fatal(err)
	}
	asKey, err := json.Marshal(map[Value]int{v: 1})
	if err != nil {
		t.Fatal(err)
	}
	outputs := map[string]string{"log": log.String(), "json": string(inJSON), "key": string(asKey), "String": v.String(), "GoString": v.GoString()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %[1]s"} {
		outputs[verb] = fmt.Sprintf(verb, v)
		outputs["struct "+verb] = fmt.Sprintf(verb, o)
		outputs["pointer "+verb] = fmt.Sprintf(verb, &o)
	}
	for name, got := range outputs {
		if strings.Contains(got, canary) || strings.Contains(got, fmt.Sprintf("%x", canary)) {
			t.Errorf("%s shows the secret: %s", name, got)
		}
	}
	if got := fmt.Sprint(v); got != "***" {
		t.Errorf("got %q, want ***", got)
	}
	if v.Reveal() != canary {
		t.Errorf("Reveal got %q", v.Reveal())
	}
	if !(Value{}).IsZero() || v.IsZero() || !v.Equal(New(canary)) || v.Equal(New("other")) {
		t.Error("IsZero or Equal is wrong")
	}
}

func write(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResolveFindsSecrets(t *testing.T) {
	store := filepath.Join(t.TempDir(), "state", "secrets.json")
	if err := (Store{store}).Set("totalip-key", New("stored")); err != nil {
		t.Fatal(err)
	}
	src := Sources{File: store, Getenv: func(k string) string { return map[string]string{"KEY": "from env"}[k] }}
	tests := []struct {
		name, ref, want string
		plain           bool
	}{
		{"store", "secret:totalip-key", "stored", false},
		{"environment", "env:KEY", "from env", false},
		{"file", "file:" + write(t, "s3cret", 0o600), "s3cret", false},
		{"file with newline", "file:" + write(t, "s3cret\n", 0o400), "s3cret", false},
		{"file from windows", "file:" + write(t, "\ufeffs3cret\r\n", 0o600), "s3cret", false},
		{"file keeps blanks", "file:" + write(t, " a b \n", 0o600), " a b ", false},
		{"plain text", "hunter2", "hunter2", true},
		{"plain text with a colon", "a:b", "a:b", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, plain, err := Resolve(tt.ref, src)
			if err != nil || v.Reveal() != tt.want || plain != tt.plain {
				t.Errorf("got %q, %v, %v, want %q, %v", v.Reveal(), plain, err, tt.want, tt.plain)
			}
		})
	}
}

func TestResolveRefusesWithPlaceAndNextStep(t *testing.T) {
	store := filepath.Join(t.TempDir(), "secrets.json")
	if err := (Store{store}).Set("one", New(canary)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	src := Sources{File: store, Getenv: func(k string) string { return map[string]string{"TWO": canary + "\n" + canary}[k] }}
	tests := []struct {
		name, ref string
		src       Sources
		id, want  string
	}{
		{"nothing", "", src, "secret.empty", "secret:NAME"},
		{"unknown name", "secret:two", src, "secret.unknown", "ctiagent secret set two"},
		{"name that is no name", "secret:" + canary + " x", src, "secret.name", "correct the name"},
		{"name too long", "secret:" + strings.Repeat("a", 65), src, "secret.name", "1 to 64"},
		{"no store", "secret:one", Sources{}, "secret.nostore", "env:NAME"},
		{"broken store", "secret:one", Sources{File: write(t, `{"one":"`+canary+`"`, 0o600)}, "secret.store.broken", "ctiagent secret set"},
		{"store of null", "secret:one", Sources{File: write(t, `null`, 0o600)}, "secret.store.broken", "JSON"},
		{"unset variable", "env:NONE", src, "secret.env", "NONE"},
		{"no environment", "env:NONE", Sources{}, "secret.env", "NONE"},
		{"variable of two lines", "env:TWO", src, "secret.lines", "env:TWO"},
		{"relative path", "file:key", src, "secret.relative", "absolute"},
		{"no file", "file:" + filepath.Join(dir, "none"), src, "secret.file.missing", filepath.Join(dir, "none")},
		{"directory", "file:" + dir, src, "secret.file.kind", dir},
		{"empty file", "file:" + write(t, "\n", 0o600), src, "secret.blank", "empty"},
		{"two lines", "file:" + write(t, canary+"\nmore\n", 0o600), src, "secret.lines", "single line"},
		{"NUL", "file:" + write(t, canary+"\x00", 0o600), src, "secret.lines", "single line"},
		{"too big", "file:" + write(t, strings.Repeat("x", maxSecret+1), 0o600), src, "secret.long", "65536 bytes"},
	}
	if runtime.GOOS != "windows" {
		for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
			tests = append(tests, struct {
				name, ref string
				src       Sources
				id, want  string
			}{fmt.Sprintf("mode %o", mode), "file:" + write(t, canary, mode), src, "secret.file.open", "chmod 600"})
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, _, err := Resolve(tt.ref, tt.src)
			var e *Error
			if !errors.As(err, &e) || e.ID != tt.id || !strings.Contains(e.Error(), tt.want) {
				t.Fatalf("got %v (%q), want %s with %q", err, v.Reveal(), tt.id, tt.want)
			}
			if strings.Contains(e.Error(), canary) || v.Reveal() != "" {
				t.Errorf("the error or the value shows the secret: %v", err)
			}
			for _, lang := range i18n.Langs() {
				if text := i18n.T(lang, e.ID, e.Args); strings.Contains(text, "no value") || strings.HasPrefix(text, "[") {
					t.Errorf("%s sentence is incomplete: %s", lang, text)
				}
			}
		})
	}
}

func TestStoreKeepsListsAndDeletes(t *testing.T) {
	s := Store{filepath.Join(t.TempDir(), "new", "secrets.json")}
	if names, err := s.Names(); err != nil || len(names) != 0 {
		t.Fatalf("got %v, %v from no file", names, err)
	}
	for _, name := range []string{"b", "a"} {
		if err := s.Set(name, New("v-"+name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Set("b", New("newer")); err != nil {
		t.Fatal(err)
	}
	names, err := s.Names()
	if diff := cmp.Diff(names, []string{"a", "b"}); diff != "" || err != nil {
		t.Errorf("%v -got +want\n%s", err, diff)
	}
	if v, err := s.Get("b"); err != nil || v.Reveal() != "newer" {
		t.Errorf("got %q, %v", v.Reveal(), err)
	}
	if err := s.Delete("b"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete("b"); err == nil {
		t.Error("deleting twice is no error")
	}
	if _, err := s.Get("b"); err == nil {
		t.Error("a deleted secret is still there")
	}
	for _, err := range []error{s.Set("no name", New("x")), s.Set("x", Value{}), s.Delete("no name")} {
		if err == nil {
			t.Error("bad name or empty secret is accepted")
		}
	}
	if info, err := os.Stat(s.Path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v, want 0600", info.Mode(), err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(s.Path), ".secrets-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("temporary files left: %v, %v", left, err)
	}
}
