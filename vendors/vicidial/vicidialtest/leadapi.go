package vicidialtest

import (
	"slices"
	"strings"
)

func panelTriggers() []string {
	return []string{"formreload", "scriptreload", "script2reload", "emailreload", "chatreload", "callbacksreload"}
}

// updateFields finds the fields by looking for their names anywhere in the request's text: in values, in user names, in
// the source. Each accidental hit writes an empty value (recorded: Frank empties rank, emailreload empties email).
// Whether case counts was not recorded; here it does not, the reading that loses more.
func (a *ask) updateFields() {
	if a.v("agent_user") == "" {
		a.fail("agent_user not valid", "")
		return
	}
	if !a.permitted(a.v("value")) {
		return
	}
	row := a.agent(false)
	if row == nil {
		return
	}
	if !a.user.ModifyLeads {
		a.fail("user is not allowed to modify lead information", row.User, a.user.Name)
		return
	}
	lead := a.s.leads[row.lead]
	if lead == nil {
		a.fail("agent_user does not have a lead on their screen", row.User)
		return
	}
	var names, sets []string
	values := map[string]string{}
	text, sent := strings.ToLower(a.raw), a.p.names()
	for _, name := range leadFields() {
		if !strings.Contains(text, name) {
			continue
		}
		if !sent[name] {
			a.fault("update_fields empties %s by accident", name)
		}
		names = append(names, name)
		values[name] = a.v(name)
		sets = append(sets, name+`="`+values[name]+`"`)
	}
	fields := slices.Clone(names)
	for _, name := range panelTriggers()[:5] {
		if a.v(name) == "1" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		a.fail("no fields have been defined", row.User)
		return
	}
	rows := a.writeLead(lead, fields, values)
	changed := a.store(row, cellFields, strings.Join(names, ","))
	a.succeed("update_fields lead updated", a.user.Name, row.User, itoa(lead.ID), rows, flag(changed), strings.Join(names, ","), strings.Join(sets, ","), "")
}

// writeLead answers the count of rows changed: 0 or 1, and -1 from an old PHP whose statement broke.
func (a *ask) writeLead(l *Lead, fields []string, values map[string]string) string {
	for _, name := range fields {
		if breaks(values[name]) {
			a.breakStatement()
			return "-1"
		}
	}
	changed := false
	for _, name := range fields {
		changed = l.set(name, values[name]) || changed
	}
	return flag(changed)
}

func (a *ask) refreshPanel() {
	if a.v("agent_user") == "" {
		a.fail("agent_user not valid", "")
		return
	}
	if !a.permitted(a.v("value")) {
		return
	}
	row := a.agent(false)
	if row == nil {
		return
	}
	var names []string
	for _, name := range panelTriggers() {
		if a.v(name) == "1" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		a.fail("no panels have been defined", row.User)
		return
	}
	list := strings.Join(names, ",")
	changed := a.store(row, cellFields, list)
	a.succeed("refresh_panel request sent", a.user.Name, row.User, flag(changed), list, "")
}

func (a *ask) setTimerAction() {
	v := a.v("value")
	if v == "" || !a.named(false) {
		a.fail("set_timer_action not valid", a.v("agent_user"), v)
		return
	}
	if !a.permitted(v) {
		return
	}
	row := a.agent(false)
	if row == nil {
		return
	}
	if !a.user.ModifyCampaigns {
		a.fail("user is not allowed to modify campaign settings", row.User, a.user.Name)
		return
	}
	a.store(row, cellTimer, strings.Join([]string{v, a.v("notes"), a.v("rank")}, "!"))
	a.succeed("set_timer_action lead updated", a.user.Name, row.User, v, a.v("notes"), a.v("rank"))
}

// crmUser answers the user whose custom_three is the value, or says what is wrong.
func (a *ask) crmUser() *user {
	v, team := a.v("value"), a.v("vendor_id")
	if v == "" || team == "" {
		a.fail(a.function+" not valid", v, team)
		return nil
	}
	if !a.permitted(v) {
		return nil
	}
	u := a.s.userByCustom3(v)
	if u == nil {
		a.fail("no user found", v)
	}
	return u
}

func (a *ask) stLoginLog() {
	u := a.crmUser()
	if u == nil {
		return
	}
	if breaks(a.v("vendor_id")) {
		a.breakStatement()
	} else {
		u.Custom4 = a.v("vendor_id")
	}
	a.succeed("st_login_log user found", u.Name)
}

func (a *ask) stGetAgentActiveLead() {
	u := a.crmUser()
	if u == nil {
		return
	}
	row := a.s.live(u.Name)
	if row == nil {
		a.fail("user not logged in", u.Name)
		return
	}
	l := a.s.leads[row.lead]
	if l == nil {
		a.fail("no active lead found", u.Name)
		return
	}
	a.succeed("st_get_agent_active_lead lead found", u.Name, l.PhoneNumber, itoa(l.ID), l.VendorLeadCode, l.Province, l.SecurityPhrase, l.SourceID)
}

func (a *ask) switchLead() {
	id, code := a.v("lead_id"), a.v("vendor_lead_code")
	if id == "" && code == "" || !a.named(true) {
		a.fail("switch_lead not valid", id, code, a.v("agent_user"))
		return
	}
	if !a.permitted(id) {
		return
	}
	row := a.agent(true)
	if row == nil {
		return
	}
	if !row.liveCall() {
		a.fail("agent_user does not have a live call", row.User)
		return
	}
	if !strings.HasPrefix(row.callID, string(Inbound)) {
		a.fail("agent call is not inbound", row.User, row.callID)
		a.unended()
		return
	}
	c := a.s.campaigns[row.Campaign]
	if !slices.Contains([]string{"LIVE_CALL_INBOUND", "LIVE_CALL_INBOUND_AND_MANUAL"}, c.LeadSearch) {
		a.fail("campaign does not allow inbound lead search", row.User, c.ID)
		return
	}
	l := a.s.leads[number(id)]
	if code != "" { // the code wins, other than the document says (recorded)
		l = a.s.leadBy(func(l *Lead) bool { return l.VendorLeadCode == code })
	}
	if l == nil {
		a.fail("switch-to lead not found", row.User, id, code)
		return
	}
	a.store(row, cellLead, itoa(l.ID))
	a.succeed("switch_lead function set", row.User, itoa(l.ID), l.VendorLeadCode, c.ID, itoa(row.lead), "")
}
