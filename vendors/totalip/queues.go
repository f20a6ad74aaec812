package totalip

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"ctiagent/cti"
	"ctiagent/vendors/totalip/db"
)

// Queued is what became of a row that was put into a queue of the database.
type Queued struct {
	ID string `json:"id,omitempty" help:"of the row, where the table tells one"`
	Answer
	Confirmed bool `json:"confirmado" help:"the system said or showed that it is done; else the row is in the queue, and the table never tells more"`
}

// WaitIn says how long an answer is waited for.
type WaitIn struct {
	Seconds int `json:"espera_segundos,omitempty" help:"how long the answer is waited for, 1 to 600; 10 when left out"`
}

// DBNumber is one number of a customer who is imported through the database.
type DBNumber struct {
	DialerNumber
	Now bool `json:"discar_agora,omitempty" help:"dialled before all other numbers of the campaign"`
}

// DBImportIn imports one customer into a campaign.
type DBImportIn struct {
	Campaign string     `json:"id_campanha" required:"true" help:"an id of totalip.db.campanhas"`
	ID1      string     `json:"identificador1" required:"true" help:"such as the customer's code"`
	ID2      string     `json:"identificador2,omitempty" help:"such as the customer's name"`
	Numbers  []DBNumber `json:"telefones" required:"true" help:"1 to 5 numbers, the first is dialled first"`
}

// DBRemoveIn is RemoveIn with a time limit.
type DBRemoveIn struct {
	RemoveIn
	WaitIn
}

// DBSwitchIn switches a campaign on or off.
type DBSwitchIn struct {
	Campaign string `json:"campanha_id" required:"true" help:"an id of totalip.db.campanhas"`
	Active   *bool  `json:"ativa" required:"true" help:"how it is to be"`
	WaitIn
}

// DBInsertNumberIn is InsertNumberIn with a time limit.
type DBInsertNumberIn struct {
	InsertNumberIn
	WaitIn
}

// DBOutcomeIn is OutcomeIn with a time limit.
type DBOutcomeIn struct {
	OutcomeIn
	WaitIn
}

// DBStatusIn gives a user a status.
type DBStatusIn struct {
	Extension string `json:"ramal" required:"true"`
	StatusID  string `json:"id_status" required:"true" help:"an id of totalip.db.status_usuarios"`
	WaitIn
}

// DBUserIn makes or updates a user after the model of another.
type DBUserIn struct {
	UserIn
	Do string `json:"acao" required:"true" values:"1,2" help:"1 makes a user, 2 updates one"`
	WaitIn
}

// BlockIn puts a number on a black list.
type BlockIn struct {
	Number string `json:"telefone" required:"true"`
	List   string `json:"id_black_list" required:"true" help:"an id of totalip.db.black_list"`
	WaitIn
}

// UnblockIn takes a number off a black list.
type UnblockIn struct {
	Number string `json:"telefone" required:"true"`
	List   string `json:"id_black_list" required:"true" help:"an id of totalip.db.black_list, or the word all for every list"`
	WaitIn
}

// allLists is the word that takes a number off every black list.
const allLists = "all"

