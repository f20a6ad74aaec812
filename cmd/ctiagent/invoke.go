package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

// invokeCommand calls a vendor's own function. The answer is the vendor's, so
// it is printed as JSON in any case, a stream one piece a line, unless rows are
// asked for as a table; a recording goes out as it is.
func (a *app) invokeCommand() *cobra.Command {
	var file string
	var table bool
	cmd := &cobra.Command{Use: "invoke VENDOR.FUNCTION [name=value ...]", Args: a.between(1, -1), RunE: func(cmd *cobra.Command, args []string) error {
		params, err := a.parameters(args[0], args[1:])
		if err != nil {
			return err
		}
		return a.invoke(cmd.Context(), args[0], params, file, table)
	}}
	cmd.Flags().BoolVar(&table, "csv", false, "")
	cmd.Flags().StringVar(&file, "output", "", "")
	return cmd
}

func (a *app) invoke(ctx context.Context, function string, params map[string]any, file string, table bool) error {
	info, _ := functionNamed(function)
	out := &outlet{app: a, file: file, sound: isRecording(info) && !(a.json && file == ""), eager: isFeed(info)}
	if table {
		if out.columns = columnsOf(info, params); out.columns == nil {
			return usage("cli.usage.csv", "Function", function)
		}
	}
	if err := out.open(); err != nil {
		return err
	}
	defer out.discard()
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	meter := a.newMeter()
	defer meter.clear()
	var answer json.RawMessage
	if err := answered(ctx, c.CallProgress(ctx, protocol.FunctionsInvoke, map[string]any{"name": function, "params": params}, &answer, meter.show)); err != nil {
		return err
	}
	if name, ok := streamName(info, answer); !ok {
		err = out.answer(answer)
	} else if err = answered(ctx, out.stream(c.Stream(ctx, name), meter)); err != nil && ctx.Err() != nil {
		err = problem(cti.Canceled, "interrupted", "cli.hint.interrupted.stream", nil, err) // it only reads
		if isFeed(info) {
			err = nil // Ctrl-C is how one stops listening
		}
	}
	if err != nil {
		return err
	}
	meter.clear()
	return out.keep()
}

// functionNamed is a function of any vendor, or a common verb. A vendor's
// function has the vendor's name, a full stop, and whatever the vendor calls
// it, full stops and slashes included.
func functionNamed(name string) (cti.FuncInfo, bool) {
	vendor, _, _ := strings.Cut(name, ".")
	all := cti.Verbs()
	if d, ok := vendors.Named(vendor); ok {
		all = d.Functions
	}
	i := slices.IndexFunc(all, func(f cti.FuncInfo) bool { return f.Name == name })
	if i < 0 {
		return cti.FuncInfo{}, false
	}
	return all[i], true
}

// isRecording says whether a function answers the sound of a recording.
func isRecording(f cti.FuncInfo) bool { return f.Out == reflect.TypeFor[cti.Stream[cti.Chunk]]() }

// isFeed says whether a function's answer goes on until its reader leaves.
func isFeed(f cti.FuncInfo) bool {
	return f.Out != nil && f.Out.Implements(reflect.TypeFor[cti.Live]())
}

// streamName is the stream that an answer names. Of a function that is unknown
// here, since the service is newer, only the answer's shape tells.
func streamName(f cti.FuncInfo, answer json.RawMessage) (string, bool) {
	if f.Out != nil && !f.Out.Implements(reflect.TypeFor[cti.Pieces]()) {
		return "", false
	}
	var members map[string]string
	if json.Unmarshal(answer, &members) != nil || len(members) != 1 || members["stream"] == "" {
		return "", false
	}
	return members["stream"], true
}

// parameters reads name=value arguments by the types the function declares: @file
// reads a value from a file, - from standard input. Of a table, a day in a column
// of times asks for the whole day. What a function does not
// declare is refused here, since the service overlooks it. A function that is
// unknown here is left to the service.
func (a *app) parameters(function string, args []string) (map[string]any, error) {
	info, known := functionNamed(function)
	var declared []cti.Param
	if known {
		declared = cti.Params(info.In)
	}
	params := map[string]any{}
	filters := slices.ContainsFunc(declared, func(p cti.Param) bool { return p.Name == "where" && p.Type == "object[]" })
	var days []any // that rows must be of
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
			if _, notDay := time.Parse(time.DateOnly, text); filters && declared[i].Type == "time" && notDay == nil {
				days = append(days, map[string]string{"column": name, "op": "eq", "value": text})
				params[name] = nil // a day is no moment, but a filter takes it whole
			}
		}
	}
	if days == nil {
		return params, nil
	}
	maps.DeleteFunc(params, func(_ string, v any) bool { return v == nil })
	if raw, ok := params["where"].(json.RawMessage); ok {
		var where []any
		if err := json.Unmarshal(raw, &where); err != nil {
			return nil, usage("cli.usage.typed", "Name", "where", "Type", "object[]")
		}
		days = append(days, where...)
	}
	params["where"] = days
	return params, nil
}

// typed reads a value as its parameter's type wants it: text as it is, all else
// as JSON, objects and lists with whatever the function says is in them. A list
// of texts may also be written with commas between them.
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
		if raw := strings.TrimSpace(text); raw != "" && raw != "null" && !strings.ContainsAny(raw[:1], "[{\"") {
			list := strings.Split(raw, ",") // values with a comma in them want JSON
			return &list, nil
		}
		v = new([]string)
	default:
		raw, open := strings.TrimSpace(text), "{"
		if strings.HasSuffix(p.Type, "[]") {
			open = "["
		}
		if !strings.HasPrefix(raw, open) || !json.Valid([]byte(raw)) {
			return nil, wrong
		}
		return json.RawMessage(raw), nil
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
	most := config.Default().Limits.MessageBytes
	if cfg, _, err := a.load(false); err == nil {
		most = cfg.Limits.MessageBytes // a value larger than a message cannot arrive
	}
	b, err := io.ReadAll(io.LimitReader(from, int64(most)+1))
	if err != nil {
		return "", usage("cli.usage.file", "Problem", fmt.Errorf("%s: %w", text, err))
	}
	if len(b) > most {
		return "", usage("cli.usage.long", "Bytes", most)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}
