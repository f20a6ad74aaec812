package ucontact

import (
	"context"
	"net/url"
	"slices"

	"ctiagent/cti"
)

// The vendor's own functions of Integra/resources, manual 004, named as there.
var (
	AgentCall      = cti.Action[AgentCallIn, Called]{Name: "ucontact.Agents/AgentCall", Title: "Call the agent, then a number", Effect: cti.Dial}
	AgentCallData  = cti.Action[AgentCallDataIn, Called]{Name: "ucontact.Agents/AgentCallwithData", Title: "Call the agent, then a number, with data for the workflow", Effect: cti.Dial}
	HangupPhone    = cti.Action[PhoneIn, Done]{Name: "ucontact.Agents/HangupPhone", Title: "Hang up an agent's phone", Effect: cti.Control}
	TagRecord      = cti.Action[TagRecordIn, cti.None]{Name: "ucontact.Agents/TagRecord", Title: "Keep a text with a recording", Effect: cti.Control}
	FileOutcome    = cti.Action[DispositionIn, Disposition]{Name: "ucontact.api/DispositionCall", Title: "File the outcome of a call by its levels", Effect: cti.Control}
	AddBlack       = cti.Action[BlackEntry, Done]{Name: "ucontact.admin/addblack", Title: "Put a number on a campaign's black list", Effect: cti.Supervise}
	AddBlackBulk   = cti.Action[BlackListIn, Done]{Name: "ucontact.admin/addblackbulk", Title: "Put numbers on campaigns' black lists", Effect: cti.Supervise}
	DropBlack      = cti.Action[BlackEntry, Done]{Name: "ucontact.admin/deleteblack", Title: "Take a number off a campaign's black list", Effect: cti.Supervise}
	DropBlackBulk  = cti.Action[BlackListIn, Done]{Name: "ucontact.admin/deleteblackbulk", Title: "Take numbers off campaigns' black lists", Effect: cti.Supervise}
	GetRecords     = cti.Action[RecordsIn, cti.Stream[Record]]{Name: "ucontact.Cdr/getrecords", Title: "List calls of the past", Effect: cti.Observe}
	Convert        = cti.Action[ConvertIn, Done]{Name: "ucontact.Supervisor/convert", Title: "Convert a recording from GSM to MP3", Effect: cti.Control}
	Download       = cti.Action[DownloadIn, cti.Stream[cti.Chunk]]{Name: "ucontact.records/download", Title: "Fetch a recording from one of its four places", Effect: cti.Observe}
	QueueSummary   = cti.Action[cti.None, []Summary]{Name: "ucontact.Supervisor/queuesummary", Title: "List the campaigns with who waits and who works", Effect: cti.Observe}
	StatusOf       = cti.Action[QueueIn, CampaignStatus]{Name: "ucontact.Supervisor/campaignstatus", Title: "Tell how campaigns and their agents stand", Effect: cti.Observe}
	Respool        = cti.Action[RespoolIn, Done]{Name: "ucontact.Dialers/Respool", Title: "Give a dialer's contact back with other numbers", Effect: cti.Control}
	Schedule       = cti.Action[ScheduleIn, Done]{Name: "ucontact.Dialers/ScheduleDialerCall", Title: "Have a dialer call a number at a time", Effect: cti.Control}
	DialerTask     = cti.Action[TaskIn, Done]{Name: "ucontact.Dialers/DialerTask", Title: "Give a dialer a call to make", Effect: cti.Supervise}
	RemoveContact  = cti.Action[RemoveIn, Done]{Name: "ucontact.Dialers/RemoveContact", Title: "Take a number out of a dialer", Effect: cti.Supervise}
	RemoveSchedule = cti.Action[RemoveScheduleIn, Done]{Name: "ucontact.Dialers/RemoveScheduleDialerCall", Title: "Take a number's scheduled calls out of a dialer", Effect: cti.Supervise}
	UploadBase     = cti.Action[UploadIn, Done]{Name: "ucontact.Dialers/uploadbase", Title: "Load a list of contacts into a dialer", Effect: cti.Supervise}
	UploadZoned    = cti.Action[UploadZonedIn, Done]{Name: "ucontact.Dialers/uploadbasewithtimezone", Title: "Load a list of contacts with a time zone into a dialer", Effect: cti.Supervise}
)

