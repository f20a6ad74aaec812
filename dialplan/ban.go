package dialplan

import (
	"slices"
	"strings"
)

// Ban is a kind of number, or a pattern, that a site does not let anybody dial:
// "premium", one of BanKinds, or the digits of a number as people write it,
// with or without "+", and "*" at the end for all that begins so.
type Ban string

// BanPremium bans what costs more than an ordinary call.
const BanPremium Ban = "premium"

// BanKinds are the kinds of numbers that can be banned. Emergency numbers are
// not among them, and no pattern bans one.
func BanKinds() []Kind {
	return []Kind{KindMobile, KindFixed, KindShared, KindShortCode, KindExtension, KindInternational, KindTollFree}
}

// Valid says whether a ban can be understood.
func (b Ban) Valid() bool {
	if b == BanPremium || slices.Contains(BanKinds(), Kind(b)) {
		return true
	}
	digits := strings.TrimSuffix(strings.TrimPrefix(string(b), "+"), "*")
	return digits != "" && len(digits) <= 20 && strings.Trim(digits, "0123456789") == ""
}

// Hits says whether a number is banned, in whichever form it may be dialled.
func (b Ban) Hits(e Explanation) bool {
	switch {
	case e.Kind == KindEmergency:
		return false
	case b == BanPremium:
		return e.Premium
	case slices.Contains(BanKinds(), Kind(b)):
		return e.Kind == Kind(b)
	}
	want, open := strings.CutSuffix(string(b), "*")
	plus := strings.HasPrefix(want, "+")
	for _, form := range []string{e.E164, e.National, e.Dialed} {
		if !plus {
			form = strings.TrimPrefix(form, "+")
		}
		if form != "" && (form == want || open && strings.HasPrefix(form, want)) {
			return true
		}
	}
	return false
}
