package totalphone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalphone/totalphonetest"

	"github.com/google/go-cmp/cmp"
)

func TestWhatNoSwitchCanCarryIsRefused(t *testing.T) {
	b := totalPhone(t)
	for _, c := range []struct {
		name, hint string
		in         any
	}{
		{"softphone.digit", hintDigits, &cti.DigitIn{Digit: "*"}},
		{"softphone.digit", hintDigits, &cti.DigitIn{Digit: "#"}},
		{"totalphone.digito", hintDigits, &DigitIn{Digit: "40"}},
		{"totalphone.digito", hintDigits, &DigitIn{}},
		{"softphone.line", "", &cti.LineIn{Line: 0}},
		{"softphone.line", "", &cti.LineIn{Line: 7}},
		{"totalphone.linha", "", &LineIn{Line: -1}},
		{"call.dial", "", &cti.DialIn{Number: "33 55"}},
		{"call.dial", "", &cti.DialIn{Number: ""}},
		{"call.dial", "", &cti.DialIn{Number: strings.Repeat("1", 33)}},
		{"totalphone.discar_numero", "", &NumberIn{Number: `1" -senha=2`}},
		{"call.transfer", hintDigits, &cti.TransferIn{To: "+5511"}},
		{"call.transfer", hintDigits, &cti.TransferIn{To: ""}},
		{"totalphone.transferencia", hintDigits, &TransferIn{To: "40#"}},
		{"call.sendDtmf", hintDigits, &cti.DTMFIn{Digits: "1,2"}},
		{"call.sendDtmf", hintDigits, &cti.DTMFIn{Digits: "A"}},
		{"agent.login", "", &cti.LoginIn{Extension: "-senha", Password: "1"}},
		{"agent.login", hintPassword, &cti.LoginIn{Password: "two words"}},
		{"agent.login", hintPassword, &cti.LoginIn{Password: `say"it`}},
		{"agent.login", hintPassword, &cti.LoginIn{Password: "line\nbreak"}},
		{"totalphone.abrir", hintPassword, &LoginIn{Password: "senhaé"}},
	} {
		b.refused(cti.BadRequest, c.hint, c.name, cti.Target{}, c.in)
	}
	b.refused(cti.Unauthorized, cti.HintPassword, "agent.login", cti.Target{}, &cti.LoginIn{})
	b.refused(cti.Unsupported, hintTransfer, "call.transfer", cti.Target{}, &cti.TransferIn{To: "40074", Mode: "attended"})
}

// The switches toggle. Who asks for what stands already would get the opposite.
func TestHoldIsNotPressedAgainstWhatIsKnown(t *testing.T) {
	b := totalPhone(t)
	// Nothing is known of the call in progress, and nothing is forbidden.
	b.do("call.resume", cti.Target{}, nil)
	b.refused(cti.WrongState, hintHold, "call.resume", cti.Target{}, nil)
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"}).(cti.CallOut)
	own := cti.Target{Ref: out.Ref}
	b.refused(cti.WrongState, hintHold, "call.resume", own, nil)
	b.do("call.hold", own, nil)
	b.refused(cti.WrongState, hintHold, "call.hold", own, nil)
	b.refused(cti.WrongState, hintHold, "call.hold", cti.Target{}, nil)
	b.do("call.resume", own, nil)
	b.do("call.toggleHold", own, nil)
	b.do("call.toggleHold", own, nil)
	b.want(inferred(out.Ref, "1", cti.Dialing), inferred(out.Ref, "1", cti.Held), inferred(out.Ref, "1", cti.Connected),
		inferred(out.Ref, "1", cti.Held), inferred(out.Ref, "1", cti.Connected))
	if l := b.phone.State().Line[0]; l.State != totalphonetest.Connected {
		t.Errorf("the call is %s", l.State)
	}
}

// A call that the telephone system told of has no word of this driver's; the desk's own word tells which it is.
func TestHoldOfACallOfTheTelephoneSystem(t *testing.T) {
	b := totalPhone(t)
	b.phone.Ring("1133553434")
	b.do("call.answer", cti.Target{}, nil)
	in := &cti.CallIn{Call: "01K000000000000000000000A1"}
	b.do("call.hold", cti.Target{}, in)
	b.refused(cti.WrongState, hintHold, "call.hold", cti.Target{}, in)
	b.do("call.resume", cti.Target{}, in)
	b.refused(cti.WrongState, hintHold, "call.resume", cti.Target{}, in)
	b.do("call.resume", cti.Target{}, &cti.CallIn{Call: "01K000000000000000000000B2"}) // of another call nothing is known
	b.launched("-atender", "-espera", "-espera", "-espera")
}

