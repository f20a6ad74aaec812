package totalphone

import "ctiagent/cti"

// because gives every verb of a group its reason.
func because(groups ...omission) (out []cti.Omission) {
	for _, g := range groups {
		for _, v := range g.verbs {
			out = append(out, cti.Omission{Verb: v, Reason: g.reason})
		}
	}
	return out
}

type omission struct {
	reason string
	verbs  []string
}

// notASoftphones are the verbs that no softphone of this room could serve.
func notASoftphones() []string {
	return []string{cti.CallTag.Name, cti.CallSetDisposition.Name, cti.AgentPause.Name, cti.AgentUnpause.Name, cti.AgentStateNow.Name,
		cti.AgentPauseReasons.Name, cti.CallbackSchedule.Name, cti.ContactAdd.Name, cti.ContactUpdate.Name, cti.ContactRemove.Name,
		cti.BlacklistAdd.Name, cti.BlacklistRemove.Name, cti.QueueList.Name, cti.QueueStatusOf.Name, cti.CampaignList.Name,
		cti.CampaignSetActive.Name, cti.DirectoryList.Name, cti.RecordingGet.Name, cti.ReportCalls.Name, cti.ServerStatusNow.Name}
}

// omitted lists the common verbs TotalPhone does not serve.
func omitted() []cti.Omission {
	return because(
		omission{"manual 002, 1.6 has no switch for it", []string{cti.CallReject.Name, cti.CallStartRecording.Name, cti.CallStopRecording.Name}},
		omission{"manual 002, 1.6.11 knows the transfer without asking first only", []string{cti.CallCompleteTransfer.Name,
			cti.CallCancelTransfer.Name, cti.CallConference.Name}},
		omission{"a softphone knows nothing of it; the telephone system above it does", notASoftphones()},
	)
}
