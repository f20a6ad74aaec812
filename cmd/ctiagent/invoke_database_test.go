//go:build unix

package main

import (
	"log/slog"
	"net"
	"os/user"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
	"ctiagent/vendors/totalip/databasetest"

	"github.com/google/go-cmp/cmp"
)

// withDatabase is Total IP with a database and no system beside it.
func withDatabase(address, password string) desk.Driver {
	d, _ := vendors.Named("totalip")
	values := defaults(d)
	values["url"], values["database"], values["database_password"] = "http://127.0.0.1:9", address, password
	return desk.Driver{Driver: d, Config: cti.Config{Country: "BR", AreaCode: "11", Values: values}}
}

func TestTablesOfADatabaseAreReadAndItsStateIsTold(t *testing.T) {
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	data := cluster.New(t)
	if err := data.Exec(t.Context(), `UPDATE campanhas SET nome = 'X "um", dois' WHERE id = 10`, "UPDATE campanhas SET ativa = NULL WHERE id = 50"); err != nil {
		t.Fatal(err)
	}
	serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
			return []desk.Driver{withDatabase(data.Addr(), canary)}, nil
		}, nil)
	}, func(cfg *config.Config) { cfg.Policy.Supervisors = []string{who.Username} })
	for _, c := range []struct {
		args string
		want string
		bad  string
		code int
	}{
		{"campanhas columns=id,nome,ativa order=id --csv", "id,nome,ativa\n10,\"X \"\"um\"\", dois\",false\n50,Campanha Clientes Y,\n", "", exitDone},
		{`campanhas columns=["ID","NOME"] order=-id id=50 --csv`, "id,nome\n50,Campanha Clientes Y\n", "", exitDone},
		{"status_usuarios id=77 --csv", "id,nome\n", "", exitDone},
		{"status_usuarios id=4", "{\"id\":4,\"nome\":\"Almoço\"}\n", "", exitDone},
		{"status_usuarios nome=Almoço --json", "{\"id\":4,\"nome\":\"Almoço\"}\n", "", exitDone},
		{`ligacoes_ativo columns=filiai,id where=[{"column":"data","op":"between","values":["2026-11-20","2026-11-20"]},{"column":"ramal","op":"null"}]`,
			"{\"id\":2,\"filial\":\"Matriz\"}\n", "", exitDone},
		{"set_status_ramal ramal=1 id_status=1 --csv", "", "does not answer rows", exitUsage},
		{"campanhas codigo=1", "", "[telefones_restantes]", exitUsage},
		{"campanhas columns=codigo", "", "which has id, nome, ativa", exitRefused},
	} {
		args := strings.Fields(c.args)
		code, out, bad := runHere(t, i18n.En, append([]string{"invoke", "totalip.db." + args[0]}, args[1:]...)...)
		if d := cmp.Diff(c.want, out); d != "" || code != c.code || !strings.Contains(bad, c.bad) || (bad == "") != (c.bad == "") {
			t.Errorf("%s: status %d, %s\n%s", c.args, code, bad, d)
		}
	}
	// With a limit the table has a column that says where to go on, and all columns where one was named as the answer does not.
	code, out, bad := runHere(t, i18n.En, "invoke", "totalip.db.ligacoes_ativo", "columns=FILIAI", "limit=1", "--csv")
	if lines := strings.Split(out, "\n"); code != 0 || len(lines) != 3 || !strings.HasPrefix(lines[0], "id,destino,") || !strings.HasSuffix(lines[0], ",cursor") || !strings.Contains(lines[1], ",Matriz,") {
		t.Errorf("status %d, %s\n%s", code, bad, out)
	}

	_, out, _ = runHere(t, i18n.En, "doctor")
	if !strings.Contains(out, "ok       database: Total IP: the database lets ctiagent in.\n") {
		t.Errorf("doctor says\n%s", out)
	}
	if err := data.ShutOut(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut := func(lang i18n.Lang, d desk.Driver) []finding {
		return saying(lang).databases(t.Context(), []desk.Driver{d})
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free.Close()
	for _, c := range []struct {
		name string
		d    desk.Driver
		lang i18n.Lang
		says string
		next string
	}{
		{"a host that is not let in", withDatabase(data.Addr(), canary), i18n.En, "Total IP: the database does not let this computer in", "ask Total IP's support to enter its address"},
		{"the same in Portuguese", withDatabase(data.Addr(), canary), i18n.PtBR, "Total IP: o banco de dados não atende", "peça ao suporte da Total IP que libere o endereço"},
		{"the same in Spanish", withDatabase(data.Addr(), canary), i18n.Es, "Total IP: la base de datos no atiende", "que autorice su dirección"},
		{"a wrong password", withDatabase(cluster.New(t).Addr(), "wrong"), i18n.En, "refused the user or the password", "check database_password"},
		{"nobody there", withDatabase(free.Addr().String(), canary), i18n.En, "cannot be reached", "check the option database"},
	} {
		found := shut(c.lang, c.d)
		if len(found) != 1 || found[0].Check != "database" || found[0].Status != checkFail || !strings.Contains(found[0].Detail, c.says) || !strings.Contains(found[0].Next, c.next) ||
			strings.Contains(found[0].Detail+found[0].Next, canary) {
			t.Errorf("%s: %+v", c.name, found)
		}
	}
	if found := shut(i18n.En, withDatabase("", "")); len(found) != 0 {
		t.Errorf("without a database: %+v", found)
	}
}
