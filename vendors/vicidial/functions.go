package vicidial

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ctiagent/cti"
)

// manual is the document that the Agent API's functions come from, under their true names.
const manual = "001"

// facts is what has been found out beside the document.
const facts = "facts/vicidial.md 8"

// The functions of the Agent API.
var (
	VersionOf         = cti.Action[cti.None, Version]{Name: "vicidial.version", Title: "Tell the server's version and clock", Effect: cti.Observe}
	WebServerOf       = cti.Action[cti.None, WebServer]{Name: "vicidial.webserver", Title: "Tell how the web server is set up", Effect: cti.Observe}
	Hangup            = cti.Action[HangupIn, Stored]{Name: "vicidial.external_hangup", Title: "Hang up the agent's customer", Effect: cti.Control}
	SetStatus         = cti.Action[StatusIn, Stored]{Name: "vicidial.external_status", Title: "Set the outcome of the agent's call", Effect: cti.Control}
	Pause             = cti.Action[PauseIn, Stored]{Name: "vicidial.external_pause", Title: "Pause the agent or end the pause", Effect: cti.Control}
	Logout            = cti.Action[LogoutIn, Stored]{Name: "vicidial.logout", Title: "Log the agent out", Effect: cti.Control}
	DialNumber        = cti.Action[DialIn, Dialed]{Name: "vicidial.external_dial", Title: "Dial a number or a lead for the agent", Effect: cti.Dial}
	PreviewAction     = cti.Action[PreviewIn, Stored]{Name: "vicidial.preview_dial_action", Title: "Dial or skip the lead being previewed", Effect: cti.Dial}
	AddLead           = cti.Action[AddLeadIn, Added]{Name: "vicidial.external_add_lead", Title: "Add a lead to the agent's campaign", Effect: cti.Supervise}
	ChangeInGroups    = cti.Action[InGroupsIn, InGroups]{Name: "vicidial.change_ingroups", Title: "Change whose calls the agent takes", Effect: cti.Supervise}
	UpdateFields      = cti.Action[UpdateIn, Updated]{Name: "vicidial.update_fields", Title: "Write the lead on the agent's screen", Effect: cti.Control}
	RefreshPanel      = cti.Action[PanelsIn, Refreshed]{Name: "vicidial.refresh_panel", Title: "Load parts of the agent's page again", Effect: cti.Control}
	SetTimer          = cti.Action[TimerIn, Stored]{Name: "vicidial.set_timer_action", Title: "Set what happens on the agent's page after a time", Effect: cti.Control}
	LoginLog          = cti.Action[TeamIn, User]{Name: "vicidial.st_login_log", Title: "Find the user of a CRM's agent and note the team", Effect: cti.Supervise}
	ActiveLeadOf      = cti.Action[TeamIn, ActiveLead]{Name: "vicidial.st_get_agent_active_lead", Title: "Tell the customer of a CRM's agent", Effect: cti.Supervise}
	RemoteControl     = cti.Action[RemoteIn, RemoteDone]{Name: "vicidial.ra_call_control", Title: "End or transfer a remote agent's call", Effect: cti.Supervise}
	SendDTMF          = cti.Action[DTMFIn, Stored]{Name: "vicidial.send_dtmf", Title: "Send tones in the agent's session", Effect: cti.Control}
	ParkCall          = cti.Action[ParkIn, Stored]{Name: "vicidial.park_call", Title: "Park a party of the call or take it back", Effect: cti.Control}
	Transfer          = cti.Action[TransferIn, Transferred]{Name: "vicidial.transfer_conference", Title: "Transfer the call or have a third party join", Effect: cti.Control}
	Record            = cti.Action[RecordIn, RecordingState]{Name: "vicidial.recording", Title: "Start, stop or ask for the recording", Effect: cti.Control}
	WebphoneOf        = cti.Action[WebphoneIn, Webphone]{Name: "vicidial.webphone_url", Title: "Tell the address of the agent's webphone, which carries its password", Effect: cti.Supervise}
	CallAgent         = cti.Action[CallAgentIn, Stored]{Name: "vicidial.call_agent", Title: "Ring the agent's phone into the session again", Effect: cti.Control}
	PlayAudio         = cti.Action[AudioIn, Stored]{Name: "vicidial.audio_playback", Title: "Play a file into the call", Effect: cti.Control}
	SwitchLead        = cti.Action[SwitchIn, Switched]{Name: "vicidial.switch_lead", Title: "Put another lead on the screen of the call", Effect: cti.Control}
	SetMessage        = cti.Action[MessageIn, Stored]{Name: "vicidial.vm_message", Title: "Set the message the agent may leave", Effect: cti.Control}
	SetPauseCode      = cti.Action[PauseCodeIn, Stored]{Name: "vicidial.pause_code", Title: "Set why the agent pauses", Effect: cti.Control}
	CallsInQueue      = cti.Action[QueuedIn, Waiting]{Name: "vicidial.calls_in_queue_count", Title: "Count the calls that could reach the agent", Effect: cti.Observe}
	FronterLeave      = cti.Action[FronterIn, Fronter]{Name: "vicidial.force_fronter_leave_3way", Title: "Take the agent who passed the call out of it", Effect: cti.Supervise}
	FronterAudioStop  = cti.Action[FronterIn, Fronter]{Name: "vicidial.force_fronter_audio_stop", Title: "Stop what the agent who passed the call plays", Effect: cti.Supervise}
	SendNotification  = cti.Action[NotifyIn, Notified]{Name: "vicidial.send_notification", Title: "Show agents a notification", Effect: cti.Supervise}
	AgentStatus       = cti.Action[AgentIn, AgentRow]{Name: "vicidial.non_agent.agent_status", Title: "Tell how an agent stands", Effect: cti.Observe}
	LoggedInAgents    = cti.Action[FloorIn, []AgentRow]{Name: "vicidial.non_agent.logged_in_agents", Title: "List the agents who are logged in", Effect: cti.Observe}
	LeadAllInfo       = cti.Action[LeadIn, Row]{Name: "vicidial.non_agent.lead_all_info", Title: "Tell all fields of a lead", Effect: cti.Observe}
	LeadFieldInfo     = cti.Action[FieldIn, Value]{Name: "vicidial.non_agent.lead_field_info", Title: "Tell one field of a lead", Effect: cti.Observe}
	CallIDInfo        = cti.Action[CallIDIn, Row]{Name: "vicidial.non_agent.callid_info", Title: "Tell of a call that is over", Effect: cti.Observe}
	AgentEventOfAPage = cti.Action[EventIn, None]{Name: "vicidial.agent_event", Title: "Take an event of the agent's page", Effect: cti.Control}
)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	return slices.Concat(verbs(), commands(), reports())
}