// The functions that put rows into the queues, manual 002, 1.3.1.
var (
	DBImport         = cti.Action[DBImportIn, Queued]{Name: "totalip.db.importar_discador", Title: "Import a customer into a campaign (database)", Effect: cti.Supervise}
	DBRemove         = cti.Action[DBRemoveIn, Queued]{Name: "totalip.db.excluir_telefone_campanha", Title: "Remove one number of a campaign, or all of them (database)", Effect: cti.Supervise}
	DBSwitchCampaign = cti.Action[DBSwitchIn, Queued]{Name: "totalip.db.gerenciar_campanhas", Title: "Switch a campaign on or off (database)", Effect: cti.Supervise}
	DBInsertNumber   = cti.Action[DBInsertNumberIn, Queued]{Name: "totalip.db.inserir_telefone_campanha", Title: "Give a customer of a campaign one more number (database)", Effect: cti.Supervise}
	DBFileOutcome    = cti.Action[DBOutcomeIn, Queued]{Name: "totalip.db.set_status_telefones_campanhas", Title: "File a status for a number of a campaign, or promise it a call (database)", Effect: cti.Supervise}
	DBSetStatus      = cti.Action[DBStatusIn, Queued]{Name: "totalip.db.set_status_ramal", Title: "Give a user a status (database)", Effect: cti.Supervise}
	DBManageUser     = cti.Action[DBUserIn, Queued]{Name: "totalip.db.gerenciar_usuarios", Title: "Make or update a user after the model of another (database)", Effect: cti.Supervise}
	DBChangeCustomer = cti.Action[ChangeCustomerIn, Queued]{Name: "totalip.db.alterar_cliente", Title: "Change a parameter of a customer of a campaign (database)", Effect: cti.Supervise}
	DBBlock          = cti.Action[BlockIn, Queued]{Name: "totalip.db.inserir_telefone_black_list", Title: "Put a number on a black list", Effect: cti.Supervise}
	DBUnblock        = cti.Action[UnblockIn, Queued]{Name: "totalip.db.remover_telefone_black_list", Title: "Take a number off a black list, or off all of them", Effect: cti.Supervise}
)

// databaseRows are the rows of the database.
func databaseRows() []cti.Func[*session] {
	return slices.Concat(callRows(), peopleRows(), queueRows(), []cti.Func[*session]{
		// The table has no column for an answer: sent, and not confirmed.
		cti.Row(DBImport, "002 1.3.1.6, 1.3.1.7", func(s *session, ctx context.Context, r cti.Req[DBImportIn]) (Queued, error) {
			return s.dbImport(ctx, DBImport.Name, r.In)
		}),
		// executado becomes true.
		cti.Row(DBRemove, "002 1.3.1.9", func(s *session, ctx context.Context, r cti.Req[DBRemoveIn]) (Queued, error) {
			return s.dbRemove(ctx, DBRemove.Name, r.In)
		}),
		// The row goes when it is done. It turns the campaign round, so how it stands is read first.
		cti.Row(DBSwitchCampaign, "002 1.3.1.14", func(s *session, ctx context.Context, r cti.Req[DBSwitchIn]) (Queued, error) {
			return s.dbSwitch(ctx, DBSwitchCampaign.Name, r.In)
		}),
		// message says what became of it.
		cti.Row(DBInsertNumber, "002 1.3.1.15.1", func(s *session, ctx context.Context, r cti.Req[DBInsertNumberIn]) (Queued, error) {
			return s.dbInsertNumber(ctx, DBInsertNumber.Name, r.In)
		}),
		// The row goes when it is done, else mensagem says why not.
		cti.Row(DBFileOutcome, "002 1.3.1.17", func(s *session, ctx context.Context, r cti.Req[DBOutcomeIn]) (Queued, error) {
			return s.dbOutcome(ctx, DBFileOutcome.Name, r.Target, r.In)
		}),
		// The row goes when it is done, else message says why not.
		cti.Row(DBSetStatus, "002 1.3.1.18", func(s *session, ctx context.Context, r cti.Req[DBStatusIn]) (Queued, error) {
			c := s.checks(DBSetStatus.Name, roadDatabase)
			c.digits("ramal", r.In.Extension)
			c.digits("id_status", r.In.StatusID)
			return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBSetStatusRamal](), "set_status_ramal", "id"), wait: r.In.Seconds, answer: "message", goes: true})
		}),
		// mensagem says whether it went well, executado that it is over.
		cti.Row(DBManageUser, "002 1.3.1.22", func(s *session, ctx context.Context, r cti.Req[DBUserIn]) (Queued, error) {
			return s.dbManageUser(ctx, DBManageUser.Name, r.In)
		}),
		// The table has no column for an answer: sent, and not confirmed.
		cti.Row(DBChangeCustomer, "002 1.3.1.29", func(s *session, ctx context.Context, r cti.Req[ChangeCustomerIn]) (Queued, error) {
			return s.dbChange(ctx, DBChangeCustomer.Name, r.In)
		}),
		// mensagem says what became of it.
		cti.Row(DBBlock, "002 1.3.1.35", func(s *session, ctx context.Context, r cti.Req[BlockIn]) (Queued, error) {
			return s.dbBlock(ctx, DBBlock.Name, r.In)
		}),
		// mensagem says what became of it. Without a list the system takes the number off all of them.
		cti.Row(DBUnblock, "002 1.3.1.36", func(s *session, ctx context.Context, r cti.Req[UnblockIn]) (Queued, error) {
			return s.dbUnblock(ctx, DBUnblock.Name, r.In)
		}),
	})
}

