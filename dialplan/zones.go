package dialplan

import (
	"strconv"
	"strings"
)

// clocks says, for the first digits of international numbers, how many minutes the clocks there are ahead of UTC: the least and the
// most of all places and seasons that a number can mean (the IANA time zone database as of 2026; which zones a country code has, by
// the library that the tests use). The longest row that fits counts. The codes of services that belong to no country have none.
const clocks = `1:-600..-150 1670:600 1671:600 1684:-660 7:120..720 76:300 77:300 20:120..180 27:120 30:120..180 31:60..120 32:60..120 33:60..120
34:0..120 36:60..120 39:60..120 40:120..180 41:60..120 43:60..120 44:0..60 45:60..120 46:60..120 47:60..120 48:60..120 49:60..120 51:-300
52:-480..-240 53:-300..-240 54:-180 56:-360..-180 57:-300 58:-240 60:480 61:390..660 62:420..540 63:480 64:720..825 65:480 66:420 81:540
82:540 84:420 86:480 90:180 91:330 92:300 93:270 94:330 95:390 98:210 211:180 212:0..60 213:60..120 216:60 218:120..180 220:0 221:0 222:0
223:0 224:0 225:0 226:0 227:60 228:0 229:60 230:240 231:0 232:0 233:0 234:60 235:60 236:60 237:60 238:-60 239:0 240:60 241:60 242:60
243:60..120 244:60 245:0 246:360 247:0 248:240 249:120 250:120 251:180 252:180 253:180 254:180 255:180 256:180 257:120 258:120 260:120
261:180 262:180..240 263:120 264:120 265:120 266:120 267:120 268:120 269:180 290:0 291:180 297:-240 298:0..60 299:-240..-60 350:60..120
351:-60..60 352:60..120 353:0..60 354:0 355:60..120 356:60..120 357:120..180 358:120..180 359:120..180 370:120..180 371:120..180
372:120..180 373:120..180 374:240 375:180 376:60..120 377:60..120 378:60..120 380:120..180 381:60..120 382:60..120 383:60..120 385:60..120
386:60..120 387:60..120 389:60..120 420:60..120 421:60..120 423:60..120 500:-180 501:-360 502:-360 503:-360 504:-360 505:-360..-300
506:-360 507:-300 508:-180..-120 509:-300..-240 590:-240 591:-240 592:-240 593:-360..-300 594:-180 595:-180 596:-240 597:-180 598:-180
599:-240 670:540 672:660..720 673:480 674:720 675:600 676:780 677:660 678:660 679:720 680:540 681:720 682:-600 683:-660 685:780
686:720..840 687:660 688:720 689:-600..-540 690:780 691:600..660 692:720 850:540 852:480 853:480 855:420 856:420 880:360 886:480 960:300
961:120..180 962:180 963:180 964:180 965:180 966:180 967:180 968:240 970:120..180 971:240 972:120..180 973:180 974:180 975:360
976:420..480 977:345 992:300 993:300 994:240 995:240 996:360 998:300`

// zone is what the clock of a number may show: minutes ahead of UTC.
type zone struct{ least, most int }

// zoneRow is one time zone of a country.
type zoneRow struct {
	zone
	areaCodes []string
}

// zoneOf finds the clock of the place a number belongs to. Numbers that belong to no place have none.
func (p *Plan) zoneOf(e Explanation) (zone, bool) {
	if e.E164 == "" {
		return zone{}, false
	}
	for _, row := range p.pack.zones {
		for _, a := range row.areaCodes {
			if e.CountryCode == p.pack.callingCode && a == e.AreaCode {
				return row.zone, true
			}
		}
	}
	if e.Kind != KindInternational && e.AreaCode == "" {
		return zone{}, false
	}
	return worldZone(strings.TrimPrefix(e.E164, "+"))
}

func worldZone(digits string) (z zone, ok bool) {
	longest := 0
	for row := range strings.FieldsSeq(clocks) {
		code, span, _ := strings.Cut(row, ":")
		if len(code) <= longest || !strings.HasPrefix(digits, code) {
			continue
		}
		least, most, wide := strings.Cut(span, "..")
		if !wide {
			most = least
		}
		lo, errLo := strconv.Atoi(least)
		hi, errHi := strconv.Atoi(most)
		if errLo == nil && errHi == nil {
			z, ok, longest = zone{lo, hi}, true, len(code)
		}
	}
	return z, ok
}
