package main

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"os"

	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
)

// writeBundle packs findings and settings for the help desk: no secret, and
// numbers masked. secrets are those that the running ctiagent told besides the
// configuration's. A file that is there already is left alone.
func writeBundle(name string, cfg config.Config, from config.Provenance, found []finding, secrets []string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return usage("cli.usage.file", "Problem", err)
	}
	redact := redactorOf(cfg, from)
	for _, s := range secrets {
		redact.Add(s)
	}
	if err := packBundle(f, redact, cfg, from, found); err != nil {
		f.Close()
		return errors.Join(err, os.Remove(name)) // half a bundle helps nobody
	}
	return f.Close()
}

func packBundle(to io.Writer, redact *secret.Redactor, cfg config.Config, from config.Provenance, found []finding) error {
	z := zip.NewWriter(to)
	for _, part := range []struct {
		name string
		v    any
	}{{"doctor.json", found}, {"config.json", config.Show(cfg, from, driverOptions)}} {
		b, err := json.MarshalIndent(part.v, "", "  ")
		if err != nil {
			return err
		}
		w, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, secret.MaskNumbers(redact.Redact(string(b)))+"\n"); err != nil {
			return err
		}
	}
	return z.Close()
}

// redactorOf knows every secret of the configuration that can be had.
func redactorOf(cfg config.Config, from config.Provenance) *secret.Redactor {
	redact := new(secret.Redactor)
	if token, _, err := receiverToken(cfg, from, false); err == nil && token != "" {
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