// commands are the functions of the Agent API that are one request each.
func commands() []cti.Func[*session] {
	return []cti.Func[*session]{
		row(Hangup, cellHangup, usually[HangupIn]("value", "1")),
		row(SetStatus, cellStatus, checkStatus),
		row(Pause, cellPause, asIs[PauseIn]),
		row(Logout, cellPause, usually[LogoutIn]("value", "LOGOUT")),
		row(DialNumber, cellDial, checkDial),
		row(PreviewAction, cellDial, asIs[PreviewIn]),
		row(AddLead, cellNone, checkLead),
		row(SetTimer, cellTimer, asIs[TimerIn]),
		row(RemoteControl, cellNone, checkRemote),
		row(SendDTMF, cellDTMF, checkTones),
		row(ParkCall, cellPark, asIs[ParkIn]),
		row(Transfer, cellTransfer, checkTransfer),
		row(CallAgent, cellNone, usually[CallAgentIn]("value", "CALL")),
		row(PlayAudio, cellNone, checkAudio),
		row(SwitchLead, cellLead, checkSwitch),
		row(SetMessage, cellMessage, checkMessage),
		row(SetPauseCode, cellPauseCode, checkPauseCode),
		row(CallsInQueue, cellNone, usually[QueuedIn]("value", "DISPLAY")),
		row(FronterLeave, cellNone, checkFronter),
		row(FronterAudioStop, cellNone, checkFronter),
		cti.Row(ChangeInGroups, manual, (*session).changeInGroups),
		cti.Row(UpdateFields, manual, (*session).updateFields),
		cti.Row(RefreshPanel, manual, (*session).refreshPanel),
		cti.Row(LoginLog, manual, (*session).loginLog),
		cti.Row(ActiveLeadOf, manual, (*session).activeLead),
		cti.Row(Record, manual, (*session).record),
		cti.Row(WebphoneOf, manual, (*session).webphone),
		cti.Row(SendNotification, manual, (*session).notify),
	}
}

