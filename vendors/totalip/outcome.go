package totalip

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// statusPromise is the status that promises a call of the agent: the system dials nothing and reminds the agent (manual 002,
// 1.1.15).
const statusPromise = "1002"

// mostNumbers is how many numbers one customer can have (manual 002, 1.3.1.6, whose table the function fills).
const mostNumbers = 5

func (s *session) outcome(c *checks, t cti.Target, in OutcomeIn) {
	c.word("parametro1", in.Param1)
	c.digits("numerodotelefone", in.Number)
	c.digits("id_campanha", in.Campaign)
	c.digits("id_status", in.StatusID)
	s.ownExtension(c, t, in.Extension)
	c.minute("data", in.At)
	c.text("uniqueid", in.Call)
	if in.StatusID == statusPromise && in.At.IsZero() {
		c.bad("data", "is missing: the status 1002 promises a call")
	}
}

func (s *session) outcomeByParam(c *checks, t cti.Target, in OutcomeByParamIn) {
	c.word("parametro1", in.Param1)
	c.digits("id_campanha", in.Campaign)
	c.digits("id_status", in.StatusID)
	s.ownExtension(c, t, in.Extension)
	c.minute("data", in.At)
}

func (c *checks) customer(in CustomerIn) {
	c.digits("id_campanha", in.Campaign)
	c.place("parametro", in.Param)
	c.word("valor_parametro", in.Value)
}

func (s *session) newNumber(c *checks, _ cti.Target, in InsertNumberIn) {
	c.customer(in.CustomerIn)
	c.place("prioridade", in.Priority)
	c.area("codigo_area", in.Area)
	c.digits("telefone", in.Number)
}

func (s *session) newValue(c *checks, _ cti.Target, in ChangeCustomerIn) {
	c.customer(in.CustomerIn)
	c.place("novo_parametro", in.NewParam)
	c.word("valor_novo_parametro", in.NewValue)
}

func (s *session) switchCampaign(ctx context.Context, r cti.Req[CampaignIn]) (CampaignSwitched, error) {
	return s.toggle(ctx, SwitchCampaign.Name, r.In.Campaign)
}

// toggle switches a campaign to what it was not. Only the answer tells which that is.
func (s *session) toggle(ctx context.Context, op, campaign string) (CampaignSwitched, error) {
	c := s.checks(op, roadHTTP)
	c.digits("campanha_id", campaign)
	out, err := s.send(ctx, c, "gerenciar_campanha")
	if err != nil {
		return CampaignSwitched{}, err
	}
	a, _ := answers().find(out.Text)
	switch a.words {
	case campaignOn, campaignOff:
		return CampaignSwitched{out, a.words == campaignOn}, nil
	}
	return CampaignSwitched{}, s.fails.Strange(op, out.Text) // a success of some other function
}

func (s *session) importCustomer(ctx context.Context, r cti.Req[ImportIn]) (Imported, error) {
	return s.imports(ctx, Import.Name, r.In)
}

func (s *session) imports(ctx context.Context, op string, in ImportIn) (Imported, error) {
	c := s.checks(op, roadHTTP)
	c.digits("id_campanha", in.Campaign)
	c.word("identificador1", in.ID1)
	c.text("identificador2", in.ID2)
	if n := len(in.Numbers); n < 1 || n > mostNumbers {
		c.bad("telefones", fmt.Sprintf("must have 1 to %d numbers", mostNumbers))
	}
	for i, n := range in.Numbers {
		c.digits(fmt.Sprintf("telefone%d", i+1), n.Number)
		c.area(fmt.Sprintf("ddd%d", i+1), n.Area)
		c.minute(fmt.Sprintf("telefone_%d_discar_em", i+1), n.At)
	}
	out, err := s.send(ctx, c, "importar_discador")
	if err != nil {
		return Imported{}, err
	}
	count, ok := countIn(out.Text)
	if !ok {
		return Imported{}, s.fails.Strange(op, out.Text)
	}
	return Imported{out, count}, nil
}

// countIn reads the number in "X" NUMERO(S) IMPORTADO(S) COM SUCESSO; whether the quotes of manual 002, 1.1.21 are sent, it
// does not say.
func countIn(text string) (int, bool) {
	head, _, ok := strings.Cut(plain(text), "NUMERO(S)")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(strings.Trim(head, "\"'“” "))
	return n, err == nil && n >= 0
}

