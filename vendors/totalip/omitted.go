package totalip

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		phone     = "manual 002 has it neither in 1.1 nor in 1.2; 1.6 gives it to the TotalPhone softphone, and a desk phone has it too"
		nowhere   = "manual 002 documents nothing for it"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; the driver for it serves it"
	)
	return []cti.Omission{
		{Verb: cti.CallAnswer.Name, Reason: phone},
		{Verb: cti.CallReject.Name, Reason: "manual 002 documents nothing for it; a desk phone has it"},
		{Verb: cti.CallHangup.Name, Reason: phone},
		{Verb: cti.CallHold.Name, Reason: phone},
		{Verb: cti.CallResume.Name, Reason: phone},
		{Verb: cti.CallMute.Name, Reason: phone},
		{Verb: cti.CallUnmute.Name, Reason: phone},
		{Verb: cti.CallToggleHold.Name, Reason: softphone},
		{Verb: cti.CallToggleMute.Name, Reason: softphone},
		{Verb: cti.CallStartRecording.Name, Reason: nowhere},
		{Verb: cti.CallStopRecording.Name, Reason: nowhere},
		{Verb: cti.CallTransfer.Name, Reason: phone},
		{Verb: cti.CallCompleteTransfer.Name, Reason: nowhere},
		{Verb: cti.CallCancelTransfer.Name, Reason: nowhere},
		{Verb: cti.CallConference.Name, Reason: nowhere},
		{Verb: cti.CallSendDTMF.Name, Reason: phone},
		{Verb: cti.CallRedial.Name, Reason: phone},
		{Verb: cti.CallPickup.Name, Reason: phone},
		{Verb: cti.CallTag.Name, Reason: nowhere},
		{Verb: cti.SoftphoneDial.Name, Reason: softphone},
		{Verb: cti.SoftphoneDigit.Name, Reason: softphone},
		{Verb: cti.SoftphoneLine.Name, Reason: softphone},
		{Verb: cti.SoftphoneStartTransfer.Name, Reason: softphone},
		{Verb: cti.SoftphoneToggleAutoAnswer.Name, Reason: softphone},
		{Verb: cti.SoftphoneQuit.Name, Reason: softphone},
		{Verb: cti.SoftphoneRestart.Name, Reason: softphone},
	}
}
