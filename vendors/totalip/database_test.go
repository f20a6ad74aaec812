package totalip

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ctiagent/cti"
	"ctiagent/cti/ctitest"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// withDatabase is a configuration with a database.
func withDatabase(c cti.Config, d *databasetest.Database, password string) cti.Config {
	c.Values = maps.Clone(c.Values)
	c.Values[optionDatabase], c.Values[optionDBPassword] = d.Addr(), password
	return c
}

// databaseSamples are one function of the database for each way in which a row is put, watched and read, and the verbs that take
// that road in a way of their own.
func databaseSamples() []ctitest.Sample {
	on := true
	soon := cti.At(time.Now().Add(time.Hour))
	return []ctitest.Sample{
		{Name: "directory.list", Wire: "usuarios"}, // the laws want one that changes nothing
		{Name: "totalip.db.grupos_de_atendimento_telefones", Wire: "db.grupos_de_atendimento_telefones"},
		{Name: "totalip.db.importar_discador", Wire: "db.importar_discador", In: &DBImportIn{Campaign: "10", ID1: "1", ID2: "Ana",
			Numbers: []DBNumber{{DialerNumber{"11", "33553434", soon}, true}}}},
		{Name: "totalip.db.excluir_telefone_campanha", Wire: "db.excluir_telefone_campanha", In: &DBRemoveIn{RemoveIn: RemoveIn{Number: "1234"}}},
		{Name: "totalip.db.gerenciar_campanhas", Wire: "db.gerenciar_campanhas", In: &DBSwitchIn{Campaign: "10", Active: &on}},
		{Name: "totalip.db.set_status_ramal", Wire: "db.set_status_ramal", In: &DBStatusIn{Extension: lawExtension, StatusID: "52"}},
		{Name: "totalip.db.gerenciar_usuarios", Wire: "db.gerenciar_usuarios",
			In: &DBUserIn{UserIn: UserIn{Model: lawExtension, Number: "77777", Name: "Total IP", Password: ctitest.Canary}, Do: "1"}},
		{Name: "totalip.db.inserir_telefone_black_list", Wire: "db.inserir_telefone_black_list", In: &BlockIn{Number: "33553434", List: "1"}},
		{Name: "blacklist.add", Wire: "db.inserir_telefone_black_list", In: &cti.BlacklistIn{Number: "33553434", List: "vendas"}},
		{Name: "campaign.setActive", Wire: "db.gerenciar_campanhas", In: &cti.CampaignActiveIn{Campaign: "10", Active: &on}},
	}
}

// withBase opens a session on a road with a system and a database of its own.
func withBase(t *testing.T, road string) (cti.Session, *totaliptest.PBX, *databasetest.Database) {
	t.Helper()
	p, d := newPBX(t, totaliptest.Options{}), cluster.New(t)
	return openSession(t, withDatabase(configOf(p, road, ""), d, ctitest.Canary), nil), p, d
}

// call calls a function of the database.
func call(t *testing.T, s cti.Session, name string, in any) (any, error) {
	t.Helper()
	name = driverName + ".db." + name
	if in == nil {
		info, _ := s.Actions().Info(name)
		in = info.NewIn()
	}
	return s.Actions().Call(t.Context(), name, desk(), in, nil)
}

