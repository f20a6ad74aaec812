package totalip

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// all reads a stream to its end; the error is the one that ended it.
func all[T any](s cti.Stream[T]) (out []T, err error) {
	for v, err := range s {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// The examples of manual 002 on both roads: what goes out, what comes back.
func TestFunctionsSayWhatTheManualWants(t *testing.T) {
	at := cti.At(time.Date(2030, 3, 30, 8, 37, 0, 0, time.Local))
	found := CustomerIn{Campaign: "10", Param: 1, Value: "219217305861"}
	outcome := OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "10", At: at, Call: "1515063682.70419"}
	filed := Answer{"STATUS CADASTRADO COM SUCESSO"}
	user := UserIn{Model: lawExtension, Number: "44555", Name: "Total IP", Mail: "email@totalip.com.br", Mobile: "984169856", Password: "segredo1"}
	for _, c := range []struct {
		name string
		in   any
		wire string
		out  any
	}{
		{"gerenciar_campanha", &CampaignIn{"10"}, "gerenciar_campanha?campanha_id=10&chave=k", CampaignSwitched{Answer{"CAMPANHA ATIVADA"}, true}},
		{"gerenciar_campanha", &CampaignIn{"50"}, "gerenciar_campanha?campanha_id=50&chave=k", CampaignSwitched{Answer{"CAMPANHA DESATIVADA"}, false}},
		{"campanhas", nil, "campanhas?chave=k", []Campaign{{"10", "Campanha Clientes X"}, {"50", "Campanha Clientes Y"}}},
		{"set_status_telefones_campanhas", &outcome, "set_status_telefones_campanhas?chave=k&data=300320300837&id_campanha=10&id_status=10" +
			"&numerodotelefone=33553434&parametro1=219217305861&ramal=10005&uniqueid=1515063682.70419", filed},
		{"inserir_telefone_campanha", &InsertNumberIn{found, 4, "11", "33550000"},
			"inserir_telefone_campanha?chave=k&codigo_area=11&id_campanha=10&parametro=1&prioridade=4&telefone=33550000&valor_parametro=219217305861", Answer{"TELEFONE INSERIDO"}},
		{"status_servidores", nil, "status_servidores?chave=k", []Server{{"1", "Servidor Banco de Dados", "OK"},
			{"2", "Servidor Aplicação 1", "WARNING - Particao /backup 84%"}, {"3", "Servidor Aplicação 2", "CRITICAL - Uso de Memoria SWAP 21%"}}},
		{"status_servidores_view", nil, "status_servidores_view?chave=k", []Server{{"1", "Servidor Banco de Dados", "OK"},
			{"2", "Servidor Aplicação 1", "WARNING - Particao /backup 84%"}, {"3", "Servidor Aplicação 2", "CRITICAL - Uso de Memoria SWAP 21%"}}},
		{"adicionar_usuario_com_perfil", &user, "adicionar_usuario_com_perfil?celular=984169856&chave=k&email=email%40totalip.com.br&nome=Total+IP" +
			"&ramal=44555&ramal_padrao=10005&senha=segredo1", Answer{"Usuário '44555' criado com sucesso"}},
		{"atualizar_usuario_com_perfil", &UserIn{Model: lawExtension, Number: "20010"}, "atualizar_usuario_com_perfil?chave=k&ramal=20010&ramal_padrao=10005",
			Answer{"Usuário '20010' atualizado com sucesso."}},
		{"importar_discador", &ImportIn{Campaign: "10", ID1: "Teste113", ID2: "Teste", Numbers: []DialerNumber{{"11", "99999998", cti.Time{}}, {"", "33553434", at}}},
			"importar_discador?chave_seguranca=k&ddd1=11&id_campanha=10&identificador1=Teste113&identificador2=Teste&telefone1=99999998&telefone2=33553434" +
				"&telefone_2_discar_em=300320300837", Imported{Answer{"2 NUMERO(S) IMPORTADO(S) COM SUCESSO"}, 2}},
		{"excluir_telefone_campanha", &RemoveIn{Number: "1234"}, "excluir_telefone_campanha?chave=k&id_telefone=1234", Answer{"TELEFONE EXCLUIDO"}},
		{"excluir_telefone_campanha", &RemoveIn{Campaign: "10"}, "excluir_telefone_campanha?chave=k&id_campanha=10", Answer{"TELEFONES DA CAMPANHA EXCLUIDOS"}},
		{"alterar_cliente", &ChangeCustomerIn{found, 3, "11"},
			"alterar_cliente?chave=k&id_campanha=10&novo_parametro=3&parametro=1&valor_novo_parametro=11&valor_parametro=219217305861", Answer{"CLIENTE ALTERADO"}},

		{"socket.SETSTATUSTELEFONECAMPANHA", &outcome,
			"<SETSTATUSTELEFONECAMPANHA><219217305861><33553434><10><10><10005><300320300837><1515063682.70419>", filed},
		// Manual 002, 1.2.2.3: without a date the command ends after the extension.
		{"socket.SETSTATUSTELEFONECAMPANHA", &OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "93"},
			"<SETSTATUSTELEFONECAMPANHA><219217305861><33553434><10><93><10005>", Answer{"STATUS INSERIDO COM SUCESSO"}},
		{"socket.SETSTATUSTELEFONECAMPANHA", &OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "10", Call: "1.2"},
			"<SETSTATUSTELEFONECAMPANHA><219217305861><33553434><10><10><10005><><1.2>", Answer{"STATUS INSERIDO COM SUCESSO"}},
		{"socket.SETSTATUSTELEFONECAMPANHAPARAMETRO1", &OutcomeByParamIn{Param1: "219217305861", Campaign: "0", StatusID: "10", At: at},
			"<SETSTATUSTELEFONECAMPANHAPARAMETRO1><219217305861><0><10><10005><300320300837>", Answer{`STATUS CADASTRADO COM SUCESSO - Campanha "Campanha Clientes X"`}},
		{"socket.ADICIONARUSUARIOCOMPERFIL", &user, "<ADICIONARUSUARIOCOMPERFIL><10005><44555><Total IP><email@totalip.com.br><984169856><segredo1>",
			Answer{"Usuário '44555' criado com sucesso"}},
		// Manual 002, 1.2.2.4: what is missing stays as <>.
		{"socket.ADICIONARUSUARIOCOMPERFIL", &UserIn{Model: lawExtension, Number: "44555", Mobile: "984169856"},
			"<ADICIONARUSUARIOCOMPERFIL><10005><44555><><><984169856><>", Answer{"Usuário '44555' criado com sucesso"}},
		{"socket.ATUALIZARUSUARIOCOMPERFIL", &UserIn{Model: lawExtension, Number: "20010", Name: "Rodrigo"},
			"<ATUALIZARUSUARIOCOMPERFIL><10005><20010><Rodrigo><><><>", Answer{"Usuário '20010' atualizado com sucesso."}},
		{"socket.INSERIRTELEFONECAMPANHA", &InsertNumberIn{found, 4, "11", "33550000"},
			"<INSERIRTELEFONECAMPANHA><10><1><219217305861><4><11><33550000>", Answer{"TELEFONE INSERIDO"}},
		{"socket.ALTERARCLIENTE", &ChangeCustomerIn{found, 3, "15"}, "<ALTERARCLIENTE><10><1><219217305861><3><15>", Answer{"CLIENTE ALTERADO"}},
	} {
		p := newPBX(t, totaliptest.Options{Key: "k"})
		s := openSession(t, configOf(p, roadHTTP, "k"), nil)
		name := driverName + "." + c.name
		info, _ := s.Actions().Info(name)
		in := c.in
		if in == nil {
			in = info.NewIn()
		}
		out, err := s.Actions().Call(t.Context(), name, desk(), in, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff([]string{c.wire}, wires(p)); d != "" {
			t.Errorf("%s: requests (-want +got)\n%s", name, d)
		}
		if d := cmp.Diff(c.out, out); d != "" {
			t.Errorf("%s: answer (-want +got)\n%s", name, d)
		}
	}
}

