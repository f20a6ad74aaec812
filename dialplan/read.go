package dialplan

import (
	"strings"
	"unicode/utf8"
)

// reader collects an explanation; a reading that fails leaves it as it was.
type reader struct {
	*Plan
	quiet bool // no steps
	e     Explanation
}

func (p *Plan) read(raw string) Explanation {
	r := &reader{Plan: p, e: Explanation{Raw: clip(raw), Steps: []Step{}}}
	if reason := r.text(raw); reason != "" {
		return Explanation{Raw: r.e.Raw, Kind: KindNotAPhone, Reason: reason,
			Steps: append(r.e.Steps, newStep(ruleRefused, r.e.Raw, "", reason))}
	}
	return r.e
}

func (r *reader) step(rule, before, after, value string) {
	if !r.quiet {
		r.e.Steps = append(r.e.Steps, newStep(rule, before, after, value))
	}
}

// text reads down to digits and hands them on; it returns the reason to refuse, or "".
func (r *reader) text(raw string) string {
	if raw != "" && len(raw) <= MaxText && onlyDigits(raw) {
		return r.plain(raw)
	}
	text := tidy(raw)
	switch {
	case text == "":
		return reasonEmpty
	case utf8.RuneCountInString(text) > MaxText:
		return reasonTooLong
	case !utf8.ValidString(text):
		return reasonCharacters
	}
	if text != raw {
		r.step(ruleTrim, raw, text, "")
	}
	if onlyDigits(text) {
		return r.plain(text)
	}
	text = strings.Map(plainSigns, text)
	if (text[0] == '*' || text[0] == '#') && r.shapes.starCode.matches(text) {
		r.e.Kind, r.e.National = KindShortCode, text
		r.step(ruleStarCode, text, text, "")
		return ""
	}
	if reason := r.shapeOf(text); reason != "" {
		return reason
	}
	// Most texts are plain numbers: the patterns run only where a sign says that they could match.
	if strings.ContainsAny(text, "xX") && r.pack.carrierDigits > 0 {
		if marked := r.shapes.carrierMark.replace(text, "${1}"+r.pack.trunk); marked != text {
			r.step(ruleCarrierMark, text, marked, "")
			text = marked
		}
	}
	if main, word, ext, ok := r.splitExtension(text); ok {
		if main == "" {
			r.step(ruleExtWord, text, ext, ext)
			text = ext
		} else {
			r.step(ruleExtSuffix, text, main, word+" "+ext)
			r.e.Extension, text = ext, main
		}
	}
	if strings.Contains(text, "(0)") {
		if without := r.shapes.foreignTrunk.replace(text, "$1"); without != text {
			r.step(ruleTrunkZero, text, without, "0")
			text = without
		}
	}
	digits, reason := digitsOf(text)
	if reason != "" {
		return reason
	}
	if digits != text {
		r.step(ruleSeparators, text, digits, "")
	}
	if number, ok := strings.CutPrefix(digits, "+"); ok {
		return r.withCountry(number)
	}
	if digits == text && r.short(digits) {
		return ""
	}
	return r.outside(digits, digits == text)
}

// plain reads digits in which none of the signs stands that text looks for.
func (r *reader) plain(d string) string {
	if r.short(d) {
		return ""
	}
	return r.outside(d, true)
}

// splitExtension takes "ramal 12", "r. 12", "x12", "/35" or "|35" from the end. A bare stroke counts only behind a whole number.
func (r *reader) splitExtension(text string) (main, word, ext string, ok bool) {
	var m []string
	if !onlyFrom(text, plainNumber) {
		m = r.shapes.extension.find(text)
	}
	if m == nil {
		return "", "", "", false
	}
	main, word, ext = m[1], m[2], m[3]
	if (word == "/" || word == "|") && countDigits(main) < 8 {
		return "", "", "", false
	}
	return main, word, ext, true
}

