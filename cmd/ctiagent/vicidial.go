package main

import (
	"context"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors/vicidial"

	"github.com/spf13/cobra"
)

// vicidialCommand holds what an administrator of VICIdial needs from us.
func (a *app) vicidialCommand() *cobra.Command {
	var port int
	options := &cobra.Command{Use: "options", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("port") {
			cfg, _, err := a.load(false)
			if err != nil {
				return err
			}
			port = cfg.API.Port
		}
		if port < 1 || port > 65535 {
			return usage("cli.usage.port", "Value", port)
		}
		lines := vicidial.PageOptions(port)
		if a.json {
			return a.print(map[string]string{"options": lines})
		}
		return a.line(lines)
	}}
	options.Flags().IntVar(&port, "port", config.Default().API.Port, "")
	form := &cobra.Command{Use: "webform", Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error { return a.webForm(cmd.Context()) }}
	return group("vicidial", "cli.usage.vicidial", options, form)
}

// webForm prints what goes into a campaign's Web Form: the address that the
// running agent takes it at, with its token.
func (a *app) webForm(ctx context.Context) error {
	var door protocol.ReceiverOut
	if err := a.call(ctx, protocol.ReceiverList, nil, &door); err != nil {
		return err
	}
	for _, p := range door.Paths {
		if p.Name != vicidial.WebFormName {
			continue
		}
		line := vicidial.WebForm(p.URL)
		if a.json {
			return a.print(map[string]string{"webform": line})
		}
		return a.line(line)
	}
	return problem(cti.WrongState, "no driver waits for a Web Form", "cli.hint.webform", nil, nil)
}
