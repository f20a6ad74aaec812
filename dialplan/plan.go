// Package dialplan turns the text a person or a page shows into the number it means and the digits this site dials for it,
// and tells every step it took.
//
// Nothing here touches a wire, a clock or a file: the same text on the same site always reads the same way. What is no telephone
// number (a tax id, a postcode, a date, an amount, an address) is refused with a reason instead of being dialled by mistake.
package dialplan

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxText is the longest text, in runes and without surrounding blanks, that is read at all.
const MaxText = 64

// Kind is what a text turned out to be. The values are wire strings.
type Kind string

// The kinds of cli.md's `number explain`.
const (
	KindMobile        Kind = "mobile"
	KindFixed         Kind = "fixed"
	KindTollFree      Kind = "tollfree"
	KindShared        Kind = "shared"
	KindEmergency     Kind = "emergency"
	KindShortCode     Kind = "shortcode"
	KindExtension     Kind = "extension"
	KindInternational Kind = "international"
	KindNotAPhone     Kind = "not_a_phone"
)

// Site is where the dialling happens. The zero value is Brazil without an area code.
type Site struct {
	Country       string // ISO 3166 alpha-2; "" means "BR"
	AreaCode      string // of this site, without the leading 0 ("11"); "" refuses numbers that are written without one
	OutsidePrefix string // digits the PBX wants before outside numbers ("0"); "" when it wants none
	Carrier       string // carrier code put into international calls dialled with 00 ("15"); "" leaves the choice to the PBX

	// ExtensionDigits are the fewest and the most digits of an extension, within 1 and 7; {0, 0} means {2, 5}.
	// Stated lengths beat public short codes ("100", "10331"), never emergency numbers. What begins with OutsidePrefix is no extension.
	ExtensionDigits [2]int
}

// SiteError says which field of a Site cannot be used and what to write instead.
type SiteError struct {
	Field string // as the configuration spells it: country, area_code, outside_prefix, carrier, extension_digits
	Value string
	Hint  string // the next step, one plain English sentence
}

// Error names the field, the value and the next step.
func (e *SiteError) Error() string {
	return fmt.Sprintf("dial plan: %s %q cannot be used: %s", e.Field, e.Value, e.Hint)
}

// Plan reads and writes numbers for one site. It never changes and may be used by any number of goroutines.
type Plan struct {
	site        Site
	pack        *pack
	shapes      *shapes
	extStated   bool
	areas       map[string]bool
	areaLengths []int
	services    []service
	starts      [100]bool // the two digits with which nationwide numbers begin
	longestCode int       // of emergency and short codes
}

// service is a family of nationwide numbers, and what it begins with when its trunk 0 is left out.
type service struct {
	serviceRow
	bare string
}

// New makes the plan of a site. A bad field comes back as *SiteError.
func New(site Site) (*Plan, error) {
	if site.Country == "" {
		site.Country = "BR"
	}
	site.Country = strings.ToUpper(site.Country)
	k, ok := packFor(site.Country)
	if !ok {
		return nil, &SiteError{"country", clip(site.Country), "write one of " + strings.Join(countries(), ", ")}
	}
	p := &Plan{site: site, pack: k, shapes: newShapes(k.extensionWords), areas: make(map[string]bool, len(k.areaCodes))}
	for _, a := range k.areaCodes {
		p.areas[a] = true
		if !slices.Contains(p.areaLengths, len(a)) {
			p.areaLengths = append(p.areaLengths, len(a))
		}
	}
	for _, code := range slices.Concat(k.emergency, k.shortCodes) {
		p.longestCode = max(p.longestCode, len(code))
	}
	for _, row := range k.services {
		bare := strings.TrimPrefix(row.prefix, k.trunk)
		p.services = append(p.services, service{row, bare})
		p.starts[twoDigits(row.prefix)], p.starts[twoDigits(bare)] = true, true
	}
	if site.AreaCode != "" && !p.areas[site.AreaCode] {
		return nil, &SiteError{"area_code", clip(site.AreaCode), "write an area code of " + k.name + " without the leading " + k.trunk + ", for example \"" + k.areaCodes[0] + "\""}
	}
	if len(site.OutsidePrefix) > 4 || !onlyFrom(site.OutsidePrefix, "0123456789*#") {
		return nil, &SiteError{"outside_prefix", clip(site.OutsidePrefix), "write up to four of the characters 0-9, * and #, or leave it out"}
	}
	if site.Carrier != "" && (len(site.Carrier) != k.carrierDigits || !onlyDigits(site.Carrier) || site.Carrier[0] == '0') {
		return nil, &SiteError{"carrier", clip(site.Carrier), fmt.Sprintf("write the carrier code's %d digits, or leave it out", k.carrierDigits)}
	}
	p.extStated = site.ExtensionDigits != [2]int{}
	if !p.extStated {
		p.site.ExtensionDigits = [2]int{2, 5}
	}
	if lo, hi := p.site.ExtensionDigits[0], p.site.ExtensionDigits[1]; lo < 1 || hi > 7 || lo > hi {
		return nil, &SiteError{"extension_digits", fmt.Sprint(site.ExtensionDigits), "write the fewest and the most digits of an extension, between 1 and 7"}
	}
	return p, nil
}

