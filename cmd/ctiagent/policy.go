package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"ctiagent/internal/browserpolicy"
	"ctiagent/uri"

	"github.com/spf13/cobra"
)

// policyCommand writes what an administrator gives the browsers of the site.
func (a *app) policyCommand() *cobra.Command {
	var origins, extensions []string
	var folder string
	var trust bool
	cmd := &cobra.Command{Use: "policy", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error {
		site := browserpolicy.Site{Schemes: uri.Schemes(), TrustHTTP: trust}
		var err error
		if site.Origins, err = browserpolicy.ParseOrigins(origins); err != nil {
			return misread(err)
		}
		for _, text := range extensions {
			e, err := browserpolicy.ParseExtension(text)
			if err != nil {
				return misread(err)
			}
			site.Extensions = append(site.Extensions, e)
		}
		files, err := browserpolicy.Files(site)
		if err != nil {
			return err
		}
		return a.writePolicies(folder, files, site)
	}}
	cmd.Flags().StringSliceVar(&origins, "origins", nil, "")
	cmd.Flags().StringArrayVar(&extensions, "extension", nil, "")
	cmd.Flags().StringVar(&folder, "folder", "ctiagent-policy", "")
	cmd.Flags().BoolVar(&trust, "trust-http", false, "")
	return cmd
}

// misread is a text on the command line that no policy can hold.
func misread(err error) error {
	var wrong *browserpolicy.Error
	if errors.As(err, &wrong) {
		return usage(wrong.ID, "Text", wrong.Text)
	}
	return err
}

// writePolicies writes the files and says where each belongs.
func (a *app) writePolicies(folder string, files []browserpolicy.File, site browserpolicy.Site) error {
	for _, f := range files {
		name := filepath.Join(folder, filepath.FromSlash(f.Name))
		// Every user's browser reads them, so everybody may.
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, f.Data, 0o644)
		}
		if err != nil {
			return usage("cli.usage.file", "Problem", err)
		}
		if !a.json {
			if err := a.line(name); err != nil {
				return err
			}
		}
		for _, p := range f.Goes {
			if a.json {
				err = a.print(map[string]string{"file": name, "browser": p.Browser, "system": p.System, "goes": p.Path})
			} else {
				err = a.line("  " + a.t("policy.goes."+p.System, map[string]any{"Browser": p.Browser, "Place": p.Path}))
			}
			if err != nil {
				return err
			}
		}
	}
	if a.json {
		return nil
	}
	notes := []string{a.t("policy.note.firefox", nil), a.t("policy.note.restart", nil)}
	if http := site.HTTP(); len(http) > 0 {
		id := "policy.note.http"
		if site.TrustHTTP {
			id = "policy.note.trusted"
		}
		notes = append(notes, a.t(id, map[string]any{"Origins": strings.Join(http, ", ")}))
	}
	return a.line(strings.Join(notes, "\n"))
}
