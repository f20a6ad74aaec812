package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
)

func TestForbiddenNumberIsNotDialledNorTransferredTo(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallTransfer))
	r := begin(t, func(o *desk.Options) { o.Forbid = []dialplan.Ban{"premium", "international"} }, p)
	for number, hint := range map[string]string{"0900 123 4567": "desk.hint.forbidden_premium", "+1 212 555 0123": "desk.hint.forbidden_international"} {
		_, err := r.do("call.dial", map[string]any{"number": number})
		wantKind(t, err, cti.Forbidden, hint)
	}
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected, Direction: cti.Inbound, Number: "1133553434"})
	_, err := r.do("call.transfer", map[string]any{"to": "+1 212 555 0123"})
	wantKind(t, err, cti.Forbidden, "desk.hint.forbidden_international")
	if got := p.names(); len(got) > 0 {
		t.Fatalf("the PBX was asked for %v", got)
	}
	r.must("call.dial", map[string]any{"number": "190"})
}

func TestDialGoesDownInTheDriversOwnWritingAndAnswersTheCall(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), func(f *fake) { f.Numbers = cti.NumberStyle{TrunkZero: true} })
	r := begin(t, nil, p)
	var midway cti.DeskState
	p.on("call.dial", func(context.Context, sent) (any, error) {
		midway = r.desk.State()
		return cti.CallOut{Ref: "7.1"}, nil
	})
	c := r.must("call.dial", map[string]any{"number": "(21) 98765-4321", "campaign": "9", "data": map[string]string{"id": "5"}}).(*cti.Call)
	if c.State != cti.Dialing || c.Ref != "7.1" || c.Via != "pbx" || c.Remote.E164 != "+5521987654321" || c.Data["id"] != "5" || len(c.ID) != 26 {
		t.Fatalf("the call is %+v", c)
	}
	if len(midway.Calls) != 1 || midway.Calls[0].ID != c.ID {
		t.Fatalf("the call must stand before anything is sent: %+v", midway.Calls)
	}
	got := p.last(t)
	in := got.In.(cti.DialIn)
	if in.Number != "021987654321" || in.E164 != "+5521987654321" || in.Campaign != "9" || got.Target != (cti.Target{Agent: "12", Extension: "10005"}) {
		t.Fatalf("the driver got %+v", got)
	}
	r.emit(p, cti.CallFact{Ref: "7.1", State: cti.Connected})
	if s := r.desk.State(); len(s.Calls) != 1 || s.Calls[0].ID != c.ID || s.Calls[0].State != cti.Connected {
		t.Fatalf("the fact belongs to the call: %+v", s.Calls)
	}
}

func TestWhatIsNoNumberIsNeverDialed(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallTransfer))
	r := begin(t, nil, p)
	for number, hint := range map[string]string{
		strings.Repeat("1", 2000): "desk.hint.bounds",
		"123.456.789-09":          "dialplan.reason.cpf",
		"R$ 10,00":                "dialplan.reason.money",
		strings.Repeat("1", 300):  "dialplan.reason.too_long",
		"":                        "error.hint.missing",
		"   ":                     "dialplan.reason.empty",
	} {
		_, err := r.do("call.dial", map[string]any{"number": number})
		wantKind(t, err, cti.BadRequest, hint)
	}
	r.emit(p, cti.CallFact{Ref: "1", State: cti.Connected, Direction: cti.Inbound})
	_, err := r.do("call.transfer", map[string]any{"to": "12/05/2026"})
	wantKind(t, err, cti.BadRequest, "dialplan.reason.date")
	wantSent(t, p)
	if s := r.desk.State(); len(s.Calls) != 1 || len(s.Recent) != 0 {
		t.Fatalf("a refused number left a call: %+v", s)
	}
}

func TestManyClicksAtOnceDialOnce(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, nil, p)
	release := make(chan struct{})
	p.on("call.dial", func(ctx context.Context, _ sent) (any, error) {
		select {
		case <-release:
		case <-ctx.Done():
		}
		return cti.CallOut{}, ctx.Err()
	})
	const clicks = 32
	ids := make(chan string, clicks)
	var g sync.WaitGroup
	for i := range clicks {
		g.Go(func() {
			number := []string{"1133553434", "(11) 3355-3434", "+55 11 3355 3434"}[i%3]
			out, err := r.do("call.dial", map[string]any{"number": number})
			if err != nil {
				t.Error(err)
				return
			}
			ids <- out.(*cti.Call).ID
		})
	}
	// All but the one that dials are answered while the PBX is still silent.
	var first []string
	for range clicks - 1 {
		select {
		case id := <-ids:
			first = append(first, id)
		case <-r.ctx.Done():
			t.Fatal("a second click waits for the PBX")
		}
	}
	close(release)
	g.Wait()
	first = append(first, <-ids)
	for _, id := range first {
		if id != first[0] {
			t.Fatalf("two calls: %v", first)
		}
	}
	wantSent(t, p, "call.dial")
}

