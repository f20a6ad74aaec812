package totalphone

import (
	"context"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalphone/totalphonetest"
)

// lawSim is the program as the laws drive it: what is launched is the wire.
type lawSim struct {
	phone   *totalphonetest.Phone
	values  map[string]string
	wrong   map[string]string
	samples []ctitest.Sample
}

func (s *lawSim) Config() cti.Config      { return configOf(s.phone, s.values) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.phone, s.wrong) }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: "12", Extension: "10005"} }
func (s *lawSim) CutLink()                { s.phone.CutLink() }
func (s *lawSim) RestoreLink()            { s.phone.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.phone.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.phone.HangAfterRead(wire) }
func (s *lawSim) Samples() []ctitest.Sample                 { return s.samples }

func (s *lawSim) Requests() (names []string) {
	for _, r := range s.phone.Requests() {
		names = append(names, r.Name)
	}
	return names
}

// Ring answers nil: the program tells of no calls.
func (s *lawSim) Ring(string) ctitest.Call { return nil }

// configOf is a configuration for a program.
func configOf(p *totalphonetest.Phone, values map[string]string) cti.Config {
	all := map[string]string{optionPath: p.Path()}
	for name, v := range values {
		all[name] = v
	}
	return cti.Config{Country: "BR", AreaCode: "11", Values: all}
}

// lend makes a host launch the program.
func lend(h *ctitest.Host, p *totalphonetest.Phone) {
	h.OnLaunch(func(ctx context.Context, l ctitest.Launch) error { return p.Launch(ctx, l.Program, l.Args...) })
}

func waivers() map[ctitest.Law]string {
	return map[ctitest.Law]string{
		ctitest.LawRefs: "the program tells of no calls, so nobody's call can show",
		ctitest.LawEnds: "the program tells of no calls, so nobody's call can show",
		ctitest.LawLink: "there is no link: only a wish shows whether the program can be launched",
	}
}

func TestLawsOfTotalPhone(t *testing.T) {
	w := waivers()
	w[ctitest.LawPassword] = "the program tells nobody whether it let the agent in"
	samples := []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "33553400"}, Wire: "-discar="},
		{Name: "call.answer", Wire: "-atender"},
		{Name: "call.hangup", Wire: "-desligar"},
		{Name: "call.hold", Wire: "-espera"},
		{Name: "call.resume", Wire: "-espera"},
		{Name: "call.toggleHold", Wire: "-espera"},
		{Name: "call.mute", Wire: "-mudo"},
		{Name: "call.unmute", Wire: "-mudo"},
		{Name: "call.toggleMute", Wire: "-mudo"},
		{Name: "call.transfer", In: &cti.TransferIn{To: "40074"}, Wire: "-transferencia"},
		{Name: "call.sendDtmf", In: &cti.DTMFIn{Digits: "7"}, Wire: "-digito="},
		{Name: "call.redial", Wire: "-rediscar"},
		{Name: "call.pickup", Wire: "-capturar"},
		{Name: "agent.login", In: &cti.LoginIn{Password: ctitest.Canary + "2"}, Wire: "-ramal="},
		{Name: "agent.logout", Wire: "-fechar"},
		{Name: "softphone.dial", Wire: "-discar"},
		{Name: "softphone.digit", In: &cti.DigitIn{Digit: "4"}, Wire: "-digito="},
		{Name: "softphone.line", In: &cti.LineIn{Line: 2}, Wire: "-linha="},
		{Name: "softphone.startTransfer", Wire: "-transferencia"},
		{Name: "softphone.toggleAutoAnswer", Wire: "-autoanswer"},
		{Name: "softphone.quit", Wire: "-fechar"},
		{Name: "softphone.restart", Wire: "-reiniciar"},
		{Name: "totalphone.abrir", In: &LoginIn{Extension: "99999"}, Wire: "-ramal="},
		{Name: "totalphone.digito", In: &DigitIn{Digit: "0"}, Wire: "-digito="},
		{Name: "totalphone.discar", Wire: "-discar"},
		{Name: "totalphone.discar_numero", In: &NumberIn{Number: "33553400"}, Wire: "-discar="},
		{Name: "totalphone.desligar", Wire: "-desligar"},
		{Name: "totalphone.atender", Wire: "-atender"},
		{Name: "totalphone.espera", Wire: "-espera"},
		{Name: "totalphone.mudo", Wire: "-mudo"},
		{Name: "totalphone.autoanswer", Wire: "-autoanswer"},
		{Name: "totalphone.rediscar", Wire: "-rediscar"},
		{Name: "totalphone.capturar", Wire: "-capturar"},
		{Name: "totalphone.transferencia", In: &TransferIn{To: "40074"}, Wire: "-transferencia"},
		{Name: "totalphone.linha", In: &LineIn{Line: 6}, Wire: "-linha="},
		{Name: "totalphone.fechar", Wire: "-fechar"},
		{Name: "totalphone.reiniciar", Wire: "-reiniciar"},
	}
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 100, Patience: 5 * time.Second, Waivers: w, New: func(t testing.TB, h *ctitest.Host) ctitest.Sim {
		p := startPhone(t, totalphonetest.Options{})
		lend(h, p)
		return &lawSim{phone: p, samples: samples, values: map[string]string{optionPassword: ctitest.Canary}, wrong: map[string]string{optionPassword: ctitest.Canary + "wrong"}}
	}})
}

// whole is a table with every entry, so that every row is bound.
func whole() map[string]string {
	return map[string]string{
		"dial": "/dial {number}", "answer": "/answer", "reject": "/reject", "hangup": "/hangupall", "hold": "/hold", "resume": "/resume",
		"toggle_hold": "/togglehold", "mute": "/mute", "unmute": "/unmute", "toggle_mute": "/togglemute", "transfer": "/transfer={number}",
		"tones": "/tones={number}", "redial": "/redial", "pickup": "/pickup", "quit": "/exit",
	}
}

func TestLawsOfAnotherSoftphone(t *testing.T) {
	w := waivers()
	w[ctitest.LawPassword] = "the driver knows no password"
	samples := []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "+551133553400"}, Wire: "/dial"},
		{Name: "call.answer", Wire: "/answer"},
		{Name: "call.reject", Wire: "/reject"},
		{Name: "call.hangup", Wire: "/hangupall"},
		{Name: "call.hold", Wire: "/hold"},
		{Name: "call.resume", Wire: "/resume"},
		{Name: "call.toggleHold", Wire: "/togglehold"},
		{Name: "call.mute", Wire: "/mute"},
		{Name: "call.unmute", Wire: "/unmute"},
		{Name: "call.toggleMute", Wire: "/togglemute"},
		{Name: "call.transfer", In: &cti.TransferIn{To: "40074"}, Wire: "/transfer="},
		{Name: "call.sendDtmf", In: &cti.DTMFIn{Digits: "12A*#"}, Wire: "/tones="},
		{Name: "call.redial", Wire: "/redial"},
		{Name: "call.pickup", Wire: "/pickup"},
		{Name: "softphone.quit", Wire: "/exit"},
	}
	ctitest.Run(t, ctitest.Subject{Driver: Custom(), Speed: 100, Patience: 5 * time.Second, Waivers: w, New: func(t testing.TB, h *ctitest.Host) ctitest.Sim {
		p := startPhone(t, totalphonetest.Options{Custom: true, Name: "softphone"})
		lend(h, p)
		return &lawSim{phone: p, samples: samples, values: whole(), wrong: whole()}
	}})
}
