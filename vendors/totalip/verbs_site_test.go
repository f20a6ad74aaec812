package totalip

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// siteWires are the requests that changed something.
func siteWires(p *totaliptest.PBX) (out []string) {
	for _, w := range wires(p) {
		if !strings.HasPrefix(w, "status_ramal") && !strings.HasPrefix(w, "campanhas") && !strings.HasPrefix(w, "status_campanhas") {
			out = append(out, w)
		}
	}
	return out
}

// inCall starts a session that has seen a call, and names the call's target.
func inCall(t *testing.T, road string, begin func(*totaliptest.PBX) totaliptest.Call) (*bench, cti.Target) {
	t.Helper()
	b := newBench(t, totaliptest.Options{}, map[string]string{optionRoad: road})
	c := begin(b.pbx)
	for {
		if f, ok := b.next().(cti.CallFact); ok {
			if f.Ref != c.Ref {
				t.Fatalf("the call became %+v", f)
			}
			return b, cti.Target{Agent: "5", Extension: lawExtension, Ref: c.Ref}
		}
	}
}

func fromDialer(p *totaliptest.PBX) totaliptest.Call {
	return p.Dialer(lawExtension, "33553434", "219217305861", "TESTE DO TOTALIP", "10")
}

func TestOutcomeIsFiledForTheCallsCustomer(t *testing.T) {
	at := cti.At(time.Date(2030, 8, 29, 14, 20, 0, 0, time.Local))
	for _, c := range []struct {
		in   cti.DispositionIn
		want []string // on the socket; CODE is the call's
	}{
		{cti.DispositionIn{Code: "10"}, []string{"<219217305861><33553434><10><10><10005><><CODE>"}},
		{cti.DispositionIn{Code: "sem INTERESSE"}, []string{"<219217305861><33553434><10><10><10005><><CODE>"}},
		{cti.DispositionIn{Levels: []string{"Vendas", "Venda realizada"}}, []string{"<219217305861><33553434><10><1><10005><><CODE>"}},
		{cti.DispositionIn{CallbackAt: at}, []string{"<219217305861><33553434><10><1002><10005><290820301420><CODE>"}},
		{cti.DispositionIn{Code: "23", CallbackAt: at, CallbackNumber: "33553434"}, []string{"<219217305861><33553434><10><23><10005><290820301420><CODE>"}},
		// Manual 002, 1.2.2.3.
		{cti.DispositionIn{Code: "93", CallbackAt: at, CallbackNumber: "(11) 99988-4466"}, []string{
			"<219217305861><999884466><10><1002><10005><290820301420>", "<219217305861><33553434><10><93><10005><><CODE>"}},
	} {
		b, target := inCall(t, roadSocket, fromDialer)
		out, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, c.in)
		if err != nil || out.Stored != "sent" {
			t.Errorf("%+v: %+v, %v", c.in, out, err)
		}
		var want []string
		for _, w := range c.want {
			want = append(want, "<SETSTATUSTELEFONECAMPANHA>"+strings.Replace(w, "CODE", target.Ref, 1))
		}
		if d := cmp.Diff(want, siteWires(b.pbx)); d != "" {
			t.Errorf("%+v (-want +got)\n%s", c.in, d)
		}
	}
}

// An outcome is usually filed after the call has ended.
func TestOutcomeOfAnEndedCallIsFiledOverHTTP(t *testing.T) {
	b, target := inCall(t, roadHTTP, fromDialer)
	b.ok(b.pbx.Hangup(target.Ref))
	b.next()
	if _, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, cti.DispositionIn{Code: "10"}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"set_status_telefones_campanhas?id_campanha=10&id_status=10&numerodotelefone=33553434&parametro1=219217305861&ramal=10005&uniqueid=" + target.Ref},
		siteWires(b.pbx)); d != "" {
		t.Error(d)
	}
}

