package totalip

import (
	"context"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// bench is a simulator, a session on a clock that stands still, and its Run.
type bench struct {
	*run
	pbx     *totaliptest.PBX
	clock   *ctitest.Clock
	session cti.Session
	ctx     context.Context
}

// newBench starts a Run and reads up to the connected link.
func newBench(t *testing.T, opts totaliptest.Options, set map[string]string) *bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	p := newPBX(t, opts)
	clock := ctitest.NewClock(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
	cfg := configOf(p, roadHTTP, opts.Key)
	for name, value := range set {
		cfg.Values[name] = value
	}
	s := openSession(t, cfg, clock)
	b := &bench{run: start(t, s), pbx: p, clock: clock, session: s, ctx: ctx}
	b.until(cti.LinkConnected)
	b.ok(p.AwaitEventReader(ctx))
	b.step(settling) // the second look, which finds nothing new
	b.received("status_ramal", 2)
	b.settled()
	return b
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// step waits for a timer and moves the clock by d.
func (b *bench) step(d time.Duration) {
	b.t.Helper()
	b.ok(b.clock.BlockUntil(b.ctx, 1))
	b.clock.Advance(d)
}

func (b *bench) received(function string, n int) {
	b.t.Helper()
	b.ok(b.pbx.AwaitReceived(b.ctx, function, n))
}

// settled makes sure that Run has handled everything that came before: it reads a line that makes a fact of its own.
func (b *bench) settled() {
	b.t.Helper()
	b.pbx.Callback(lawExtension, "1", "settled", "", "1")
	for {
		if f, ok := b.next().(cti.CallbackFact); ok && f.Contact.Contact["parametro1"] == "settled" {
			return
		}
	}
}

func (b *bench) dial(number string) {
	b.t.Helper()
	_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: number})
	b.ok(err)
}

func (b *bench) want(want cti.Fact) {
	b.t.Helper()
	if d := cmp.Diff(want, b.next()); d != "" {
		b.t.Errorf("fact (-want +got):\n%s", d)
	}
}

func TestDialledCallIsFollowedToItsEnd(t *testing.T) {
	for _, fields := range []int{5, 6} {
		b := newBench(t, totaliptest.Options{StatusRamalFields: fields}, nil)
		looks := b.pbx.Received("status_ramal")
		b.dial("33553434")
		ref := b.pbx.LiveCalls(lawExtension)[0].Ref
		call := cti.CallFact{Ref: ref, State: cti.Dialing, Direction: cti.Outbound, From: lawExtension, To: "33553434", Number: "33553434"}
		b.want(call)

		b.step(dialPoll)
		b.received("status_ramal", looks+1)
		b.ok(b.clock.BlockUntil(b.ctx, 1)) // nobody has answered: it will look again
		b.none()

		b.ok(b.pbx.Answer(ref))
		b.step(dialPoll)
		got, ok := b.next().(cti.CallFact)
		if !ok || got.Age <= 0 {
			t.Errorf("%d fields: an answered call has the age %v", fields, got.Age)
		}
		call.State, call.Inferred, call.Age = cti.Connected, true, got.Age
		if d := cmp.Diff(call, got); d != "" {
			t.Errorf("%d fields (-want +got):\n%s", fields, d)
		}
		b.settled()
		if n := b.clock.Waiters(); n != 0 {
			t.Errorf("%d fields: %d timers wait although nothing is dialing", fields, n)
		}
		b.ok(b.pbx.Hangup(ref))
		b.want(cti.CallFact{Ref: ref, State: cti.Ended, Direction: cti.Outbound, EndReason: cti.EndCompleted})
	}
}

// An accepted discar whose <A> line never comes is found by looking.
func TestDialledCallWithoutItsLineIsFoundByLooking(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	b.pbx.Mute(true)
	b.dial("33553434")
	c := b.pbx.LiveCalls(lawExtension)[0]
	b.step(dialPoll)
	b.want(cti.CallFact{Ref: c.Ref, State: cti.Dialing, Direction: cti.Outbound, From: lawExtension, To: "33553434", Number: "33553434"})
	b.ok(b.pbx.Answer(c.Ref))
	b.step(dialPoll)
	if f, ok := b.next().(cti.CallFact); !ok || f.Ref != c.Ref || f.State != cti.Connected || !f.Inferred {
		t.Errorf("the answered call became %+v", f)
	}
	b.pbx.Mute(false)
	b.quiet()
	if n := b.clock.Waiters(); n != 0 {
		t.Errorf("%d timers wait although nothing is dialing", n)
	}
}

