package totalip

import (
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"
)

// lawSim is the simulator as the laws drive it.
type lawSim struct {
	pbx  *totaliptest.PBX
	data *databasetest.Database // of the road database only
	road string
}

const lawExtension = "10005"

func (s *lawSim) Config() cti.Config      { return s.config(ctitest.Canary) }
func (s *lawSim) WrongConfig() cti.Config { return s.config(ctitest.Canary + "wrong") }
func (s *lawSim) Target() cti.Target      { return cti.Target{Agent: "5", Extension: lawExtension} }

func (s *lawSim) config(secret string) cti.Config {
	c := configOf(s.pbx, s.road, secret)
	if s.data != nil {
		c = withDatabase(c, s.data, secret)
	}
	return c
}

func (s *lawSim) CutLink() {
	s.pbx.CutLink()
	if s.data != nil {
		s.data.CutLink()
	}
}

func (s *lawSim) RestoreLink() {
	s.pbx.RestoreLink()
	if s.data != nil {
		s.data.RestoreLink()
	}
}

func (s *lawSim) DropAfterRead(wire string) {
	if strings.HasPrefix(wire, "db.") {
		s.data.DropAfterRead(wire)
		return
	}
	s.pbx.DropAfterRead(wire)
}

func (s *lawSim) HangAfterRead(wire string) <-chan struct{} {
	if strings.HasPrefix(wire, "db.") {
		return s.data.HangAfterRead(wire)
	}
	return s.pbx.HangAfterRead(wire)
}

func (s *lawSim) Requests() []string {
	var names []string
	for _, r := range s.pbx.Requests() {
		names = append(names, r.Function)
	}
	if s.data != nil {
		names = append(names, s.data.Requests()...)
	}
	return names
}

type lawCall struct {
	pbx *totaliptest.PBX
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
	return lawCall{s.pbx, s.pbx.Ring(lawExtension, number, "40045000").Ref}
}

func (s *lawSim) Samples() []ctitest.Sample {
	if s.road == roadDatabase {
		return databaseSamples()
	}
	ext := ExtensionIn{Extension: lawExtension}
	wires := map[string]string{"dial": "discar", "login": "login", "logout": "logout", "status": "set_status", "pause": "set_pause", "unpause": "set_unpause"}
	if s.road == roadSocket {
		wires = map[string]string{"dial": "DISCAR", "login": "LOGIN", "logout": "LOGOUT", "status": "SETSTATUS", "pause": "SETPAUSE", "unpause": "SETUNPAUSE"}
	}
	// The command socket is documented with a key for DISCAR only (manual 002, 1.2.2.15).
	open := s.road == roadSocket
	return append([]ctitest.Sample{
		{Name: "call.dial", In: &cti.DialIn{Number: "1133553434"}, Wire: wires["dial"]},
		{Name: "agent.login", In: &cti.LoginIn{}, Wire: wires["login"], Open: open},
		{Name: "agent.logout", Wire: wires["logout"], Open: open},
		{Name: "agent.pause", In: &cti.PauseIn{}, Wire: wires["pause"], Open: open},
		{Name: "agent.unpause", Wire: wires["unpause"], After: []string{"agent.pause"}, Open: open},
		{Name: "agent.pauseReasons", Wire: "status"},
		{Name: "agent.state", Wire: "status_ramal"},
		{Name: "queue.status", In: &cti.QueueIn{Queue: "call_center"}, Wire: "fila_espera"},
		{Name: "directory.list", Wire: "usuarios"},
		{Name: "totalip.login", In: &ext, Wire: "login"},
		{Name: "totalip.logout", In: &ext, Wire: "logout"},
		{Name: "totalip.login_hardphone", In: &HardphoneIn{ExtensionIn: ExtensionIn{"40024"}}, Wire: "login_hardphone"},
		{Name: "totalip.logout_hardphone", In: &ExtensionIn{"40024"}, Wire: "logout_hardphone"},
		{Name: "totalip.status", Wire: "status"},
		{Name: "totalip.set_status", In: &SetStatusIn{ExtensionIn: ext, StatusID: "4"}, Wire: "set_status"},
		{Name: "totalip.usuarios", Wire: "usuarios"},
		{Name: "totalip.fila_espera", In: &WaitingIn{Queue: "call_center"}, Wire: "fila_espera"},
		{Name: "totalip.discar", In: &DialNumberIn{ExtensionIn: ext, Number: "33553434"}, Wire: "discar"},
		{Name: "totalip.status_ramal", In: &StatusOfIn{ExtensionIn: ext}, Wire: "status_ramal"},
		{Name: "totalip.status_telefone", Wire: "status_telefone"},
		{Name: "totalip.set_pause", In: &ext, Wire: "set_pause"},
		{Name: "totalip.set_unpause", In: &ext, Wire: "set_unpause"},
		{Name: "totalip.socket.SETSTATUS", In: &SetStatusIn{ExtensionIn: ext, StatusID: "4"}, Wire: "SETSTATUS", Open: true},
		{Name: "totalip.socket.LOGIN", In: &ext, Wire: "LOGIN", Open: true},
		{Name: "totalip.socket.LOGOUT", In: &ext, Wire: "LOGOUT", Open: true},
		{Name: "totalip.socket.LOGINHARDPHONE", In: &SharedIn{ExtensionIn: ExtensionIn{"40024"}}, Wire: "LOGINHARDPHONE", Open: true},
		{Name: "totalip.socket.LOGOUTHARDPHONE", In: &ExtensionIn{"40024"}, Wire: "LOGOUTHARDPHONE", Open: true},
		{Name: "totalip.socket.SETPAUSE", In: &ext, Wire: "SETPAUSE", Open: true},
		{Name: "totalip.socket.SETUNPAUSE", In: &ext, Wire: "SETUNPAUSE", Open: true},
		{Name: "totalip.socket.DISCAR", In: &DialPhoneIn{ExtensionIn: ext, Number: "33553434"}, Wire: "DISCAR"},
	}, append(siteSamples(), verbSamples(s.road)...)...)
}

