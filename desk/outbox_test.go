package desk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"

	"github.com/google/go-cmp/cmp"
)

func TestWishesWithoutALinkAreSentOnceAndInOrder(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	r.queues("call.setDisposition", map[string]any{"code": "SALE", "levels": []string{"a", "b"}, "note": "pays later"})
	r.queues("callback.schedule", promise)
	r.queues("call.tag", map[string]any{"text": "first"})
	r.queues("call.tag", map[string]any{"text": "second"})
	if got := k.states(t); got != "call.setDisposition:waiting callback.schedule:waiting call.tag:waiting call.tag:waiting" {
		t.Errorf("on the disk: %s", got)
	}
	first := r.lists()[0]
	if first.Number != "+551133553434" || first.Title != "The pbx" || first.Code != "SALE" || first.Call == "" || !first.ExpiresAt.After(start.Add(24*time.Hour)) {
		t.Errorf("listed as %+v", first)
	}
	r.online(p)
	r.counts(cti.OutboxCount{})
	wantSent(t, p, "call.setDisposition", "callback.schedule", "call.tag", "call.tag")
	p.mu.Lock()
	got := slices.Clone(p.got)
	p.mu.Unlock()
	for i, want := range []string{
		`{"code":"SALE","levels":["a","b"],"note":"pays later"}`,
		`{"number":"33553434","at":"2026-11-21T10:00:00.000Z","campaign":"7","note":"in the morning"}`,
		`{"text":"first"}`, `{"text":"second"}`,
	} {
		raw, err := json.Marshal(got[i].In)
		if err != nil || string(raw) != want {
			t.Errorf("%s was sent as %s, want %s (%v)", got[i].Name, raw, want, err)
		}
		want := cti.Target{Agent: "12", Extension: "10005", Ref: "77", Kept: &cti.KeptCall{Number: "1133553434"}}
		if got[i].Name == "callback.schedule" {
			want.Ref = ""
		}
		if d := cmp.Diff(got[i].Target, want); d != "" {
			t.Errorf("%s was sent for (-got +want):\n%s", got[i].Name, d)
		}
	}
	if got := k.states(t); got != "" {
		t.Errorf("on the disk is left: %s", got)
	}
	r.emit(p, cti.LinkFact{State: cti.LinkDegraded})
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	r.must("call.tag", map[string]any{"text": "third"})
	wantSent(t, p, "call.setDisposition", "callback.schedule", "call.tag", "call.tag", "call.tag")
}

