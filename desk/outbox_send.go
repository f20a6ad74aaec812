package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"ctiagent/cti"
)

// AgentAnswer is the answer to a pause, or its end. One that waits in the
// outbox says so, and its agent is as before.
type AgentAnswer struct {
	cti.Agent
	cti.Stored
}

// CallbackAnswer is the answer to a call-back: the vendor's id, where it tells
// one, once it is sent.
type CallbackAnswer struct {
	cti.ID
	cti.Stored
}

// linkDown says whether an error means that the driver cannot be reached now
// and that nothing was sent.
func linkDown(err error) bool {
	if cti.MayHaveReached(err) || !cti.AsError(err).Retryable {
		return false
	}
	return errors.Is(err, cti.Unavailable) || errors.Is(err, cti.Timeout)
}

// orLater asks the drivers, and keeps the wish in the outbox where none of
// them can be reached; then it answers the entry's id.
func (d *Desk) orLater(ctx context.Context, k *wish) (out any, by *link, entry string, err error) {
	e := entryOf(k)
	if e == nil || d.outbox.keeper == nil {
		out, by, err = d.route(ctx, k, nil)
		return out, by, "", err
	}
	if e.forAgent() {
		done, err := d.outbox.alone(ctx, k.info.Name)
		if err != nil {
			return nil, nil, "", err
		}
		defer done()
	} else if own := d.ownerOf(k); own != nil && d.outbox.waitsFor(own.driver.Name) {
		// What came before goes before.
		if entry, err = d.keepForLater(k, e, own); err != nil {
			return nil, nil, "", notKept(&cti.Error{Kind: cti.Unavailable, Op: k.info.Name, Driver: own.driver.Name, Title: own.driver.Title,
				Text: "earlier wishes still wait for it"}, err)
		}
		if entry != "" {
			return nil, nil, entry, nil
		}
	}
	out, by, err = d.route(ctx, k, nil)
	if err == nil && e.forAgent() {
		d.outbox.dropAgents()
	}
	l := d.ownerOf(k)
	if err == nil || l == nil || cti.MayHaveReached(err) {
		return out, by, "", err
	}
	cut := k.cut[l.driver.Name]
	if cut == nil && l.current() == nil {
		cut = d.unserved(k.method)
	}
	if cut == nil {
		return out, by, "", err
	}
	err, by = cut, l // whatever drivers further down have said
	id, failed := d.keepForLater(k, e, l)
	switch {
	case failed == nil && id == "":
		return nil, by, "", err
	case failed != nil:
		return nil, by, "", notKept(err, failed)
	}
	return nil, l, id, nil
}

func (d *Desk) linkOf(driver string) *link {
	i := slices.IndexFunc(d.links, func(l *link) bool { return l.driver.Name == driver })
	if i < 0 {
		return nil
	}
	return d.links[i]
}

// ownerOf is the driver whose outbox a wish would wait in: the one whose call
// it is about, else the first of the stack that handles it, now or once it is
// open. It is nil where there is none.
func (d *Desk) ownerOf(k *wish) *link {
	for _, l := range d.links {
		handles := l.lists(k.info.Name) && (l.current() == nil || l.actions().Has(k.info.Name))
		if handles && (k.shape().call == nil || k.call != nil && k.call.RefOf(l.driver.Name) != "") {
			return l
		}
	}
	return nil
}

// keepForLater puts a wish into the outbox for one driver. The id is empty
// where the driver has never heard of the call.
func (d *Desk) keepForLater(k *wish, e *outboxEntry, l *link) (string, error) {
	if k.shape().call != nil {
		if k.call == nil || k.call.RefOf(l.driver.Name) == "" {
			return "", nil
		}
		e.Call, e.Ref, e.Number = k.call.ID, k.call.RefOf(l.driver.Name), cmp.Or(k.call.Remote.E164, k.call.Remote.Raw)
		e.Kept = keptCall(l, k.call)
	}
	d.mu.Lock()
	if k.info.Name == cti.CallbackSchedule.Name {
		e.Kept = keptCall(l, latestWith(d.table, l.driver.Name, e.Number))
	}
	e.ID = d.mint()
	d.mu.Unlock()
	now := d.clock.Now()
	e.Driver, e.Title, e.State, e.WantedAt, e.ExpiresAt = l.driver.Name, l.driver.Title, cti.OutboxWaiting, cti.At(now), e.expires(now)
	id, err := d.outbox.add(e)
	if err != nil {
		return "", err
	}
	d.log.Info("a wish waits for the link", "op", k.info.Name, "driver", l.driver.Name)
	d.spawn(func() { d.outbox.drive(l.driver.Name) })
	return id, nil
}

