package khomp

import (
	"net/url"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/internal/actionurl"
	"ctiagent/vendors/khomp/khomptest"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	phone   *khomptest.Phone
	options map[string]string
}

func (s *lawSim) Config() cti.Config { return configOf(s.phone, ctitest.Canary, s.options) }
func (s *lawSim) WrongConfig() cti.Config {
	return configOf(s.phone, ctitest.Canary+"wrong", s.options)
}
func (s *lawSim) Target() cti.Target { return cti.Target{Agent: "12", Extension: "10005"} }
func (s *lawSim) CutLink()           { s.phone.CutLink() }
func (s *lawSim) RestoreLink()       { s.phone.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.phone.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.phone.HangAfterRead(wire) }

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.phone.Requests() {
		names = append(names, r.Function)
	}
	return names
}

type lawCall struct {
	phone *khomptest.Phone
	ref   string
}

func (c lawCall) Answer() { must(c.phone.Answer(c.ref)) }
func (c lawCall) Hangup() { must(c.phone.RemoteHangup(c.ref)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *lawSim) Ring(number string) ctitest.Call {
	if s.options[optionActionURLs] == "" {
		return nil // the phone tells nobody
	}
	return lawCall{s.phone, s.phone.Ring(number).Ref}
}

func (s *lawSim) Samples() []ctitest.Sample {
	return []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "33553434"}, Wire: "Dail"},
		{Name: "call.hangup", Wire: "Hangup"},
		{Name: "call.answer", Wire: "key"},
		{Name: "call.reject", Wire: "key"},
		{Name: "call.toggleHold", Wire: "key"},
		{Name: "call.toggleMute", Wire: "key"},
		{Name: "call.redial", Wire: "key"},
		{Name: "call.transfer", In: &cti.TransferIn{To: "10006"}, Wire: "key"},
		{Name: "call.sendDtmf", In: &cti.DTMFIn{Digits: "12#"}, Wire: "key"},
		{Name: "khomp.SavePhoneCAllInfoCfg", In: &DialIn{Number: "33553434"}, Wire: "Dail"},
		{Name: "khomp.SavePhoneCallInfoCfg.Hangup", Wire: "Hangup"},
		{Name: "khomp.ConfigManApp.com", In: &KeyIn{Key: "SPEAKER"}, Wire: "key"},
	}
}

// startPhone starts a phone that ends with the test, which fails when the phone was asked something unknown.
func startPhone(t testing.TB, opts khomptest.Options) *khomptest.Phone {
	t.Helper()
	p := khomptest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what is known: %v", r.Method, r.URI, r.Faults)
			}
		}
	})
	return p
}

// configOf is the configuration that reaches a simulator.
func configOf(p *khomptest.Phone, password string, options map[string]string) cti.Config {
	values := map[string]string{optionURL: p.URL(), optionPassword: password}
	for name, v := range options {
		values[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: values}
}

const (
	noCalls = "without action URLs the phone shows no calls"
	noLink  = "the driver holds no link open and never asks the phone by itself: only a wish shows whether it answers"
)

func TestLawsOfABlindPhone(t *testing.T) {
	testLaws(t, nil, map[ctitest.Law]string{ctitest.LawRefs: noCalls, ctitest.LawEnds: noCalls, ctitest.LawLink: noLink})
}

func TestLawsWithActionURLs(t *testing.T) {
	testLaws(t, map[string]string{optionActionURLs: "true"}, map[ctitest.Law]string{ctitest.LawLink: noLink})
}

func testLaws(t *testing.T, options map[string]string, waivers map[ctitest.Law]string) {
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50, Patience: 5 * time.Second, Waivers: waivers, New: func(t testing.TB, h *ctitest.Host) ctitest.Sim {
		p := startPhone(t, khomptest.Options{Password: ctitest.Canary})
		if options[optionActionURLs] != "" {
			h.OpenReceiver(t)
			enter(t, p, h, true)
		}
		return &lawSim{phone: p, options: options}
	}})
}

// enter sets the phone's action URLs as the documentation says; a phone that fills in no variables tells no number.
func enter(t testing.TB, p *khomptest.Phone, h *ctitest.Host, fills bool) {
	t.Helper()
	// The door's address is what any other path tells.
	base, err := h.Receive(t.Context(), "somebody/else", func(cti.Received) (cti.Reply, bool) { return cti.Reply{}, true })
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range Events() {
		u.Path = "/" + driverName + "/" + event
		address := u.Host + u.Path
		if fills {
			address = actionurl.Address(u.String())
		}
		p.SetActionURL(event, address)
	}
}
