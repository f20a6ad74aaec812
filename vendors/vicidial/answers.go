package vicidial

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// The words a line begins with.
const (
	wordSuccess = "SUCCESS"
	wordError   = "ERROR"
	wordNotice  = "NOTICE"
)

// line is one literal line of an answer: what stands between the word and the fields, and what the fields are. A name that
// ends in * takes the rest.
type line struct {
	function string // "" is any
	word     string
	reason   string
	fields   string // their names, with blanks between; "-" is one that says nothing
	kind     cti.Kind
	hint     string
}

// verdict is what an answer was found to be.
type verdict struct {
	word, reason string
	values       map[string]string
	notices      []string // what stood beside the line that counts
	kind         cti.Kind // "" is done
	text, hint   string
	sent         cti.Sent
}

// known lists every line of section 5 and 8, in the words of api.php 2.14-82 and non_agent_api.php 2.14-202.
func known() []line { return append(append(successes(), refusals()...), commonRefusals()...) }

func successes() []line {
	const ok = wordSuccess
	return []line{
		{"external_hangup", ok, "external_hangup function set", "value agent_user", "", ""},
		{"external_status", ok, "external_status function set", "value agent_user", "", ""},
		{"external_pause", ok, "external_pause function set", "value epoch agent_user", "", ""},
		{"logout", ok, "logout function set", "value epoch agent_user", "", ""},
		{"external_dial", ok, "external_dial function set", "value agent_user phone_code search preview focus vendor_id epoch dial_prefix group_alias caller_id alt_dial", "", ""},
		{"preview_dial_action", ok, "preview_dial_action function set", "value agent_user -", "", ""},
		{"external_add_lead", ok, "lead added", "phone_number campaign list_id lead_id agent_user", "", ""},
		{"change_ingroups", ok, "change_ingroups function set", "user agent_user ingroups blended set_as_default", "", ""},
		{"update_fields", ok, "update_fields lead updated", "user agent_user lead_id rows_lead rows_agent fields stored*", "", ""},
		{"refresh_panel", ok, "refresh_panel request sent", "user agent_user rows panels -", "", ""},
		{"set_timer_action", ok, "set_timer_action lead updated", "user agent_user value notes rank", "", ""},
		{"st_login_log", ok, "st_login_log user found", "user", "", ""},
		{"st_get_agent_active_lead", ok, "st_get_agent_active_lead lead found", "user phone_number lead_id vendor_lead_code province security_phrase source_id", "", ""},
		{"ra_call_control", ok, "ra_call_control hungup", "agent_user call_id stage", "", ""},
		{"ra_call_control", ok, "ra_call_control transfer", "agent_user call_id phone_number", "", ""},
		{"send_dtmf", ok, "send_dtmf function set", "value agent_user", "", ""},
		{"park_call", ok, "park_call function set", "value agent_user", "", ""},
		{"transfer_conference", ok, "transfer_conference function set", "value ingroup phone_number consultative agent_user call_id multi*", "", ""},
		{"recording", ok, "recording function sent", "agent_user recording_id file server start agent_server session status", "", ""},
		{"recording", wordNotice, "recording active", "agent_user recording_id file server start agent_server session status", "", ""},
		{"recording", wordNotice, "not recording", "agent_user recording_id file server start agent_server session status", "", ""},
		{"call_agent", ok, "call_agent function sent", "agent_user", "", ""},
		{"audio_playback", ok, "audio_playback function sent", "value stage agent_user", "", ""},
		{"switch_lead", ok, "switch_lead function set", "agent_user lead_id vendor_lead_code campaign old_lead_id -", "", ""},
		{"vm_message", ok, "vm_message function set", "agent_user lead_id messages*", "", ""},
		{"pause_code", ok, "pause_code function sent", "agent_user", "", ""},
		{"calls_in_queue_count", ok, "calls_in_queue_count", "waiting", "", ""},
		{"force_fronter_leave_3way", ok, "force_fronter_leave_3way SENT", "fronter", "", ""},
		{"force_fronter_leave_3way", ok, "force_fronter_leave_3way command sent over CCC", "container", "", ""},
		{"force_fronter_audio_stop", ok, "force_fronter_audio_stop function sent", "value - agent_user fronter", "", ""},
		{"force_fronter_audio_stop", ok, "force_fronter_audio_stop command sent over CCC", "container", "", ""}, // as its sister says it, source read
		{"send_notification", ok, "notification queued", "recipient recipient_type id", "", ""},
	}
}

