package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ctiagent/cti"
)

// OutboxKeeper keeps a desk's outbox beyond the life of the program.
type OutboxKeeper interface {
	// Outbox answers what is kept, in the order in which it came.
	Outbox(ctx context.Context) ([]KeptEntry, error)
	// KeepOutbox keeps put, what is there already at its old place, and
	// removes drop, all or nothing. Without an error the disk has it.
	KeepOutbox(ctx context.Context, put []KeptEntry, drop []string) error
}

// KeptEntry is one entry of an outbox on the disk.
type KeptEntry struct {
	ID     string
	Forget cti.Time // from when on nobody needs it
	Data   []byte
}

// The bounds of an outbox, and how long a wish waits in it. A pause that comes
// late is none; what was filed about a call is still true days later.
const (
	maxOutbox     = 500
	maxOutboxSize = 1 << 20 // bytes of all entries on the disk
	maxEntrySize  = 16 << 10
	pauseWaits    = 15 * time.Minute
	wishWaits     = 7 * 24 * time.Hour
	keptAfter     = 30 * 24 * time.Hour // what was not sent stays to be seen
	keepingTime   = 10 * time.Second    // for the disk
)

// How long a driver is left alone that could not send an entry although its
// link stands: doubling from the first to the last.
const (
	firstPause = 2 * time.Second
	lastPause  = time.Minute
)

// outbox is where wishes of a closed set wait while the driver that would do
// them has no link. An entry stands on the disk before its caller is told, and
// as being sent before anything of it is: what is found so after a crash was
// perhaps sent and is not sent again unless a person says so.
//
// Its lock is taken before the desk's, never after it.
type outbox struct {
	desk   *Desk
	keeper OutboxKeeper
	some   atomic.Bool   // there may be entries that wait
	turn   chan struct{} // held while the agent's pause is being changed

	mu      sync.Mutex
	loaded  bool
	entries []*outboxEntry // in the order in which they came
	gone    []string       // no more here, and perhaps still on the disk
	driving map[string]bool
	again   map[string]bool // somebody asked to drive meanwhile
	pauses  map[string]time.Duration
	timers  map[string]func() bool // "" is that of the next expiry
}

func newOutbox(d *Desk, keeper OutboxKeeper) *outbox {
	return &outbox{desk: d, keeper: keeper, turn: make(chan struct{}, 1), driving: map[string]bool{}, again: map[string]bool{},
		pauses: map[string]time.Duration{}, timers: map[string]func() bool{}}
}

// begin reads what an ended program has left.
func (o *outbox) begin() {
	if o.keeper == nil {
		return
	}
	o.mu.Lock()
	err := o.loadLocked()
	o.mu.Unlock()
	if err != nil {
		o.desk.log.Error("the outbox cannot be read; it is tried again when it is needed", "error", err)
	}
}

// loadLocked reads the disk once. What was being sent when the program ended
// is sent, and nobody knows with what success.
func (o *outbox) loadLocked() error {
	if o.loaded {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepingTime)
	defer cancel()
	kept, err := o.keeper.Outbox(ctx)
	if err != nil {
		return err
	}
	var entries, changed []*outboxEntry
	for _, k := range kept {
		e, err := readEntry(k.Data)
		if err != nil || e.ID != k.ID {
			o.desk.log.Error("an entry of the outbox cannot be understood and stays where it is", "id", k.ID, "error", err)
			continue
		}
		if e.State == cti.OutboxSending {
			e.State = cti.OutboxUnconfirmed
			changed = append(changed, e)
		}
		entries = append(entries, e)
	}
	if err := o.writeLocked(changed, nil); err != nil {
		return err
	}
	o.entries, o.loaded = append(entries, o.entries...), true
	o.tidyLocked()
	o.tellLocked()
	return nil
}

