package catix

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		nowhere   = "the Catix integration documents have nothing for it"
		phone     = "the Catix integration documents have nothing for it; a desk phone's driver has it"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; the driver for it serves it"
	)
	var out []cti.Omission
	for _, group := range []struct {
		reason string
		verbs  []string
	}{
		{phone, []string{cti.CallAnswer.Name, cti.CallReject.Name, cti.CallHold.Name, cti.CallResume.Name, cti.CallMute.Name, cti.CallUnmute.Name, cti.CallToggleHold.Name,
			cti.CallToggleMute.Name, cti.CallSendDTMF.Name, cti.CallPickup.Name}},
		{nowhere, []string{cti.CallStartRecording.Name, cti.CallStopRecording.Name, cti.CallCompleteTransfer.Name,
			cti.CallCancelTransfer.Name, cti.CallConference.Name, cti.CallTag.Name, cti.ContactUpdate.Name, cti.ContactRemove.Name,
			cti.BlacklistAdd.Name, cti.BlacklistRemove.Name, cti.QueueStatusOf.Name, cti.RecordingGet.Name, cti.ReportCalls.Name}},
		{softphone, []string{cti.SoftphoneDial.Name, cti.SoftphoneDigit.Name, cti.SoftphoneLine.Name, cti.SoftphoneStartTransfer.Name,
			cti.SoftphoneToggleAutoAnswer.Name, cti.SoftphoneQuit.Name, cti.SoftphoneRestart.Name}},
	} {
		for _, v := range group.verbs {
			out = append(out, cti.Omission{Verb: v, Reason: group.reason})
		}
	}
	return out
}
