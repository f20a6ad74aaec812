//go:build unix

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
	"ctiagent/vendors/catix"
	"ctiagent/vendors/totalip"
	"ctiagent/vendors/ucontact"
	"ctiagent/vendors/vicidial"
)

// filingClaim is what becomes of an outcome that was said while the link was
// down, at one vendor.
type filingClaim struct {
	vendor, when string
	code         string
	begin        []func(simulated) error // how the call comes to be
	early        bool                    // it is there before the program is
	over         bool                    // it has ended before the link goes down
	meanwhile    func(simulated) error   // what happens while the link is down; nil for nothing
	want         string                  // what the PBX gets, once: a pattern
}

// driversThatFile are the vendors that take outcomes.
func driversThatFile() map[string]func() cti.Driver {
	return map[string]func() cti.Driver{"catix": catix.Driver, "totalip": totalip.Driver, "ucontact": ucontact.Driver, "vicidial": vicidial.Driver}
}

func rings(s simulated) error   { return s.ring(helenaCalls) }
func picksUp(s simulated) error { return s.answer() }
func hangsUp(s simulated) error { return s.hangup() }

// filingClaims are the vendors that take outcomes, and when.
func filingClaims() []filingClaim {
	const dialer = `^RESULTADO_CONTATO_DISCADOR .*"campanha-id":"5","contato-id":"15","efetivo":"Sim","eficaz":"Nao","numero-contato-id":"1000"`
	promised := []func(simulated) error{func(s simulated) error {
		s.(catixDemo).ScheduledAnswer(demoAgent, "15", helenaCalls)
		return nil
	}}
	dialled := []func(simulated) error{func(s simulated) error { return s.customerAnswers() }}
	// VICIdial is asked every five seconds how an idle agent stands.
	offered := []func(simulated) error{rings, picksUp}
	const status = `^set_status_telefones_campanhas .*id_campanha=27&id_status=10&numerodotelefone=987650103&parametro1=3&.*uniqueid=\d+\.\d+`
	const levels = `^api/DispositionCall .*callerid=33553434&campaign=test-%3E&.*&guid=[0-9a-f-]{36}&l1=Sale&l2=Phone&l3=Plan\+A&`
	return []filingClaim{
		{vendor: "catix", when: "in the call", code: "EFETIVO", begin: []func(simulated) error{rings}, want: dialer},
		{vendor: "catix", when: "in a call that ends meanwhile", code: "EFETIVO", begin: []func(simulated) error{rings}, meanwhile: hangsUp, want: dialer},
		{vendor: "catix", when: "after the call", code: "EFETIVO", begin: []func(simulated) error{rings}, over: true, want: dialer},
		{vendor: "catix", when: "in a promised call", code: "EFICAZ", begin: promised, want: `^RESULTADO_AGENDAMENTO .*"agendamento-efetivo":"Sim","agendamento-eficaz":"Sim","agendamento-id":"15"`},
		{vendor: "totalip", when: "in the call", code: "10", begin: []func(simulated) error{rings}, want: status},
		{vendor: "totalip", when: "after the call", code: "10", begin: []func(simulated) error{rings}, over: true, want: status},
		{vendor: "ucontact", when: "after the call", code: "Sale|Phone|Plan A", begin: dialled, over: true, want: levels},
		{vendor: "vicidial", when: "in the call", code: "SALE", begin: offered, early: true, want: `^external_status .*&value=SALE`},
		{vendor: "vicidial", when: "after the customer has hung up", code: "SALE", begin: offered, early: true, meanwhile: hangsUp, want: `^external_status .*&value=SALE`},
	}
}

