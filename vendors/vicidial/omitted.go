package vicidial

import "ctiagent/cti"

// omitted lists the common verbs this driver does not serve.
func omitted() []cti.Omission {
	const (
		nowhere   = "document 001 has no function for it"
		none      = "VICIdial puts calls through without ringing, so there is nothing to answer or reject"
		page      = "the agent logs in on VICIdial's page; document 001 has no function for it"
		toggle    = "VICIdial tells whether a customer is parked, so hold and resume are enough"
		softphone = "a switch of the TotalPhone softphone, manual 002, 1.6; the driver for it serves it"
	)
	var out []cti.Omission
	for _, group := range []struct {
		reason string
		verbs  []string
	}{
		{none, []string{cti.CallAnswer.Name, cti.CallReject.Name}},
		{page, []string{cti.AgentLogin.Name}},
		{toggle, []string{cti.CallToggleHold.Name}},
		{nowhere, []string{cti.CallMute.Name, cti.CallUnmute.Name, cti.CallToggleMute.Name, cti.CallRedial.Name, cti.CallPickup.Name, cti.CallTag.Name,
			cti.ContactRemove.Name, cti.BlacklistAdd.Name, cti.BlacklistRemove.Name, cti.QueueList.Name, cti.CampaignList.Name,
			cti.CampaignSetActive.Name, cti.DirectoryList.Name, cti.RecordingGet.Name, cti.ReportCalls.Name}},
		{softphone, []string{cti.SoftphoneDial.Name, cti.SoftphoneDigit.Name, cti.SoftphoneLine.Name, cti.SoftphoneStartTransfer.Name,
			cti.SoftphoneToggleAutoAnswer.Name, cti.SoftphoneQuit.Name, cti.SoftphoneRestart.Name}},
	} {
		for _, v := range group.verbs {
			out = append(out, cti.Omission{Verb: v, Reason: group.reason})
		}
	}
	return out
}
