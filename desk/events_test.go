package desk_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/dialplan"
	"ctiagent/internal/i18n"

	"github.com/google/go-cmp/cmp"
)

func TestWatchersGetEveryEventInOrderWhateverHappensAtOnce(t *testing.T) {
	a, b := newFake("a"), newFake("b")
	r := begin(t, nil, a, b)
	const each = 200
	var mu sync.Mutex
	var seen []uint64
	var g sync.WaitGroup
	begun, watching := make(chan struct{}), make(chan struct{})
	for _, f := range []*fake{a, b} {
		g.Go(func() {
			for i := range each {
				if i == 10 && f == a {
					close(begun)
				}
				if i == 100 {
					<-watching
				}
				r.emit(f, cti.CallFact{Ref: fmt.Sprint(f.Name, i), State: cti.Ringing, Direction: cti.Inbound, Number: fmt.Sprint(f.Name == "a", 10000+i)})
				r.emit(f, cti.CallFact{Ref: fmt.Sprint(f.Name, i), State: cti.Ended})
			}
		})
	}
	<-begun
	state, stop := r.desk.Watch(func(events []cti.Event) {
		mu.Lock()
		defer mu.Unlock()
		for _, e := range events {
			seen = append(seen, e.Seq)
		}
	})
	close(watching)
	g.Wait()
	stop()
	last := r.desk.State().Seq
	r.emit(a, inbound)
	mu.Lock()
	defer mu.Unlock()
	if len(seen) == 0 || seen[len(seen)-1] != last {
		t.Fatalf("%d events were seen, the last is %d", len(seen), last)
	}
	for i, seq := range seen {
		if seq != state.Seq+uint64(i)+1 {
			t.Fatalf("event %d has the number %d after the snapshot %d", i, seq, state.Seq)
		}
	}
}

func TestSinceAnswersWhatFollowedOrSaysThatItIsGone(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, nil, p)
	for i := range 300 {
		before := r.desk.State().Seq
		r.emit(p, cti.CallFact{Ref: fmt.Sprint(i), State: cti.Ringing, Direction: cti.Inbound})
		r.emit(p, cti.CallFact{Ref: fmt.Sprint(i), State: cti.Ended})
		events, ok := r.desk.Since("e1", before)
		if !ok || len(events) != 4 || events[0].Seq != before+1 || events[0].Type != cti.EventCallRinging || events[2].Type != cti.EventCallEnded {
			t.Fatalf("round %d: %v %+v", i, ok, events)
		}
	}
	last := r.desk.State().Seq
	if events, ok := r.desk.Since("e1", last-1024); !ok || len(events) != 1024 {
		t.Fatalf("1024 events back: %d, %v", len(events), ok)
	}
	if events, ok := r.desk.Since("e1", last); !ok || len(events) != 0 {
		t.Fatalf("nothing has followed: %d, %v", len(events), ok)
	}
	for name, c := range map[string]struct {
		epoch string
		after uint64
	}{"too old": {"e1", last - 1025}, "never was": {"e1", last + 1}, "another epoch": {"e0", last}} {
		if _, ok := r.desk.Since(c.epoch, c.after); ok {
			t.Errorf("%s: it must say that it cannot", name)
		}
	}
}

