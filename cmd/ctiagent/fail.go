package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/secret"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit status of every command.
const (
	exitDone    = 0
	exitRefused = 1 // the PBX or the desk refused
	exitUsage   = 2 // the command was used wrongly
	exitNoAgent = 3 // no ctiagent is running
)

// misuse is a command line or a configuration that is wrong. Its sentence says
// what to do instead.
type misuse interface {
	error
	In(lang i18n.Lang) string
}

// usageError is a misuse told by one sentence.
type usageError struct {
	id   string
	args map[string]any
}

// Error answers the English sentence.
func (e usageError) Error() string { return e.In(i18n.En) }

// In answers the sentence in lang.
func (e usageError) In(lang i18n.Lang) string { return i18n.T(lang, e.id, e.args) }

// usage is a command used wrongly: a sentence's id, then its placeholders as
// name, value, name, value.
func usage(id string, words ...any) error {
	args := make(map[string]any, len(words)/2)
	for i := 0; i+1 < len(words); i += 2 {
		args[words[i].(string)] = words[i+1]
	}
	return usageError{id, args}
}

// configError is everything that is wrong in the configuration, a line each.
type configError struct{ problems config.Errors }

// Error answers the English sentences.
func (e configError) Error() string { return e.In(i18n.En) }

// In answers the sentences in lang.
func (e configError) In(lang i18n.Lang) string {
	lines := make([]string, len(e.problems))
	for i, p := range e.problems {
		lines[i] = p.In(lang)
	}
	return strings.Join(lines, "\n")
}

// secretError is a secret that the configuration points to and that cannot be
// had. Place names file, line and key.
type secretError struct {
	place string
	cause *secret.Error
}

// Error answers the English sentence.
func (e secretError) Error() string { return e.In(i18n.En) }

// In answers the sentence in lang.
func (e secretError) In(lang i18n.Lang) string {
	return e.place + ": " + i18n.T(lang, e.cause.ID, e.cause.Args)
}

// errGone says that the ctiagent ended while it was asked.
var errGone = errors.New("ctiagent has ended")

// problem is something that this program itself ran into. Its hint is a whole
// sentence, what happened and what to do next.
func problem(kind cti.Kind, text, hint string, args map[string]string, cause error) *cti.Error {
	return &cti.Error{Kind: kind, Text: text, Hint: hint, Args: args, Err: cause}
}

// fail tells of an error as the contract says, one object with --json and one
// sentence without, and answers the exit status.
func (a *app) fail(err error) int {
	wire, sentence, code := a.judge(err)
	if a.json {
		_ = a.print(wire) // nothing is left to tell when standard output is gone
		return code
	}
	_, _ = fmt.Fprintln(a.err, sentence) // as above, standard error
	return code
}

// judge is an error as the local API writes it, as people read it, and the exit
// status it stands for.
func (a *app) judge(err error) (*protocol.Error, string, int) {
	var wrong misuse
	var refused *client.Error
	switch {
	case errors.As(err, &wrong):
		text := wrong.In(a.lang)
		return protocol.FromCTI(cti.Fail(cti.BadRequest, "", wrong.In(i18n.En)), text), text, exitUsage
	case errors.Is(err, client.ErrNoAgent):
		text := a.t("cli.no_agent", nil)
		return protocol.FromCTI(cti.Fail(cti.Unavailable, "", "no ctiagent is running"), text), text, exitNoAgent
	case errors.Is(err, errGone):
		text := a.t("cli.agent_gone", nil)
		e := &cti.Error{Kind: cti.Unavailable, Text: "ctiagent ended before it answered", Sent: cti.MaybeSent}
		return protocol.FromCTI(e, text), text, exitNoAgent
	case errors.As(err, &refused):
		return refused.Wire, sentence(a.lang, refused.Wire), exitRefused
	}
	e := own(err)
	text := a.hint(e)
	return protocol.FromCTI(e, text), text, exitRefused
}

// own is an error of this program itself, with a hint in any case.
func own(err error) *cti.Error {
	var e *cti.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &cti.Error{Kind: cti.Canceled, Text: "interrupted", Hint: "cli.hint.interrupted", Sent: cti.MaybeSent}
	case errors.As(err, &e) && e.Hint != "":
		return e
	}
	return problem(cti.InternalError, "something inside ctiagent went wrong", "cli.hint.internal", map[string]string{"Cause": err.Error()}, err)
}

// sentence is a refusal for people: what the PBX said, if it spoke, and what to
// do next. What ctiagent itself says beside the hint is English, so it is for
// those who read English.
func sentence(lang i18n.Lang, e *protocol.Error) string {
	d := e.Data
	if d == nil || d.Hint == "" {
		return e.Message
	}
	switch {
	case d.Driver != "" && (lang == i18n.En || d.Sent == cti.CertainSent):
		return e.Message + ". " + d.Hint // it begins with the vendor's name, as the vendor writes it
	case lang == i18n.En:
		return upper(e.Message) + ". " + d.Hint
	case d.Driver != "":
		return strings.TrimSuffix(e.Message, d.Text) + d.Hint
	}
	return d.Hint
}

// upper begins a sentence.
func upper(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[n:]
}

// flagError is a problem of pflag in the words of this program.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	switch command := cmd.CommandPath(); {
	case errors.As(err, &unknown):
		return usage("cli.usage.flag_unknown", "Name", dashed(unknown.GetSpecifiedName()), "Command", command)
	case errors.As(err, &empty):
		return usage("cli.usage.flag_empty", "Name", dashed(empty.GetSpecifiedName()), "Command", command)
	case errors.As(err, &invalid):
		return usage("cli.usage.flag_value", "Name", dashed(invalid.GetFlag().Name), "Value", invalid.GetValue(), "Command", command)
	default:
		return usage("cli.usage.flag", "Command", command)
	}
}

// dashed is an option as it is typed: -h, --json.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
