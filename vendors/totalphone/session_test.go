package totalphone

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalphone/totalphonetest"

	"github.com/google/go-cmp/cmp"
)

// bench is a session at work on a program, by a clock that stands still.
type bench struct {
	t       *testing.T
	ctx     context.Context
	phone   *totalphonetest.Phone
	host    *ctitest.Host
	clock   *ctitest.Clock
	session cti.Session
	facts   chan cti.Fact
}

func newBench(t *testing.T, d cti.Driver, opts totalphonetest.Options, values map[string]string) *bench {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	b := &bench{t: t, ctx: ctx, phone: startPhone(t, opts), clock: ctitest.NewClock(time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)), facts: make(chan cti.Fact, 64)}
	b.host = ctitest.NewHost(b.clock)
	b.host.SetDesk(cti.Target{Agent: "12", Extension: "10005"})
	lend(b.host, b.phone)
	s, err := d.Open(ctx, configOf(b.phone, values), b.host)
	if err != nil {
		t.Fatal(err)
	}
	b.session = s
	ran := make(chan error, 1)
	go func() { ran <- s.Run(ctx, func(f cti.Fact) { b.facts <- f }) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), <-ran); err != nil {
			t.Error(err)
		}
		cancel()
	})
	b.want(cti.SnapshotFact{}, tells())
	return b
}

// totalPhone is a bench without pauses.
func totalPhone(t *testing.T) *bench {
	t.Helper()
	return newBench(t, Driver(), totalphonetest.Options{}, map[string]string{optionPause: "0", optionStart: "0"})
}

// want waits for the next facts.
func (b *bench) want(facts ...cti.Fact) {
	b.t.Helper()
	for _, want := range facts {
		select {
		case got := <-b.facts:
			if d := cmp.Diff(got, want); d != "" {
				b.t.Fatalf("the next fact is not what was expected (-got +want):\n%s", d)
			}
		case <-b.ctx.Done():
			b.t.Fatalf("waited in vain for %+v", want)
		}
	}
}

// do carries out a row that must succeed.
func (b *bench) do(name string, t cti.Target, in any) any {
	b.t.Helper()
	out, err := b.try(name, t, in)
	if err != nil {
		b.t.Fatalf("%s: %v", name, err)
	}
	return out
}

func (b *bench) try(name string, t cti.Target, in any) (any, error) {
	b.t.Helper()
	if in == nil {
		info, ok := b.session.Actions().Info(name)
		if !ok {
			b.t.Fatalf("%s is not served", name)
		}
		in = info.NewIn()
	}
	if t.Extension == "" {
		t.Agent, t.Extension = "12", "10005"
	}
	return b.session.Actions().Call(b.ctx, name, t, in, nil)
}

// refused wants an error of a kind, with nothing launched.
func (b *bench) refused(kind cti.Kind, hint, name string, t cti.Target, in any) {
	b.t.Helper()
	before := len(b.phone.Requests())
	_, err := b.try(name, t, in)
	e := cti.AsError(err)
	if !errors.Is(err, kind) || e.Hint != hint || cti.MayHaveReached(err) || e.Op != name {
		b.t.Errorf("%s %+v answered %#v, want %s with the hint %q and nothing sent", name, in, err, kind, hint)
	}
	if n := len(b.phone.Requests()); n != before {
		b.t.Errorf("%s %+v launched %d programs", name, in, n-before)
	}
}

func (b *bench) launched(want ...string) {
	b.t.Helper()
	if d := cmp.Diff(b.phone.Launches(), want); d != "" {
		b.t.Errorf("the launches (-got +want):\n%s", d)
	}
}

func inferred(ref, number string, state cti.CallState) cti.CallFact {
	return cti.CallFact{Ref: ref, State: state, Inferred: true, Direction: cti.Outbound, Number: number}
}

func over(ref string, why cti.EndReason) cti.CallFact {
	return cti.CallFact{Ref: ref, State: cti.Ended, Inferred: true, EndReason: why}
}