func TestStateOfAnEmptyDeskHasListsAndNoNulls(t *testing.T) {
	r := newRig(t)
	d, err := desk.New(r.options(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	s := d.State()
	if s.Calls == nil || s.Recent == nil || s.Drivers == nil || s.Agent.Actions == nil || s.Epoch != "e1" || s.Agent.Extension != "10005" {
		t.Fatalf("the state is %+v", s)
	}
}

func TestMissedCallsAreKept(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, nil, p)
	r.emit(p, inbound)
	r.emit(p, cti.CallFact{Ref: "in", State: cti.Ended, EndReason: cti.EndNoAnswer})
	if s := r.desk.State(); len(s.Recent) != 1 || !s.Recent[0].Missed {
		t.Fatalf("the state is %+v", s)
	}
}

func TestDeskRefusesAStackItCannotKeepApart(t *testing.T) {
	r := newRig(t)
	if _, err := desk.New(r.options([]*fake{newFake("pbx"), newFake("pbx")}, nil)); err == nil {
		t.Error("one driver twice was taken")
	}
	if _, err := desk.New(r.options(nil, func(o *desk.Options) { o.Plan = nil })); err == nil {
		t.Error("a desk without a dial plan was made")
	}
	d, err := desk.New(r.options(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(r.ctx)
	cancel()
	if err := d.Run(ctx); err != nil {
		t.Error(err)
	}
	if d.Run(ctx) == nil {
		t.Error("Run was taken twice")
	}
}

func TestMethodsDescribeWhatAPageIsAnswered(t *testing.T) {
	own := cti.Action[cti.None, cti.CallOut]{Name: "pbx.own", Title: "Own", Effect: cti.Control}
	p := newFake("pbx", row(cti.CallDial), row(own))
	r := begin(t, nil, p)
	want := map[string]string{"call.hold": "Call", "agent.pause": "AgentAnswer", "agent.state": "Agent", "call.tag": "Stored", "callback.schedule": "CallbackAnswer", "agent.login": "LoginResult", "call.setDisposition": "Stored",
		"history.list": "HistoryOut", "number.explain": "Explanation"}
	for _, m := range desk.Methods() {
		if w, ok := want[m.Name]; ok && m.Out.Name() != w {
			t.Errorf("%s answers %s, want %s", m.Name, m.Out, w)
		}
		delete(want, m.Name)
		if got, ok := r.desk.Method(m.Name); !ok || got.Out != m.Out || got.In != m.In {
			t.Errorf("the desk describes %s as %+v", m.Name, got)
		}
	}
	if len(want) != 0 {
		t.Errorf("not described: %v", want)
	}
	if got, ok := r.desk.Method("pbx.own"); !ok || got.Out.Name() != "CallOut" {
		t.Errorf("the vendor's own function is %+v", got)
	}
	if _, ok := r.desk.Method("phone.own"); ok {
		t.Error("a driver that is not configured has no methods here")
	}
}

func TestFunctionsListTellsEveryRowAndWhetherItIsServed(t *testing.T) {
	pbx, phone := newFake("pbx", row(cti.CallDial), row(cti.CallTransfer)), newFake("phone", row(cti.CallHold))
	pbx.without = []string{"call.transfer"}
	r := begin(t, nil, pbx, phone)
	var got []string
	for _, f := range r.must("functions.list", nil).([]desk.FunctionInfo) {
		got = append(got, fmt.Sprint(f.Vendor, " ", f.Name, " ", f.Available, " ", len(f.Params), " ", f.Source))
	}
	want := []string{"pbx call.dial true 5 manual 1", "pbx call.transfer false 3 manual 1", "phone call.hold true 1 manual 1"}
	if d := cmp.Diff(got, want); d != "" {
		t.Fatal(d)
	}
	if l := r.must("functions.list", map[string]any{"vendor": "phone"}).([]desk.FunctionInfo); len(l) != 1 || l[0].Vendor != "phone" {
		t.Fatalf("of one vendor: %+v", l)
	}
	_, err := r.do("functions.list", map[string]any{"vendor": "nobody"})
	wantKind(t, err, cti.NotFound, "desk.hint.vendor")
}

func TestExplainDialsAsTheChosenDriverWould(t *testing.T) {
	pbx := newFake("pbx", row(cti.CallHold))
	phone := newFake("phone", row(cti.CallDial), func(f *fake) { f.Numbers.Plus = true })
	r := begin(t, nil, pbx, phone)
	for driver, want := range map[string]string{"": "+5511987654321", "pbx": "987654321", "phone": "+5511987654321"} {
		out := fmt.Sprintf("%+v", r.must("number.explain", map[string]any{"text": "(11) 98765-4321", "forDriver": driver}))
		if !contains(out, "Dialed:"+want+" ") {
			t.Errorf("for %q: %s", driver, out)
		}
	}
	_, err := r.do("number.explain", map[string]any{"text": "1", "forDriver": "nobody"})
	wantKind(t, err, cti.NotFound, "desk.hint.vendor")
}

func TestExplainSpeaksThePersonsLanguage(t *testing.T) {
	r := begin(t, nil, newFake("pbx", row(cti.CallDial)))
	out, err := r.desk.Do(t.Context(), cti.Wish{Method: "number.explain", Params: []byte(`{"text":"(11) 98765-4321"}`), Language: "pt-BR"})
	e, ok := out.(dialplan.Explanation)
	if err != nil || !ok || len(e.Steps) == 0 {
		t.Fatalf("%v, %v", out, err)
	}
	for _, s := range e.Steps {
		args := map[string]any{"Before": s.Before, "After": s.After, "Value": s.Value}
		if want := i18n.T(i18n.PtBR, "dialplan.rule."+s.Rule, args); s.Text != want || want == i18n.T(i18n.En, "dialplan.rule."+s.Rule, args) {
			t.Errorf("step %s says %q, want %q", s.Rule, s.Text, want)
		}
	}
}

func TestRefusedNumberIsExplainedByItsReason(t *testing.T) {
	r := begin(t, nil, newFake("pbx", row(cti.CallDial)))
	out, err := r.desk.Do(t.Context(), cti.Wish{Method: "number.explain", Params: []byte(`{"text":"123.456.789-09"}`), Language: "es"})
	e, ok := out.(dialplan.Explanation)
	if err != nil || !ok || e.Reason != "cpf" {
		t.Fatalf("%+v, %v", out, err)
	}
	if got, want := e.Steps[len(e.Steps)-1].Text, i18n.T(i18n.Es, "dialplan.reason.cpf", nil); got != want {
		t.Errorf("the last step says %q, want %q", got, want)
	}
}

func TestHistoryGivesEndedCallsPageByPage(t *testing.T) {
	p := newFake("pbx")
	r := begin(t, nil, p)
	for i := range 5 {
		r.emit(p, cti.CallFact{Ref: fmt.Sprint(i), State: cti.Ringing, Direction: cti.Inbound, Number: fmt.Sprint(33553430 + i)})
		r.emit(p, cti.CallFact{Ref: fmt.Sprint(i), State: cti.Ended})
		r.clock.Advance(60e9)
	}
	refs := func(params map[string]any) (out []string, cursor string) {
		t.Helper()
		h := r.must("history.list", params).(desk.HistoryOut)
		for _, c := range h.Calls {
			out = append(out, c.Ref)
		}
		return out, h.Cursor
	}
	first, cursor := refs(map[string]any{"limit": 3})
	rest, end := refs(map[string]any{"limit": 3, "cursor": cursor})
	if d := cmp.Diff(append(first, rest...), []string{"4", "3", "2", "1", "0"}); d != "" || end != "" {
		t.Fatalf("pages: %s, cursor %q", d, end)
	}
	if got, _ := refs(map[string]any{"number": "(11) 3355-3432"}); len(got) != 1 || got[0] != "2" {
		t.Fatalf("by number: %v", got)
	}
	got, _ := refs(map[string]any{"from": cti.At(start.Add(60e9)), "to": cti.At(start.Add(180e9))})
	if d := cmp.Diff(got, []string{"2", "1"}); d != "" {
		t.Fatalf("by time: %s", d)
	}
	_, err := r.do("history.list", map[string]any{"cursor": "gone"})
	wantKind(t, err, cti.BadRequest, "desk.hint.cursor")
}
