package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/journal"
)

// app is one invocation of the program: its streams and the flags every
// command takes.
type app struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	lang     i18n.Lang

	timer   cti.Clock       // nil: the system's time
	history journal.Options // the journal's bounds; zero: the usual ones

	config  string // --config
	desk    string // --desk
	service bool   // this is the system service, which serves everybody
	json    bool   // --json
}

func newApp(in io.Reader, out, errOut io.Writer, getenv func(string) string) *app {
	return &app{in: in, out: out, err: errOut, getenv: getenv, lang: i18n.FromEnv(getenv)}
}

// run executes one command line and answers the exit status.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root(args)
	root.SetArgs(args)
	if len(args) > 0 && strings.HasPrefix(args[0], "__complete") {
		a.localize(root) // a shell shows the summaries beside the words
	}
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	return a.fail(err)
}

// t is the sentence id in the person's language.
func (a *app) t(id string, args map[string]any) string { return i18n.T(a.lang, id, args) }

// print writes one JSON object on a line of its own.
func (a *app) print(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printAnswer writes an answer of the service: an object as it came, a list one
// element a line, and nothing as an empty object.
func (a *app) printAnswer(raw json.RawMessage) error {
	switch b := bytes.TrimSpace(raw); {
	case bytes.HasPrefix(b, []byte("[")):
		var all []json.RawMessage
		if err := json.Unmarshal(b, &all); err != nil {
			return err
		}
		for _, v := range all {
			if err := a.print(v); err != nil {
				return err
			}
		}
		return nil
	case len(b) == 0 || string(b) == "null":
		return a.print(struct{}{})
	}
	return a.print(raw)
}

// line writes one line of text.
func (a *app) line(text string) error {
	_, err := fmt.Fprintln(a.out, text)
	return err
}

// clock is a time as people at this terminal read it: the date only when it is
// not today.
func clock(t cti.Time, now time.Time) string {
	local := t.Local()
	if local.Format(time.DateOnly) == now.Local().Format(time.DateOnly) {
		return local.Format(time.TimeOnly)
	}
	return local.Format(time.DateTime)
}

// since is " (since 14:03:22)", or "" where nobody knows.
func (a *app) since(t cti.Time) string {
	if t.IsZero() {
		return ""
	}
	return " (" + a.t("cli.since", map[string]any{"Time": clock(t, time.Now())}) + ")"
}
