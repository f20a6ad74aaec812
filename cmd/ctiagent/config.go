package main

import (
	"cmp"
	"fmt"
	"text/tabwriter"

	"ctiagent/internal/config"
	"ctiagent/internal/paths"

	"github.com/spf13/cobra"
)

func (a *app) configCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "config", RunE: func(cmd *cobra.Command, _ []string) error {
		return usageError{a.t("cli.usage.config", nil)}
	}}
	cmd.AddCommand(
		&cobra.Command{Use: "check", Args: a.exactly(), RunE: func(*cobra.Command, []string) error { return a.configCheck() }},
		&cobra.Command{Use: "show", Args: a.exactly(), RunE: func(*cobra.Command, []string) error { return a.configShow() }},
		&cobra.Command{Use: "path", Args: a.exactly(), RunE: func(*cobra.Command, []string) error { return a.configPath() }},
		&cobra.Command{Use: "options VENDOR", Args: a.exactly("VENDOR"), RunE: func(_ *cobra.Command, args []string) error { return a.configOptions(args[0]) }},
	)
	return cmd
}

// configCheck tells of every problem at once.
func (a *app) configCheck() error {
	cfg, _, err := a.load(true)
	if err != nil {
		return err
	}
	if _, err := newPlan(cfg); err != nil {
		return usageError{err.Error()}
	}
	if a.json {
		return a.print(map[string]bool{"ok": true})
	}
	return a.line(a.t("cli.config.ok", nil))
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
		if _, err := fmt.Fprintf(w, "%s\t%v\t%s\n", e.Key, e.Value, e.Source); err != nil {
			return err
		}
	}
	return w.Flush()
}

func (a *app) configPath() error {
	env := paths.Current()
	file := a.configFile()
	if a.json {
		return a.print(map[string]string{"file": file, "policy": env.PolicyDir(), "machine": env.MachineConfig()})
	}
	return a.line(file)
}

// configFile is the file this person's settings come from.
func (a *app) configFile() string { return cmp.Or(a.config, paths.Current().UserConfig()) }

func (a *app) configOptions(vendor string) error {
	d, ok := vendorNamed(vendor)
	if !ok {
		return usageError{a.t("cli.usage.vendor", map[string]any{"Name": vendor, "Vendors": fmt.Sprint(driverNames())})}
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
		if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Name, o.Kind, need, o.Default, o.Help); err != nil {
			return err
		}
	}
	return w.Flush()
}