func refusals() []line {
	const no = wordError
	return []line{
		{"external_pause", no, "external_pause agent is not paused", "", cti.WrongState, hintReady},
		{"external_dial", no, "agent_user is not paused", "", cti.WrongState, hintPause},
		{"preview_dial_action", no, "agent_user is not paused", "", cti.WrongState, hintPause},
		{"", no, "agent_user is not allowed to place manual dial calls", "", cti.Forbidden, hintManual},
		{"", no, "caller_id_number from group_alias is not valid", "", cti.Refused, hintAlias},
		{"", no, "group_alias is not valid", "", cti.NotFound, hintAlias},
		{"external_dial", no, "outbound_cid is not allowed on this system", "", cti.Forbidden, hintCallerID},
		{"external_dial", no, "vtiger callback activity does not exist in vtiger system", "", cti.NotFound, ""},
		{"external_dial", no, "phone_number is already in this agents manual dial queue", "", cti.Busy, hintQueued},
		{"external_dial", no, "lead_id is not valid", "", cti.NotFound, hintLead},
		{"external_dial", no, "phone number is not valid", "", cti.BadRequest, ""},
		{"external_dial", no, "phone number lead_id search not found", "", cti.NotFound, hintLead},
		{"preview_dial_action", no, "preview dialing not allowed on this campaign", "", cti.Forbidden, hintCampaign},
		{"preview_dial_action", no, "preview dial skipping not allowed on this campaign", "", cti.Forbidden, hintCampaign},
		{"preview_dial_action", no, "alt number dialing not allowed on this campaign", "", cti.Forbidden, hintCampaign},
		{"external_add_lead", no, "add_lead PHONE NUMBER IN DNC", "", cti.Refused, hintDNC},
		{"external_add_lead", no, "add_lead PHONE NUMBER IN CAMPAIGN DNC", "", cti.Refused, hintDNC},
		{"external_add_lead", no, "lead insertion failed", "", cti.Refused, ""},
		{"external_add_lead", no, "campaign manual dial list undefined", "", cti.Refused, hintCampaign},
		{"change_ingroups", no, "campaign does not allow inbound calls", "", cti.Refused, hintCampaign},
		{"change_ingroups", no, "user is not allowed to change agent in-groups", "", cti.Forbidden, hintRight},
		{"change_ingroups", no, "campaign dial_method does not allow outbound autodial", "", cti.Refused, hintCampaign},
		{"change_ingroups", no, "ingroup does not exist", "", cti.NotFound, hintInGroup},
		{"change_ingroups", no, "ingroup_choices are required for ADD and REMOVE values", "", cti.BadRequest, hintInGroup},
		{"update_fields", no, "user is not allowed to modify lead information", "", cti.Forbidden, hintRight},
		{"update_fields", no, "no fields have been defined", "", cti.BadRequest, ""},
		{"refresh_panel", no, "no panels have been defined", "", cti.BadRequest, ""},
		{"set_timer_action", no, "user is not allowed to modify campaign settings", "", cti.Forbidden, hintRight},
		{"st_get_agent_active_lead", no, "user not logged in", "", cti.WrongState, hintLogIn},
		{"st_get_agent_active_lead", no, "no active lead found", "", cti.NotFound, ""},
		{"ra_call_control", no, "no active call found", "", cti.NotFound, ""},
		{"ra_call_control", no, "phone_number is not valid", "", cti.BadRequest, ""},
		{"ra_call_control", no, "stage is not valid", "", cti.BadRequest, ""},
		{"", no, "ingroup is not valid", "", cti.NotFound, hintInGroup},
		{"transfer_conference", no, "value is not valid", "", cti.BadRequest, ""},
		{"transfer_conference", no, "cid_choice is not valid", "", cti.BadRequest, ""},
		{"transfer_conference", no, "agent_user has previous active 3-way calls", "", cti.WrongState, hintThirdParty},
		{"transfer_conference", no, "agent_user has current active 3-way call", "", cti.WrongState, hintThirdParty},
		{"recording", no, "stop recording error", "", cti.WrongState, hintRecording},
		{"webphone_url", no, "webphone_url error - webphone url is empty", "", cti.NotFound, ""},
		{"webphone_url", no, "webphone_url error - no session data", "", cti.WrongState, hintLogIn},
		{"call_agent", no, "call_agent error - entry is empty", "", cti.NotFound, ""},
		{"call_agent", no, "call_agent error - no session data", "", cti.WrongState, hintLogIn},
		{"audio_playback", no, "audio_playback error - entry is empty", "", cti.NotFound, ""},
		{"audio_playback", no, "audio_playback error - no session data", "", cti.WrongState, hintLogIn},
		{"audio_playback", no, "audio_playback error - no audio playing in agent session", "", cti.WrongState, ""},
		{"audio_playback", no, "audio_playback error - audio already playing in agent session", "", cti.Busy, ""},
		{"switch_lead", no, "agent call is not inbound", "", cti.WrongState, hintInbound},
		{"switch_lead", no, "campaign not found", "", cti.NotFound, ""},
		{"switch_lead", no, "campaign does not allow inbound lead search", "", cti.Refused, hintCampaign},
		{"switch_lead", no, "switch-to lead not found", "", cti.NotFound, hintLead},
		{"vm_message", no, "current call does not match lead_id submitted", "", cti.WrongState, ""},
		{"pause_code", no, "pause_code error - agent is not paused", "", cti.WrongState, hintReady},
		{"", no, "agent_user is not on a phone call", "", cti.WrongState, ""},
		{"", no, "no fronter found", "", cti.NotFound, hintFronter},
		{"force_fronter_audio_stop", no, "force_fronter_audio_stop error - no audio playing in other agent session", "", cti.WrongState, ""},
		{"force_fronter_audio_stop", no, "force_fronter_audio_stop error - no fronter session found", "", cti.NotFound, hintFronter},
		{"send_notification", no, "Agent API Notifications are disabled on this system", "", cti.Refused, hintNotifications},
		{"send_notification", no, "Missing recipient or recipient_type", "", cti.BadRequest, ""},
		{"send_notification", no, "invalid request", "", cti.BadRequest, ""},
		{"send_notification", no, "no matching recipient found in users, user_groups, or campaigns", "", cti.NotFound, ""},
		{"send_notification", no, "user_group DOES NOT EXIST", "", cti.NotFound, ""},
	}
}

