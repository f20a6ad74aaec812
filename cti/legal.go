package cti

// verbsIn are the call verbs a state allows, in the order people read them.
// Verbs that answer to a flag (mute, recording) are decided in legal.
func verbsIn(s CallState) []string {
	switch s {
	case Dialing:
		return []string{CallHangup.Name}
	case Ringing:
		return []string{CallAnswer.Name, CallReject.Name, CallHangup.Name}
	case Connected:
		return []string{CallHangup.Name, CallHold.Name, CallToggleHold.Name, CallMute.Name, CallUnmute.Name, CallToggleMute.Name,
			CallStartRecording.Name, CallStopRecording.Name, CallTransfer.Name, CallCompleteTransfer.Name,
			CallCancelTransfer.Name, CallConference.Name, CallSendDTMF.Name, CallTag.Name, CallSetDisposition.Name}
	case Held:
		return []string{CallHangup.Name, CallResume.Name, CallToggleHold.Name, CallTransfer.Name, CallCompleteTransfer.Name,
			CallCancelTransfer.Name, CallConference.Name, CallTag.Name, CallSetDisposition.Name}
	case Wrapup, Ended:
		return []string{CallTag.Name, CallSetDisposition.Name}
	}
	return nil
}

// legal are the verbs a call allows now, of those the desk's drivers handle.
// The answer is never nil, so that JSON shows [].
func legal(c *Call, can map[string]bool) []string {
	out := []string{}
	for _, v := range verbsIn(c.State) {
		switch v {
		case CallMute.Name:
			if c.Muted {
				continue
			}
		case CallUnmute.Name:
			if !c.Muted {
				continue
			}
		case CallStartRecording.Name:
			if c.Recording {
				continue
			}
		case CallStopRecording.Name:
			if !c.Recording {
				continue
			}
		case CallReject.Name, CallAnswer.Name:
			if c.Direction == Outbound {
				continue
			}
		}
		if can[v] {
			out = append(out, v)
		}
	}
	return out
}

// legalAgent are the verbs an agent's state allows now.
func legalAgent(s AgentState, can map[string]bool) []string {
	var v []string
	switch s {
	case AgentOffline, "":
		v = []string{AgentLogin.Name}
	case AgentPaused:
		v = []string{AgentUnpause.Name, AgentPause.Name, AgentLogout.Name}
	case AgentWrapup:
		v = []string{AgentPause.Name, AgentUnpause.Name, AgentLogout.Name}
	default:
		v = []string{AgentPause.Name, AgentLogout.Name}
	}
	out := []string{}
	for _, n := range v {
		if can[n] {
			out = append(out, n)
		}
	}
	return out
}

// Legal says whether a verb is legal for the call now, whatever the drivers
// handle.
func Legal(verb string, c *Call) bool {
	for _, v := range legal(c, map[string]bool{verb: true}) {
		if v == verb {
			return true
		}
	}
	return false
}
