package catix

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/catix/catixtest"
)

const (
	lawAgent     = "12"
	lawExtension = "100"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	pbx  *catixtest.PBX
	mode string
}

func (s *lawSim) Config() cti.Config      { return configOf(s.pbx, ctitest.Canary, s.mode) }
func (s *lawSim) WrongConfig() cti.Config { return configOf(s.pbx, ctitest.Canary+"wrong", s.mode) }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: lawAgent, Extension: lawExtension} }
func (s *lawSim) CutLink()                { s.pbx.CutLink() }
func (s *lawSim) RestoreLink()            { s.pbx.RestoreLink() }

func (s *lawSim) DropAfterRead(wire string)                 { s.pbx.DropAfterRead(wire) }
func (s *lawSim) HangAfterRead(wire string) <-chan struct{} { return s.pbx.HangAfterRead(wire) }

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.pbx.Requests() {
		names = append(names, r.Command)
	}
	return names
}

type lawCall struct {
	pbx *catixtest.PBX
	ref string
}

func (c lawCall) Answer() { must(c.pbx.Answer(c.ref)) }
func (c lawCall) Hangup() { must(c.pbx.Hangup(c.ref)) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func (s *lawSim) Ring(number string) ctitest.Call {
	return lawCall{s.pbx, s.pbx.Ring(lawAgent, number).Ref}
}

func (s *lawSim) Samples() []ctitest.Sample {
	active := true
	at := cti.At(time.Unix(1795170216, 0))
	paused := []string{"agent.pause"}
	mailing := Mailing{Name: "Teste", Contacts: []MailingContact{{Name: "Contato 1", Numbers: []MailingNumber{{"17991351234", 1}},
		Schedules: []MailingSchedule{{At: at, Agent: &MailingAgent{14}, Numbers: []MailingNumber{{"17991351234", 1}}}}}}}
	out := []ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "01133553434"}, Wire: "DISCAR"},
		{Name: "call.hangup", Wire: "DESLIGAR_CHAMADA", OnCall: true},
		{Name: "call.transfer", In: &cti.TransferIn{To: "101"}, Wire: "TRANSFERIR", OnCall: true},
		{Name: "call.redial", Wire: "REDISCAR"},
		{Name: "agent.login", In: &cti.LoginIn{}, Wire: "AGENTE_LOGAR", After: []string{"agent.logout"}},
		{Name: "agent.logout", Wire: "AGENTE_DESLOGAR"},
		{Name: "agent.pause", In: &cti.PauseIn{Reason: "Almoço"}, Wire: "PAUSAR"},
		{Name: "agent.unpause", Wire: "PAUSAR", After: paused},
		{Name: "agent.pauseReasons", Wire: "BUSCAR_TIPOS_PAUSA"},
		{Name: "agent.state", Wire: "STATUS_AGENTE"},
		{Name: "callback.schedule", In: &cti.CallbackIn{Number: "17991351234", At: at}, Wire: "AGENDAR_CHAMADA"},
		{Name: "contact.add", In: &cti.ContactIn{Campaign: "54", Name: "Contato", Numbers: []string{"17991351234"}}, Wire: "IMPORTAR_MAILING"},
		{Name: "queue.list", Wire: "BUSCAR_FILAS"},
		{Name: "campaign.list", Wire: "BUSCAR_CAMPANHAS"},
		{Name: "campaign.setActive", In: &cti.CampaignActiveIn{Campaign: "7", Active: &active}, Wire: "CAMPANHA_INICIAR"},
		{Name: "directory.list", Wire: "BUSCAR_RAMAIS"},
		{Name: "server.status", Wire: "STATUS_SERVIDOR"},
	}
	for command, in := range map[string]any{
		"AGENTE_DESLOGAR": nil, "DISCAR": &DialIn{Number: "0991344567"}, "REDISCAR": nil,
		"PAUSAR": &PauseIn{ID: 1, Action: "PAUSAR"}, "STATUS_AGENTE": nil, "DESLIGAR_CHAMADA": nil, "BUSCAR_TIPOS_PAUSA": nil, "BUSCAR_RAMAIS": nil,
		"TRANSFERIR": &TransferIn{To: "Ramal", ToID: "2"}, "BUSCAR_OPCOES_TRANSFERENCIA": nil, "STATUS_SERVIDOR": nil, "BUSCAR_FILAS": nil,
		"BUSCAR_ESTRATEGIAS_CHAMADA": nil, "BUSCAR_CAMPANHAS": nil, "IMPORTAR_MAILING": &MailingIn{Mailing: mailing},
		"RESULTADO_AGENDAMENTO": &ScheduleResultIn{ID: "15", Reached: "true", Effective: "Nao"},
		"RESULTADO_CONTATO_DISCADOR": &ContactResultIn{Effective: "Sim", Reached: "Sim", Contact: "15", Number: "1000", Campaign: "5", Available: "Sim",
			InvalidNumber: "NAO_EXISTE"},
		"AGENDAR_CHAMADA": &ScheduleIn{Numbers: []string{"17991351234"}, At: at},
		"CAMPANHA_CRIAR": &CampaignIn{Description: "x", FirstDay: "01/01/2026", LastDay: "02/01/2026", Begin: "08:00:00", End: "18:00:00", Days: "Seg,Ter",
			Strategy: "1", Target: "Fila", TargetID: "154", Mailing: "54"},
		"CAMPANHA_INICIAR": &CampaignNamed{"7"}, "CAMPANHA_PAUSAR": &CampaignNamed{"7"},
	} {
		out = append(out, ctitest.Sample{Name: driverName + "." + command, In: in, Wire: command})
	}
	slices.SortFunc(out, func(a, b ctitest.Sample) int { return strings.Compare(a.Name, b.Name) }) // the same each time
	return append(out, ctitest.Sample{Name: "catix.INFORMACAO_PAUSA", Wire: "INFORMACAO_PAUSA", After: paused},
		ctitest.Sample{Name: "catix.AGENTE_LOGAR", Wire: "AGENTE_LOGAR", After: []string{"agent.logout"}})
}

