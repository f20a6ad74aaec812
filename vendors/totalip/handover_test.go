package totalip

import (
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/totaliptest"
)

// On an extension that is no desk phone discar hands the number to the browser. Whatever dials it then, it is one call, and
// the driver asked for it once.
func TestNumberHandedToTheBrowserIsOneCall(t *testing.T) {
	for _, road := range []string{roadHTTP, roadSocket} {
		b := newBench(t, totaliptest.Options{}, map[string]string{optionRoad: road})
		browser := b.pbx.HandOver()
		b.dial("33553434")
		handed := <-browser
		if handed.Number != "33553434" || handed.Extension != lawExtension {
			t.Errorf("%s: the browser got %+v", road, handed)
		}
		looks := b.pbx.Received("status_ramal")
		b.step(dialPoll)
		b.received("status_ramal", looks+1) // nobody has dialled yet, and nothing is told
		b.quiet()
		c := b.pbx.Dial(lawExtension, handed.Number) // the softphone does
		b.want(cti.CallFact{Ref: c.Ref, State: cti.Dialing, Direction: cti.Outbound, From: lawExtension, To: "33553434", Number: "33553434"})
		b.ok(b.pbx.Hangup(c.Ref))
		b.want(cti.CallFact{Ref: c.Ref, State: cti.Ended, Direction: cti.Outbound, EndReason: cti.EndUnknown})
		b.quiet()
		if n := len(b.pbx.Dials()); n != 1 {
			t.Errorf("%s: %d dial wishes went out, want one", road, n)
		}
	}
}

// When nothing ever dials the number, the driver stops looking and has told of no call.
func TestNumberNobodyDialsIsNoCall(t *testing.T) {
	b := newBench(t, totaliptest.Options{}, nil)
	<-func() <-chan totaliptest.Dial {
		browser := b.pbx.HandOver()
		b.dial("33553434")
		return browser
	}()
	for looked := time.Duration(0); looked <= wishPoll; looked += dialPoll {
		n := b.pbx.Received("status_ramal")
		b.step(dialPoll)
		if looked+dialPoll <= wishPoll-dialPoll {
			b.received("status_ramal", n+1)
		}
		b.quiet()
		if b.clock.Waiters() == 0 {
			return
		}
	}
	t.Errorf("it still looks after %v", wishPoll)
}

// A desk phone is dialled by the system itself.
func TestDeskPhoneIsNotHandedOver(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	p.AddExtension(totaliptest.Extension{Number: "40024", User: "24", Name: "Mesa", Hardphone: true, LoggedIn: true})
	browser := p.HandOver()
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CallDial, cti.Target{Extension: "40024"}, cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	if len(browser) > 0 || len(p.LiveCalls("40024")) != 1 {
		t.Errorf("%d numbers were handed over, %d calls began", len(browser), len(p.LiveCalls("40024")))
	}
}
