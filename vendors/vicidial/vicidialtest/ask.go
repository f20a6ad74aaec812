package vicidialtest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ask is one request being answered. The server's lock is held all the while.
type ask struct {
	s        *Server
	p        params
	raw      string // the text in which update_fields looks for names: the address as sent, the body decoded
	now      time.Time
	function string
	user     *user // once let in
	out      strings.Builder
	status   int
	debug    bool
	faults   []string
}

// function is one of api.php.
type function struct {
	run    func(*ask)
	params []string // besides those of every function
	alt    bool     // takes alt_user
}

// functions are the thirty of AGENT_API.
func functions() map[string]function {
	lead := append(leadFields(), "vendor_id")
	panels := panelTriggers()
	return map[string]function{
		"version":                  {(*ask).version, nil, false},
		"webserver":                {(*ask).webserver, nil, false},
		"external_hangup":          {(*ask).externalHangup, []string{"value"}, true},
		"external_status":          {(*ask).externalStatus, []string{"value", "callback_datetime", "callback_type", "callback_comments", "qm_dispo_code"}, true},
		"external_pause":           {(*ask).externalPause, []string{"value"}, true},
		"logout":                   {(*ask).logout, []string{"value"}, true},
		"external_dial":            {(*ask).externalDial, []string{"value", "lead_id", "phone_code", "search", "preview", "focus", "vendor_id", "dial_prefix", "group_alias", "vtiger_callback", "alt_dial", "dial_ingroup", "outbound_cid"}, true},
		"preview_dial_action":      {(*ask).previewDialAction, []string{"value"}, true},
		"external_add_lead":        {(*ask).externalAddLead, append([]string{"value", "dnc_check", "campaign_dnc_check"}, lead...), true},
		"change_ingroups":          {(*ask).changeIngroups, []string{"value", "blended", "ingroup_choices", "set_as_default"}, false},
		"update_fields":            {(*ask).updateFields, append(leadFields(), panels[:5]...), false},
		"refresh_panel":            {(*ask).refreshPanel, panels, false},
		"set_timer_action":         {(*ask).setTimerAction, []string{"value", "notes", "rank"}, false},
		"st_login_log":             {(*ask).stLoginLog, []string{"value", "vendor_id"}, false},
		"st_get_agent_active_lead": {(*ask).stGetAgentActiveLead, []string{"value", "vendor_id"}, false},
		"ra_call_control":          {(*ask).raCallControl, []string{"value", "stage", "phone_number", "ingroup_choices", "status"}, false},
		"send_dtmf":                {(*ask).sendDTMF, []string{"value"}, true},
		"park_call":                {(*ask).parkCall, []string{"value"}, true},
		"transfer_conference":      {(*ask).transferConference, []string{"value", "phone_number", "ingroup_choices", "consultative", "dial_override", "group_alias", "cid_choice", "multi_dial_phones", "md_check", "tw_check"}, true},
		"recording":                {(*ask).recording, []string{"value", "stage"}, true},
		"webphone_url":             {(*ask).webphoneURL, []string{"value"}, true},
		"call_agent":               {(*ask).callAgent, []string{"value"}, true},
		"audio_playback":           {(*ask).audioPlayback, []string{"value", "stage", "dial_override"}, true},
		"switch_lead":              {(*ask).switchLead, []string{"lead_id", "vendor_lead_code"}, true},
		"vm_message":               {(*ask).vmMessage, []string{"value", "lead_id"}, true},
		"pause_code":               {(*ask).setPauseCode, []string{"value"}, true},
		"calls_in_queue_count":     {(*ask).callsInQueueCount, []string{"value"}, true},
		"force_fronter_leave_3way": {(*ask).forceFronterLeave, []string{"value", "lead_id"}, true},
		"force_fronter_audio_stop": {(*ask).forceFronterAudioStop, []string{"value", "lead_id"}, true},
		"send_notification": {(*ask).sendNotification, []string{"recipient", "recipient_type", "notification_text", "show_confetti",
			"notification_date", "text_size", "text_font", "text_weight", "text_color", "duration", "maxParticleCount", "particleSpeed",
			"notification_retry"}, false},
	}
}

