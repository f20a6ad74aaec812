package catix

import (
	"ctiagent/cti"
)

// Done is what a command that changes something is answered.
type Done struct {
	Info string `json:"informacao" values:"OK"`
}

// AgentIn names an agent.
type AgentIn struct {
	Agent string `json:"agente" role:"agent" help:"the agent's id in Catix, the desk's own when left out"`
}

// AgentLoginIn logs an agent in.
type AgentLoginIn struct {
	AgentIn
	Extension string `json:"login-ramal" role:"extension" help:"the extension that will ring, the desk's own when left out"`
}

// DialIn dials.
type DialIn struct {
	AgentIn
	Number string `json:"numeroDiscado" required:"true" role:"number" help:"an outside number begins with 0"`
}

// PauseIn begins or ends a pause.
type PauseIn struct {
	AgentIn
	ID     int    `json:"pausa-id,omitempty" help:"an id of BUSCAR_TIPOS_PAUSA; needed to begin a pause"`
	Note   string `json:"pausa-obs,omitempty"`
	Action string `json:"pausa-acao" required:"true" values:"PAUSAR,DESPAUSAR"`
}

// TransferIn hands the agent's call over, to a number or to one of BUSCAR_OPCOES_TRANSFERENCIA.
type TransferIn struct {
	AgentIn
	To     string `json:"destino,omitempty" values:"Ramal,Agente"`
	ToID   string `json:"idDestino,omitempty" help:"the id of the extension or agent; needed with destino"`
	Number string `json:"numeroDiscado,omitempty" role:"number" help:"an extension's number, instead of destino and idDestino"`
}

// Named is something of the site with an id and a name.
type Named struct {
	ID   number `json:"id"`
	Name string `json:"nome"`
}

// PauseKind is one pause.
type PauseKind struct {
	Named
	Description string `json:"descricao"`
	NeedsNote   bool   `json:"exigeObs"`
}

// Queue is one queue.
type Queue struct {
	Named
	Kind string `json:"tipoFila"`
}

// Campaign is one campaign.
type Campaign struct {
	Named
	Status     string `json:"status" help:"Ativo, Finalizada or Pausada"`
	TargetKind string `json:"destinoTipo"`
	Target     text   `json:"destino"`
}

// Extension is one extension and the name of its telephone.
type Extension struct {
	Alias string `json:"alias"`
	Name  string `json:"ramal"`
}

// TransferTargets is where a call can be handed to.
type TransferTargets struct {
	Extensions []Named `json:"ramal"`
	Agents     []Named `json:"agente"`
}

// ServerInfo is how the integration server is.
type ServerInfo struct {
	Running     string `json:"tempo-rodando"`
	Done        number `json:"acoes-executadas"`
	Connections number `json:"conexoes-recebidas"`
	Requests    number `json:"requisicoes"`
	Started     string `json:"data-inicializacao"`
	Version     string `json:"versao"`
	Single      number `json:"usuarios-single-user"`
	Multi       number `json:"usuarios-multi-user"`
	Users       number `json:"total-usuarios"`
	Open        number `json:"total-conexoes"`
}

// PauseInfo is the pause an agent is in.
type PauseInfo struct {
	ID          text   `json:"id-pausa"`
	Name        string `json:"pausa"`
	Description string `json:"descricao"`
	Limit       string `json:"tempo-limite" help:"such as 60 minutos"`
	Elapsed     text   `json:"tempo-decorrido" help:"seconds"`
	Note        string `json:"obs"`
}

// MailingNumber is one number of a contact.
type MailingNumber struct {
	Number   string `json:"cfNumero" required:"true" help:"area code and number, without a leading 0"`
	Priority int    `json:"prioridade,omitempty"`
}

// MailingAgent names the agent of a promised call.
type MailingAgent struct {
	ID int `json:"idUsuario" required:"true"`
}