// short reads what has fewer digits than any telephone number: emergency before everything, then extensions of stated length,
// public codes, and extensions. What begins with the outside prefix cannot be an extension, but a public code may follow.
func (r *reader) short(d string) bool {
	kind := r.publicCode(d)
	rest, prefixed := strings.CutPrefix(d, r.site.OutsidePrefix)
	if prefixed = prefixed && r.site.OutsidePrefix != ""; prefixed && kind == "" {
		if kind = r.publicCode(rest); kind != "" {
			r.step(ruleOutsideGone, d, rest, r.site.OutsidePrefix)
			d = rest
		}
	}
	isExt := !prefixed && len(d) >= r.site.ExtensionDigits[0] && len(d) <= r.site.ExtensionDigits[1]
	if isExt && (kind == "" || kind == KindShortCode && r.extStated) {
		kind = KindExtension
	}
	if kind == "" {
		return false
	}
	r.be(kind, d)
	return true
}

func (r *reader) publicCode(d string) Kind {
	if len(d) > r.longestCode {
		return ""
	}
	for _, code := range r.pack.emergency {
		if d == code {
			return KindEmergency
		}
	}
	for _, code := range r.pack.shortCodes {
		if likeCode(d, code) {
			return KindShortCode
		}
	}
	return ""
}

func likeCode(d, code string) bool {
	if len(d) != len(code) {
		return false
	}
	for i := range len(d) {
		if code[i] != '?' && code[i] != d[i] {
			return false
		}
	}
	return true
}

// be ends a reading that has no E.164.
func (r *reader) be(kind Kind, number string) {
	r.e.Kind, r.e.National = kind, number
	rule := map[Kind]string{KindEmergency: ruleEmergency, KindShortCode: ruleShortCode, KindExtension: ruleExtension,
		KindTollFree: ruleTollFree, KindShared: ruleShared}[kind]
	r.step(rule, number, number, "")
}

// outside reads digits without + that are longer than an extension. unformatted says that the text had nothing but digits.
func (r *reader) outside(d string, unformatted bool) string {
	steps := len(r.e.Steps)
	if r.national(d) || r.carrier(d) || r.collect(d) {
		return ""
	}
	if rest, ok := strings.CutPrefix(d, r.pack.callingCode); ok && r.hasArea(rest) {
		r.step(ruleCountryCode, d, rest, r.pack.callingCode)
		r.national(rest)
		return ""
	}
	reason := ""
	if rest, ok := strings.CutPrefix(d, r.pack.international); ok {
		if reason = r.abroad(rest); reason == "" {
			return ""
		}
	}
	if x := r.site.OutsidePrefix; x != "" && strings.HasPrefix(d, x) {
		rest := d[len(x):]
		r.step(ruleOutsideGone, d, rest, x)
		if r.national(rest) || r.carrier(rest) {
			return ""
		}
		r.e.Steps = r.e.Steps[:steps]
	}
	if unformatted {
		for _, doc := range r.pack.documents {
			if doc.bare != nil && doc.bare(d) {
				return doc.reason
			}
		}
	}
	if reason != "" && reason != reasonInvalid {
		return reason
	}
	return r.why(d)
}

// why names the nearest reason for digits that no reading fits.
func (r *reader) why(d string) string {
	if r.pack.collectLocal != "" && strings.HasPrefix(d, r.pack.collectLocal) {
		return reasonCollect
	}
	d = strings.TrimPrefix(d, r.pack.trunk)
	if r.subscriber(d) != nil {
		return reasonAreaMissing
	}
	for _, n := range r.areaLengths {
		if len(d) <= n || d[0] == '0' || r.areas[d[:n]] {
			continue
		}
		if r.subscriber(d[n:]) != nil {
			return reasonAreaCode
		}
	}
	return reasonInvalid
}

// national reads a nationwide number, a number with its area code, or one without.
func (r *reader) national(d string) bool {
	if r.service(d, false) {
		return true
	}
	area, rest, ok := r.splitArea(d)
	if !ok {
		if r.subscriber(d) == nil || r.site.AreaCode == "" {
			return false
		}
		area, rest = r.site.AreaCode, d
		r.step(ruleAreaAdded, d, area+d, area)
	}
	row := r.subscriber(rest)
	number := row.insert + rest
	r.e.Kind, r.e.AreaCode, r.e.Subscriber, r.e.CountryCode = row.kind, area, number, r.pack.callingCode
	if r.quiet {
		return true // nobody asks for what follows, and it is half of the time
	}
	whole := "+" + r.pack.callingCode + area + number
	national := whole[1+len(r.pack.callingCode):]
	r.e.National, r.e.E164 = national, whole
	if row.rule != "" {
		r.step(row.rule, area+rest, national, row.insert)
	}
	rule := ruleFixed
	if row.kind == KindMobile {
		rule = ruleMobile
	}
	r.step(rule, area+rest, whole, area)
	return true
}

