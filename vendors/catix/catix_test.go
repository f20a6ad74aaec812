package catix

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/catix/catixtest"
	"ctiagent/vendors/internal/fault"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var desk = cti.Target{Agent: lawAgent, Extension: lawExtension}

// soon is a context that ends long before the driver's own patience does.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// told is what a session that runs has told.
type told struct {
	t   *testing.T
	mu  sync.Mutex
	all []cti.Fact
	new chan struct{}
}

// run opens a session on a simulator and runs it until the test ends.
func run(t *testing.T, p *catixtest.PBX) (cti.Session, *told) {
	t.Helper()
	host := ctitest.NewHost(nil)
	host.SetDesk(desk)
	s, err := Driver().Open(t.Context(), configOf(p, catixtest.DefaultPass, modeSingle), host)
	if err != nil {
		t.Fatal(err)
	}
	f := &told{t: t, new: make(chan struct{}, 1)}
	done := make(chan error, 1)
	go func() {
		done <- s.Run(context.Background(), func(fact cti.Fact) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.all = append(f.all, fact)
			select {
			case f.new <- struct{}{}:
			default:
			}
		})
	}()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	f.await("the link", func(fact cti.Fact) bool {
		l, ok := fact.(cti.LinkFact)
		return ok && l.State == cti.LinkConnected
	})
	return s, f
}

// await waits for a fact that fits and answers it.
func (f *told) await(what string, fits func(cti.Fact) bool) cti.Fact {
	f.t.Helper()
	ctx := soon(f.t)
	for {
		f.mu.Lock()
		all := append([]cti.Fact{}, f.all...)
		f.mu.Unlock()
		for _, fact := range all {
			if fits(fact) {
				return fact
			}
		}
		select {
		case <-f.new:
		case <-ctx.Done():
			f.t.Fatalf("waited in vain: %s; told %+v", what, all)
		}
	}
}

func (f *told) calls() (out []cti.CallFact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fact := range f.all {
		if c, ok := fact.(cti.CallFact); ok {
			out = append(out, c)
		}
	}
	return out
}

func ended(fact cti.Fact) bool {
	c, ok := fact.(cti.CallFact)
	return ok && c.State == cti.Ended
}

func TestEveryErrorCodeHasItsKind(t *testing.T) {
	kinds := map[string]cti.Kind{"1000": cti.BadRequest, "1001": cti.BadRequest, "1002": cti.BadRequest, "1003": cti.BadRequest, "1004": cti.NotFound,
		"1005": cti.WrongState, "1006": cti.NotFound, "1007": cti.WrongState, "1008": cti.WrongState, "1009": cti.NotFound, "1010": cti.BadRequest,
		"1011": cti.NotFound, "2000": cti.Unauthorized, "2001": cti.Unauthorized, "2002": cti.Unauthorized, "3000": cti.Refused, "3001": cti.NotFound,
		"3002": cti.Refused, "3003": cti.Refused, "9000": cti.Unsupported, "9001": cti.InternalError, "9002": cti.InternalError, "9999": cti.Refused}
	fails := fault.New(driverName, driverTitle)
	for code, kind := range kinds {
		for _, line := range []string{`{"tipo":"ERRO","informacao":"x","erroCod":"` + code + `"}`, `{"informacao":"x","erroCod":` + code + `}`} {
			r, err := readLine([]byte(line))
			if e := judge(fails, "op", r); err != nil || e == nil || e.Kind != kind || e.Sent != cti.CertainSent || !strings.Contains(e.Text, code) {
				t.Errorf("%s: %v, %v, want %s", line, e, err, kind)
			}
		}
	}
	if len(meanings()) != len(kinds) {
		t.Errorf("the table has %d codes, the documents %d", len(meanings()), len(kinds))
	}
	for line, kind := range map[string]cti.Kind{`{"tipo":"NOTIFICACAO","informacao":"OK"}`: "", `{"informacao":"OK"}`: "",
		`{"tipo":"ERRO","erroCod":"4711"}`: cti.Refused, `{"tipo":"ERRO"}`: cti.Refused, `{"tipo":"NOTIFICACAO","informacao":"TALVEZ"}`: cti.Refused} {
		r, err := readLine([]byte(line))
		if e := judge(fails, "op", r); err != nil || (e == nil) != (kind == "") || e != nil && e.Kind != kind {
			t.Errorf("%s: %v, %v", line, e, err)
		}
	}
}