// MailingSchedule is one promised call of a contact.
type MailingSchedule struct {
	At      cti.Time        `json:"date" required:"true"`
	Agent   *MailingAgent   `json:"agente,omitempty"`
	Numbers []MailingNumber `json:"numerosPrioritarios,omitempty"`
}

// MailingContact is one contact of a mailing.
type MailingContact struct {
	Name      string            `json:"nmNome" required:"true"`
	RG        string            `json:"dsRgIe,omitempty"`
	CPF       string            `json:"dsCpfCnpj,omitempty"`
	Address   string            `json:"dsEndereco,omitempty"`
	Contract  string            `json:"cdContrato,omitempty"`
	Numbers   []MailingNumber   `json:"numerosContatos" required:"true"`
	Schedules []MailingSchedule `json:"agendamentos,omitempty"`
}

// Mailing is a list of contacts: a new one, or more for the one with the id.
type Mailing struct {
	ID          int              `json:"idMailing,omitempty" help:"of the mailing to add to; a new one when left out"`
	Name        string           `json:"nmNome,omitempty" help:"needed for a new one"`
	Description string           `json:"dsDescricao,omitempty"`
	Contacts    []MailingContact `json:"contatos" required:"true"`
}

// MailingIn imports a mailing.
type MailingIn struct {
	AgentIn
	Mailing Mailing `json:"mailing" required:"true"`
}

// MailingOut counts what an import did.
type MailingOut struct {
	ID             number `json:"mailing-id"`
	Contacts       number `json:"mailing-total-contatos"`
	AddedContacts  number `json:"mailing-total-contatos-adicionados"`
	Numbers        number `json:"mailing-total-numeros"`
	AddedNumbers   number `json:"mailing-total-numeros-adicionados"`
	Schedules      number `json:"mailing-total-agendamentos"`
	AddedSchedules number `json:"mailing-total-agendamentos-adicionados"`
}

// ScheduleResultIn files the outcome of a promised call.
type ScheduleResultIn struct {
	AgentIn
	ID        string `json:"agendamento-id" required:"true"`
	Reached   string `json:"agendamento-efetivo" required:"true" values:"true,false,Sim,Nao" help:"whether the call was answered"`
	Effective string `json:"agendamento-eficaz" required:"true" values:"true,false,Sim,Nao" help:"whether something was agreed on"`
}

// ContactResultIn files the outcome of a call of the dialer.
type ContactResultIn struct {
	AgentIn
	Effective     string `json:"eficaz" required:"true" values:"true,false,Sim,Nao" help:"whether something was agreed on"`
	Reached       string `json:"efetivo" required:"true" values:"true,false,Sim,Nao" help:"whether the call was answered"`
	Contact       string `json:"contato-id" required:"true"`
	Number        string `json:"numero-contato-id" required:"true"`
	Campaign      string `json:"campanha-id" required:"true"`
	Available     string `json:"agente-disponivel,omitempty" values:"true,false,Sim,Nao" help:"whether the agent takes calls again"`
	InvalidNumber string `json:"numero-invalido,omitempty" values:"NAO_PERTENCE_CONTATO,NAO_EXISTE"`
}

// ScheduleIn promises a call to a contact of a mailing, or to numbers.
type ScheduleIn struct {
	AgentIn
	Contact     string   `json:"agendamento-contato-id,omitempty" help:"this or agendamento-numeros"`
	Numbers     []string `json:"agendamento-numeros,omitempty" help:"area code and number, without a leading 0"`
	At          cti.Time `json:"agendamento-data-hora" required:"true"`
	Description string   `json:"agendamento-descricao,omitempty"`
	Reference   string   `json:"agendamento-cod-referencia,omitempty"`
}

// Scheduled names a promised call.
type Scheduled struct {
	ID text `json:"agendamento-id"`
}