// everySwitch is what every row is told to launch, exactly: manual 002, 1.6.
func everySwitch() []struct {
	name string
	in   any
	want []string
} {
	return []struct {
		name string
		in   any
		want []string
	}{
		{"totalphone.abrir", &LoginIn{Extension: "99999", Password: "1234"}, []string{"-ramal=99999 -senha=1234"}},
		{"totalphone.abrir", &LoginIn{Password: "1234"}, []string{"-ramal=10005 -senha=1234"}},
		{"totalphone.digito", &DigitIn{Digit: "0"}, []string{"-digito=0"}},
		{"totalphone.discar", nil, []string{"-discar"}},
		{"totalphone.discar_numero", &NumberIn{Number: "33553400"}, []string{"-discar=33553400"}},
		{"totalphone.desligar", nil, []string{"-desligar"}},
		{"totalphone.atender", nil, []string{"-atender"}},
		{"totalphone.espera", nil, []string{"-espera"}},
		{"totalphone.mudo", nil, []string{"-mudo"}},
		{"totalphone.autoanswer", nil, []string{"-autoanswer"}},
		{"totalphone.rediscar", nil, []string{"-rediscar"}},
		{"totalphone.capturar", nil, []string{"-capturar"}},
		{"totalphone.transferencia", nil, []string{"-transferencia"}},
		{"totalphone.transferencia", &TransferIn{To: "40074"}, []string{"-transferencia", "-digito=4", "-digito=0", "-digito=0", "-digito=7", "-digito=4"}},
		{"totalphone.linha", &LineIn{Line: 1}, []string{"-linha=1"}},
		{"totalphone.linha", &LineIn{Line: 6}, []string{"-linha=6"}},
		{"totalphone.fechar", nil, []string{"-fechar"}},
		{"totalphone.reiniciar", nil, []string{"-reiniciar"}},
		{"call.dial", &cti.DialIn{Number: "+55*1#"}, []string{"-discar=+55*1#"}},
		{"call.answer", nil, []string{"-atender"}},
		{"call.hangup", nil, []string{"-desligar"}},
		{"call.hold", nil, []string{"-espera"}},
		{"call.resume", nil, []string{"-espera"}},
		{"call.toggleHold", nil, []string{"-espera"}},
		{"call.mute", nil, []string{"-mudo"}},
		{"call.unmute", nil, []string{"-mudo"}},
		{"call.toggleMute", nil, []string{"-mudo"}},
		{"call.transfer", &cti.TransferIn{To: "40074", Mode: "blind"}, []string{"-transferencia", "-digito=4", "-digito=0", "-digito=0", "-digito=7", "-digito=4"}},
		{"call.sendDtmf", &cti.DTMFIn{Digits: "190"}, []string{"-digito=1", "-digito=9", "-digito=0"}},
		{"call.redial", nil, []string{"-rediscar"}},
		{"call.pickup", nil, []string{"-capturar"}},
		{"agent.login", &cti.LoginIn{Extension: "99999", Password: `a\b'c%d&e`}, []string{`-ramal=99999 -senha=a\b'c%d&e`}},
		{"agent.logout", nil, []string{"-fechar"}},
		{"softphone.dial", nil, []string{"-discar"}},
		{"softphone.digit", &cti.DigitIn{Digit: "9"}, []string{"-digito=9"}},
		{"softphone.line", &cti.LineIn{Line: 2}, []string{"-linha=2"}},
		{"softphone.startTransfer", nil, []string{"-transferencia"}},
		{"softphone.toggleAutoAnswer", nil, []string{"-autoanswer"}},
		{"softphone.quit", nil, []string{"-fechar"}},
		{"softphone.restart", nil, []string{"-reiniciar"}},
	}
}

func TestEveryRowLaunchesItsSwitchExactly(t *testing.T) {
	tried := map[string]bool{}
	for _, c := range everySwitch() {
		b := totalPhone(t)
		b.do(c.name, cti.Target{}, c.in)
		b.launched(c.want...)
		tried[c.name] = true
	}
	for _, f := range Driver().Functions {
		if !tried[f.Name] {
			t.Errorf("%s was not tried", f.Name)
		}
	}
}

// The scenario of manual 002, 1.6.14, launch by launch, and how the softphone stands after each.
func TestScenarioOfTheManual(t *testing.T) { scenario(t, totalPhone(t)) }

