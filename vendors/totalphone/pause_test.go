package totalphone

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalphone/totalphonetest"
)

// paused is a bench with the pauses that a site has when it sets none.
func paused(t *testing.T) *bench { return newBench(t, Driver(), totalphonetest.Options{}, nil) }

// begin carries out a row of its own accord.
func (b *bench) begin(name string, in any) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := b.session.Actions().Call(b.ctx, name, cti.Target{Agent: "12", Extension: "10005"}, in, nil)
		done <- err
	}()
	return done
}

// ended waits for a row.
func (b *bench) ended(done <-chan error) {
	b.t.Helper()
	select {
	case err := <-done:
		if err != nil {
			b.t.Fatal(err)
		}
	case <-b.ctx.Done():
		b.t.Fatal("the wish has not returned")
	}
}

// waits wants the driver to wait for this long, and lets the time pass.
func (b *bench) waits(d time.Duration) {
	b.t.Helper()
	if err := b.clock.BlockUntil(b.ctx, 1); err != nil {
		b.t.Fatal(err)
	}
	if next, _ := b.clock.Next(); next != d {
		b.t.Errorf("it waits %v, want %v", next, d)
	}
	b.clock.Advance(d)
}

func TestSwitchesAreApartByThePause(t *testing.T) {
	b := paused(t)
	done := b.begin("call.transfer", &cti.TransferIn{To: "407"})
	for i := range 3 {
		b.waits(defaultPause)
		_ = i
	}
	b.ended(done)
	b.launched("-transferencia", "-digito=4", "-digito=0", "-digito=7")
	b.clock.Advance(defaultPause)
	b.do("call.hangup", cti.Target{}, nil) // a pause that has passed is not waited for
}

func TestProgramThatStartsIsGivenTime(t *testing.T) {
	for _, name := range []string{"agent.login", "softphone.restart"} {
		b := newBench(t, Driver(), totalphonetest.Options{}, map[string]string{optionPassword: "1234", optionStart: "4000"})
		b.do(name, cti.Target{}, nil)
		done := b.begin("call.pickup", &cti.None{})
		b.waits(4 * time.Second)
		b.ended(done)
	}
}

func TestWishesDoNotGetBetweenEachOther(t *testing.T) {
	b := paused(t)
	first := b.begin("call.transfer", &cti.TransferIn{To: "1111"})
	if err := b.clock.BlockUntil(b.ctx, 1); err != nil {
		t.Fatal(err)
	}
	second := b.begin("call.sendDtmf", &cti.DTMFIn{Digits: "2222"})
	third := b.begin("call.sendDtmf", &cti.DTMFIn{Digits: "3333"})
	for range 4 + 4 + 4 {
		b.waits(defaultPause)
	}
	for _, done := range []<-chan error{first, second, third} {
		b.ended(done)
	}
	got := strings.Join(b.phone.Launches(), " ")
	want := []string{"-transferencia" + strings.Repeat(" -digito=1", 4), strings.Repeat(" -digito=2", 4), strings.Repeat(" -digito=3", 4)}
	if got != want[0]+want[1]+want[2] && got != want[0]+want[2]+want[1] {
		t.Errorf("the launches are %s", got)
	}
}

func TestWishThatIsGivenUpWhileItWaitsSentNothing(t *testing.T) {
	b := paused(t)
	b.do("call.hangup", cti.Target{}, nil)
	for name, c := range map[string]struct {
		end  func(context.Context) (context.Context, context.CancelFunc)
		kind cti.Kind
	}{
		"canceled": {context.WithCancel, cti.Canceled},
		"too late": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadline(ctx, time.Now().Add(-time.Second))
		}, cti.Timeout},
	} {
		ctx, cancel := c.end(b.ctx)
		done := make(chan error, 1)
		go func() {
			_, err := b.session.Actions().Call(ctx, "call.pickup", cti.Target{}, &cti.None{}, nil)
			done <- err
		}()
		if c.kind == cti.Canceled {
			if err := b.clock.BlockUntil(b.ctx, 1); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		if err := <-done; !errors.Is(err, c.kind) || cti.MayHaveReached(err) {
			t.Errorf("%s: the answer is %v", name, err)
		}
	}
	if got := b.phone.Launches(); !slices.Equal(got, []string{"-desligar"}) {
		t.Errorf("the launches are %q", got)
	}
}

func TestWishWaitsForItsTurnNoLongerThanItsContext(t *testing.T) {
	b := paused(t)
	read := b.phone.HangAfterRead("-desligar")
	hanging, stop := context.WithCancel(b.ctx)
	first := make(chan error, 1)
	go func() {
		_, err := b.session.Actions().Call(hanging, "call.hangup", cti.Target{}, &cti.CallIn{}, nil)
		first <- err
	}()
	<-read
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if _, err := b.session.Actions().Call(ctx, "call.pickup", cti.Target{}, &cti.None{}, nil); !errors.Is(err, cti.Canceled) || cti.MayHaveReached(err) {
		t.Errorf("the answer is %v", err)
	}
	stop()
	if err := <-first; !errors.Is(err, cti.Canceled) || !cti.MayHaveReached(err) {
		t.Errorf("the answer of the one that hung is %v", err)
	}
}