// outcomes are what a simulated vendor was told of outcomes, each in a line.
func outcomes(t *testing.T, sim simulated) (out []string) {
	t.Helper()
	form := func(function, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			t.Error(err)
		}
		out = append(out, function+" "+v.Encode())
	}
	switch s := sim.(type) {
	case catixDemo:
		for _, r := range s.Requests() {
			if strings.HasPrefix(r.Command, "RESULTADO_") {
				out = append(out, r.Command+" "+r.Line)
			}
		}
	case dialerDemo:
		for _, r := range s.Requests() {
			if r.Function == "set_status_telefones_campanhas" {
				form(r.Function, r.Query)
			}
		}
	case uContactDemo:
		for _, r := range s.Requests() {
			if r.Name == "api/DispositionCall" {
				form(r.Name, string(r.Body))
			}
		}
	case vicidialDemo:
		for _, r := range s.Requests() {
			if r.Function == "external_status" {
				form(r.Function, r.Body)
			}
		}
	default:
		t.Fatalf("nobody knows what %T was told", sim)
	}
	return out
}

// filing is one claim on its way.
type filing struct {
	filingClaim
	sim cabledDemo
}

// life is one run of the program, from its start to its end.
type life struct {
	t       *testing.T
	ctx     context.Context
	desk    *desk.Desk
	changed chan struct{}
}

func (f filing) live(t *testing.T) *life {
	t.Helper()
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(log *slog.Logger, redact *secret.Redactor) ([]desk.Driver, error) {
			stack, err := demoDrivers(cfg, f.sim)(log, redact)
			stack[0].Driver = driversThatFile()[f.vendor]() // one that remembers nothing
			return stack, err
		}, nil)
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	d, release, err := p.desks.Open(ctx, p.self)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	l := &life{t, ctx, d, make(chan struct{}, 1)}
	_, stop := d.Watch(func([]cti.Event) {
		select {
		case l.changed <- struct{}{}:
		default:
		}
	})
	t.Cleanup(stop)
	return l
}

func (l *life) until(what string, ok func(cti.DeskState) bool) {
	l.t.Helper()
	for !ok(l.desk.State()) {
		select {
		case <-l.changed:
		case <-l.ctx.Done():
			list, err := l.desk.Outbox(context.Background())
			l.t.Fatalf("%s: never; %+v; the outbox has %+v, %v", what, l.desk.State(), list, err)
		}
	}
}

func connected(s cti.DeskState) bool { return s.Drivers[0].Link == cti.LinkConnected }

func (f filing) begins(t *testing.T) {
	t.Helper()
	for _, step := range f.begin {
		if err := step(f.sim.simulated); err != nil {
			t.Fatal(err)
		}
	}
}

// calls brings the call about and cuts the link.
func (f filing) calls(l *life) {
	l.t.Helper()
	l.until("the link is up", connected)
	if f.vendor == "ucontact" { // it names the calls only that are dialled by it
		if _, err := l.desk.Do(l.ctx, cti.Wish{Method: "call.dial", Params: json.RawMessage(`{"number":"33553434"}`)}); err != nil {
			l.t.Fatal(err)
		}
	}
	if !f.early {
		f.begins(l.t)
	}
	l.until("the call is connected", func(s cti.DeskState) bool {
		return len(s.Calls) == 1 && s.Calls[0].State == cti.Connected
	})
	if f.over {
		if err := f.sim.hangup(); err != nil {
			l.t.Fatal(err)
		}
		l.until("the call is over", func(s cti.DeskState) bool { return len(s.Calls) == 0 })
	}
	f.sim.cut()
	l.until("the link is down", func(s cti.DeskState) bool { return !connected(s) })
	if f.meanwhile != nil {
		if err := f.meanwhile(f.sim.simulated); err != nil {
			l.t.Fatal(err)
		}
	}
	out, err := l.desk.Do(l.ctx, cti.Wish{Method: "call.setDisposition", Params: json.RawMessage(fmt.Sprintf(`{"code":%q}`, f.code))})
	raw, _ := json.Marshal(out)
	if err != nil || !strings.Contains(string(raw), `"stored":"queued"`) {
		l.t.Fatalf("the outcome is answered %s, %v", raw, err)
	}
}