// keptCall is what a driver needs of a call once it has forgotten it.
func keptCall(l *link, c *cti.Call) *cti.KeptCall {
	if c == nil {
		return nil
	}
	kept := &cti.KeptCall{Number: c.Remote.Raw, Campaign: c.Campaign}
	if c.Direction == cti.Outbound && c.To != "" {
		kept.Number = c.To
	}
	for _, name := range l.driver.FilesBy {
		if v := c.Contact[name]; v != "" {
			if kept.Contact == nil {
				kept.Contact = map[string]string{}
			}
			kept.Contact[name] = v
		}
	}
	return kept
}

// latestWith is the driver's latest call with a number; nil where there is
// none.
func latestWith(t cti.Table, driver, number string) *cti.Call {
	with := func(c *cti.Call) bool {
		return c.RefOf(driver) != "" && (cti.SameNumber(c.Remote.Raw, number) || cti.SameNumber(c.Remote.E164, number))
	}
	for _, c := range slices.Backward(t.Calls) {
		if with(c) {
			return c
		}
	}
	if i := slices.IndexFunc(t.Recent, with); i >= 0 {
		return t.Recent[i]
	}
	return nil
}

// queued is what a page is answered whose wish waits.
func (d *Desk) queued(k *wish, entry string) any {
	stored := cti.Stored{Stored: cti.StoredQueued, Outbox: entry}
	switch {
	case k.info.Name == cti.CallbackSchedule.Name:
		return CallbackAnswer{Stored: stored}
	case k.info.Name == cti.AgentPause.Name, k.info.Name == cti.AgentUnpause.Name:
		return AgentAnswer{d.State().Agent, stored}
	}
	return stored
}

// notKept is what a caller is told whose wish neither reached the driver nor
// can wait.
func notKept(err, cause error) *cti.Error {
	e := *cti.AsError(err)
	e.Text, e.Err = textOf(err)+"; and it cannot wait in the outbox", errors.Join(e.Err, cause)
	e.Hint, e.Args = hintOutboxFails, map[string]string{"Cause": cause.Error()}
	if errors.Is(cause, errOutboxFull) {
		e.Hint, e.Args = hintOutboxFull, nil
	}
	return &e
}

// alone lets a pause go past those that wait, none of which is sent meanwhile.
func (o *outbox) alone(ctx context.Context, op string) (func(), error) {
	if !o.some.Load() {
		return func() {}, nil
	}
	select {
	case o.turn <- struct{}{}:
		return func() { <-o.turn; o.wake() }, nil
	case <-ctx.Done():
		return nil, &cti.Error{Kind: cti.Busy, Op: op, Text: "an earlier change of the agent's pause is still being sent", Retryable: true, Err: ctx.Err()}
	}
}

// waitsFor says whether something that is no pause waits for the driver.
func (o *outbox) waitsFor(driver string) bool {
	if !o.some.Load() {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.entries, func(e *outboxEntry) bool {
		return e.Driver == driver && !e.forAgent() && (e.State == cti.OutboxWaiting || e.State == cti.OutboxSending)
	})
}

// wakeLocked looks whether a batch of events lets something be sent; the
// desk's lock is held.
func (o *outbox) wakeLocked(events []cti.Event) {
	if !o.some.Load() {
		return
	}
	for i := range events {
		switch e := &events[i]; {
		case e.Type == cti.EventAgentChanged:
			o.desk.spawnLocked(o.wake)
		case e.Type == cti.EventDriverChanged && e.Driver.Link == cti.LinkConnected:
			name := e.Driver.Name
			o.desk.spawnLocked(func() {
				o.mu.Lock()
				o.rouseLocked(name)
				o.mu.Unlock()
				o.drive(name)
			})
		}
	}
}

// wake tries every driver that something waits for.
func (o *outbox) wake() {
	if !o.some.Load() {
		return
	}
	for _, l := range o.desk.links {
		o.desk.spawn(func() { o.drive(l.driver.Name) })
	}
}

// drive sends what waits for a driver, one after the other, until nothing can
// be sent now.
func (o *outbox) drive(driver string) {
	o.mu.Lock()
	if o.driving[driver] {
		o.again[driver] = true
		o.mu.Unlock()
		return
	}
	o.driving[driver] = true
	o.mu.Unlock()
	for {
		l := o.desk.linkOf(driver)
		e, done := o.next(l)
		if e != nil {
			err := o.desk.sendEntry(l, e)
			o.settle(l, e.ID, err)
			done()
			continue
		}
		o.mu.Lock()
		if !o.again[driver] {
			o.driving[driver] = false
			o.mu.Unlock()
			return
		}
		o.again[driver] = false
		o.mu.Unlock()
	}
}

