package grandstream

import (
	"net/url"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/grandstream/grandstreamtest"
	"ctiagent/vendors/internal/actionurl"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	phone   *grandstreamtest.Phone
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
	phone *grandstreamtest.Phone
	ref   string
}

func (c lawCall) Answer() { must(c.phone.Answer(c.ref)) }
func (c lawCall) Hangup() { must(c.phone.RemoteHangup(c.ref)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *lawSim) Ring(number string) ctitest.Call { return lawCall{s.phone, s.phone.Ring(number).Ref} }

func (s *lawSim) Samples() []ctitest.Sample {
	return []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "33553434"}, Wire: programCall},
		{Name: "call.hangup", Wire: programPhone, OnCall: true},
		{Name: "call.hold", Wire: programPhone, OnCall: true},
		{Name: "call.resume", Wire: programPhone, OnCall: true, After: []string{"call.hold"}},
		{Name: "call.toggleMute", Wire: programKeys, OnCall: true},
		{Name: "call.sendDtmf", In: &cti.DTMFIn{Digits: "12#"}, Wire: programKeys, OnCall: true},
		{Name: "call.transfer", In: &cti.TransferIn{To: "10006"}, Wire: programKeys, OnCall: true},
		{Name: "grandstream.api-make_call", In: &MakeCallIn{Number: "33553434"}, Wire: programCall},
		{Name: "grandstream.api-phone_operation", In: &OperationIn{Command: "holdcall"}, Wire: programPhone, OnCall: true},
		{Name: "grandstream.api-get_line_status", Wire: programLines},
		{Name: "grandstream.api-send_key", In: &KeysIn{Keys: []string{"OK"}}, Wire: programKeys},
	}
}

// startPhone starts a phone that ends with the test, which fails when the phone was asked something undocumented.
func startPhone(t testing.TB, opts grandstreamtest.Options) *grandstreamtest.Phone {
	t.Helper()
	p := grandstreamtest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what the documents allow: %v", r.Method, r.Function, r.Faults)
			}
		}
	})
	return p
}

// configOf is the configuration that reaches a simulator.
func configOf(p *grandstreamtest.Phone, password string, options map[string]string) cti.Config {
	values := map[string]string{optionURL: p.URL(), optionPassword: password}
	for name, v := range options {
		values[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: values}
}

func TestLawsInTheGuidesDialect(t *testing.T) {
	testLaws(t, grandstreamtest.Options{Dialect: grandstreamtest.Passcode}, nil)
}

func TestLawsInTheOtherDialect(t *testing.T) {
	testLaws(t, grandstreamtest.Options{Dialect: grandstreamtest.Password, WrongPassword: grandstreamtest.ByWord},
		map[string]string{optionVariant: variantPassword, optionAccount: "1"})
}

// With action URLs the phone is looked at when it calls, and else once in half a minute.
func TestLawsWithActionURLs(t *testing.T) {
	testLaws(t, grandstreamtest.Options{WrongPassword: grandstreamtest.ByStatus403},
		map[string]string{optionActionURLs: "true", optionPoll: "30"})
}

func testLaws(t *testing.T, opts grandstreamtest.Options, options map[string]string) {
	opts.Password = ctitest.Canary
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50, New: func(t testing.TB, h *ctitest.Host) ctitest.Sim {
		p := startPhone(t, opts)
		if options[optionActionURLs] != "" {
			h.OpenReceiver(t)
			enter(t, p, h)
		}
		return &lawSim{phone: p, options: options}
	}})
}

// enter sets the phone's action URLs as the documentation says.
func enter(t testing.TB, p *grandstreamtest.Phone, h *ctitest.Host) {
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
		p.SetActionURL(event, actionurl.Address(u.String()))
	}
	if strings.Contains(actionurl.Address(u.String()), "://") {
		t.Fatal("the phone takes no scheme")
	}
}
