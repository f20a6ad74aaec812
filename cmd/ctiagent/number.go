package main

import (
	"ctiagent/dialplan"

	"github.com/spf13/cobra"
)

func (a *app) numberCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "number", RunE: func(cmd *cobra.Command, _ []string) error {
		return usageError{a.t("cli.usage.number", nil)}
	}}
	cmd.AddCommand(&cobra.Command{Use: "explain TEXT", Args: a.exactly("TEXT"), RunE: func(_ *cobra.Command, args []string) error {
		return a.explain(args[0])
	}})
	return cmd
}

// explain needs no running agent: the dial plan of the effective
// configuration decides.
func (a *app) explain(text string) error {
	cfg, _, err := a.load(false)
	if err != nil {
		return err
	}
	plan, err := newPlan(cfg)
	if err != nil {
		return err
	}
	e := plan.Explain(text)
	if a.json {
		return a.print(e)
	}
	if e.Kind == dialplan.KindNotAPhone {
		if err := a.line(a.t("cli.number.refused", map[string]any{"Raw": e.Raw})); err != nil {
			return err
		}
	} else if err := a.line(a.t("cli.number.line", map[string]any{
		"Raw": e.Raw, "Kind": a.t("cli.number.kind."+string(e.Kind), nil), "E164": orDash(e.E164), "Dialed": e.Dialed})); err != nil {
		return err
	}
	for _, s := range e.Steps {
		text := a.t("dialplan.rule."+s.Rule, map[string]any{"Before": s.Before, "After": s.After, "Value": s.Value})
		if err := a.line("  - " + text); err != nil {
			return err
		}
	}
	if e.Reason != "" {
		return a.line("  - " + a.t("dialplan.reason."+e.Reason, map[string]any{"Before": e.Raw, "After": "", "Value": ""}))
	}
	return nil
}
