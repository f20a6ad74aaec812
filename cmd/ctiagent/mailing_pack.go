package main

import (
	"errors"
	"io"
	"iter"

	"ctiagent/internal/config"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/totalip/mailing"
)

const (
	fewestRows = 4 << 10   // bytes of rows in a message
	mostRows   = 512 << 10 // a half of what the function takes
	envelope   = 1 << 10   // bytes of a message besides its rows
	packedTill = 3         // parcels that are being packed at a time
	mostKept   = 8 << 20   // bytes of messages that are kept from the check of a list: some 200,000 contacts
)

// parcel is contacts on their way to the database.
type parcel struct {
	messages []string // rows, packed; nearly always one
	numbers  int
}

// packing makes parcels of contacts, in the background and in their order. It belongs to one goroutine.
type packing struct {
	room    int // bytes of packed rows that a message holds
	size    int // bytes of rows that make a message, as far as was seen
	behind  int // contacts of the batch that are in parcels
	next    bundle
	under   []chan bundle // being packed, oldest first
	packers []*totalip.BulkPacker
	spare   [][]byte
	buf     []totalip.DialerNumber
}

// bundle is what becomes a parcel.
type bundle struct {
	part   mailing.Part[parcel]
	rows   []byte
	packer *totalip.BulkPacker
	packed int // bytes of all rows in one message
}

func newPacking(limits config.Limits) *packing {
	room := (limits.MessageBytes - envelope) * 9 / 10
	return &packing{room: room, size: min(max(2*room, fewestRows), mostRows)}
}

// add writes a contact's row. It answers the parcels that are ready.
func (p *packing) add(line mailing.Line) []mailing.Part[parcel] {
	part := &p.next.part
	if part.Contacts == 0 {
		part.First = line.Number
	}
	p.buf = dialerNumbers(p.buf[:0], line.Contact)
	p.next.rows = totalip.AppendBulkRow(p.next.rows, line.Contact.Param1, line.Contact.Param2, p.buf)
	part.Last = line.Number
	part.Contacts++
	part.Numbers += len(p.buf)
	if len(p.next.rows) < p.size && p.behind+part.Contacts < batchAtOnce {
		return nil
	}
	p.pass()
	return p.ready(packedTill)
}

// rest answers the parcels of all that was added.
func (p *packing) rest() []mailing.Part[parcel] {
	if p.next.part.Contacts > 0 {
		p.pass()
	}
	return p.ready(0)
}

// pass begins to pack the rows.
func (p *packing) pass() {
	b, way := p.next, make(chan bundle, 1)
	p.behind = (p.behind + b.part.Contacts) % batchAtOnce // a batch ends with a parcel
	if b.packer = new(totalip.BulkPacker); len(p.packers) > 0 {
		b.packer, p.packers = p.packers[0], p.packers[1:]
	}
	p.next = bundle{}
	if len(p.spare) > 0 {
		p.next.rows, p.spare = p.spare[0], p.spare[1:]
	}
	p.under = append(p.under, way)
	go func() {
		b.part.What.numbers = b.part.Numbers
		b.pack(b.rows, p.room)
		way <- b
	}()
}

// pack packs rows, in halves when they are too many for one message.
func (b *bundle) pack(rows []byte, room int) {
	packed := b.packer.Pack(rows)
	b.packed = max(b.packed, len(packed))
	if len(packed) > room || len(rows) > totalip.MostBulkRows {
		if at := lineEnd(rows, len(rows)/2); at < len(rows) {
			b.pack(rows[:at], room)
			b.pack(rows[at:], room)
			return
		}
	}
	b.part.What.messages = append(b.part.What.messages, packed)
}

// lineEnd is the place behind the first line that ends at or behind a place.
func lineEnd(rows []byte, from int) int {
	for at := from; at < len(rows); at++ {
		if rows[at] == '\n' {
			return at + 1
		}
	}
	return len(rows)
}

// ready takes the oldest parcels, so that as many are under way at most; it waits for them.
func (p *packing) ready(most int) (out []mailing.Part[parcel]) {
	for len(p.under) > most {
		b := <-p.under[0]
		p.under = p.under[1:]
		switch {
		case b.packed > p.room:
			p.size = max(fewestRows, p.size*3/4)
		case b.packed < p.room*3/4 && len(b.rows) >= p.size:
			p.size = min(p.size*5/4, mostRows)
		}
		p.packers, p.spare = append(p.packers, b.packer), append(p.spare, b.rows[:0])
		out = append(out, b.part)
	}
	return out
}

// parcels are those of a list. They are made while it is checked, so that it need not be read and judged once more; a long
// list's only as far as there is room.
type parcels struct {
	*packing
	space int // bytes that may be kept
	kept  []mailing.Part[parcel]
	short bool // more is behind them
}

// take takes a line of a list that is being checked.
func (p *parcels) take(line mailing.Line) {
	if p.short {
		return
	}
	p.keep(p.add(line))
	if p.space <= 0 {
		p.keep(p.rest())
		p.short = true
	}
}

func (p *parcels) keep(parts []mailing.Part[parcel]) {
	for _, part := range parts {
		p.kept = append(p.kept, part)
		for _, rows := range part.What.messages {
			p.space -= len(rows)
		}
	}
}

// from hands them out: what is kept, and then what again reads behind a line.
func (p *parcels) from(again func(behind int64) *mailing.Reader) func(behind int64) iter.Seq2[mailing.Part[parcel], error] {
	return func(behind int64) iter.Seq2[mailing.Part[parcel], error] {
		return func(yield func(mailing.Part[parcel], error) bool) {
			if !p.short {
				p.keep(p.rest())
			}
			for len(p.kept) > 0 {
				part := p.kept[0]
				p.kept[0].What.messages, p.kept = nil, p.kept[1:]
				behind = part.Last
				if !yield(part, nil) {
					return
				}
			}
			if p.short {
				p.read(again(behind), yield)
			}
		}
	}
}

// read makes parcels of what a reader reads.
func (p *parcels) read(r *mailing.Reader, yield func(mailing.Part[parcel], error) bool) {
	for {
		line, err := r.Next()
		var ready []mailing.Part[parcel]
		switch {
		case errors.Is(err, io.EOF):
			ready = p.rest()
		case err != nil:
			yield(mailing.Part[parcel]{}, err)
			return
		case len(line.Problems) == 0:
			ready = p.add(line)
		}
		for _, part := range ready {
			if !yield(part, nil) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