// arrives joins the link and sees that the outcome came to the PBX, once.
func (f filing) arrives(l *life) {
	l.t.Helper()
	f.sim.join(l.t)
	l.until("it waits no more", func(s cti.DeskState) bool { return connected(s) && s.Outbox.Waiting == 0 })
	if left, err := l.desk.Outbox(l.ctx); err != nil || len(left) > 0 {
		l.t.Errorf("left is %+v, %v", left, err)
	}
	got := outcomes(l.t, f.sim.simulated)
	if len(got) != 1 || !regexp.MustCompile(f.want).MatchString(got[0]) {
		l.t.Errorf("the PBX was told %q, want once %s", got, f.want)
	}
}

// An outcome that was said while the link was down comes to the PBX once, when it is back: at every vendor that takes outcomes.
func TestOutcomeSaidWithoutALinkIsFiledOnce(t *testing.T) {
	for _, c := range filingClaims() {
		t.Run(c.vendor+" "+c.when, func(t *testing.T) {
			f := c.simulate(t)
			l := f.live(t)
			f.calls(l)
			f.arrives(l)
		})
	}
}

// The same when the program is another one by then.
func TestOutcomeSaidWithoutALinkOutlivesTheProgram(t *testing.T) {
	for _, c := range filingClaims() {
		t.Run(c.vendor+" "+c.when, func(t *testing.T) {
			f := c.simulate(t)
			if !t.Run("first", func(t *testing.T) { f.calls(f.live(t)) }) {
				return
			}
			t.Run("second", func(t *testing.T) {
				l := f.live(t)
				l.until("it waits", func(s cti.DeskState) bool { return s.Outbox == cti.OutboxCount{Waiting: 1} })
				f.arrives(l)
			})
		})
	}
}

// VICIdial takes outcomes on the agent's own screen only: when the agent has closed the call there meanwhile, the next call's
// outcome must not become this one.
func TestOutcomeOfACallThatIsOffTheScreenIsRefusedInWords(t *testing.T) {
	f := filingClaim{vendor: "vicidial", code: "SALE", begin: []func(simulated) error{rings, picksUp}, early: true,
		meanwhile: func(s simulated) error {
			if err := s.(vicidialDemo).Dispo(demoAgent, "A"); err != nil {
				return err
			}
			if err := s.ring("1133553434"); err != nil {
				return err
			}
			return s.answer()
		}}.simulate(t)
	l := f.live(t)
	f.calls(l)
	f.sim.join(t)
	l.until("it waits no more", func(s cti.DeskState) bool { return connected(s) && s.Outbox.Waiting == 0 })
	left, err := l.desk.Outbox(l.ctx)
	if err != nil || len(left) != 1 || left[0].State != cti.OutboxRefused || left[0].Kind != cti.WrongState || !strings.Contains(left[0].Error, "screen shows no call") {
		t.Errorf("left is %+v, %v", left, err)
	}
	if got := outcomes(t, f.sim.simulated); len(got) > 0 {
		t.Errorf("VICIdial was told %q", got)
	}
}

func (c filingClaim) simulate(t *testing.T) filing {
	t.Helper()
	var sim simulated
	if c.vendor == "totalip" { // its own customers' calls have no outcome
		sim = dialerDemo{newTotalIPDemo()}
	} else {
		sim = simulators()[c.vendor]()
	}
	t.Cleanup(sim.Close)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	f := filing{c, behindCables(t, sim)}
	if f.early {
		f.begins(t)
	}
	return f
}

func TestEveryVendorWithOutcomesHasItsFilingClaim(t *testing.T) {
	for _, d := range vendors.All() {
		files := slices.ContainsFunc(d.Functions, func(f cti.FuncInfo) bool { return f.Name == cti.CallSetDisposition.Name })
		claimed := slices.ContainsFunc(filingClaims(), func(c filingClaim) bool { return c.vendor == d.Name })
		if files != claimed {
			t.Errorf("%s takes outcomes: %v; there is a claim for it: %v", d.Name, files, claimed)
		}
	}
}
