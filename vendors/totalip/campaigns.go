package totalip

import "ctiagent/cti"

// CampaignIn names a campaign.
type CampaignIn struct {
	Campaign string `json:"campanha_id" required:"true" help:"a code of totalip.campanhas"`
}

// CampaignSwitched is what a switch of a campaign did.
type CampaignSwitched struct {
	Answer
	Active bool `json:"ativa" help:"how the campaign stands now"`
}

// CampaignCallsIn names a campaign in the words of ligacoes_campanha.
type CampaignCallsIn struct {
	Campaign string `json:"campanha" required:"true" help:"a code of totalip.campanhas"`
}

// Campaign is one campaign.
type Campaign struct {
	ID   string `json:"codigo"`
	Name string `json:"nome"`
}

// CampaignCall is the last status of one number of a campaign.
type CampaignCall struct {
	User     string  `json:"usuario,omitempty" help:"code of the user who answered, none when nobody did"`
	Param1   string  `json:"parametro1"`
	Param2   string  `json:"parametro2"`
	Area     string  `json:"ddd,omitempty"`
	Number   string  `json:"telefone"`
	StatusID string  `json:"codigo_status" help:"a code of totalip.status_campanhas"`
	Seconds  float64 `json:"duracao_segundos"`
}

// OutcomeIn files a status for a number of a campaign.
type OutcomeIn struct {
	Param1   string `json:"parametro1" required:"true" help:"the customer's parameter 1 in the mailing"`
	Number   string `json:"numerodotelefone" required:"true" help:"the number as the mailing has it"`
	Campaign string `json:"id_campanha" required:"true" help:"a code of totalip.campanhas"`
	StatusID string `json:"id_status" required:"true" help:"a code of totalip.status_campanhas; 1002 promises a call of the agent and needs data"`
	ExtensionIn
	At   cti.Time `json:"data,omitzero" help:"when to call again, in whole minutes"`
	Call string   `json:"uniqueid,omitempty" help:"the call's code"`
}

// OutcomeByParamIn files a status for every number of a customer.
type OutcomeByParamIn struct {
	Param1   string `json:"parametro1" required:"true" help:"the customer's parameter 1 in the mailing"`
	Campaign string `json:"id_campanha" required:"true" help:"a code of totalip.campanhas, or 0 for every campaign"`
	StatusID string `json:"id_status" required:"true" help:"a code of totalip.status_campanhas"`
	ExtensionIn
	At cti.Time `json:"data,omitzero" help:"when the status is filed for, now when left out, in whole minutes"`
}

// CustomerIn finds a customer of a campaign by one parameter.
type CustomerIn struct {
	Campaign string `json:"id_campanha" required:"true" help:"a code of totalip.campanhas"`
	Param    int    `json:"parametro" required:"true" help:"which parameter finds the customer, counted from 1"`
	Value    string `json:"valor_parametro" required:"true" help:"what that parameter is"`
}

// InsertNumberIn gives a customer of a campaign one more number.
type InsertNumberIn struct {
	CustomerIn
	Priority int    `json:"prioridade" required:"true" help:"the number's place among the customer's numbers, counted from 1"`
	Area     string `json:"codigo_area,omitempty" help:"area code in two digits"`
	Number   string `json:"telefone" required:"true"`
}

// ChangeCustomerIn changes one parameter of a customer.
type ChangeCustomerIn struct {
	CustomerIn
	NewParam int    `json:"novo_parametro" required:"true" help:"which parameter changes, counted from 1"`
	NewValue string `json:"valor_novo_parametro" required:"true" help:"what it becomes"`
}

// DialerNumber is one number of an imported customer.
type DialerNumber struct {
	Area   string   `json:"ddd,omitempty" help:"area code in two digits, the customer's own when left out"`
	Number string   `json:"telefone" required:"true"`
	At     cti.Time `json:"discar_em,omitzero" help:"when the dialer calls it, in whole minutes"`
}

// ImportIn imports one customer into a campaign.
type ImportIn struct {
	Campaign string         `json:"id_campanha" required:"true" help:"a code of totalip.campanhas"`
	ID1      string         `json:"identificador1" required:"true" help:"parameter 1, such as the customer's code"`
	ID2      string         `json:"identificador2,omitempty" help:"parameter 2, such as the customer's name"`
	Numbers  []DialerNumber `json:"telefones" required:"true" help:"1 to 5 numbers, the first is dialled first"`
}

// Imported is what an import did.
type Imported struct {
	Answer
	Numbers int `json:"importados" help:"how many numbers were taken"`
}

// RemoveIn names one number of a campaign, or a campaign to be emptied.
type RemoveIn struct {
	Number   string `json:"id_telefone,omitempty" help:"code of one number"`
	Campaign string `json:"id_campanha,omitempty" help:"a campaign, all of whose numbers are removed; instead of id_telefone"`
}