// commonRefusals are those that more than one function answers.
func commonRefusals() []line {
	const no = wordError
	return []line{
		{"", no, "agent_user is not logged in", "", cti.WrongState, hintLogIn},
		{"", no, "agent_user not valid", "", cti.BadRequest, ""},
		{"", no, "agent_user does not have a lead on their screen", "", cti.WrongState, hintNoLead},
		{"", no, "agent_user does not have a live call", "", cti.WrongState, hintNoLead},
		{"", no, "no user found", "", cti.NotFound, hintCustomThree},
		{"", no, "auth USER DOES NOT HAVE PERMISSION TO USE THIS FUNCTION", "", cti.Forbidden, hintFunction},
		{"", no, "System API NOT ACTIVE", "", cti.Refused, hintInactive},
		{"", no, "Invalid Source", "", cti.BadRequest, hintSource},
		{"", no, "NO FUNCTION SPECIFIED", "", cti.Unsupported, hintBuild},
		// The Non-Agent API, whose reasons end with a colon: section 8.
		{"", no, "USER DOES NOT HAVE PERMISSION TO GET AGENT INFO", "", cti.Forbidden, hintReports},
		{"", no, "USER DOES NOT HAVE PERMISSION TO GET LEAD INFO", "", cti.Forbidden, hintReports},
		{"", no, "USER DOES NOT HAVE PERMISSION TO GET CALL INFO", "", cti.Forbidden, hintReports},
		{"", no, "AGENT NOT LOGGED IN", "", cti.WrongState, hintLogIn},
		{"", no, "AGENT NOT FOUND", "", cti.NotFound, hintAgent},
		{"", no, "INVALID SEARCH PARAMETERS", "", cti.BadRequest, ""},
		{"", no, "NO LOGGED IN AGENTS", "", cti.NotFound, ""},
		{"", no, "LEAD NOT FOUND", "", cti.NotFound, hintLead},
		{"", no, "LEAD FIELD NOT FOUND", "", cti.NotFound, ""},
		{"", no, "CALL NOT FOUND", "", cti.NotFound, hintCallLog},
	}
}

// byFunction is the table as it is looked up.
type byFunction map[string][]line

func index(lines []line) byFunction {
	t := byFunction{}
	for _, l := range lines {
		t[l.function] = append(t[l.function], l)
	}
	return t
}

// shouted is the word a line begins with when it is as a translated answer has it: recorded, a server whose API user has a
// language answers SUCESSO: funcao external_pause definida.
func shouted(line string) string {
	word, _, found := strings.Cut(line, ": ")
	if n := utf8.RuneCountInString(word); !found || n < 3 || n > 20 || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsUpper(r) }) {
		return ""
	}
	return word
}