// siteSamples are the functions that are about the site.
func siteSamples() []ctitest.Sample {
	found := CustomerIn{Campaign: "10", Param: 1, Value: "219217305861"}
	soon := cti.At(time.Now().Add(time.Hour))
	outcome := OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "10", Call: "1272916393.14005"}
	user := UserIn{Model: lawExtension, Number: "44555", Name: "Total IP", Mail: "x@example.com", Mobile: "984169856", Password: ctitest.Canary}
	update := user
	update.Number = "20010"
	may := PeriodIn{"2017-05-01", "2017-05-31"}
	return []ctitest.Sample{
		{Name: "totalip.gerenciar_campanha", In: &CampaignIn{"10"}, Wire: "gerenciar_campanha"},
		{Name: "totalip.ligacoes_campanha", In: &CampaignCallsIn{"10"}, Wire: "ligacoes_campanha"},
		{Name: "totalip.campanhas", Wire: "campanhas"},
		{Name: "totalip.status_campanhas", Wire: "status_campanhas"},
		{Name: "totalip.gravacao", In: &SoundIn{Call: "1272916393.14005"}, Wire: "gravacao"},
		{Name: "totalip.grupos_de_atendimento", In: &DayIn{4, 11, 2010}, Wire: "grupos_de_atendimento"},
		{Name: "totalip.set_status_telefones_campanhas", In: &outcome, Wire: "set_status_telefones_campanhas"},
		{Name: "totalip.inserir_telefone_campanha", In: &InsertNumberIn{CustomerIn: found, Priority: 4, Area: "11", Number: "33550000"}, Wire: "inserir_telefone_campanha"},
		{Name: "totalip.status_servidores", Wire: "status_servidores"},
		{Name: "totalip.status_servidores_view", Wire: "status_servidores_view"},
		{Name: "totalip.adicionar_usuario_com_perfil", In: &user, Wire: "adicionar_usuario_com_perfil"},
		{Name: "totalip.atualizar_usuario_com_perfil", In: &update, Wire: "atualizar_usuario_com_perfil"},
		{Name: "totalip.importar_discador", In: &ImportIn{Campaign: "10", ID1: "1", ID2: "Ana", Numbers: []DialerNumber{{Area: "11", Number: "33553434", At: soon}}}, Wire: "importar_discador"},
		{Name: "totalip.excluir_telefone_campanha", In: &RemoveIn{Number: "1234"}, Wire: "excluir_telefone_campanha"},
		{Name: "totalip.alterar_cliente", In: &ChangeCustomerIn{CustomerIn: found, NewParam: 3, NewValue: "11"}, Wire: "alterar_cliente"},

		{Name: "totalip.socket.SETSTATUSTELEFONECAMPANHA", In: &outcome, Wire: "SETSTATUSTELEFONECAMPANHA", Open: true},
		{Name: "totalip.socket.SETSTATUSTELEFONECAMPANHAPARAMETRO1", In: &OutcomeByParamIn{Param1: "219217305861", Campaign: "0", StatusID: "10"},
			Wire: "SETSTATUSTELEFONECAMPANHAPARAMETRO1", Open: true},
		{Name: "totalip.socket.ADICIONARUSUARIOCOMPERFIL", In: &user, Wire: "ADICIONARUSUARIOCOMPERFIL", Open: true},
		{Name: "totalip.socket.ATUALIZARUSUARIOCOMPERFIL", In: &update, Wire: "ATUALIZARUSUARIOCOMPERFIL", Open: true},
		{Name: "totalip.socket.INSERIRTELEFONECAMPANHA", In: &InsertNumberIn{CustomerIn: found, Priority: 4, Number: "33550000"}, Wire: "INSERIRTELEFONECAMPANHA", Open: true},
		{Name: "totalip.socket.ALTERARCLIENTE", In: &ChangeCustomerIn{CustomerIn: found, NewParam: 3, NewValue: "11"}, Wire: "ALTERARCLIENTE", Open: true},

		{Name: "totalip.buscar_email_por_assunto", In: &SubjectIn{"Teste", may}, Wire: "buscar_email_por_assunto"},
		{Name: "totalip.buscar_email_por_conteudo", In: &ContentIn{"bom dia", may}, Wire: "buscar_email_por_conteudo"},
		{Name: "totalip.buscar_email_por_destinatario", In: &RecipientIn{"destinatario@totalip.com.br", may}, Wire: "buscar_email_por_destinatario"},
		{Name: "totalip.buscar_email_por_fila_de_atendimento", In: &MailQueueIn{"1", may}, Wire: "buscar_email_por_fila_de_atendimento"},
		{Name: "totalip.buscar_email_por_operador", In: &OperatorIn{PeriodIn: may}, Wire: "buscar_email_por_operador"},
		{Name: "totalip.buscar_email_por_remetente", In: &SenderIn{"remetente@totalip.com.br", may}, Wire: "buscar_email_por_remetente"},
	}
}