// The functions of campaigns over HTTP, manual 002, 1.1.
var (
	SwitchCampaign   = cti.Action[CampaignIn, CampaignSwitched]{Name: "totalip.gerenciar_campanha", Title: "Switch a campaign on when it is off and off when it is on", Effect: cti.Supervise}
	CampaignCalls    = cti.Action[CampaignCallsIn, cti.Stream[CampaignCall]]{Name: "totalip.ligacoes_campanha", Title: "List the last status of every number a campaign dialled", Effect: cti.Observe}
	Campaigns        = cti.Action[cti.None, []Campaign]{Name: "totalip.campanhas", Title: "List the campaigns", Effect: cti.Observe}
	CampaignStatuses = cti.Action[cti.None, []Status]{Name: "totalip.status_campanhas", Title: "List the statuses a number of a campaign can have", Effect: cti.Observe}
	FileOutcome      = cti.Action[OutcomeIn, Answer]{Name: "totalip.set_status_telefones_campanhas", Title: "File a status for a number of a campaign, or promise it a call", Effect: cti.Control}
	InsertNumber     = cti.Action[InsertNumberIn, Answer]{Name: "totalip.inserir_telefone_campanha", Title: "Give a customer of a campaign one more number", Effect: cti.Supervise}
	Import           = cti.Action[ImportIn, Imported]{Name: "totalip.importar_discador", Title: "Import a customer into a campaign", Effect: cti.Supervise}
	Remove           = cti.Action[RemoveIn, Answer]{Name: "totalip.excluir_telefone_campanha", Title: "Remove one number of a campaign, or all of them", Effect: cti.Supervise}
	ChangeCustomer   = cti.Action[ChangeCustomerIn, Answer]{Name: "totalip.alterar_cliente", Title: "Change a parameter of a customer of a campaign", Effect: cti.Supervise}
)

// The functions of campaigns over the command socket, manual 002, 1.2.2.
var (
	SocketFileOutcome        = cti.Action[OutcomeIn, Answer]{Name: "totalip.socket.SETSTATUSTELEFONECAMPANHA", Title: "File a status for a number of a campaign, or promise it a call (socket)", Effect: cti.Control}
	SocketFileOutcomeByParam = cti.Action[OutcomeByParamIn, Answer]{Name: "totalip.socket.SETSTATUSTELEFONECAMPANHAPARAMETRO1", Title: "File a status for the numbers of a customer (socket)", Effect: cti.Control}
	SocketInsertNumber       = cti.Action[InsertNumberIn, Answer]{Name: "totalip.socket.INSERIRTELEFONECAMPANHA", Title: "Give a customer of a campaign one more number (socket)", Effect: cti.Supervise}
	SocketChangeCustomer     = cti.Action[ChangeCustomerIn, Answer]{Name: "totalip.socket.ALTERARCLIENTE", Title: "Change a parameter of a customer of a campaign (socket)", Effect: cti.Supervise}
)

// campaignRows are the rows of campaigns.
func campaignRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		// campanha_id; the answer alone tells what was done.
		cti.Row(SwitchCampaign, "002 1.1.7", (*session).switchCampaign),
		// campanha; answers user;parameter 1;parameter 2;area;number;status;seconds lines.
		cti.Row(CampaignCalls, "002 1.1.8", (*session).campaignCalls),
		// No parameter; answers code;name lines.
		cti.Row(Campaigns, "002 1.1.10", (*session).campaignList),
		// No parameter; answers code;name lines.
		cti.Row(CampaignStatuses, "002 1.1.11", (*session).campaignStatuses),
		// parametro1, numerodotelefone, id_campanha, id_status, ramal, data, uniqueid. The syntax leaves out the second name,
		// the example has it.
		cti.Row(FileOutcome, "002 1.1.15", byRoad(FileOutcome, roadHTTP, "set_status_telefones_campanhas", (*session).outcome)),
		// id_campanha, parametro, valor_parametro, prioridade, codigo_area, telefone.
		cti.Row(InsertNumber, "002 1.1.16", byRoad(InsertNumber, roadHTTP, "inserir_telefone_campanha", (*session).newNumber)),
		// id_campanha, identificador1 and 2, telefone1 to 5, ddd1 to 5, telefone_1_discar_em to 5; the key goes as chave_seguranca.
		cti.Row(Import, "002 1.1.21", (*session).importCustomer),
		// id_telefone or id_campanha.
		cti.Row(Remove, "002 1.1.22", (*session).removeNumber),
		// id_campanha, parametro, valor_parametro, novo_parametro, valor_novo_parametro.
		cti.Row(ChangeCustomer, "002 1.1.27", byRoad(ChangeCustomer, roadHTTP, "alterar_cliente", (*session).newValue)),

		// <PARAMETRO1><NUMERODOTELEFONE><ID_CAMPANHA><ID_STATUS><RAMAL><DDMMYYYYHHMM><UNIQUEID>; what ends the line empty is left out.
		cti.Row(SocketFileOutcome, "002 1.2.2.2, 1.2.2.3", byRoad(SocketFileOutcome, roadSocket, "SETSTATUSTELEFONECAMPANHA", (*session).outcome)),
		// <PARAMETRO1><ID_CAMPANHA><ID_STATUS><RAMAL><DDMMYYYYHHMM>
		cti.Row(SocketFileOutcomeByParam, "002 1.2.2.7",
			byRoad(SocketFileOutcomeByParam, roadSocket, "SETSTATUSTELEFONECAMPANHAPARAMETRO1", (*session).outcomeByParam)),
		// <CAMPANHA_ID><PARAMETRO><VALOR_DO_PARAMETRO><PRIORIDADE><DDD><TELEFONE>
		cti.Row(SocketInsertNumber, "002 1.2.2.6", byRoad(SocketInsertNumber, roadSocket, "INSERIRTELEFONECAMPANHA", (*session).newNumber)),
		// <IDCAMPANHA><PARAMETRO><VALOR><NOVO PARAMETRO><VALOR>
		cti.Row(SocketChangeCustomer, "002 1.2.2.14", byRoad(SocketChangeCustomer, roadSocket, "ALTERARCLIENTE", (*session).newValue)),
	}
}
