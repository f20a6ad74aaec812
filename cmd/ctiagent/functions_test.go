package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// testdata/functions.tsv lists what the vendors document: vendor, function,
// road and document. Files are commands, which are no functions.
func TestFunctionsListsEveryDocumentedFunction(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "functions.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	code, out, errOut := runHere(t, i18n.En, "functions", "--json")
	if code != 0 || errOut != "" {
		t.Fatalf("status %d: %s", code, errOut)
	}
	listed := map[string]catalogued{}
	for line := range strings.Lines(out) {
		var f catalogued
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		listed[f.Vendor+"\t"+f.Name] = f
	}
	types := []string{"string", "integer", "number", "boolean", "time", "object"}
	effects := []cti.Effect{cti.Observe, cti.Dial, cti.Control, cti.Supervise}
	wanted := map[string]int{}
	for line := range strings.Lines(string(data)) {
		row := strings.Split(strings.TrimSpace(line), "\t")
		if len(row) != 4 {
			t.Fatalf("%q has %d cells", line, len(row))
		}
		vendor, name, road := row[0], row[1], row[2]
		if !slices.Contains([]string{"http", "socket", "event", "json", "porthole", "http-mail", "cli", "sql-read", "sql-write"}, road) {
			continue
		}
		wanted[road]++
		f, ok := listed[vendor+"\t"+vendor+"."+name]
		if !ok {
			t.Errorf("%s %s (%s) is not listed", vendor, name, road)
			continue
		}
		if f.Title == "" || f.Source == "" || f.Params == nil || !slices.Contains(effects, f.Effect) {
			t.Errorf("%s lacks something: %+v", f.Name, f)
		}
		for _, p := range f.Params {
			if p.Name == "" || !slices.Contains(types, strings.TrimSuffix(p.Type, "[]")) {
				t.Errorf("%s: the parameter %q has the type %q", f.Name, p.Name, p.Type)
			}
		}
	}
	for road, want := range map[string]int{"http": 110, "socket": 14, "event": 18, "json": 26, "porthole": 7, "http-mail": 6, "cli": 15, "sql-read": 37, "sql-write": 10} {
		if wanted[road] != want {
			t.Errorf("%d rows of the road %s were looked for, want %d", wanted[road], road, want)
		}
	}
}