func TestSameRequestAnswersTheFirstCallForTenMinutesEvenEnded(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, nil, p)
	ref := 0
	p.on("call.dial", func(context.Context, sent) (any, error) {
		ref++
		return cti.CallOut{Ref: strings.Repeat("x", ref)}, nil
	})
	w := wishFor(t, "call.dial", map[string]any{"number": "1133553434", "requestId": "a"})
	w.Origin = "https://crm.example.com"
	dial := func() *cti.Call {
		t.Helper()
		out, err := r.desk.Do(r.ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		return out.(*cti.Call)
	}
	first := dial()
	r.emit(p, cti.CallFact{Ref: "x", State: cti.Ended, EndReason: cti.EndBusy})
	r.clock.Advance(10 * time.Minute)
	if again := dial(); again.ID != first.ID || again.EndReason != cti.EndBusy {
		t.Fatalf("the same request answered %+v", again)
	}
	w.Origin = "https://other.example.com"
	if other := dial(); other.ID == first.ID {
		t.Fatal("another origin's request is another request")
	}
	r.emit(p, cti.CallFact{Ref: "xx", State: cti.Ended})
	w.Origin = "https://crm.example.com"
	r.clock.Advance(time.Second)
	if late := dial(); late.ID == first.ID {
		t.Fatal("after ten minutes it is a new request")
	}
	wantSent(t, p, "call.dial", "call.dial", "call.dial")
}

func TestRequestThatWasNotSentMayBeTriedAgain(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, nil, p)
	p.fails("call.dial", cti.Unavailable, cti.NotSent)
	params := map[string]any{"number": "1133553434", "requestId": "a"}
	_, err := r.do("call.dial", params)
	wantKind(t, err, cti.Unavailable, "")
	p.on("call.dial", nil)
	if c := r.must("call.dial", params).(*cti.Call); c.State != cti.Dialing {
		t.Fatalf("the second try answered %+v", c)
	}
}

func TestThrottleComesAfterTheDoubleClickGuardAndNeverHoldsUpEmergencies(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.CallRedial))
	r := begin(t, func(o *desk.Options) { o.Limits.DialsPerSecond = 1 }, p)
	first := r.dial("1133553434")
	if again := r.dial("1133553434"); again.ID != first.ID {
		t.Fatal("the same number is the same call")
	}
	_, err := r.do("call.dial", map[string]any{"number": "1133553435"})
	if e := wantKind(t, err, cti.RateLimited, "desk.hint.throttle"); !e.Retryable || cti.MayHaveReached(e) {
		t.Fatalf("a throttled dial may be tried again: %+v", e)
	}
	_, err = r.do("call.redial", nil)
	wantKind(t, err, cti.RateLimited, "desk.hint.throttle")
	r.dial("190")
	r.clock.Advance(time.Second)
	r.dial("1133553435")
	wantSent(t, p, "call.dial", "call.dial", "call.dial")
}

func TestDeskWithAllItsCallsIsBusy(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, func(o *desk.Options) { o.Limits.LiveCalls = 1 }, p)
	r.dial("1133553434")
	_, err := r.do("call.dial", map[string]any{"number": "1133553435"})
	wantKind(t, err, cti.Busy, "desk.hint.live_calls")
	r.dial("190")
}

func TestNextDriverDialsWhenNothingWasSent(t *testing.T) {
	pbx, phone := newFake("pbx", row(cti.CallDial)), newFake("phone", row(cti.CallDial), func(f *fake) { f.Numbers.Plus = true })
	r := begin(t, nil, pbx, phone)
	for _, kind := range []cti.Kind{cti.Unavailable, cti.Unsupported, cti.Timeout} {
		pbx.fails("call.dial", kind, cti.NotSent)
		c := r.dial(map[cti.Kind]string{cti.Unavailable: "1133553434", cti.Unsupported: "1133553435", cti.Timeout: "1133553436"}[kind])
		if c.Via != "phone" || c.State != cti.Dialing {
			t.Fatalf("%s: the call is %+v", kind, c)
		}
	}
	if in := phone.last(t).In.(cti.DialIn); in.Number != "+551133553436" {
		t.Fatalf("the phone got %q", in.Number)
	}
	if s := r.desk.State(); len(s.Calls) != 3 || len(s.Recent) != 0 {
		t.Fatalf("each dial is one call: %+v", s)
	}
}

