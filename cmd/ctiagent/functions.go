package main

import (
	"fmt"
	"iter"
	"strings"
	"unicode/utf8"

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

// The table of functions, in signs: parameters that make a line longer than the first stand below it, in lines of the second.
const (
	longestCall = 64
	longestLine = 100
)

func (a *app) functions(all []catalogued) error {
	if a.json {
		for _, f := range all {
			if err := a.print(f); err != nil {
				return err
			}
		}
		return nil
	}
	rows, below, widest := make([][]string, len(all)), make([]string, len(all)), [3]int{}
	for i, f := range all {
		params := paramList(f.Params)
		call := f.Name + "(" + params + ")"
		if len(call) > longestCall {
			call, below[i] = f.Name+"(…)", params
		}
		rows[i] = []string{call, a.t("cli.effect."+string(f.Effect), nil), a.t("cli.function."+f.Name, nil), f.Source}
		for k := range widest {
			widest[k] = max(widest[k], utf8.RuneCountInString(rows[i][k]))
		}
	}
	for i, row := range rows {
		if err := a.line(fmt.Sprintf("%-*s  %-*s  %-*s  %s", widest[0], row[0], widest[1], row[1], widest[2], row[2], row[3])); err != nil {
			return err
		}
		for part := range wrapped(below[i], longestLine) {
			if err := a.line("    " + part); err != nil {
				return err
			}
		}
	}
	return nil
}

// wrapped are the lines of a text, parted at blanks.
func wrapped(text string, most int) iter.Seq[string] {
	return func(yield func(string) bool) {
		line := ""
		for _, word := range strings.Fields(text) {
			if line != "" && len(line)+1+len(word) > most {
				if !yield(line) {
					return
				}
				line = ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
		if line != "" {
			yield(line)
		}
	}
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
