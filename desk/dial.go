package desk

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/dialplan"

	"golang.org/x/time/rate"
)

// guard keeps one click from becoming two calls, and many from becoming a
// flood. The desk's lock guards it.
type guard struct {
	dials    *rate.Limiter
	requests map[string]request // by origin and request id
	queue    []string           // the keys of requests, oldest first
}

type request struct {
	call *cti.Call // as it began
	at   time.Time
}

const (
	rememberRequest    = 10 * time.Minute
	rememberedRequests = 4096
)

func newGuard(dialsPerSecond float64) guard {
	return guard{dials: rate.NewLimiter(rate.Limit(dialsPerSecond), max(1, int(dialsPerSecond))),
		requests: map[string]request{}}
}

func (g *guard) remember(key string, c *cti.Call, now time.Time) {
	for len(g.queue) > 0 {
		r, held := g.requests[g.queue[0]]
		if held && len(g.queue) < rememberedRequests && now.Sub(r.at) <= rememberRequest {
			break
		}
		delete(g.requests, g.queue[0])
		g.queue = g.queue[1:]
	}
	g.requests[key] = request{c, now}
	g.queue = append(g.queue, key)
}

// dial makes a call, or answers the one this click already made. The call
// stands in the table before anything is sent, so that of two clicks at once
// the second finds the first one's.
func (d *Desk) dial(ctx context.Context, k *wish) (any, error) {
	own := k.number.Kind != "" && !k.foreign()
	c, via, twice, err := d.admit(k, own)
	switch {
	case err != nil:
		return nil, err
	case twice && k.vendor != "":
		// The vendor's own answer to the first click is not the desk's to repeat.
		return nil, &cti.Error{Kind: cti.Busy, Op: k.info.Name, Text: "this number is being called already: " + c.ID, Hint: hintDialing}
	case twice:
		return c, nil
	case !own:
		out, by, err := d.route(ctx, k, nil)
		if err != nil {
			return nil, err
		}
		return d.answer(k, by, out), nil
	}
	out, by, err := d.route(ctx, k, func(l *link, dialed string) {
		if l.driver.Name != via {
			via = l.driver.Name
			d.tell(via, d.wishFact(k, c.ID, dialed))
		}
	})
	if err != nil {
		return d.dialFailed(k, c, via, err)
	}
	taken, _ := out.(cti.CallOut)
	d.tell(by.driver.Name, cti.WishSentFact{ID: c.ID, Ref: taken.Ref})
	if k.vendor != "" {
		return out, nil
	}
	k.call = c
	return d.callOf(k, by, ""), nil
}

// admit puts a dial through the guards and opens its call. twice says that
// call is the one of an earlier click. Only with own the desk gets a call.
func (d *Desk) admit(k *wish, own bool) (c *cti.Call, via string, twice bool, err error) {
	var dialed string
	acting := d.asked(k)
	if len(acting) > 0 {
		via = acting[0].driver.Name
		if dialed, err = d.writeNumber(k, acting[0]); err != nil {
			return nil, "", false, err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	key, now := requestKey(k), d.clock.Now()
	if own {
		if c := d.earlierLocked(key, k.number, dialed, now); c != nil {
			return c, "", true, nil
		}
	}
	if len(acting) == 0 {
		return nil, "", false, d.unserved(k.method)
	}
	if k.number.Kind != dialplan.KindEmergency {
		if err := d.allowedLocked(k, now); err != nil {
			return nil, "", false, err
		}
		if len(d.table.Calls) >= d.limits.LiveCalls {
			return nil, "", false, &cti.Error{Kind: cti.Busy, Op: k.info.Name,
				Text: fmt.Sprintf("the desk has %d calls already", len(d.table.Calls)), Hint: hintLiveCalls,
				Args: map[string]string{"Max": strconv.Itoa(d.limits.LiveCalls)}, Retryable: true}
		}
		if !d.guard.dials.AllowN(now, 1) {
			return nil, "", false, &cti.Error{Kind: cti.RateLimited, Op: k.info.Name,
				Text: "this desk dials too often", Hint: hintThrottle, Retryable: true}
		}
	}
	if !own {
		return nil, via, false, nil
	}
	id := d.mint()
	d.foldLocked(via, d.wishFact(k, id, dialed))
	d.expireLocked()
	c = d.table.Call(id)
	if key != "" {
		d.guard.remember(key, c, now)
	}
	return c, via, false, nil
}

// requestKey is "" for a dial that names no request.
func requestKey(k *wish) string {
	in, ok := k.in.(*cti.DialIn)
	if !ok || in.RequestID == "" {
		return ""
	}
	return k.Origin + "\x00" + in.RequestID
}

// earlierLocked is the call an earlier click of the same kind made: the same
// request, even when its call has ended, or the same number while its call
// lives.
func (d *Desk) earlierLocked(key string, e dialplan.Explanation, dialed string, now time.Time) *cti.Call {
	if r, ok := d.guard.requests[key]; ok && key != "" && now.Sub(r.at) <= rememberRequest {
		if c := d.table.Call(r.call.ID); c != nil {
			return c
		}
		return r.call
	}
	for _, c := range d.table.Calls {
		if c.Direction != cti.Outbound {
			continue
		}
		if e.E164 != "" && c.Remote.E164 != "" {
			if e.E164 == c.Remote.E164 {
				return c
			}
			continue
		}
		if dialed != "" && (c.To == dialed || c.Remote.Raw == dialed) || c.Remote.Raw == e.Raw {
			return c
		}
	}
	return nil
}

func (d *Desk) wishFact(k *wish, id, dialed string) cti.WishFact {
	w := cti.WishFact{ID: id, Dialed: dialed, Raw: k.number.Raw, E164: k.number.E164,
		JoinWithin: d.limits.WishJoin, EndAfter: d.limits.WishUnknown}
	if in, ok := k.in.(*cti.DialIn); ok {
		w.Campaign, w.CallerID, w.Data = in.Campaign, in.CallerID, in.Data
	}
	return w
}

// dialFailed ends the call of a dial that certainly was not made. One that may
// have been made stays until its time is up; where a driver told of it
// meanwhile, it was.
func (d *Desk) dialFailed(k *wish, c *cti.Call, via string, err error) (any, error) {
	open := outcomeIsOpen(err)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.foldLocked(via, cti.WishFailedFact{ID: c.ID, Open: open})
	if !open {
		if !cti.MayHaveReached(err) {
			delete(d.guard.requests, requestKey(k)) // the page may try again
		}
		return nil, err
	}
	if now := d.table.Call(c.ID); now != nil && now.Ref != "" && !strings.HasPrefix(now.Ref, concluded) && k.vendor == "" {
		return now, nil
	}
	return nil, outcomeOpen(err)
}

// outcomeIsOpen says whether a failed dial may have been made all the same. A
// PBX that answered has refused; one that did not may have dialled.
func outcomeIsOpen(err error) bool {
	var e *cti.Error
	if !errors.As(err, &e) {
		return true
	}
	switch e.Sent {
	case cti.MaybeSent:
		return true
	case cti.CertainSent:
		return e.Kind == cti.Timeout || e.Kind == cti.Unavailable || e.Kind == cti.Canceled || e.Kind == cti.InternalError
	}
	return false
}
