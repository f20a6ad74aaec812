package main

import (
	"ctiagent/cti"

	"github.com/spf13/cobra"
)

func (a *app) dialCommand() *cobra.Command {
	var in cti.DialIn
	cmd := &cobra.Command{Use: "dial NUMBER", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in.Number = args[0]
		return a.callOf(cmd.Context(), cti.CallDial.Name, in)
	}}
	cmd.Flags().StringVar(&in.Campaign, "campaign", "", "")
	cmd.Flags().StringVar(&in.CallerID, "caller-id", "", "")
	return cmd
}
