package desk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
)

// disk keeps an outbox as a disk would: what it has outlives a desk.
type disk struct {
	mu    sync.Mutex
	kept  []desk.KeptEntry
	fails error
}

func (k *disk) Outbox(context.Context) ([]desk.KeptEntry, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.kept), k.fails
}

func (k *disk) KeepOutbox(_ context.Context, put []desk.KeptEntry, drop []string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		return k.fails
	}
	k.kept = slices.DeleteFunc(slices.Clone(k.kept), func(e desk.KeptEntry) bool { return slices.Contains(drop, e.ID) })
	for _, e := range put {
		if i := slices.IndexFunc(k.kept, func(o desk.KeptEntry) bool { return o.ID == e.ID }); i >= 0 {
			k.kept[i] = e
		} else {
			k.kept = append(k.kept, e)
		}
	}
	return nil
}

func (k *disk) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fails = err
}

// states are the entries on the disk, as method:state.
func (k *disk) states(t testing.TB) string {
	t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []string
	for _, e := range k.kept {
		var its cti.OutboxEntry
		if err := json.Unmarshal(e.Data, &its); err != nil {
			t.Error(err)
		}
		out = append(out, its.Method+":"+string(its.State))
	}
	return strings.Join(out, " ")
}

// pbx is a driver that does all that may wait, and dials.
func pbx() *fake {
	return newFake("pbx", row(cti.CallSetDisposition), row(cti.CallTag), row(cti.CallbackSchedule), row(cti.AgentPause), row(cti.AgentUnpause),
		row(cti.AgentLogout), row(cti.CallDial))
}

var waiting = []string{"call.setDisposition", "call.tag", "callback.schedule", "agent.pause", "agent.unpause", "call.dial"}

// cut is what a driver answers without a link: nothing was sent.
func cut(context.Context, sent) (any, error) {
	return nil, &cti.Error{Kind: cti.Unavailable, Text: "cannot be reached", Sent: cti.NotSent, Retryable: true}
}

// done is what it answers when all is well.
func done(context.Context, sent) (any, error) { return nil, nil }

// offline cuts the link of a driver: nothing reaches it, and it says so.
func (r *rig) offline(f *fake) {
	r.t.Helper()
	for _, name := range waiting {
		f.on(name, cut)
	}
	r.emit(f, cti.LinkFact{State: cti.LinkDisconnected, Detail: "cannot be reached"})
}

// online gives the link back; what reaches the driver is noted anew.
func (r *rig) online(f *fake) {
	r.t.Helper()
	for _, name := range waiting {
		f.on(name, done)
	}
	f.mu.Lock()
	f.got = nil
	f.mu.Unlock()
	r.emit(f, cti.LinkFact{State: cti.LinkConnected})
}

// withOutbox begins a desk whose outbox is on the disk, with a call that has
// just ended and an agent who is ready.
func withOutbox(t *testing.T, k desk.OutboxKeeper, f *fake) *rig {
	t.Helper()
	r := begin(t, func(o *desk.Options) { o.Outbox = k }, f)
	r.emit(f, cti.AgentFact{State: cti.AgentReady})
	r.emit(f, cti.CallFact{Ref: "77", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	r.emit(f, cti.CallFact{Ref: "77", State: cti.Ended, EndReason: cti.EndCompleted})
	return r
}

func (r *rig) lists() []cti.OutboxEntry {
	r.t.Helper()
	list, err := r.desk.Outbox(r.ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	return list
}

// states are the entries at the desk, as method:state.
func (r *rig) states() string {
	r.t.Helper()
	var out []string
	for _, e := range r.lists() {
		out = append(out, e.Method+":"+string(e.State))
	}
	return strings.Join(out, " ")
}

// counts waits until the outbox has come to this.
func (r *rig) counts(n cti.OutboxCount) {
	r.t.Helper()
	r.await(fmt.Sprintf("the outbox is %+v", n), func(s cti.DeskState) bool { return s.Outbox == n })
}

func (r *rig) queues(method string, params any) string {
	r.t.Helper()
	raw, err := json.Marshal(r.must(method, params))
	if err != nil {
		r.t.Fatal(err)
	}
	var out cti.Stored
	if err := json.Unmarshal(raw, &out); err != nil || out.Stored != "queued" || out.Outbox == "" {
		r.t.Fatalf("%s is answered %s, want that it is queued", method, raw)
	}
	return out.Outbox
}

var promise = map[string]any{"number": "(11) 3355-3434", "at": "2026-11-21T10:00:00Z", "campaign": "7", "note": "in the morning"}

// until waits for a condition that an event makes true.
func (r *rig) until(ok func() bool) {
	r.t.Helper()
	r.await("the outbox has come so far", func(cti.DeskState) bool { return ok() })
}