// CampaignIn makes a campaign.
type CampaignIn struct {
	AgentIn
	Description string `json:"campanha-descricao" required:"true"`
	FirstDay    string `json:"campanha-data-inicial" required:"true" help:"dd/MM/yyyy"`
	LastDay     string `json:"campanha-data-final" required:"true" help:"dd/MM/yyyy"`
	Begin       string `json:"campanha-hora-inicial" required:"true" help:"hh:mm:ss"`
	End         string `json:"campanha-hora-final" required:"true" help:"hh:mm:ss"`
	Days        string `json:"campanha-dias-semana" required:"true" help:"some of Seg,Ter,Qua,Qui,Sex,Sab,Dom with commas between"`
	Strategy    string `json:"campanha-estrategia-id" required:"true"`
	Target      string `json:"campanha-destino" required:"true" values:"Fila"`
	TargetID    string `json:"campanha-destino-id" required:"true"`
	Mailing     string `json:"campanha-mailing-id" required:"true"`
}

// CampaignOut is what the system tells of a new campaign; no document prints it.
type CampaignOut struct {
	ID text `json:"campanha-id,omitempty"`
}

// CampaignNamed names a campaign.
type CampaignNamed struct {
	ID string `json:"campanha-id" required:"true" help:"an id of BUSCAR_CAMPANHAS"`
}

func act[In, Out any](name, title string, effect cti.Effect) cti.Action[In, Out] {
	return cti.Action[In, Out]{Name: driverName + "." + name, Title: title, Effect: effect}
}

