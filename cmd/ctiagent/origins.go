package main

import (
	"strings"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"

	"github.com/spf13/cobra"
)

// originsCommand works with the pages that may use this desk.
func (a *app) originsCommand() *cobra.Command {
	var scopes []string
	allow := &cobra.Command{Use: "allow ORIGIN", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in := protocol.AllowIn{Origin: args[0]}
		for _, s := range scopes {
			in.Scopes = append(in.Scopes, cti.Effect(s))
		}
		return ask(cmd.Context(), a, protocol.OriginsAllow, in, func(o protocol.Origin) error { return a.line(a.originLine(o)) })
	}}
	allow.Flags().StringSliceVar(&scopes, "scope", nil, "")
	return group("origins", "policy.usage.origins",
		&cobra.Command{Use: "list", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
			return ask(cmd.Context(), a, protocol.OriginsList, protocol.OriginsIn{Blocked: true}, func(list []protocol.Origin) error {
				if len(list) == 0 {
					return a.line(a.t("policy.origins.none", nil))
				}
				for _, o := range list {
					if err := a.line(a.originLine(o)); err != nil {
						return err
					}
				}
				return nil
			})
		}},
		allow,
		&cobra.Command{Use: "revoke ORIGIN", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
			return ask(cmd.Context(), a, protocol.OriginsRevoke, protocol.RevokeIn{Origin: args[0]}, func(struct{}) error {
				return a.line(a.t("policy.origins.revoked", map[string]any{"Origin": args[0]}))
			})
		}})
}

// originLine is a page and what it may do, for people.
func (a *app) originLine(o protocol.Origin) string {
	id := "policy.origins." + o.Source
	switch {
	case o.Blocked && o.Source == protocol.OriginOfConfiguration:
		id = "policy.origins.forbidden"
	case o.Blocked:
		id = "policy.origins.blocked"
	}
	var scopes []string
	for _, s := range o.Scopes {
		scopes = append(scopes, a.t("policy.scope."+string(s), nil))
	}
	return a.t(id, map[string]any{"Origin": o.Origin, "Scopes": strings.Join(scopes, ", ")})
}
