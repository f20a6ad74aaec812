package dialplan

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// tidy removes what surrounds a text when it is copied from a page: blanks, line ends and the marks of writing direction.
// Direction overrides are not removed: they make a reader see other digits than the program.
func tidy(text string) string {
	return strings.TrimFunc(text, func(r rune) bool {
		switch r {
		case '\u200b', '\u200e', '\u200f', '\u202a', '\u202c', '\u2066', '\u2068', '\u2069', '\ufeff':
			return true
		}
		return unicode.IsSpace(r)
	})
}

// plainSigns turns the typographic dashes and blanks of web pages into the ones of a keyboard.
func plainSigns(r rune) rune {
	switch r {
	case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
		return '-'
	case '\u00a0', '\u2007', '\u2009', '\u202f':
		return ' '
	}
	return r
}

// plainNumber are the signs of an ordinary number. Without the dash, or behind a bracket or a +, they write nothing else.
const plainNumber = "0123456789 -()+"

// shapes are the patterns every country shares.
type shapes struct {
	carrierMark  pattern // the "xx" of (0xx11), printed where the caller inserts a carrier code
	foreignTrunk pattern // the (0) of "+44 (0)20…", dialled only inside that country
	starCode     pattern
	extension    pattern // the country's extension words at the end of a text

	date, monthYear, dayMonth, clock     pattern
	currency, cents, thousands, negative pattern
}

func newShapes(extensionWords []string) *shapes {
	words := make([]string, len(extensionWords))
	for i, w := range extensionWords {
		words[i] = regexp.QuoteMeta(w)
	}
	return &shapes{
		carrierMark:  compiledLater(`^((?:\+ ?[0-9]{1,3})?[ (-]*)0?[ (-]*[xX]{2}[ )-]*`),
		foreignTrunk: compiledLater(`^(\(?\+[0-9 ()-]*)\(0\)`),
		starCode:     compiledLater(`^[*#][0-9*#]*[0-9][0-9*#]*$`),
		extension:    compiledLater(`(?i)^(.*?)[ (,;-]*(` + strings.Join(words, "|") + `|/|\|)[. :]*([0-9]{1,6})\)?$`),

		date: compiledLater(`^(?:([0-9]{1,2})[-/.]([0-9]{1,2})[-/.](?:[0-9]{4}|[0-9]{2})|[0-9]{4}[-/.]([0-9]{1,2})[-/.]([0-9]{1,2}))` +
			`(?:[ T,]+[0-9]{1,2}(?:[:h][0-9]{2}){0,2}Z?)?$`),
		monthYear: compiledLater(`^([0-9]{1,2})[-/](?:19|20)[0-9]{2}$`),
		dayMonth:  compiledLater(`^([0-9]{1,2})/([0-9]{1,2})$`),
		clock:     compiledLater(`^[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?$`),

		currency:  compiledLater(`^(?i:R\$|US\$|U\$S|\$|€|£|BRL|USD|EUR|ARS|MXN|COP) ?-?[0-9][0-9.,]*$`),
		cents:     compiledLater(`^-?[0-9][0-9.]*,[0-9]{1,2}$|^-?[0-9][0-9,]*\.[0-9]{2}$|^-?[0-9]{1,3}(?:,[0-9]{3})+$`),
		thousands: compiledLater(`^-?[0-9]{1,3}(?:\.[0-9]{3}){1,2}$`),
		negative:  compiledLater(`^-[0-9]+[.,][0-9]+$`), // coordinates, balances
	}
}

// shapeOf recognises what is written like something else than a telephone number: the reason, or "".
func (p *Plan) shapeOf(text string) string {
	if onlyFrom(text, plainNumber) && (text[0] == '(' || text[0] == '+' || strings.IndexByte(text, '-') < 0) {
		return ""
	}
	if isAddress(text) {
		return reasonIP
	}
	for _, d := range p.pack.documents {
		if d.shape.matches(text) {
			return d.reason
		}
	}
	switch {
	case p.shapes.isDate(text):
		return reasonDate
	case p.shapes.currency.matches(text), p.shapes.cents.matches(text), p.shapes.thousands.matches(text):
		return reasonMoney
	case p.shapes.negative.matches(text):
		return reasonDecimal
	}
	numbers := 0
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/|;,", r) }) {
		if countDigits(part) >= 8 {
			numbers++
		}
	}
	if numbers > 1 {
		return reasonSeveral
	}
	return ""
}

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

func (s *shapes) isDate(text string) bool {
	if s.clock.matches(text) {
		return true
	}
	if m := s.monthYear.find(text); m != nil {
		return between(m[1], 1, 12)
	}
	if m := s.dayMonth.find(text); m != nil {
		return between(m[1], 1, 31) && between(m[2], 1, 31)
	}
	m := s.date.find(text)
	if m == nil {
		return false
	}
	a, b := m[1]+m[3], m[2]+m[4]
	return between(a, 1, 31) && between(b, 1, 12) || between(a, 1, 12) && between(b, 1, 31)
}

func between(s string, lo, hi int) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= lo && n <= hi
}

// isAddress knows IPv4 (with leading zeros too, as some tables print them) and IPv6, with a port or a prefix length.
func isAddress(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	if _, err := netip.ParseAddrPort(text); err == nil {
		return true
	}
	if _, err := netip.ParsePrefix(text); err == nil {
		return true
	}
	groups := strings.Split(text, ".")
	if len(groups) != 4 {
		return false
	}
	for _, g := range groups {
		if len(g) > 3 || !onlyDigits(g) || !between(g, 0, 255) {
			return false
		}
	}
	return true
}

// digitsOf keeps a + at the beginning and the digits. A sign that no telephone number contains is the reason to refuse.
func digitsOf(text string) (digits, reason string) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9', r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case strings.ContainsRune(" -.()", r):
		case unicode.IsLetter(r):
			return "", reasonLetters
		default:
			return "", reasonCharacters
		}
	}
	return b.String(), ""
}
