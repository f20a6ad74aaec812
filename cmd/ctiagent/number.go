package main

import (
	"context"
	"errors"
	"slices"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/config"
	"ctiagent/localapi/client"
	"ctiagent/vendors"

	"github.com/spf13/cobra"
)

func (a *app) numberCommand() *cobra.Command {
	return group("number", "cli.usage.number",
		&cobra.Command{Use: "explain TEXT", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
			return a.explain(cmd.Context(), args[0])
		}})
}

// explain asks the running ctiagent, which would dial, and without one, or for
// a configuration named with --config, reads the number by itself.
func (a *app) explain(ctx context.Context, text string) error {
	var e dialplan.Explanation
	err := client.ErrNoAgent
	if a.config == "" {
		err = a.call(ctx, "number.explain", desk.ExplainIn{Text: text}, &e)
	}
	if errors.Is(err, client.ErrNoAgent) {
		e, err = a.explainHere(text)
	}
	switch {
	case err != nil:
		return err
	case a.json:
		return a.print(e)
	}
	return a.showNumber(e)
}

func (a *app) explainHere(text string) (dialplan.Explanation, error) {
	cfg, _, err := a.load(true)
	if err != nil {
		return dialplan.Explanation{}, err
	}
	plan, err := newPlan(cfg)
	if err != nil {
		return dialplan.Explanation{}, err
	}
	return desk.Worded(plan.ExplainFor(text, dialStyle(cfg)), a.lang), nil
}

// dialStyle is how the first driver that dials wants its numbers.
func dialStyle(cfg config.Config) dialplan.Style {
	for _, block := range cfg.Drivers {
		d, _ := vendors.Named(block.Use)
		if slices.ContainsFunc(d.Functions, func(f cti.FuncInfo) bool { return f.Name == cti.CallDial.Name }) {
			return dialplan.Style(d.Numbers)
		}
	}
	return dialplan.Style{}
}

func (a *app) showNumber(e dialplan.Explanation) error {
	first := a.t("cli.number.line", map[string]any{
		"Raw": e.Raw, "Kind": a.t("cli.number.kind."+string(e.Kind), nil), "E164": orDash(e.E164), "Dialed": e.Dialed})
	if e.Kind == dialplan.KindNotAPhone {
		first = a.t("cli.number.refused", map[string]any{"Raw": e.Raw})
	}
	if err := a.line(first); err != nil {
		return err
	}
	for _, s := range e.Steps {
		if err := a.line("  - " + s.Text); err != nil {
			return err
		}
	}
	return nil
}