// Manual 002, 1.2.2.3: the third number is promised a call, then the one that was reached gets its status.
func TestScheduleOfAnotherNumberTakesTwoCommands(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadSocket, ""), nil)
	at := cti.At(time.Date(2030, 8, 29, 14, 20, 0, 0, time.Local))
	for _, in := range []OutcomeIn{
		{Param1: "219217305861", Number: "999884466", Campaign: "10", StatusID: "23", At: at},
		{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "93"},
	} {
		if _, err := cti.Do(t.Context(), s.Actions(), SocketFileOutcome, desk(), in); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]string{"<SETSTATUSTELEFONECAMPANHA><219217305861><999884466><10><23><10005><290820301420>",
		"<SETSTATUSTELEFONECAMPANHA><219217305861><33553434><10><93><10005>"}, wires(p)); d != "" {
		t.Error(d)
	}
	c, _ := p.CampaignState("10")
	phones := c.Customers[0].Phones
	if phones[2].StatusID != "23" || phones[2].At != "290820301420" || phones[0].StatusID != "93" || phones[0].At != "" {
		t.Errorf("the numbers stand as %+v", phones)
	}
	_, err := cti.Do(t.Context(), s.Actions(), SocketFileOutcome, desk(), OutcomeIn{Param1: "219217305861", Number: "11", Campaign: "10", StatusID: "23", At: at})
	if !errors.Is(err, cti.NotFound) {
		t.Errorf("a number the customer has not: %v", err)
	}
}

