package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"

	"github.com/spf13/cobra"
)

// The exit status of every command.
const (
	exitDone    = 0
	exitRefused = 1 // the PBX or the desk refused
	exitUsage   = 2 // the command was used wrongly
	exitNoAgent = 3 // no ctiagent is running
)

// app is one invocation of the program: its streams and the flags every
// command takes.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	lang     i18n.Lang

	config string // --config
	json   bool   // --json
}

func newApp(in io.Reader, out, errOut io.Writer, getenv func(string) string) *app {
	return &app{in: in, out: out, err: errOut, getenv: getenv, lang: i18n.FromEnv(getenv)}
}

// usageError is a command used wrongly. Its text is already in the person's
// language.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// run executes one command line and answers the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	return a.fail(err)
}

// fail tells of an error as the contract says, one object with --json and one
// sentence without, and answers the exit status.
func (a *app) fail(err error) int {
	var usage usageError
	switch {
	case errors.As(err, &usage):
		a.tell(protocol.FromCTI(cti.Fail(cti.BadRequest, "", usage.text), ""), usage.text)
		return exitUsage
	case errors.Is(err, client.ErrNoAgent):
		text := a.t("cli.no_agent", nil)
		a.tell(protocol.FromCTI(cti.Fail(cti.Unavailable, "", text), ""), text)
		return exitNoAgent
	}
	wire, cause := a.wire(err)
	text := wire.Message
	if wire.Data != nil && wire.Data.Hint != "" {
		text += ". " + wire.Data.Hint
	}
	if cause != nil {
		text += " (" + cause.Error() + ")"
	}
	a.tell(wire, text)
	return exitRefused
}

// wire is an error as the local API writes it, whether the service made it or
// this program. The cause is for the terminal only.
func (a *app) wire(err error) (*protocol.Error, error) {
	var refused *client.Error
	if errors.As(err, &refused) {
		return refused.Wire, nil
	}
	e := cti.AsError(err)
	hint := e.Hint
	if hint == "" {
		hint = "error.hint." + string(e.Kind)
	}
	words := make(map[string]any, len(e.Args))
	for k, v := range e.Args {
		words[k] = v
	}
	return protocol.FromCTI(e, a.t(hint, words)), e.Err
}

func (a *app) tell(e *protocol.Error, sentence string) {
	if a.json {
		_ = a.print(e) // nothing is left to tell when standard output is gone
		return
	}
	_, _ = fmt.Fprintln(a.err, sentence) // as above, standard error
}

// t is the sentence id in the person's language.
func (a *app) t(id string, args map[string]any) string { return i18n.T(a.lang, id, args) }

// print writes one JSON object on a line of its own.
func (a *app) print(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// line writes one line of text.
func (a *app) line(text string) error {
	_, err := fmt.Fprintln(a.out, text)
	return err
}

// exactly wants n arguments, named for the message.
func (a *app) exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return usageError{a.t("cli.usage.arguments", map[string]any{"Command": cmd.UseLine(), "Count": len(names)})}
	}
}

// atMost wants no more than n arguments.
func (a *app) atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= n {
			return nil
		}
		return usageError{a.t("cli.usage.arguments", map[string]any{"Command": cmd.UseLine(), "Count": n})}
	}
}
