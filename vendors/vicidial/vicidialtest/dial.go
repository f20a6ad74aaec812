package vicidialtest

import (
	"slices"
	"strconv"
	"strings"
)

// manualNext is the value that dials the next lead of the campaign.
const manualNext = "MANUALNEXT"

func itoa(n int) string { return strconv.Itoa(n) }

// dialCommand is a packed external_dial, as far as the page uses it here.
type dialCommand struct {
	value, code, search, preview, focus, vendor, lead string
}

// unpackDial reads value!phone_code!search!preview!focus!vendor_id!epoch!prefix!alias!cid!vtiger!lead_id!alt_dial!dial_ingroup
// (source read, api.php 2.14-82), of which the end may be cut.
func unpackDial(packed string) dialCommand {
	p := strings.Split(packed, "!")
	return dialCommand{value: p[0], code: part(p, 1), search: part(p, 2), preview: part(p, 3), focus: part(p, 4),
		vendor: part(p, 5), lead: part(p, 11)}
}

func (a *ask) externalDial() {
	v := a.v("value")
	if v != manualNext {
		v = keep(a.p.get("value"), digits) // recorded: +55 (11) 98765-4321 becomes 5511987654321
		if got := a.p.get("value"); got != v {
			a.fault("value: %d characters deleted", len(got)-len(v))
		}
	}
	lead, code, search, preview, focus := a.v("lead_id"), a.v("phone_code"), a.v("search"), a.v("preview"), a.v("focus")
	if len(v) < 2 && lead == "" || !a.named(true) || len(search) < 2 || len(preview) < 2 || len(focus) < 2 {
		a.fail("external_dial not valid", v, code, search, preview, focus, lead, a.v("agent_user"), a.v("alt_user"))
		return
	}
	if !a.permitted(v) {
		return
	}
	row := a.agent(true)
	if row == nil {
		return
	}
	group := a.v("dial_ingroup")
	if group != "" && !slices.Contains(a.s.ingroups, group) {
		a.notice("defined dial_ingroup not found", group)
		group = ""
	}
	queues := a.s.campaigns[row.Campaign].ManualDial != DialStandard
	if !queues && group == "" && (row.status != paused || row.lead != 0) {
		a.fail("agent_user is not paused", row.User)
		return
	}
	if !row.ManualDial {
		a.fail("agent_user is not allowed to place manual dial calls", row.User)
		return
	}
	alias := a.v("group_alias")
	cid, ok := a.callerID(row, alias)
	if !ok {
		return
	}
	if own := a.v("outbound_cid"); own != "" {
		if !a.s.opts.OutboundCID {
			a.fail("outbound_cid is not allowed on this system", row.User, own, "DISABLED")
			return
		}
		cid = own
	}
	vendor := a.v("vendor_id")
	if a.v("vtiger_callback") == "YES" {
		a.fail("vtiger callback activity does not exist in vtiger system", vendor) // there is no vtiger here
		return
	}
	v, ok = a.numberToDial(row, v, lead)
	if !ok {
		return
	}
	packed := strings.Join([]string{v, code, search, preview, focus, vendor, a.epoch(), a.v("dial_prefix"), alias, cid,
		a.v("vtiger_callback"), lead, a.v("alt_dial"), group}, "!")
	if queues {
		if slices.ContainsFunc(row.queued, func(q string) bool { return unpackDial(q).value == v }) {
			a.fail("phone_number is already in this agents manual dial queue", row.User, v)
			return
		}
		if strings.Contains(packed, "'") {
			a.breakStatement()
		} else {
			row.queued = append(row.queued, packed)
		}
	} else {
		a.store(row, cellDial, packed)
	}
	a.succeed("external_dial function set", v, row.User, code, search, preview, focus, vendor, a.epoch(), a.v("dial_prefix"),
		alias, cid, a.v("alt_dial"))
}

// callerID answers the number of a group alias, if one is named, or says what is wrong with it.
func (a *ask) callerID(row *agent, alias string) (string, bool) {
	if alias == "" {
		return "", true
	}
	cid, ok := a.s.aliases[alias]
	switch {
	case !ok:
		a.fail("group_alias is not valid", row.User, alias)
	case len(cid) < 6:
		a.fail("caller_id_number from group_alias is not valid", row.User, alias, cid)
		return "", false
	}
	return cid, ok
}

