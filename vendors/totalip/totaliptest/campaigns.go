package totaliptest

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Campaign is one campaign with its mailing.
type Campaign struct {
	ID        string
	Name      string
	Active    bool
	Slots     int // how many numbers a customer can have; 5 when zero, as in the table of manual 002, 1.3.1.6
	Customers []Customer
}

// Customer is one customer of a mailing.
type Customer struct {
	Params []string // parameter 1 first
	Phones []Phone
}

// Phone is one number of a customer.
type Phone struct {
	ID       string // its code
	Priority int    // its place among the customer's numbers, from 1
	Area     string
	Number   string
	StatusID string // the last status, "" before the first
	User     string // who filed it or answered
	Seconds  float64
	At       string // DDMMYYYYHHMM of the appointment, "" for none
	Call     string // the call's code
}

// errors of the state are words of the manual, so that all roads say the same.
const (
	noCampaign   = "CAMPANHA NAO ENCONTRADA"
	noCampaignID = "ID DA CAMPANHA NAO INFORMADO"
	noCustomer   = "CLIENTE NAO ENCONTRADO"
	manyCustomer = "MAIS DE UM CLIENTE ENCONTRADO"
)

// statusPromise promises a call of the agent (manual 002, 1.1.15).
const statusPromise = "1002"

// mostPromises is how many appointments one customer can have here; the manual has a limit and no number for it.
const mostPromises = 3

// manualCampaignStatuses is the example list of manual 002, 1.1.11, and the statuses its other examples use.
func manualCampaignStatuses() []Status {
	return []Status{{"1", "Venda realizada"}, {"3", "Entregue ao Operador"}, {"7", "Ocupado"}, {"8", "Não Atende"}, {"9", "Discado Sistema"},
		{"10", "Sem interesse"}, {"11", "Desligado Sem Operadores Livres"}, {"12", "Rota Indisponível"}, {"13", "Número Inválido"},
		{"23", "Agendamento"}, {"93", "Contato em outro número"}, {statusPromise, "Agendamento Operador"}}
}

// AddCampaign adds a campaign, or replaces the one with the same id.
func (p *PBX) AddCampaign(c Campaign) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.Slots = cmp.Or(c.Slots, 5)
	copied := c
	copied.Customers = nil
	for _, customer := range c.Customers {
		copied.Customers = append(copied.Customers, Customer{slices.Clone(customer.Params), slices.Clone(customer.Phones)})
	}
	p.campaigns[c.ID] = &copied
	p.noteChange()
}

// CampaignState answers a campaign as it stands, and whether there is one.
func (p *PBX) CampaignState(id string) (Campaign, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.campaigns[id]
	if !ok {
		return Campaign{}, false
	}
	out := *c
	out.Customers = nil
	for _, customer := range c.Customers {
		out.Customers = append(out.Customers, Customer{slices.Clone(customer.Params), slices.Clone(customer.Phones)})
	}
	return out, true
}

