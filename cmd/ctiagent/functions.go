package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
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
	return &cobra.Command{Use: "functions [VENDOR]", Args: a.atMost(1), RunE: func(cmd *cobra.Command, args []string) error {
		var only string
		if len(args) == 1 {
			only = args[0]
		}
		return a.functions(only)
	}}
}

func (a *app) functions(only string) error {
	var names []string
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	found := false
	for _, d := range vendors.All() {
		names = append(names, d.Name)
		if only != "" && d.Name != only {
			continue
		}
		found = true
		rows := slices.Clone(d.Functions)
		slices.SortFunc(rows, func(x, y cti.FuncInfo) int { return strings.Compare(x.Name, y.Name) })
		for _, f := range rows {
			c := catalogued{Name: f.Name, Title: f.Title, Vendor: d.Name, Effect: f.Effect, Params: cti.Params(f.In), Source: f.Source}
			if c.Params == nil {
				c.Params = []cti.Param{}
			}
			if a.json {
				if err := a.print(c); err != nil {
					return err
				}
				continue
			}
			if _, err := fmt.Fprintf(w, "%s(%s)\t%s\t%s\n", c.Name, paramList(c.Params), c.Effect, c.Title); err != nil {
				return err
			}
		}
	}
	if !found {
		return usageError{a.t("cli.usage.vendor", map[string]any{"Name": only, "Vendors": strings.Join(names, ", ")})}
	}
	return w.Flush()
}

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

func (a *app) invokeCommand() *cobra.Command {
	return &cobra.Command{Use: "invoke VENDOR.FUNCTION [name=value ...]", Args: a.atLeastOne(), RunE: func(cmd *cobra.Command, args []string) error {
		params, err := a.parameters(args[0], args[1:])
		if err != nil {
			return err
		}
		var answer json.RawMessage
		if err := a.call(cmd.Context(), "functions.invoke", map[string]any{"name": args[0], "params": params}, &answer); err != nil {
			return err
		}
		return a.print(answer)
	}}
}

func (a *app) atLeastOne() cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return usageError{a.t("cli.usage.arguments", map[string]any{"Command": cmd.UseLine(), "Count": 1})}
	}
}

// maxValue bounds a value read from a file or standard input, in bytes.
const maxValue = 32 << 10

// parameters reads name=value arguments by the types the function declares: @file
// reads a value from a file, - from standard input.
func (a *app) parameters(function string, args []string) (map[string]any, error) {
	types := map[string]string{}
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			if f.Name == function {
				for _, p := range cti.Params(f.In) {
					types[p.Name] = p.Type
				}
			}
		}
	}
	params := map[string]any{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usageError{a.t("cli.usage.pair", map[string]any{"Value": arg})}
		}
		value, err := a.value(value)
		if err != nil {
			return nil, err
		}
		switch types[name] {
		case "", "string", "time":
			params[name] = value
		default:
			var v any
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, usageError{a.t("cli.usage.typed", map[string]any{"Name": name, "Type": types[name]})}
			}
			params[name] = v
		}
	}
	return params, nil
}

func (a *app) value(text string) (string, error) {
	var from io.Reader
	switch {
	case text == "-":
		from = a.in
	case strings.HasPrefix(text, "@"):
		f, err := os.Open(text[1:])
		if err != nil {
			return "", usageError{a.t("cli.usage.file", map[string]any{"Problem": err.Error()})}
		}
		defer func() { _ = f.Close() }() // only read from
		from = f
	default:
		return text, nil
	}
	b, err := io.ReadAll(io.LimitReader(bufio.NewReader(from), maxValue+1))
	if err != nil {
		return "", fmt.Errorf("read a parameter: %w", err)
	}
	if len(b) > maxValue {
		return "", usageError{a.t("cli.usage.long", map[string]any{"Bytes": maxValue})}
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
