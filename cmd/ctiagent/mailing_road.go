package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"ctiagent/cti"
	"ctiagent/internal/config"
	"ctiagent/localapi/client"
	"ctiagent/localapi/protocol"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/totalip/db"
	"ctiagent/vendors/totalip/mailing"

	"golang.org/x/time/rate"
)

// roadOf is the road that was typed, or else the one that Total IP's driver is set to; where it is set to one that carries no
// lists they go over HTTP.
func roadOf(typed string, cfg config.Config) (mailing.Road, error) {
	name := typed
	for _, d := range cfg.Drivers {
		if road, ok := d.Values["road"].(string); name == "" && d.Use == "totalip" && ok && road == mailing.Database().Name {
			name = road
		}
	}
	if name == "" {
		return mailing.HTTP(), nil
	}
	for _, road := range mailing.Roads() {
		if road.Name == name {
			return road, nil
		}
	}
	return mailing.Road{}, usage("mailing.usage.road", "Value", name)
}

// door is the program door, as fast as it lets pass: the service has the keys and the passwords, and knows who may do this.
type door struct {
	client *client.Client
	pace   *rate.Limiter
	app    *app
}

// ask calls a function of the vendor. When it answers that the caller was too fast nothing was done, so it is asked again.
func (d *door) ask(ctx context.Context, function string, in, out any) error {
	for {
		if err := d.pace.Wait(ctx); err != nil {
			return err
		}
		err := answered(ctx, d.client.Call(ctx, protocol.FunctionsInvoke, map[string]any{"name": function, "params": in}, out))
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Wire.CTI().Kind != cti.RateLimited || stateAfter(err) != mailing.NotSent {
			return err
		}
		d.pace.SetBurst(1)
		d.pace.SetLimit(d.pace.Limit() / 2) // the service is set to a slower pace than this configuration says
	}
}

// httpRoad sends contacts one by one by the vendor's function.
type httpRoad struct {
	door
	campaign string
	next     totalip.ImportIn
}

// Batch is one: the function takes one customer.
func (*httpRoad) Batch() int { return 1 }

// Add takes the contact.
func (r *httpRoad) Add(_ context.Context, c mailing.Contact) error {
	r.next = totalip.ImportIn{Campaign: r.campaign, ID1: c.Param1, ID2: c.Param2, Numbers: dialerNumbers(nil, c)}
	return nil
}

// Stage does nothing: what is sent cannot be taken back.
func (*httpRoad) Stage(context.Context) (string, error) { return "", nil }

// Send imports one contact.
func (r *httpRoad) Send(ctx context.Context) (mailing.Entry, error) {
	var out totalip.Imported
	err := r.ask(ctx, totalip.Import.Name, r.next, &out)
	if err == nil {
		return mailing.Entry{State: mailing.Taken, Numbers: out.Numbers, Text: out.Text}, nil
	}
	_, text, _ := r.app.judge(err)
	return mailing.Entry{State: stateAfter(err), Text: text}, err
}

// Outcome is not known: the system never tells.
func (*httpRoad) Outcome(context.Context, string) (mailing.State, error) { return mailing.Unknown, nil }

// close has nothing to close.
func (*httpRoad) close() {}

// dialerNumbers are a contact's numbers in the vendor's form, behind those of to.
func dialerNumbers(to []totalip.DialerNumber, c mailing.Contact) []totalip.DialerNumber {
	for _, n := range c.Numbers {
		to = append(to, totalip.DialerNumber{Area: n.Area, Number: n.Number, At: cti.Time{Time: n.At}})
	}
	return to
}

const (
	batchAtOnce  = 100_000          // contacts that come in by one commit
	doorsOfRows  = 2                // that rows go through: each lets so many messages pass
	onTheWay     = 3                // messages that are packed or unanswered at a time
	fewestRows   = 4 << 10          // bytes of rows in a message
	mostRows     = 512 << 10        // a half of what the function takes
	envelope     = 1 << 10          // bytes of a message besides its rows
	settlingTime = 45 * time.Second // more than the service holds what nobody commits
)

