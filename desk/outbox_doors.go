package desk

import (
	"context"
	"slices"

	"ctiagent/cti"
)

// Outbox lists what waits at this desk and what asks for a look, in the order
// in which it came.
func (d *Desk) Outbox(context.Context) ([]cti.OutboxEntry, error) {
	list := []cti.OutboxEntry{}
	err := d.outbox.with("outbox.list", "", func(*outboxEntry) error {
		for _, e := range d.outbox.entries {
			list = append(list, e.OutboxEntry)
		}
		return nil
	})
	return list, err
}

// OutboxRetry sends an entry once more because a person says so, as soon as
// its driver can. One that waits is tried at once.
func (d *Desk) OutboxRetry(_ context.Context, id string) (cti.OutboxEntry, error) {
	const op = "outbox.retry"
	var out cti.OutboxEntry
	err := d.outbox.with(op, id, func(e *outboxEntry) error {
		if e.State == cti.OutboxSending {
			return beingSent(op)
		}
		again := *e
		again.State, again.Kind, again.Error = cti.OutboxWaiting, "", ""
		if e.State != cti.OutboxWaiting {
			again.ExpiresAt = e.expires(d.clock.Now())
		}
		if err := d.outbox.change(op, e, again); err != nil {
			return err
		}
		out = e.OutboxEntry
		d.outbox.rouseLocked(e.Driver)
		return nil
	})
	if err == nil {
		d.spawn(func() { d.outbox.drive(out.Driver) })
	}
	return out, err
}

// OutboxDrop forgets an entry. Nothing of it is sent any more.
func (d *Desk) OutboxDrop(_ context.Context, id string) error {
	const op = "outbox.drop"
	return d.outbox.with(op, id, func(e *outboxEntry) error {
		if e.State == cti.OutboxSending {
			return beingSent(op)
		}
		if err := d.outbox.writeLocked(nil, []string{id}); err != nil {
			return outboxFails(op, err)
		}
		d.outbox.entries = slices.DeleteFunc(d.outbox.entries, func(o *outboxEntry) bool { return o == e })
		d.outbox.tellLocked()
		return nil
	})
}

// OutboxEdit changes what a person entered, while nothing of it was sent or
// after it was refused. It is not sent by that.
func (d *Desk) OutboxEdit(_ context.Context, in cti.OutboxEdit) (cti.OutboxEntry, error) {
	const op = "outbox.edit"
	var out cti.OutboxEntry
	err := d.outbox.with(op, in.ID, func(e *outboxEntry) error {
		if e.State == cti.OutboxSending || e.State == cti.OutboxUnconfirmed {
			return beingSent(op)
		}
		edited := *e
		edited.edit(in)
		params := edited.params()
		if err := cti.Check(op, params); err != nil {
			return err
		}
		if err := d.methods[e.Method].bounded(params); err != nil {
			return err
		}
		if _, err := edited.kept(); err != nil || edited.bytes > maxEntrySize {
			return outboxIsFull(op)
		}
		if e.State == cti.OutboxWaiting && !edited.At.Equal(e.At.Time) {
			edited.ExpiresAt = edited.expires(d.clock.Now())
		}
		if err := d.outbox.change(op, e, edited); err != nil {
			return err
		}
		out = e.OutboxEntry
		return nil
	})
	return out, err
}

// with runs f with the entry of an id, nil for no id, under the lock.
func (o *outbox) with(op, id string, f func(*outboxEntry) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keeper != nil {
		if err := o.loadLocked(); err != nil {
			return outboxFails(op, err)
		}
		o.tidyLocked()
	}
	if id == "" {
		return f(nil)
	}
	i := slices.IndexFunc(o.entries, func(e *outboxEntry) bool { return e.ID == id })
	if i < 0 {
		return &cti.Error{Kind: cti.NotFound, Op: op, Text: "the outbox has no such entry", Hint: hintOutboxGone}
	}
	return f(o.entries[i])
}

// change brings a changed entry to the disk and then into the list.
func (o *outbox) change(op string, e *outboxEntry, to outboxEntry) error {
	if err := o.writeLocked([]*outboxEntry{&to}, nil); err != nil {
		return outboxFails(op, err)
	}
	*e = to
	o.expireLater()
	o.tellLocked()
	return nil
}

func beingSent(op string) *cti.Error {
	return &cti.Error{Kind: cti.WrongState, Op: op, Text: "the entry is being sent, or was sent", Hint: hintOutboxSent}
}

func outboxIsFull(op string) *cti.Error {
	return &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the outbox is full", Hint: hintOutboxFull}
}

func outboxFails(op string, err error) *cti.Error {
	return &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the outbox cannot be written", Hint: hintOutbox, Args: map[string]string{"Cause": err.Error()}, Err: err}
}
