package localapitest

import (
	"context"
	"slices"

	"ctiagent/cti"
)

// SetOutbox sets what the desk's outbox has.
func (d *Desk) SetOutbox(entries ...cti.OutboxEntry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outbox = entries
}

// Outbox lists what SetOutbox set.
func (d *Desk) Outbox(context.Context) ([]cti.OutboxEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]cti.OutboxEntry{}, d.outbox...), nil
}

// OutboxRetry has an entry wait again.
func (d *Desk) OutboxRetry(_ context.Context, id string) (cti.OutboxEntry, error) {
	return d.change(id, func(e *cti.OutboxEntry) { e.State = cti.OutboxWaiting })
}

// OutboxDrop removes an entry.
func (d *Desk) OutboxDrop(_ context.Context, id string) error {
	if _, err := d.change(id, func(*cti.OutboxEntry) {}); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.outbox = slices.DeleteFunc(d.outbox, func(e cti.OutboxEntry) bool { return e.ID == id })
	return nil
}

// OutboxEdit changes the note of an entry.
func (d *Desk) OutboxEdit(_ context.Context, in cti.OutboxEdit) (cti.OutboxEntry, error) {
	return d.change(in.ID, func(e *cti.OutboxEntry) {
		if in.Note != nil {
			e.Note = *in.Note
		}
	})
}

func (d *Desk) change(id string, f func(*cti.OutboxEntry)) (cti.OutboxEntry, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range d.outbox {
		if d.outbox[i].ID == id {
			f(&d.outbox[i])
			return d.outbox[i], nil
		}
	}
	return cti.OutboxEntry{}, cti.Fail(cti.NotFound, "", "the outbox has no such entry")
}
