package main

import (
	"archive/zip"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
)

// logTail is how much of the log's end goes into a bundle, in bytes.
const logTail = 256 << 10

// part is one file of a bundle. Its id is that of the sentence that says what it holds.
type part struct {
	name, id string
	data     []byte
}

// bundled are the parts of a bundle for the help desk, no secret in them and numbers masked. secrets are those that the
// running ctiagent told besides the configuration's.
func bundled(cfg config.Config, from config.Provenance, found []finding, now running, present bool) ([]part, error) {
	redact := redactorOf(cfg, from)
	for _, s := range tokensIn(now.receiver) {
		redact.Add(s)
	}
	clean := func(text []byte) []byte { return []byte(secret.MaskNumbers(redact.Redact(string(text)))) }
	var parts []part
	add := func(name, id string, v any) error {
		b, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return err
		}
		parts = append(parts, part{name, id, append(clean(b), '\n')})
		return nil
	}
	err := errors.Join(add("doctor.json", "cli.bundle.doctor", found), add("config.json", "cli.bundle.config", config.Show(cfg, from, driverOptions)))
	if present {
		// How the links stand; whom somebody called is nobody's business.
		err = errors.Join(err, add("desk.json", "cli.bundle.desk", struct {
			Version string            `json:"version"`
			Drivers []cti.DriverState `json:"drivers"`
			Verbs   []string          `json:"verbs"`
			Agent   cti.AgentState    `json:"agent"`
		}{now.version, now.state.Drivers, now.verbs, now.state.Agent.State}))
	}
	if err != nil {
		return nil, err
	}
	if tail := tailOf(cmp.Or(cfg.Log.File, filepath.Join(paths.Current().LogDir(), "ctiagent.log"))); tail != nil {
		parts = append(parts, part{"log.txt", "cli.bundle.log", clean(tail)})
	}
	return parts, nil
}

// tailOf is the end of a log that this person may read, from a line's beginning; nil for none.
func tailOf(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // only read from
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	text, err := io.ReadAll(io.NewSectionReader(f, max(0, info.Size()-logTail), logTail))
	if err != nil || len(text) == 0 {
		return nil
	}
	if info.Size() > logTail {
		for i, c := range text {
			if c == '\n' {
				return text[i+1:]
			}
		}
	}
	return text
}

// writeBundle packs the parts. A file that is there already is left alone.
func writeBundle(name string, parts []part) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usage("cli.usage.file", "Problem", err)
	}
	if err := errors.Join(pack(f, parts), f.Close()); err != nil {
		return errors.Join(err, os.Remove(name)) // half a bundle helps nobody
	}
	return nil
}

func pack(to io.Writer, parts []part) error {
	z := zip.NewWriter(to)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err != nil {
			return err
		}
		if _, err := w.Write(p.data); err != nil {
			return err
		}
	}
	return z.Close()
}

// listBundle tells what a bundle will hold, before it is written.
func (a *app) listBundle(parts []part) error {
	if a.json {
		return nil
	}
	for _, p := range parts {
		if err := a.line(a.t("cli.bundle.part", map[string]any{"Name": p.name, "What": a.t(p.id, nil), "KB": (len(p.data) + 1023) / 1024})); err != nil {
			return err
		}
	}
	return nil
}

// redactorOf knows every secret of the configuration that can be had.
func redactorOf(cfg config.Config, from config.Provenance) *secret.Redactor {
	redact := new(secret.Redactor)
	if token, _, err := receiverToken(cfg, from, paths.Current().UserSecrets(), false); err == nil && token != "" {
		redact.Add(token)
	}
	env := paths.Current()
	for _, block := range cfg.Drivers {
		d, _ := vendors.Named(block.Use)
		for _, o := range d.Options {
			if ref, ok := block.Values[o.Name].(string); ok && o.Secret {
				if v, _, err := secret.Resolve(ref, secret.Sources{File: env.UserSecrets(), Getenv: env.Getenv}); err == nil {
					redact.Add(v.Reveal())
				}
			}
		}
	}
	return redact
}
