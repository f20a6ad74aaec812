package main

import (
	"context"

	"ctiagent/cti"

	"github.com/spf13/cobra"
)

// verbCommands are the call verbs that take no more than a call, and those
// with one argument.
func (a *app) verbCommands() []*cobra.Command {
	cmds := []*cobra.Command{
		a.callVerb("answer", cti.CallAnswer.Name), a.callVerb("reject", cti.CallReject.Name), a.callVerb("hangup", cti.CallHangup.Name),
		a.callVerb("hold", cti.CallHold.Name), a.callVerb("resume", cti.CallResume.Name),
		a.callVerb("mute", cti.CallMute.Name), a.callVerb("unmute", cti.CallUnmute.Name),
		a.callVerb("complete-transfer", cti.CallCompleteTransfer.Name), a.callVerb("cancel-transfer", cti.CallCancelTransfer.Name),
		a.callVerb("conference", cti.CallConference.Name),
		a.plainVerb("redial", cti.CallRedial.Name), a.plainVerb("pickup", cti.CallPickup.Name),
	}
	return append(cmds, a.transferCommand(), a.tagCommand(), a.recordCommand(), a.dtmfCommand(), a.dispositionCommand())
}

func (a *app) callVerb(use, method string) *cobra.Command {
	var in cti.CallIn
	cmd := &cobra.Command{Use: use, Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return a.callOf(cmd.Context(), method, in)
	}}
	a.callFlag(cmd, &in)
	return cmd
}

func (a *app) plainVerb(use, method string) *cobra.Command {
	return &cobra.Command{Use: use, Args: a.exactly(0), RunE: func(cmd *cobra.Command, _ []string) error {
		return a.callOf(cmd.Context(), method, nil)
	}}
}

func (a *app) callOf(ctx context.Context, method string, in any) error {
	return ask(ctx, a, method, in, a.showCall)
}

func (a *app) callFlag(cmd *cobra.Command, in *cti.CallIn) {
	cmd.Flags().StringVar(&in.Call, "call", "", "")
}

func (a *app) transferCommand() *cobra.Command {
	var in cti.TransferIn
	var attended bool
	cmd := &cobra.Command{Use: "transfer TO", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in.To = args[0]
		if attended {
			in.Mode = "attended"
		}
		return a.callOf(cmd.Context(), cti.CallTransfer.Name, in)
	}}
	cmd.Flags().BoolVar(&attended, "attended", false, "")
	a.callFlag(cmd, &in.CallIn)
	return cmd
}

func (a *app) tagCommand() *cobra.Command {
	var in cti.TagIn
	cmd := &cobra.Command{Use: "tag TEXT", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in.Text = args[0]
		return ask(cmd.Context(), a, cti.CallTag.Name, in, func(s cti.Stored) error {
			return a.line(a.t("cli.stored."+s.Stored, nil))
		})
	}}
	a.callFlag(cmd, &in.CallIn)
	return cmd
}

func (a *app) dtmfCommand() *cobra.Command {
	var in cti.DTMFIn
	cmd := &cobra.Command{Use: "dtmf DIGITS", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in.Digits = args[0]
		return a.callOf(cmd.Context(), cti.CallSendDTMF.Name, in)
	}}
	a.callFlag(cmd, &in.CallIn)
	return cmd
}

func (a *app) recordCommand() *cobra.Command {
	return group("record", "cli.usage.record",
		a.callVerb("start", cti.CallStartRecording.Name), a.callVerb("stop", cti.CallStopRecording.Name))
}

func (a *app) dispositionCommand() *cobra.Command {
	var in cti.DispositionIn
	var at string
	cmd := &cobra.Command{Use: "disposition CODE", Args: a.exactly(1), RunE: func(cmd *cobra.Command, args []string) error {
		in.Code = args[0]
		var err error
		if in.CallbackAt, err = moment(at); err != nil {
			return err
		}
		return ask(cmd.Context(), a, cti.CallSetDisposition.Name, in, func(s cti.Stored) error {
			return a.line(a.t("cli.stored."+s.Stored, nil))
		})
	}}
	cmd.Flags().StringVar(&in.Note, "note", "", "")
	cmd.Flags().StringVar(&at, "callback-at", "", "")
	a.callFlag(cmd, &in.CallIn)
	return cmd
}
