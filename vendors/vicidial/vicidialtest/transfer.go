package vicidialtest

import (
	"slices"
	"strings"
)

const defaultInGroup = "DEFAULTINGROUP"

func transferWords() []string {
	return []string{"HANGUP_XFER", "HANGUP_BOTH", "BLIND_TRANSFER", "LEAVE_VM", "LOCAL_CLOSER", "DIAL_WITH_CUSTOMER", "PARK_CUSTOMER_DIAL", "LEAVE_3WAY_CALL"}
}

func (a *ask) transferConference() {
	v, phone := a.v("value"), a.v("phone_number")
	row := a.begin(len(v) >= 8, v, a.v("agent_user"))
	if row == nil {
		return
	}
	if !slices.Contains(transferWords(), v) {
		a.fail("value is not valid", v, a.user.Name)
		return
	}
	group := a.v("ingroup_choices")
	if v == "LOCAL_CLOSER" || a.v("consultative") == "YES" {
		given := group
		if group = a.inGroup(row, group); group == "" {
			a.fail("ingroup is not valid", given)
			return
		}
	}
	if !row.liveCall() {
		a.fail("agent_user does not have a live call", row.User)
		return
	}
	alias := a.v("group_alias")
	cid, ok := a.callerID(row, alias)
	if !ok {
		return
	}
	choice := a.v("cid_choice")
	if choice != "" && !slices.Contains([]string{"CAMPAIGN", "AGENT_PHONE", "CUSTOMER", "CUSTOM_CID"}, choice) {
		a.fail("cid_choice is not valid", row.User, choice)
		return
	}
	dials := v == "DIAL_WITH_CUSTOMER" || v == "PARK_CUSTOMER_DIAL"
	if dials && a.v("md_check") == "YES" && row.pressOne > 0 {
		a.fail("agent_user has previous active 3-way calls", row.User, itoa(row.pressOne), "0", "YES")
		return
	}
	if dials && a.v("tw_check") == "YES" && row.third != nil {
		a.fail("agent_user has current active 3-way call", row.User, "1", "0", "YES")
		return
	}
	consultative := a.v("consultative")
	if consultative != "YES" {
		consultative = "NO"
	}
	fields := []string{v, group, phone, consultative, row.User, row.callID}
	if many := a.v("multi_dial_phones"); many != "" {
		fields = append(fields, a.multiDial(row, many))
	}
	a.store(row, cellTransfer, strings.Join([]string{v, group, phone, consultative, a.epoch(), a.v("dial_override"), alias, cid, choice}, "!"))
	a.succeed("transfer_conference function set", append(fields, "")...)
}

// multiDial files the numbers of a press-1 three-way call, each once and at most ten, and answers the field about them:
// kept, given, rows (recorded).
func (a *ask) multiDial(row *agent, many string) string {
	given := strings.Split(many, ",")
	var kept []string
	for _, n := range given {
		if n != "" && !slices.Contains(kept, n) && len(kept) < 10 {
			kept = append(kept, n)
		}
	}
	row.pressOne += len(kept)
	return "Multi-phones: " + itoa(len(kept)) + " " + itoa(len(given)) + " " + itoa(len(kept))
}

// inGroup is the in-group of that name, or the one of the campaign behind DEFAULTINGROUP; empty when there is none.
func (a *ask) inGroup(row *agent, name string) string {
	if name == defaultInGroup {
		name = a.s.campaigns[row.Campaign].TransferGroup
	}
	if slices.Contains(a.s.ingroups, name) {
		return name
	}
	return ""
}

// raCallControl acts at once and without a page: it is made for remote agents.
func (a *ask) raCallControl() {
	ref, stage, phone := a.v("value"), a.v("stage"), a.v("phone_number")
	if ref == "" || stage == "" || !a.named(false) {
		a.fail("ra_call_control not valid", ref, a.v("agent_user"), stage)
		return
	}
	if !a.permitted(ref) {
		return
	}
	row := a.agent(false)
	if row == nil {
		return
	}
	c := a.s.calls[ref]
	if c == nil || c.State == Ended {
		a.fail("no active call found", ref)
		return
	}
	switch stage {
	case "HANGUP":
		a.remoteGivesUp(row, c)
		a.succeed("ra_call_control hungup", row.User, ref, stage)
	case "EXTENSIONTRANSFER":
		if len(phone) < 2 {
			a.fail("phone_number is not valid", phone)
			return
		}
		a.remoteGivesUp(row, c)
		a.succeed("ra_call_control transfer", row.User, ref, phone)
	case "INGROUPTRANSFER":
		group := a.inGroup(row, a.v("ingroup_choices"))
		if group == "" {
			a.fail("ingroup is not valid", a.v("ingroup_choices"))
			return
		}
		moved := Call{Kind: Closer, State: Waiting, Number: c.Number, Code: c.Code, Lead: c.Lead, InGroup: group}
		if a.remoteGivesUp(row, c) {
			a.s.addCall(moved)
			a.s.offerWaiting()
		}
		a.succeed("ra_call_control transfer", row.User, ref, phone) // the last field is the number, empty here (recorded)
	default:
		a.fail("stage is not valid", stage)
	}
}

// remoteGivesUp ends a call for its agent, who waits again, and files its status. With a translated account nothing
// happens: the server compares its own translated word with SUCCESS before it does the work (source read).
func (a *ask) remoteGivesUp(row *agent, c *call) bool {
	if a.translated() {
		a.fault("ra_call_control by an account with a language does nothing")
		return false
	}
	status := a.v("status")
	if status == "" {
		status = "RAXFER"
	}
	a.s.dispositions = append(a.s.dispositions, Disposition{Agent: row.User, Ref: c.Ref, Status: status[:min(len(status), 6)], Lead: c.Lead})
	a.s.endCall(c)
	if row.call == c {
		row.call, row.callID, row.lead, row.dispo = nil, "", 0, false
		a.s.setReady(row, true)
	}
	return true
}

// fronter answers the oldest other agent in a call with the same lead, or says what is missing.
func (a *ask) fronter() (row, other *agent) {
	v := a.v("value")
	ok := slices.Contains([]string{"LOCAL_ONLY", "LOCAL_AND_CCC", "CCC_REMOTE"}, v)
	if row = a.begin(ok, v, a.v("agent_user")); row == nil {
		return nil, nil
	}
	if row.status != incall || row.lead == 0 {
		a.fail("agent_user is not on a phone call", row.User)
		return nil, nil
	}
	for _, candidate := range a.s.sortedAgents() {
		if candidate != row && candidate.status == incall && candidate.lead == row.lead {
			return row, candidate
		}
	}
	a.fail("no fronter found", row.User) // this system has no other cluster to ask
	return row, nil
}

func (a *ask) forceFronterLeave() {
	if _, other := a.fronter(); other != nil {
		a.store(other, cellTransfer, strings.Join([]string{"LEAVE_3WAY_CALL", "", "", "NO", a.epoch()}, "!"))
		a.succeed("force_fronter_leave_3way SENT", other.User)
		a.unended()
	}
}

func (a *ask) forceFronterAudioStop() {
	row, other := a.fronter()
	switch {
	case other == nil:
	case other.NoSession:
		a.fail("force_fronter_audio_stop error - no fronter session found", "", row.User, other.User)
	case !other.playing:
		a.fail("force_fronter_audio_stop error - no audio playing in other agent session", itoa(other.session), serverIP, "", row.User, other.User)
	default:
		other.playing, other.audio = false, ""
		a.succeed("force_fronter_audio_stop function sent", a.v("value"), "", row.User, other.User)
	}
}
