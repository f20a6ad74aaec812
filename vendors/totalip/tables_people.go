package totalip

import (
	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// DBStatusServidores is a row of status_servidores, manual 002, 1.3.1.3.
type DBStatusServidores struct {
	db.Page
	ID     *int64  `json:"id,omitempty"`
	Nome   *string `json:"nome,omitempty"`
	Status *string `json:"status,omitempty"`
}

// DBStatusServidoresIn asks for rows of status_servidores.
type DBStatusServidoresIn struct {
	DBStatusServidores
	db.Query
}

// DBUsuarios is a row of usuarios, manual 002, 1.3.1.11.
type DBUsuarios struct {
	db.Page
	ID                 *int64  `json:"id,omitempty"`
	Nome               *string `json:"nome,omitempty"`
	Ramal              *string `json:"ramal,omitempty"`
	IDStatusUsuario    *int64  `json:"id_status_usuario,omitempty"`
	StatusUsuario      *string `json:"status_usuario,omitempty"`
	IDStatusTelefone   *int64  `json:"id_status_telefone,omitempty"`
	NomeStatusTelefone *string `json:"nome_status_telefone,omitempty"`
	IDGrupo            *int64  `json:"id_grupo,omitempty"`
	Email              *string `json:"email,omitempty"`
	Mobile             *string `json:"mobile,omitempty"`
	TipoDaLigacao      *string `json:"tipo_da_ligacao,omitempty" also:"tipo_de_ligacao"`
	Uniqueid           *string `json:"uniqueid,omitempty"`
	Parametro1         *string `json:"parametro1,omitempty" also:"identificador1"`
	Parametro2         *string `json:"parametro2,omitempty" also:"identificador2"`
	Telefone           *string `json:"telefone,omitempty"`
	IDCampanha         *int64  `json:"id_campanha,omitempty"`
	TelefoneOrigem     *string `json:"telefone_origem,omitempty"`
}

// DBUsuariosIn asks for rows of usuarios.
type DBUsuariosIn struct {
	DBUsuarios
	db.Query
}

// DBStatusUsuarios is a row of status_usuarios, manual 002, 1.3.1.12.
type DBStatusUsuarios struct {
	db.Page
	ID   *int64  `json:"id,omitempty"`
	Nome *string `json:"nome,omitempty"`
}

// DBStatusUsuariosIn asks for rows of status_usuarios.
type DBStatusUsuariosIn struct {
	DBStatusUsuarios
	db.Query
}

// DBGrupos is a row of grupos, manual 002, 1.3.1.19.
type DBGrupos struct {
	db.Page
	IDGrupo *int64  `json:"id_grupo,omitempty"`
	Nome    *string `json:"nome,omitempty"`
}

// DBGruposIn asks for rows of grupos.
type DBGruposIn struct {
	DBGrupos
	db.Query
}

// DBPausas is a row of pausas, manual 002, 1.3.1.20.
type DBPausas struct {
	db.Page
	IDUsuario *int64    `json:"id_usuario,omitempty"`
	Ramal     *string   `json:"ramal,omitempty"`
	IDStatus  *int64    `json:"id_status,omitempty"`
	Data      *cti.Time `json:"data,omitempty"`
	Tempo     *int64    `json:"tempo,omitempty"`
}

// DBPausasIn asks for rows of pausas.
type DBPausasIn struct {
	DBPausas
	db.Query
}

// DBGruposDeAtendimento is a row of grupos_de_atendimento, manual 002, 1.3.1.23.
type DBGruposDeAtendimento struct {
	db.Page
	ID   *int64  `json:"id,omitempty"`
	Nome *string `json:"nome,omitempty"`
}

// DBGruposDeAtendimentoIn asks for rows of grupos_de_atendimento.
type DBGruposDeAtendimentoIn struct {
	DBGruposDeAtendimento
	db.Query
}

// DBGruposDeAtendimentoLogs is a row of grupos_de_atendimento_logs, manual 002, 1.3.1.24.
type DBGruposDeAtendimentoLogs struct {
	db.Page
	ID                   *int64    `json:"id,omitempty"`
	IDGrupoDeAtendimento *int64    `json:"id_grupo_de_atendimento,omitempty"`
	TempoEmEspera        *int64    `json:"tempo_em_espera,omitempty"`
	Duracao              *int64    `json:"duracao,omitempty"`
	IDCampanha           *int64    `json:"id_campanha,omitempty"`
	IDUsuario            *int64    `json:"id_usuario,omitempty"`
	NumeroOrigem         *string   `json:"numero_origem,omitempty"`
	Data                 *cti.Time `json:"data,omitempty"`
	Uniqueid             *string   `json:"uniqueid,omitempty"`
}

// DBGruposDeAtendimentoLogsIn asks for rows of grupos_de_atendimento_logs.
type DBGruposDeAtendimentoLogsIn struct {
	DBGruposDeAtendimentoLogs
	db.Query
}

// DBGruposDeAtendimentoTelefones is a row of grupos_de_atendimento_telefones, manual 002, 1.3.1.25.
type DBGruposDeAtendimentoTelefones struct {
	db.Page
	GrupoDeAtendimentoID *int64  `json:"grupo_de_atendimento_id,omitempty"`
	Telefone             *string `json:"telefone,omitempty"`
}

// DBGruposDeAtendimentoTelefonesIn asks for rows of grupos_de_atendimento_telefones.
type DBGruposDeAtendimentoTelefonesIn struct {
	DBGruposDeAtendimentoTelefones
	db.Query
}

// DBGruposDeAtendimentoUsuarios is a row of grupos_de_atendimento_usuarios, manual 002, 1.3.1.26.
type DBGruposDeAtendimentoUsuarios struct {
	db.Page
	UsuarioID            *int64 `json:"usuario_id,omitempty"`
	GrupoDeAtendimentoID *int64 `json:"grupo_de_atendimento_id,omitempty"`
}

// DBGruposDeAtendimentoUsuariosIn asks for rows of grupos_de_atendimento_usuarios.
type DBGruposDeAtendimentoUsuariosIn struct {
	DBGruposDeAtendimentoUsuarios
	db.Query
}

// DBGruposDeAtendimentoUsuariosStatus is a row of grupos_de_atendimento_usuarios_status, manual 002, 1.3.1.27.
type DBGruposDeAtendimentoUsuariosStatus struct {
	db.Page
	NomeGrupoDeAtendimento *string `json:"nome_grupo_de_atendimento,omitempty"`
	NomeUsuario            *string `json:"nome_usuario,omitempty"`
	Ramal                  *string `json:"ramal,omitempty"`
	StatusUsuario          *string `json:"status_usuario,omitempty"`
	StatusTelefone         *string `json:"status_telefone,omitempty"`
}

// DBGruposDeAtendimentoUsuariosStatusIn asks for rows of grupos_de_atendimento_usuarios_status.
type DBGruposDeAtendimentoUsuariosStatusIn struct {
	DBGruposDeAtendimentoUsuariosStatus
	db.Query
}

// DBTelefonesBloqueados is a row of telefones_bloqueados, manual 002, 1.3.1.31.
type DBTelefonesBloqueados struct {
	db.Page
	ID              *int64  `json:"id,omitempty"`
	Telefone        *string `json:"telefone,omitempty"`
	Descricao       *string `json:"descricao,omitempty"`
	GrupoDeBloqueio *string `json:"grupo_de_bloqueio,omitempty"`
}

// DBTelefonesBloqueadosIn asks for rows of telefones_bloqueados.
type DBTelefonesBloqueadosIn struct {
	DBTelefonesBloqueados
	db.Query
}

// DBNivelDeServico is a row of nivel_de_servico, manual 002, 1.3.1.32.
type DBNivelDeServico struct {
	db.Page
	Data                   *cti.Time `json:"data,omitempty"`
	Horario                *string   `json:"horario,omitempty"`
	TempoNivelDeServico    *int64    `json:"tempo_nivel_de_servico,omitempty"`
	IDGrupoDeAtendimento   *int64    `json:"id_grupo_de_atendimento,omitempty"`
	NomeGrupoDeAtendimento *string   `json:"nome_grupo_de_atendimento,omitempty"`
	AtendidasAbaixo        *int64    `json:"atendidas_abaixo,omitempty"`
	AtendidasAcima         *int64    `json:"atendidas_acima,omitempty"`
	DesligadasAbaixo       *int64    `json:"desligadas_abaixo,omitempty"`
	DesligadasAcima        *int64    `json:"desligadas_acima,omitempty"`
	Total                  *int64    `json:"total,omitempty"`
}

// DBNivelDeServicoIn asks for rows of nivel_de_servico.
type DBNivelDeServicoIn struct {
	DBNivelDeServico
	db.Query
}

// DBBlackList is a row of black_list, manual 002, 1.3.1.37.
type DBBlackList struct {
	db.Page
	IDBlackList *int64  `json:"id_black_list,omitempty"`
	Nome        *string `json:"nome,omitempty"`
}

// DBBlackListIn asks for rows of black_list.
type DBBlackListIn struct {
	DBBlackList
	db.Query
}

// peopleRows are the tables of users, groups and lists, manual 002, 1.3.1.
func peopleRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		dbTable[DBStatusServidoresIn]("status_servidores", "1.3.1.3", "id", "Read how the servers are"),
		dbTable[DBUsuariosIn]("usuarios", "1.3.1.11", "id", "Read the users with what each is doing"),
		dbTable[DBStatusUsuariosIn]("status_usuarios", "1.3.1.12", "id", "Read the statuses of users"),
		dbTable[DBGruposIn]("grupos", "1.3.1.19", "id_grupo", "Read the groups of users"),
		dbTable[DBPausasIn]("pausas", "1.3.1.20", "", "Read the pauses that were taken"),
		dbTable[DBGruposDeAtendimentoIn]("grupos_de_atendimento", "1.3.1.23", "id", "Read the attendance groups", "grupo_de_atendimento"),
		dbTable[DBGruposDeAtendimentoLogsIn]("grupos_de_atendimento_logs", "1.3.1.24", "id", "Read the calls of the attendance groups", "grupo_de_atendimento_logs"),
		dbTable[DBGruposDeAtendimentoTelefonesIn]("grupos_de_atendimento_telefones", "1.3.1.25", "", "Read which numbers lead to the attendance groups", "grupo_de_atendimento_telefones"),
		dbTable[DBGruposDeAtendimentoUsuariosIn]("grupos_de_atendimento_usuarios", "1.3.1.26", "", "Read who is in the attendance groups", "grupo_de_atendimento_usuarios"),
		dbTable[DBGruposDeAtendimentoUsuariosStatusIn]("grupos_de_atendimento_usuarios_status", "1.3.1.27", "", "Read what the agents of the attendance groups are doing", "grupo_de_atendimento_usuarios_status"),
		dbTable[DBTelefonesBloqueadosIn]("telefones_bloqueados", "1.3.1.31", "id", "Read the numbers on the black lists"),
		dbTable[DBNivelDeServicoIn]("nivel_de_servico", "1.3.1.32", "", "Read the service level by hour"),
		dbTable[DBBlackListIn]("black_list", "1.3.1.37", "id_black_list", "Read the black lists"),
	}
}
