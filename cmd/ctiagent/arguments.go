package main

import (
	"slices"
	"time"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

// between wants from min to max arguments; a negative max is no limit.
func (a *app) between(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && (most < 0 || len(args) <= most) {
			return nil
		}
		return usage("cli.usage.arguments", "Command", a.useLine(cmd))
	}
}

// exactly wants n arguments.
func (a *app) exactly(n int) cobra.PositionalArgs { return a.between(n, n) }

// moment reads a time that somebody typed; "" is none.
func moment(text string) (cti.Time, error) {
	if text == "" {
		return cti.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return cti.Time{}, usage("cli.usage.time", "Value", text)
	}
	return cti.At(t), nil
}

// wantsJSON tells whether a command line asks for JSON, also one that cannot be
// read to its end.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}