func TestDialledCallIsOneCallFromDialingToItsEnd(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	s, f := run(t, p)
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: "01133553434"}); err != nil {
		t.Fatal(err)
	}
	f.await("dialing", func(fact cti.Fact) bool { c, ok := fact.(cti.CallFact); return ok && c.State == cti.Dialing })
	ref := p.LiveCalls(lawAgent)[0].Ref
	must(p.Answer(ref))
	f.await("connected", func(fact cti.Fact) bool { c, ok := fact.(cti.CallFact); return ok && c.State == cti.Connected })
	must(p.Hangup(ref))
	f.await("the end", ended)
	want := []cti.CallFact{
		{Ref: ref, State: cti.Dialing, Direction: cti.Outbound, To: "01133553434", Number: "01133553434"},
		{Ref: ref, State: cti.Connected, Direction: cti.Outbound, To: "01133553434", Number: "01133553434"},
		{Ref: ref, State: cti.Ended, Direction: cti.Outbound, To: "01133553434", Number: "01133553434", EndReason: cti.EndCompleted}}
	if diff := cmp.Diff(want, f.calls()); diff != "" {
		t.Error(diff)
	}
}

func TestDialerCallIsOneCallWithItsContact(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	s, f := run(t, p)
	c := p.DialerCall(lawAgent, "17991491234", "15", "5")
	p.DialerCall("13", "17991491235", "16", "5") // a colleague's
	f.await("the call", func(fact cti.Fact) bool { k, ok := fact.(cti.CallFact); return ok && k.Ref == c.Ref })
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallSetDisposition, desk, cti.DispositionIn{Code: "eficaz"}); err != nil {
		t.Fatal(err)
	}
	must(p.Hangup(c.Ref))
	f.await("the end", ended)
	calls := f.calls()
	if len(calls) != 2 || calls[0].Campaign != "5" || calls[0].Contact["contato-id"] != "15" || calls[0].Direction != cti.Inbound {
		t.Errorf("told %+v", calls)
	}
	sent := ""
	for _, r := range p.Requests() {
		if r.Command == "RESULTADO_CONTATO_DISCADOR" {
			sent = r.Line
		}
	}
	for _, part := range []string{`"contato-id":"15"`, `"numero-contato-id":"1000"`, `"campanha-id":"5"`, `"eficaz":"Sim"`, `"efetivo":"Sim"`} {
		if !strings.Contains(sent, part) {
			t.Errorf("sent %s, without %s", sent, part)
		}
	}
	_, err := cti.Do(soon(t), s.Actions(), cti.CallSetDisposition, desk, cti.DispositionIn{Code: "VENDA"})
	if e := cti.AsError(err); err == nil || e.Kind != cti.BadRequest || cti.MayHaveReached(err) {
		t.Errorf("an unknown outcome: %v", err)
	}
}

func TestOutcomeOfACallThatIsOverIsFiledForItsOwnCustomer(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	s, f := run(t, p)
	first := p.DialerCall(lawAgent, "17991491234", "15", "5")
	must(p.Hangup(first.Ref))
	f.await("the end", ended)
	second := p.DialerCall(lawAgent, "17991491236", "16", "5")
	f.await("the next call", func(fact cti.Fact) bool { k, ok := fact.(cti.CallFact); return ok && k.Ref == second.Ref })
	kept := &cti.KeptCall{Contact: map[string]string{contactID: "17", numberID: "1000", campaignID: "5"}}
	for _, target := range []cti.Target{
		{Agent: lawAgent, Ref: first.Ref}, {Agent: lawAgent, Ref: second.Ref}, {Agent: lawAgent},
		{Agent: lawAgent, Ref: second.Ref, Kept: kept}, {Agent: lawAgent, Ref: "1.forgotten", Kept: kept},
	} {
		if _, err := cti.Do(soon(t), s.Actions(), cti.CallSetDisposition, target, cti.DispositionIn{Code: "EFETIVO"}); err != nil {
			t.Errorf("%+v: %v", target, err)
		}
	}
	_, err := cti.Do(soon(t), s.Actions(), cti.CallSetDisposition, cti.Target{Agent: lawAgent, Ref: "1.unknown"}, cti.DispositionIn{Code: "EFETIVO"})
	if e := cti.AsError(err); e.Kind != cti.WrongState || cti.MayHaveReached(err) {
		t.Errorf("of a call nobody knows: %v", err)
	}
	var got []string
	for _, r := range p.Requests() {
		if r.Command == "RESULTADO_CONTATO_DISCADOR" {
			_, rest, _ := strings.Cut(r.Line, `"contato-id":"`)
			id, _, _ := strings.Cut(rest, `"`)
			got = append(got, id)
		}
	}
	if diff := cmp.Diff([]string{"15", "16", "16", "16", "17"}, got); diff != "" {
		t.Errorf("filed for (-want +got):\n%s", diff)
	}
}