// classify tells what an answer of a function with lines is. Nothing of what it answers holds the password: what comes
// after a refused log-in is left out whole, for the server repeats it, and its SQL.
func (t byFunction) classify(function string, status int, text string) verdict {
	if status == http.StatusInternalServerError && strings.TrimSpace(text) == "" {
		return verdict{kind: cti.Unavailable, sent: cti.MaybeSent, hint: hintDatabase, text: "the server broke off with 500 and no text, as it does when a statement of its database fails"}
	}
	if status != http.StatusOK {
		return verdict{kind: cti.Unavailable, sent: cti.MaybeSent, hint: hintAddress, text: fmt.Sprintf("the web server answered %d", status)}
	}
	if strings.TrimSpace(text) == "" {
		return verdict{kind: cti.Unsupported, sent: cti.CertainSent, hint: hintBuild, text: "the server answered nothing: it has no function " + function}
	}
	if v, ok := wordless(function, text); ok {
		return v
	}
	var best verdict
	var others []string
	for l := range strings.Lines(text) {
		for _, part := range parts(function, strings.TrimRight(l, "\r\n")) {
			v, ok := t.line(function, part)
			switch {
			case !ok:
				if part = fault.Quote(part); part != "" {
					others = append(others, part)
				}
			// The last SUCCESS or ERROR counts: after an error of alt_user the server goes on (recorded).
			case best.word == "" || best.word == wordNotice || v.word != wordNotice:
				if best.word != "" {
					others = append(others, best.reason)
				}
				best = v
			default:
				others = append(others, v.reason)
			}
		}
	}
	if best.word == "" {
		return stranger(text)
	}
	best.notices = others
	if best.word == wordNotice && best.values == nil { // a notice alone is no result
		best.kind, best.sent, best.text = cti.Refused, cti.MaybeSent, best.reason
	}
	return best
}

// wordless reads the successes that no word of the protocol begins (recorded); the value answer is all that was said.
func wordless(function, text string) (verdict, bool) {
	v := verdict{word: wordSuccess, reason: function, values: map[string]string{"answer": text}, sent: cti.CertainSent}
	switch function {
	case "version":
		return v, strings.HasPrefix(text, "VERSION: ")
	case "webserver":
		return v, strings.HasPrefix(text, "<PRE>Webserver Data:")
	case "webphone_url":
		return v, strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")
	case "agent_status", "logged_in_agents", "lead_all_info", "lead_field_info", "callid_info":
		first, _, _ := strings.Cut(text, ": ")
		// The value of a field may be anything; the others are tables, which contain what parts their columns.
		return v, first != wordError && (function == "lead_field_info" && !strings.HasPrefix(text, "<") || strings.ContainsAny(text, "\t|"))
	}
	return verdict{}, false
}

// parts are the lines in a line: send_notification glues a notice and its result into one (recorded).
func parts(function, l string) (out []string) {
	if function != "send_notification" {
		return []string{l}
	}
	begin := 0
	for i := range l {
		if i > begin && slices.ContainsFunc([]string{wordSuccess, wordError, wordNotice}, func(w string) bool { return strings.HasPrefix(l[i:], w+": ") }) {
			out, begin = append(out, l[begin:i]), i
		}
	}
	return append(out, l[begin:])
}

// line reads one line; false when it is none that begins with a word of the protocol.
func (t byFunction) line(function, text string) (verdict, bool) {
	word, rest, found := strings.Cut(text, ": ")
	if !found || (word != wordSuccess && word != wordError && word != wordNotice) {
		return verdict{}, false
	}
	if v, refused := login(word, rest); refused {
		return v, true
	}
	best, fields := line{}, ""
	for _, l := range slices.Concat(t[function], t[""]) {
		for _, lead := range []string{l.reason, function + " " + l.reason} {
			tail, ok := strings.CutPrefix(rest, lead)
			if !ok || l.word != word || len(l.reason) <= len(best.reason) {
				continue
			}
			if f, ends := afterReason(tail); ends {
				best, fields = l, f
			}
		}
	}
	switch {
	case best.word == wordError:
		return verdict{word: word, reason: best.reason, kind: best.kind, hint: best.hint, text: best.reason, sent: cti.CertainSent}, true
	case best.word != "":
		return verdict{word: word, reason: best.reason, values: name(best.fields, fields), sent: cti.CertainSent}, true
	case word == wordNotice:
		return verdict{word: word, reason: fault.Quote(rest)}, true
	case word == wordError && notValid(function, rest):
		return verdict{word: word, reason: function + " not valid", kind: cti.BadRequest, text: "the server says that a parameter is missing or not valid", sent: cti.CertainSent}, true
	case word == wordError && lacksAccess(rest):
		return verdict{word: word, reason: "ACCESS NOT ALLOWED", kind: cti.Forbidden, hint: hintRight, text: fault.Quote(rest), sent: cti.CertainSent}, true
	case word == wordError && strings.Contains(rest, " DOES NOT EXIST in vicidial_users"):
		return verdict{word: word, reason: "DOES NOT EXIST in vicidial_users", kind: cti.NotFound, hint: hintAgent, text: "the user does not exist", sent: cti.CertainSent}, true
	}
	return verdict{word: word, reason: fault.Quote(rest), kind: cti.Refused, text: "an answer no document knows: " + fault.Quote(rest), sent: cti.MaybeSent}, true
}

