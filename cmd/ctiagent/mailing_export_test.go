//go:build unix

package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/i18n"
	"ctiagent/internal/secret"
	"ctiagent/vendors"
	"ctiagent/vendors/totalip/databasetest"
	"ctiagent/vendors/totalip/totaliptest"

	"github.com/google/go-cmp/cmp"
)

// TestExportTellsWhatCameOfACampaign reads a real database: who sat at the extension and in which group is joined to the
// dialer's results.
func TestExportTellsWhatCameOfACampaign(t *testing.T) {
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	cluster := &databasetest.Cluster{Password: canary}
	t.Cleanup(cluster.Stop)
	data := cluster.New(t)
	if err := data.Exec(t.Context(), "INSERT INTO resultado_discador_mensal (id, identificador1, identificador2, telefone, status_nome, data_hora_inicio, ramal, campanha_id) VALUES "+
		"(2, 'CPF;1', 'João', '33553401', 'Venda realizada', '2026-11-19 14:00:01.25', '20010', 10), "+
		"(3, '3', NULL, '33553402', 'Não Atende', NULL, NULL, 10), (4, '4', 'x', '33553403', 'Ocupado', NULL, NULL, 11)"); err != nil {
		t.Fatal(err)
	}
	pbx := totaliptest.New(totaliptest.Options{})
	t.Cleanup(pbx.Close)
	serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, func(*slog.Logger, *secret.Redactor) ([]desk.Driver, error) {
			d, _ := vendors.Named("totalip")
			values := defaults(d)
			values["url"], values["events"], values["commands"] = pbx.URL(), pbx.EventsAddr(), pbx.CommandsAddr()
			values["database"], values["database_password"] = data.Addr(), canary
			return []desk.Driver{{Driver: d, Config: cti.Config{Country: "BR", AreaCode: "11", Values: values}}}, nil
		}, nil)
	}, func(cfg *config.Config) { cfg.Policy.Supervisors = []string{who.Username} })

	const want = "219217305861;TESTE DO TOTALIP;2026-11-19 14:00:00.000;33553434;Ocupado;Carlos da Silva;Operadores\n" +
		"\"CPF;1\";João;2026-11-19 14:00:01.250;33553401;Venda realizada;Rodrigo Vieira;Operadores\n" +
		"3;;;33553402;Não Atende;;\n"
	code, out, bad := runHere(t, i18n.En, "mailing", "export", "--campaign", "10")
	if d := cmp.Diff(out, want); d != "" || code != 0 || bad != "" {
		t.Errorf("status %d, %s\n%s", code, bad, d)
	}
	file := filepath.Join(t.TempDir(), "result.csv")
	code, out, bad = runHere(t, i18n.En, "mailing", "export", "--campaign", "10", "--csv", "--output", file)
	b, err := os.ReadFile(file)
	if err != nil || code != 0 || out != "Written to "+file+". Lines: 3.\n" || bad != "" ||
		!strings.HasPrefix(string(b), "parametro1,parametro2,data,telefone,status,usuario,grupo\n219217305861,TESTE DO TOTALIP,") {
		t.Errorf("status %d, %q, %s, %v\n%s", code, out, bad, err, b)
	}
	code, out, _ = runHere(t, i18n.En, "mailing", "export", "--campaign", "10", "--json")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); code != 0 || len(lines) != 3 || !strings.Contains(lines[1], `"usuario":"Rodrigo Vieira","grupo":"Operadores"`) {
		t.Errorf("status %d, %s", code, out)
	}

	// A connection that is cut in the middle leaves no file.
	if err := data.Exec(t.Context(), fmt.Sprintf("INSERT INTO resultado_discador_mensal (id, telefone, campanha_id) SELECT n, '33553400', 12 FROM generate_series(100, %d) n", 20_000)); err != nil {
		t.Fatal(err)
	}
	code, out, _ = runHere(t, i18n.En, "mailing", "export", "--campaign", "12")
	if code != 0 || strings.Count(out, "\n") != 19_901 {
		t.Errorf("status %d, %d lines", code, strings.Count(out, "\n"))
	}
	data.CutLink()
	none := filepath.Join(t.TempDir(), "none.csv")
	code, _, bad = runHere(t, i18n.En, "mailing", "export", "--campaign", "12", "--output", none)
	if _, err := os.Stat(none); code != 1 || err == nil || !strings.HasPrefix(bad, "Total IP") {
		t.Errorf("status %d, %s, %v", code, bad, err)
	}
}
