package main

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"ctiagent/internal/config"
	"ctiagent/internal/paths"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

func (a *app) configCommand() *cobra.Command {
	return group("config", "cli.usage.config",
		&cobra.Command{Use: "check", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return a.configCheck() }},
		&cobra.Command{Use: "show", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return a.configShow() }},
		&cobra.Command{Use: "path", Args: a.exactly(0), RunE: func(*cobra.Command, []string) error { return a.configPath() }},
		&cobra.Command{Use: "options VENDOR", Args: a.exactly(1), ValidArgs: vendors.Names(), RunE: func(_ *cobra.Command, args []string) error { return a.configOptions(args[0]) }},
	)
}

// configCheck tells of every problem at once.
func (a *app) configCheck() error {
	cfg, from, err := a.load(true)
	if err != nil {
		return err
	}
	if _, err := newPlan(cfg); err != nil {
		return err
	}
	return a.configOK(config.Managed(cfg, from))
}

// configOK says that nothing is wrong, and what the site decides.
func (a *app) configOK(managed []config.Entry) error {
	if a.json {
		said := map[string]any{"ok": true}
		if len(managed) > 0 {
			said["managed"] = managed
		}
		return a.print(said)
	}
	if err := a.line(a.t("cli.config.ok", nil)); err != nil {
		return err
	}
	for _, e := range managed {
		if err := a.line(a.managedLine(e)); err != nil {
			return err
		}
	}
	return nil
}

// managedLine tells of a setting that the site decides, and of a value that has
// no effect because of that.
func (a *app) managedLine(e config.Entry) string {
	id := "cli.config.managed"
	if e.Overrides != "" {
		id = "cli.config.managed.overrides"
	}
	return a.t(id, map[string]any{"Key": e.Key, "Source": e.Place(), "Overrides": e.Overrides})
}

func (a *app) configShow() error {
	cfg, from, err := a.load(true)
	if err != nil {
		return err
	}
	entries := config.Show(cfg, from, driverOptions)
	if a.json {
		for _, e := range entries {
			if err := a.print(e); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, e := range entries {
		source := e.Source
		if e.Policy {
			source = a.t("cli.config.source.managed", map[string]any{"Source": e.Place()})
		}
		if _, err := fmt.Fprintf(w, "%s\t%v\t%s\n", e.Key, e.Value, source); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (a *app) configPath() error {
	env := paths.Current()
	file := a.configFile()
	if a.json {
		places := map[string]string{"file": file, "policy": env.PolicyDir(), "machine": env.MachineConfig()}
		if env.GOOS == "windows" {
			places["registry"] = config.RegistryKey
		}
		return a.print(places)
	}
	return a.line(file)
}

// configFile is the file this person's settings come from.
func (a *app) configFile() string { return cmp.Or(a.config, paths.Current().UserConfig()) }

func (a *app) configOptions(vendor string) error {
	d, ok := vendors.Named(vendor)
	if !ok {
		return usage("cli.usage.vendor", "Name", vendor, "Vendors", strings.Join(vendors.Names(), ", "))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, o := range d.Options {
		if a.json {
			if err := a.print(map[string]any{"name": o.Name, "kind": o.Kind, "required": o.Required, "secret": o.Secret,
				"default": o.Default, "values": o.Values, "help": o.Help}); err != nil {
				return err
			}
			continue
		}
		need := ""
		if o.Required {
			need = a.t("cli.config.required", nil)
		}
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Name, o.Kind, need, o.Default, a.t("cli.option."+vendor+"."+o.Name, nil)); err != nil {
			return err
		}
	}
	return w.Flush()
}