// afterReason says whether a reason ends where it was found, and gives the fields. A dash stands before them, in the
// Non-Agent API a colon.
func afterReason(tail string) (fields string, ends bool) {
	for _, by := range []string{" - ", ": ", " -", ":"} {
		if f, ok := strings.CutPrefix(tail, by); ok {
			return f, true
		}
	}
	return "", tail == ""
}

func notValid(function, rest string) bool { return strings.HasPrefix(rest, function+" not valid") }

// lacksAccess finds the two refusals that have a name in their middle: send_notification, section 5.
func lacksAccess(rest string) bool {
	return strings.HasPrefix(rest, "ACCESS TO ") && strings.Contains(rest, " NOT ALLOWED FOR USER ")
}

// login reads a refused log-in: section 3 for the Agent API, section 8 for the other.
func login(word, rest string) (verdict, bool) {
	if word != wordError {
		return verdict{}, false
	}
	v := verdict{word: word, kind: cti.Unauthorized, sent: cti.CertainSent, reason: "Invalid Username/Password"}
	switch {
	case strings.HasPrefix(rest, "Too many login attempts"):
		return locked(v), true
	case strings.HasPrefix(rest, "Login incorrect"):
		v.text, v.hint = "VICIdial does not know this API user with this password", hintLogin
		return v, true
	case !strings.HasPrefix(rest, "Invalid Username/Password"):
		return verdict{}, false
	}
	_, fields, _ := strings.Cut(rest, ": |")
	f := strings.SplitN(fields, "|", 6) // user, password, auth, auth_api, message
	message := ""
	if len(f) > 4 {
		message = f[4]
	}
	switch {
	case message == "GOOD" && f[3] == "0":
		v.text, v.hint = "the API user's password is right, but the user has no Agent API Access", hintAccess
	case message == "LOCK":
		return locked(v), true
	case message == "ERRSERVERS":
		v.kind, v.text, v.hint = cti.Unavailable, "no telephony server is active in VICIdial", hintServers
	case message == "IPBLOCK":
		v.kind, v.text, v.hint = cti.Forbidden, "VICIdial does not let this computer's address in", hintAddressList
	default:
		v.text, v.hint = "VICIdial does not know this API user with this password", hintLogin
	}
	return v, true
}

func locked(v verdict) verdict {
	v.text, v.hint = "VICIdial has locked the API user after too many wrong passwords", hintLocked
	return v
}

// stranger is an answer without a line of the protocol.
func stranger(text string) verdict {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	switch {
	case shouted(first) != "":
		return verdict{kind: cti.Refused, sent: cti.MaybeSent, hint: hintLanguage, text: "the answer begins with " + fault.Quote(shouted(first)) + ": the API user has a language, which translates every answer"}
	case strings.HasPrefix(first, "<"):
		return verdict{kind: cti.Unavailable, sent: cti.MaybeSent, hint: hintAddress, text: "the answer is a web page, not VICIdial's"}
	}
	return verdict{kind: cti.Refused, sent: cti.MaybeSent, hint: hintAddress, text: "an answer no document knows: " + fault.Quote(first)}
}

// name gives the fields of a line their names. A field may hold the character that parts them, so what is too much stays
// in a last field whose name ends in *.
func name(names, fields string) map[string]string {
	out := map[string]string{}
	list := strings.Fields(names)
	rest, more := fields, true
	for i, n := range list {
		if !more {
			break
		}
		if base, all := strings.CutSuffix(n, "*"); all && i == len(list)-1 {
			out[base] = rest
			break
		}
		var v string
		if v, rest, more = strings.Cut(rest, "|"); n != "-" {
			out[n] = v
		}
	}
	return out
}
