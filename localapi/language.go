package localapi

import (
	"slices"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// spoken is a driver as a person of this language reads it.
func spoken(lang i18n.Lang, d cti.DriverState) cti.DriverState {
	if d.DetailID != "" && i18n.Has(d.DetailID) {
		d.Detail = i18n.T(lang, d.DetailID, nil)
	}
	return d
}

// spokenEvent is an event as a person of this language reads it.
func spokenEvent(lang i18n.Lang, e cti.Event) cti.Event {
	if hasSentence(e) {
		d := spoken(lang, *e.Driver)
		e.Driver = &d
	}
	return e
}

// hasSentence says whether an event differs from language to language.
func hasSentence(e cti.Event) bool { return e.Driver != nil && e.Driver.DetailID != "" }

// spokenQueue is a queue's status as a person of this language reads it now; the one given stays as it is.
func spokenQueue(lang i18n.Lang, q cti.QueueStatus, now time.Time) cti.QueueStatus {
	q.Now, q.Missing = cti.At(now), slices.Clone(q.Missing)
	for i, g := range q.Missing {
		if g.Err != nil {
			q.Missing[i].Hint = hint(lang, g.Err)
		}
	}
	return q
}

// spokenDrivers are drivers as a person of this language reads them; the list
// given stays as it is.
func spokenDrivers(lang i18n.Lang, drivers []cti.DriverState) []cti.DriverState {
	out := slices.Clone(drivers)
	for i := range out {
		out[i] = spoken(lang, out[i])
	}
	return out
}
