package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"ctiagent/cti"
	"ctiagent/dialplan"
)

// wish is one wish on its way to a driver.
type wish struct {
	cti.Wish
	*method
	in     any                  // a pointer to the parameter struct
	target cti.Target           // without Ref, which is each driver's own
	number dialplan.Explanation // of the parameter with the role number
	call   *cti.Call            // the call it is about; nil for none
	cut    map[string]error     // what the drivers said that have no link now
	queued bool                 // it waits in the outbox
	wallet *wallet              // of a login; else nil
	before uint64               // how often the driver tried last had told of the agent
}

// Do carries out a wish: a common verb, one of the desk's own [Methods], or a
// vendor's function by its name. What is not Observe goes on when ctx ends; a
// stream is read while ctx lasts, whatever its effect.
//
// A call verb answers the *cti.Call, nil where the driver that acted reports
// no calls; an agent verb the cti.Agent, agent.login and agent.logout a
// [LoginResult]; everything else what the driver answered. Every error is a
// *cti.Error.
func (d *Desk) Do(ctx context.Context, w cti.Wish) (any, error) {
	m := d.methods[w.Method]
	if m == nil {
		return nil, d.unknownMethod(w.Method)
	}
	in, err := m.decode(w.Params)
	if err != nil {
		return nil, err
	}
	if err := m.bounded(in); err != nil {
		return nil, err
	}
	if m.own {
		return d.doOwn(ctx, w, in)
	}
	if err := d.awaitReady(ctx, m.info.Name); err != nil {
		return nil, err
	}
	k := &wish{Wish: w, method: m, in: in}
	d.forceTarget(k)
	if err := d.readNumber(k); err != nil {
		return nil, err
	}
	if m.info.Effect != cti.Observe && !m.reads() {
		var done func()
		if ctx, done, err = d.detach(ctx, m.info.Name); err != nil {
			return nil, err
		}
		defer done()
	}
	out, err := d.carryOut(ctx, k)
	d.keepWish(k, err)
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (d *Desk) carryOut(ctx context.Context, k *wish) (any, error) {
	switch k.info.Name {
	case cti.AgentLogin.Name:
		return d.login(ctx, k)
	case cti.AgentLogout.Name:
		return d.logout(ctx, k)
	case cti.AgentPause.Name, cti.AgentUnpause.Name:
		if answered, err := d.pauseLater(k); answered || err != nil {
			return d.State().Agent, err
		}
	}
	if k.info.Effect == cti.Dial {
		return d.dial(ctx, k)
	}
	if err := d.chooseCall(k); err != nil {
		return nil, err
	}
	out, by, entry, err := d.orLater(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case entry != "":
		k.queued = true
		return d.queued(k, entry), nil
	}
	return d.answer(k, by, out), nil
}

// answer turns what a driver answered into what a page is answered; a vendor's
// own answer stays as it is.
func (d *Desk) answer(k *wish, by *link, out any) any {
	if k.vendor == "" && k.info.Name == cti.CallTag.Name {
		return cti.Stored{Stored: cti.StoredSent}
	}
	switch o := out.(type) {
	case cti.ID:
		if k.vendor == "" && k.info.Name == cti.CallbackSchedule.Name {
			return CallbackAnswer{o, cti.Stored{Stored: cti.StoredSent}}
		}
	case cti.CallOut:
		if k.vendor != "" {
			return out
		}
		d.concludeBlind(k, by)
		return d.callOf(k, by, o.Ref)
	case cti.AgentOut:
		if k.vendor != "" && k.foreign() {
			return out
		}
		d.tellAgent(by, o, cti.Target{}, k.before)
		if k.vendor == "" {
			return d.State().Agent
		}
	}
	return out
}

// forceTarget makes the wish the desk's own: nobody drives a colleague.
func (d *Desk) forceTarget(k *wish) {
	k.target = *d.target.Load()
	k.target.Foreign = k.Foreign
	s := k.shape()
	if s.agent != nil && (!k.Supervisor || s.agent.text(k.in) == "") {
		s.agent.set(k.in, k.target.Agent)
	}
	if s.extension != nil && (!k.Supervisor || s.extension.text(k.in) == "") {
		s.extension.set(k.in, k.target.Extension)
	}
}

// foreign says that a supervisor acts for another desk.
func (k *wish) foreign() bool {
	s := k.shape()
	return s.agent != nil && s.agent.text(k.in) != k.target.Agent ||
		s.extension != nil && s.extension.text(k.in) != k.target.Extension
}

// readNumber reads the number of the wish; a text that is none ends it.
func (d *Desk) readNumber(k *wish) error {
	f := k.shape().number
	// A dial without a number is refused even where the row leaves it out.
	if f == nil || f.text(k.in) == "" && k.info.Effect != cti.Dial {
		return nil
	}
	k.number = d.options.Plan.Explain(f.text(k.in))
	if k.number.Kind == dialplan.KindNotAPhone {
		return notAPhone(k.info.Name, f.name, k.number)
	}
	if err := d.banned(k.info.Name, k.number); err != nil {
		return err
	}
	k.shape().e164.set(k.in, k.number.E164)
	return nil
}

// writeNumber puts the number into the wish as this driver wants it.
func (d *Desk) writeNumber(k *wish, l *link) (string, error) {
	if k.number.Kind == "" {
		return "", nil
	}
	dialed := d.options.Plan.Dial(k.number, dialplan.Style(l.driver.Numbers))
	if dialed == "" {
		return "", &cti.Error{Kind: cti.BadRequest, Op: k.info.Name, Driver: l.driver.Name, Title: l.driver.Title,
			Text: "this number cannot be written for the driver", Hint: hintUnwritable}
	}
	k.shape().number.set(k.in, dialed)
	return dialed, nil
}

// asked are the drivers a wish goes to, in the order they are tried. What is
// filed about a call goes to those that know the call, where one of them takes
// it: to another it would be about some other call, or the last one.
func (d *Desk) asked(k *wish) []*link {
	links := d.serving(k.info.Name, k.call)
	if filed := k.vendor == "" && mayWait(k.info.Name) && k.call != nil; filed && d.ownerOf(k) != nil {
		links = slices.DeleteFunc(links, func(l *link) bool { return k.call.RefOf(l.driver.Name) == "" })
	}
	if k.PhoneFirst {
		slices.SortStableFunc(links, func(a, b *link) int {
			switch {
			case a.driver.Phone == b.driver.Phone:
				return 0
			case a.driver.Phone:
				return -1
			}
			return 1
		})
	}
	return links
}

// serving are the drivers that have the row now: first those that know the
// call, then the others, each in stack order.
func (d *Desk) serving(name string, c *cti.Call) []*link {
	knowing := make([]*link, 0, len(d.links))
	var others []*link
	for _, l := range d.links {
		switch {
		case !l.actions().Has(name):
		case c == nil || c.RefOf(l.driver.Name) != "":
			knowing = append(knowing, l)
		default:
			others = append(others, l)
		}
	}
	return append(knowing, others...)
}

// route asks the drivers that serve the wish, one after the other, until one
// did it, gave a definite answer, or may have sent something. before is told
// of each attempt with the number as it is dialled.
func (d *Desk) route(ctx context.Context, k *wish, before func(l *link, dialed string)) (out any, by *link, err error) {
	for _, l := range d.asked(k) {
		dialed, failed := d.writeNumber(k, l)
		if failed == nil {
			if before != nil {
				before(l, dialed)
			}
			t := k.target
			if k.call != nil {
				t.Ref = k.call.RefOf(l.driver.Name)
			}
			k.before = d.toldBy(l)
			if out, failed = l.call(ctx, k.info.Name, t, k.in, k.Progress); failed == nil {
				return out, l, nil
			}
		}
		if err == nil || errors.Is(err, cti.Unsupported) {
			err, by = failed, l
		}
		if linkDown(failed) {
			if k.cut == nil {
				k.cut = map[string]error{}
			}
			k.cut[l.driver.Name] = failed
		}
		if !mayTryNext(k, failed) || ctx.Err() != nil {
			return nil, l, failed
		}
		d.log.Info("trying the next driver", "op", k.info.Name, "driver", l.driver.Name, "error", failed)
	}
	if err == nil {
		return nil, nil, d.unserved(k.method)
	}
	return nil, by, err
}

// mayTryNext says whether another driver may be asked: nothing was sent, and
// the driver could not rather than would not. A definite refusal stands. What
// changes the site names campaigns and lists by a vendor's own codes, which
// would be others at the next one; so it moves on from a driver without it only.
func mayTryNext(k *wish, err error) bool {
	if cti.MayHaveReached(err) {
		return false
	}
	if k.info.Effect == cti.Supervise {
		return errors.Is(err, cti.Unsupported)
	}
	return errors.Is(err, cti.Unsupported) || errors.Is(err, cti.Unavailable) || errors.Is(err, cti.Timeout)
}

// detach takes a wish out of its caller's hands: it ends with the desk, or
// when its time is up.
func (d *Desk) detach(ctx context.Context, op string) (context.Context, func(), error) {
	if d.life.Err() != nil {
		return nil, nil, isClosed(op)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.limits.WishTime)
	stop := context.AfterFunc(d.life, cancel)
	return ctx, func() { stop(); cancel() }, nil
}

// patience is how long a wish waits for drivers that are being opened.
const patience = 3 * time.Second

// awaitReady lets a wish that comes right after the desk was opened wait until
// every driver has been tried once.
func (d *Desk) awaitReady(ctx context.Context, op string) error {
	if d.life.Err() != nil {
		return isClosed(op)
	}
	select {
	case <-d.ready:
		return nil
	default:
	}
	late := make(chan struct{})
	stop := d.clock.AfterFunc(patience, func() { close(late) })
	defer stop()
	select {
	case <-d.ready:
	case <-late:
	case <-d.life.Done():
		return isClosed(op)
	case <-ctx.Done():
		return &cti.Error{Kind: cti.Canceled, Op: op, Text: "canceled", Err: ctx.Err()}
	}
	return nil
}

// known are the drivers there are.
func (d *Desk) known() []cti.Driver {
	if d.options.Known == nil {
		return nil
	}
	return d.options.Known()
}

// unknownMethod answers a name that no configured driver has.
func (d *Desk) unknownMethod(name string) *cti.Error {
	for _, k := range d.known() {
		for _, f := range k.Functions {
			if f.Name == name {
				return d.unserved(&method{info: f, vendor: k.Name})
			}
		}
	}
	if len(name) > 100 {
		name = name[:100]
	}
	return &cti.Error{Kind: cti.Unsupported, Op: name, Text: "there is no such method", Hint: hintMethod}
}