func reports() []cti.Func[*session] {
	return []cti.Func[*session]{
		cti.Row(VersionOf, manual, (*session).version),
		cti.Row(WebServerOf, manual, (*session).webServer),
		cti.Row(AgentStatus, facts, (*session).agentStatus),
		cti.Row(LoggedInAgents, facts, (*session).loggedInAgents),
		cti.Row(LeadAllInfo, facts, (*session).leadAllInfo),
		cti.Row(LeadFieldInfo, facts, (*session).leadFieldInfo),
		cti.Row(CallIDInfo, facts, (*session).callIDInfo),
		cti.Row(AgentEventOfAPage, facts, (*session).agentEvent),
	}
}

func (a AgentIn) user() string { return a.Agent }

// forAgent are the parameters that name an agent.
type forAgent interface{ user() string }

// row makes the row of a function that is one request for an agent and whose answer is named fields. prepare completes the
// form, or says what is wrong.
func row[In forAgent, Out any](a cti.Action[In, Out], c cell, prepare func(o options, in In, f url.Values) string) cti.Func[*session] {
	return cti.Row(a, manual, func(s *session, ctx context.Context, r cti.Req[In]) (out Out, err error) {
		v, err := command(ctx, s, a.Name, c, a.Effect, r.Target, r.In, prepare)
		if err == nil {
			s.told(&out, v, a.Effect)
		}
		return out, err
	})
}

// told writes what a function answered.
func (s *session) told(out any, v verdict, effect cti.Effect) {
	if multi, ok := v.values["multi"]; ok {
		v.values["multi"] = strings.TrimSuffix(multi, "|")
	}
	fill(out, v.values, v.notices)
	if effect != cti.Observe {
		s.stir()
	}
}

// command sends one function of the Agent API for an agent.
func command[In forAgent](ctx context.Context, s *session, op string, c cell, effect cti.Effect, t cti.Target, in In, prepare func(o options, in In, f url.Values) string) (verdict, error) {
	f, wrong := form(in)
	if wrong == "" {
		wrong = prepare(s.opts, in, f)
	}
	return s.command(ctx, op, c, effect, t, in.user(), f, wrong)
}

func (s *session) command(ctx context.Context, op string, c cell, effect cti.Effect, t cti.Target, user string, f url.Values, wrong string) (verdict, error) {
	agent, e := s.agent(op, t, user)
	if e != nil {
		return verdict{}, e
	}
	if wrong != "" {
		e := s.bad(op, wrong)
		e.Hint = hintCharacters
		return verdict{}, e
	}
	f.Set("agent_user", agent)
	function := strings.TrimPrefix(op, driverName+".")
	var v verdict
	if effect == cti.Observe {
		v, e = s.ask(ctx, op, function, f)
	} else {
		v, e = s.tell(ctx, op, function, c, agent, f)
	}
	if e != nil {
		return v, e
	}
	return v, nil
}

func asIs[In any](options, In, url.Values) string { return "" }

// usually fills in the one value that does something.
func usually[In any](name, value string) func(options, In, url.Values) string {
	return func(_ options, _ In, f url.Values) string {
		missing(f, name, value)
		return ""
	}
}

func missing(f url.Values, name, value string) {
	if f.Get(name) == "" {
		f.Set(name, value)
	}
}