func TestCallToAShownContactHasItsOutcome(t *testing.T) {
	shown := func(begin func(*bench)) error {
		b := newBench(t, totaliptest.Options{}, nil)
		begin(b)
		c := b.pbx.Dial(lawExtension, "33553434")
		for {
			if f, ok := b.next().(cti.CallFact); ok && f.Ref == c.Ref {
				break
			}
		}
		_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, cti.Target{Extension: lawExtension, Ref: c.Ref}, cti.DispositionIn{Code: "10"})
		return err
	}
	if err := shown(func(b *bench) { b.pbx.Preview(lawExtension, "33553434", "219217305861", "x", "10"); b.next() }); err != nil {
		t.Errorf("after a preview: %v", err)
	}
	if err := shown(func(b *bench) { b.pbx.Callback(lawExtension, "33553434", "219217305861", "x", "10"); b.next() }); err != nil {
		t.Errorf("after a reminder: %v", err)
	}
	if err := shown(func(b *bench) {
		b.pbx.AnswerText("discar", "DISCANDO")
		_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallDial, desk(), cti.DialIn{Number: "33553434", Campaign: "10", Data: map[string]string{"parametro1": "219217305861"}})
		b.ok(err)
	}); err != nil {
		t.Errorf("dialled with the customer: %v", err)
	}
	if err := shown(func(*bench) {}); !errors.Is(err, cti.WrongState) || cti.MayHaveReached(err) {
		t.Errorf("a call of no campaign: %v", err)
	}
}

func TestOutcomesThatCannotBeFiledAreNotSent(t *testing.T) {
	b, target := inCall(t, roadHTTP, fromDialer)
	for _, c := range []struct {
		in   cti.DispositionIn
		kind cti.Kind
	}{
		{cti.DispositionIn{}, cti.BadRequest},
		{cti.DispositionIn{Code: "Comprou tudo"}, cti.NotFound},
		{cti.DispositionIn{Code: "93", CallbackNumber: "999884466"}, cti.BadRequest},
		{cti.DispositionIn{CallbackNumber: "999884466", CallbackAt: cti.At(time.Now())}, cti.BadRequest},
	} {
		_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, c.in)
		if !errors.Is(err, c.kind) || cti.MayHaveReached(err) {
			t.Errorf("%+v: %v", c.in, err)
		}
	}
	if got := siteWires(b.pbx); len(got) > 0 {
		t.Errorf("sent %v", got)
	}
}

// When the first of the two steps is refused the second is not tried; when the second is, the person hears what is done.
func TestOutcomeInTwoStepsSaysHowFarItCame(t *testing.T) {
	in := cti.DispositionIn{Code: "93", CallbackAt: cti.At(time.Now().Add(time.Hour)), CallbackNumber: "999884466"}
	b, target := inCall(t, roadHTTP, fromDialer)
	b.pbx.AnswerText("set_status_telefones_campanhas", "AGENDAMENTOS EXCEDIDOS")
	if _, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, in); !errors.Is(err, cti.Refused) || b.pbx.Received("set_status_telefones_campanhas") != 1 {
		t.Errorf("%v after %d requests", err, b.pbx.Received("set_status_telefones_campanhas"))
	}
	b, target = inCall(t, roadHTTP, fromDialer)
	in.Code = "77"
	_, err := cti.Do(b.ctx, b.session.Actions(), cti.CallSetDisposition, target, in)
	if e := cti.AsError(err); e.Kind != cti.NotFound || e.Sent != cti.CertainSent || !strings.Contains(e.Text, "promised") {
		t.Errorf("%v", err)
	}
	if c, _ := b.pbx.CampaignState("10"); c.Customers[0].Phones[2].At == "" || c.Customers[0].Phones[0].StatusID == "77" {
		t.Errorf("the numbers stand as %+v", c.Customers[0].Phones)
	}
}

