package vicidialtest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// nonAgentFunctions are the functions of non_agent_api.php that this system has, with their parameters.
func nonAgentFunctions() map[string]function {
	return map[string]function{
		"agent_status":       {(*ask).agentStatus, []string{"stage", "header", "include_ip"}, false},
		"logged_in_agents":   {(*ask).loggedInAgents, []string{"stage", "header", "campaigns", "user_groups", "show_sub_status"}, false},
		"lead_all_info":      {(*ask).leadAllInfo, []string{"stage", "header", "lead_id", "phone_number"}, false},
		"lead_field_info":    {(*ask).leadFieldInfo, []string{"lead_id", "field_name"}, false},
		"callid_info":        {(*ask).callidInfo, []string{"call_id", "stage", "header", "detail"}, false},
		"agent_ingroup_info": {(*ask).agentIngroupInfo, []string{"stage"}, false},
	}
}

// answerNonAgentAPI answers a request to vicidial/non_agent_api.php, whose errors carry a colon where those of the
// agent API carry a dash (recorded).
func (a *ask) answerNonAgentAPI(known map[string]function) {
	name, pass := a.v("user"), a.v("pass")
	switch message := a.s.check(name, pass); message {
	case good:
	case lock:
		a.print("ERROR: Too many login attempts, try again in 15 minutes: |%s|LOCK|\n", name)
		return
	default: // what ERRSERVERS and IPBLOCK say here was not recorded
		a.print("ERROR: Login incorrect, please try again: |%s|%s|%s|\n", name, pass, message)
		return
	}
	a.user = a.s.users[name]
	f, exists := known[a.function]
	if !exists {
		a.print("ERROR: NO FUNCTION SPECIFIED\n")
		return
	}
	if len(a.v("source")) < 2 {
		a.print("ERROR: Invalid Source - %s\n", a.v("source"))
		return
	}
	if !a.user.may(a.function) {
		a.print("ERROR: auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION: |%s|%s|\n", name, a.function)
		return
	}
	f.run(a)
}

// wrong is an error line of this API.
func (a *ask) wrong(reason string, fields ...string) {
	a.print("ERROR: %s %s: %s\n", a.function, reason, strings.Join(fields, "|"))
}

// reports answers whether the account may see this: level 7, Agent API Access, and the right that is named.
func (a *ask) reports(what string, right bool) bool {
	if right && a.user.Level >= 7 && a.user.AgentAPI {
		return true
	}
	a.wrong("USER DOES NOT HAVE PERMISSION TO GET "+what+" INFO", "", a.user.Name, "0", "")
	return false
}

// row writes one line of a table; nothing in it is quoted or escaped (recorded).
func (a *ask) row(fields []string) {
	with := "|"
	switch a.v("stage") {
	case "tab":
		with = "\t"
	case "csv":
		with = ","
	}
	a.print("%s\n", strings.Join(fields, with))
}

func (a *ask) header(fields []string) {
	if a.v("header") == "YES" {
		a.row(fields)
	}
}

func (a *ask) agentStatus() {
	if !a.reports("AGENT", a.user.ViewReports) {
		return
	}
	name := a.v("agent_user")
	row := a.s.agents[name]
	switch {
	case len(name) < 2:
		a.wrong("INVALID SEARCH PARAMETERS", a.user.Name, name)
		return
	case a.s.users[name] == nil:
		a.wrong("AGENT NOT FOUND", a.user.Name, name)
		return
	case row == nil || !row.loggedIn:
		a.wrong("AGENT NOT LOGGED IN", a.user.Name, name)
		return
	}
	head := []string{"status", "callerid", "lead_id", "campaign_id", "calls_today", "full_name", "user_group", "user_level",
		"pause_code", "real_time_sub_status", "phone_number", "vendor_lead_code", "session_id"}
	phone, code := "", ""
	if l := a.s.leads[row.lead]; l != nil {
		phone, code = l.PhoneNumber, l.VendorLeadCode
	}
	fields := []string{row.status, a.s.shownCallID(row), itoa(row.lead), row.Campaign, itoa(row.CallsToday), row.Name, row.Group,
		itoa(row.Level), row.pauseCode, row.sub(), phone, code, itoa(row.session)}
	if a.v("include_ip") == "YES" {
		head = append(head, "computer_ip") // NON-AGENT_API; an unknown address leaves its field out (recorded)
		if row.IP != "" {
			fields = append(fields, row.IP)
		}
	}
	a.header(head)
	a.row(fields)
}

