package totalip

import (
	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// DBImportarDiscador is a row of importar_discador, manual 002, 1.3.1.6.
type DBImportarDiscador struct {
	db.Page
	IDCampanha           *int64    `json:"id_campanha,omitempty"`
	Identificador1       *string   `json:"identificador1,omitempty" also:"parametro1"`
	Identificador2       *string   `json:"identificador2,omitempty" also:"parametro2"`
	Area1                *string   `json:"ddd1,omitempty"`
	Telefone1            *string   `json:"telefone1,omitempty"`
	Area2                *string   `json:"ddd2,omitempty"`
	Telefone2            *string   `json:"telefone2,omitempty"`
	Area3                *string   `json:"ddd3,omitempty"`
	Telefone3            *string   `json:"telefone3,omitempty"`
	Area4                *string   `json:"ddd4,omitempty"`
	Telefone4            *string   `json:"telefone4,omitempty"`
	Area5                *string   `json:"ddd5,omitempty"`
	Telefone5            *string   `json:"telefone5,omitempty"`
	Telefone1DiscarAgora *bool     `json:"telefone_1_discar_agora,omitempty"`
	Telefone1DiscarEm    *cti.Time `json:"telefone_1_discar_em,omitempty"`
	Telefone2DiscarAgora *bool     `json:"telefone_2_discar_agora,omitempty"`
	Telefone2DiscarEm    *cti.Time `json:"telefone_2_discar_em,omitempty"`
	Telefone3DiscarAgora *bool     `json:"telefone_3_discar_agora,omitempty"`
	Telefone3DiscarEm    *cti.Time `json:"telefone_3_discar_em,omitempty"`
	Telefone4DiscarAgora *bool     `json:"telefone_4_discar_agora,omitempty"`
	Telefone4DiscarEm    *cti.Time `json:"telefone_4_discar_em,omitempty"`
	Telefone5DiscarAgora *bool     `json:"telefone_5_discar_agora,omitempty"`
	Telefone5DiscarEm    *cti.Time `json:"telefone_5_discar_em,omitempty"`
	CriadoEm             *cti.Time `json:"criado_em,omitempty"`
}

// DBImportarDiscadorIn asks for rows of importar_discador.
type DBImportarDiscadorIn struct {
	DBImportarDiscador
	db.Query
}

// DBExcluirTelefoneCampanha is a row of excluir_telefone_campanha, manual 002, 1.3.1.9.
type DBExcluirTelefoneCampanha struct {
	db.Page
	ID         *int64    `json:"id,omitempty"`
	IDTelefone *int64    `json:"id_telefone,omitempty"`
	IDCampanha *int64    `json:"id_campanha,omitempty"`
	Executado  *bool     `json:"executado,omitempty"`
	Data       *cti.Time `json:"data,omitempty"`
}

// DBExcluirTelefoneCampanhaIn asks for rows of excluir_telefone_campanha.
type DBExcluirTelefoneCampanhaIn struct {
	DBExcluirTelefoneCampanha
	db.Query
}

// DBGerenciarCampanhas is a row of gerenciar_campanhas, manual 002, 1.3.1.14.
type DBGerenciarCampanhas struct {
	db.Page
	ID         *int64    `json:"id,omitempty"`
	CampanhaID *int64    `json:"campanha_id,omitempty" also:"id_campanha"`
	Data       *cti.Time `json:"data,omitempty"`
}

// DBGerenciarCampanhasIn asks for rows of gerenciar_campanhas.
type DBGerenciarCampanhasIn struct {
	DBGerenciarCampanhas
	db.Query
}

// DBInserirTelefoneCampanha is a row of inserir_telefone_campanha, manual 002, 1.3.1.15.1.
type DBInserirTelefoneCampanha struct {
	db.Page
	ID             *int64  `json:"id,omitempty"`
	IDCampanha     *int64  `json:"id_campanha,omitempty"`
	Parametro      *int64  `json:"parametro,omitempty"`
	ValorParametro *string `json:"valor_parametro,omitempty" also:"valor"`
	CodigoArea     *int64  `json:"codigo_area,omitempty"`
	Telefone       *string `json:"telefone,omitempty"`
	Message        *string `json:"message,omitempty" also:"mensagem"`
	Prioridade     *int64  `json:"prioridade,omitempty"`
}

// DBInserirTelefoneCampanhaIn asks for rows of inserir_telefone_campanha.
type DBInserirTelefoneCampanhaIn struct {
	DBInserirTelefoneCampanha
	db.Query
}

// DBSetStatusTelefonesCampanhas is a row of set_status_telefones_campanhas, manual 002, 1.3.1.17.
type DBSetStatusTelefonesCampanhas struct {
	db.Page
	ID               *int64    `json:"id,omitempty"`
	Parametro1       *string   `json:"parametro1,omitempty" also:"identificador1"`
	Numerodotelefone *string   `json:"numerodotelefone,omitempty"`
	IDCampanha       *int64    `json:"id_campanha,omitempty"`
	IDStatus         *int64    `json:"id_status,omitempty"`
	Ramal            *string   `json:"ramal,omitempty"`
	Mensagem         *string   `json:"mensagem,omitempty" also:"message"`
	Data             *cti.Time `json:"data,omitempty"`
	Uniqueid         *string   `json:"uniqueid,omitempty"`
}

// DBSetStatusTelefonesCampanhasIn asks for rows of set_status_telefones_campanhas.
type DBSetStatusTelefonesCampanhasIn struct {
	DBSetStatusTelefonesCampanhas
	db.Query
}

// DBSetStatusRamal is a row of set_status_ramal, manual 002, 1.3.1.18.
type DBSetStatusRamal struct {
	db.Page
	ID        *int64    `json:"id,omitempty"`
	Ramal     *string   `json:"ramal,omitempty"`
	IDStatus  *int64    `json:"id_status,omitempty"`
	Message   *string   `json:"message,omitempty" also:"mensagem"`
	CreatedAt *cti.Time `json:"created_at,omitempty" also:"criado_em"`
}

// DBSetStatusRamalIn asks for rows of set_status_ramal.
type DBSetStatusRamalIn struct {
	DBSetStatusRamal
	db.Query
}

// DBGerenciarUsuarios is a row of gerenciar_usuarios, manual 002, 1.3.1.22.
type DBGerenciarUsuarios struct {
	db.Page
	ID           *int64    `json:"id,omitempty"`
	RamalPadrao  *string   `json:"ramal_padrao,omitempty"`
	Ramal        *string   `json:"ramal,omitempty"`
	Nome         *string   `json:"nome,omitempty"`
	Email        *string   `json:"email,omitempty"`
	Celular      *string   `json:"celular,omitempty"`
	Senha        *string   `json:"senha,omitempty" secret:"true"`
	Mensagem     *string   `json:"mensagem,omitempty" also:"message"`
	Acao         *int64    `json:"acao,omitempty"`
	Executado    *bool     `json:"executado,omitempty"`
	CriadoEm     *cti.Time `json:"criado_em,omitempty" also:"created_at"`
	AtualizadoEm *cti.Time `json:"atualizado_em,omitempty" also:"updated_at"`
}

// DBGerenciarUsuariosIn asks for rows of gerenciar_usuarios.
type DBGerenciarUsuariosIn struct {
	DBGerenciarUsuarios
	db.Query
}

// DBAlterarCliente is a row of alterar_cliente, manual 002, 1.3.1.29.
type DBAlterarCliente struct {
	db.Page
	IDCampanha    *int64  `json:"id_campanha,omitempty"`
	Parametro     *int64  `json:"parametro,omitempty"`
	Valor         *string `json:"valor,omitempty" also:"valor_parametro"`
	NovoParametro *int64  `json:"novo_parametro,omitempty"`
	NovoValor     *string `json:"novo_valor,omitempty" also:"valor_novo_parametro"`
}

// DBInserirTelefoneBlackList is a row of inserir_telefone_black_list, manual 002, 1.3.1.35.
type DBInserirTelefoneBlackList struct {
	db.Page
	ID           *int64    `json:"id,omitempty"`
	IDBlackList  *int64    `json:"id_black_list,omitempty"`
	Telefone     *string   `json:"telefone,omitempty"`
	Mensagem     *string   `json:"mensagem,omitempty" also:"message"`
	CriadoEm     *cti.Time `json:"criado_em,omitempty"`
	AtualizadoEm *cti.Time `json:"atualizado_em,omitempty"`
}

// DBRemoverTelefoneBlackList is a row of remover_telefone_black_list, manual 002, 1.3.1.36.
type DBRemoverTelefoneBlackList struct {
	db.Page
	ID           *int64    `json:"id,omitempty"`
	IDBlackList  *int64    `json:"id_black_list,omitempty"`
	Telefone     *string   `json:"telefone,omitempty"`
	Mensagem     *string   `json:"mensagem,omitempty" also:"message"`
	CriadoEm     *cti.Time `json:"criado_em,omitempty"`
	AtualizadoEm *cti.Time `json:"atualizado_em,omitempty"`
}

// queueRows are the queues as tables to read, manual 002, 1.3.1.
func queueRows() []cti.Func[*session] {
	return []cti.Func[*session]{
		dbTable[DBImportarDiscadorIn]("importar_discador.read", "1.3.1.6", "", "Read what was put in to be imported"),
		dbTable[DBExcluirTelefoneCampanhaIn]("excluir_telefone_campanha.read", "1.3.1.9", "id", "Read which removals were done"),
		dbTable[DBGerenciarCampanhasIn]("gerenciar_campanhas.read", "1.3.1.14", "id", "Read which switches of campaigns still wait"),
		dbTable[DBInserirTelefoneCampanhaIn]("inserir_telefone_campanha.read", "1.3.1.15.1", "id", "Read what became of numbers that were put in"),
		dbTable[DBSetStatusTelefonesCampanhasIn]("set_status_telefones_campanhas.read", "1.3.1.17", "id", "Read which statuses of numbers were refused or still wait"),
		dbTable[DBSetStatusRamalIn]("set_status_ramal.read", "1.3.1.18", "id", "Read which changes of status were refused or still wait"),
		dbTable[DBGerenciarUsuariosIn]("gerenciar_usuarios.read", "1.3.1.22", "id", "Read what became of users that were made or updated"),
	}
}