// answerAgentAPI answers a request to agc/api.php.
func (a *ask) answerAgentAPI(known map[string]function) {
	f, exists := known[a.function]
	switch {
	case a.function == "version": // before any check, without credentials (recorded)
		a.version()
		return
	case isCoffee(a.function):
		a.status = http.StatusTeapot
		a.print("Coffee: %s|Error 418 I'm a teapot", a.function)
		return
	}
	if a.debug = a.v("format") == "debug"; a.debug {
		a.print("<html>\n<head>\n<!-- VERSION: %s     BUILD: %s    USER: %s\n<title>VICIDiaL Agent API</title>\n</head>\n"+
			"<BODY BGCOLOR=white marginheight=0 marginwidth=0 leftmargin=0 topmargin=0>\n", apiVersion, apiBuild, a.v("user"))
	}
	if a.enterAgentAPI() && exists { // an unknown function, or one in the wrong case, is answered by nothing (recorded)
		f.run(a)
	}
	if a.v("close_window_link") == "1" {
		a.print("<a href=\"javascript:window.close();\">Close This Window</a>\n") // only that it is one link was recorded
	}
	if a.debug {
		a.print("\n<!-- script runtime: 0 seconds -->\n</body>\n</html>\n")
	}
}

func isCoffee(function string) bool {
	switch function {
	case "coffee", "start_coffee", "make_coffee", "brew_coffee":
		return true
	}
	return false
}

// v is a parameter after the filters.
func (a *ask) v(name string) string { return filter(name, a.p.get(name), a.s.nonLatin) }

func (a *ask) print(format string, args ...any) { fmt.Fprintf(&a.out, format, args...) }

// say writes one line: a word, a reason, and the fields with pipes between them, none of them escaped.
func (a *ask) say(word, reason string, fields ...string) {
	if a.translated() {
		word, reason = translate(word, reason)
	}
	a.print("%s: %s - %s\n", word, reason, strings.Join(fields, "|"))
}

func (a *ask) succeed(reason string, fields ...string) { a.say("SUCCESS", reason, fields...) }
func (a *ask) fail(reason string, fields ...string)    { a.say("ERROR", reason, fields...) }
func (a *ask) notice(reason string, fields ...string)  { a.say("NOTICE", reason, fields...) }

// unended takes the line's end away again: some lines have none (recorded).
func (a *ask) unended() {
	text := strings.TrimSuffix(a.out.String(), "\n")
	a.out.Reset()
	a.out.WriteString(text)
}

func (a *ask) translated() bool { return a.user != nil && a.user.Language != "" }

// fault notes what a careful client would not have sent.
func (a *ask) fault(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

// named answers whether an agent is named, by agent_user or, where the function takes it, by alt_user of two characters.
func (a *ask) named(alt bool) bool {
	return a.v("agent_user") != "" || alt && len(a.v("alt_user")) > 1
}

// agent answers the agent who is named, or says that he is not logged in; first is what stands before the name in that
// line. An unknown alt_user is said and forgotten, and the command goes on with agent_user (recorded).
func (a *ask) agent(alt bool, first ...string) *agent {
	name := a.v("agent_user")
	if by := a.v("alt_user"); alt && len(by) > 1 {
		if u := a.s.userByCustom3(by); u != nil {
			name = u.Name
		} else {
			a.fail("no user found", append(first, by)...)
		}
	}
	if a.debug {
		a.print("select count(*) from vicidial_live_agents where user='%s';\n\n", name)
	}
	row := a.s.live(name)
	if row == nil {
		a.fail("agent_user is not logged in", append(first, name)...)
	}
	return row
}

func (w *world) userByCustom3(value string) *user {
	for _, u := range w.users {
		if value != "" && u.Custom3 == value {
			return u
		}
	}
	return nil
}

// store writes a cell and answers whether the row changed. A quote breaks the statement; then there is no answer but
// HTTP 500, or with an old PHP an answer of SUCCESS, and nothing is stored (recorded).
func (a *ask) store(row *agent, c cell, value string) (changed bool) {
	if strings.Contains(value, "'") || strings.HasSuffix(value, `\`) {
		a.breakStatement()
		return false
	}
	if a.debug {
		a.print("<!-- UPDATE vicidial_live_agents set %s='%s' where user='%s'; -->", c, value, row.User)
	}
	changed, lost := row.write(c, value)
	for _, what := range lost {
		a.fault("%s", what)
	}
	return changed
}

func (a *ask) breakStatement() {
	a.fault("broken statement")
	if !a.s.opts.OldPHP {
		a.status = http.StatusInternalServerError
	}
}

func (a *ask) epoch() string { return strconv.FormatInt(a.now.Unix(), 10) }

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}
