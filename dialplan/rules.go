package dialplan

import "strings"

// Rule ids. They are part of what programs and translations build on: add, never rename.
const (
	ruleTrim          = "trim"
	ruleSeparators    = "separators"
	ruleCarrierMark   = "carrier_placeholder"
	ruleExtSuffix     = "extension_suffix"
	ruleExtWord       = "extension_word"
	ruleStarCode      = "star_code"
	ruleEmergency     = "emergency"
	ruleShortCode     = "short_code"
	ruleExtension     = "extension"
	ruleTollFree      = "toll_free"
	ruleShared        = "shared"
	rulePremium       = "premium"
	ruleServiceZero   = "service_zero_added"
	ruleCollect       = "collect"
	ruleCarrier       = "carrier_dropped"
	ruleIntlPrefix    = "international_prefix"
	ruleCountryCode   = "country_code_dropped"
	ruleTrunkZero     = "trunk_zero_dropped"
	ruleOutsideGone   = "outside_prefix_dropped"
	ruleAreaAdded     = "area_code_added"
	ruleNinthDigit    = "ninth_digit_added"
	ruleTrunkedRadio  = "trunked_radio"
	ruleMobile        = "mobile"
	ruleFixed         = "fixed"
	ruleInternational = "international"
	ruleRefused       = "refused"
	ruleDialLocal     = "dial_local"
	ruleDialArea      = "dial_with_area"
	ruleDialCountry   = "dial_with_country"
	ruleDialIntl      = "dial_international"
	ruleDialAsIs      = "dial_as_is"
	ruleDialZero      = "dial_leading_zero"
	ruleDialOutside   = "dial_outside_prefix"
)

// Reasons of KindNotAPhone that belong to no country pack; the packs' documents add theirs.
const (
	reasonEmpty       = "empty"
	reasonTooLong     = "too_long"
	reasonCharacters  = "characters"
	reasonLetters     = "letters"
	reasonIP          = "ip"
	reasonDate        = "date"
	reasonMoney       = "money"
	reasonDecimal     = "decimal"
	reasonSeveral     = "several"
	reasonAreaCode    = "area_code"
	reasonAreaMissing = "area_code_missing"
	reasonCollect     = "collect"
	reasonAmbiguous   = "ambiguous"
	reasonInvalid     = "invalid"
)

// sentence is the English text of a rule, the same template as in the translations ({{.Before}}, {{.After}}, {{.Value}}).
func sentence(rule string) string {
	switch rule {
	case ruleTrim:
		return "Blanks or invisible marks around the text are left out."
	case ruleSeparators:
		return "Blanks, brackets, dots and dashes are left out: {{.After}}."
	case ruleCarrierMark:
		return "“xx” stands for a carrier code of your choice and is left out."
	case ruleExtSuffix:
		return "{{.Value}} is an extension at the other end and is not dialed with the number."
	case ruleExtWord:
		return "The text itself says that {{.Value}} is an extension."
	case ruleStarCode:
		return "{{.After}} is a keypad code and is dialed exactly as written."
	case ruleEmergency:
		return "{{.After}} is an emergency number."
	case ruleShortCode:
		return "{{.After}} is a public service number."
	case ruleExtension:
		return "{{.After}} has the length of an extension of this site."
	case ruleTollFree:
		return "{{.After}} is a free number, the same in the whole country."
	case ruleShared:
		return "{{.After}} is a nationwide number that has no area code."
	case rulePremium:
		return "Calls to {{.Value}} numbers cost more than an ordinary call."
	case ruleServiceZero:
		return "Numbers of this kind begin with 0, so it is put back: {{.After}}."
	case ruleCollect:
		return "The text asks for a collect call ({{.Value}}). It is dialed as an ordinary call, which your side pays."
	case ruleCarrier:
		return "The carrier code {{.Value}} is left out."
	case ruleIntlPrefix:
		return "{{.Value}} at the beginning announces a country code."
	case ruleCountryCode:
		return "{{.Value}} is the code of this country and is left out."
	case ruleTrunkZero:
		return "The 0 before the area code is left out."
	case ruleOutsideGone:
		return "{{.Value}} at the beginning is this site's outside line and is left out."
	case ruleAreaAdded:
		return "The area code is missing; this site's {{.Value}} is added."
	case ruleNinthDigit:
		return "This mobile number is from before the ninth digit; the {{.Value}} is added."
	case ruleTrunkedRadio:
		return "Numbers that begin with 7 are old trunked radio and keep their eight digits."
	case ruleMobile:
		return "{{.After}} is a mobile number of area {{.Value}}."
	case ruleFixed:
		return "{{.After}} is a fixed line of area {{.Value}}."
	case ruleInternational:
		return "{{.After}} is a number abroad, country code {{.Value}}."
	case ruleRefused:
		return "“{{.Before}}” is not dialed."
	case ruleDialLocal:
		return "It is a local call: dialed without the area code, {{.After}}."
	case ruleDialArea:
		return "It is dialed with its area code, {{.After}}."
	case ruleDialCountry:
		return "It is dialed with its country code, {{.After}}."
	case ruleDialIntl:
		return "It is dialed as an international call, {{.After}}."
	case ruleDialAsIs:
		return "It is dialed as it is, {{.After}}."
	case ruleDialZero:
		return "The telephone system wants a 0 in front of outside numbers: {{.After}}."
	case ruleDialOutside:
		return "{{.Value}} in front takes an outside line: {{.After}}."
	}
	return ""
}

// newStep makes a step with its English sentence; every text in it is bounded.
func newStep(rule, before, after, value string) Step {
	s := Step{Rule: rule, Before: clip(before), After: clip(after), Value: clip(value)}
	s.Text = sentence(rule)
	for _, p := range [...][2]string{{"{{.Before}}", s.Before}, {"{{.After}}", s.After}, {"{{.Value}}", s.Value}} {
		s.Text = strings.Replace(s.Text, p[0], p[1], 1)
	}
	return s
}