func TestDefiniteRefusalIsNotTriedElsewhere(t *testing.T) {
	pbx, phone := newFake("pbx", row(cti.CallDial)), newFake("phone", row(cti.CallDial))
	r := begin(t, nil, pbx, phone)
	for i, c := range []struct {
		kind cti.Kind
		how  cti.Sent
	}{{cti.Refused, cti.CertainSent}, {cti.NotFound, cti.NotSent}, {cti.Unauthorized, cti.NotSent}, {cti.Unsupported, cti.CertainSent}} {
		pbx.fails("call.dial", c.kind, c.how)
		_, err := r.do("call.dial", map[string]any{"number": "1133553434"})
		if e := wantKind(t, err, c.kind, ""); e.Driver != "pbx" || e.Title != "The pbx" || e.Op != "call.dial" {
			t.Fatalf("the error does not say who spoke: %+v", e)
		}
		if s := r.desk.State(); len(s.Calls) != 0 || len(s.Recent) != i+1 || s.Recent[0].EndReason != cti.EndFailed {
			t.Fatalf("a refused call has failed: %+v", s)
		}
	}
	wantSent(t, phone)
}

func TestDialThatMayHaveReachedStaysOpenAndIsNeverSentAgain(t *testing.T) {
	for name, answer := range map[string]func(context.Context, sent) (any, error){
		"maybe sent": func(context.Context, sent) (any, error) {
			return nil, &cti.Error{Kind: cti.Timeout, Sent: cti.MaybeSent}
		},
		"sent, no answer": func(context.Context, sent) (any, error) {
			return nil, &cti.Error{Kind: cti.Unavailable, Sent: cti.CertainSent}
		},
		"foreign error": func(context.Context, sent) (any, error) { return nil, errors.New("EOF") },
		"panic":         func(context.Context, sent) (any, error) { panic("scripted") },
	} {
		t.Run(name, func(t *testing.T) {
			pbx, phone := newFake("pbx", row(cti.CallDial)), newFake("phone", row(cti.CallDial))
			r := begin(t, nil, pbx, phone)
			pbx.on("call.dial", answer)
			_, err := r.do("call.dial", map[string]any{"number": "1133553434"})
			kind := cti.Unavailable
			if name == "maybe sent" {
				kind = cti.Timeout
			}
			if e := wantKind(t, err, kind, "desk.hint.outcome_unknown"); e.Sent != cti.MaybeSent || e.Retryable {
				t.Fatalf("the error must say that the outcome is unknown: %+v", e)
			}
			again := r.dial("1133553434")
			if !again.WishPending() {
				t.Fatalf("the call must stay: %+v", again)
			}
			wantSent(t, pbx, "call.dial")
			wantSent(t, phone)
			r.clock.Advance(60 * time.Second)
			s := r.await("the open call ends", func(s cti.DeskState) bool { return len(s.Calls) == 0 })
			if s.Recent[0].ID != again.ID || s.Recent[0].EndReason != cti.EndUnknown {
				t.Fatalf("the call ended as %+v", s.Recent[0])
			}
		})
	}
}

func TestDialThatThePBXReportsWasMadeWhateverItsAnswer(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial))
	r := begin(t, nil, p)
	p.on("call.dial", func(context.Context, sent) (any, error) {
		r.emit(p, cti.CallFact{Ref: "7", State: cti.Dialing, Direction: cti.Outbound, Number: "33553434"})
		return nil, &cti.Error{Kind: cti.Timeout, Sent: cti.MaybeSent}
	})
	if c := r.dial("1133553434"); c.Ref != "7" {
		t.Fatalf("the call is %+v", c)
	}
}

func TestDialGoesOnWhenItsPageLeavesAndObserveDoesNot(t *testing.T) {
	p := newFake("pbx", row(cti.CallDial), row(cti.QueueList))
	r := begin(t, nil, p)
	ctx, leave := context.WithCancel(r.ctx)
	p.on("call.dial", func(ctx context.Context, _ sent) (any, error) {
		leave()
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a dial needs a time limit")
		}
		return cti.CallOut{}, ctx.Err()
	})
	if _, err := r.desk.Do(ctx, wishFor(t, "call.dial", map[string]any{"number": "1133553434"})); err != nil {
		t.Fatalf("the dial ended with its page: %v", err)
	}
	p.on("queue.list", func(ctx context.Context, _ sent) (any, error) { return nil, ctx.Err() })
	_, err := r.desk.Do(ctx, wishFor(t, "queue.list", nil))
	if !errors.Is(err, cti.Canceled) {
		t.Fatalf("got %v, want canceled", err)
	}
}

