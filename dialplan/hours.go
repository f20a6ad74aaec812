package dialplan

import (
	"strings"
	"time"
)

// Window is a time of the week in which numbers may be called, on the clocks of the place they belong to.
type Window struct {
	Prefix   string  // "+55" for the numbers that begin so; "" for every number
	Days     [7]bool // by time.Weekday
	From, To int     // minutes since midnight: From belongs to the window, To does not; at most 24*60
}

const aDay = 24 * 60 // minutes

// holds tells whether a clock is within the window; local counts its minutes since it was the beginning of 1970 there.
func (w Window) holds(local int64) bool {
	minute := int(local % aDay)
	return w.Days[(local/aDay+int64(time.Thursday))%7] && minute >= w.From && minute < w.To
}

// Hours are the windows of a site. Of those with a prefix only the ones with the longest that fits count for a number, else those
// without. Where none does, the number may be called at any time.
type Hours []Window

// For are the windows that count for a number.
func (h Hours) For(e164 string) (its Hours) {
	longest := 0
	for _, w := range h {
		switch n := len(w.Prefix); {
		case !strings.HasPrefix(e164, w.Prefix) || n < longest:
		case n > longest:
			its, longest = Hours{w}, n
		default:
			its = append(its, w)
		}
	}
	return its
}

// Closed is what the calling hours say of a number that may not be called now.
type Closed struct {
	Opens time.Time // when it may be called next, to the minute; the zero time when never
	Local time.Time // what the clocks of the place show, or the earliest of them; its zone has no name
}

// Closed says whether the calling hours keep a number from being called at a moment. Where a number can mean places of different
// clocks, all of them must be within a window. Emergency numbers, and numbers that belong to no place, may be called at any time.
func (p *Plan) Closed(h Hours, e Explanation, now time.Time) (Closed, bool) {
	if len(h) == 0 || e.Kind == KindEmergency {
		return Closed{}, false
	}
	z, ok := p.zoneOf(e)
	if !ok {
		return Closed{}, false
	}
	its := h.For(e.E164)
	minute := max(now.Unix()/60, aDay) // a clock that was never set is behind 1970 in the west
	if len(its) == 0 || its.open(z, minute) {
		return Closed{}, false
	}
	c := Closed{Local: now.In(time.FixedZone("", z.least*60))}
	for next := minute + 1; next <= minute+8*aDay; next++ { // a week, and a day for the clocks that are ahead
		if its.open(z, next) {
			c.Opens = time.Unix(next*60, 0).In(now.Location())
			break
		}
	}
	return c, true
}

// open tells whether every clock of a place is within one of the windows; minute counts since 1970 in UTC.
func (h Hours) open(z zone, minute int64) bool {
	const step = 15 // no two neighbouring clocks are nearer
	for offset := z.least; ; offset = min(offset+step, z.most) {
		within := false
		for _, w := range h {
			within = within || w.holds(minute+int64(offset))
		}
		if !within {
			return false
		}
		if offset >= z.most {
			return true
		}
	}
}
