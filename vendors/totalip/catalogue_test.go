package totalip

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
)

// pending are the documented tables and files of the system, which the driver does not drive. Take a name out when its row
// comes.
func pending() []string {
	return strings.Fields(`
		db.campanhas db.historicos_campanhas db.ura_logs db.status_servidores db.ligacoes_ativo db.ligacoes_receptivo
		db.resultado_discador db.telefones_nao_trabalhados db.usuarios db.status_usuarios db.status_telefone
		db.telefones_campanhas db.status_discador db.grupos db.pausas db.resultados_ura_pesquisa db.grupos_de_atendimento
		db.grupos_de_atendimento_logs db.grupos_de_atendimento_telefones db.grupos_de_atendimento_usuarios
		db.grupos_de_atendimento_usuarios_status db.uso_canais db.tentativas_nao_atendidas db.telefones_bloqueados
		db.nivel_de_servico db.campanhas_logs db.resultado_discador_mensal db.black_list db.mensagens_sms_recebidas db.rotas
		db.importar_discador db.excluir_telefone_campanha db.gerenciar_campanhas db.inserir_telefone_campanha
		db.set_status_telefones_campanhas db.set_status_ramal db.gerenciar_usuarios db.alterar_cliente
		db.inserir_telefone_black_list db.remover_telefone_black_list mailing-import campaign-export
		db.importar_discador.read db.excluir_telefone_campanha.read db.gerenciar_campanhas.read
		db.inserir_telefone_campanha.read db.set_status_telefones_campanhas.read db.set_status_ramal.read
		db.gerenciar_usuarios.read`)
}

// testdata/functions.tsv lists what the manual documents: vendor, name, road, document and section.
func TestCatalogueIsWhatTheManualDocuments(t *testing.T) {
	data, err := os.ReadFile("testdata/functions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]cti.FuncInfo{}
	for _, f := range Driver().Functions {
		if name, own := strings.CutPrefix(f.Name, "totalip."); own {
			served[name] = f
		}
	}
	waiting, tags := pending(), map[string]bool{}
	for l := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(l), "\t")
		if len(f) != 4 {
			t.Fatalf("testdata/functions.tsv: %q has not four fields", l)
		}
		name, road, source := f[1], f[2], strings.Replace(f[3], "002_b3fa6fb6523bb88f.txt", "002", 1)
		if road == "event" {
			tags[name] = true
		}
		info, ok := served[name]
		switch i := slices.Index(waiting, name); {
		case ok && i >= 0:
			t.Errorf("%s is served now: take it out of pending", name)
		case !ok && i < 0:
			t.Errorf("%s is documented in %s and neither served nor pending", name, source)
		case ok && info.Source != source:
			t.Errorf("%s names the source %q, want %q", name, info.Source, source)
		case i >= 0:
			waiting = slices.Delete(waiting, i, i+1)
		}
		delete(served, name)
	}
	for name := range served {
		t.Errorf("%s is served and not documented", name)
	}
	if len(waiting) > 0 {
		t.Errorf("pending names what the manual does not document: %v", waiting)
	}
	for name := range tags {
		if _, _, ok := tagOf("<" + name + "><1>"); !ok {
			t.Errorf("the event <%s> is documented and not read", name)
		}
	}
	if len(tags) != 7 {
		t.Errorf("%d events are documented, want 7", len(tags))
	}
}

// The laws try what they have a sample of.
func TestEveryFunctionIsASample(t *testing.T) {
	tried := map[string]bool{cti.CallSetDisposition.Name: true} // needs a call of the dialer and has tests of its own
	for _, s := range (&lawSim{}).Samples() {
		tried[s.Name] = true
	}
	for _, f := range eventRows() {
		tried[f.Name] = true // does not end, and has a test of its own
	}
	for _, f := range Driver().Functions {
		if !tried[f.Name] {
			t.Errorf("%s is no sample", f.Name)
		}
	}
}
