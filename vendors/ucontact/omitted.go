package ucontact

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		nowhere   = "manual 004 and the vendor's public pages document nothing for it"
		phone     = "manual 004 and the vendor's public pages document nothing for it; a desk phone's driver has it"
		portal    = "only the old desktop phone transfers, by tones (facts B5); the API documents nothing for it"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; the driver for it serves it"
	)
	var out []cti.Omission
	for _, group := range []struct {
		reason string
		verbs  []string
	}{
		{phone, []string{cti.CallAnswer.Name, cti.CallReject.Name, cti.CallHold.Name, cti.CallResume.Name, cti.CallMute.Name, cti.CallUnmute.Name,
			cti.CallToggleHold.Name, cti.CallToggleMute.Name, cti.CallSendDTMF.Name, cti.CallRedial.Name, cti.CallPickup.Name}},
		{portal, []string{cti.CallTransfer.Name, cti.CallCompleteTransfer.Name, cti.CallCancelTransfer.Name, cti.CallConference.Name}},
		{nowhere, []string{cti.CallStartRecording.Name, cti.CallStopRecording.Name, cti.CampaignSetActive.Name, cti.ServerStatusNow.Name}},
		{softphone, []string{cti.SoftphoneDial.Name, cti.SoftphoneDigit.Name, cti.SoftphoneLine.Name, cti.SoftphoneStartTransfer.Name,
			cti.SoftphoneToggleAutoAnswer.Name, cti.SoftphoneQuit.Name, cti.SoftphoneRestart.Name}},
	} {
		for _, v := range group.verbs {
			out = append(out, cti.Omission{Verb: v, Reason: group.reason})
		}
	}
	return out
}
