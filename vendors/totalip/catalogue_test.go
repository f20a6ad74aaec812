package totalip

import (
	"os"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
)

// files are those of the document that are read and written by a command (ctiagent mailing) and no function of the driver.
func files() []string { return strings.Fields("mailing-import campaign-export") }

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
	waiting, tags := files(), map[string]bool{}
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
			t.Errorf("%s is served now: take it out of files", name)
		case !ok && i < 0:
			t.Errorf("%s is documented in %s and neither served nor a file", name, source)
		case ok && info.Source != source:
			t.Errorf("%s names the source %q, want %q", name, info.Source, source)
		case i >= 0:
			waiting = slices.Delete(waiting, i, i+1)
		}
		delete(served, name)
	}
	for _, f := range bulkRows() { // ours: how a list is loaded with the speed of COPY (1.5)
		delete(served, strings.TrimPrefix(f.Name, "totalip."))
	}
	for name := range served {
		t.Errorf("%s is served and not documented", name)
	}
	if len(waiting) > 0 {
		t.Errorf("files names what the manual does not document: %v", waiting)
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
	for _, s := range append((&lawSim{}).Samples(), databaseSamples()...) {
		tried[s.Name] = true
	}
	for _, f := range append(databaseRows(), bulkRows()...) {
		tried[f.Name] = true // few functions with many types; TestEveryTableIsReadWithAllItsColumns and TestQueuesAnswerAsTheManualSays try all
	}
	tried[cti.BlacklistRemove.Name] = true // as the one that adds
	for _, f := range eventRows() {
		tried[f.Name] = true // does not end, and has a test of its own
	}
	for _, f := range Driver().Functions {
		if !tried[f.Name] {
			t.Errorf("%s is no sample", f.Name)
		}
	}
}