func scenario(t *testing.T, b *bench) {
	t.Helper()
	const first, second = "33553400", "33553434"
	line := func(i int) totalphonetest.LineState { return b.phone.State().Line[i-1].State }
	for _, step := range []struct {
		name  string
		in    any
		one   totalphonetest.LineState
		two   totalphonetest.LineState
		facts []cti.Fact
	}{
		{"agent.login", &cti.LoginIn{Extension: "99999", Password: "1234"}, totalphonetest.Idle, totalphonetest.Idle, nil},
		{"call.dial", &cti.DialIn{Number: first}, totalphonetest.Dialing, totalphonetest.Idle, []cti.Fact{inferred("totalphone-1", first, cti.Dialing)}},
		{"call.toggleHold", nil, totalphonetest.Held, totalphonetest.Idle, []cti.Fact{inferred("totalphone-1", first, cti.Held)}},
		{"call.toggleHold", nil, totalphonetest.Connected, totalphonetest.Idle, []cti.Fact{inferred("totalphone-1", first, cti.Connected)}},
		{"softphone.line", &cti.LineIn{Line: 2}, totalphonetest.Held, totalphonetest.Idle, []cti.Fact{inferred("totalphone-1", first, cti.Held)}},
		{"call.dial", &cti.DialIn{Number: second}, totalphonetest.Held, totalphonetest.Dialing, []cti.Fact{inferred("totalphone-2", second, cti.Dialing)}},
		{"softphone.line", &cti.LineIn{Line: 1}, totalphonetest.Connected, totalphonetest.Held,
			[]cti.Fact{inferred("totalphone-1", first, cti.Connected), inferred("totalphone-2", second, cti.Held)}},
		{"call.hangup", nil, totalphonetest.Idle, totalphonetest.Held, []cti.Fact{over("totalphone-1", cti.EndCanceled)}},
		{"softphone.line", &cti.LineIn{Line: 2}, totalphonetest.Idle, totalphonetest.Connected, []cti.Fact{inferred("totalphone-2", second, cti.Connected)}},
		{"softphone.startTransfer", nil, totalphonetest.Idle, totalphonetest.Connected, nil},
		{"agent.logout", nil, totalphonetest.Idle, totalphonetest.Idle, []cti.Fact{over("totalphone-2", cti.EndUnknown)}},
	} {
		b.do(step.name, cti.Target{}, step.in)
		b.want(step.facts...)
		if one, two := line(1), line(2); one != step.one || two != step.two {
			t.Fatalf("after %s the lines are %q and %q, want %q and %q", step.name, one, two, step.one, step.two)
		}
	}
	b.launched("-ramal=99999 -senha=1234", "-discar=33553400", "-espera", "-espera", "-linha=2", "-discar=33553434",
		"-linha=1", "-desligar", "-linha=2", "-transferencia", "-fechar")
	if b.phone.State().Running {
		t.Error("the softphone still runs")
	}
}

func TestNumberIsComposedDigitByDigitAndDialled(t *testing.T) {
	b := totalPhone(t)
	for _, d := range "2222" {
		b.do("softphone.digit", cti.Target{}, &cti.DigitIn{Digit: string(d)})
	}
	b.do("softphone.dial", cti.Target{}, nil)
	if l := b.phone.State().Line[0]; l.Number != "2222" || l.State != totalphonetest.Dialing {
		t.Errorf("the first line is %+v", l)
	}
	// What was composed the program alone knows: no number is told.
	b.want(inferred("totalphone-1", "", cti.Dialing))
}

func TestTransferIsTheManualsSequenceAndEndsTheCall(t *testing.T) {
	b := totalPhone(t)
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "33553434"}).(cti.CallOut)
	b.phone.FarAnswer(1)
	b.do("call.transfer", cti.Target{Ref: out.Ref}, &cti.TransferIn{To: "40074"})
	if got := b.phone.State().Transfers; !slices.Equal(got, []string{"33553434 > 40074"}) {
		t.Errorf("the transfers are %q", got)
	}
	b.want(inferred(out.Ref, "33553434", cti.Dialing), over(out.Ref, cti.EndCompleted))
}

func TestNewestCallIsAnsweredAndADialledOneNever(t *testing.T) {
	b := totalPhone(t)
	older, newer := b.phone.Ring("1133553434"), b.phone.Ring("11987654321")
	b.do("call.answer", cti.Target{}, nil)
	if s := b.phone.State(); s.Line[older-1].State != totalphonetest.Ringing || s.Line[newer-1].State != totalphonetest.Connected {
		t.Errorf("the lines are %+v", s.Line)
	}
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "33553400"}).(cti.CallOut)
	b.refused(cti.WrongState, hintOutgoing, "call.answer", cti.Target{Ref: out.Ref}, nil)
}
