package desk

import "ctiagent/cti"

// PopURL is the address a rule gives for a call.
func PopURL(r PopRule, c *cti.Call) (string, error) {
	p, err := readPop(r)
	if err != nil {
		return "", err
	}
	return p.url(c, nil), nil
}

// PopsLeft is how many screen pops the desk would still begin now.
func (d *Desk) PopsLeft() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int(d.popRate.TokensAt(d.clock.Now()))
}

// CallsPopped is of how many calls the desk knows that they popped.
func (d *Desk) CallsPopped() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.popped)
}

// PauseKept says whether a pause waits for the end of the calls.
func (d *Desk) PauseKept() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.later != nil
}

// ReadEntry reads an entry of an outbox from the disk and answers what would
// stand there if it were written again.
func ReadEntry(data []byte) (e cti.OutboxEntry, params any, again []byte, err error) {
	read, err := readEntry(data)
	if err != nil {
		return e, nil, nil, err
	}
	kept, err := read.kept()
	return read.OutboxEntry, read.params(), kept.Data, err
}