func TestPromisedCallsInBothSpellings(t *testing.T) {
	for _, variants := range []bool{false, true} {
		p := newPBX(t, catixtest.Options{Variants: variants})
		_, f := run(t, p)
		p.ScheduledCall(lawAgent, "15", "ref-7")
		due := f.await("the promised call is due", func(fact cti.Fact) bool { _, ok := fact.(cti.CallbackFact); return ok }).(cti.CallbackFact)
		if due.Contact.Contact["agendamento-cod-referencia"] != "ref-7" || due.Contact.Contact["agendamento-id"] != "15" {
			t.Errorf("due with %+v", due)
		}
		p.ScheduledAnswer(lawAgent, "15", "17991351234")
		f.await("its answer", func(fact cti.Fact) bool {
			c, ok := fact.(cti.CallFact)
			return ok && c.Number == "17991351234" && c.State == cti.Connected && c.Contact["agendamento-id"] == "15"
		})
	}
}

func TestEventsCanBeFollowed(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	s, _ := run(t, p)
	info := cti.Action[cti.None, cti.Feed[Event]]{Name: "catix.DIALING"}
	feed, err := cti.Do(soon(t), s.Actions(), info, desk, cti.None{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: "0991344567"}); err != nil {
		t.Fatal(err)
	}
	for e, err := range feed {
		if err != nil || e.Name != "DIALING" || e.Number != "0991344567" || e.Leg == "" || e.Agent != lawAgent {
			t.Errorf("heard %+v, %v", e, err)
		}
		break
	}
}

func TestLoginWaitsForTheAgentToPickUp(t *testing.T) {
	p := newPBX(t, catixtest.Options{SlowLogin: true})
	s, _ := run(t, p)
	if _, err := cti.Do(soon(t), s.Actions(), cti.AgentLogout, desk, cti.None{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(soon(t))
	failed := make(chan error, 1)
	go func() {
		_, err := cti.Do(ctx, s.Actions(), cti.AgentLogin, desk, cti.LoginIn{})
		failed <- err
	}()
	asked := func() bool {
		for _, r := range p.Requests() {
			if r.Command == "AGENTE_LOGAR" {
				return true
			}
		}
		return false
	}
	if err := p.Wait(ctx, asked); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-failed:
		t.Fatalf("the login did not wait: %v", err)
	default:
	}
	p.Pickup(lawAgent)
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	cancel()
}

func TestBadLinesAreClearErrorsAndHurtNobodyElse(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(command, id string) string
		kind   cti.Kind
	}{
		"a page": {func(_, id string) string {
			return "<html></html>\n{\"tipo\":\"ERRO\",\"erroCod\":\"9999\",\"messageId\":\"" + id + "\"}\n"
		}, cti.Refused},
		"another's id": {func(_, id string) string {
			return "{\"tipo\":\"NOTIFICACAO\",\"informacao\":\"OK\",\"messageId\":\"x" + id + "\"}\n"
		}, cti.Timeout},
		"half an object": {func(_, _ string) string { return "{\"tipo\":\"NOTIFI\n" }, cti.Timeout},
		"a slow drip":    {func(_, _ string) string { return "{\"tipo\":" }, cti.Timeout},
		"a huge line":    {func(_, _ string) string { return strings.Repeat("x", 10<<20) + "\n" }, cti.Unavailable},
		"a storm of replies": {func(_, id string) string {
			return strings.Repeat("{\"informacao\":\"OK\",\"messageId\":\""+id+"\"}\n", 1000)
		}, ""},
		"attributes of another type": {func(_, id string) string {
			return "{\"informacao\":\"OK\",\"atributos\":[1],\"messageId\":" + id + "}\n"
		}, cti.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPBX(t, catixtest.Options{})
			s, _ := run(t, p)
			p.AnswerWith(c.answer)
			ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
			if c.kind != cti.Timeout {
				cancel()
				ctx, cancel = context.WithTimeout(t.Context(), 8*time.Second)
			}
			defer cancel()
			_, err := cti.Do(ctx, s.Actions(), cti.ServerStatusNow, desk, cti.None{})
			if e := cti.AsError(err); (err == nil) != (c.kind == "") || err != nil && e.Kind != c.kind {
				t.Errorf("%v, want %s", err, c.kind)
			}
		})
	}
}

func TestMidnightIsHourTwentyFourOfTheDayBefore(t *testing.T) {
	for want, at := range map[string]time.Time{
		"31/12/2025 24:00:00": time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		"01/01/2026 01:00:00": time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC),
		"28/02/2026 24:05:06": time.Date(2026, 3, 1, 0, 5, 6, 0, time.UTC),
		"20/11/2026 23:59:59": time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC),
	} {
		if got := moment(at); got != want {
			t.Errorf("%v is %s, want %s", at, got, want)
		}
	}
}