// verbSamples are the common verbs that are about the site. An outcome needs a call of the dialer and has tests of its own.
func verbSamples(road string) []ctitest.Sample {
	wires := map[string]string{"outcome": "set_status_telefones_campanhas", "update": "alterar_cliente"}
	open := road == roadSocket
	if open {
		wires = map[string]string{"outcome": "SETSTATUSTELEFONECAMPANHA", "update": "ALTERARCLIENTE"}
	}
	on := true
	return []ctitest.Sample{
		{Name: "callback.schedule", In: &cti.CallbackIn{Number: "33553434", At: cti.At(time.Now().Add(time.Hour)), Campaign: "10", Contact: "219217305861"}, Wire: wires["outcome"], Open: open},
		{Name: "contact.add", In: &cti.ContactIn{ID: "1", Name: "Ana", Campaign: "10", Numbers: []string{"(11) 3355-3434"}}, Wire: "importar_discador"},
		{Name: "contact.update", In: &cti.ContactIn{ID: "219217305861", Campaign: "Campanha clientes X", Parameters: map[string]string{"parametro3": "15"}}, Wire: wires["update"]},
		{Name: "contact.remove", In: &cti.ContactIn{ID: "1234"}, Wire: "excluir_telefone_campanha"},
		{Name: "queue.list", Wire: "grupos_de_atendimento"},
		{Name: "campaign.list", Wire: "campanhas"},
		{Name: "campaign.setActive", In: &cti.CampaignActiveIn{Campaign: "10", Active: &on}, Wire: "gerenciar_campanha"},
		{Name: "recording.get", In: &cti.RecordingIn{Recording: "84532"}, Wire: "gravacao"},
		{Name: "report.calls", In: &cti.ReportIn{Campaign: "10"}, Wire: "ligacoes_campanha"},
		{Name: "server.status", Wire: "status_servidores"},
	}
}

// newPBX starts a system with an agent who is logged in, one who is not, and a desk phone.
func newPBX(t testing.TB, opts totaliptest.Options) *totaliptest.PBX {
	t.Helper()
	p := totaliptest.New(opts)
	t.Cleanup(func() {
		p.Close()
		for _, r := range p.Requests() {
			if len(r.Faults) > 0 {
				t.Errorf("%s %s is not what the manual allows: %v", r.Function, r.Query, r.Faults)
			}
		}
	})
	p.AddExtension(totaliptest.Extension{Number: lawExtension, User: "5", Name: "Carlos da Silva", LoggedIn: true})
	p.AddExtension(totaliptest.Extension{Number: "20010", User: "20", Name: "Rodrigo Vieira"})
	p.AddExtension(totaliptest.Extension{Number: "40024", User: "24", Name: "Mesa", Hardphone: true})
	furnish(p)
	p.SetQueue("call_center", totaliptest.Waiting{From: "1195894637", Since: time.Now().Add(-3 * time.Second)})
	return p
}

