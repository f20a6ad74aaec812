package khomp

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		toggles   = "the phone's key toggles, and nothing tells how it stands; call.toggleHold and call.toggleMute press it"
		nowhere   = "manual 002, 1.1.20 documents dialling only, and nothing else is known for it"
		keypad    = "the phone has keys for it, and nothing is known of what a program must press in which order"
		telephone = "a desk phone knows nothing of it; the telephone system above it does"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; this is a desk phone"
	)
	var out []cti.Omission
	for _, group := range []struct {
		reason string
		verbs  []string
	}{
		{toggles, []string{cti.CallHold.Name, cti.CallResume.Name, cti.CallMute.Name, cti.CallUnmute.Name}},
		{keypad, []string{cti.CallCompleteTransfer.Name, cti.CallCancelTransfer.Name, cti.CallConference.Name}},
		{nowhere, []string{cti.CallStartRecording.Name, cti.CallStopRecording.Name, cti.CallPickup.Name}},
		{telephone, []string{cti.CallTag.Name, cti.CallSetDisposition.Name, cti.AgentLogin.Name, cti.AgentLogout.Name,
			cti.AgentPause.Name, cti.AgentUnpause.Name, cti.AgentStateNow.Name, cti.AgentPauseReasons.Name,
			cti.CallbackSchedule.Name, cti.ContactAdd.Name, cti.ContactUpdate.Name, cti.ContactRemove.Name,
			cti.BlacklistAdd.Name, cti.BlacklistRemove.Name, cti.QueueList.Name, cti.QueueStatusOf.Name,
			cti.CampaignList.Name, cti.CampaignSetActive.Name, cti.DirectoryList.Name, cti.RecordingGet.Name,
			cti.ReportCalls.Name, cti.ServerStatusNow.Name}},
		{softphone, []string{cti.SoftphoneDial.Name, cti.SoftphoneDigit.Name, cti.SoftphoneLine.Name, cti.SoftphoneStartTransfer.Name,
			cti.SoftphoneToggleAutoAnswer.Name, cti.SoftphoneQuit.Name, cti.SoftphoneRestart.Name}},
	} {
		for _, v := range group.verbs {
			out = append(out, cti.Omission{Verb: v, Reason: group.reason})
		}
	}
	return out
}