func TestCampaignCallsComeRowByRow(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	ask := func() ([]CampaignCall, error) {
		list, err := cti.Do(t.Context(), s.Actions(), CampaignCalls, desk(), CampaignCallsIn{"10"})
		if err != nil {
			return nil, err
		}
		return all(list)
	}
	got, err := ask()
	want := []CampaignCall{{"5", "219217305861", "TESTE DO TOTALIP", "11", "33553434", "3", 85}, {"", "467351", "0002;filial", "98", "89254691", "8", 5}}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("%v\n%s", err, d)
	}
	// The example of manual 002, 1.1.8.
	p.AnswerText("ligacoes_campanha", "21;127846;0001;21;81793134;3;85\r\n\r\n;467351;0002;98;89254691;8;5\r\n10;400173;0001;62;35236544;6;96")
	if got, err := ask(); err != nil || len(got) != 3 || got[2] != (CampaignCall{"10", "400173", "0001", "62", "35236544", "6", 96}) {
		t.Errorf("%v, %v", got, err)
	}
	p.AnswerText("ligacoes_campanha", "NAO HÁ LIGAÇÕES DE CAMPANHA")
	if _, err := ask(); !errors.Is(err, cti.NotFound) {
		t.Errorf("no calls: %v", err)
	}
	// More than a kept answer may have.
	row := "21;" + strings.Repeat("9", 60) + ";0001;21;81793134;3;85\n"
	p.AnswerText("ligacoes_campanha", strings.Repeat(row, 30_000))
	if got, err := ask(); err != nil || len(got) != 30_000 {
		t.Errorf("%d rows of a long list, %v", len(got), err)
	}
	for _, broken := range []string{row + "\nPHP Warning: x\n" + row, row + "21;1;2;3\n", row + strings.Repeat("x", longestRow+1) + "\n"} {
		p.AnswerText("ligacoes_campanha", broken)
		if got, err := ask(); !errors.Is(err, cti.Unavailable) || len(got) != 1 {
			t.Errorf("%.40q: %d rows, %v", broken, len(got), err)
		}
	}
}

