package vocom

import (
	"cmp"
	"slices"
	"strconv"

	"ctiagent/cti"
)

// longestText bounds every text that is sent, in bytes.
const longestText = 200

// Done is what a function that changes something says when it has done so.
type Done struct {
	Status string `json:"status" values:"ok"`
}

// AgentIn names an agent; the company comes from the configuration, as everywhere.
type AgentIn struct {
	Agent string `json:"agent" role:"agent" help:"the agent's name, the desk's own when left out"`
}

// BranchIn names an agent at an extension.
type BranchIn struct {
	AgentIn
	Branch string `json:"branch" role:"extension" help:"the extension, the desk's own when left out"`
}

// SetBreakIn begins a break.
type SetBreakIn struct {
	AgentIn
	Break string `json:"break_id" required:"true" help:"a break_id of vocom.agent/get_break_list"`
}

// CallServicesIn dials.
type CallServicesIn struct {
	BranchIn
	To string `json:"to" required:"true" role:"number" help:"area code and number"`
}

// Called is the call that was made.
type Called struct {
	CallID string `json:"call_id"`
}

// CallIn names a call of an agent.
type CallIn struct {
	AgentIn
	CallID string `json:"call_id" required:"true" help:"the call_id that vocom.call/call_services answered"`
}

// TransferIn hands a call over.
type TransferIn struct {
	CallIn
	To string `json:"to" required:"true" role:"number" help:"an extension or a number"`
}

// QueueIn names a queue.
type QueueIn struct {
	Queue string `json:"queue" required:"true" help:"the queue's name"`
}

// Break is one reason for a pause.
type Break struct {
	ID      string `json:"break_id"`
	Name    string `json:"break_name"`
	Timeout string `json:"break_timeout" help:"minutes, 0 for no limit"`
	Digit   string `json:"break_digit"`
}

// Agents are the agents of a queue.
type Agents struct {
	LoggedIn     []AgentRow `json:"logged_in_agents"`
	LoggedOut    []AgentRow `json:"logged_out_agents"`
	LimitReached bool       `json:"limit_reached,omitempty" help:"the list ends at 2,000 rows, where the system cuts it"`
}

// PeriodIn is a period in the site's local time.
type PeriodIn struct {
	Begin cti.Time `json:"date_begin" required:"true" help:"when the period begins"`
	End   cti.Time `json:"date_end" required:"true" help:"when the period ends"`
}

// DialerIn asks for the dialer's calls.
type DialerIn struct {
	PeriodIn
	Destination string `json:"destination,omitempty" help:"the number called"`
	Mailing     string `json:"mailing,omitempty" help:"the mailing's uuid"`
	Cause       string `json:"hangup_cause,omitempty" help:"why the call ended, in the system's words"`
}

// Tab is one call with its outcome.
type Tab struct {
	Direction   string `json:"direction" values:"inbound,outbound,dialer-inbound"`
	Agent       string `json:"agent"`
	Tab         string `json:"tab_name"`
	Destination string `json:"destination"`
	Mailing     string `json:"mailing_name"`
	Start       string `json:"start_epoch" help:"the system's local time, in spite of its name"`
}

// Tabs is the report of outcomes.
type Tabs struct {
	List         []Tab `json:"list"`
	LimitReached bool  `json:"limit_reached,omitempty" help:"there are more rows than the 2,000 the system answers; ask for a shorter period"`
}

// DialerCall is one call of the dialer; what did not happen is empty.
type DialerCall struct {
	Mailing     string `json:"mailing_name"`
	Key         string `json:"mailing_key"`
	Destination string `json:"destination"`
	Start       string `json:"date_time_start" help:"the system's local time"`
	Ringing     string `json:"ringing_duration"`
	Answered    string `json:"answer_time"`
	Queue       string `json:"queue"`
	Agent       string `json:"agent"`
	AgentTime   string `json:"agent_answer_duration"`
	Cause       string `json:"hangup_cause"`
}

// DialerCalls is the report of the dialer.
type DialerCalls struct {
	List         []DialerCall `json:"list"`
	LimitReached bool         `json:"limit_reached,omitempty" help:"there are more rows than the 2,000 the system answers; ask for a shorter period"`
}