func (s *session) removeNumber(ctx context.Context, r cti.Req[RemoveIn]) (Answer, error) {
	return s.removes(ctx, Remove.Name, r.In)
}

// removal takes one number or all of a campaign, never what was not said plainly.
func (c *checks) removal(in RemoveIn) {
	switch {
	case in.Number != "" && in.Campaign != "":
		c.bad("id_campanha", "must be left out with id_telefone: it would remove every number of the campaign")
	case in.Number != "":
		c.digits("id_telefone", in.Number)
	case in.Campaign != "":
		c.digits("id_campanha", in.Campaign)
	default:
		c.bad("id_telefone", "is missing")
	}
}

func (s *session) removes(ctx context.Context, op string, in RemoveIn) (Answer, error) {
	c := s.checks(op, roadHTTP)
	c.removal(in)
	return s.send(ctx, c, "excluir_telefone_campanha")
}

func (s *session) campaignList(ctx context.Context, _ cti.Req[cti.None]) ([]Campaign, error) {
	return s.campaigns(ctx, Campaigns.Name)
}

// campaigns reads campanhas, code;name (manual 002, 1.1.10).
func (s *session) campaigns(ctx context.Context, op string) ([]Campaign, error) {
	return table(s, ctx, op, "campanhas", nil, func(f []string) (Campaign, bool) {
		return Campaign{ID: f[0], Name: strings.Join(f[1:], ";")}, len(f) > 1 && isDigits(f[0])
	})
}

func (s *session) campaignStatuses(ctx context.Context, _ cti.Req[cti.None]) ([]Status, error) {
	return s.statuses(ctx, CampaignStatuses.Name, "status_campanhas")
}

func (s *session) campaignCalls(ctx context.Context, r cti.Req[CampaignCallsIn]) (cti.Stream[CampaignCall], error) {
	return s.callsOf(ctx, CampaignCalls.Name, r.In.Campaign)
}

// callsOf reads ligacoes_campanha (manual 002, 1.1.8).
func (s *session) callsOf(ctx context.Context, op, campaign string) (cti.Stream[CampaignCall], error) {
	c := s.checks(op, roadHTTP)
	c.digits("campanha", campaign)
	if c.err != nil {
		return nil, c.err
	}
	return rowsOf(s, ctx, op, "ligacoes_campanha", c.values(), readCampaignCall)
}

// readCampaignCall reads user;parameter 1;parameter 2;area;number;status;seconds. The parameters are free text, so fields are
// taken from both ends.
func readCampaignCall(f []string) (CampaignCall, bool) {
	n := len(f)
	if n < 7 || f[0] != "" && !isDigits(f[0]) || !isDigits(f[n-2]) {
		return CampaignCall{}, false
	}
	var talk ExtensionStatus
	if !talk.duration(f[n-1]) || !isPhoneField(f[n-3]) {
		return CampaignCall{}, false
	}
	return CampaignCall{User: f[0], Param1: f[1], Param2: strings.Join(f[2:n-4], ";"), Area: f[n-4], Number: f[n-3],
		StatusID: f[n-2], Seconds: talk.Seconds}, true
}

// campaign finds a campaign by its code or its name.
func (s *session) campaign(ctx context.Context, op, word string) (Campaign, error) {
	list, err := s.campaigns(ctx, op)
	if err != nil {
		return Campaign{}, notSent(err) // only the list was asked for
	}
	return s.oneCampaign(op, word, list)
}

// oneCampaign picks the campaign with this code, else the only one with this name.
func (s *session) oneCampaign(op, word string, list []Campaign) (Campaign, error) {
	var named []Campaign
	for _, c := range list {
		if c.ID == word {
			return c, nil
		}
		if plain(c.Name) == plain(word) {
			named = append(named, c)
		}
	}
	kind, text := cti.NotFound, "no campaign is called "+fault.Quote(word)
	switch {
	case len(named) == 1:
		return named[0], nil
	case len(named) > 1:
		kind, text = cti.BadRequest, fmt.Sprintf("%d campaigns are called %s, so its code must be said", len(named), fault.Quote(word))
	}
	e := s.fails.Make(kind, op, text, cti.NotSent, nil)
	e.Hint = hintCampaign
	return Campaign{}, e
}
