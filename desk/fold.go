package desk

import (
	"slices"
	"time"

	"ctiagent/cti"
	"ctiagent/dialplan"
)

// take folds a fact of a driver's Run; over says that this Run has returned.
func (d *Desk) take(driver string, f cti.Fact, over *bool) {
	if _, ok := f.(cti.ActionsFact); ok {
		// The driver may hold a lock of its own that Actions needs.
		d.spawn(d.recount)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if *over {
		return
	}
	d.noteAgentLocked(driver, f)
	d.foldLocked(driver, d.withE164(driver, f))
}

// tell folds a fact of the desk's own.
func (d *Desk) tell(driver string, f cti.Fact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.foldLocked(driver, f)
}

func (d *Desk) foldLocked(driver string, f cti.Fact) {
	table, events := cti.Apply(d.table, cti.Input{Driver: driver, At: d.clock.Now(), NewID: d.mint, Fact: f})
	d.table = table
	if len(events) == 0 {
		return
	}
	for i := range events {
		if len(d.ring) < kept {
			d.ring = append(d.ring, cti.Event{})
		}
		events[i].Seq = d.seq + 1
		d.ring[d.seq%kept] = events[i]
		d.seq++
	}
	for _, w := range d.watchers {
		w.f(events)
	}
	d.keepLocked(events)
	d.outbox.wakeLocked(events)
	d.pauseIfDueLocked()
	d.popLocked(events)
}

// withE164 fills in the E.164 form of the numbers a driver told. The fact is
// copied only when there is something to fill in.
func (d *Desk) withE164(driver string, f cti.Fact) cti.Fact {
	switch fact := f.(type) {
	case cti.CallFact:
		if d.fill(driver, &fact) {
			return fact
		}
	case cti.SnapshotFact:
		filled := false
		for i := range fact.Calls {
			c := fact.Calls[i]
			if !d.fill(driver, &c) {
				continue
			}
			if !filled {
				fact.Calls, filled = slices.Clone(fact.Calls), true
			}
			fact.Calls[i] = c
		}
		if filled {
			return fact
		}
	case cti.PreviewFact:
		if d.fillContact(&fact.Contact) {
			return fact
		}
	case cti.CallbackFact:
		if d.fillContact(&fact.Contact) {
			return fact
		}
	}
	return f
}

func (d *Desk) fill(driver string, c *cti.CallFact) bool {
	if c.Number == "" || c.E164 != "" {
		return false
	}
	// In a short table a look is cheaper than a copy of the fact.
	if len(d.table.Calls) <= 8 {
		for _, k := range d.table.Calls {
			if k.Remote.E164 != "" && k.RefOf(driver) == c.Ref {
				return false
			}
		}
	}
	c.E164 = d.e164(c.Number)
	return c.E164 != ""
}

func (d *Desk) fillContact(c *cti.ContactShown) bool {
	if c.Number == "" || c.E164 != "" {
		return false
	}
	c.E164 = d.e164(c.Number)
	return c.E164 != ""
}

// rememberedNumbers bounds the memory of numbers already read.
const rememberedNumbers = 256

func (d *Desk) e164(number string) string {
	if len(number) > 4*dialplan.MaxText {
		return ""
	}
	e164, ok := d.numbers[number]
	if !ok {
		e164 = d.options.Plan.Explain(number).E164
		if len(d.numbers) >= rememberedNumbers {
			clear(d.numbers)
		}
		d.numbers[number] = e164
	}
	return e164
}

// expireLocked sets the one timer for the table's next expiry. A wish that was
// joined meanwhile leaves the timer early by at most its own time, which a
// tick that changes nothing makes good.
func (d *Desk) expireLocked() {
	if d.unexpire != nil {
		d.unexpire()
		d.unexpire = nil
	}
	next := d.table.NextExpiry()
	if next.IsZero() || d.closed {
		return
	}
	d.unexpire = d.clock.AfterFunc(max(next.Sub(d.clock.Now()), time.Millisecond), func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.closed {
			return
		}
		d.foldLocked("", cti.TickFact{})
		d.expireLocked()
	})
}

// recount finds out which common verbs the drivers handle now.
func (d *Desk) recount() {
	d.canMu.Lock()
	defer d.canMu.Unlock()
	var verbs []string
	for _, l := range d.links {
		for _, info := range l.actions().All() {
			if m := d.methods[info.Name]; m != nil && m.vendor == "" {
				verbs = append(verbs, info.Name)
			}
		}
	}
	slices.Sort(verbs)
	verbs = slices.Compact(verbs)
	defer d.outbox.wake()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || slices.Equal(verbs, d.verbs) {
		return
	}
	d.verbs = verbs
	d.foldLocked("", cti.CanFact{Verbs: verbs})
}