// databaseRoad sends contacts by the thousands: their rows go into a transaction of the database while they are read from the
// file, and come in by its commit.
type databaseRoad struct {
	doors    []door
	turn     int // whose turn it is to take rows
	campaign string
	room     int // bytes of packed rows that a message holds

	lot   string // "" when none is open
	leave func()
	size  int // bytes of rows that make a message, as far as was seen
	next  *parcel
	spare []*parcel
	buf   []totalip.DialerNumber
	ways  []chan held // of what is on the way, oldest first

	// Of the batch.
	mark    string
	numbers int
}

// parcel is what becomes one message, or two when it does not pack as small as was thought.
type parcel struct {
	rows   []byte
	packer totalip.BulkPacker
}

// held is what became of a parcel.
type held struct {
	parcel *parcel
	packed int // bytes of its rows when they are packed
	out    totalip.BulkHeld
	err    error
}

func newDatabaseRoad(through []door, campaign string, limits config.Limits) *databaseRoad {
	room := (limits.MessageBytes - envelope) * 9 / 10
	return &databaseRoad{doors: through, campaign: campaign, room: room, size: min(max(2*room, fewestRows), mostRows), next: &parcel{}}
}

// Batch is how many contacts one commit takes.
func (*databaseRoad) Batch() int { return batchAtOnce }

// Add writes a contact's row, and sends the rows when they make a message.
func (r *databaseRoad) Add(ctx context.Context, c mailing.Contact) error {
	r.buf = dialerNumbers(r.buf[:0], c)
	r.next.rows = totalip.AppendBulkRow(r.next.rows, c.Param1, c.Param2, r.buf)
	r.numbers += len(c.Numbers)
	if len(r.next.rows) < r.size {
		return nil
	}
	return r.pass(ctx)
}

