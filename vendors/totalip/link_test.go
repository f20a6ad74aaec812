package totalip

import (
	"context"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/internal/poll"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// How long the waits between two attempts can be.
const (
	longestFirstPause = time.Second
	longestPause      = time.Minute
)

// While the event socket cannot be had, each attempt still asks for a snapshot, so an ended call does not linger. That
// the link comes back without ghosts is one of the laws.
func TestCallThatEndsWhileTheLinkIsCutIsMissedByTheNextSnapshot(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	ghost := b.pbx.Dialer(lawExtension, "9999999", "1", "2", "10")
	b.next()
	b.pbx.CutLink()
	b.until(cti.LinkDegraded)
	b.ok(b.pbx.Hangup(ghost.Ref))
	b.step(longestFirstPause)
	want := cti.SnapshotFact{Agent: &cti.AgentFact{Extension: lawExtension, Name: "Carlos da Silva", State: cti.AgentReady}}
	b.want(want)
}

func TestPausesGrowAndDiffer(t *testing.T) {
	lengths := map[time.Duration]bool{}
	p := poll.NewPauses()
	for i := range 20 {
		d, middle := p.NextBackOff(), min(500*time.Millisecond<<i, 30*time.Second)
		if d < middle/2 || d > middle*3/2+1 {
			t.Errorf("pause %d is %v, want about %v", i, d, middle)
		}
		lengths[d] = true
	}
	if len(lengths) < 15 {
		t.Errorf("20 pauses have only %d lengths", len(lengths))
	}
}

func TestSystemThatIsDownIsDisconnected(t *testing.T) {
	p := totaliptest.New(totaliptest.Options{})
	cfg := configOf(p, roadHTTP, ctitest.Canary)
	p.Close()
	r := start(t, openSession(t, cfg, ctitest.NewClock(time.Now())))
	link, before := r.until(cti.LinkDisconnected)
	if link.Detail == "" || strings.Contains(link.Detail, ctitest.Canary) {
		t.Errorf("the detail is %q", link.Detail)
	}
	if want := []cti.Fact{cti.LinkFact{State: cti.LinkConnecting}}; cmp.Diff(want, before) != "" {
		t.Errorf("before came %+v", before)
	}
}

// The event socket wants no key, so calls are still seen; the wrong key is offered once.
func TestWrongKeyIsOfferedOnceAndEventsGoOn(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := newPBX(t, totaliptest.Options{Key: "right"})
	clock := ctitest.NewClock(time.Now())
	s := openSession(t, configOf(p, roadHTTP, "wrong"), clock)
	r := start(t, s)
	link, before := r.until(cti.LinkDegraded)
	if link.Detail != keyDetail().text {
		t.Errorf("the detail is %q", link.Detail)
	}
	if d := cmp.Diff([]cti.Fact{cti.LinkFact{State: cti.LinkConnecting}, cti.SnapshotFact{}}, before); d != "" {
		t.Error(d)
	}
	if err := p.AwaitEventReader(ctx); err != nil {
		t.Fatal(err)
	}
	c := p.Dial(lawExtension, "9999999")
	if f, ok := r.next().(cti.CallFact); !ok || f.Ref != c.Ref {
		t.Errorf("the call became %+v", f)
	}
	p.CutLink()
	r.until(cti.LinkDegraded)
	p.RestoreLink()
	if err := clock.BlockUntil(ctx, 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(longestPause)
	r.until(cti.LinkDegraded)
	if n := p.Received("status_ramal"); n != 1 {
		t.Errorf("the wrong key was offered %d times, want once", n)
	}
}

func TestAnswersOfAnotherProgramDisconnect(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	p.AnswerHTML(true)
	r := start(t, openSession(t, configOf(p, roadHTTP, ""), ctitest.NewClock(time.Now())))
	if link, _ := r.until(cti.LinkDisconnected); !strings.Contains(link.Detail, "web page") {
		t.Errorf("the detail is %q", link.Detail)
	}
}

func TestUnknownExtensionDegradesTheLink(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	host := ctitest.NewHost(ctitest.NewClock(time.Now()))
	host.SetDesk(cti.Target{Extension: "77777"})
	s, err := Driver().Open(t.Context(), configOf(p, roadHTTP, ""), host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if link, _ := start(t, s).until(cti.LinkDegraded); link.Detail != "RAMAL NAO ENCONTRADO" {
		t.Errorf("the detail is %q", link.Detail)
	}
}

// A call that ended before the system took the new connection is told by the second look.
func TestLinesLostWhileConnectingAreMadeUpFor(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	ghost := p.Dialer(lawExtension, "9999999", "1", "2", "10")
	clock := ctitest.NewClock(time.Now())
	b := &bench{run: start(t, openSession(t, configOf(p, roadHTTP, ""), clock)), pbx: p, clock: clock, ctx: t.Context()}
	b.until(cti.LinkConnected)
	p.Mute(true)
	b.ok(p.Hangup(ghost.Ref))
	b.step(settling)
	b.want(cti.CallFact{Ref: ghost.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndCompleted})
}

func TestRingingPhoneIsSeenByLooking(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, map[string]string{optionRingingPoll: "2"})
	look := func() {
		t.Helper()
		n := b.pbx.Received("status_ramal")
		b.step(2 * time.Second)
		b.received("status_ramal", n+1)
		b.quiet()
	}
	c := b.pbx.Ring(lawExtension, "1133553434", "40045000")
	b.step(2 * time.Second)
	ringing, ok := b.next().(cti.CallFact)
	if !ok || ringing.State != cti.Ringing || ringing.Direction != cti.Inbound || ringing.Ref == "" {
		t.Fatalf("the ringing phone became %+v", ringing)
	}
	look() // it rings on, and nothing new is told
	b.ok(b.pbx.Answer(c.Ref))
	b.want(cti.CallFact{Ref: ringing.Ref, State: cti.Connected, Direction: cti.Inbound, From: "1133553434", To: "40045000", Number: "1133553434"})
	b.ok(b.pbx.Hangup(c.Ref))
	b.want(cti.CallFact{Ref: ringing.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndCompleted})

	abandoned := b.pbx.Ring(lawExtension, "1133553434", "40045000")
	b.step(2 * time.Second)
	first, ok := b.next().(cti.CallFact)
	if !ok || first.State != cti.Ringing || first.Ref == ringing.Ref {
		t.Fatalf("the next ringing phone became %+v", first)
	}
	b.ok(b.pbx.Hangup(abandoned.Ref)) // its <H> line names a code that nobody has told
	b.want(cti.CallFact{Ref: first.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndNoAnswer})

	missed := b.pbx.Ring(lawExtension, "1133553434", "40045000")
	b.step(2 * time.Second)
	second, ok := b.next().(cti.CallFact)
	if !ok || second.State != cti.Ringing || second.Ref == ringing.Ref {
		t.Fatalf("the second ringing phone became %+v", second)
	}
	b.pbx.Mute(true)
	b.ok(b.pbx.Hangup(missed.Ref))
	b.step(2 * time.Second)
	b.want(cti.CallFact{Ref: second.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndNoAnswer})

	lost := b.pbx.Ring(lawExtension, "1133553434", "40045000")
	b.step(2 * time.Second)
	third, ok := b.next().(cti.CallFact)
	if !ok || third.State != cti.Ringing || third.Ref == second.Ref {
		t.Fatalf("the third ringing phone became %+v", third)
	}
	b.ok(b.pbx.Hangup(lost.Ref))
	b.pbx.Mute(false)
	dialled := b.pbx.Dial(lawExtension, "33553434") // while nobody looks
	b.want(cti.CallFact{Ref: dialled.Ref, State: cti.Dialing, Direction: cti.Outbound, From: lawExtension, To: "33553434", Number: "33553434"})
	b.step(dialPoll)
	b.want(cti.CallFact{Ref: third.Ref, State: cti.Ended, Direction: cti.Inbound, EndReason: cti.EndNoAnswer})
}

// quiet makes sure that Run has handled what came before and that nothing was told of it.
func (b *bench) quiet() {
	b.t.Helper()
	b.pbx.Callback(lawExtension, "1", "settled", "", "1")
	if f, ok := b.next().(cti.CallbackFact); !ok {
		b.t.Errorf("an unexpected fact: %+v", f)
	}
}

func TestRunTwiceAtOnceIsRefused(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	if err := b.session.Run(b.ctx, func(cti.Fact) {}); err == nil {
		t.Error("a second Run beside the first was let in")
	}
	if err := b.session.Close(); err != nil {
		t.Fatal(err)
	}
	if err := b.session.Run(b.ctx, func(cti.Fact) { t.Error("a fact of a closed session") }); err != nil {
		t.Errorf("Run of a closed session: %v", err)
	}
}