func TestListThatBreaksOffIsNoWholeList(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	p.AnswerWith(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, "21;127846;0001;21;81793134;3;85\n21;127846;0001;21;81793134;3;8")
	}))
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	list, err := cti.Do(t.Context(), s.Actions(), CampaignCalls, desk(), CampaignCallsIn{"10"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := all(list); !errors.Is(err, cti.Unavailable) || len(got) > 1 {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

func TestGroupsAreReadInBothForms(t *testing.T) {
	for _, short := range []bool{false, true} {
		p := newPBX(t, totaliptest.Options{ShortGroups: short})
		s := openSession(t, configOf(p, roadHTTP, ""), nil)
		list, err := cti.Do(t.Context(), s.Actions(), Groups, desk(), DayIn{4, 11, 2010})
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(list)
		answered := &GroupCall{User: "27", Extension: "40111", Name: "Ana Paula Santos", From: "1130761239", Seconds: 1382, Waited: 21,
			Status: "ATENDIDA OPERADOR", At: "04/11/2010 09:51"}
		if short {
			answered.Extension = ""
		}
		want := []GroupRow{{ID: "2", Name: "Comercial"}, {ID: "2", Name: "Comercial", Call: answered},
			{ID: "2", Name: "Comercial", Call: &GroupCall{From: "1131888490", Waited: 63, Status: "ABANDONADA", At: "04/11/2010 09:52"}}}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("short %v: %v\n%s", short, err, d)
		}
		if _, err := cti.Do(t.Context(), s.Actions(), Groups, desk(), DayIn{5, 11, 2010}); !errors.Is(err, cti.NotFound) {
			t.Errorf("a day without calls: %v", err)
		}
	}
}

// What does not fit is refused with the parameter's name, and nothing is sent.
func TestParametersAreCheckedBeforeAnythingIsSent(t *testing.T) {
	found := CustomerIn{Campaign: "10", Param: 1, Value: "x"}
	good := []DialerNumber{{Number: "33553434"}}
	day := PeriodIn{"2017-05-01", "2017-05-31"}
	for _, c := range []struct {
		name string
		in   any
		says string
	}{
		{"gerenciar_campanha", &CampaignIn{"10&x"}, "campanha_id"},
		{"ligacoes_campanha", &CampaignCallsIn{"x"}, "campanha"},
		{"set_status_telefones_campanhas", &OutcomeIn{Param1: " ", Number: "1", Campaign: "1", StatusID: "1"}, "parametro1"},
		{"set_status_telefones_campanhas", &OutcomeIn{Param1: "x", Number: "+1", Campaign: "1", StatusID: "1"}, "numerodotelefone"},
		{"set_status_telefones_campanhas", &OutcomeIn{Param1: "x", Number: "1", Campaign: "1", StatusID: "1002"}, "data"},
		{"set_status_telefones_campanhas", &OutcomeIn{Param1: "x\r\n", Number: "1", Campaign: "1", StatusID: "1"}, "parametro1"},
		{"socket.SETSTATUSTELEFONECAMPANHA", &OutcomeIn{Param1: "x><1", Number: "1", Campaign: "1", StatusID: "1"}, "parametro1"},
		{"socket.SETSTATUSTELEFONECAMPANHAPARAMETRO1", &OutcomeByParamIn{Param1: "<", Campaign: "1", StatusID: "1"}, "parametro1"},
		{"inserir_telefone_campanha", &InsertNumberIn{found, 0, "11", "33553434"}, "prioridade"},
		{"inserir_telefone_campanha", &InsertNumberIn{found, 1, "011", "33553434"}, "codigo_area"},
		{"socket.INSERIRTELEFONECAMPANHA", &InsertNumberIn{CustomerIn{"10", 100, "x"}, 1, "", "33553434"}, "parametro"},
		{"alterar_cliente", &ChangeCustomerIn{found, 1, strings.Repeat("x", longestText+1)}, "valor_novo_parametro"},
		{"importar_discador", &ImportIn{Campaign: "10", ID1: "x"}, "telefones"},
		{"importar_discador", &ImportIn{Campaign: "10", ID1: "x", Numbers: append(good, make([]DialerNumber, 5)...)}, "telefones"},
		{"importar_discador", &ImportIn{Campaign: "10", ID1: "x", Numbers: append(good, DialerNumber{Number: "3355-3434"})}, "telefone2"},
		{"excluir_telefone_campanha", &RemoveIn{}, "id_telefone"},
		{"excluir_telefone_campanha", &RemoveIn{"1", "10"}, "id_campanha"},
		{"grupos_de_atendimento", &DayIn{32, 1, 2010}, "dia"},
		{"adicionar_usuario_com_perfil", &UserIn{Model: "x", Number: "1"}, "ramal_padrao"},
		{"socket.ADICIONARUSUARIOCOMPERFIL", &UserIn{Model: "1", Number: "1", Name: "a>b"}, "nome"},
		{"gravacao", &SoundIn{}, "codigo_ligacao"},
		{"gravacao", &SoundIn{Call: "1.2", File: "3"}, "codigo_ligacao"},
		{"gravacao", &SoundIn{Call: "../x"}, "codigo_ligacao"},
		{"gravacao", &SoundIn{File: "3", Part: 1}, "parte"},
		{"buscar_email_por_assunto", &SubjectIn{"x", PeriodIn{"01/05/2017", "2017-05-31"}}, "data_inicial"},
		{"buscar_email_por_assunto", &SubjectIn{"x", PeriodIn{"2017-05-01", "2017-04-30"}}, "data_final"},
		{"buscar_email_por_fila_de_atendimento", &MailQueueIn{"vendas", day}, "fila_atendimento"},
		{"buscar_email_por_operador", &OperatorIn{ExtensionIn{"x"}, day}, "extension"},
	} {
		p := newPBX(t, totaliptest.Options{})
		s := openSession(t, configOf(p, roadHTTP, ""), nil)
		_, err := s.Actions().Call(t.Context(), driverName+"."+c.name, desk(), c.in, nil)
		if e := cti.AsError(err); e.Kind != cti.BadRequest || e.Sent != cti.NotSent || !strings.Contains(e.Text, c.says) || e.Hint == "" {
			t.Errorf("%s %+v: %v", c.name, c.in, err)
		}
		if got := wires(p); len(got) > 0 {
			t.Errorf("%s %+v sent %v", c.name, c.in, got)
		}
	}
}

// A user's password is not told again, whatever the system answers.
func TestPasswordOfAUserIsNotRepeated(t *testing.T) {
	for _, said := range []string{"Usuário '1' criado com sucesso", "Usuário '1' não foi criado. Senha %s fraca", "SENHA %s INVÁLIDA"} {
		for _, a := range []cti.Action[UserIn, Answer]{AddUser, SocketAddUser} {
			p := newPBX(t, totaliptest.Options{})
			wire := strings.TrimPrefix(strings.TrimPrefix(a.Name, "totalip."), "socket.")
			p.AnswerText(wire, strings.ReplaceAll(said, "%s", ctitest.Canary))
			out, err := cti.Do(t.Context(), openSession(t, configOf(p, roadHTTP, ""), nil).Actions(), a, desk(), UserIn{Model: "1", Number: "1", Password: ctitest.Canary})
			if text := fmt.Sprintf("%+v %+v %v", out, err, err); strings.Contains(text, ctitest.Canary) {
				t.Errorf("%s: %s", a.Name, text)
			}
		}
	}
}