// sortedCampaigns are the campaigns in the order of their codes (manual 002, 1.1.10).
func (p *PBX) sortedCampaigns() []*Campaign {
	var out []*Campaign
	for _, c := range p.campaigns {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *Campaign) int {
		ia, _ := strconv.Atoi(a.ID)
		ib, _ := strconv.Atoi(b.ID)
		return cmp.Or(cmp.Compare(ia, ib), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// switchCampaign is manual 002, 1.1.7.
func (p *PBX) switchCampaign(q url.Values) string {
	c, ok := p.campaigns[q.Get("campanha_id")]
	if !ok {
		return "CAMPANHA NÃO ENCONTRADA"
	}
	c.Active = !c.Active
	p.noteChange()
	if c.Active {
		return "CAMPANHA ATIVADA"
	}
	return "CAMPANHA DESATIVADA"
}

// campaignCalls is manual 002, 1.1.8: the last status of each number that was dialled.
func (p *PBX) campaignCalls(q url.Values) string {
	c, ok := p.campaigns[q.Get("campanha")]
	if !ok {
		return "CAMPANHA NÃO ENCONTRADA"
	}
	var b strings.Builder
	for _, customer := range c.Customers {
		for _, n := range customer.Phones {
			if n.StatusID != "" {
				fmt.Fprintf(&b, "%s;%s;%s;%s;%s;%s;%g\n", n.User, customer.param(1), customer.param(2), n.Area, n.Number, n.StatusID, n.Seconds)
			}
		}
	}
	if b.Len() == 0 {
		return "NAO HÁ LIGAÇÕES DE CAMPANHA"
	}
	return b.String()
}

func (c Customer) param(n int) string {
	if n < 1 || n > len(c.Params) {
		return ""
	}
	return c.Params[n-1]
}

// campaignList is manual 002, 1.1.10.
func (p *PBX) campaignList(url.Values) string {
	var b strings.Builder
	for _, c := range p.sortedCampaigns() {
		fmt.Fprintf(&b, "%s;%s\n", c.ID, c.Name)
	}
	return b.String()
}

// campaignStatuses is manual 002, 1.1.11.
func (p *PBX) campaignStatuses(url.Values) string {
	var b strings.Builder
	for _, s := range manualCampaignStatuses() {
		fmt.Fprintf(&b, "%s;%s\n", s.ID, s.Name)
	}
	return b.String()
}

func knownCampaignStatus(id string) bool {
	return slices.ContainsFunc(manualCampaignStatuses(), func(s Status) bool { return s.ID == id })
}

// fileOutcome is manual 002, 1.1.15.
func (p *PBX) fileOutcome(q url.Values) string {
	x := p.extensions[q.Get("ramal")]
	c := p.campaigns[q.Get("id_campanha")]
	switch {
	case q.Get("parametro1") == "" || q.Get("numerodotelefone") == "" || q.Get("id_campanha") == "" || q.Get("id_status") == "" || q.Get("ramal") == "":
		return "PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO"
	case x == nil:
		return "USUARIO TOTALIP NAO LOCALIZADO"
	case !knownCampaignStatus(q.Get("id_status")):
		return "STATUS INFORMADO NAO EXISTE"
	case c == nil:
		return "CLIENTE NAO LOCALIZADO NA CAMPANHA"
	}
	for i := range c.Customers {
		customer := &c.Customers[i]
		at := slices.IndexFunc(customer.Phones, func(n Phone) bool { return n.Number == q.Get("numerodotelefone") })
		if customer.param(1) == q.Get("parametro1") && at >= 0 {
			return p.file(customer, at, x, q)
		}
	}
	return "CLIENTE NAO LOCALIZADO NA CAMPANHA"
}

// file files a status for one number.
func (p *PBX) file(customer *Customer, at int, x *extension, q url.Values) string {
	if day := q.Get("data"); day != "" {
		when, err := time.ParseInLocation("020120061504", day, time.Local)
		if err != nil {
			return "PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO"
		}
		if q.Get("id_status") == statusPromise {
			promised := 0
			for _, n := range customer.Phones {
				if n.At != "" {
					promised++
				}
			}
			switch {
			case when.Before(p.opts.Now()):
				return "O AGENDAMENTO DEVER SER PARA UMA DATA FUTURA"
			case promised >= mostPromises:
				return "AGENDAMENTOS EXCEDIDOS"
			}
		}
	}
	n := &customer.Phones[at]
	n.StatusID, n.User, n.At, n.Call = q.Get("id_status"), x.User, q.Get("data"), q.Get("uniqueid")
	p.noteChange()
	return "STATUS CADASTRADO COM SUCESSO"
}

// fileByParam is manual 002, 1.2.2.7: every number of the customer, in one campaign or, with 0, in all.
func (p *PBX) fileByParam(q url.Values) string {
	x := p.extensions[q.Get("ramal")]
	switch {
	case q.Get("parametro1") == "" || q.Get("id_campanha") == "" || q.Get("id_status") == "" || q.Get("ramal") == "":
		return "PARAMETROS NAO INFORMADOS VERIFIQUE SINTAXE DO COMANDO"
	case x == nil:
		return "USUARIO TOTALIP NAO LOCALIZADO"
	case !knownCampaignStatus(q.Get("id_status")):
		return "STATUS INFORMADO NAO EXISTE"
	}
	for _, c := range p.sortedCampaigns() {
		if q.Get("id_campanha") != "0" && q.Get("id_campanha") != c.ID {
			continue
		}
		for i := range c.Customers {
			if customer := &c.Customers[i]; customer.param(1) == q.Get("parametro1") {
				for at := range customer.Phones {
					if said := p.file(customer, at, x, q); said != "STATUS CADASTRADO COM SUCESSO" {
						return said
					}
				}
				return `STATUS CADASTRADO COM SUCESSO - Campanha "` + c.Name + `"`
			}
		}
	}
	return "CLIENTE NAO LOCALIZADO NA CAMPANHA"
}

// customerBy finds one customer by a parameter, or says in words why not (manual 002, 1.1.16 and 1.1.27).
func (p *PBX) customerBy(q url.Values) (*Campaign, *Customer, string) {
	param, err := strconv.Atoi(q.Get("parametro"))
	c := p.campaigns[q.Get("id_campanha")]
	switch {
	case q.Get("id_campanha") == "":
		return nil, nil, noCampaignID
	case c == nil:
		return nil, nil, noCampaign
	case q.Get("parametro") == "":
		// The example of manual 002, 1.1.16 answers CLIENTE NAO ENCONTRADO to a campaign alone, its list has words of its own.
		return nil, nil, "PARAMETRO NAO INFORMADO"
	case err != nil || param < 1 || param > 4:
		return nil, nil, "PARAMETRO NAO EXISTE"
	case q.Get("valor_parametro") == "":
		return nil, nil, "VALOR DO PARAMETRO NAO INFORMADO"
	}
	var found *Customer
	for i := range c.Customers {
		if c.Customers[i].param(param) != q.Get("valor_parametro") {
			continue
		}
		if found != nil {
			return nil, nil, manyCustomer
		}
		found = &c.Customers[i]
	}
	if found == nil {
		return nil, nil, noCustomer
	}
	return c, found, ""
}

// insertNumber is manual 002, 1.1.16.
func (p *PBX) insertNumber(q url.Values) string {
	c, customer, wrong := p.customerBy(q)
	if wrong != "" {
		return wrong
	}
	priority, err := strconv.Atoi(q.Get("prioridade"))
	switch {
	case err != nil:
		return "PRIORIDADE NAO INFORMADA"
	case priority > c.Slots:
		return "PRIORIDADE EXCEDE LIMITE DE TELEFONES DA CAMPANHA"
	case slices.ContainsFunc(customer.Phones, func(n Phone) bool { return n.Priority == priority }):
		return "JA EXISTE NUMERO DE TELEFONE COM ESTA PRIORIDADE"
	case len(customer.Phones) >= c.Slots:
		return "LIMITE DE TELEFONES DA CAMPANHA EXCEDIDO"
	}
	customer.Phones = append(customer.Phones, Phone{ID: p.phoneID(), Priority: priority, Area: q.Get("codigo_area"), Number: q.Get("telefone")})
	p.noteChange()
	return "TELEFONE INSERIDO"
}

func (p *PBX) phoneID() string {
	p.lastPhone++
	return strconv.Itoa(120000 + p.lastPhone)
}

// changeCustomer is manual 002, 1.1.27.
func (p *PBX) changeCustomer(q url.Values) string {
	_, customer, wrong := p.customerBy(q)
	if wrong != "" {
		return wrong
	}
	param, err := strconv.Atoi(q.Get("novo_parametro"))
	switch {
	case q.Get("novo_parametro") == "":
		return "NOVO PARAMETRO NAO INFORMADO"
	case err != nil || param < 1 || param > 4:
		return "NOVO PARAMETRO NAO EXISTE"
	case q.Get("valor_novo_parametro") == "":
		return "VALOR DO NOVO PARAMETRO NAO INFORMADO"
	}
	for len(customer.Params) < param {
		customer.Params = append(customer.Params, "")
	}
	customer.Params[param-1] = q.Get("valor_novo_parametro")
	p.noteChange()
	return "CLIENTE ALTERADO"
}

// importParams are the parameters of importar_discador: five numbers, as the table of manual 002, 1.3.1.6 has.
func importParams() []string {
	out := []string{"id_campanha", "identificador1", "identificador2"}
	for i := range 5 {
		out = append(out, fmt.Sprintf("telefone%d", i+1), fmt.Sprintf("ddd%d", i+1), fmt.Sprintf("telefone_%d_discar_em", i+1))
	}
	return out
}

// importCustomer is manual 002, 1.1.21. It prints no answer for a campaign that is not there; this system says the words that
// other functions have for it.
func (p *PBX) importCustomer(q url.Values) string {
	c, ok := p.campaigns[q.Get("id_campanha")]
	if !ok {
		return noCampaign
	}
	customer := Customer{Params: []string{q.Get("identificador1"), q.Get("identificador2")}}
	for i := range 5 {
		number := q.Get(fmt.Sprintf("telefone%d", i+1))
		if isPhone(number) && len(customer.Phones) < c.Slots {
			customer.Phones = append(customer.Phones, Phone{ID: p.phoneID(), Priority: i + 1, Number: number,
				Area: cmp.Or(q.Get(fmt.Sprintf("ddd%d", i+1)), "11"), At: q.Get(fmt.Sprintf("telefone_%d_discar_em", i+1))})
		}
	}
	if len(customer.Phones) > 0 {
		c.Customers = append(c.Customers, customer)
	}
	p.noteChange()
	return fmt.Sprintf("%d NUMERO(S) IMPORTADO(S) COM SUCESSO", len(customer.Phones))
}

// removeNumber is manual 002, 1.1.22.
func (p *PBX) removeNumber(q url.Values) string {
	defer p.noteChange()
	if id := q.Get("id_telefone"); id != "" {
		for _, c := range p.campaigns {
			for i := range c.Customers {
				customer := &c.Customers[i]
				if at := slices.IndexFunc(customer.Phones, func(n Phone) bool { return n.ID == id }); at >= 0 {
					customer.Phones = slices.Delete(customer.Phones, at, at+1)
					return "TELEFONE EXCLUIDO"
				}
			}
		}
		return "TELEFONE NAO ENCONTRADO"
	}
	c, ok := p.campaigns[q.Get("id_campanha")]
	if !ok {
		return noCampaign
	}
	c.Customers = nil
	return "TELEFONES DA CAMPANHA EXCLUIDOS"
}
