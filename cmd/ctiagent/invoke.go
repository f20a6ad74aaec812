package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// invokeCommand calls a vendor's own function. The answer is the vendor's, so
// it is printed as JSON in any case.
func (a *app) invokeCommand() *cobra.Command {
	return &cobra.Command{Use: "invoke VENDOR.FUNCTION [name=value ...]", Args: a.between(1, -1), RunE: func(cmd *cobra.Command, args []string) error {
		params, err := a.parameters(args[0], args[1:])
		if err != nil {
			return err
		}
		var answer json.RawMessage
		if err := a.call(cmd.Context(), "functions.invoke", map[string]any{"name": args[0], "params": params}, &answer); err != nil {
			return err
		}
		return a.printAnswer(answer)
	}}
}

// maxValue bounds a value read from a file or standard input, in bytes.
const maxValue = 32 << 10

// parameters reads name=value arguments by the types the function declares: @file
// reads a value from a file, - from standard input. What a function does not
// declare is refused here, since the service overlooks it. A function that is
// unknown here is left to the service.
func (a *app) parameters(function string, args []string) (map[string]any, error) {
	declared, known := paramsOf(function)
	params := map[string]any{}
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || name == "" {
			return nil, usage("cli.usage.pair", "Value", arg)
		}
		if _, twice := params[name]; twice {
			return nil, usage("cli.usage.twice", "Name", name)
		}
		i := slices.IndexFunc(declared, func(p cti.Param) bool { return p.Name == name })
		if known && i < 0 {
			return nil, usage("cli.usage.no_parameter", "Name", name, "Function", function, "Params", orDash(paramList(declared)))
		}
		text, err := a.value(value)
		if err != nil {
			return nil, err
		}
		params[name] = text
		if i >= 0 {
			if params[name], err = typed(declared[i], text); err != nil {
				return nil, err
			}
		}
	}
	return params, nil
}

// paramsOf is what a function of any vendor declares.
func paramsOf(function string) ([]cti.Param, bool) {
	for _, d := range vendors.All() {
		for _, f := range d.Functions {
			if f.Name == function {
				return cti.Params(f.In), true
			}
		}
	}
	return nil, false
}

// typed reads a value as its parameter's type wants it: text as it is, all else
// as JSON.
func typed(p cti.Param, text string) (any, error) {
	wrong := usage("cli.usage.typed", "Name", p.Name, "Type", p.Type)
	var v any
	switch p.Type {
	case "string", "time":
		return text, nil
	case "boolean":
		v = new(bool)
	case "integer":
		v = new(int64)
	case "number":
		v = new(float64)
	case "string[]":
		v = new([]string)
	default:
		v = new(any)
	}
	if err := json.Unmarshal([]byte(text), v); err != nil || strings.TrimSpace(text) == "null" {
		return nil, wrong
	}
	return v, nil
}

// value reads what stands behind name=.
func (a *app) value(text string) (string, error) {
	from := a.in
	switch {
	case text == "-":
	case strings.HasPrefix(text, "@"):
		f, err := os.Open(text[1:])
		if err != nil {
			return "", usage("cli.usage.file", "Problem", err)
		}
		defer f.Close()
		from = f
	default:
		return text, nil
	}
	b, err := io.ReadAll(io.LimitReader(from, maxValue+1))
	if err != nil {
		return "", usage("cli.usage.file", "Problem", fmt.Errorf("%s: %w", text, err))
	}
	if len(b) > maxValue {
		return "", usage("cli.usage.long", "Bytes", maxValue)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