func (a *ask) loggedInAgents() {
	if !a.reports("AGENT", a.user.ViewReports) {
		return
	}
	head := []string{"user", "campaign_id", "session_id", "status", "lead_id", "callerid", "calls_today", "full_name", "user_group", "user_level"}
	sub := a.v("show_sub_status") == "YES"
	if sub {
		head = append(head, "pause_code", "sub_status")
	}
	listed := func(name, value string) bool {
		list := a.v(name)
		return list == "" || slices.Contains(strings.Split(list, "|"), value)
	}
	var rows [][]string
	for _, row := range a.s.sortedAgents() {
		if !row.loggedIn || !listed("campaigns", row.Campaign) || !listed("user_groups", row.Group) {
			continue
		}
		fields := []string{row.User, row.Campaign, itoa(row.session), row.status, itoa(row.lead), a.s.shownCallID(row), itoa(row.CallsToday), row.Name, row.Group, itoa(row.Level)}
		if sub {
			fields = append(fields, row.pauseCode, row.sub())
		}
		rows = append(rows, fields)
	}
	if len(rows) == 0 {
		a.print("ERROR: logged_in_agents NO LOGGED IN AGENTS\n") // NON-AGENT_API
		return
	}
	a.header(head)
	for _, fields := range rows {
		a.row(fields)
	}
}

func (a *ask) leadAllInfo() {
	if !a.reports("LEAD", a.user.ViewReports && a.user.ModifyLeads) {
		return
	}
	l := a.s.leads[number(a.v("lead_id"))]
	if phone := a.v("phone_number"); l == nil && phone != "" {
		l = a.s.leadOfNumber(phone)
	}
	if l == nil {
		a.wrong("LEAD NOT FOUND", a.user.Name, a.v("lead_id"), "", "")
		return
	}
	var fields []string
	for _, name := range leadColumns() {
		value, _ := l.column(name)
		fields = append(fields, value)
	}
	a.header(leadColumns())
	a.row(fields)
}

func (a *ask) leadFieldInfo() {
	if !a.reports("LEAD", a.user.ModifyLeads) {
		return
	}
	id, name := a.v("lead_id"), a.v("field_name")
	l := a.s.leads[number(id)]
	switch {
	case id == "" || name == "":
		a.wrong("INVALID SEARCH PARAMETERS", a.user.Name, id, name)
		return
	case l == nil:
		a.wrong("LEAD NOT FOUND", a.user.Name, id, name)
		return
	}
	value, ok := l.column(name)
	if !ok {
		a.wrong("LEAD FIELD NOT FOUND", a.user.Name, id, name)
		return
	}
	a.print("%s\n", value)
}

