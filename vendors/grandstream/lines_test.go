package grandstream

import (
	"net/http"
	"testing"

	"ctiagent/cti"
	"ctiagent/vendors/grandstream/grandstreamtest"
)

func TestLineThatWasNeverSeenIdleHasTwoCalls(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	c := p.Ring("1111")
	do(t, p.Answer(c.Ref))
	w.look()
	do(t, p.RemoteHangup(c.Ref))
	p.Ring("1111")
	w.look()
	refs := w.tells("connected 1111", "ringing inbound 1111", "ended 1111 completed")
	if len(refs) == 3 && (refs[0] != refs[2] || refs[0] == refs[1]) {
		t.Errorf("the refs are %q", refs)
	}
}

func TestTwoLinesAreTwoCalls(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	first := p.Ring("1111")
	do(t, p.Answer(first.Ref))
	second := p.Ring("2222")
	w.look()
	do(t, p.Answer(second.Ref))
	w.look()
	do(t, p.RemoteHangup(second.Ref))
	w.look()
	w.tells("connected 1111", "ringing inbound 2222", "held 1111", "connected inbound 2222", "ended inbound 2222 completed")
}

// lines answers api-get_line_status with one line in a state.
func lines(p *grandstreamtest.Phone, state, number string) {
	p.AnswerWith(programLines, says(http.StatusOK, `{"response":"success","body":[{"line":1,"state":"`+state+`","remotenumber":"`+number+`","active":1}]}`))
}

func TestUnknownStateOfANewCallIsConnectedPerhaps(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	lines(p, "conference", "1111")
	w.look()
	w.look()
	w.tells("perhaps connected 1111")
	lines(p, "connected", "1111")
	w.look()
	w.tells("connected 1111")
	lines(p, "parked", "1111")
	w.look()
	w.tells() // an unknown word takes nothing back
	lines(p, "idle", "")
	w.look()
	w.tells("ended 1111 completed")
}

func TestRingingOfTheOtherSideIsNoInboundCall(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	lines(p, "calling", "33553434")
	w.look()
	lines(p, "ringing", "33553434")
	w.look()
	lines(p, "connected", "33553434")
	w.look()
	w.tells("dialing outbound 33553434", "connected outbound 33553434")
}

func TestLineWithoutANumberIsTheCallWishedFor(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	lines(p, "dialing", "")
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err != nil {
		t.Fatal(err)
	}
	w.look()
	lines(p, "connected", "")
	w.look()
	w.tells("dialing outbound 33553434", "connected outbound 33553434")
}

func TestWishThatWasRefusedExplainsNoCall(t *testing.T) {
	p := startPhone(t, grandstreamtest.Options{})
	w := follow(t, configOf(p, "admin", nil), nil)
	p.AnswerWith(programCall, says(http.StatusOK, `{"response":"error","body":false}`))
	if _, err := cti.Do(t.Context(), w.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434"}); err == nil {
		t.Fatal("it was taken")
	}
	lines(p, "dialing", "")
	w.look()
	w.tells()
}
