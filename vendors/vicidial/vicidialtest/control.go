package vicidialtest

import (
	"slices"
	"strings"
)

// The functions that write one cell for the agent's page.

// begin does what most functions begin with: parameters, permission, agent. It answers nil when that failed. ok tells
// whether the parameters are; fields are those of the line that says they are not.
func (a *ask) begin(ok bool, fields ...string) *agent {
	if !ok || !a.named(true) {
		a.fail(a.function+" not valid", fields...)
		return nil
	}
	if !a.permitted(a.v("value")) {
		return nil
	}
	return a.agent(true)
}

func (a *ask) externalHangup() {
	v := a.v("value")
	row := a.begin(v != "", v, a.v("agent_user"))
	if row == nil {
		return
	}
	a.store(row, cellHangup, v)
	a.succeed("external_hangup function set", v, row.User)
}

func (a *ask) externalStatus() {
	v := a.v("value")
	row := a.begin(v != "", v, a.v("agent_user"))
	if row == nil {
		return
	}
	at, kind, comments, qm := a.v("callback_datetime"), a.v("callback_type"), a.v("callback_comments"), a.v("qm_dispo_code")
	switch {
	case at != "" && slices.Contains(a.s.callbacks, v):
		if kind != "USERONLY" {
			kind = "ANYONE"
		}
		v = strings.Join([]string{v, at, kind, comments[:min(len(comments), 200)], qm}, "!")
	case qm != "":
		v += "!!!!" + qm // recorded; the callback's fields are ignored without a status that schedules one
	}
	a.store(row, cellStatus, v)
	a.succeed("external_status function set", v, row.User)
}

// unpackStatus answers the status in a packed disposition, and the callback with it.
func unpackStatus(packed string) (status, callback string) {
	parts := strings.Split(packed, "!")
	return parts[0], strings.TrimRight(strings.Join(parts[1:min(len(parts), 4)], "!"), "!")
}

func (a *ask) externalPause() {
	v := a.v("value")
	row := a.begin(v == "PAUSE" || v == "RESUME", v, a.v("agent_user"))
	if row == nil {
		return
	}
	if v == "RESUME" && slices.Contains([]string{ready, queue, incall, closer}, row.status) {
		a.fail("external_pause agent is not paused", v, row.User)
		return
	}
	a.store(row, cellPause, v+"!"+a.epoch())
	a.succeed("external_pause function set", v, a.epoch(), row.User)
}

func (a *ask) logout() {
	v := a.v("value")
	row := a.begin(v == "LOGOUT", v, a.v("agent_user"))
	if row == nil {
		return
	}
	a.store(row, cellPause, v+"!"+a.epoch())
	a.succeed("logout function set", v, a.epoch(), row.User)
}

func (a *ask) setPauseCode() {
	v := a.v("value")
	row := a.begin(v != "" && len(v) <= 6, v, a.v("agent_user"))
	if row == nil {
		return
	}
	if row.status != paused {
		a.fail("pause_code error - agent is not paused", row.User)
		return
	}
	a.store(row, cellPauseCode, v)
	a.succeed("pause_code function sent", row.User)
}

func (a *ask) sendDTMF() {
	v := a.v("value")
	row := a.begin(v != "", v, a.v("agent_user"))
	if row == nil {
		return
	}
	a.store(row, cellDTMF, v)
	a.succeed("send_dtmf function set", v, row.User)
}

// parkWords are looked for inside the value, so that SWAP_PARK_XFER and its like pass too, also on a server whose page
// does not know them (source read, api.php 2.14-82; SWAP_PARK_XFER recorded).
func parkWords() []string {
	return []string{"PARK_CUSTOMER", "GRAB_CUSTOMER", "PARK_IVR_CUSTOMER", "GRAB_IVR_CUSTOMER", "PARK_XFER", "GRAB_XFER"}
}

func (a *ask) parkCall() {
	v := a.v("value")
	known := slices.ContainsFunc(parkWords(), func(w string) bool { return strings.Contains(v, w) })
	row := a.begin(known, v, a.v("agent_user"))
	if row == nil {
		return
	}
	if row.lead == 0 {
		a.fail("agent_user does not have a lead on their screen", row.User)
		return
	}
	a.store(row, cellPark, v)
	a.succeed("park_call function set", v, row.User)
}

func (a *ask) vmMessage() {
	v, lead := a.v("value"), a.v("lead_id")
	if v == "" || !a.named(true) {
		a.fail("vm_message not valid", lead, v, a.v("agent_user"))
		return
	}
	if !a.permitted(lead) {
		return
	}
	row := a.agent(true)
	switch {
	case row == nil:
		return
	case !row.liveCall():
		a.fail("agent_user does not have a live call", row.User)
		return
	case lead != "" && number(lead) != row.lead:
		a.fail("current call does not match lead_id submitted", row.User)
		return
	}
	a.store(row, cellMessage, v)
	a.succeed("vm_message function set", append([]string{row.User, itoa(row.lead)}, append(strings.Split(v, "|"), "")...)...)
}

// liveCall is a lead on the screen and a call id of 16 characters (source read, api.php 2.14-82).
func (a *agent) liveCall() bool { return a.lead != 0 && len(a.callID) >= 16 }