// newPBX starts a system with two agents who are logged in. The test fails when it read something that is no message.
func newPBX(t testing.TB, opts catixtest.Options) *catixtest.PBX {
	t.Helper()
	p := catixtest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s is not what the documents allow: %v", r.Command, r.Faults)
			}
		}
	})
	p.AddAgent(catixtest.Agent{ID: lawAgent, Name: "Ana Souza", Extension: lawExtension, LoggedIn: true})
	p.AddAgent(catixtest.Agent{ID: "13", Name: "Agente 200", Extension: "200", LoggedIn: true})
	p.Remember(lawAgent, "0991344567")
	return p
}

// configOf is the configuration that reaches a simulator.
func configOf(p *catixtest.PBX, password, mode string) cti.Config {
	return cti.Config{Country: "BR", AreaCode: "11", Values: map[string]string{
		optionAddress: p.Addr(), optionUser: catixtest.DefaultUser, optionPassword: password, optionMode: mode}}
}

func TestLawsForOneAgent(t *testing.T) { testLaws(t, catixtest.Options{}, modeSingle) }

func TestLawsForManyAgentsOnAnOddSystem(t *testing.T) {
	testLaws(t, catixtest.Options{Latin1: true, Variants: true, KeepAlive: true, LateReply: true}, modeMulti)
}

func testLaws(t *testing.T, opts catixtest.Options, mode string) {
	opts.Pass = ctitest.Canary
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), Speed: 50, New: func(t testing.TB, _ *ctitest.Host) ctitest.Sim {
		return &lawSim{newPBX(t, opts), mode}
	}})
}

func TestEveryCommandIsASample(t *testing.T) {
	sampled := map[string]bool{"catix.LOGAR_SINGLE_USER": true, "catix.LOGAR_MULTI_USER": true, "catix.SAIR": true, "call.setDisposition": true}
	for _, s := range (&lawSim{}).Samples() {
		sampled[s.Name] = true
	}
	for _, f := range Driver().Functions {
		if !sampled[f.Name] && !strings.Contains(f.Source, "eventos") {
			t.Errorf("%s is no sample", f.Name)
		}
	}
}