// The functions of sessions and agents, facts B5.
var (
	GetUserToken = cti.Action[cti.None, Done]{Name: "ucontact.auth/getUserToken", Title: "Log in to the server anew", Effect: cti.Control}
	EndSession   = cti.Action[cti.None, Done]{Name: "ucontact.auth/EndSession", Title: "End the session at the server", Effect: cti.Control}
	AgentLogin   = cti.Action[LoginIn, Done]{Name: "ucontact.auth/AgentLogin", Title: "Log an agent in", Effect: cti.Control}
	AgentLogoff  = cti.Action[AgentIn, Done]{Name: "ucontact.api/AgentLogoff", Title: "Log an agent out", Effect: cti.Control}
	AgentBreak   = cti.Action[BreakIn, Done]{Name: "ucontact.api/AgentBreak", Title: "Begin an agent's break", Effect: cti.Control}
	AgentUnBreak = cti.Action[BreakIn, Done]{Name: "ucontact.api/AgentUnBreak", Title: "End an agent's break", Effect: cti.Control}
)

// The actions of the agent portal's pages, manual 004 ("Vía Proxy").
var (
	PortalCall     = cti.Action[PortalCallIn, Called]{Name: "ucontact.call", Title: "Dial as a page of the portal does", Effect: cti.Dial}
	PortalPhone    = cti.Action[PortalPhoneIn, Called]{Name: "ucontact.callWithPhone", Title: "Dial with the agent's phone as a page of the portal does", Effect: cti.Dial}
	PortalHangup   = cti.Action[cti.None, Done]{Name: "ucontact.hangup", Title: "Hang up as a page of the portal does", Effect: cti.Control}
	PortalTag      = cti.Action[PortalTagIn, cti.None]{Name: "ucontact.tag", Title: "Keep a text with a call as a page of the portal does", Effect: cti.Control}
	PortalCTI      = cti.Action[cti.None, CTIOut]{Name: "ucontact.CTI", Title: "Tell what is known of the agent's call", Effect: cti.Observe}
	PortalRespool  = cti.Action[PortalRespoolIn, Done]{Name: "ucontact.respool", Title: "Give a contact back as a page of the portal does", Effect: cti.Control}
	PortalSchedule = cti.Action[PortalScheduleIn, Done]{Name: "ucontact.schedule", Title: "Schedule a call as a page of the portal does", Effect: cti.Control}
)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	const (
		manual = "004"
		facts  = "facts B5"
	)
	return []cti.Func[*session]{
		cti.Row(cti.CallDial, manual, (*session).callDial),
		cti.Row(cti.CallHangup, manual, (*session).callHangup),
		cti.Row(cti.CallTag, manual, (*session).callTag),
		cti.Row(cti.CallSetDisposition, manual, (*session).callSetDisposition),
		cti.Row(cti.AgentLogin, facts, (*session).agentLogin),
		cti.Row(cti.AgentLogout, facts, (*session).agentLogout),
		cti.Row(cti.AgentPause, facts, (*session).agentPause),
		cti.Row(cti.AgentUnpause, facts, (*session).agentUnpause),
		cti.Row(cti.AgentPauseReasons, "configuration", (*session).agentPauseReasons),
		cti.Row(cti.AgentStateNow, manual, (*session).agentState),
		cti.Row(cti.CallbackSchedule, manual, (*session).callbackSchedule),
		cti.Row(cti.ContactAdd, manual, (*session).contactAdd),
		cti.Row(cti.ContactUpdate, manual, (*session).contactUpdate),
		cti.Row(cti.ContactRemove, manual, (*session).contactRemove),
		cti.Row(cti.BlacklistAdd, manual, (*session).blacklistAdd),
		cti.Row(cti.BlacklistRemove, manual, (*session).blacklistRemove),
		cti.Row(cti.QueueList, manual, (*session).queueList),
		cti.Row(cti.QueueStatusOf, manual, (*session).queueStatus),
		cti.Row(cti.CampaignList, manual, (*session).campaignList),
		cti.Row(cti.DirectoryList, manual, (*session).directoryList),
		cti.Row(cti.RecordingGet, manual, (*session).recordingGet),
		cti.Row(cti.ReportCalls, manual, (*session).reportCalls),

		cti.Row(AgentCall, manual, (*session).agentCall),
		cti.Row(AgentCallData, manual, (*session).agentCallData),
		cti.Row(HangupPhone, manual, (*session).hangupPhone),
		cti.Row(TagRecord, manual, (*session).tagRecord),
		cti.Row(FileOutcome, manual, (*session).disposition),
		cti.Row(AddBlack, manual, blackOne(AddBlack, "admin/addblack")),
		cti.Row(AddBlackBulk, manual, blackMany(AddBlackBulk, "admin/addblackbulk")),
		cti.Row(DropBlack, manual, blackOne(DropBlack, "admin/deleteblack")),
		cti.Row(DropBlackBulk, manual, blackMany(DropBlackBulk, "admin/deleteblackbulk")),
		cti.Row(GetRecords, manual, (*session).getRecords),
		cti.Row(Convert, manual, (*session).convert),
		cti.Row(Download, manual, (*session).download),
		cti.Row(QueueSummary, manual, func(s *session, ctx context.Context, _ cti.Req[cti.None]) ([]Summary, error) {
			return s.queueSummary(ctx, QueueSummary.Name)
		}),
		cti.Row(StatusOf, manual, func(s *session, ctx context.Context, r cti.Req[QueueIn]) (CampaignStatus, error) {
			return s.campaignStatus(ctx, StatusOf.Name, r.In.Queue)
		}),
		cti.Row(Respool, manual, (*session).respool),
		cti.Row(Schedule, manual, (*session).schedule),
		cti.Row(DialerTask, manual, (*session).dialerTask),
		cti.Row(RemoveContact, manual, (*session).removeContact),
		cti.Row(RemoveSchedule, manual, (*session).removeSchedule),
		cti.Row(UploadBase, manual, (*session).uploadBase),
		cti.Row(UploadZoned, manual, (*session).uploadZoned),

		cti.Row(GetUserToken, facts, (*session).getUserToken),
		cti.Row(EndSession, facts, (*session).endSessionNow),
		cti.Row(AgentLogin, facts, (*session).portalLogin),
		cti.Row(AgentLogoff, facts, (*session).portalLogoff),
		cti.Row(AgentBreak, facts, breakOf(AgentBreak, "api/AgentBreak")),
		cti.Row(AgentUnBreak, facts, breakOf(AgentUnBreak, "api/AgentUnBreak")),

		cti.Row(PortalCall, manual, (*session).portalCall),
		cti.Row(PortalPhone, manual, (*session).portalPhone),
		cti.Row(PortalHangup, manual, (*session).portalHangup),
		cti.Row(PortalTag, manual, (*session).portalTag),
		cti.Row(PortalCTI, manual, (*session).portalCTI),
		cti.Row(PortalRespool, manual, (*session).portalRespool),
		cti.Row(PortalSchedule, manual, (*session).portalSchedule),
	}
}

// queueSummary lists the campaigns. The last element of the answer has no queue and is none (manual 004, "Resumen de
// campañas").
func (s *session) queueSummary(ctx context.Context, op string) ([]Summary, error) {
	var rows []Summary
	if err := s.reads(ctx, op, "Supervisor/queuesummary", url.Values{}, &rows); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(orEmpty(rows), func(r Summary) bool { return r.Queue == "" }), nil
}
