package main

import (
	"context"
	"errors"

	"ctiagent/dialplan"
	"ctiagent/internal/config"
	"ctiagent/localapi"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/uri"

	"github.com/spf13/cobra"
)

func (a *app) uriCommand() *cobra.Command {
	return group("uri", "cli.usage.uri",
		&cobra.Command{Use: "explain URI", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
			return a.explainLink(cmd.Context(), args[0])
		}})
}

// explainLink asks the running ctiagent, which would be handed the link, and
// without one, or for a configuration named with --config, judges by itself.
func (a *app) explainLink(ctx context.Context, text string) error {
	var e uri.Explanation
	err := client.ErrNoAgent
	if a.config == "" {
		err = a.call(ctx, protocol.URIExplain, protocol.URIIn{URI: text}, &e)
	}
	if errors.Is(err, client.ErrNoAgent) {
		e, err = a.explainLinkHere(text)
	}
	switch {
	case err != nil:
		return err
	case a.json:
		return a.print(e)
	}
	return a.line(a.linkSentence(e))
}

func (a *app) explainLinkHere(text string) (uri.Explanation, error) {
	cfg, _, err := a.load(false)
	if err != nil {
		return uri.Explanation{}, err
	}
	plan, err := newPlan(cfg)
	if err != nil {
		return uri.Explanation{}, err
	}
	_, e := linkPolicy(cfg, plan).Judge(text)
	return e, nil
}

// linkSentence is an explanation for people.
func (a *app) linkSentence(e uri.Explanation) string {
	what := a.t("cli.function."+e.Method, nil)
	for _, detail := range []string{e.Number, e.Params.String()} {
		if detail != "" {
			what += " (" + detail + ")"
		}
	}
	return a.t("links.explain."+string(e.Verdict), map[string]any{"What": what, "Why": a.t("links.reason."+string(e.Reason), nil)})
}

// linkPolicy is what the configuration and the dial plan say about links.
func linkPolicy(cfg config.Config, plan *dialplan.Plan) uri.Policy {
	return uri.Policy{Confirm: cfg.Links.Confirm, LoginLinks: cfg.Links.LoginLinks, Extension: cfg.Agent.Extension,
		Risk: func(number string) uri.Reason { return riskOf(plan.Explain(number)) }}
}

// riskOf says what is risky about a number. One that the dial plan cannot read
// is not: the desk will refuse it.
func riskOf(e dialplan.Explanation) uri.Reason {
	switch {
	case e.Premium:
		return uri.Premium
	case e.Kind == dialplan.KindInternational:
		return uri.International
	case e.Kind == dialplan.KindShortCode, e.Kind == dialplan.KindEmergency:
		return uri.Short
	}
	return ""
}

// links is how the doors treat links.
func (p *program) links(plan *dialplan.Plan) localapi.Links {
	return localapi.Links{Policy: linkPolicy(p.config, plan), Hide: p.redact.Add}
}
