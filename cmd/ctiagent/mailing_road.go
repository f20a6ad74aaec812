package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
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
	slow   sync.Mutex // while the pace changes
}

// ask calls a function of the vendor.
func (d *door) ask(ctx context.Context, function string, in, out any) error {
	return d.call(ctx, protocol.FunctionsInvoke, map[string]any{"name": function, "params": in}, out)
}

// call calls a method. When it answers that the caller was too fast nothing was done, so it is called again.
func (d *door) call(ctx context.Context, method string, in, out any) error {
	for {
		pace := d.pace.Limit()
		if err := d.pace.Wait(ctx); err != nil {
			return err
		}
		err := answered(ctx, d.client.Call(ctx, method, in, out))
		var refused *client.Error
		if !errors.As(err, &refused) || refused.Wire.CTI().Kind != cti.RateLimited || stateAfter(err) != mailing.NotSent {
			return err
		}
		d.slower(pace)
	}
}

// slower halves a pace at which something was refused: the service is set to a slower one than this configuration says. Of many
// messages that were refused at the same pace the first counts.
func (d *door) slower(pace rate.Limit) {
	d.slow.Lock()
	defer d.slow.Unlock()
	if d.pace.Limit() == pace {
		d.pace.SetBurst(1)
		d.pace.SetLimit(pace / 2)
	}
}

// httpRoad sends contacts one by one by the vendor's function.
type httpRoad struct {
	*door
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
	fewOnTheWay  = 4                // messages that are unanswered at a time, at first
	mostOnTheWay = 20               // and when the answers come soon
	soon         = 2 * time.Second  // an answer may take as long as one wish may, 30 s, and waits for those before it
	settlingTime = 45 * time.Second // more than the service holds what nobody commits
)

// databaseRoad sends contacts by the thousands: their rows go into a transaction of the database as they come, and come in by
// its commit.
type databaseRoad struct {
	doors    []*door
	turn     int // whose turn it is to take rows
	campaign string

	lot   string // "" when none is open
	leave func()
	ways  []chan held // of what is on the way, oldest first
	most  int         // how many may be

	// Of the batch.
	mark    string
	numbers int
}

// held is what became of a message.
type held struct {
	out  totalip.BulkHeld
	took time.Duration
	err  error
}

// Batch is how many contacts one commit takes.
func (*databaseRoad) Batch() int { return batchAtOnce }

// Add sends a parcel's messages; what is behind them is read meanwhile.
func (r *databaseRoad) Add(ctx context.Context, p parcel) error {
	r.numbers += p.numbers
	for _, rows := range p.messages {
		if err := r.wait(r.most - 1); err != nil {
			return err
		}
		if err := r.begin(ctx); err != nil {
			return err
		}
		way, through, lot := make(chan held, 1), r.doors[r.turn%len(r.doors)], r.lot
		r.turn++
		r.ways = append(r.ways, way)
		go func() {
			var h held
			begin := time.Now()
			// By its own name: to read a message inside a message costs as much again, and this is the long one.
			h.err = through.call(ctx, totalip.BulkImportRow.Name, totalip.BulkRowsIn{ID: lot, Rows: rows}, &h.out)
			h.took = time.Since(begin)
			way <- h
		}()
	}
	return nil
}

// wait waits until so many messages at most are on the way. Of several that fail the first says why: the others find that the
// rows are not held any more.
func (r *databaseRoad) wait(most int) (err error) {
	for len(r.ways) > most || err != nil && len(r.ways) > 0 {
		h := <-r.ways[0]
		r.ways = r.ways[1:]
		if r.most = min(r.most+1, mostOnTheWay); h.took > soon {
			r.most = fewOnTheWay
		}
		switch {
		case h.err != nil && (err == nil || errors.Is(err, cti.WrongState)):
			err = h.err
		case h.err != nil:
		case r.mark != "" && h.out.Transaction != r.mark:
			err = fmt.Errorf("the rows came into two transactions, %s and %s", r.mark, h.out.Transaction)
		default:
			r.mark = h.out.Transaction
		}
	}
	if err != nil {
		r.drop()
	}
	return err
}

// begin opens what holds the rows, unless it is open.
func (r *databaseRoad) begin(ctx context.Context) error {
	if r.lot != "" {
		return nil
	}
	var out protocol.StreamOut
	through := r.doors[0]
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

// Stage waits until all rows are held.
func (r *databaseRoad) Stage(context.Context) (string, error) {
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
	_ mailing.Sender[mailing.Contact] = (*httpRoad)(nil)
	_ mailing.Sender[parcel]          = (*databaseRoad)(nil)
)
