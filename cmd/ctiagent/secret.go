package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/paths"
	"ctiagent/internal/secret"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// maxSecretTyped bounds what is read, in bytes: more is no secret but a file.
const maxSecretTyped = 64 << 10

// secretCommand keeps the secrets that the configuration names as secret:NAME.
// They are never an argument, which others could see.
func (a *app) secretCommand() *cobra.Command {
	var own bool
	verb := func(name string, args int, do func(secret.Store, string) error) *cobra.Command {
		use := name
		if args > 0 {
			use += " NAME"
		}
		cmd := &cobra.Command{Use: use, Args: a.exactly(args), RunE: func(_ *cobra.Command, args []string) error {
			return a.secretDone(do(a.secretStore(own), strings.Join(args, "")))
		}}
		cmd.Flags().BoolVar(&own, "user", false, "")
		return cmd
	}
	done := func(id, name string, err error) error {
		if err != nil {
			return err
		}
		if a.json {
			return a.print(map[string]bool{"ok": true})
		}
		return a.line(a.t(id, map[string]any{"Name": name}))
	}
	return group("secret", "cli.usage.secret",
		verb("set", 1, func(s secret.Store, name string) error {
			v, err := a.readSecret(name)
			if err == nil {
				err = s.Set(name, v)
			}
			return done("cli.secret.set", name, err)
		}),
		verb("list", 0, func(s secret.Store, _ string) error { return a.listSecrets(s) }),
		verb("delete", 1, func(s secret.Store, name string) error { return done("cli.secret.deleted", name, s.Delete(name)) }))
}

// secretStore is the service's file, or with --user the person's own.
func (a *app) secretStore(own bool) secret.Store {
	if own {
		return secret.Store{Path: paths.Current().UserSecrets()}
	}
	return secret.Store{Path: paths.Current().ServiceSecrets()}
}

// secretDone words what went wrong with a secret.
func (a *app) secretDone(err error) error {
	var wrong *secret.Error
	switch found := errors.As(err, &wrong); {
	case found && wrong.ID != "secret.file.denied":
		return secretError{"ctiagent secret", wrong}
	case found, errors.Is(err, os.ErrPermission):
		return problem(cti.Forbidden, "the service's secrets belong to administrators", "cli.hint.secret_rights", nil, err)
	}
	return err
}

func (a *app) listSecrets(s secret.Store) error {
	names, err := s.Names()
	if err != nil {
		return err
	}
	if len(names) == 0 && !a.json {
		return a.line(a.t("cli.secret.none", nil))
	}
	for _, n := range names {
		if a.json {
			err = a.print(map[string]string{"name": n})
		} else {
			err = a.line(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readSecret reads the secret of a name.
func (a *app) readSecret(name string) (secret.Value, error) {
	return a.readHidden(a.t("cli.secret.ask", map[string]any{"Name": name}))
}

// terminal is where somebody can type; false where nobody can.
func (a *app) terminal() (*os.File, bool) {
	f, ok := a.in.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// readHidden reads one secret: from a terminal, which asks and does not show
// it, or standard input.
func (a *app) readHidden(question string) (secret.Value, error) {
	var text []byte
	var err error
	if f, ok := a.terminal(); ok {
		if _, err := fmt.Fprint(a.err, question+" "); err != nil {
			return secret.Value{}, err
		}
		text, err = term.ReadPassword(int(f.Fd()))
		_, _ = fmt.Fprintln(a.err) // the person's own was not shown
	} else {
		text, err = io.ReadAll(io.LimitReader(a.in, maxSecretTyped))
	}
	if err != nil {
		return secret.Value{}, fmt.Errorf("read the secret: %w", err)
	}
	return secret.New(strings.TrimRight(string(text), "\r\n")), nil
}
