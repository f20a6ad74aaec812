package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/secret"
	"ctiagent/journal"
)

// saying is the app as it speaks a language.
func saying(lang i18n.Lang) *app {
	a := newApp(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	a.lang = lang
	return a
}

func TestDoctorNamesAJournalThatCannotBeWritten(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	j := journal.New(journal.Options{Path: filepath.Join(blocked, "journal.db")})
	t.Cleanup(func() { _ = j.Close() }) // which cannot write what waits
	p := &program{journal: j}
	if f := p.itself(t.Context(), saying(i18n.En)); len(f) != 1 || f[0].Status != checkOK {
		t.Errorf("before anything was written: %+v", f)
	}
	j.Agent("1000", cti.Agent{ID: "12"})
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for j.State().Failing == "" {
		if ctx.Err() != nil {
			t.Fatal("a file has no files, and yet the journal was written")
		}
		runtime.Gosched()
	}
	for lang, want := range map[i18n.Lang][2]string{
		i18n.En:   {"Nothing can be written since ", "Free room on the disk"},
		i18n.PtBR: {"Nada pode ser gravado desde ", "Libere espaço no disco"},
		i18n.Es:   {"No se puede escribir nada desde ", "Libere espacio en el disco"},
	} {
		f := p.itself(t.Context(), saying(lang))
		if len(f) != 1 || f[0].Check != "journal" || f[0].Status != checkFail || !strings.HasPrefix(f[0].Detail, want[0]) || !strings.HasPrefix(f[0].Next, want[1]) || !strings.Contains(f[0].Detail, " 1 ") {
			t.Errorf("%s: %+v", lang, f)
		}
	}
}

func TestDoctorNamesSecretsThatCannotBeHadAndThoseThatStandOpen(t *testing.T) {
	open := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(open, []byte("canary-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	block := func(use string, values map[string]any) config.Driver { return config.Driver{Use: use, Values: values} }
	cfg := config.Config{Drivers: []config.Driver{
		block("totalip", map[string]any{"key": "secret:totalip-key"}),
		block("vicidial", map[string]any{"password": "canary-2"}),
		block("vocom", map[string]any{"key": "file:" + open}),
	}}
	found := saying(i18n.En).secretFindings(cfg, secret.Sources{File: filepath.Join(t.TempDir(), "secrets.json")})
	if len(found) != 2 || found[0].Status != checkFail || !strings.Contains(found[0].Detail, "totalip.key cannot be had") || !strings.Contains(found[0].Detail, "ctiagent secret set totalip-key") ||
		found[1].Status != checkWarn || found[1].Detail != "Readable in the configuration: vicidial.password." {
		t.Errorf("%+v", found)
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(open, 0o644); err != nil {
			t.Fatal(err)
		}
		found = saying(i18n.En).secretFindings(cfg, secret.Sources{})
		if len(found) != 3 || !strings.Contains(found[1].Detail, "chmod 600") {
			t.Errorf("a file that others read: %+v", found)
		}
	}
	for _, f := range found {
		if strings.Contains(f.Detail+f.Next, "canary") {
			t.Errorf("%+v shows a secret", f)
		}
	}
}

func TestDoctorTellsWhatStandsInTheOutbox(t *testing.T) {
	a := saying(i18n.En)
	if f := a.waiting(cti.OutboxCount{}); f != nil {
		t.Errorf("an empty outbox: %+v", f)
	}
	if f := a.waiting(cti.OutboxCount{Waiting: 2}); len(f) != 1 || f[0].Status != checkOK || !strings.HasSuffix(f[0].Detail, ": 2.") {
		t.Errorf("two wait: %+v", f)
	}
	f := a.waiting(cti.OutboxCount{Waiting: 1, Unconfirmed: 2, Refused: 3, Expired: 4})
	if len(f) != 1 || f[0].Status != checkWarn || f[0].Detail != "Not confirmed, refused or too late to send: 9; waiting: 1." || !strings.Contains(f[0].Next, "ctiagent outbox list") {
		t.Errorf("some ask for a look: %+v", f)
	}
}