// first is what a database says to a question of its owner, with blanks between the rows.
func first(t *testing.T, d *databasetest.Database, sql string) string {
	t.Helper()
	rows, err := d.Rows(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(rows, " ")
}

// Every table and view of manual 002, 1.3.1, with every column that it prints: the server's own catalogue has exactly these, and
// a row of examples comes back with none of them lost.
func TestEveryTableIsReadWithAllItsColumns(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	if err := d.Exec(t.Context(), "INSERT INTO importar_discador (id_campanha) VALUES (99)", "INSERT INTO excluir_telefone_campanha (id_telefone) VALUES (7)",
		"INSERT INTO gerenciar_campanhas (campanha_id) VALUES (99)", "INSERT INTO inserir_telefone_campanha (id_campanha) VALUES (99)",
		"INSERT INTO set_status_telefones_campanhas (id_campanha) VALUES (99)", "INSERT INTO set_status_ramal (ramal) VALUES ('1')",
		"INSERT INTO gerenciar_usuarios (ramal, senha) VALUES ('1', '"+ctitest.Canary+"')"); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, f := range slices.Concat(callRows(), peopleRows(), queueRows()) {
		read++
		name := strings.TrimSuffix(strings.TrimPrefix(f.Name, "totalip.db."), ".read")
		if f.Effect != cti.Supervise {
			t.Errorf("%s has the effect %s", f.Name, f.Effect)
		}
		live := name
		if first(t, d, "SELECT count(*) FROM information_schema.tables WHERE table_name = '"+name+"'") == "0" {
			live = strings.Replace(name, "grupos_de_", "grupo_de_", 1)
		}
		out, err := s.Actions().Call(t.Context(), f.Name, desk(), f.NewIn(), nil)
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		stream, _ := out.(cti.Pieces)
		rows, set := 0, map[string]bool{}
		for row, err := range stream.Pieces() {
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			rows++
			v := reflect.ValueOf(row)
			for i := range v.NumField() {
				if p := v.Field(i); p.Kind() == reflect.Pointer && !p.IsNil() {
					set[v.Type().Field(i).Name] = true
				}
			}
			if strings.Contains(fmt.Sprintf("%+v", row), ctitest.Canary) {
				t.Errorf("%s tells a password", f.Name)
			}
		}
		// What the server has in this table that is not NULL in every row.
		want := first(t, d, fmt.Sprintf("SELECT count(*) FROM (SELECT DISTINCT key FROM %s AS t, json_each_text(row_to_json(t)) WHERE value IS NOT NULL) x", live))
		columns := first(t, d, "SELECT count(*) FROM information_schema.columns WHERE table_name = '"+live+"'")
		if rows == 0 || fmt.Sprint(len(set)) != want || fmt.Sprint(f.In.Field(0).Type.NumField()-1) != columns {
			t.Errorf("%s: %d rows with %d columns set, want %s; it has %s columns, the type %d", f.Name, rows, len(set), want, columns, f.In.Field(0).Type.NumField()-1)
		}
	}
	if read != 37 {
		t.Errorf("%d tables are read, want 37", read)
	}
}

func TestTableTakesFiltersOrderAndLimit(t *testing.T) {
	s, _, _ := withBase(t, roadHTTP)
	yes := true
	out, err := call(t, s, "campanhas", &DBCampanhasIn{DBCampanhas: DBCampanhas{Ativa: &yes}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := all(out.(cti.Stream[any]))
	if err != nil || len(got) != 1 || *got[0].(DBCampanhas).Nome != "Campanha Clientes Y" {
		t.Errorf("%+v, %v", got, err)
	}
	in := &DBPausasIn{}
	in.Order, in.Limit = []string{"-data"}, 1
	var exts []string
	for range 3 {
		out, err := call(t, s, "pausas", in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := all(out.(cti.Stream[any]))
		if err != nil || len(got) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		exts = append(exts, *got[0].(DBPausas).Ramal)
		in.Cursor = got[0].(DBPausas).Cursor
	}
	if in.Cursor != "" || !slices.Equal(exts, []string{"20010", "10005", "10005"}) {
		t.Errorf("pages give %v and end with %q", exts, in.Cursor)
	}
}

func TestQueuesAnswerAsTheManualSays(t *testing.T) {
	on, off := true, false
	found := CustomerIn{Campaign: "10", Param: 1, Value: "219217305861"}
	user := UserIn{Model: lawExtension, Number: "77777", Name: "Total IP", Password: ctitest.Canary}
	other := func(change func(*UserIn)) UserIn {
		u := user
		change(&u)
		return u
	}
	for _, c := range []struct {
		name  string
		in    any
		out   Queued
		kind  cti.Kind // of the error, "" is none
		says  string
		check string // a question to the database
		want  string
	}{
		{"importar_discador", &DBImportIn{"10", "1", "Ana", []DBNumber{{DialerNumber{"11", "33553434", cti.At(time.Date(2030, 4, 24, 16, 47, 0, 0, time.Local))}, true}, {DialerNumber{"", "33553435", cti.Time{}}, false}}},
			Queued{}, "", "", "SELECT concat_ws('/', ddd1, telefone1, telefone_1_discar_agora, telefone_1_discar_em, ddd2, telefone2) FROM importar_discador", "11/33553434/t/2030-04-24 16:47:00/33553435"},
		{"excluir_telefone_campanha", &DBRemoveIn{RemoveIn: RemoveIn{Number: "1234"}}, Queued{ID: "1", Confirmed: true}, "", "", "SELECT count(*) FROM telefones_campanhas WHERE id = 1234", "0"},
		{"excluir_telefone_campanha", &DBRemoveIn{RemoveIn: RemoveIn{Campaign: "10"}}, Queued{ID: "1", Confirmed: true}, "", "", "SELECT id FROM telefones_campanhas", "1236"},
		{"excluir_telefone_campanha", &DBRemoveIn{RemoveIn{Number: "1236"}, WaitIn{1}}, Queued{}, cti.Timeout, "the row 1 of excluir_telefone_campanha within 1 s", "SELECT executado FROM excluir_telefone_campanha", "f"},
		{"gerenciar_campanhas", &DBSwitchIn{Campaign: "10", Active: &on}, Queued{ID: "1", Confirmed: true}, "", "", "SELECT ativa FROM campanhas WHERE id = 10", "t"},
		{"gerenciar_campanhas", &DBSwitchIn{Campaign: "50", Active: &off}, Queued{ID: "1", Confirmed: true}, "", "", "SELECT ativa FROM campanhas WHERE id = 50", "f"},
		{"gerenciar_campanhas", &DBSwitchIn{Campaign: "50", Active: &on}, Queued{Confirmed: true}, "", "", "SELECT ativa FROM campanhas WHERE id = 50 UNION ALL SELECT false FROM campanhas_logs WHERE ramal IS NULL", "t"},
		{"gerenciar_campanhas", &DBSwitchIn{Campaign: "77", Active: &on}, Queued{}, cti.NotFound, "no campaign 77", "SELECT count(*) FROM gerenciar_campanhas", "0"},
		{"inserir_telefone_campanha", &DBInsertNumberIn{InsertNumberIn: InsertNumberIn{found, 4, "11", "33550000"}}, Queued{"1", Answer{"TELEFONE INSERIDO"}, true}, "", "", "", ""},
		{"inserir_telefone_campanha", &DBInsertNumberIn{InsertNumberIn: InsertNumberIn{found, 1, "11", "33550000"}}, Queued{}, cti.Refused, "JA EXISTE NUMERO", "", ""},
		{"inserir_telefone_campanha", &DBInsertNumberIn{InsertNumberIn: InsertNumberIn{CustomerIn{"77", 1, "x"}, 1, "11", "33550000"}}, Queued{}, cti.NotFound, "CAMPANHA NAO ENCONTRADA", "", ""},
		{"set_status_telefones_campanhas", &DBOutcomeIn{OutcomeIn: OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "10"}}, Queued{ID: "1", Confirmed: true}, "", "",
			"SELECT id_status FROM telefones_campanhas WHERE id = 1234 UNION ALL SELECT count(*) FROM set_status_telefones_campanhas", "10 0"},
		{"set_status_telefones_campanhas", &DBOutcomeIn{OutcomeIn: OutcomeIn{Param1: "nobody", Number: "33553434", Campaign: "10", StatusID: "10"}}, Queued{}, cti.NotFound, "CLIENTE NAO LOCALIZADO", "", ""},
		{"set_status_telefones_campanhas", &DBOutcomeIn{OutcomeIn: OutcomeIn{Param1: "219217305861", Number: "33553434", Campaign: "10", StatusID: "1002", At: cti.At(time.Now().Add(-time.Hour))}},
			Queued{}, cti.BadRequest, "DATA FUTURA", "", ""},
		{"set_status_ramal", &DBStatusIn{Extension: "20010", StatusID: "52"}, Queued{ID: "1", Confirmed: true}, "", "", "SELECT status_usuario FROM usuarios WHERE ramal = '20010'", "Banheiro"},
		{"set_status_ramal", &DBStatusIn{Extension: "20010", StatusID: "77"}, Queued{}, cti.NotFound, "STATUS NAO EXISTE", "", ""},
		{"set_status_ramal", &DBStatusIn{Extension: "77", StatusID: "52"}, Queued{}, cti.NotFound, "RAMAL NAO ENCONTRADO", "", ""},
		{"gerenciar_usuarios", &DBUserIn{UserIn: user, Do: "1"}, Queued{"1", Answer{"Usuário '77777' criado com sucesso"}, true}, "", "", "SELECT nome FROM usuarios WHERE ramal = '77777'", "Total IP"},
		{"gerenciar_usuarios", &DBUserIn{UserIn: other(func(u *UserIn) { u.Number = "20010" }), Do: "2"}, Queued{"1", Answer{"Usuário '20010' atualizado com sucesso"}, true}, "", "", "", ""},
		{"gerenciar_usuarios", &DBUserIn{UserIn: user, Do: "2"}, Queued{}, cti.Refused, "não foi atualizado", "", ""},
		{"alterar_cliente", &ChangeCustomerIn{found, 3, "30"}, Queued{}, "", "", "SELECT concat_ws('/', id_campanha, parametro, valor, novo_parametro, novo_valor) FROM alterar_cliente", "10/1/219217305861/3/30"},
		{"inserir_telefone_black_list", &BlockIn{Number: "33553434", List: "1"}, Queued{"1", Answer{"Telefone salvo"}, true}, "", "", "SELECT grupo_de_bloqueio FROM telefones_bloqueados WHERE telefone = 33553434", "Geral"},
		{"inserir_telefone_black_list", &BlockIn{Number: "33553434", List: "9"}, Queued{}, cti.NotFound, "Black List não localizada", "", ""},
		{"remover_telefone_black_list", &UnblockIn{Number: "1133559999", List: "1"}, Queued{"1", Answer{"Telefone removido"}, true}, "", "", "SELECT grupo_de_bloqueio FROM telefones_bloqueados", "Vendas"},
		{"remover_telefone_black_list", &UnblockIn{Number: "1133559999", List: "all"}, Queued{"1", Answer{"Telefone removido"}, true}, "", "", "SELECT grupo_de_bloqueio FROM telefones_bloqueados", ""},
		{"remover_telefone_black_list", &UnblockIn{Number: "1133550000", List: "1"}, Queued{}, cti.Refused, "Não foi possível excluir", "", ""},
		{"remover_telefone_black_list", &UnblockIn{Number: "1133559999", List: "ALL"}, Queued{}, cti.BadRequest, "the word all", "SELECT grupo_de_bloqueio FROM telefones_bloqueados ORDER BY 1", "Geral Vendas"},
		{"remover_telefone_black_list", &UnblockIn{Number: "1133559999"}, Queued{}, cti.BadRequest, "the word all", "SELECT count(*) FROM remover_telefone_black_list", "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, d := withBase(t, roadHTTP)
			out, err := call(t, s, c.name, c.in)
			if c.kind == "" {
				if d := cmp.Diff(any(c.out), out); err != nil || d != "" {
					t.Errorf("%s %+v: %v\n%s", c.name, c.in, err, d)
				}
			} else if e := cti.AsError(err); e.Kind != c.kind || !strings.Contains(e.Text, c.says) || (e.Sent == cti.NotSent) != (first(t, d, "SELECT count(*) FROM "+c.name) == "0") {
				t.Errorf("%s %+v: %+v, want %s %q", c.name, c.in, e, c.kind, c.says)
			}
			if c.check != "" {
				if got := first(t, d, c.check); got != c.want {
					t.Errorf("%s %+v: %s is %q, want %q", c.name, c.in, c.check, got, c.want)
				}
			}
		})
	}
}

// Sites differ from the manual: a column for the answer may be missing, or stay empty.
func TestQueuesOfOtherSitesAreUnderstood(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause() // the worker would miss the columns too
	if err := d.Exec(t.Context(), "ALTER TABLE inserir_telefone_campanha DROP message", "ALTER TABLE excluir_telefone_campanha DROP executado"); err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]any{
		"inserir_telefone_campanha": &DBInsertNumberIn{InsertNumberIn: InsertNumberIn{CustomerIn{"10", 1, "219217305861"}, 4, "11", "33550000"}},
		"excluir_telefone_campanha": &DBRemoveIn{RemoveIn: RemoveIn{Number: "1234"}},
	} {
		out, err := call(t, s, name, in)
		if d := cmp.Diff(any(Queued{ID: "1"}), out); err != nil || d != "" {
			t.Errorf("%s without a column for the answer: %v\n%s", name, err, d)
		}
		if n := first(t, d, "SELECT count(*) FROM "+name); n != "1" {
			t.Errorf("%s has %s rows, want one", name, n)
		}
	}

	s, _, d = withBase(t, roadHTTP)
	d.Pause()
	if err := d.Exec(t.Context(), "CREATE FUNCTION treated() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.executado = true; RETURN NEW; END'",
		"CREATE TRIGGER treated BEFORE INSERT ON gerenciar_usuarios FOR EACH ROW EXECUTE FUNCTION treated()"); err != nil {
		t.Fatal(err)
	}
	out, err := call(t, s, "gerenciar_usuarios", &DBUserIn{UserIn: UserIn{Model: lawExtension, Number: "77777"}, Do: "1"})
	if d := cmp.Diff(any(Queued{ID: "1", Confirmed: true}), out); err != nil || d != "" {
		t.Errorf("done without a word: %v\n%s", err, d)
	}

	// Somebody takes the row away, or changes it, before the system has treated it.
	s, _, d = withBase(t, roadHTTP)
	d.Pause()
	if err := d.Exec(t.Context(), "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM inserir_telefone_black_list; RETURN NULL; END'",
		"CREATE TRIGGER gone AFTER INSERT ON inserir_telefone_black_list FOR EACH STATEMENT EXECUTE FUNCTION gone()",
		"CREATE FUNCTION spoilt() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.message = ''outra coisa''; RETURN NEW; END'",
		"CREATE TRIGGER spoilt BEFORE INSERT ON set_status_ramal FOR EACH ROW EXECUTE FUNCTION spoilt()",
		"ALTER FUNCTION gone() SECURITY DEFINER"); err != nil {
		t.Fatal(err)
	}
	_, err = call(t, s, "inserir_telefone_black_list", &BlockIn{Number: "33553434", List: "1"})
	if e := cti.AsError(err); e.Kind != cti.Refused || e.Sent != cti.CertainSent || e.Retryable || !strings.Contains(e.Text, "gone without an answer") || e.Hint != hintGone || e.Args["ID"] != "1" {
		t.Errorf("a row that somebody took away: %+v", e)
	}
	_, err = call(t, s, "set_status_ramal", &DBStatusIn{Extension: "20010", StatusID: "52"})
	if e := cti.AsError(err); !cti.MayHaveReached(err) || e.Retryable || !strings.Contains(e.Text, "outra coisa") {
		t.Errorf("words that the manual does not have: %+v", e)
	}
}

// A system that is slow, or of which nobody knows whether it runs.
func TestQueueThatNobodyTreatsIsATimeout(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	d.Pause()
	for _, c := range []struct {
		name string
		in   any
	}{
		{"set_status_ramal", &DBStatusIn{"20010", "52", WaitIn{1}}},
		{"inserir_telefone_black_list", &BlockIn{"33553434", "1", WaitIn{1}}},
	} {
		_, err := call(t, s, c.name, c.in)
		e := cti.AsError(err)
		if e.Kind != cti.Timeout || e.Sent != cti.CertainSent || e.Retryable || e.Hint != hintWaiting || e.Args["ID"] != "1" {
			t.Errorf("%s: %+v", c.name, e)
		}
		if n := first(t, d, "SELECT count(*) FROM "+c.name); n != "1" {
			t.Errorf("%s has %s rows, want one", c.name, n)
		}
	}
	_, err := call(t, s, "set_status_ramal", &DBStatusIn{"20010", "52", WaitIn{601}})
	if !errors.Is(err, cti.BadRequest) {
		t.Errorf("more than ten minutes: %v", err)
	}
	// The database goes while the row waits.
	since := first(t, d, "SELECT clock_timestamp()")
	done := make(chan error, 1)
	go func() {
		_, err := call(t, s, "set_status_ramal", &DBStatusIn{"10005", "52", WaitIn{600}})
		done <- err
	}()
	// Until the driver looks at the row: the answer to its putting it there has come.
	looked := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
		AND query LIKE 'SELECT%FROM "set_status_ramal"%' AND query_start > '` + since + `'`
	for first(t, d, looked) == "0" {
		continue // each question waits for the server
	}
	d.CutLink()
	if e := cti.AsError(<-done); e.Kind != cti.Unavailable || e.Sent != cti.CertainSent || e.Retryable || !strings.Contains(e.Text, "is in the queue") {
		t.Errorf("a database that went: %+v", e)
	}
}

func TestVerbsTakeTheConfiguredRoadAndSayIt(t *testing.T) {
	on := true
	soon := cti.At(time.Now().Add(time.Hour))
	for _, c := range []struct {
		verb string
		in   any
		want map[string]string // by road: the way, and what the database is asked
	}{
		{"callback.schedule", &cti.CallbackIn{Number: "33553434", At: soon, Campaign: "10", Contact: "219217305861"},
			map[string]string{"http": "http", "socket": "socket", "database": "database db.set_status_telefones_campanhas"}},
		{"contact.add", &cti.ContactIn{ID: "1", Name: "Ana", Campaign: "10", Numbers: []string{"1133553434"}},
			map[string]string{"http": "http", "socket": "http", "database": "database db.importar_discador"}},
		{"contact.add", &cti.ContactIn{ID: "219217305861", Campaign: "10", Numbers: []string{"1133550000"}, Parameters: map[string]string{"prioridade": "4"}},
			map[string]string{"http": "http", "socket": "socket", "database": "database db.inserir_telefone_campanha"}},
		{"contact.update", &cti.ContactIn{ID: "219217305861", Name: "Ana", Campaign: "10"},
			map[string]string{"http": "http", "socket": "socket", "database": "database db.alterar_cliente"}},
		{"contact.remove", &cti.ContactIn{ID: "1234"}, map[string]string{"http": "http", "socket": "http", "database": "database db.excluir_telefone_campanha"}},
		{"campaign.setActive", &cti.CampaignActiveIn{Campaign: "10", Active: &on}, map[string]string{"http": "http", "socket": "http", "database": "database db.gerenciar_campanhas"}},
		{"blacklist.add", &cti.BlacklistIn{Number: "33553434", List: "geral"},
			map[string]string{"http": "database db.black_list db.inserir_telefone_black_list", "database": "database db.black_list db.inserir_telefone_black_list"}},
		{"blacklist.remove", &cti.BlacklistIn{Number: "1133559999", List: "all"}, map[string]string{"socket": "database db.remover_telefone_black_list"}},
	} {
		for road, want := range c.want {
			t.Run(c.verb+" by "+road, func(t *testing.T) {
				s, _, d := withBase(t, road)
				out, err := s.Actions().Call(t.Context(), c.verb, desk(), c.in, nil)
				if err != nil {
					t.Fatal(err)
				}
				asked := slices.DeleteFunc(d.Requests(), func(name string) bool { return name == "db.connect" })
				if got := strings.Join(append([]string{reflect.ValueOf(out).FieldByName("Via").String()}, asked...), " "); got != want {
					t.Errorf("it went %q, want %q", got, want)
				}
			})
		}
	}
}

func TestReportFromTheDatabaseHasDates(t *testing.T) {
	s, _, _ := withBase(t, roadDatabase)
	day := func(d int) cti.Time { return cti.At(time.Date(2026, 11, d, 0, 0, 0, 0, time.Local)) }
	for _, c := range []struct {
		in   cti.ReportIn
		want []string
	}{
		{cti.ReportIn{}, []string{"33553434", "89254691"}},
		{cti.ReportIn{From: day(20)}, []string{"89254691"}},
		{cti.ReportIn{Campaign: "Campanha Clientes X", To: day(20)}, []string{"33553434"}},
		{cti.ReportIn{Campaign: "50"}, nil},
		{cti.ReportIn{Number: "+551189254691"}, []string{"89254691"}},
		{cti.ReportIn{Limit: 1}, []string{"33553434"}},
	} {
		list, err := cti.Do(t.Context(), s.Actions(), cti.ReportCalls, desk(), c.in)
		if err != nil {
			t.Errorf("%+v: %v", c.in, err)
			continue
		}
		rows, err := all(list)
		var got []string
		for _, r := range rows {
			got = append(got, r.Fields["telefone"])
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, %v, want %v", c.in, got, err, c.want)
		}
	}
}

func TestBlackListsAreNamed(t *testing.T) {
	s, _, d := withBase(t, roadHTTP)
	for _, c := range []struct {
		verb, list string
		kind       cti.Kind
	}{{"blacklist.add", "all", cti.BadRequest}, {"blacklist.add", "", cti.BadRequest}, {"blacklist.remove", "", cti.BadRequest}, {"blacklist.remove", "Todas", cti.NotFound}} {
		_, err := s.Actions().Call(t.Context(), c.verb, desk(), &cti.BlacklistIn{Number: "1133559999", List: c.list}, nil)
		if e := cti.AsError(err); e.Kind != c.kind || e.Sent != cti.NotSent || e.Hint == "" {
			t.Errorf("%s %q: %+v", c.verb, c.list, e)
		}
	}
	if n := first(t, d, "SELECT count(*) FROM telefones_bloqueados"); n != "2" {
		t.Errorf("%s numbers are blocked, want 2", n)
	}
}

func TestWithoutADatabaseItsFunctionsSaySo(t *testing.T) {
	s := openSession(t, configOf(newPBX(t, totaliptest.Options{}), roadHTTP, ""), nil)
	on := true
	for name, in := range map[string]any{"totalip.db.pausas": &DBPausasIn{}, "totalip.db.set_status_ramal": &DBStatusIn{Extension: "1", StatusID: "1"},
		"totalip.db.gerenciar_campanhas": &DBSwitchIn{Campaign: "1", Active: &on}, "blacklist.add": &cti.BlacklistIn{Number: "1", List: "1"}} {
		_, err := s.Actions().Call(t.Context(), name, desk(), in, nil)
		if e := cti.AsError(err); e.Kind != cti.Unavailable || e.Sent != cti.NotSent || e.Hint != hintNoDatabase {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