// TestStreamOfASupervisorIsReadBehindItsAnswer: what a table of the site holds is a supervisor's, and its rows come after Do.
func TestStreamOfASupervisorIsReadBehindItsAnswer(t *testing.T) {
	rows := cti.Action[cti.None, cti.Stream[cti.ID]]{Name: "pbx.rows", Title: "Read rows", Effect: cti.Supervise}
	p := newFake("pbx", row(rows))
	r := begin(t, nil, p)
	p.on("pbx.rows", func(ctx context.Context, _ sent) (any, error) {
		return cti.Stream[cti.ID](func(yield func(cti.ID, error) bool) { yield(cti.ID{ID: "1"}, ctx.Err()) }), nil
	})
	ctx, leave := context.WithCancel(r.ctx)
	read := func() (err error) {
		w := wishFor(t, "pbx.rows", nil)
		w.Supervisor = true
		out, err := r.desk.Do(ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range out.(cti.Stream[cti.ID]) {
			break
		}
		return err
	}
	if err := read(); err != nil {
		t.Errorf("its rows: %v", err)
	}
	leave()
	if err := read(); !errors.Is(err, context.Canceled) {
		t.Errorf("its reader has left: %v", err)
	}
}

type discar struct {
	Ramal  string `json:"ramal" role:"extension"`
	Agente string `json:"agente" role:"agent"`
	Numero string `json:"numero" role:"number" required:"true"`
}

type discado struct{ Text string }

func TestVendorsOwnDialGoesThroughDialPlanGuardsAndTable(t *testing.T) {
	act := cti.Action[discar, discado]{Name: "pbx.discar", Title: "Dial", Effect: cti.Dial}
	p := newFake("pbx", row(act))
	r := begin(t, nil, p)
	p.on("pbx.discar", func(context.Context, sent) (any, error) { return discado{"DISCANDO"}, nil })
	params := map[string]any{"numero": "(11) 3355-3434", "ramal": "10099", "agente": "99"}
	if out := r.must("pbx.discar", params); out != (discado{"DISCANDO"}) {
		t.Fatalf("a vendor's own answer stays as it is: %+v", out)
	}
	if in := p.last(t).In.(discar); in != (discar{"10005", "12", "33553434"}) {
		t.Fatalf("the driver got %+v", in)
	}
	if s := r.desk.State(); len(s.Calls) != 1 || s.Calls[0].Remote.E164 != "+551133553434" {
		t.Fatalf("the call is missing: %+v", s.Calls)
	}
	_, err := r.do("pbx.discar", params)
	wantKind(t, err, cti.Busy, "desk.hint.already_dialing")

	w := wishFor(t, "pbx.discar", map[string]any{"numero": "1133553435", "ramal": "10099", "agente": "99"})
	w.Supervisor = true
	if _, err := r.desk.Do(r.ctx, w); err != nil {
		t.Fatal(err)
	}
	if in := p.last(t).In.(discar); in != (discar{"10099", "99", "33553435"}) {
		t.Fatalf("a supervisor acts for another: %+v", in)
	}
	if s := r.desk.State(); len(s.Calls) != 1 {
		t.Fatalf("another desk's call is none of this one: %+v", s.Calls)
	}
	_, err = r.do("pbx.discar", map[string]any{"numero": "123.456.789-09"})
	wantKind(t, err, cti.BadRequest, "dialplan.reason.cpf")
}

func TestWishForTheAgentsPhoneAsksThePhoneFirst(t *testing.T) {
	pbx, phone := newFake("pbx", row(cti.CallDial)), newFake("phone", row(cti.CallDial), func(f *fake) { f.Phone = true })
	r := begin(t, nil, pbx, phone)
	w := wishFor(t, "call.dial", map[string]any{"number": "1133553434"})
	w.PhoneFirst = true
	out, err := r.desk.Do(r.ctx, w)
	if err != nil || out.(*cti.Call).Via != "phone" {
		t.Fatalf("%+v, %v", out, err)
	}
	wantSent(t, pbx)
	phone.fails("call.dial", cti.Unavailable, cti.NotSent)
	w = wishFor(t, "call.dial", map[string]any{"number": "1133553435"})
	w.PhoneFirst = true
	if out, err = r.desk.Do(r.ctx, w); err != nil || out.(*cti.Call).Via != "pbx" {
		t.Fatalf("with the phone off: %+v, %v", out, err)
	}
}