// callidInfo answers once a call is in the log: after it has ended (recorded: not found while it lasts). Its columns
// are those of NON-AGENT_API.
func (a *ask) callidInfo() {
	if !a.reports("CALL", a.user.ViewReports) {
		return
	}
	ref := a.v("call_id")
	if len(ref) < 16 {
		a.wrong("INVALID SEARCH PARAMETERS", a.user.Name, "")
		return
	}
	c := a.s.calls[ref]
	if c == nil || c.State != Ended {
		a.wrong("CALL NOT FOUND", a.user.Name, "")
		return
	}
	talked := 0
	if !c.AnsweredAt.IsZero() {
		talked = int(c.EndedAt.Sub(c.AnsweredAt) / time.Second)
	}
	head, fields := []string{"call_id", "custtime"}, []string{ref, itoa(talked)}
	if a.v("detail") == "YES" {
		head = append(head, "call_date", "campaign_id", "list_id", "status", "user", "phone")
		list, status, campaign := "", "", c.InGroup
		if l := a.s.leads[c.Lead]; l != nil {
			list, status = l.List, l.Status
		}
		if row := a.s.agents[c.Agent]; row != nil && campaign == "" {
			campaign = row.Campaign
		}
		fields = append(fields, c.Started.In(a.s.opts.Zone).Format(time.DateTime), campaign, list, status, c.Agent, c.Number)
	}
	a.header(head)
	a.row(fields)
}

// agentIngroupInfo answers its text form; the two HTML forms are for people.
func (a *ask) agentIngroupInfo() {
	if !a.reports("AGENT", true) {
		return
	}
	row := a.s.live(a.v("agent_user"))
	if row == nil {
		a.wrong("INVALID USER ID", a.v("agent_user"), a.user.Name)
		return
	}
	auto := "N"
	if row.Blended {
		auto = "Y"
	}
	a.print("SUCCESS:  - %s|%s\nSELECTED INGROUPS: %s\nOUTBOUND AUTODIAL: %s\nMANAGER OVERRIDE: N\nMANAGER: \n\n", row.User, a.v("stage"), row.InGroups, auto)
}

// screenPoll is agc/conf_exten_check.php, the page's own poll, as far as the recording shows it: the cells of the agent
// whose account asks. Reading them does not empty them.
func (a *ask) screenPoll() {
	if len(a.v("user")) < 2 || a.s.check(a.v("user"), a.v("pass")) != good {
		a.print("Invalid Username/Password: |%s|%s|\n", a.v("user"), a.v("pass"))
		return
	}
	row := a.s.live(a.v("user"))
	if row == nil || a.p.get("ACTION") != "refresh" {
		return
	}
	queued, colour := a.s.inQueue(), "queue_text"
	if queued > 0 {
		colour = "queue_text_red"
	}
	status := "::::::::::"
	if packed := row.cells[cellStatus]; packed != "" {
		status = strings.ReplaceAll(packed, "!", ":::") // how a status is shown was not recorded
	}
	hangup, manual := row.cells[cellHangup], len(row.queued)
	fields := row.cells[cellFields]
	a.print("DateTime: %s|UnixTime: %s|Logged-in: %s|CampCalls: <font class=\"%s\">Calls in Queue: %d</font>|Status: %s|DiaLCalls: %d|",
		a.now.In(a.s.opts.Zone).Format(time.DateTime), a.epoch(), row.status, colour, queued, row.status, a.s.campaigns[row.Campaign].Dialing)
	a.print("APIHanguP: %s|APIStatuS: %s|APIPausE: %s|APIDiaL: %s|DEADcall: 0,|InGroupChange: 0||||APIFields: %s|APIFieldsData: %s|",
		hangup, status, row.cells[cellPause], row.cells[cellDial], flag(fields != ""), fields)
	a.print("APITimerAction: |APITimerMessage: |APITimerSeconds: -1|APIdtmf: %s|APItransferconf: %s|APIpark: %s|APITimerDestination: |"+
		"APIManualDialQueue: %d|APIRecording: %s|APIPaUseCodE: %s|WaitinGChats: N|WaitinGEmails: N|LivEAgentCommentS: |LeadIDSwitch: %d|"+
		"DEADxfer: 0|CHANanswer: 0-----|Alogin_notes: \n0|\n", row.cells[cellDTMF], row.cells[cellTransfer], row.cells[cellPark], manual,
		row.cells[cellRecording], row.cells[cellPauseCode], number(row.cells[cellLead]))
}

func (w *world) inQueue() (n int) {
	for c := range maps.Values(w.calls) {
		if c.State == Waiting {
			n++
		}
	}
	return n
}