// numberToDial is the value, or the number of the lead that alt_dial names: a lead wins over a value.
func (a *ask) numberToDial(row *agent, v, lead string) (string, bool) {
	if lead == "" {
		return v, true
	}
	l := a.s.leads[number(lead)]
	if l == nil {
		a.fail("lead_id is not valid", row.User, lead)
		return "", false
	}
	to, which := l.PhoneNumber, a.v("alt_dial")
	switch which {
	case "ALT":
		to = l.AltPhone
	case "ADDR3":
		to = l.Address3
	case "SEARCH":
		if v == "" || !slices.Contains([]string{l.PhoneNumber, l.AltPhone, l.Address3}, v) {
			a.fail("phone number lead_id search not found", row.User, "", lead, "")
			return "", false
		}
		to = v
	}
	if to = keep(to, digits); len(to) < 2 {
		a.fail("phone number is not valid", row.User, to, lead, which)
		return "", false
	}
	return to, true
}

func (a *ask) previewDialAction() {
	v := a.v("value")
	known := slices.Contains([]string{"SKIP", "DIALONLY", "ALTDIAL", "ADR3DIAL", "FINISH"}, v)
	row := a.begin(known, v, "", a.v("agent_user"), a.v("alt_user"))
	if row == nil {
		return
	}
	c := a.s.campaigns[row.Campaign]
	switch {
	case c.PreviewDial == "DISABLED":
		a.fail("preview dialing not allowed on this campaign", row.User, c.ID, c.PreviewDial)
	case v == "SKIP" && c.PreviewDial == "PREVIEW_ONLY":
		a.fail("preview dial skipping not allowed on this campaign", row.User, c.ID, c.PreviewDial)
	case (v == "ALTDIAL" || v == "ADR3DIAL") && c.NoAltDial:
		a.fail("alt number dialing not allowed on this campaign", row.User, c.ID, "N")
	case row.status != paused:
		a.fail("agent_user is not paused", row.User)
	case !row.ManualDial:
		a.fail("agent_user is not allowed to place manual dial calls", row.User)
	default:
		a.store(row, cellDial, v+"!!!!!!"+a.epoch()+"!!!!!!!") // shares the cell of external_dial
		a.succeed("preview_dial_action function set", v, row.User, v)
	}
}

func (a *ask) externalAddLead() {
	to, code := a.v("phone_number"), a.v("phone_code")
	if to == "" {
		to = a.v("value")
	}
	if to == "" || code == "" || !a.named(true) {
		a.fail("external_add_lead not valid", to, code, a.v("agent_user"), a.v("alt_user"))
		return
	}
	if !a.permitted(a.v("value")) {
		return
	}
	row := a.agent(true)
	if row == nil {
		return
	}
	c := a.s.campaigns[row.Campaign]
	checked := func(name string) bool { return a.v(name) == "YES" || a.v(name) == "Y" }
	switch {
	case checked("dnc_check") && slices.Contains(a.s.dnc, to):
		a.fail("add_lead PHONE NUMBER IN DNC", to, row.User)
		return
	case checked("campaign_dnc_check") && slices.Contains(c.DNC, to):
		a.fail("add_lead PHONE NUMBER IN CAMPAIGN DNC", to, c.ID, row.User)
		return
	}
	l := Lead{List: c.ManualList, PhoneNumber: to, PhoneCode: code, User: row.User}
	for _, name := range leadFields() {
		if name == "phone_number" || name == "phone_code" {
			continue
		}
		value := a.v(name)
		if name == "vendor_lead_code" && value == "" {
			value = a.v("vendor_id")
		}
		if value == "" {
			continue
		}
		if breaks(value) {
			a.breakStatement()
		}
		l.set(name, value)
	}
	if slices.Contains(a.faults, "broken statement") {
		a.fail("lead insertion failed", to, c.ID, c.ManualList, row.User) // not seen: a new PHP answers nothing at all
		return
	}
	a.succeed("lead added", to, c.ID, c.ManualList, itoa(a.s.addLead(l)), row.User)
}

// breaks answers whether a text ends the quotes it stands in, which are double ones (recorded for update_fields).
func breaks(value string) bool {
	return strings.ContainsAny(value, `"`) || strings.HasSuffix(value, `\`)
}