// A refused discar is looked for by nobody, one whose outcome is open is.
func TestOnlyWishesThatMayHaveArrivedAreLookedFor(t *testing.T) {
	for words, wants := range map[string]int{"PARAMETROS INCORRETOS OU INVALIDOS": 0, "TALVEZ": 1} {
		b := newBench(t, totaliptest.Options{}, nil)
		b.pbx.AnswerText("discar", words)
		if _, err := cti.Do(b.ctx, b.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err == nil {
			t.Fatalf("%q is a success", words)
		}
		if wants > 0 {
			b.ok(b.clock.BlockUntil(b.ctx, wants))
			b.step(wishPoll) // and not for ever
		}
		b.quiet()
		if wants == 0 && b.clock.Waiters() != 0 {
			t.Errorf("%q is looked for", words)
		}
	}
}

func TestUnansweredCallEndsAsUnknown(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	b.dial("33553434")
	ref := b.pbx.LiveCalls(lawExtension)[0].Ref
	b.next()
	b.ok(b.pbx.Hangup(ref))
	b.want(cti.CallFact{Ref: ref, State: cti.Ended, Direction: cti.Outbound, EndReason: cti.EndUnknown})
}

func TestCallWhoseLastLineIsLostEndsByTwoLooks(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	c := b.pbx.Dial(lawExtension, "33553434")
	b.next()
	looks := b.pbx.Received("status_ramal")
	b.step(dialPoll)
	b.received("status_ramal", looks+1)
	b.ok(b.clock.BlockUntil(b.ctx, 1))
	b.pbx.Mute(true) // lines are written to nobody
	b.ok(b.pbx.Hangup(c.Ref))
	b.step(dialPoll)
	b.received("status_ramal", looks+2)
	b.ok(b.clock.BlockUntil(b.ctx, 1))
	b.none()
	b.step(dialPoll)
	b.want(cti.CallFact{Ref: c.Ref, State: cti.Ended, Direction: cti.Outbound, EndReason: cti.EndUnknown})
}

func TestEveryLineOfTheOwnExtensionBecomesItsFact(t *testing.T) {
	b := newBench(t, totaliptest.Options{Encoding: totaliptest.Latin1}, nil)
	params := map[string]string{"parametro1": "219217305861", "parametro2": "AÇÃO"}
	b.pbx.SetStatus("20010", "4")
	b.pbx.Dialer("20010", "9999999", "1", "2", "10") // other people's lines
	c := b.pbx.Ring(lawExtension, "1133553434", "40045000")
	b.ok(b.pbx.Answer(c.Ref))
	b.want(cti.CallFact{Ref: c.Ref, State: cti.Connected, Direction: cti.Inbound, From: "1133553434", To: "40045000", Number: "1133553434"})
	b.ok(b.pbx.Hangup(c.Ref))
	b.want(cti.CallFact{Ref: c.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndCompleted})
	c = b.pbx.Dialer(lawExtension, "9999999", "219217305861", "AÇÃO", "10")
	b.want(cti.CallFact{Ref: c.Ref, State: cti.Connected, Direction: cti.Inbound, From: "9999999", To: lawExtension, Number: "9999999",
		Campaign: "10", Contact: params})
	b.pbx.Preview(lawExtension, "9999999", "219217305861", "AÇÃO", "10")
	b.want(cti.PreviewFact{Contact: cti.ContactShown{Number: "9999999", Campaign: "10", Contact: params}})
	b.pbx.Callback(lawExtension, "9999999", "219217305861", "AÇÃO", "10")
	b.want(cti.CallbackFact{Contact: cti.ContactShown{Number: "9999999", Campaign: "10", Contact: params}})
	b.pbx.SetStatus(lawExtension, "6")
	b.want(cti.AgentFact{Extension: lawExtension, State: cti.AgentPaused, Reason: "Intervalo de Almoço"})
	b.pbx.SetStatus(lawExtension, "1")
	b.want(cti.AgentFact{Extension: lawExtension, State: cti.AgentReady})
	b.pbx.SetStatus(lawExtension, "2")
	b.want(cti.AgentFact{Extension: lawExtension, State: cti.AgentOffline})
}

func TestGarbageOnTheEventSocketIsSkipped(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	b.pbx.WriteRaw([]byte("\x00\xff\r\n<X><10005><1.2>\r\n<H><10005>\r\n<R><10005><1\r\n<H><10005><99.99>\r\n<D><10005><1>"))
	b.pbx.WriteRaw([]byte("<2>\r\n<R><10005><1133"))
	b.pbx.WriteRaw([]byte("553434><40045000><5.6>\r\n"))
	b.want(cti.CallFact{Ref: "5.6", State: cti.Connected, Direction: cti.Inbound, From: "1133553434", To: "40045000", Number: "1133553434"})
	b.pbx.WriteRaw([]byte("<H><10005><5.6>\r\n<H><10005><5.6>\r\n<R><10005><1133553434><40045000><5.6>\r\n"))
	b.want(cti.CallFact{Ref: "5.6", State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndCompleted})
	b.quiet() // an ended call does not come back
}

func TestLastLineWithoutLineEndIsReadAfterSilence(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := newPBX(t, totaliptest.Options{LineEnd: totaliptest.NoEnd})
	clock := ctitest.NewClock(time.Now())
	r := start(t, openSession(t, configOf(p, roadHTTP, ""), clock))
	r.until(cti.LinkConnected)
	if err := p.AwaitEventReader(ctx); err != nil {
		t.Fatal(err)
	}
	p.SetStatus(lawExtension, "4")
	if err := clock.BlockUntil(ctx, 2); err != nil { // the look after connecting, and the silence
		t.Fatal(err)
	}
	r.none()
	clock.Advance(quietEnd)
	if d := cmp.Diff(cti.AgentFact{Extension: lawExtension, State: cti.AgentPaused, Reason: "Reunião"}, r.next()); d != "" {
		t.Error(d)
	}
}

func TestLinesThatComeBeforeTheSnapshotFollowIt(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := newPBX(t, totaliptest.Options{})
	release := p.HoldAnswers()
	r := start(t, openSession(t, configOf(p, roadHTTP, ""), ctitest.NewClock(time.Now())))
	if err := p.AwaitReceived(ctx, "status_ramal", 1); err != nil {
		t.Fatal(err)
	}
	if err := p.AwaitEventReader(ctx); err != nil {
		t.Fatal(err)
	}
	c := p.Ring(lawExtension, "1133553434", "40045000")
	if err := p.Answer(c.Ref); err != nil {
		t.Fatal(err)
	}
	release()
	if s, ok := r.next().(cti.SnapshotFact); !ok || len(s.Calls) != 0 {
		t.Errorf("the first fact is %+v, want a snapshot of the time before the call", s)
	}
	if f, ok := r.next().(cti.CallFact); !ok || f.Ref != c.Ref {
		t.Errorf("the second fact is %+v, want the call %s", f, c.Ref)
	}
}

func TestSnapshotShowsTheCallUnderWay(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*totaliptest.PBX) totaliptest.Call
		want cti.CallFact
	}{
		{"received", func(p *totaliptest.PBX) totaliptest.Call {
			c := p.Ring(lawExtension, "1133553434", "40045000")
			must(p.Answer(c.Ref))
			return c
		}, cti.CallFact{State: cti.Connected, Direction: cti.Inbound, From: "1133553434", To: "40045000", Number: "1133553434"}},
		{"dialer", func(p *totaliptest.PBX) totaliptest.Call {
			return p.Dialer(lawExtension, "9999999", "1", "2;3", "10")
		}, cti.CallFact{State: cti.Connected, Direction: cti.Inbound, From: "9999999", To: lawExtension, Number: "9999999", Campaign: "10",
			Contact: map[string]string{"parametro1": "1", "parametro2": "2;3"}}},
		{"dialing", func(p *totaliptest.PBX) totaliptest.Call { return p.Dial(lawExtension, "9999999") },
			cti.CallFact{State: cti.Dialing, Direction: cti.Outbound, From: lawExtension, To: "9999999", Number: "9999999"}},
		{"answered", func(p *totaliptest.PBX) totaliptest.Call {
			c := p.Dial(lawExtension, "9999999")
			must(p.Answer(c.Ref))
			return c
		}, cti.CallFact{State: cti.Connected, Inferred: true, Direction: cti.Outbound, From: lawExtension, To: "9999999", Number: "9999999"}},
	} {
		p := newPBX(t, totaliptest.Options{})
		call := c.make(p)
		r := start(t, openSession(t, configOf(p, roadHTTP, ""), nil))
		s, ok := r.next().(cti.SnapshotFact)
		if !ok || len(s.Calls) != 1 {
			t.Fatalf("%s: the snapshot is %+v", c.name, s)
		}
		c.want.Ref, c.want.Age = call.Ref, s.Calls[0].Age
		if d := cmp.Diff([]cti.CallFact{c.want}, s.Calls); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
		if d := cmp.Diff(&cti.AgentFact{Extension: lawExtension, Name: "Carlos da Silva", State: cti.AgentReady}, s.Agent); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// With five fields the call under way has no code: it gets a ref of ours, and its <H> line ends it all the same.
func TestCallWithoutCodeKeepsOneRefToItsEnd(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := newPBX(t, totaliptest.Options{StatusRamalFields: 5})
	c := p.Dial(lawExtension, "9999999")
	r := start(t, openSession(t, configOf(p, roadHTTP, ""), ctitest.NewClock(time.Now())))
	s, ok := r.next().(cti.SnapshotFact)
	if !ok || len(s.Calls) != 1 || s.Calls[0].Ref == "" || s.Calls[0].Ref == c.Ref {
		t.Fatalf("the snapshot is %+v", s)
	}
	r.until(cti.LinkConnected)
	if err := p.AwaitEventReader(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Hangup(c.Ref); err != nil {
		t.Fatal(err)
	}
	want := cti.CallFact{Ref: s.Calls[0].Ref, State: cti.Ended, Direction: cti.Outbound, EndReason: cti.EndUnknown}
	if d := cmp.Diff(want, r.next()); d != "" {
		t.Error(d)
	}
}
