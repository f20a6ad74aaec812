package cti

import "sort"

// Verbs describes every common verb, sorted by name. The Out of a call verb is
// what a driver answers; a page is answered the call.
func Verbs() []FuncInfo {
	v := []FuncInfo{
		InfoOf(CallDial, ""), InfoOf(CallAnswer, ""), InfoOf(CallReject, ""), InfoOf(CallHangup, ""),
		InfoOf(CallHold, ""), InfoOf(CallResume, ""), InfoOf(CallMute, ""), InfoOf(CallUnmute, ""),
		InfoOf(CallToggleHold, ""), InfoOf(CallToggleMute, ""),
		InfoOf(CallStartRecording, ""), InfoOf(CallStopRecording, ""),
		InfoOf(CallTransfer, ""), InfoOf(CallCompleteTransfer, ""), InfoOf(CallCancelTransfer, ""), InfoOf(CallConference, ""),
		InfoOf(CallSendDTMF, ""), InfoOf(CallRedial, ""), InfoOf(CallPickup, ""), InfoOf(CallTag, ""), InfoOf(CallSetDisposition, ""),
		InfoOf(SoftphoneDial, ""), InfoOf(SoftphoneDigit, ""), InfoOf(SoftphoneLine, ""), InfoOf(SoftphoneStartTransfer, ""),
		InfoOf(SoftphoneToggleAutoAnswer, ""), InfoOf(SoftphoneQuit, ""), InfoOf(SoftphoneRestart, ""),
		InfoOf(AgentLogin, ""), InfoOf(AgentLogout, ""), InfoOf(AgentPause, ""), InfoOf(AgentUnpause, ""),
		InfoOf(AgentStateNow, ""), InfoOf(AgentPauseReasons, ""),
		InfoOf(CallbackSchedule, ""), InfoOf(ContactAdd, ""), InfoOf(ContactUpdate, ""), InfoOf(ContactRemove, ""),
		InfoOf(BlacklistAdd, ""), InfoOf(BlacklistRemove, ""), InfoOf(QueueList, ""), InfoOf(QueueStatusOf, ""),
		InfoOf(CampaignList, ""), InfoOf(CampaignSetActive, ""), InfoOf(DirectoryList, ""), InfoOf(RecordingGet, ""),
		InfoOf(ReportCalls, ""), InfoOf(ServerStatusNow, ""),
	}
	sort.Slice(v, func(i, j int) bool { return v[i].Name < v[j].Name })
	return v
}
