package mailing

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"
)

func TestResultsHaveTheManualsForm(t *testing.T) {
	at := time.Date(2011, 10, 25, 13, 26, 42, 753_142_000, time.Local)
	all := []Result{{"Total IP", "Tecnologia", at, "99474351", "Entregue ao Operador", "Vicente", "Suporte"},
		{`a;b`, `say "x", then`, time.Time{}, "77073870", "Não Atende", "", ""}}
	var plain, table strings.Builder
	w := NewResults(&plain)
	c, err := NewResultsCSV(&table)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		for _, to := range []*Results{w, c} {
			if err := to.Write(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, to := range []*Results{w, c} {
		if err := to.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	want := "Total IP;Tecnologia;2011-10-25 13:26:42.753;99474351;Entregue ao Operador;Vicente;Suporte\n" +
		`"a;b";"say ""x"", then";;77073870;Não Atende;;` + "\n"
	if plain.String() != want {
		t.Errorf("got %s", plain.String())
	}
	rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
	if err != nil || len(rows) != 3 || rows[0][6] != "grupo" || rows[2][0] != "a;b" || rows[2][1] != `say "x", then` {
		t.Errorf("got %q, %v", rows, err)
	}
}
