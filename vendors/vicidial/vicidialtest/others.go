package vicidialtest

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// The version of the recordings.
const (
	apiVersion = "2.14-82"
	apiBuild   = "250122-1010"
)

func (a *ask) version() {
	a.print("VERSION: %s|BUILD: %s|DATE: %s|EPOCH: %s\n", apiVersion, apiBuild, a.now.In(a.s.opts.Zone).Format(time.DateTime), a.epoch())
}

// webserver prints the figures of the recording's machine: nobody acts on them.
func (a *ask) webserver() {
	if !a.permitted() {
		return
	}
	if a.s.opts.NotApache {
		a.status = http.StatusInternalServerError
		return
	}
	a.print("<PRE>Webserver Data:\n")
	for _, line := range []string{"set.timezone: America/New_York", "abbr.timezone: EST", "dst.timezone: 0",
		"uname: Linux vm 6.18.44-fc-v657 #1 SMP PREEMPT_DYNAMIC @0 x86_64", "host name: vm", "server name: 127.0.0.1",
		"php version: 8.2.35", "apache version: lab shim (php -S, no Apache)", "apache processes: 2",
		"system load average: 1.087890625", "disk free space: 78037118976", "date.timezone: America/New_York",
		"maximum execution time: 30", "maximum input time: 60", "memory limit: -1", "post maximum size: 8M",
		"upload maximum filesize: 2M", "default socket timeout: 60"} {
		a.print("%s\n", line)
	}
	a.print("</PRE>\n")
}

// changeIngroups skips the first name of a list that does not begin with a blank, and answers SUCCESS (recorded).
func (a *ask) changeIngroups() {
	v, blended, choices := a.v("value"), a.v("blended"), a.v("ingroup_choices")
	if !slices.Contains([]string{"CHANGE", "ADD", "REMOVE"}, v) || blended != "YES" && blended != "NO" || !a.named(false) {
		a.fail("change_ingroups not valid", v, blended, choices, a.v("agent_user"))
		return
	}
	if !a.permitted(v) {
		return
	}
	row := a.agent(false)
	if row == nil {
		return
	}
	c := a.s.campaigns[row.Campaign]
	switch {
	case c.NoInbound:
		a.fail("campaign does not allow inbound calls", row.User)
		return
	case !a.user.ChangeAgentCampaign:
		a.fail("user is not allowed to change agent in-groups", a.user.Name)
		return
	case blended == "YES" && (c.DialMethod == "MANUAL" || c.DialMethod == "INBOUND_MAN"):
		a.fail("campaign dial_method does not allow outbound autodial", row.User, blended)
		return
	case choices == "" && v != "CHANGE":
		a.fail("ingroup_choices are required for ADD and REMOVE values", row.User, v, choices)
		return
	}
	if choices != "" && !strings.HasPrefix(choices, " ") {
		a.fault("ingroup_choices without its leading blank")
	}
	names := groupNames(choices)
	for _, name := range names {
		if !slices.Contains(a.s.ingroups, name) {
			a.fail("ingroup does not exist", row.User, name, choices)
			return
		}
	}
	list := choices
	if v != "CHANGE" {
		list = mergeGroups(groupNames(row.InGroups), v, names)
	}
	a.store(row, cellInGroups, list)
	a.store(row, cellBlended, flag(blended == "YES"))
	said := ""
	if a.v("set_as_default") == "YES" {
		said = "User settings set as default"
	}
	a.succeed("change_ingroups function set", a.user.Name, row.User, list, blended, said)
}

// groupNames are the names of a list after its first blank, without the dash at its end.
func groupNames(list string) []string {
	_, rest, _ := strings.Cut(list, " ")
	return slices.DeleteFunc(strings.Fields(rest), func(name string) bool { return name == "-" })
}

func mergeGroups(now []string, how string, names []string) string {
	out := slices.DeleteFunc(slices.Clone(now), func(name string) bool { return slices.Contains(names, name) })
	if how == "ADD" {
		out = append(out, names...)
	}
	if len(out) == 0 {
		return " -"
	}
	return " " + strings.Join(out, " ") + " -"
}

// callsInQueueCount counts the calls that wait and could reach the agent; its line has no end (recorded).
func (a *ask) callsInQueueCount() {
	v := a.v("value")
	row := a.begin(v == "DISPLAY", v, a.v("agent_user"))
	if row == nil {
		return
	}
	a.succeed("calls_in_queue_count", itoa(a.s.waitingFor(row)))
	a.unended()
}

func (w *world) waitingFor(row *agent) (n int) {
	for _, ref := range w.order {
		c := w.calls[ref]
		if c.State == Waiting && (c.Agent == row.User || c.Agent == "" && row.serves(c.InGroup)) {
			n++
		}
	}
	return n
}

// sendNotification names no agent, and its errors come in forms of their own (recorded).
func (a *ask) sendNotification() {
	to, kind := a.v("recipient"), a.v("recipient_type")
	if !a.s.notify {
		a.fail("Agent API Notifications are disabled on this system", "0")
		return
	}
	if to == "" {
		a.fail("Missing recipient or recipient_type", to, kind)
		return
	}
	if !a.permitted(a.v("value")) {
		return
	}
	exists := map[string]bool{"USER": a.s.users[to] != nil, "USER_GROUP": slices.Contains(a.s.groups, to), "CAMPAIGN": a.s.campaigns[to] != nil}
	if _, known := exists[kind]; !known {
		a.print("Invalid recipient_type (%s), ", kind)
		found := ""
		for _, candidate := range []string{"USER", "USER_GROUP", "CAMPAIGN"} {
			if exists[candidate] && found == "" {
				found = candidate
			}
		}
		if found == "" {
			a.fail("no matching recipient found in users, user_groups, or campaigns", to)
			return
		}
		a.print("NOTICE: found %s as %s<BR>\n", to, found)
		kind = found
	}
	text, confetti := a.v("notification_text"), a.v("show_confetti")
	switch {
	case text == "" && confetti != "Y":
		a.fail("invalid request", to, kind)
		return
	case kind == "USER" && !exists[kind]:
		a.fail(to+" DOES NOT EXIST in vicidial_users", "", to)
		return
	case kind == "USER_GROUP" && !exists[kind]:
		a.fail("user_group DOES NOT EXIST", to, a.user.Name)
		return
	case kind == "CAMPAIGN" && !exists[kind]: // the list of allowed campaigns is not simulated, an unknown one is not in it
		a.fail("ACCESS TO CAMPAIGN "+to+" NOT ALLOWED FOR USER "+a.user.Name+" ("+DefaultCampaign+")", to, kind)
		return
	}
	if date := a.v("notification_date"); date != "" {
		if _, err := time.Parse(time.DateTime, date); err != nil {
			a.print("NOTICE: Invalid notification date %s, changing to now", date) // glued to the next line (recorded)
		}
	}
	a.s.lastNotification++
	a.s.acts = append(a.s.acts, Act{Agent: to, Command: "send_notification", Value: text})
	a.succeed("notification queued", to, kind, itoa(a.s.lastNotification))
}