// writeLocked brings a change to the disk, with what is still to be removed
// there.
func (o *outbox) writeLocked(put []*outboxEntry, drop []string) error {
	drop = append(slices.Clone(o.gone), drop...)
	if len(put)+len(drop) == 0 {
		return nil
	}
	kept := make([]KeptEntry, 0, len(put))
	for _, e := range put {
		k, err := e.kept()
		if err != nil {
			return err
		}
		kept = append(kept, k)
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepingTime) // a caller that left changes nothing
	defer cancel()
	if err := o.keeper.KeepOutbox(ctx, kept, drop); err != nil {
		return err
	}
	o.gone = nil
	return nil
}

// removeLocked takes entries out. What the disk does not let go now goes with
// the next change; found there after a crash it would be shown once more.
func (o *outbox) removeLocked(which func(*outboxEntry) bool) {
	var drop []string
	o.entries = slices.DeleteFunc(o.entries, func(e *outboxEntry) bool {
		if !which(e) {
			return false
		}
		drop = append(drop, e.ID)
		return true
	})
	if len(drop) == 0 {
		return
	}
	if err := o.writeLocked(nil, drop); err != nil {
		o.gone = append(o.gone, drop...)
		o.desk.log.Error("the outbox cannot be written", "error", err)
	}
}

// dropAgents forgets the pauses that wait: another way the agent's state has
// become what the person wants now.
func (o *outbox) dropAgents() {
	if !o.some.Load() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	count := len(o.entries)
	o.removeLocked(func(e *outboxEntry) bool { return e.forAgent() && e.State == cti.OutboxWaiting })
	if len(o.entries) != count {
		o.tellLocked()
	}
}

// errOutboxFull says that nothing more fits into the outbox.
var errOutboxFull = errors.New("the outbox is full")

// add puts a wish into the outbox and answers its id; the same wish that waits
// already is that one. A pause takes the place of those that wait.
func (o *outbox) add(e *outboxEntry) (id string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.loadLocked(); err != nil {
		return "", err
	}
	o.tidyLocked()
	for _, old := range o.entries {
		if old.State == cti.OutboxWaiting && old.wanted() == e.wanted() {
			return old.ID, nil
		}
	}
	if _, err := e.kept(); err != nil || e.bytes > maxEntrySize {
		return "", errors.Join(errOutboxFull, err)
	}
	size := e.bytes
	replaced := func(old *outboxEntry) bool {
		return e.forAgent() && old.forAgent() && old.State == cti.OutboxWaiting
	}
	var drop []string
	for _, old := range o.entries {
		if replaced(old) {
			drop = append(drop, old.ID)
		}
	}
	rest := len(o.entries) - len(drop)
	for _, old := range o.entries {
		size += old.bytes
	}
	// What has expired makes room, the oldest first.
	for _, old := range o.entries {
		if (rest >= maxOutbox || size > maxOutboxSize) && old.State == cti.OutboxExpired {
			drop = append(drop, old.ID)
			size -= old.bytes
			rest--
		}
	}
	if rest >= maxOutbox || size > maxOutboxSize {
		return "", errOutboxFull
	}
	if err := o.writeLocked([]*outboxEntry{e}, drop); err != nil {
		return "", err
	}
	o.entries = append(slices.DeleteFunc(o.entries, func(old *outboxEntry) bool { return slices.Contains(drop, old.ID) }), e)
	o.expireLater()
	o.tellLocked()
	return e.ID, nil
}

// tidyLocked finds what has waited too long, and what nobody needs any more.
func (o *outbox) tidyLocked() {
	now := o.desk.clock.Now()
	var expired []*outboxEntry
	for _, e := range o.entries {
		if e.State == cti.OutboxWaiting && !now.Before(e.ExpiresAt.Time) {
			e.State = cti.OutboxExpired
			expired = append(expired, e)
		}
	}
	if err := o.writeLocked(expired, nil); err != nil {
		o.desk.log.Error("the outbox cannot be written", "error", err) // it expires again when it is read
	}
	count := len(o.entries)
	o.removeLocked(func(e *outboxEntry) bool { return e.State != cti.OutboxSending && !now.Before(e.forget().Time) })
	o.expireLater()
	if len(expired) > 0 || len(o.entries) != count {
		o.tellLocked()
	}
}

