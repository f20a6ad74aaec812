package dialplan

import "strings"

// Dial writes a number the way one driver wants it: only 0-9, *, # and +. It is "" when e cannot be dialled.
func (p *Plan) Dial(e Explanation, s Style) string {
	return p.dial(e, s, nil)
}

// dial is Dial, and notes each step unless steps is nil: words cost more than
// the number.
func (p *Plan) dial(e Explanation, s Style, steps *[]Step) string {
	note := func(rule, before, after, value string) {
		if steps != nil {
			*steps = append(*steps, newStep(rule, before, after, value))
		}
	}
	body, rule := p.body(e, s)
	if body == "" || !onlyFrom(strings.TrimPrefix(body, "+"), "0123456789*#") {
		return ""
	}
	from := e.National
	if from == "" {
		from = e.E164
	}
	note(rule, from, body, "")
	if !p.leavesTheSite(e) || strings.HasPrefix(body, "+") {
		return body
	}
	// Where the outside line is itself a 0, one 0 serves both: two would announce an international call.
	if s.TrunkZero && !strings.HasPrefix(body, "0") && p.site.OutsidePrefix != "0" {
		note(ruleDialZero, body, "0"+body, "0")
		body = "0" + body
	}
	if x := p.site.OutsidePrefix; x != "" {
		note(ruleDialOutside, body, x+body, x)
		body = x + body
	}
	return body
}

// body is the number without what the site puts in front, and the rule that chose it.
func (p *Plan) body(e Explanation, s Style) (number, rule string) {
	switch e.Kind {
	case KindMobile, KindFixed, KindInternational:
		digits, ok := strings.CutPrefix(e.E164, "+")
		if !ok || digits == "" || !onlyDigits(digits) {
			return "", ""
		}
		switch {
		case s.Plus:
			return e.E164, ruleDialCountry
		case s.CountryCode:
			return digits, ruleDialCountry
		case e.Kind == KindInternational:
			return p.pack.international + p.site.Carrier + digits, ruleDialIntl
		case e.AreaCode == p.site.AreaCode && !s.AreaWhenLocal:
			return e.Subscriber, ruleDialLocal
		}
		return e.National, ruleDialArea
	case KindTollFree, KindShared, KindEmergency, KindShortCode, KindExtension:
		return e.National, ruleDialAsIs
	}
	return "", ""
}

// leavesTheSite says whether the PBX sends the call to the public network. Star codes are the PBX's own.
func (p *Plan) leavesTheSite(e Explanation) bool {
	return e.Kind != KindExtension && !strings.ContainsAny(e.National, "*#")
}