// pass sends the rows on; the next ones are read meanwhile.
func (r *databaseRoad) pass(ctx context.Context) error {
	if err := r.wait(onTheWay - 1); err != nil {
		return err
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	p, way, through, lot := r.next, make(chan held, 1), &r.doors[r.turn%len(r.doors)], r.lot
	r.turn++
	r.next = &parcel{}
	if n := len(r.spare); n > 0 {
		r.next, r.spare = r.spare[n-1], r.spare[:n-1]
	}
	r.ways = append(r.ways, way)
	go func() {
		h := held{parcel: p}
		h.out, h.packed, h.err = r.put(ctx, through, lot, &p.packer, p.rows)
		way <- h
	}()
	return nil
}

// put packs rows and sends them, in halves when they are too many for one message. It answers how many bytes they were, packed.
func (r *databaseRoad) put(ctx context.Context, through *door, lot string, packer *totalip.BulkPacker, rows []byte) (out totalip.BulkHeld, size int, err error) {
	packed := packer.Pack(rows)
	if len(packed) > r.room || len(rows) > totalip.MostBulkRows {
		if at := lineEnd(rows, len(rows)/2); at < len(rows) {
			first, _, err := r.put(ctx, through, lot, packer, rows[:at])
			if err != nil {
				return first, len(packed), err
			}
			out, _, err = r.put(ctx, through, lot, packer, rows[at:])
			if err == nil && out.Transaction != first.Transaction {
				err = twoTransactions(first.Transaction, out.Transaction)
			}
			return out, len(packed), err
		}
	}
	err = through.ask(ctx, totalip.BulkImportRow.Name, totalip.BulkRowsIn{ID: lot, Rows: packed}, &out)
	return out, len(packed), err
}

func twoTransactions(one, other string) error {
	return fmt.Errorf("the rows came into two transactions, %s and %s", one, other)
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

// wait waits until so many parcels at most are on the way. Of several that fail the first says why: the others find that the
// rows are not held any more.
func (r *databaseRoad) wait(most int) (err error) {
	for len(r.ways) > most || err != nil && len(r.ways) > 0 {
		h := <-r.ways[0]
		r.ways = r.ways[1:]
		r.fit(h)
		switch {
		case h.err != nil && (err == nil || errors.Is(err, cti.WrongState)):
			err = h.err
		case h.err != nil:
		case r.mark != "" && h.out.Transaction != r.mark:
			err = twoTransactions(r.mark, h.out.Transaction)
		default:
			r.mark = h.out.Transaction
		}
	}
	if err != nil {
		r.drop()
	}
	return err
}

// fit learns from a parcel how many rows make a message, and takes it back.
func (r *databaseRoad) fit(h held) {
	switch {
	case h.packed > r.room:
		r.size = max(fewestRows, r.size*3/4)
	case h.packed < r.room*3/4 && len(h.parcel.rows) >= r.size:
		r.size = min(r.size*5/4, mostRows)
	}
	h.parcel.rows = h.parcel.rows[:0]
	r.spare = append(r.spare, h.parcel)
}

// begin opens what holds the rows, unless it is open.
func (r *databaseRoad) begin(ctx context.Context) error {
	if r.lot != "" {
		return nil
	}
	var out protocol.StreamOut
	through := &r.doors[0]
	if err := through.ask(ctx, totalip.BulkImport.Name, totalip.BulkIn{Campaign: r.campaign}, &out); err != nil {
		return err
	}
	next, stop := iter.Pull2(through.client.Stream(context.WithoutCancel(ctx), out.Stream))
	raw, err, _ := next()
	var b totalip.Bulk
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	if err != nil {
		stop()
		return answered(ctx, err)
	}
	r.lot, r.leave = b.ID, stop
	return nil
}

// Stage sends the rest of the rows and waits until all are held.
func (r *databaseRoad) Stage(ctx context.Context) (string, error) {
	if len(r.next.rows) > 0 {
		if err := r.pass(ctx); err != nil {
			return "", err
		}
	}
	err := r.wait(0)
	return r.mark, err
}

// Send commits.
func (r *databaseRoad) Send(ctx context.Context) (mailing.Entry, error) {
	err := r.doors[0].ask(ctx, totalip.BulkCommit.Name, totalip.BulkCommitIn{ID: r.lot}, nil)
	numbers := r.numbers
	r.mark, r.numbers = "", 0
	if err == nil {
		return mailing.Entry{State: mailing.Taken, Numbers: numbers}, nil
	}
	r.drop()
	_, text, _ := r.doors[0].app.judge(err)
	var refused *client.Error
	if errors.As(err, &refused) && refused.Wire.CTI().Sent != cti.MaybeSent {
		return mailing.Entry{State: mailing.NotSent, Text: text}, err // the database said that it did not
	}
	return mailing.Entry{State: mailing.Unknown, Text: text}, err
}

// Outcome asks the database what came of a batch. Until it has noticed that nobody holds the batch any more, it is asked again.
func (r *databaseRoad) Outcome(ctx context.Context, mark string) (mailing.State, error) {
	ctx, cancel := context.WithTimeout(ctx, settlingTime)
	defer cancel()
	for {
		var out totalip.BulkOutcome
		if err := r.doors[0].ask(ctx, totalip.BulkTransact.Name, totalip.BulkOutcomeIn{Transaction: mark}, &out); err != nil {
			return mailing.Sending, err
		}
		switch out.Outcome {
		case db.Committed:
			return mailing.Taken, nil
		case db.Aborted:
			return mailing.NotSent, nil
		case db.Lost:
			return mailing.Unknown, nil
		}
		if cti.Wait(ctx, cti.RealClock(), 500*time.Millisecond) != nil {
			return mailing.Sending, nil
		}
	}
}

// drop lets go of what is held; the service rolls it back.
func (r *databaseRoad) drop() {
	if r.lot != "" {
		r.leave()
		r.lot = ""
	}
}

// close waits for what is under way and lets go of the rest.
func (r *databaseRoad) close() {
	_ = r.wait(0) // the import has ended
	r.drop()
}

var (
	_ mailing.Sender = (*httpRoad)(nil)
	_ mailing.Sender = (*databaseRoad)(nil)
)
