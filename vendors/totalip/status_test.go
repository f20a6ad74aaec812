package totalip

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The examples and the syntaxes of manual 002, 1.1.23.
func TestEveryLineOfStatusRamalIsRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want ExtensionStatus
	}{
		{"Carlos da Silva;10005;Ativa;22154748;768.484154",
			ExtensionStatus{Name: "Carlos da Silva", Extension: "10005", Kind: "ativa", Number: "22154748", Seconds: 768.484154}},
		{"Eduardo Moreira;40009;Desconectado;Deslogado;2",
			ExtensionStatus{Name: "Eduardo Moreira", Extension: "40009", Kind: "livre", Phone: "Desconectado", Status: "Deslogado", StatusID: "2"}},
		{"Rodrigo Vieira;20010;Livre;Intervalo Almoço;55",
			ExtensionStatus{Name: "Rodrigo Vieira", Extension: "20010", Kind: "livre", Phone: "Livre", Status: "Intervalo Almoço", StatusID: "55"}},
		{"Ana;10005;Ativa;22154748;123456789.101112;12.5",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "ativa", Number: "22154748", Call: "123456789.101112", Seconds: 12.5}},
		{"Ana;10005;Ativa;22154748;123456789.101112;",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "ativa", Number: "22154748", Call: "123456789.101112"}},
		{"Ana;10005;Ativa;22154748;123456789.101112",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "ativa", Number: "22154748", Call: "123456789.101112"}},
		{"Ana;10005;Ativa;22154748;",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "ativa", Number: "22154748"}},
		{"Ana; 10005; Receptiva; 9999999; 88888888; 123456789.101112; 3,25; ramal 2\r\n",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "receptiva", From: "9999999", Number: "88888888", Call: "123456789.101112", Seconds: 3.25, Complement: "ramal 2"}},
		{"Ana;10005;RECEPTIVA;9999999;88888888;123456789.101112;3",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "receptiva", From: "9999999", Number: "88888888", Call: "123456789.101112", Seconds: 3}},
		{"\nAna;10005;Discador;10;Clientes;21927305861;TESTE; com ponto e vírgula;123456789.101112;9999999;7",
			ExtensionStatus{Name: "Ana", Extension: "10005", Kind: "discador", Campaign: "10", CampaignName: "Clientes", Param1: "21927305861",
				Param2: "TESTE;com ponto e vírgula", Call: "123456789.101112", Number: "9999999", Seconds: 7}},
	} {
		got, err := parseStatus(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q: (-want +got)\n%s", c.text, d)
		}
	}
}

func TestBrokenLinesOfStatusRamalAreRefused(t *testing.T) {
	for _, text := range []string{
		"", "Ana", "Ana;10005", "Ana;10005;Livre", "Ana;10005;Livre;Logado", "Ana;dez;Livre;Logado;1", "Ana;10005;Livre;Logado;um",
		"Ana;10005;Ativa;22154748;doze", "Ana;10005;Ativa;22154748;1.2;-3", "Ana;10005;Ativa;22154748;1.2;NaN", "Ana;10005;Ativa;22154748;1.2;3;4",
		"Ana;10005;Receptiva;1;2;3", "Ana;10005;Receptiva;1;2;;3;", "Ana;10005;Discador;10;C;p1;1.2;99;7", "<html>;10005;Livre</html>",
	} {
		if got, err := parseStatus(text); err == nil {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

func FuzzStatusRamal(f *testing.F) {
	f.Add("Carlos da Silva;10005;Ativa;22154748;768.484154")
	f.Add("Ana;10005;Receptiva;9999999;88888888;123456789.101112;3;x")
	f.Add("Ana;10005;Discador;10;Clientes;1;2;123456789.101112;9999999;7")
	f.Add("Rodrigo Vieira;20010;Livre;Intervalo Almoço;55")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseStatus(text)
		if err != nil {
			return
		}
		if !isNumber(got.Extension) || !(got.Seconds >= 0) || got.age() < 0 {
			t.Fatalf("%q was read as %+v", text, got)
		}
		for _, known := range []string{"receptiva", "ativa", "discador", "livre"} {
			if got.Kind == known {
				return
			}
		}
		t.Fatalf("%q has the kind %q", text, strings.ToUpper(got.Kind))
	})
}