// functions is every row of the driver.
func functions() []cti.Func[*session] {
	const d, v12 = "000", documentName + " 1.2.0"
	rows := []cti.Func[*session]{
		cti.Row(cti.CallDial, d, (*session).callDial),
		cti.Row(cti.CallHangup, d, (*session).callHangup),
		cti.Row(cti.CallTransfer, d, (*session).callTransfer),
		cti.Row(cti.CallRedial, d, (*session).callRedial),
		cti.Row(cti.CallSetDisposition, d, (*session).setDisposition),
		cti.Row(cti.AgentLogin, d, (*session).agentLogin),
		cti.Row(cti.AgentLogout, d, (*session).agentLogout),
		cti.Row(cti.AgentPause, d, (*session).agentPause),
		cti.Row(cti.AgentUnpause, d, (*session).agentUnpause),
		cti.Row(cti.AgentPauseReasons, d, (*session).agentPauseReasons),
		cti.Row(cti.AgentStateNow, d, (*session).agentState),
		cti.Row(cti.CallbackSchedule, v12, (*session).callbackSchedule),
		cti.Row(cti.ContactAdd, d, (*session).contactAdd),
		cti.Row(cti.QueueList, d, (*session).queueList),
		cti.Row(cti.CampaignList, d, (*session).campaignList),
		cti.Row(cti.CampaignSetActive, v12, (*session).campaignSetActive),
		cti.Row(cti.DirectoryList, d, (*session).directoryList),
		cti.Row(cti.ServerStatusNow, d, (*session).serverStatus),

		cti.Row(act[cti.None, Done]("LOGAR_SINGLE_USER", "Log the connection in for the desk's agent", cti.Control), d, (*session).logSingle),
		cti.Row(act[cti.None, Done]("LOGAR_MULTI_USER", "Log the connection in for many agents", cti.Control), d, (*session).logMulti),
		cti.Row(act[AgentLoginIn, Done]("AGENTE_LOGAR", "Call an extension to log the agent in there", cti.Control), d, (*session).logAgentIn),
		cti.Row(act[AgentIn, Done]("AGENTE_DESLOGAR", "Log an agent out", cti.Control), d, (*session).logAgentOut),
		cti.Row(act[DialIn, Done]("DISCAR", "Dial a number for an agent", cti.Dial), d, (*session).discar),
		cti.Row(act[AgentIn, Done]("REDISCAR", "Dial the agent's last number again", cti.Dial), d, (*session).rediscar),
		cti.Row(act[PauseIn, Done]("PAUSAR", "Begin or end an agent's pause", cti.Control), d, (*session).pausar),
		cti.Row(act[AgentIn, AgentStatus]("STATUS_AGENTE", "Tell what an agent is doing", cti.Observe), d, (*session).statusAgente),
		cti.Row(act[AgentIn, Done]("DESLIGAR_CHAMADA", "End an agent's call", cti.Control), d, (*session).desligar),
		cti.Row(act[cti.None, []PauseKind]("BUSCAR_TIPOS_PAUSA", "List the pauses", cti.Observe), d, (*session).pauseKinds),
		cti.Row(act[cti.None, []Extension]("BUSCAR_RAMAIS", "List the extensions", cti.Observe), d, (*session).extensions),
		cti.Row(act[TransferIn, Done]("TRANSFERIR", "Transfer an agent's call blind", cti.Control), d, (*session).transferir),
		cti.Row(act[cti.None, TransferTargets]("BUSCAR_OPCOES_TRANSFERENCIA", "List where a call can be transferred to", cti.Observe), d, (*session).transferTargets),
		cti.Row(act[cti.None, Done]("SAIR", "Close the connection, which is then made anew", cti.Control), d, (*session).sair),
		cti.Row(act[cti.None, ServerInfo]("STATUS_SERVIDOR", "Tell how the integration server is", cti.Observe), d, (*session).serverInfo),
		cti.Row(act[AgentIn, PauseInfo]("INFORMACAO_PAUSA", "Tell of the pause an agent is in", cti.Observe), d, (*session).pauseInfo),
		cti.Row(act[cti.None, []Queue]("BUSCAR_FILAS", "List the queues", cti.Observe), d, (*session).queues),
		cti.Row(act[cti.None, []Named]("BUSCAR_ESTRATEGIAS_CHAMADA", "List the dialling strategies", cti.Observe), d, (*session).strategies),
		cti.Row(act[cti.None, []Campaign]("BUSCAR_CAMPANHAS", "List the campaigns", cti.Observe), d, (*session).campaigns),
		cti.Row(act[MailingIn, MailingOut]("IMPORTAR_MAILING", "Import a mailing or add contacts to one", cti.Supervise), d, (*session).importMailing),
		cti.Row(act[ScheduleResultIn, Done]("RESULTADO_AGENDAMENTO", "File the outcome of a promised call", cti.Control), d, (*session).scheduleResult),
		cti.Row(act[ContactResultIn, Done]("RESULTADO_CONTATO_DISCADOR", "File the outcome of a call of the dialer", cti.Control), d, (*session).contactResult),
		cti.Row(act[ScheduleIn, Scheduled]("AGENDAR_CHAMADA", "Promise a contact or numbers a call", cti.Control), v12, (*session).schedule),
		cti.Row(act[CampaignIn, CampaignOut]("CAMPANHA_CRIAR", "Make a campaign", cti.Supervise), v12, (*session).createCampaign),
		cti.Row(act[CampaignNamed, Done]("CAMPANHA_INICIAR", "Start a campaign", cti.Supervise), v12, (*session).startCampaign),
		cti.Row(act[CampaignNamed, Done]("CAMPANHA_PAUSAR", "Pause a campaign", cti.Supervise), v12, (*session).pauseCampaign),
	}
	for _, e := range [][2]string{
		{eventLogin, "Follow the agent's log-ins"}, {eventLogoff, "Follow the agent's log-outs"}, {eventComplete, "Follow the ends of the agent's work on calls"},
		{eventPaused, "Follow the beginnings of the agent's pauses"}, {eventUnpaused, "Follow the ends of the agent's pauses"},
		{eventDialing, "Follow the calls the agent dials"}, {eventAnswer, "Follow the answers of the agent's calls"}, {eventHangup, "Follow the ends of the agent's calls"},
		{eventDialerCall, "Follow the calls the dialer hands to the agent"}, {eventScheduled, "Follow the promised calls that are due"},
		{eventScheduledAnswer, "Follow the promised calls that were answered"},
	} {
		rows = append(rows, cti.Row(act[cti.None, cti.Feed[Event]](e[0], e[1], cti.Observe), documentName+", eventos", follow(e[0])))
	}
	return rows
}
