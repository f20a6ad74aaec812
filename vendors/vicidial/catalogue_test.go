package vicidial

import (
	"os"
	"strings"
	"testing"
)

// testdata/functions.tsv lists what is documented: vendor, name, road, document and section. The one function beside it is
// ours: what the agent's page calls.
func TestCatalogueIsWhatTheDocumentsHave(t *testing.T) {
	data, err := os.ReadFile("testdata/functions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]string{}
	for _, f := range Driver().Functions {
		if name, own := strings.CutPrefix(f.Name, driverName+"."); own {
			served[name] = f.Source
		}
	}
	for l := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(l), "\t")
		if len(f) != 4 {
			t.Fatalf("testdata/functions.tsv: %q has not four fields", l)
		}
		want := strings.Replace(f[3], "001_c3581dc4820e6ee3.txt", "001", 1)
		if source, ok := served[f[1]]; !ok || source != want {
			t.Errorf("%s is served with the source %q, want %q", f[1], source, want)
		}
		delete(served, f[1])
	}
	delete(served, "agent_event")
	for name := range served {
		t.Errorf("%s is served and not documented", name)
	}
}
