package grandstream

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		unheard   = "the MUTE key toggles and no document has the phone tell whether it is muted; call.toggleMute presses it"
		told      = "the lines tell whether a call is held, so call.hold and call.resume do it"
		nowhere   = "the CTI guide documents nothing for it"
		keypad    = "the phone has keys for it, and no document tells what a program must press in which order"
		telephone = "a desk phone knows nothing of it; the telephone system above it does"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; this is a desk phone"
	)
	var out []cti.Omission
	for _, group := range []struct {
		reason string
		verbs  []string
	}{
		{unheard, []string{cti.CallMute.Name, cti.CallUnmute.Name}},
		{told, []string{cti.CallToggleHold.Name}},
		{keypad, []string{cti.CallCompleteTransfer.Name, cti.CallCancelTransfer.Name, cti.CallConference.Name, cti.CallRedial.Name}},
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