// Explanation is what a text means here. Only Raw, Kind and Steps are always filled.
type Explanation struct {
	Raw    string `json:"raw"`  // the text as given, cut to MaxText runes
	E164   string `json:"e164"` // "+5511987654321", "" where the number has no such form (0800, short codes, extensions)
	Kind   Kind   `json:"kind"`
	Dialed string `json:"dialed"`           // what the site dials, only 0-9 * # and +; "" exactly when Kind is not_a_phone
	Steps  []Step `json:"steps"`            // every rule applied, in order
	Reason string `json:"reason,omitempty"` // why it is not dialled: a code with a sentence in i18n's "dialplan.reason.<Reason>"

	National    string `json:"national,omitempty"`    // as dialled inside the country, without trunk 0: area and subscriber, 0800…, 4004…, 190, 10005, *21#
	AreaCode    string `json:"areaCode,omitempty"`    // of mobile and fixed numbers
	Subscriber  string `json:"subscriber,omitempty"`  // the number within its area
	CountryCode string `json:"countryCode,omitempty"` // of numbers that have an E164
	Carrier     string `json:"carrier,omitempty"`     // a carrier code the text contained; it is not dialled
	Extension   string `json:"extension,omitempty"`   // digits behind the number ("ramal 12"); data, never dialled
	Collect     bool   `json:"collect,omitempty"`     // the text asked for a collect call; Dialed makes an ordinary one
	Premium     bool   `json:"premium,omitempty"`     // the caller pays more than for the call itself
}

// Step is one rule at work. Rule is stable; the sentence in other languages is i18n's "dialplan.rule.<Rule>".
type Step struct {
	Rule   string `json:"rule"`
	Text   string `json:"text"` // plain English
	Before string `json:"before"`
	After  string `json:"after"`
	Value  string `json:"value,omitempty"` // what the rule added, dropped or recognised
}

// Style is how one driver wants numbers. The zero value dials local numbers without area code, others with it, without a leading 0.
type Style struct {
	AreaWhenLocal bool // keep the site's own area code on local numbers
	TrunkZero     bool // every outside number begins with 0
	CountryCode   bool // the whole number with its country code, without +
	Plus          bool // the whole number with + and country code; needs no prefix of the site
}

// Explain reads text and dials it in the zero Style. It never panics; what cannot be dialled is KindNotAPhone with a Reason.
func (p *Plan) Explain(text string) Explanation { return p.ExplainFor(text, Style{}) }

// ExplainFor is Explain with Dialed and its steps in the style of one driver.
func (p *Plan) ExplainFor(text string, s Style) Explanation {
	e := p.read(text)
	if e.Kind != KindNotAPhone {
		e.Dialed = p.dial(e, s, &e.Steps)
	}
	return e
}

// Read is Explain without what costs more than all the rest: Dialed, Steps, and E164 and National of numbers that have an area.
// It is for lists of numbers.
func (p *Plan) Read(text string) Explanation {
	r := reader{Plan: p, quiet: true}
	if r.e.Raw = text; len(text) > MaxText || !onlyDigits(text) {
		r.e.Raw = clip(text)
	}
	if reason := r.text(text); reason != "" {
		return Explanation{Raw: r.e.Raw, Kind: KindNotAPhone, Reason: reason}
	}
	return r.e
}

func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= MaxText || utf8.RuneCountInString(s) <= MaxText {
		return s
	}
	return string([]rune(s)[:MaxText])
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// twoDigits is the number that the first two digits are; 0 where they are none.
func twoDigits(s string) int {
	if n := int(s[0]-'0')*10 + int(s[1]-'0'); n < 100 {
		return n
	}
	return 0
}

func onlyFrom(s, set string) bool { return strings.Trim(s, set) == "" }
