package totalip

import (
	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// DBCampanhas is a row of campanhas, manual 002, 1.3.1.1.
type DBCampanhas struct {
	db.Page
	ID                     *int64  `json:"id,omitempty"`
	Nome                   *string `json:"nome,omitempty"`
	Ativa                  *bool   `json:"ativa,omitempty"`
	TelefonesRestantes     *int64  `json:"telefones_restantes,omitempty"`
	NumerosAgendados       *int64  `json:"numeros_agendados,omitempty"`
	AgendamentoOperador    *int64  `json:"agendamento_operador,omitempty"`
	ClientesFinalizados    *int64  `json:"clientes_finalizados,omitempty"`
	ClientesNaoFinalizados *int64  `json:"clientes_nao_finalizados,omitempty"`
	LigacoesAtendidas      *int64  `json:"ligacoes_atendidas,omitempty"`
	LigacoesNaoAtendidas   *int64  `json:"ligacoes_nao_atendidas,omitempty"`
	LigacoesOcupadas       *int64  `json:"ligacoes_ocupadas,omitempty"`
	Retentativas           *int64  `json:"retentativas,omitempty"`
	Discando               *int64  `json:"discando,omitempty"`
	LigacoesEmAndamentoURA *int64  `json:"ligacoes_em_andamento_ura,omitempty"`
	ClientesEmLigacao      *int64  `json:"clientes_em_ligacao,omitempty"`
	LigacoesFila           *int64  `json:"ligacoes_fila,omitempty"`
	ClientesVirgens        *int64  `json:"clientes_virgens,omitempty"`
	EntreguesSemTabulacao  *int64  `json:"entregues_sem_tabulacao,omitempty"`
}

// DBCampanhasIn asks for rows of campanhas.
type DBCampanhasIn struct {
	DBCampanhas
	db.Query
}

// DBHistoricosCampanhas is a row of historicos_campanhas, manual 002, 1.3.1.2.
type DBHistoricosCampanhas struct {
	db.Page
	IDCampanha      *int64    `json:"id_campanha,omitempty"`
	IDCliente       *int64    `json:"id_cliente,omitempty"`
	TelefoneCliente *string   `json:"telefone_cliente,omitempty"`
	Identificador1  *string   `json:"identificador1,omitempty" also:"parametro1"`
	Identificador2  *string   `json:"identificador2,omitempty" also:"parametro2"`
	Ramal           *string   `json:"ramal,omitempty"`
	Data            *cti.Time `json:"data,omitempty"`
	Historico       *string   `json:"historico,omitempty"`
}

// DBHistoricosCampanhasIn asks for rows of historicos_campanhas.
type DBHistoricosCampanhasIn struct {
	DBHistoricosCampanhas
	db.Query
}

// DBURALogs is a row of ura_logs, manual 002, 1.3.1.2.1.
type DBURALogs struct {
	db.Page
	Uniqueid     *string   `json:"uniqueid,omitempty"`
	IDURA        *int64    `json:"id_ura,omitempty"`
	NomeURA      *string   `json:"nome_ura,omitempty"`
	ComandoURA   *string   `json:"comando_ura,omitempty"`
	ArquivoDeSom *string   `json:"arquivo_de_som,omitempty"`
	Opcao        *string   `json:"opcao,omitempty"`
	Duracao      *int64    `json:"duracao,omitempty"`
	Data         *cti.Time `json:"data,omitempty"`
}

// DBURALogsIn asks for rows of ura_logs.
type DBURALogsIn struct {
	DBURALogs
	db.Query
}

// DBLigacoesAtivo is a row of ligacoes_ativo, manual 002, 1.3.1.4.
type DBLigacoesAtivo struct {
	db.Page
	ID                     *int64    `json:"id,omitempty"`
	Destino                *string   `json:"destino,omitempty"`
	Duracao                *int64    `json:"duracao,omitempty"`
	Billing                *int64    `json:"billing,omitempty"`
	Status                 *string   `json:"status,omitempty"`
	Ramal                  *string   `json:"ramal,omitempty"`
	Data                   *cti.Time `json:"data,omitempty"`
	TipoLigacao            *string   `json:"tipo_ligacao,omitempty"`
	Custo                  *float64  `json:"custo,omitempty"`
	CustoTotal             *float64  `json:"custo_total,omitempty"`
	CustoArredondado       *float64  `json:"custo_arredondado,omitempty" also:"custo_arrendado"`
	BillingArredondado     *int64    `json:"billing_arredondado,omitempty"`
	Filial                 *string   `json:"filial,omitempty" also:"filiai"`
	Uniqueid               *string   `json:"uniqueid,omitempty"`
	IDCampanha             *int64    `json:"id_campanha,omitempty"`
	IDRota                 *int64    `json:"id_rota,omitempty"`
	NomeRota               *string   `json:"nome_rota,omitempty"`
	DesligamentoSolicitado *bool     `json:"desligamento_solicitado,omitempty"`
}

// DBLigacoesAtivoIn asks for rows of ligacoes_ativo.
type DBLigacoesAtivoIn struct {
	DBLigacoesAtivo
	db.Query
}

// DBLigacoesReceptivo is a row of ligacoes_receptivo, manual 002, 1.3.1.5.
type DBLigacoesReceptivo struct {
	db.Page
	ID                     *int64    `json:"id,omitempty"`
	Origem                 *string   `json:"origem,omitempty"`
	Destino                *string   `json:"destino,omitempty"`
	Duracao                *int64    `json:"duracao,omitempty"`
	Billing                *int64    `json:"billing,omitempty"`
	Status                 *string   `json:"status,omitempty"`
	Ramal                  *string   `json:"ramal,omitempty"`
	Data                   *cti.Time `json:"data,omitempty"`
	TipoLigacao            *string   `json:"tipo_ligacao,omitempty"`
	Custo                  *float64  `json:"custo,omitempty"`
	CustoTotal             *float64  `json:"custo_total,omitempty"`
	Uniqueid               *string   `json:"uniqueid,omitempty"`
	DesligamentoSolicitado *bool     `json:"desligamento_solicitado,omitempty"`
}

// DBLigacoesReceptivoIn asks for rows of ligacoes_receptivo.
type DBLigacoesReceptivoIn struct {
	DBLigacoesReceptivo
	db.Query
}

// DBResultadoDiscador is a row of resultado_discador, manual 002, 1.3.1.8.
type DBResultadoDiscador struct {
	db.Page
	ID               *int64    `json:"id,omitempty"`
	IDCampanha       *int64    `json:"id_campanha,omitempty"`
	Identificador1   *string   `json:"identificador1,omitempty" also:"parametro1"`
	Identificador2   *string   `json:"identificador2,omitempty" also:"parametro2"`
	Identificador3   *string   `json:"identificador3,omitempty" also:"parametro3"`
	Telefone         *string   `json:"telefone,omitempty"`
	IDStatus         *int64    `json:"id_status,omitempty"`
	Status           *string   `json:"status,omitempty"`
	Data             *cti.Time `json:"data,omitempty"`
	CodigoLigacao    *string   `json:"codigo_ligacao,omitempty"`
	DiscarEm         *cti.Time `json:"discar_em,omitempty"`
	DiscarEmOperador *cti.Time `json:"discar_em_operador,omitempty"`
}

// DBResultadoDiscadorIn asks for rows of resultado_discador.
type DBResultadoDiscadorIn struct {
	DBResultadoDiscador
	db.Query
}

// DBTelefonesNaoTrabalhados is a row of telefones_nao_trabalhados, manual 002, 1.3.1.10.
type DBTelefonesNaoTrabalhados struct {
	db.Page
	ID             *int64    `json:"id,omitempty"`
	IDCampanha     *int64    `json:"id_campanha,omitempty"`
	Identificador1 *string   `json:"identificador1,omitempty" also:"parametro1"`
	Identificador2 *string   `json:"identificador2,omitempty" also:"parametro2"`
	Telefone       *string   `json:"telefone,omitempty"`
	ImportadoEm    *cti.Time `json:"importado_em,omitempty"`
	DiscarEm       *cti.Time `json:"discar_em,omitempty"`
}

// DBTelefonesNaoTrabalhadosIn asks for rows of telefones_nao_trabalhados.
type DBTelefonesNaoTrabalhadosIn struct {
	DBTelefonesNaoTrabalhados
	db.Query
}

// DBStatusTelefone is a row of status_telefone, manual 002, 1.3.1.13.
type DBStatusTelefone struct {
	db.Page
	ID   *int64  `json:"id,omitempty"`
	Nome *string `json:"nome,omitempty"`
}

// DBStatusTelefoneIn asks for rows of status_telefone.
type DBStatusTelefoneIn struct {
	DBStatusTelefone
	db.Query
}

// DBTelefonesCampanhas is a row of telefones_campanhas, manual 002, 1.3.1.15.
type DBTelefonesCampanhas struct {
	db.Page
	ID          *int64    `json:"id,omitempty"`
	IDCampanha  *int64    `json:"id_campanha,omitempty" also:"campanha_id"`
	Parametro1  *string   `json:"parametro1,omitempty" also:"identificador1"`
	Parametro2  *string   `json:"parametro2,omitempty" also:"identificador2"`
	Parametro3  *string   `json:"parametro3,omitempty" also:"identificador3"`
	Parametro4  *string   `json:"parametro4,omitempty" also:"identificador4"`
	Telefone    *string   `json:"telefone,omitempty"`
	IDStatus    *int64    `json:"id_status,omitempty"`
	Status      *string   `json:"status,omitempty"`
	ImportadoEm *cti.Time `json:"importado_em,omitempty"`
	Prioridade  *int64    `json:"prioridade,omitempty"`
}

// DBTelefonesCampanhasIn asks for rows of telefones_campanhas.
type DBTelefonesCampanhasIn struct {
	DBTelefonesCampanhas
	db.Query
}

// DBStatusDiscador is a row of status_discador, manual 002, 1.3.1.16.
type DBStatusDiscador struct {
	db.Page
	ID   *int64  `json:"id,omitempty"`
	Nome *string `json:"nome,omitempty"`
}

// DBStatusDiscadorIn asks for rows of status_discador.
type DBStatusDiscadorIn struct {
	DBStatusDiscador
	db.Query
}

// DBResultadosURAPesquisa is a row of resultados_ura_pesquisa, manual 002, 1.3.1.21.
type DBResultadosURAPesquisa struct {
	db.Page
	ID               *int64    `json:"id,omitempty"`
	URAPesquisa      *string   `json:"ura_pesquisa,omitempty"`
	Comando          *string   `json:"comando,omitempty"`
	Arquivo          *string   `json:"arquivo,omitempty"`
	Pergunta         *string   `json:"pergunta,omitempty"`
	Resposta         *string   `json:"resposta,omitempty"`
	GrupoAtendimento *string   `json:"grupo_atendimento,omitempty"`
	IDUsuario        *int64    `json:"id_usuario,omitempty"`
	Data             *cti.Time `json:"data,omitempty"`
	Uniqueid         *string   `json:"uniqueid,omitempty"`
}

// DBResultadosURAPesquisaIn asks for rows of resultados_ura_pesquisa.
type DBResultadosURAPesquisaIn struct {
	DBResultadosURAPesquisa
	db.Query
}

// DBUsoCanais is a row of uso_canais, manual 002, 1.3.1.28.
type DBUsoCanais struct {
	db.Page
	Nome        *string `json:"nome,omitempty"`
	Descricao   *string `json:"descricao,omitempty"`
	TrunkID     *int64  `json:"trunk_id,omitempty"`
	Limite      *int64  `json:"limite,omitempty"`
	Uso         *int64  `json:"uso,omitempty"`
	Porcentagem *string `json:"porcentagem,omitempty"`
}

// DBUsoCanaisIn asks for rows of uso_canais.
type DBUsoCanaisIn struct {
	DBUsoCanais
	db.Query
}

// DBTentativasNaoAtendidas is a row of tentativas_nao_atendidas, manual 002, 1.3.1.30.
type DBTentativasNaoAtendidas struct {
	db.Page
	ID                   *int64    `json:"id,omitempty"`
	IDUsuario            *int64    `json:"id_usuario,omitempty"`
	Ramal                *string   `json:"ramal,omitempty"`
	NomeUsuario          *string   `json:"nome_usuario,omitempty"`
	IDGrupoAtendimento   *int64    `json:"id_grupo_atendimento,omitempty"`
	NomeGrupoAtendimento *string   `json:"nome_grupo_atendimento,omitempty"`
	Duracao              *int64    `json:"duracao,omitempty"`
	Data                 *cti.Time `json:"data,omitempty"`
	Uniqueid             *string   `json:"uniqueid,omitempty"`
}

// DBTentativasNaoAtendidasIn asks for rows of tentativas_nao_atendidas.
type DBTentativasNaoAtendidasIn struct {
	DBTentativasNaoAtendidas
	db.Query
}

// DBCampanhasLogs is a row of campanhas_logs, manual 002, 1.3.1.33.
type DBCampanhasLogs struct {
	db.Page
	Ramal     *string   `json:"ramal,omitempty"`
	Descricao *string   `json:"descricao,omitempty"`
	Data      *cti.Time `json:"data,omitempty"`
}

// DBCampanhasLogsIn asks for rows of campanhas_logs.
type DBCampanhasLogsIn struct {
	DBCampanhasLogs
	db.Query
}

// DBResultadoDiscadorMensal is a row of resultado_discador_mensal, manual 002, 1.3.1.34.
type DBResultadoDiscadorMensal struct {
	db.Page
	ID                            *int64    `json:"id,omitempty"`
	Uniqueid                      *string   `json:"uniqueid,omitempty"`
	CampaignCustomerPhoneNumberID *int64    `json:"campaign_customer_phone_number_id,omitempty"`
	Identificador1                *string   `json:"identificador1,omitempty" also:"parametro1"`
	Identificador2                *string   `json:"identificador2,omitempty" also:"parametro2"`
	Telefone                      *string   `json:"telefone,omitempty"`
	StatusID                      *int64    `json:"status_id,omitempty"`
	StatusNome                    *string   `json:"status_nome,omitempty"`
	DataHoraInicio                *cti.Time `json:"data_hora_inicio,omitempty"`
	DataHoraFim                   *cti.Time `json:"data_hora_fim,omitempty"`
	Ramal                         *string   `json:"ramal,omitempty"`
	CampanhaNome                  *string   `json:"campanha_nome,omitempty"`
	CampanhaID                    *int64    `json:"campanha_id,omitempty" also:"id_campanha"`
	Rota                          *string   `json:"rota,omitempty"`
	Canal                         *string   `json:"canal,omitempty"`
	Replicado                     *bool     `json:"replicado,omitempty"`
}

// DBResultadoDiscadorMensalIn asks for rows of resultado_discador_mensal.
type DBResultadoDiscadorMensalIn struct {
	DBResultadoDiscadorMensal
	db.Query
}

// DBMensagensSmsRecebidas is a row of mensagens_sms_recebidas, manual 002, 1.3.1.38.
type DBMensagensSmsRecebidas struct {
	db.Page
	ID         *int64    `json:"id,omitempty"`
	Origem     *string   `json:"origem,omitempty"`
	Mensagem   *string   `json:"mensagem,omitempty"`
	RecebidaEm *cti.Time `json:"recebida_em,omitempty"`
}

// DBMensagensSmsRecebidasIn asks for rows of mensagens_sms_recebidas.
type DBMensagensSmsRecebidasIn struct {
	DBMensagensSmsRecebidas
	db.Query
}

// DBRotas is a row of rotas, manual 002, 1.3.1.39.
type DBRotas struct {
	db.Page
	ID         *int64  `json:"id,omitempty"`
	NomeRota   *string `json:"nome_rota,omitempty"`
	StatusRota *bool   `json:"status_rota,omitempty"`
}

// DBRotasIn asks for rows of rotas.
type DBRotasIn struct {
	DBRotas
	db.Query
}

// callRows are the tables of calls and campaigns, manual 002, 1.3.1.
func callRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		dbTable[DBCampanhasIn]("campanhas", "1.3.1.1", "id", "Read the campaigns with their counts"),
		dbTable[DBHistoricosCampanhasIn]("historicos_campanhas", "1.3.1.2", "", "Read what agents noted about the customers of campaigns"),
		dbTable[DBURALogsIn]("ura_logs", "1.3.1.2.1", "", "Read what callers heard and chose in the voice menus"),
		dbTable[DBLigacoesAtivoIn]("ligacoes_ativo", "1.3.1.4", "id", "Read the outgoing calls"),
		dbTable[DBLigacoesReceptivoIn]("ligacoes_receptivo", "1.3.1.5", "id", "Read the incoming calls", "ligacoes_receptivas"),
		dbTable[DBResultadoDiscadorIn]("resultado_discador", "1.3.1.8", "id", "Read the results of the dialer"),
		dbTable[DBTelefonesNaoTrabalhadosIn]("telefones_nao_trabalhados", "1.3.1.10", "", "Read the imported numbers that were not dialled"),
		dbTable[DBStatusTelefoneIn]("status_telefone", "1.3.1.13", "id", "Read the statuses of phones"),
		dbTable[DBTelefonesCampanhasIn]("telefones_campanhas", "1.3.1.15", "id", "Read the imported numbers with their last status"),
		dbTable[DBStatusDiscadorIn]("status_discador", "1.3.1.16", "id", "Read the statuses that numbers of campaigns can have"),
		dbTable[DBResultadosURAPesquisaIn]("resultados_ura_pesquisa", "1.3.1.21", "id", "Read the answers to surveys"),
		dbTable[DBUsoCanaisIn]("uso_canais", "1.3.1.28", "", "Read how full the trunks are"),
		dbTable[DBTentativasNaoAtendidasIn]("tentativas_nao_atendidas", "1.3.1.30", "id", "Read the calls that agents let ring"),
		dbTable[DBCampanhasLogsIn]("campanhas_logs", "1.3.1.33", "", "Read who changed the campaigns"),
		dbTable[DBResultadoDiscadorMensalIn]("resultado_discador_mensal", "1.3.1.34", "id", "Read the results of the dialer of the last 35 days"),
		dbTable[DBMensagensSmsRecebidasIn]("mensagens_sms_recebidas", "1.3.1.38", "id", "Read the short messages that came"),
		dbTable[DBRotasIn]("rotas", "1.3.1.39", "id", "Read the routes"),
	}
}