// The vendor's own functions, manual 003.
var (
	Login        = cti.Action[BranchIn, Done]{Name: "vocom.agent/login", Title: "Log an agent in at an extension", Effect: cti.Control}
	Logout       = cti.Action[BranchIn, Done]{Name: "vocom.agent/logout", Title: "Log an agent out", Effect: cti.Control}
	BreakList    = cti.Action[AgentIn, []Break]{Name: "vocom.agent/get_break_list", Title: "List the breaks an agent may take", Effect: cti.Observe}
	SetBreak     = cti.Action[SetBreakIn, Done]{Name: "vocom.agent/state_set_break", Title: "Begin an agent's break", Effect: cti.Control}
	ReturnBreak  = cti.Action[AgentIn, Done]{Name: "vocom.agent/state_return_break", Title: "End an agent's break", Effect: cti.Control}
	CallServices = cti.Action[CallServicesIn, Called]{Name: "vocom.call/call_services", Title: "Call the agent, then a number", Effect: cti.Dial}
	Terminate    = cti.Action[CallIn, Done]{Name: "vocom.call/call_terminate", Title: "End a call", Effect: cti.Control}
	Transfer     = cti.Action[TransferIn, Done]{Name: "vocom.call/call_transfer", Title: "Transfer a call blind", Effect: cti.Control}
	Hold         = cti.Action[CallIn, Done]{Name: "vocom.call/call_hold", Title: "Put a call on hold", Effect: cti.Control}
	Retrieve     = cti.Action[CallIn, Done]{Name: "vocom.call/call_hold_retrieve", Title: "Take a call off hold", Effect: cti.Control}
	AgentList    = cti.Action[QueueIn, Agents]{Name: "vocom.get_agent_list", Title: "List the agents of a queue and how they stand", Effect: cti.Observe}
	TabsList     = cti.Action[PeriodIn, Tabs]{Name: "vocom.tabs/list_all", Title: "List the outcomes of calls in a period", Effect: cti.Observe}
	DialerList   = cti.Action[DialerIn, DialerCalls]{Name: "vocom.dialer/list_all", Title: "List the dialer's calls in a period", Effect: cti.Observe}
)

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	const manual = "003"
	return []cti.Func[*session]{
		cti.Row(cti.AgentLogin, manual, (*session).agentLogin),
		cti.Row(cti.AgentLogout, manual, (*session).agentLogout),
		cti.Row(cti.AgentPause, manual, (*session).agentPause),
		cti.Row(cti.AgentUnpause, manual, (*session).agentUnpause),
		cti.Row(cti.AgentPauseReasons, manual, (*session).agentPauseReasons),
		cti.Row(cti.AgentStateNow, manual, (*session).agentState),
		cti.Row(cti.CallDial, manual, (*session).callDial),
		cti.Row(cti.CallHangup, manual, (*session).callHangup),
		cti.Row(cti.CallHold, manual, (*session).callHold),
		cti.Row(cti.CallResume, manual, (*session).callResume),
		cti.Row(cti.CallTransfer, manual, (*session).callTransfer),
		cti.Row(cti.QueueStatusOf, manual, (*session).queueStatus),
		cti.Row(cti.DirectoryList, manual, (*session).directoryList),
		cti.Row(cti.ReportCalls, manual, (*session).reportCalls),
		cti.Row(Login, manual, (*session).login),
		cti.Row(Logout, manual, (*session).logout),
		cti.Row(BreakList, manual, (*session).breakList),
		cti.Row(SetBreak, manual, (*session).setBreak),
		cti.Row(ReturnBreak, manual, (*session).returnBreak),
		cti.Row(CallServices, manual, (*session).callServices),
		cti.Row(Terminate, manual, (*session).terminate),
		cti.Row(Transfer, manual, (*session).transfer),
		cti.Row(Hold, manual, (*session).hold),
		cti.Row(Retrieve, manual, (*session).retrieve),
		cti.Row(AgentList, manual, (*session).agentList),
		cti.Row(TabsList, manual, (*session).tabs),
		cti.Row(DialerList, manual, (*session).dialer),
	}
}

// sortedNumbers are the keys of an object in the order of their numbers.
func sortedNumbers[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX != nil || errY != nil {
			return cmp.Compare(a, b)
		}
		return cmp.Compare(x, y)
	})
	return keys
}