// next is the first entry that can be sent to a driver now, marked on the disk
// as being sent; nil for none. done is called once it is settled.
func (o *outbox) next(l *link) (entry *outboxEntry, done func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if l == nil || o.desk.life.Err() != nil || o.loadLocked() != nil || o.timers[l.driver.Name] != nil {
		return nil, nil
	}
	o.tidyLocked()
	state, target, can := o.desk.State(), *o.desk.target.Load(), l.actions()
	i := slices.IndexFunc(state.Drivers, func(s cti.DriverState) bool { return s.Name == l.driver.Name })
	if i < 0 || state.Drivers[i].Link != cti.LinkConnected && state.Drivers[i].Link != cti.LinkDegraded {
		return nil, nil
	}
	for _, e := range o.entries {
		if e.State != cti.OutboxWaiting || e.Driver != l.driver.Name || !can.Has(e.Method) {
			continue
		}
		done := func() {}
		if e.forAgent() {
			if state.Agent.State == cti.AgentOffline || e.Agent != target.Agent || e.Extension != target.Extension {
				continue
			}
			select {
			case o.turn <- struct{}{}:
				done = func() { <-o.turn }
			default:
				continue // somebody changes the pause now; who is done wakes us
			}
		}
		sending := *e
		sending.State, sending.SentAt = cti.OutboxSending, cti.At(o.desk.clock.Now())
		if err := o.writeLocked([]*outboxEntry{&sending}, nil); err != nil {
			o.desk.log.Error("the outbox cannot be written, so nothing is sent", "error", err)
			o.restLocked(l.driver.Name)
			done()
			return nil, nil
		}
		*e = sending
		o.tellLocked()
		return &sending, done
	}
	return nil, nil
}

// sendEntry does what an entry asks for, at the driver it waited for.
func (d *Desk) sendEntry(l *link, e *outboxEntry) error {
	k := &wish{Wish: cti.Wish{Method: e.Method}, method: d.methods[e.Method], in: e.params(),
		target: cti.Target{Agent: e.Agent, Extension: e.Extension, Ref: e.Ref, Kept: e.Kept}}
	ctx, done, err := d.detach(context.Background(), e.Method)
	if err != nil {
		return err
	}
	defer done()
	if err = d.readNumber(k); err == nil {
		_, err = d.writeNumber(k, l)
	}
	var out any
	if err == nil {
		k.before = d.toldBy(l)
		out, err = l.call(ctx, e.Method, k.target, k.in, nil)
	}
	if err == nil {
		d.answer(k, l, out)
	}
	d.keepAsked(Asked{Method: e.Method, Call: e.Call, Via: l.driver.Name, Outcome: AskedDone}, err)
	return err
}

// settle says what came of an entry that was sent.
func (o *outbox) settle(l *link, id string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.entries, func(e *outboxEntry) bool { return e.ID == id })
	if i < 0 {
		return
	}
	e := o.entries[i]
	if err == nil {
		o.pauses[l.driver.Name] = 0
		o.removeLocked(func(x *outboxEntry) bool { return x == e })
		o.tellLocked()
		return
	}
	told := cti.AsError(err)
	after := *e
	after.State, after.Kind, after.Error = cti.OutboxRefused, told.Kind, textOf(err)
	after.Error = after.Error[:min(len(after.Error), maxText)]
	switch {
	case passes(err), !cti.MayHaveReached(err) && o.desk.life.Err() != nil:
		after.State = cti.OutboxWaiting
		o.restLocked(l.driver.Name)
	case outcomeUnknown(told):
		after.State = cti.OutboxUnconfirmed
	}
	o.desk.log.Info("a wish of the outbox was not done", "op", e.Method, "driver", l.driver.Name, "now", after.State, "error", err)
	if writeErr := o.writeLocked([]*outboxEntry{&after}, nil); writeErr != nil {
		// Found as being sent after a crash it would be unconfirmed, which is less than we know and no lie.
		o.desk.log.Error("the outbox cannot be written", "error", writeErr)
	}
	*e = after
	o.tellLocked()
}

// passes says that nothing was sent and that the same may go well later.
func passes(err error) bool {
	return linkDown(err) || !cti.MayHaveReached(err) && (errors.Is(err, cti.Busy) || errors.Is(err, cti.RateLimited))
}

// outcomeUnknown says that an entry was sent, perhaps, and that no answer told
// what came of it.
func outcomeUnknown(e *cti.Error) bool {
	switch e.Sent {
	case cti.MaybeSent:
		return true
	case cti.CertainSent:
		return e.Kind == cti.Unavailable || e.Kind == cti.Timeout || e.Kind == cti.Canceled || e.Kind == cti.InternalError
	}
	return false
}

// restLocked leaves a driver alone for a while.
func (o *outbox) restLocked(driver string) {
	d := min(max(2*o.pauses[driver], firstPause), lastPause)
	o.pauses[driver] = d
	o.setTimer(driver, d, func() {
		o.mu.Lock()
		o.timers[driver] = nil
		o.mu.Unlock()
		o.drive(driver)
	})
}
