package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"ctiagent/cti"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// catalogued is one function of a vendor, as `functions --json` prints it.
type catalogued struct {
	Name   string      `json:"name"`
	Title  string      `json:"title"`
	Vendor string      `json:"vendor"`
	Effect cti.Effect  `json:"effect"`
	Params []cti.Param `json:"params"`
	Source string      `json:"source"`
}

func (a *app) functionsCommand() *cobra.Command {
	return &cobra.Command{Use: "functions [VENDOR]", Args: a.between(0, 1), ValidArgs: vendors.Names(), RunE: func(_ *cobra.Command, args []string) error {
		all := vendors.All()
		if len(args) == 1 {
			d, ok := vendors.Named(args[0])
			if !ok {
				return usage("cli.usage.vendor", "Name", args[0], "Vendors", strings.Join(vendors.Names(), ", "))
			}
			all = []cti.Driver{d}
		}
		return a.functions(catalogue(all))
	}}
}

// catalogue lists the functions of these drivers, those of each by name.
func catalogue(drivers []cti.Driver) []catalogued {
	var out []catalogued
	for _, d := range drivers {
		for _, f := range d.Functions {
			params := cti.Params(f.In)
			if params == nil {
				params = []cti.Param{}
			}
			out = append(out, catalogued{Name: f.Name, Title: f.Title, Vendor: d.Name, Effect: f.Effect, Params: params, Source: f.Source})
		}
	}
	return out
}

func (a *app) functions(all []catalogued) error {
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	for _, f := range all {
		if a.json {
			if err := a.print(f); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%s(%s)\t%s\t%s\t%s\n", f.Name, paramList(f.Params), a.t("cli.effect."+string(f.Effect), nil), a.t("cli.function."+f.Name, nil), f.Source); err != nil {
			return err
		}
	}
	return w.Flush()
}

// paramList names the parameters, those that may be left out in brackets.
func paramList(params []cti.Param) string {
	var out []string
	for _, p := range params {
		name := p.Name
		if !p.Required {
			name = "[" + name + "]"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}