func (s *session) dbImport(ctx context.Context, op string, in DBImportIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
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
		if n.Now {
			c.fields = append(c.fields, field{fmt.Sprintf("telefone_%d_discar_agora", i+1), "true"})
		}
	}
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBImportarDiscador](), "importar_discador", "")})
}

func (s *session) dbRemove(ctx context.Context, op string, in DBRemoveIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	c.removal(in.RemoveIn)
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBExcluirTelefoneCampanha](), "excluir_telefone_campanha", "id"), wait: in.Seconds, done: "executado"})
}

func (s *session) dbInsertNumber(ctx context.Context, op string, in DBInsertNumberIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	s.newNumber(c, cti.Target{}, in.InsertNumberIn)
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBInserirTelefoneCampanha](), "inserir_telefone_campanha", "id"), wait: in.Seconds, answer: "message"})
}

func (s *session) dbOutcome(ctx context.Context, op string, t cti.Target, in DBOutcomeIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	s.outcome(c, t, in.OutcomeIn)
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBSetStatusTelefonesCampanhas](), "set_status_telefones_campanhas", "id"), wait: in.Seconds, answer: "mensagem", goes: true})
}

// dbManageUser keeps the password out of what is answered: the system may repeat it.
func (s *session) dbManageUser(ctx context.Context, op string, in DBUserIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	c.user(in.UserIn)
	c.fields = append(c.fields, field{"acao", in.Do})
	out, err := s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBGerenciarUsuarios](), "gerenciar_usuarios", "id"), wait: in.Seconds, answer: "mensagem", done: "executado"})
	return hidden(in.Password, out, err, func(q *Queued) *string { return &q.Text })
}

func (s *session) dbChange(ctx context.Context, op string, in ChangeCustomerIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	s.newValue(c, cti.Target{}, in)
	for i, f := range c.fields { // the table calls two of them otherwise than HTTP
		c.fields[i].name = cmp.Or(map[string]string{"valor_parametro": "valor", "valor_novo_parametro": "novo_valor"}[f.name], f.name)
	}
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBAlterarCliente](), "alterar_cliente", "")})
}

func (s *session) dbBlock(ctx context.Context, op string, in BlockIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	c.digits("telefone", in.Number)
	c.digits("id_black_list", in.List)
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBInserirTelefoneBlackList](), "inserir_telefone_black_list", "id"), wait: in.Seconds, answer: "mensagem"})
}

func (s *session) dbUnblock(ctx context.Context, op string, in UnblockIn) (Queued, error) {
	c := s.checks(op, roadDatabase)
	c.digits("telefone", in.Number)
	if in.List != allLists {
		if !isDigits(in.List) {
			c.bad("id_black_list", "must be the id of a list, or the word all for every list")
		}
		c.digits("id_black_list", in.List)
	}
	return s.put(ctx, c, queue{table: db.TableOf(reflect.TypeFor[DBRemoverTelefoneBlackList](), "remover_telefone_black_list", "id"), wait: in.Seconds, answer: "mensagem"})
}