func TestHostileParametersAreNotSent(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	s, _ := run(t, p)
	before := len(p.Requests())
	for _, number := range []string{"", "11 3355", "1\"}", strings.Repeat("1", 33)} {
		if _, err := cti.Do(soon(t), s.Actions(), cti.CallDial, desk, cti.DialIn{Number: number}); cti.AsError(err).Kind != cti.BadRequest {
			t.Errorf("%q: %v", number, err)
		}
	}
	_, err := cti.Do(soon(t), s.Actions(), cti.CallbackSchedule, desk, cti.CallbackIn{Number: "1", Note: "a\nb", At: cti.At(time.Now())})
	if cti.AsError(err).Kind != cti.BadRequest {
		t.Errorf("a line end in a note: %v", err)
	}
	if n := len(p.Requests()); n != before {
		t.Errorf("%d commands were sent", n-before)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	good := map[string]string{optionAddress: "pabx:8090", optionUser: "u", optionPassword: "p"}
	if o, err := readOptions(cti.Config{Values: good}); err != nil || o.mode != modeSingle || o.unpause != wordUnpause {
		t.Fatalf("%+v %v", o, err)
	}
	for name, bad := range map[string]string{optionAddress: "pabx", optionUser: "", optionPassword: "a\nb", optionMode: "x", optionUnpause: "\x00"} {
		values := map[string]string{}
		for k, v := range good {
			values[k] = v
		}
		values[name] = bad
		if _, err := readOptions(cti.Config{Values: values}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%q: %v", name, bad, err)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add(`{"tipo":"EVENT","agente":"12","informacao":"ANSWER","atributos":{"rl":"1.2","linked-rl":7,"tipo-ligacao":"ENTRANTE"}}`)
	f.Add(`{"tipo":"ERRO","erroCod":9999,"messageId":1}`)
	f.Add(`{"tipo":"EVENTO","informacao":"SCHEDULED_CALL_COMMING","atributos":{"agendamento-data-hora":"20/11/2026 24:00:00"}}`)
	host := ctitest.NewHost(nil)
	host.SetDesk(desk)
	f.Fuzz(func(t *testing.T, line string) {
		r, err := readLine([]byte(line))
		if err != nil {
			return
		}
		s := newSession(options{address: "x:1"}, host, newShelf())
		var facts []cti.Fact
		w := newWatch(t.Context(), s, nil, func(f cti.Fact) { facts = append(facts, f) })
		w.begin(nil)
		r.Agent = []byte(`"` + lawAgent + `"`)
		w.take(r)
		w.take(r)
		for _, fact := range facts {
			if c, ok := fact.(cti.CallFact); ok && c.Ref == "" {
				t.Errorf("a call without a ref from %q", line)
			}
		}
		_ = judge(s.fails, "op", r)
	})
}

// TestCallThatEndsSaysNothingOfAnAgentWhoIsNotThere has the link come up in the middle of a call, when the system hides how the
// agent stands.
func TestCallThatEndsSaysNothingOfAnAgentWhoIsNotThere(t *testing.T) {
	p := newPBX(t, catixtest.Options{})
	c := p.DialerCall(lawAgent, "1133553434", "15", "5")
	s, f := run(t, p)
	f.await("the call", func(fact cti.Fact) bool {
		snapshot, ok := fact.(cti.SnapshotFact)
		return ok && len(snapshot.Calls) == 1
	})
	must(p.Pause(lawAgent, "Almoço"))
	f.await("the pause", agentIs(cti.AgentPaused))
	p.CutLink()
	f.await("the cut", func(fact cti.Fact) bool { l, ok := fact.(cti.LinkFact); return ok && l.State == cti.LinkDegraded })
	f.forget()
	p.RestoreLink()
	f.await("the link", func(fact cti.Fact) bool { l, ok := fact.(cti.LinkFact); return ok && l.State == cti.LinkConnected })
	must(p.Hangup(c.Ref))
	f.await("the pause, after the call", agentIs(cti.AgentPaused))
	f.forget()

	c = p.DialerCall(lawAgent, "1144554545", "15", "5")
	if _, err := cti.Do(soon(t), s.Actions(), cti.AgentLogout, desk, cti.None{}); err != nil {
		t.Fatal(err)
	}
	f.await("the logout", agentIs(cti.AgentOffline))
	must(p.Hangup(c.Ref))
	f.await("the end", ended)
	_, err := cti.Do(soon(t), s.Actions(), cti.AgentStateNow, desk, cti.None{}) // what came before it has been told
	if a := f.agent(); err != nil || a.State != cti.AgentOffline {
		t.Errorf("after the call the agent is %+v, %v", a, err)
	}
}

func agentIs(state cti.AgentState) func(cti.Fact) bool {
	return func(fact cti.Fact) bool { a, ok := fact.(cti.AgentFact); return ok && a.State == state }
}

// forget lets await see only what comes from now on.
func (f *told) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = nil
}

// agent is what was told of the agent last.
func (f *told) agent() (last cti.AgentFact) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, fact := range f.all {
		if a, ok := fact.(cti.AgentFact); ok {
			last = a
		}
	}
	return last
}