func TestPromiseFindsTheCustomer(t *testing.T) {
	at := cti.At(time.Date(2030, 8, 29, 14, 20, 0, 0, time.Local))
	b, target := inCall(t, roadSocket, fromDialer)
	for _, in := range []cti.CallbackIn{{Number: "33553434", At: at}, {Number: "33553434", At: at, Campaign: "campanha clientes x", Contact: "219217305861"}} {
		if _, err := cti.Do(b.ctx, b.session.Actions(), cti.CallbackSchedule, desk(), in); err != nil {
			t.Fatal(err)
		}
	}
	line := "<SETSTATUSTELEFONECAMPANHA><219217305861><33553434><10><1002><10005><290820301420><" + target.Ref + ">"
	if d := cmp.Diff([]string{line, line}, siteWires(b.pbx)); d != "" {
		t.Error(d)
	}
	for _, in := range []cti.CallbackIn{{Number: "11987654321", At: at}, {Number: "11987654321", At: at, Campaign: "10"}} {
		if _, err := cti.Do(b.ctx, b.session.Actions(), cti.CallbackSchedule, desk(), in); !errors.Is(err, cti.BadRequest) || cti.MayHaveReached(err) {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

func TestContactsSayWhatTheManualWants(t *testing.T) {
	for _, c := range []struct {
		verb cti.Action[cti.ContactIn, cti.ID]
		in   cti.ContactIn
		http string
		sock string // the same where "" is written
		out  string
	}{
		{cti.ContactAdd, cti.ContactIn{ID: "77", Name: "Ana", Campaign: "50", Numbers: []string{"+55 11 3355-3434", "011999884466", "33550000"}},
			"importar_discador?ddd1=11&ddd2=11&id_campanha=50&identificador1=77&identificador2=Ana&telefone1=33553434&telefone2=999884466&telefone3=33550000", "", "77"},
		{cti.ContactAdd, cti.ContactIn{ID: "467351", Campaign: "10", Numbers: []string{"1133550000"}, Parameters: map[string]string{"prioridade": "2"}},
			"inserir_telefone_campanha?codigo_area=11&id_campanha=10&parametro=1&prioridade=2&telefone=33550000&valor_parametro=467351",
			"<INSERIRTELEFONECAMPANHA><10><1><467351><2><11><33550000>", "467351"},
		{cti.ContactUpdate, cti.ContactIn{ID: "467351", Campaign: "10", Parameters: map[string]string{"parametro3": "15"}},
			"alterar_cliente?id_campanha=10&novo_parametro=3&parametro=1&valor_novo_parametro=15&valor_parametro=467351", "<ALTERARCLIENTE><10><1><467351><3><15>", "467351"},
		{cti.ContactUpdate, cti.ContactIn{ID: "467351", Campaign: "10", Name: "Filial"},
			"alterar_cliente?id_campanha=10&novo_parametro=2&parametro=1&valor_novo_parametro=Filial&valor_parametro=467351", "<ALTERARCLIENTE><10><1><467351><2><Filial>", "467351"},
		{cti.ContactUpdate, cti.ContactIn{ID: "467351", Campaign: "10", Parameters: map[string]string{"1": "9"}},
			"alterar_cliente?id_campanha=10&novo_parametro=1&parametro=1&valor_novo_parametro=9&valor_parametro=467351", "<ALTERARCLIENTE><10><1><467351><1><9>", "9"},
		{cti.ContactRemove, cti.ContactIn{ID: "1240", Campaign: "10"}, "excluir_telefone_campanha?id_telefone=1240", "", "1240"},
	} {
		for road, want := range map[string]string{roadHTTP: c.http, roadSocket: c.sock} {
			if want == "" {
				want = c.http
			}
			p := newPBX(t, totaliptest.Options{})
			out, err := cti.Do(t.Context(), openSession(t, configOf(p, road, ""), nil).Actions(), c.verb, desk(), c.in)
			if err != nil || out.ID != c.out {
				t.Errorf("%s %+v by %s: %+v, %v", c.verb.Name, c.in, road, out, err)
			}
			if d := cmp.Diff([]string{want}, siteWires(p)); d != "" {
				t.Errorf("%s by %s (-want +got)\n%s", c.verb.Name, road, d)
			}
		}
	}
}

func TestContactsThatDoNotFitAreNotSent(t *testing.T) {
	for i, c := range []struct {
		verb cti.Action[cti.ContactIn, cti.ID]
		in   cti.ContactIn
		kind cti.Kind
	}{
		{cti.ContactAdd, cti.ContactIn{ID: "77", Campaign: "50", Numbers: []string{"12"}, Parameters: map[string]string{"x": "y"}}, cti.BadRequest},
		{cti.ContactAdd, cti.ContactIn{ID: "77", Campaign: "nenhuma", Numbers: []string{"33553434"}}, cti.NotFound},
		{cti.ContactAdd, cti.ContactIn{Campaign: "50", Numbers: []string{"33553434"}}, cti.BadRequest},
		{cti.ContactAdd, cti.ContactIn{ID: "77", Campaign: "50"}, cti.BadRequest},
		{cti.ContactAdd, cti.ContactIn{ID: "77", Campaign: "50", Numbers: []string{"551133553434999"}}, cti.BadRequest},
		{cti.ContactAdd, cti.ContactIn{ID: "77", Campaign: "50", Numbers: []string{"1", "2"}, Parameters: map[string]string{"prioridade": "1"}}, cti.BadRequest},
		{cti.ContactUpdate, cti.ContactIn{ID: "77", Campaign: "50"}, cti.BadRequest},
		{cti.ContactUpdate, cti.ContactIn{ID: "77", Campaign: "50", Name: "x", Parameters: map[string]string{"3": "y"}}, cti.BadRequest},
		{cti.ContactUpdate, cti.ContactIn{ID: "77", Campaign: "50", Parameters: map[string]string{"cor": "y"}}, cti.BadRequest},
		{cti.ContactUpdate, cti.ContactIn{ID: "77", Campaign: "50", Numbers: []string{"1"}, Name: "x"}, cti.BadRequest},
		{cti.ContactRemove, cti.ContactIn{Campaign: "50"}, cti.BadRequest}, // this would empty the campaign
	} {
		p := newPBX(t, totaliptest.Options{})
		_, err := cti.Do(t.Context(), openSession(t, configOf(p, roadHTTP, ""), nil).Actions(), c.verb, desk(), c.in)
		if !errors.Is(err, c.kind) || cti.MayHaveReached(err) || len(siteWires(p)) > 0 {
			t.Errorf("%d %+v: %v, sent %v", i, c.in, err, siteWires(p))
		}
	}
	p := newPBX(t, totaliptest.Options{})
	p.AnswerText("importar_discador", `"1" NUMERO(S) IMPORTADO(S) COM SUCESSO`)
	_, err := cti.Do(t.Context(), openSession(t, configOf(p, roadHTTP, ""), nil).Actions(), cti.ContactAdd, desk(), cti.ContactIn{ID: "7", Campaign: "50", Numbers: []string{"33553434", "33553435"}})
	if e := cti.AsError(err); e.Kind != cti.Refused || !strings.Contains(e.Text, "1 of 2") {
		t.Errorf("half an import: %v", err)
	}
}

// Turning round is all the system can; a campaign that was as wished ends as it was.
func TestCampaignIsSwitchedToWhatIsWished(t *testing.T) {
	for _, was := range []bool{false, true} {
		for _, wished := range []bool{false, true} {
			p := newPBX(t, totaliptest.Options{})
			p.AddCampaign(totaliptest.Campaign{ID: "50", Name: "Clientes Y", Active: was})
			out, err := cti.Do(t.Context(), openSession(t, configOf(p, roadHTTP, ""), nil).Actions(), cti.CampaignSetActive, desk(), cti.CampaignActiveIn{Campaign: "clientes y", Active: &wished})
			if err != nil || out.Active == nil || *out.Active != wished || out.ID != "50" {
				t.Errorf("was %v, wished %v: %+v, %v", was, wished, out, err)
			}
			times := map[bool]int{true: 2, false: 1}[was == wished]
			if c, _ := p.CampaignState("50"); c.Active != wished || p.Received("gerenciar_campanha") != times {
				t.Errorf("was %v, wished %v: is %v after %d turns", was, wished, c.Active, p.Received("gerenciar_campanha"))
			}
		}
	}
	on := true
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CampaignSetActive, desk(), cti.CampaignActiveIn{Campaign: "99", Active: &on}); !errors.Is(err, cti.NotFound) || p.Received("gerenciar_campanha") > 0 {
		t.Errorf("a campaign that is not there: %v", err)
	}
	p.AnswerText("gerenciar_campanha", "CAMPANHA DESATIVADA") // whatever is done, somebody undoes it
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CampaignSetActive, desk(), cti.CampaignActiveIn{Campaign: "10", Active: &on}); !errors.Is(err, cti.Refused) || p.Received("gerenciar_campanha") != 2 {
		t.Errorf("against somebody else: %v after %d turns", err, p.Received("gerenciar_campanha"))
	}
	p.AnswerText("gerenciar_campanha", "DISCANDO")
	if _, err := cti.Do(t.Context(), s.Actions(), cti.CampaignSetActive, desk(), cti.CampaignActiveIn{Campaign: "10", Active: &on}); !errors.Is(err, cti.Refused) {
		t.Errorf("the words of another function: %v", err)
	}
}

func TestSiteIsListed(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadHTTP, ""), ctitest.NewClock(time.Date(2010, 11, 6, 8, 0, 0, 0, time.Local)))
	queues, err := cti.Do(t.Context(), s.Actions(), cti.QueueList, desk(), cti.None{})
	if d := cmp.Diff([]cti.Queue{{ID: "2", Name: "Comercial"}}, queues); err != nil || d != "" || p.Received("grupos_de_atendimento") != 3 {
		t.Errorf("queues: %v after %d days\n%s", err, p.Received("grupos_de_atendimento"), d)
	}
	campaigns, err := cti.Do(t.Context(), s.Actions(), cti.CampaignList, desk(), cti.None{})
	at := cti.At(time.Date(2010, 11, 6, 8, 0, 0, 0, time.Local))
	if d := cmp.Diff([]cti.Campaign{{ID: "10", Name: "Campanha Clientes X", ReadAt: at, Via: roadHTTP}, {ID: "50", Name: "Campanha Clientes Y", ReadAt: at, Via: roadHTTP}}, campaigns); err != nil || d != "" {
		t.Errorf("campaigns: %v\n%s", err, d)
	}
	servers, err := cti.Do(t.Context(), s.Actions(), cti.ServerStatusNow, desk(), cti.None{})
	if err != nil || len(servers) != 3 || servers[0] != (cti.ServerStatus{ID: "1", Name: "Servidor Banco de Dados", Status: "OK"}) {
		t.Errorf("servers: %+v, %v", servers, err)
	}
}