// service reads a nationwide number. Behind the country code its trunk 0 is rightly absent; elsewhere only toll-free numbers of full
// length get it back: a wrong area code must not become a call that costs.
func (r *reader) service(d string, home bool) bool {
	if len(d) < 2 || !r.starts[twoDigits(d)] {
		return false // nearly every number
	}
	for i := range r.services {
		s := &r.services[i]
		prefix, bare := s.prefix, s.bare
		if !strings.HasPrefix(d, bare) && !strings.HasPrefix(d, prefix) {
			continue
		}
		whole := fits(d, prefix, s.rest)
		if !whole && !((home || s.kind == KindTollFree) && bare != prefix && fits(d, bare, s.rest[:1])) {
			continue
		}
		if !whole {
			r.step(ruleServiceZero, d, r.pack.trunk+d, r.pack.trunk)
			d = r.pack.trunk + d
		}
		r.be(s.kind, d)
		if s.premium {
			r.e.Premium = true
			r.step(rulePremium, d, d, prefix)
		}
		return true
	}
	return false
}

func fits(d, prefix string, rest []int) bool {
	for _, n := range rest {
		if len(d) == len(prefix)+n && strings.HasPrefix(d, prefix) {
			return true
		}
	}
	return false
}

// subscriber finds the family of a number within an area, nil for none.
func (p *Plan) subscriber(d string) *subscriberRow {
	for i := range p.pack.subscribers {
		if row := &p.pack.subscribers[i]; len(d) == row.length && strings.IndexByte(row.first, d[0]) >= 0 {
			return row
		}
	}
	return nil
}

func (p *Plan) splitArea(d string) (area, rest string, ok bool) {
	for _, n := range p.areaLengths {
		if n < len(d) && p.areas[d[:n]] {
			if p.subscriber(d[n:]) != nil {
				return d[:n], d[n:], true
			}
		}
	}
	return "", "", false
}

func (p *Plan) hasArea(d string) bool {
	_, _, ok := p.splitArea(d)
	return ok
}

// carrier reads a trunk 0, with or without a carrier code behind it, in front of an area code.
func (r *reader) carrier(d string) bool {
	rest, ok := strings.CutPrefix(d, r.pack.trunk)
	if !ok || rest == "" || strings.HasPrefix(rest, "0") {
		return false
	}
	if r.hasArea(rest) {
		r.step(ruleTrunkZero, d, rest, r.pack.trunk)
		return r.national(rest)
	}
	n := r.pack.carrierDigits
	if n == 0 || len(rest) <= n || !r.hasArea(rest[n:]) {
		return false
	}
	r.dropCarrier(d, rest[:n], rest[n:])
	return r.national(rest[n:])
}

func (r *reader) dropCarrier(before, carrier, after string) {
	r.e.Carrier = carrier
	r.step(ruleCarrier, before, after, carrier)
}

// collect reads the prefixes that make the called side pay. The wish is told and kept as data; what is dialled is ordinary.
func (r *reader) collect(d string) bool {
	k := r.pack
	if rest, ok := strings.CutPrefix(d, k.collectLocal); ok && k.collectLocal != "" && r.geographic(rest) {
		r.e.Collect = true
		r.step(ruleCollect, d, rest, k.collectLocal)
		return r.national(rest)
	}
	rest, ok := strings.CutPrefix(d, k.collectLong)
	if !ok || k.collectLong == "" {
		return false
	}
	n := k.carrierDigits
	withCarrier := n > 0 && len(rest) > n && rest[0] != '0' && r.hasArea(rest[n:])
	if !withCarrier && !r.hasArea(rest) {
		return false
	}
	r.e.Collect = true
	r.step(ruleCollect, d, rest, k.collectLong)
	if !r.hasArea(rest) {
		r.dropCarrier(rest, rest[:n], rest[n:])
		rest = rest[n:]
	}
	return r.national(rest)
}

// geographic says whether d is a number with its area code, or without one where the site has one.
func (p *Plan) geographic(d string) bool {
	return p.subscriber(d) != nil && p.site.AreaCode != "" || p.hasArea(d)
}
