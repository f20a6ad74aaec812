package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/slogtest"

	"ctiagent/internal/secret"
)

const (
	canary = "c4nary-S3cret"
	number = "+5511987654321"
)

type person struct{ Name, Phone string }

type lazy struct{}

func (lazy) LogValue() slog.Value {
	return slog.GroupValue(slog.String("deep", canary), slog.Group("deeper", "n", number))
}

type rude struct{}

func (rude) String() string { panic("no") }
func (rude) Error() string  { panic("no") }

func logged(t *testing.T, opts Options, write func(*slog.Logger)) string {
	t.Helper()
	var buf bytes.Buffer
	opts.Writer = &buf
	log, closer, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	write(log)
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestNoWayIntoTheLogShowsSecretOrNumber(t *testing.T) {
	var r secret.Redactor
	r.Add(canary)
	ways := map[string]func(*slog.Logger){
		"message":    func(l *slog.Logger) { l.Info("x " + canary + " " + number) },
		"string":     func(l *slog.Logger) { l.Info("x", "a", canary+" "+number) },
		"error":      func(l *slog.Logger) { l.Info("x", "err", fmt.Errorf("dial: %w", errors.New(canary+number))) },
		"struct":     func(l *slog.Logger) { l.Info("x", "p", person{canary, number}) },
		"pointer":    func(l *slog.Logger) { l.Info("x", "p", &person{canary, number}) },
		"map":        func(l *slog.Logger) { l.Info("x", "m", map[string]any{"a": canary, "n": number}) },
		"bytes":      func(l *slog.Logger) { l.Info("x", "b", []byte(canary+number)) },
		"json":       func(l *slog.Logger) { l.Info("x", "j", json.RawMessage(`{"a":"`+canary+`","n":"`+number+`"}`)) },
		"group":      func(l *slog.Logger) { l.Info("x", slog.Group("g", "a", canary, "n", number)) },
		"with":       func(l *slog.Logger) { l.With("a", canary, "n", number).Info("x") },
		"with group": func(l *slog.Logger) { l.WithGroup("g").With("a", canary).Info("x", "n", number) },
		"log value":  func(l *slog.Logger) { l.Info("x", "v", lazy{}) },
		"place":      func(l *slog.Logger) { l.Info("GET /api?chave=unknown" + "-one&fone=" + number) },
		"own value":  func(l *slog.Logger) { l.Info("x", "v", secret.New(canary)) },
	}
	for _, inJSON := range []bool{false, true} {
		for name, write := range ways {
			t.Run(fmt.Sprintf("%s json=%v", name, inJSON), func(t *testing.T) {
				got := logged(t, Options{JSON: inJSON, Redactor: &r}, write)
				if !strings.Contains(got, "***") {
					t.Errorf("nothing is hidden: %s", got)
				}
				for _, bad := range []string{canary, number, "11987654321", "unknown-one"} {
					if strings.Contains(got, bad) {
						t.Errorf("%q stands in %s", bad, got)
					}
				}
			})
		}
	}
}

func TestSecretAddedLaterIsHiddenToo(t *testing.T) {
	var r secret.Redactor
	got := logged(t, Options{Redactor: &r}, func(l *slog.Logger) {
		r.Add(canary)
		l.Info("x", "a", canary)
	})
	if strings.Contains(got, canary) || !strings.Contains(got, "***") {
		t.Errorf("got %s", got)
	}
}

func TestAttributeNamedLikeASecretIsHidden(t *testing.T) {
	for _, key := range []string{"password", "dbPassword", "senha", "chave_seguranca", "pass", "Authorization"} {
		for _, value := range []any{"unknown-one", 771177} {
			got := logged(t, Options{}, func(l *slog.Logger) { l.Info("x", key, value) })
			if strings.Contains(got, "unknown-one") || strings.Contains(got, "771177") {
				t.Errorf("%s: got %s", key, got)
			}
		}
	}
}

func TestFullNumbersLeavesNumbersWhole(t *testing.T) {
	got := logged(t, Options{FullNumbers: true}, func(l *slog.Logger) { l.Info("dial", "to", number) })
	if !strings.Contains(got, number) {
		t.Errorf("got %s", got)
	}
}

func TestOtherKindsStayAsTheyAre(t *testing.T) {
	got := logged(t, Options{JSON: true}, func(l *slog.Logger) { l.Info("x", "port", 21470, "ok", true, "f", 1.5) })
	if !strings.Contains(got, `"port":21470,"ok":true,"f":1.5`) {
		t.Errorf("got %s", got)
	}
}

func TestValueThatPanicsDoesNotEndTheProgram(t *testing.T) {
	got := logged(t, Options{}, func(l *slog.Logger) { l.Info("still here", "a", rude{}) })
	if !strings.Contains(got, "still here") || !strings.Contains(got, "rude") {
		t.Errorf("got %s", got)
	}
}

func TestHandlerKeepsSlogsContract(t *testing.T) {
	var buf bytes.Buffer
	h := NewHandler(slog.NewJSONHandler(&buf, nil), nil, false)
	err := slogtest.TestHandler(h, func() []map[string]any {
		var all []map[string]any
		for line := range bytes.Lines(buf.Bytes()) {
			var m map[string]any
			if err := json.Unmarshal(line, &m); err != nil {
				t.Fatal(err)
			}
			all = append(all, m)
		}
		return all
	})
	if err != nil {
		t.Error(err)
	}
}

func TestLevelsBelowAreNotWritten(t *testing.T) {
	got := logged(t, Options{Level: slog.LevelWarn}, func(l *slog.Logger) { l.Info("quiet"); l.Warn("loud") })
	if strings.Contains(got, "quiet") || !strings.Contains(got, "loud") {
		t.Errorf("got %s", got)
	}
	for name, want := range map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "Error": slog.LevelError} {
		if got, err := ParseLevel(name); err != nil || got != want {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if _, err := ParseLevel("loud"); err == nil || !strings.Contains(err.Error(), "debug, info, warn or error") {
		t.Errorf("got %v", err)
	}
}

func TestFileGetsTheLogAndIsPrivate(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "log", "ctiagent.log")
	log, closer, err := New(Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("hello", "to", number)
	for range 2 {
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(data), "hello") || strings.Contains(string(data), number) {
		t.Errorf("got %s, %v", data, err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, want 0600", info.Mode())
	}
}

func TestFileThatCannotBeWrittenIsAnErrorAtOnce(t *testing.T) {
	dir := t.TempDir()
	inFile := filepath.Join(dir, "file")
	if err := os.WriteFile(inFile, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, filepath.Join(inFile, "x.log")} {
		if _, _, err := New(Options{File: path}); err == nil || !strings.Contains(err.Error(), "[log] file") {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestNoFileWantedTouchesNone(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	log, closer, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	log.Info("x")
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("got %v, %v", entries, err)
	}
}
