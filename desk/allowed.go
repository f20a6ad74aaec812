package desk

import (
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/dialplan"
)

// Hours say when numbers may be dialled.
type Hours struct {
	Windows dialplan.Hours // none: always
	// Campaigns limits the hours to what is dialled for a campaign.
	Campaigns bool
}

// The ids of the sentences that say why a number is not dialled.
const (
	hintForbidden     = "desk.hint.forbidden"
	hintPremium       = "desk.hint.forbidden_premium"
	hintInternational = "desk.hint.forbidden_international"
	hintShared        = "desk.hint.forbidden_shared"
	hintMobile        = "desk.hint.forbidden_mobile"
	hintFixed         = "desk.hint.forbidden_fixed"
	hintTollFree      = "desk.hint.forbidden_tollfree"
	hintShortCode     = "desk.hint.forbidden_shortcode"
	hintExtension     = "desk.hint.forbidden_extension"
	hintHours         = "desk.hint.hours"
	hintHoursNever    = "desk.hint.hours_never"
)

// banned tells why the site does not let anybody dial a number, nil where it does.
func (d *Desk) banned(op string, e dialplan.Explanation) error {
	for _, b := range d.options.Forbid {
		if !b.Hits(e) {
			continue
		}
		hint := hintForbidden
		switch dialplan.Kind(b) {
		case dialplan.Kind(dialplan.BanPremium):
			hint = hintPremium
		case dialplan.KindInternational:
			hint = hintInternational
		case dialplan.KindShared:
			hint = hintShared
		case dialplan.KindMobile:
			hint = hintMobile
		case dialplan.KindFixed:
			hint = hintFixed
		case dialplan.KindTollFree:
			hint = hintTollFree
		case dialplan.KindShortCode:
			hint = hintShortCode
		case dialplan.KindExtension:
			hint = hintExtension
		}
		return &cti.Error{Kind: cti.Forbidden, Op: op, Text: "this number may not be dialled here: " + string(b),
			Hint: hint, Args: map[string]string{"Number": e.Raw, "Rule": string(b)}}
	}
	return nil
}

// allowedLocked tells why a dial may not be made now: the hours, and of a
// redial also what is forbidden, for the phone may have dialled it by itself.
func (d *Desk) allowedLocked(k *wish, now time.Time) error {
	number := k.number
	if k.info.Name == cti.CallRedial.Name {
		number = d.redialedLocked()
		if err := d.banned(k.info.Name, number); err != nil {
			return err
		}
	}
	if d.options.Hours.Campaigns && !k.forCampaign() {
		return nil
	}
	closed, is := d.options.Plan.Closed(d.options.Hours.Windows, number, now)
	if !is {
		return nil
	}
	e := &cti.Error{Kind: cti.Forbidden, Op: k.info.Name, Text: "outside the calling hours", Hint: hintHoursNever,
		Args: map[string]string{"Number": number.Raw, "Local": closed.Local.Format("15:04")}}
	if !closed.Opens.IsZero() {
		e.Hint = hintHours
		e.Args["Opens"] = closed.Opens.Format("15:04")
		if closed.Opens.Format(time.DateOnly) != now.Format(time.DateOnly) {
			e.Args["Opens"] = closed.Opens.Format("2006-01-02 15:04")
		}
	}
	return e
}

// redialedLocked is the number that was called last, as far as the desk knows.
func (d *Desk) redialedLocked() dialplan.Explanation {
	var last *cti.Call
	for _, list := range [][]*cti.Call{d.table.Calls, d.table.Recent} {
		for _, c := range list {
			if c.Direction == cti.Outbound && (last == nil || c.StartedAt.After(last.StartedAt.Time)) {
				last = c
			}
		}
	}
	switch {
	case last == nil:
		return dialplan.Explanation{}
	case last.Remote.E164 != "":
		return d.options.Plan.Explain(last.Remote.E164)
	}
	return d.options.Plan.Explain(last.Remote.Raw)
}

// forCampaign tells whether a dial is made for a campaign, in the words of
// whichever vendor: campaign, campanha, campaign_id.
func (k *wish) forCampaign() bool {
	for _, f := range k.shape().texts {
		name := strings.ToLower(f.name)
		if (strings.HasPrefix(name, "campaign") || strings.HasPrefix(name, "campan")) && f.of(k.in).Len() > 0 {
			return true
		}
	}
	return false
}
