package vicidial

import (
	_ "embed"
	"strconv"
	"strings"
)

// hook is what the agent's page runs. It waits a moment with every event: at call_answered the page has the call's id already,
// and the customer's fields only after the function that tells of it has returned (vicidial.php read).
//
//go:embed hook.js
var hook string

// PageOptions are the lines for agc/options.php of a VICIdial that let every agent's page tell its events to the ctiagent on the
// agent's computer, at this port of the page door unless the page was opened with LOGINvarONE=another.
func PageOptions(port int) string {
	const end = "CTIAGENT"
	quote := func(name, text string) string {
		// Nothing in a nowdoc is read as PHP.
		return "$" + name + " = <<<'" + end + "'\n" + strings.TrimSpace(text) + "\n" + end + ";\n"
	}
	return quote("INSERT_head_js", strings.Replace(hook, "%PORT%", strconv.Itoa(port), 1)) +
		quote("INSERT_agent_events", "ctiagentEvent(event_type, event_msg, event_counter);")
}

// WebForm is what goes into a campaign's Web Form, for the address of the receiver door that takes it. VAR lets VICIdial fill the
// fields in.
func WebForm(door string) string {
	fields := []string{"user", "call_id", "lead_id", "phone_code", "phone_number", "vendor_lead_code", "first_name", "last_name", "campaign"}
	for i, name := range fields {
		fields[i] = name + "=--A--" + name + "--B--"
	}
	return "VAR" + door + "?" + strings.Join(fields, "&")
}
