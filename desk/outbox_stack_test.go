package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

// twoPBX is a desk with two systems that take the same wishes, and an
// agent who is ready.
func twoPBX(t *testing.T) (r *rig, a, b *fake) {
	t.Helper()
	rows := []func(*fake){row(cti.CallSetDisposition), row(cti.CallTag), row(cti.CallbackSchedule), row(cti.AgentPause), row(cti.AgentUnpause)}
	a, b = newFake("a", rows...), newFake("b", rows...)
	r = begin(t, func(o *desk.Options) { o.Outbox = new(disk) }, a, b)
	r.emit(a, cti.AgentFact{State: cti.AgentReady})
	return r, a, b
}

// says lets a system answer all that may wait in one way.
func (f *fake) says(kind cti.Kind, sent cti.Sent) {
	for _, name := range waiting {
		f.fails(name, kind, sent)
	}
}

func (r *rig) waitsAt() string {
	r.t.Helper()
	var out []string
	for _, e := range r.lists() {
		out = append(out, e.Method+":"+e.Driver)
	}
	return strings.Join(out, " ")
}

func TestWishAboutACallWaitsForTheDriverWhoseCallItIs(t *testing.T) {
	for _, owner := range []string{"a", "b"} {
		t.Run(owner, func(t *testing.T) {
			r, own, other := twoPBX(t)
			if owner == "b" {
				own, other = other, own
			}
			r.emit(own, cti.CallFact{Ref: "77", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
			other.says(cti.WrongState, cti.NotSent)
			r.offline(own)
			r.queues("call.setDisposition", map[string]any{"code": "SALE"})
			r.queues("call.tag", map[string]any{"text": "x"})
			if got, want := r.waitsAt(), "call.setDisposition:"+owner+" call.tag:"+owner; got != want {
				t.Errorf("it waits: %s, want %s", got, want)
			}
			wantSent(t, other) // it would be about some other call there
			r.online(own)
			r.counts(cti.OutboxCount{})
			wantSent(t, own, "call.setDisposition", "call.tag")
			wantSent(t, other)
		})
	}
}

func TestWishAboutNoCallWaitsForTheFirstDriverThatHandlesIt(t *testing.T) {
	r, a, b := twoPBX(t)
	b.says(cti.WrongState, cti.NotSent)
	r.offline(a)
	r.queues("callback.schedule", promise)
	r.queues("agent.pause", map[string]any{"reason": "lunch"})
	if got := r.waitsAt(); got != "callback.schedule:a agent.pause:a" {
		t.Errorf("it waits: %s", got)
	}
	r.online(a)
	r.counts(cti.OutboxCount{})
	wantSent(t, a, "callback.schedule", "agent.pause")
	wantSent(t, b, "callback.schedule", "agent.pause")
}

func TestWishThatAnotherDriverDidOrGotDoesNotWait(t *testing.T) {
	r, a, b := twoPBX(t)
	r.offline(a)
	b.on("callback.schedule", done)
	r.must("callback.schedule", promise)
	b.fails("callback.schedule", cti.Refused, cti.CertainSent)
	if _, err := r.do("callback.schedule", promise); !errors.Is(err, cti.Refused) {
		t.Errorf("got %v, want what the second system said", err)
	}
	b.fails("callback.schedule", cti.Timeout, cti.MaybeSent)
	if _, err := r.do("callback.schedule", promise); !errors.Is(err, cti.Timeout) {
		t.Errorf("got %v, want what the second system said", err)
	}
	if got := r.waitsAt(); got != "" {
		t.Errorf("it waits: %s", got)
	}
}

func TestWishWaitsForTheDriverThatCannotBeOpened(t *testing.T) {
	r, a, b := twoPBX(t)
	r.emit(a, cti.CallFact{Ref: "77", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	b.says(cti.WrongState, cti.NotSent)
	r.runs["a"].end <- errPanic
	r.await("a is gone", func(s cti.DeskState) bool { return linkOf(s, "a").Link == cti.LinkDisconnected })
	r.queues("call.setDisposition", map[string]any{"code": "SALE"})
	r.queues("callback.schedule", promise)
	if got := r.waitsAt(); got != "call.setDisposition:a callback.schedule:a" {
		t.Errorf("it waits: %s", got)
	}
	for _, name := range waiting {
		a.on(name, done)
	}
	if err := r.clock.BlockUntil(r.ctx, 1); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Second)
	r.next(a)
	r.counts(cti.OutboxCount{})
	wantSent(t, a, "call.setDisposition", "callback.schedule")
}

// What a driver files by stands in the entry, for the next run of the program, and nothing else of the customer.
func TestEntryKeepsWhatItsDriverFilesBy(t *testing.T) {
	k, p := new(disk), pbx()
	p.FilesBy = []string{"parameter", "absent"}
	r := begin(t, func(o *desk.Options) { o.Outbox = k }, p)
	r.emit(p, cti.CallFact{Ref: "76", State: cti.Ended, Direction: cti.Inbound, Number: "33553434", Campaign: "old"})
	r.emit(p, cti.CallFact{Ref: "77", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434", Campaign: "27",
		Contact: map[string]string{"parameter": "3", "document": "40002812345"}})
	r.emit(p, cti.CallFact{Ref: "77", State: cti.Ended})
	r.offline(p)
	r.queues("call.setDisposition", map[string]any{"code": "SALE"})
	r.queues("callback.schedule", promise) // to the same number
	for _, e := range k.kept {
		if strings.Contains(string(e.Data), "40002812345") {
			t.Errorf("on the disk is %s", e.Data)
		}
	}

	again := pbx()
	for _, name := range waiting {
		again.on(name, done)
	}
	now := begin(t, func(o *desk.Options) { o.Outbox = k }, again)
	now.counts(cti.OutboxCount{})
	want := &cti.KeptCall{Number: "1133553434", Campaign: "27", Contact: map[string]string{"parameter": "3"}}
	wantSent(t, again, "call.setDisposition", "callback.schedule")
	again.mu.Lock()
	defer again.mu.Unlock()
	for _, s := range again.got {
		if d := cmp.Diff(s.Target.Kept, want); d != "" {
			t.Errorf("%s was sent with (-got +want):\n%s", s.Name, d)
		}
	}
}