func TestMuteIsNotPressedAgainstWhatIsKnown(t *testing.T) {
	b := totalPhone(t)
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"}).(cti.CallOut)
	own := cti.Target{Ref: out.Ref}
	b.do("call.mute", own, nil)
	b.refused(cti.WrongState, hintMute, "call.mute", own, nil)
	b.do("call.toggleMute", own, nil)
	b.refused(cti.WrongState, hintMute, "call.unmute", own, nil)
	b.do("call.toggleMute", own, nil)
	b.do("call.hangup", own, nil)
	// The switch is the microphone's: no document says that it turns with the call.
	b.refused(cti.WrongState, hintMute, "call.mute", cti.Target{}, nil)
	muted := func(on bool) cti.CallFact {
		f := inferred(out.Ref, "1", cti.Dialing)
		f.Muted = &on
		return f
	}
	b.want(inferred(out.Ref, "1", cti.Dialing), muted(true), muted(false), muted(true), over(out.Ref, cti.EndCanceled))
	b.do("softphone.restart", cti.Target{}, nil)
	b.do("call.mute", cti.Target{}, nil)
	if !b.phone.State().Muted {
		t.Error("the microphone is on")
	}
}

func TestSwitchThatMayHaveBeenTurnedIsUnknown(t *testing.T) {
	b := totalPhone(t)
	b.do("call.mute", cti.Target{}, nil)
	b.phone.DropAfterRead("-mudo")
	if _, err := b.try("call.unmute", cti.Target{}, nil); !cti.MayHaveReached(err) {
		t.Fatalf("the answer is %v", err)
	}
	b.do("call.unmute", cti.Target{}, nil)
	b.do("call.mute", cti.Target{}, nil)
}

func TestWishForACallThatIsNotInProgressIsRefused(t *testing.T) {
	b := totalPhone(t)
	b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: 1})
	first := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"}).(cti.CallOut)
	b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: 2})
	second := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "2"}).(cti.CallOut)
	for _, name := range []string{"call.hangup", "call.hold", "call.toggleHold"} {
		b.refused(cti.WrongState, hintLine, name, cti.Target{Ref: first.Ref}, nil)
	}
	b.refused(cti.WrongState, hintLine, "call.transfer", cti.Target{Ref: first.Ref}, &cti.TransferIn{To: "40074"})
	b.refused(cti.WrongState, hintLine, "call.sendDtmf", cti.Target{Ref: first.Ref}, &cti.DTMFIn{Digits: "1"})
	b.do("call.hangup", cti.Target{Ref: second.Ref}, nil)
	b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: 1})
	b.do("call.hangup", cti.Target{Ref: first.Ref}, nil)
	if s := b.phone.State(); s.Line[0].State+s.Line[1].State != totalphonetest.Idle {
		t.Errorf("the lines are %+v", s.Line)
	}
}

// Activating the line of a call in progress holds it, and activating it again lets it go on (1.6.12).
func TestActivatedLineHoldsAndResumes(t *testing.T) {
	b := totalPhone(t)
	b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: 3})
	b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"})
	b.phone.FarAnswer(3)
	b.want(inferred("totalphone-1", "1", cti.Dialing))
	for _, want := range []struct {
		state cti.CallState
		line  totalphonetest.LineState
	}{{cti.Held, totalphonetest.Held}, {cti.Connected, totalphonetest.Connected}} {
		b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: 3})
		b.want(inferred("totalphone-1", "1", want.state))
		if l := b.phone.State().Line[2]; l.State != want.line {
			t.Errorf("the line is %s, want %s", l.State, want.line)
		}
	}
	ringing := b.phone.Ring("1133553434")
	b.do("softphone.line", cti.Target{}, &cti.LineIn{Line: ringing})
	b.want(inferred("totalphone-1", "1", cti.Held))
	if s := b.phone.State(); s.Line[ringing-1].State != totalphonetest.Connected || s.Line[2].State != totalphonetest.Held {
		t.Errorf("the lines are %+v", s.Line)
	}
}

// When no call is known the person is asked nothing: the softphone may have one all the same.
func TestAnswerAndHangupPassWhenNoCallIsKnown(t *testing.T) {
	b := totalPhone(t)
	line := b.phone.Ring("1133553434")
	b.do("call.answer", cti.Target{}, nil)
	b.do("call.hangup", cti.Target{}, nil)
	if l := b.phone.State().Line[line-1]; l.State != totalphonetest.Idle {
		t.Errorf("the line is %s", l.State)
	}
	// A call the driver believes in no more may go on nevertheless.
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"}).(cti.CallOut)
	b.want(inferred(out.Ref, "1", cti.Dialing))
	b.pass(believeDialed)
	b.want(over(out.Ref, cti.EndUnknown))
	b.do("call.hangup", cti.Target{Ref: out.Ref}, nil)
	b.launched("-atender", "-desligar", "-discar=1", "-desligar")
}

// pass moves the clock once the driver has gone to wait.
func (b *bench) pass(d time.Duration) {
	b.t.Helper()
	if err := b.clock.BlockUntil(b.ctx, 1); err != nil {
		b.t.Fatal(err)
	}
	b.clock.Advance(d)
}