// expireLater sets the timer of the next expiry.
func (o *outbox) expireLater() {
	var next time.Time
	for _, e := range o.entries {
		at := e.forget().Time
		if e.State == cti.OutboxWaiting {
			at = e.ExpiresAt.Time
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	if next.IsZero() {
		return
	}
	// A clock that is put forward meanwhile would ring late.
	for before := (time.Time{}); o.desk.clock.Now().Sub(before) >= time.Second; {
		before = o.desk.clock.Now()
		o.setTimer("", max(next.Sub(before), 0), func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.tidyLocked()
		})
	}
}

func (o *outbox) setTimer(name string, d time.Duration, f func()) {
	if stop := o.timers[name]; stop != nil {
		stop()
	}
	o.timers[name] = nil
	if o.desk.life.Err() != nil {
		return
	}
	o.timers[name] = o.desk.clock.AfterFunc(d, func() { o.desk.spawn(f) })
}

// rouseLocked ends a driver's rest.
func (o *outbox) rouseLocked(driver string) {
	if stop := o.timers[driver]; stop != nil {
		stop()
	}
	o.timers[driver] = nil
	o.pauses[driver] = 0
}

// close stops the timers of a desk that closes.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, stop := range o.timers {
		if stop != nil {
			stop()
		}
	}
}

// tellLocked tells everybody who watches the desk.
func (o *outbox) tellLocked() {
	var n cti.OutboxCount
	waiting := false
	for _, e := range o.entries {
		switch e.State {
		case cti.OutboxWaiting, cti.OutboxSending:
			n.Waiting++
			waiting = true
		case cti.OutboxUnconfirmed:
			n.Unconfirmed++
		case cti.OutboxRefused:
			n.Refused++
		case cti.OutboxExpired:
			n.Expired++
		}
	}
	o.some.Store(waiting)
	if n != (cti.OutboxCount{}) || o.desk.outboxTold() != n {
		o.desk.tell("", cti.OutboxFact{Count: n})
	}
}

func (d *Desk) outboxTold() cti.OutboxCount {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.table.Outbox
}

// outboxEntry is an entry with what sending it needs besides.
type outboxEntry struct {
	cti.OutboxEntry
	Ref       string `json:"ref,omitempty"` // the driver's word for the call
	Agent     string `json:"agent,omitempty"`
	Extension string `json:"extension,omitempty"`
	// Kept is what its driver needs of the call once it has forgotten it.
	Kept  *cti.KeptCall `json:"kept,omitempty"`
	bytes int           // on the disk
}

func (e *outboxEntry) forAgent() bool {
	return e.Method == cti.AgentPause.Name || e.Method == cti.AgentUnpause.Name
}

// wanted is what makes an entry the wish that it is.
type wanted struct {
	method, driver, call, ref, agent, extension, number, callback string
	code, note, text, campaign, contact, reason, levels           string
	at                                                            int64
}

func (e *outboxEntry) wanted() wanted {
	return wanted{e.Method, e.Driver, e.Call, e.Ref, e.Agent, e.Extension, e.Number, e.CallbackNumber,
		e.Code, e.Note, e.Text, e.Campaign, e.Contact, e.Reason, strings.Join(e.Levels, "\x00"), e.At.UnixMilli()}
}

func (e *outboxEntry) kept() (KeptEntry, error) {
	data, err := json.Marshal(e)
	e.bytes = len(data)
	if err != nil {
		return KeptEntry{}, fmt.Errorf("write an entry of the outbox: %w", err)
	}
	return KeptEntry{ID: e.ID, Forget: e.forget(), Data: data}, nil
}

// forget is when an entry goes that nobody has looked after.
func (e *outboxEntry) forget() cti.Time { return cti.At(e.ExpiresAt.Add(keptAfter)) }

// expires is until when a wish may be sent that is wanted, or wanted again,
// now. A call-back is promised for its moment.
func (e *outboxEntry) expires(now time.Time) cti.Time {
	if e.forAgent() {
		return cti.At(now.Add(pauseWaits))
	}
	last := now.Add(wishWaits)
	if e.Method == cti.CallbackSchedule.Name && e.At.After(now) && e.At.Before(last) {
		return e.At
	}
	return cti.At(last)
}