func TestDialAndWhatMayNotWaitAreRefusedWithoutALink(t *testing.T) {
	k, p := new(disk), newFake("pbx", row(cti.CallDial), row(cti.CallRedial), row(cti.CallHangup), row(cti.AgentLogin), row(cti.CallTag))
	r := withOutbox(t, k, p)
	r.emit(p, cti.CallFact{Ref: "78", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	for _, name := range []string{"call.dial", "call.redial", "call.hangup", "agent.login"} {
		p.on(name, cut)
	}
	r.emit(p, cti.LinkFact{State: cti.LinkDisconnected})
	for method, params := range map[string]any{"call.dial": map[string]any{"number": "33553435"}, "call.redial": nil, "call.hangup": nil, "agent.login": nil} {
		if _, err := r.do(method, params); !errors.Is(err, cti.Unavailable) {
			t.Errorf("%s: %v, want unavailable", method, err)
		}
	}
	if r.states() != "" || k.states(t) != "" {
		t.Errorf("it waits: %s", r.states())
	}
}

func TestOnlyWhatSurelyWasNotSentWaits(t *testing.T) {
	for _, c := range []struct {
		why  string
		err  cti.Error
		kind cti.Kind
	}{
		{"perhaps sent", cti.Error{Kind: cti.Unavailable, Sent: cti.MaybeSent, Retryable: true}, cti.Unavailable},
		{"surely sent", cti.Error{Kind: cti.Timeout, Sent: cti.CertainSent, Retryable: true}, cti.Timeout},
		{"refused", cti.Error{Kind: cti.Refused, Sent: cti.NotSent, Retryable: true}, cti.Refused},
		{"wrong state", cti.Error{Kind: cti.WrongState, Sent: cti.NotSent}, cti.WrongState},
		{"a setting is wrong", cti.Error{Kind: cti.Unavailable, Sent: cti.NotSent}, cti.Unavailable},
	} {
		t.Run(c.why, func(t *testing.T) {
			p := pbx()
			r := withOutbox(t, new(disk), p)
			p.on("call.tag", func(context.Context, sent) (any, error) { e := c.err; return nil, &e })
			if _, err := r.do("call.tag", map[string]any{"text": "x"}); !errors.Is(err, c.kind) {
				t.Errorf("got %v, want %s", err, c.kind)
			}
			if got := r.states(); got != "" {
				t.Errorf("it waits: %s", got)
			}
		})
	}
}

// What nobody could send a second time goes to the disk as being sent before anything of it goes to the PBX.
func TestEntryIsMarkedBeforeItIsSent(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	r.queues("call.tag", map[string]any{"text": "x"})
	seen := make(chan string, 1)
	p.on("call.tag", func(context.Context, sent) (any, error) {
		seen <- k.states(t)
		return nil, nil
	})
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	select {
	case got := <-seen:
		if got != "call.tag:sending" {
			t.Errorf("when the PBX gets it the disk says %q", got)
		}
	case <-r.ctx.Done():
		t.Fatal("it was never sent")
	}
	r.counts(cti.OutboxCount{})
}

func TestEntryFoundAsBeingSentIsUnconfirmedAndNotSentAgain(t *testing.T) {
	k := new(disk)
	p := pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	r.queues("call.tag", map[string]any{"text": "a"})
	r.queues("call.tag", map[string]any{"text": "b"})
	k.mu.Lock()
	k.kept[0].Data = []byte(strings.Replace(string(k.kept[0].Data), `"waiting"`, `"sending"`, 1)) // as a program leaves it that is killed then
	k.kept = append(k.kept, desk.KeptEntry{ID: "strange", Data: []byte(`{"method":"call.dial"}`)})
	k.mu.Unlock()

	again := pbx()
	now := withOutbox(t, k, again)
	now.counts(cti.OutboxCount{Unconfirmed: 1})
	wantSent(t, again, "call.tag")
	if got := again.last(t).In.(cti.TagIn).Text; got != "b" {
		t.Errorf("sent is %q, want the one that had not been", got)
	}
	if got := now.states(); got != "call.tag:unconfirmed" || k.states(t) != "call.tag:unconfirmed call.dial:" {
		t.Errorf("listed: %s, on the disk: %s", got, k.states(t))
	}
	list := now.lists()
	if _, err := now.desk.OutboxEdit(now.ctx, cti.OutboxEdit{ID: list[0].ID}); !errors.Is(err, cti.WrongState) {
		t.Errorf("what was perhaps sent is edited: %v", err)
	}
	// A person says that it shall be sent again.
	if _, err := now.desk.OutboxRetry(now.ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	now.counts(cti.OutboxCount{})
	wantSent(t, again, "call.tag", "call.tag")
}

func TestRefusedAndUnconfirmedEntriesHoldUpNothing(t *testing.T) {
	k, p, j := new(disk), pbx(), new(diary)
	r := begin(t, func(o *desk.Options) { o.Outbox, o.Journal = k, j }, p)
	r.emit(p, cti.CallFact{Ref: "77", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	r.offline(p)
	r.queues("call.setDisposition", map[string]any{"code": "NONE"})
	r.queues("callback.schedule", promise)
	r.queues("call.tag", map[string]any{"text": "x"})
	p.fails("call.setDisposition", cti.Refused, cti.CertainSent)
	p.fails("callback.schedule", cti.Unavailable, cti.MaybeSent)
	p.on("call.tag", done)
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	r.counts(cti.OutboxCount{Refused: 1, Unconfirmed: 1})
	list := r.lists()
	if list[0].Kind != cti.Refused || list[0].Error != "says pbx" || list[1].Kind != cti.Unavailable || list[1].SentAt.IsZero() {
		t.Errorf("listed: %+v", list)
	}
	var outcomes []string
	j.mu.Lock()
	for _, a := range j.asked {
		outcomes = append(outcomes, a.Method+" "+a.Outcome)
	}
	j.mu.Unlock()
	if d := cmp.Diff(outcomes, []string{"call.setDisposition queued", "callback.schedule queued", "call.tag queued",
		"call.setDisposition refused", "callback.schedule unavailable", "call.tag ok"}); d != "" {
		t.Errorf("the journal has (-got +want):\n%s", d)
	}

	// The person mends the refused one and forgets the other.
	code, note := "SALE", "mended"
	if e, err := r.desk.OutboxEdit(r.ctx, cti.OutboxEdit{ID: list[0].ID, Code: &code, Note: &note}); err != nil || e.Code != "SALE" || e.State != cti.OutboxRefused {
		t.Fatalf("edited: %+v, %v", e, err)
	}
	p.on("call.setDisposition", done)
	if _, err := r.desk.OutboxRetry(r.ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	r.counts(cti.OutboxCount{Unconfirmed: 1})
	if in := p.last(t).In.(cti.DispositionIn); in.Code != "SALE" || in.Note != "mended" {
		t.Errorf("sent again: %+v", in)
	}
	if err := r.desk.OutboxDrop(r.ctx, list[1].ID); err != nil {
		t.Fatal(err)
	}
	r.counts(cti.OutboxCount{})
	_, err := r.desk.OutboxRetry(r.ctx, list[1].ID)
	wantKind(t, err, cti.NotFound, "desk.hint.outbox_gone")
	wantKind(t, r.desk.OutboxDrop(r.ctx, list[1].ID), cti.NotFound, "desk.hint.outbox_gone")
}

func TestLinkThatGoesAgainKeepsTheRest(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	for _, text := range []string{"a", "b", "c"} {
		r.queues("call.tag", map[string]any{"text": text})
	}
	tried := make(chan string, 100)
	var mu sync.Mutex
	broken, did := "b", []string{}
	p.on("call.tag", func(ctx context.Context, s sent) (any, error) {
		text := s.In.(cti.TagIn).Text
		tried <- text
		mu.Lock()
		defer mu.Unlock()
		if text == broken {
			return cut(ctx, s)
		}
		did = append(did, text)
		return nil, nil
	})
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	r.counts(cti.OutboxCount{Waiting: 2})
	next := func(want string) {
		t.Helper()
		for {
			select {
			case got := <-tried:
				if got == want {
					return
				}
			case <-r.ctx.Done():
				t.Fatalf("%s is never tried", want)
			}
		}
	}
	next("b")
	// Its link stands and it cannot: it is left alone, then tried again.
	rests := func() bool { return r.states() == "call.tag:waiting call.tag:waiting" }
	r.until(rests)
	for len(tried) > 0 {
		<-tried
	}
	r.clock.Advance(time.Minute)
	next("b")
	r.until(rests)
	mu.Lock()
	broken = ""
	mu.Unlock()
	r.emit(p, cti.LinkFact{State: cti.LinkDisconnected})
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	r.counts(cti.OutboxCount{})
	if d := cmp.Diff(did, []string{"a", "b", "c"}); d != "" {
		t.Errorf("done (-got +want):\n%s", d)
	}
}

func TestNewWishesGoBehindThoseThatWait(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	first := r.queues("call.tag", map[string]any{"text": "a"})
	if again := r.queues("call.tag", map[string]any{"text": "a"}); again != first {
		t.Error("a wish that waits already waits twice")
	}
	p.on("call.tag", done) // it could be done at once, and must not be
	r.queues("call.tag", map[string]any{"text": "b"})
	wantSent(t, p, "call.tag") // the first, which failed
	r.online(p)
	r.counts(cti.OutboxCount{})
	wantSent(t, p, "call.tag", "call.tag")
	if got := p.last(t).In.(cti.TagIn).Text; got != "b" {
		t.Errorf("the last is %q", got)
	}
}

func TestPauseThatWaitsIsTheLatestAndNeedsTheAgent(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	r.queues("agent.pause", map[string]any{"reason": "lunch"})
	r.queues("call.tag", map[string]any{"text": "x"})
	r.queues("agent.unpause", nil)
	id := r.queues("agent.pause", map[string]any{"reason": "coffee"})
	if got := r.states(); got != "call.tag:waiting agent.pause:waiting" || k.states(t) != got {
		t.Errorf("it waits: %s, on the disk %s", got, k.states(t))
	}
	r.emit(p, cti.AgentFact{State: cti.AgentOffline})
	r.online(p)
	r.counts(cti.OutboxCount{Waiting: 1})
	wantSent(t, p, "call.tag") // nobody is logged in who could be paused
	if _, err := r.desk.OutboxRetry(r.ctx, id); err != nil {
		t.Fatal(err)
	}
	p.on("agent.pause", func(context.Context, sent) (any, error) {
		return cti.AgentOut{State: cti.AgentPaused, Reason: "coffee"}, nil
	})
	r.emit(p, cti.AgentFact{State: cti.AgentReady})
	r.counts(cti.OutboxCount{})
	wantSent(t, p, "call.tag", "agent.pause")
	if got := p.last(t).In.(cti.PauseIn).Reason; got != "coffee" || r.desk.State().Agent.State != cti.AgentPaused {
		t.Errorf("paused for %q, the agent is %s", got, r.desk.State().Agent.State)
	}
}

func TestPauseThatIsDoneOtherwiseNeedNotWait(t *testing.T) {
	for _, method := range []string{"agent.unpause", "agent.logout"} {
		p := pbx()
		r := withOutbox(t, new(disk), p)
		r.offline(p)
		r.queues("agent.pause", map[string]any{"reason": "lunch"})
		p.on("agent.unpause", done)
		r.must(method, nil)
		if got := r.states(); got != "" {
			t.Errorf("after %s waits: %s", method, got)
		}
	}
}

func TestPauseOfAnotherAgentIsNotSent(t *testing.T) {
	p := pbx()
	r := withOutbox(t, new(disk), p)
	r.offline(p)
	r.queues("agent.pause", map[string]any{"reason": "lunch"})
	r.emit(p, cti.AgentFact{State: cti.AgentOffline})
	r.desk.Seat(cti.Target{Agent: "13"})
	r.next(p)
	r.online(p)
	r.emit(p, cti.AgentFact{State: cti.AgentReady})
	r.until(func() bool { return r.desk.State().Agent.State == cti.AgentReady })
	r.clock.Advance(15 * time.Minute)
	r.counts(cti.OutboxCount{Expired: 1})
	wantSent(t, p)
}

func TestEntriesExpireByKind(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	r.queues("call.setDisposition", map[string]any{"code": "SALE"})
	r.queues("callback.schedule", promise) // for 20 hours later
	id := r.queues("agent.pause", map[string]any{"reason": "lunch"})
	r.clock.Advance(15*time.Minute - time.Second)
	r.counts(cti.OutboxCount{Waiting: 3})
	r.clock.Advance(time.Second)
	r.counts(cti.OutboxCount{Waiting: 2, Expired: 1})
	r.clock.Advance(21 * time.Hour)
	r.counts(cti.OutboxCount{Waiting: 1, Expired: 2})
	r.clock.Advance(7 * 24 * time.Hour)
	r.counts(cti.OutboxCount{Expired: 3})
	if got := k.states(t); got != "call.setDisposition:expired callback.schedule:expired agent.pause:expired" {
		t.Errorf("on the disk: %s", got)
	}
	r.online(p)
	if _, err := r.desk.OutboxRetry(r.ctx, id); err != nil { // what a person still wants
		t.Fatal(err)
	}
	r.counts(cti.OutboxCount{Expired: 2})
	wantSent(t, p, "agent.pause")
	r.clock.Advance(31 * 24 * time.Hour)
	r.counts(cti.OutboxCount{})
	if got := k.states(t); got != "" {
		t.Errorf("nobody has looked after it, and the disk has still %s", got)
	}
}

func TestWishThatCannotBeKeptIsAnErrorAndNotAPromise(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	k.fail(errors.New("database or disk is full"))
	_, err := r.do("call.tag", map[string]any{"text": "x"})
	if e := wantKind(t, err, cti.Unavailable, "desk.hint.outbox_fails"); !strings.Contains(e.Args["Cause"], "disk is full") {
		t.Errorf("the cause is %v", e.Args)
	}
	if got := r.states(); got != "" {
		t.Errorf("it waits: %s", got)
	}
	k.fail(nil)
	id := r.queues("call.tag", map[string]any{"text": "x"})
	// Nothing is sent that could not be marked as being sent.
	k.fail(errors.New("database or disk is full"))
	r.online(p)
	if _, err := r.desk.OutboxRetry(r.ctx, id); !errors.Is(err, cti.Unavailable) {
		t.Errorf("retried on a full disk: %v", err)
	}
	wantKind(t, r.desk.OutboxDrop(r.ctx, id), cti.Unavailable, "desk.hint.outbox")
	wantSent(t, p)
	k.fail(nil)
	r.emit(p, cti.LinkFact{State: cti.LinkDegraded})
	r.emit(p, cti.LinkFact{State: cti.LinkConnected})
	r.counts(cti.OutboxCount{})
	wantSent(t, p, "call.tag")
}

func TestOutboxIsBounded(t *testing.T) {
	k, p := new(disk), pbx()
	r := withOutbox(t, k, p)
	r.offline(p)
	for i := range 500 {
		r.queues("call.tag", map[string]any{"text": fmt.Sprint(i)})
	}
	_, err := r.do("call.tag", map[string]any{"text": "too many"})
	wantKind(t, err, cti.Unavailable, "desk.hint.outbox_full")
	r.clock.Advance(8 * 24 * time.Hour)
	r.counts(cti.OutboxCount{Expired: 500})
	r.queues("call.tag", map[string]any{"text": "there is room"})
	if got := len(r.lists()); got != 500 {
		t.Errorf("%d entries are there", got)
	}
	_, err = r.do("call.setDisposition", map[string]any{"levels": slices.Repeat([]string{strings.Repeat("x", 1000)}, 20)})
	wantKind(t, err, cti.Unavailable, "desk.hint.outbox_full")
}

func TestEditKeepsTheRulesOfTheVerb(t *testing.T) {
	p := pbx()
	r := withOutbox(t, new(disk), p)
	r.offline(p)
	tag := r.queues("call.tag", map[string]any{"text": "x"})
	back := r.queues("callback.schedule", promise)
	empty, long, fine, at := "", strings.Repeat("x", 2000), "fine", cti.At(start.Add(time.Hour))
	for _, in := range []cti.OutboxEdit{{ID: tag, Text: &empty}, {ID: tag, Text: &long}, {ID: back, Note: &long}, {ID: back, At: &cti.Time{}}} {
		if _, err := r.desk.OutboxEdit(r.ctx, in); !errors.Is(err, cti.BadRequest) {
			t.Errorf("edited: %v", err)
		}
	}
	if e, err := r.desk.OutboxEdit(r.ctx, cti.OutboxEdit{ID: tag, Text: &fine, Code: &fine, At: &at}); err != nil || e.Text != "fine" || e.Code != "" || !e.At.IsZero() {
		t.Errorf("edited: %+v, %v", e, err)
	}
	if e, err := r.desk.OutboxEdit(r.ctx, cti.OutboxEdit{ID: back, At: &at}); err != nil || !e.At.Equal(at.Time) || !e.ExpiresAt.Equal(at.Time) || e.Note == "" {
		t.Errorf("edited: %+v, %v", e, err)
	}
	r.online(p)
	r.counts(cti.OutboxCount{})
	if in := p.last(t).In.(cti.CallbackIn); !in.At.Equal(at.Time) {
		t.Errorf("sent: %+v", in)
	}
}

func TestPauseAfterTheCallWaitsForTheLink(t *testing.T) {
	p := pbx()
	r := withOutbox(t, new(disk), p)
	r.emit(p, cti.CallFact{Ref: "78", State: cti.Connected, Direction: cti.Inbound, Number: "1133553435"})
	r.must("agent.pause", map[string]any{"reason": "lunch", "when": "afterCall"})
	r.offline(p)
	r.emit(p, cti.CallFact{Ref: "78", State: cti.Ended})
	r.counts(cti.OutboxCount{Waiting: 1})
	r.online(p)
	r.counts(cti.OutboxCount{})
	wantSent(t, p, "agent.pause")
	if len(r.hand.notices) > 0 {
		t.Errorf("the person was told %v", r.hand.notices)
	}
}

func TestDeskWithoutAnOutboxRefusesAsBefore(t *testing.T) {
	p := pbx()
	r := withOutbox(t, nil, p)
	r.offline(p)
	if _, err := r.do("call.tag", map[string]any{"text": "x"}); !errors.Is(err, cti.Unavailable) {
		t.Errorf("got %v", err)
	}
	if got := r.states(); got != "" {
		t.Errorf("it waits: %s", got)
	}
}
