package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/spf13/cobra"
)

// loginCommand logs the agent in. The password is typed at a terminal, read from
// standard input, or the one that the person has kept; never an argument, which
// others could see.
func (a *app) loginCommand() *cobra.Command {
	var in cti.LoginIn
	var now, remember, forget bool
	cmd := &cobra.Command{Use: "login", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		switch {
		case remember && forget:
			return usage("cli.usage.login")
		case remember:
			in.Remember = "yes"
		case forget:
			in.Remember = "no"
		}
		return a.login(cmd.Context(), in, now || remember)
	}}
	cmd.Flags().StringVar(&in.Extension, "extension", "", "")
	cmd.Flags().StringVar(&in.Campaign, "campaign", "", "")
	cmd.Flags().BoolVar(&now, "ask", false, "")
	cmd.Flags().BoolVar(&remember, "remember", false, "")
	cmd.Flags().BoolVar(&forget, "forget", false, "")
	return cmd
}

// login tries without a password first, unless the person wants to type one:
// most telephone systems want none, and for the others one may be kept.
func (a *app) login(ctx context.Context, in cti.LoginIn, now bool) error {
	c, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	var raw json.RawMessage
	if !now {
		err = answered(ctx, c.Call(ctx, cti.AgentLogin.Name, in, &raw))
		_, typed := a.terminal()
		if !errors.Is(err, cti.Unauthorized) || !typed || a.json {
			return a.loggedIn(raw, err)
		}
	}
	password, err := a.readHidden(a.t("cli.login.ask", nil))
	if err != nil {
		return err
	}
	in.Password = password.Reveal()
	err = answered(ctx, c.Call(ctx, cti.AgentLogin.Name, in, &raw))
	if err := a.loggedIn(raw, err); err != nil || in.Remember != "yes" || a.json {
		return err
	}
	var r desk.LoginResult
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	return a.line(a.t("cli.login.kept."+cmp.Or(string(r.Kept), "nowhere"), nil))
}

// loggedIn shows the answer to a login.
func (a *app) loggedIn(raw json.RawMessage, err error) error {
	switch {
	case err != nil:
		return err
	case a.json:
		return a.printAnswer(raw)
	}
	var r desk.LoginResult
	if err := json.Unmarshal(raw, &r); err != nil {
		return err
	}
	return a.showFared(r)
}

// showFared tells how each driver fared with a login or logout.
func (a *app) showFared(r desk.LoginResult) error {
	for _, d := range r.Drivers {
		text := d.Driver + ": " + a.t("cli.done", nil)
		if !d.OK {
			hint := "error.hint." + string(d.Kind)
			if d.Kind == cti.Unauthorized {
				hint = cti.HintPassword
			}
			text = d.Driver + ": " + d.Error + ". " + a.t(hint, nil)
		}
		if err := a.line(text); err != nil {
			return err
		}
	}
	return a.showAgent(r.Agent)
}
