package ctitest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
)

// Catalogue holds a driver's own functions against testdata/functions.tsv, which lists what is documented: vendor, name, road,
// document and section. Cited are pairs: a document's name in that list and the name the driver cites it by, with what is more
// exact behind it. Ours are functions that no document has.
func Catalogue(t testing.TB, d cti.Driver, cited []string, ours ...string) {
	t.Helper()
	data, err := os.ReadFile("testdata/functions.tsv")
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]string{}
	for _, f := range d.Functions {
		if name, own := strings.CutPrefix(f.Name, d.Name+"."); own && !slices.Contains(ours, name) {
			served[name] = f.Source
		}
	}
	source := strings.NewReplacer(cited...)
	for l := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSpace(l), "\t")
		if len(f) != 4 {
			t.Fatalf("testdata/functions.tsv: %q has not four fields", l)
		}
		want := source.Replace(f[3])
		if got, ok := served[f[1]]; !ok || want == "" || !strings.HasPrefix(got, want) {
			t.Errorf("%s is served with the source %q, want one that begins with %q", f[1], got, want)
		}
		delete(served, f[1])
	}
	for name := range served {
		t.Errorf("%s is served and not documented", name)
	}
}