func TestCallIsBelievedInAsLongAsSomebodyUsesIt(t *testing.T) {
	b := totalPhone(t)
	out := b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"}).(cti.CallOut)
	own := cti.Target{Ref: out.Ref}
	b.want(inferred(out.Ref, "1", cti.Dialing))
	b.pass(believeDialed - time.Second)
	b.do("call.hold", own, nil)
	b.want(inferred(out.Ref, "1", cti.Held))
	b.pass(believeUsed - time.Second)
	b.do("call.resume", own, nil)
	b.want(inferred(out.Ref, "1", cti.Connected))
	b.pass(believeUsed - time.Second)
	b.do("call.mute", own, nil)
	muted := inferred(out.Ref, "1", cti.Connected)
	on := true
	muted.Muted = &on
	b.want(muted)
	b.pass(believeUsed)
	b.want(over(out.Ref, cti.EndUnknown))
}

func TestCallsOutliveARun(t *testing.T) {
	b := totalPhone(t)
	b.do("call.dial", cti.Target{}, &cti.DialIn{Number: "1"})
	b.want(inferred("totalphone-1", "1", cti.Dialing))
	ctx, cancel := context.WithCancel(b.ctx)
	s, err := Driver().Open(ctx, configOf(b.phone, nil), b.host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		cancel()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := cti.Do(ctx, s.Actions(), cti.CallDial, cti.Target{}, cti.DialIn{Number: "2"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ctx, cancel := context.WithCancel(ctx)
		var first cti.Fact
		if err := s.Run(ctx, func(f cti.Fact) {
			if first == nil {
				first = f
			}
			cancel()
		}); err != nil {
			t.Fatal(err)
		}
		// Its own call, and no other session's.
		if d := cmp.Diff(first, cti.Fact(cti.SnapshotFact{Calls: []cti.CallFact{inferred("totalphone-1", "2", cti.Dialing)}})); d != "" {
			t.Errorf("the snapshot (-got +want):\n%s", d)
		}
	}
}

func TestAnswerThatIsHalfwaySaysSo(t *testing.T) {
	b := totalPhone(t)
	b.phone.DropAfterRead("-digito=")
	_, err := b.try("call.transfer", cti.Target{}, &cti.TransferIn{To: "40074"})
	if e := cti.AsError(err); !errors.Is(err, cti.Unavailable) || e.Sent != cti.CertainSent || e.Hint != hintHalfway {
		t.Errorf("the answer is %#v", e)
	}
	b.launched("-transferencia", "-digito=4")
}

func TestSoftphoneThatCannotBeStartedIsDegradedUntilItCan(t *testing.T) {
	b := totalPhone(t)
	b.phone.CutLink()
	_, err := b.try("call.dial", cti.Target{}, &cti.DialIn{Number: "1"})
	if e := cti.AsError(err); !errors.Is(err, cti.Unavailable) || cti.MayHaveReached(err) || e.Title != driverTitle || e.Op != "call.dial" {
		t.Errorf("the answer is %#v", e)
	}
	b.want(cti.LinkFact{State: cti.LinkDegraded, Detail: unlaunched, DetailID: unlaunchedID})
	b.phone.RestoreLink()
	b.do("call.hangup", cti.Target{}, nil)
	b.want(tells())
	b.phone.DropAfterRead("-desligar")
	if _, err = b.try("call.hangup", cti.Target{}, nil); !errors.Is(err, cti.Unavailable) || cti.AsError(err).Sent != cti.MaybeSent {
		t.Errorf("the answer is %v", err)
	}
	b.want(cti.LinkFact{State: cti.LinkDegraded, Detail: interrupted, DetailID: interruptedID})
}

func TestPasswordOfALoginIsInNoError(t *testing.T) {
	const password = "Zx81secret"
	host := ctitest.NewHost(nil)
	host.OnLaunch(func(_ context.Context, l ctitest.Launch) error {
		return &cti.Error{Kind: cti.Unavailable, Text: fmt.Sprint("cannot start ", l.Args), Err: fmt.Errorf("start %q", l.Args)}
	})
	s, err := Driver().Open(t.Context(), cti.Config{Values: map[string]string{optionPath: "/opt/totalphone"}}, host)
	if err != nil {
		t.Fatal(err)
	}
	_, err = cti.Do(t.Context(), s.Actions(), cti.AgentLogin, cti.Target{}, cti.LoginIn{Extension: "10005", Password: password})
	e := cti.AsError(err)
	if text := fmt.Sprintf("%+v %v", *e, e.Err); strings.Contains(text, password) || !strings.Contains(text, "-senha=***") {
		t.Errorf("the error is %s", text)
	}
	if strings.Contains(host.LogText(), password) {
		t.Error("the log holds the password")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