// furnish gives a system the examples of manual 002: a campaign, recordings, groups and e-mails.
func furnish(p *totaliptest.PBX) {
	p.AddCampaign(totaliptest.Campaign{ID: "10", Name: "Campanha Clientes X", Customers: []totaliptest.Customer{
		{Params: []string{"219217305861", "TESTE DO TOTALIP"}, Phones: []totaliptest.Phone{
			{ID: "1234", Priority: 1, Area: "11", Number: "33553434", StatusID: "3", User: "5", Seconds: 85},
			{ID: "1235", Priority: 2, Area: "11", Number: "33553400"}, {ID: "1236", Priority: 3, Area: "11", Number: "999884466"}}},
		{Params: []string{"467351", "0002; filial"}, Phones: []totaliptest.Phone{{ID: "1240", Priority: 1, Area: "98", Number: "89254691", StatusID: "8", Seconds: 5}}},
	}})
	p.AddCampaign(totaliptest.Campaign{ID: "50", Name: "Campanha Clientes Y", Active: true})
	p.SetRecordings("1272916393.14005", totaliptest.Recording{File: "84532", WAV: totaliptest.WAV(100_000)})
	p.SetRecordings("1272916393.14006", totaliptest.Recording{File: "84533", WAV: totaliptest.WAV(1000)}, totaliptest.Recording{File: "84534", WAV: totaliptest.WAV(2000)})
	day := time.Date(2010, 11, 4, 9, 51, 0, 0, time.Local)
	p.SetGroups(totaliptest.Group{ID: "2", Name: "Comercial", Calls: []totaliptest.GroupCall{
		{User: "27", Extension: "40111", Name: "Ana Paula Santos", From: "1130761239", Seconds: 1382, Waited: 21, Status: "ATENDIDA OPERADOR", At: day},
		{From: "1131888490", Waited: 63, Status: "ABANDONADA", At: day.Add(time.Minute)}}},
		totaliptest.Group{ID: "3", Name: "Suporte", Calls: []totaliptest.GroupCall{
			{User: "9", Extension: "40119", Name: "Marina Fagundes Romero", From: "1132425871", Seconds: 96, Waited: 6, Status: "ATENDIDA OPERADOR", At: time.Now()}}})
	p.SetMails(totaliptest.Mail{ID: 61, From: "remetente@totalip.com.br", To: "destinatario@totalip.com.br", Subject: "Assunto Teste",
		Body: "Bom dia, corpo de e-mail teste", Created: time.Date(2017, 5, 15, 15, 57, 15, 108438000, time.Local), Inline: true, Queue: "1", Extension: lawExtension})
}

// configOf is the configuration that reaches a simulator.
func configOf(p *totaliptest.PBX, road, key string) cti.Config {
	return cti.Config{Country: "BR", AreaCode: "11", Values: map[string]string{
		optionURL: p.URL(), optionEvents: p.EventsAddr(), optionCommands: p.CommandsAddr(), optionKey: key, optionRoad: road}}
}

func TestLawsOverHTTP(t *testing.T)     { testLaws(t, roadHTTP, totaliptest.Options{}) }
func TestLawsOverSocket(t *testing.T)   { testLaws(t, roadSocket, totaliptest.Options{}) }
func TestLawsOverDatabase(t *testing.T) { testLaws(t, roadDatabase, totaliptest.Options{}) }

// The other readings of what the manual leaves open. Five fields in the Ativa line are not among them: that line has no
// code, so a session that meets a call under way cannot give it the ref that an earlier session knew.
func TestLawsOnTheOddestSystem(t *testing.T) {
	testLaws(t, roadHTTP, totaliptest.Options{Encoding: totaliptest.Latin1, LineEnd: totaliptest.NoEnd})
}

func testLaws(t *testing.T, road string, opts totaliptest.Options) {
	opts.Key = ctitest.Canary
	var last *databasetest.Database // of the world before, which is over: the laws try one after the other
	ctitest.Run(t, ctitest.Subject{Driver: Driver(), New: func(t testing.TB, _ *ctitest.Host) ctitest.Sim {
		s := &lawSim{pbx: newPBX(t, opts), road: road}
		if road == roadDatabase {
			if last != nil {
				last.Close(t)
			}
			s.data = cluster.New(t)
			last = s.data
		}
		return s
	}})
}