func TestReportIsByCampaign(t *testing.T) {
	p := newPBX(t, totaliptest.Options{})
	s := openSession(t, configOf(p, roadHTTP, ""), nil)
	for in, want := range map[cti.ReportIn]int{
		{Campaign: "10"}: 2, {Campaign: "Campanha Clientes X", Limit: 1}: 1, {Campaign: "10", Number: "+55 (98) 8925-4691"}: 1, {Campaign: "10", Number: "33553434"}: 1, {Campaign: "10", Number: "1"}: 0,
	} {
		rows, err := cti.Do(t.Context(), s.Actions(), cti.ReportCalls, desk(), in)
		if err != nil {
			t.Errorf("%+v: %v", in, err)
			continue
		}
		got, err := all(rows)
		if err != nil || len(got) != want {
			t.Errorf("%+v: %v, %v", in, got, err)
		}
		if want == 2 && fmt.Sprint(got[0].Fields) != "map[codigo_status:3 ddd:11 duracao_segundos:85 parametro1:219217305861 parametro2:TESTE DO TOTALIP telefone:33553434 usuario:5 via:http]" {
			t.Errorf("a row is %v", got[0].Fields)
		}
	}
	for _, in := range []cti.ReportIn{{}, {Campaign: "10", From: cti.At(time.Now())}, {Campaign: "10", To: cti.At(time.Now())}} {
		if _, err := cti.Do(t.Context(), s.Actions(), cti.ReportCalls, desk(), in); !errors.Is(err, cti.BadRequest) {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

func TestRecordingOfACallIsFound(t *testing.T) {
	b, target := inCall(t, roadHTTP, fromDialer)
	b.pbx.SetRecordings(target.Ref, totaliptest.Recording{File: "9", WAV: totaliptest.WAV(10)})
	for _, in := range []cti.RecordingIn{{}, {Recording: "84532"}, {Recording: "1272916393.14006", Part: 2}} {
		stream, err := cti.Do(b.ctx, b.session.Actions(), cti.RecordingGet, target, in)
		if err != nil {
			t.Errorf("%+v: %v", in, err)
			continue
		}
		if chunks, err := all(stream); err != nil || len(chunks) == 0 {
			t.Errorf("%+v: %d pieces, %v", in, len(chunks), err)
		}
	}
	c := b.pbx.Dialer(lawExtension, "33553400", "1", "2", "10")
	b.next()
	b.ok(b.pbx.Hangup(c.Ref))
	b.next()
	if stream, err := cti.Do(b.ctx, b.session.Actions(), cti.RecordingGet, cti.Target{Ref: c.Ref}, cti.RecordingIn{}); err != nil {
		t.Errorf("a call that has ended: %v", err)
	} else if chunks, err := all(stream); err != nil || len(chunks) != 1 || len(chunks[0].Data) != len(totaliptest.WAV(8000)) {
		t.Errorf("a call that has ended: %d pieces, %v", len(chunks), err)
	}
	if _, err := cti.Do(b.ctx, b.session.Actions(), cti.RecordingGet, cti.Target{Ref: "ctiagent-1-1"}, cti.RecordingIn{}); !errors.Is(err, cti.NotFound) {
		t.Errorf("a call without a code: %v", err)
	}
}
