package vicidial

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"ctiagent/vendors/internal/wire"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/classified.tsv anew: read every changed line before it is committed")

// recording is one request to a real server with its literal answer.
type recording struct {
	Note   string `json:"note"`
	Path   string `json:"path"`
	Query  string `json:"query"`
	Status int    `json:"status"`
	Body   string `json:"body"`
}

func recordings(t testing.TB) []recording {
	t.Helper()
	data, err := os.ReadFile("vicidialtest/testdata/vicidial.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var out []recording
	for l := range bytes.Lines(data) {
		var r recording
		if err := json.Unmarshal(l, &r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// told writes a verdict on one line: outcome, reason, fields, what stood beside it.
func told(v verdict) string {
	outcome := "done"
	if v.kind != "" {
		outcome = fmt.Sprintf("%s, sent %s, %s", v.kind, v.sent, strings.TrimPrefix(v.hint, "vicidial.hint."))
	}
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		fields = append(fields, fmt.Sprintf("%s=%q", name, v.values[name]))
	}
	return strings.Join([]string{outcome, v.reason, strings.Join(fields, " "), strings.Join(v.notices, "; ")}, "\t")
}

// testdata/classified.tsv holds what each recorded answer means, one line for a recording, checked by hand.
func TestEveryRecordedAnswerIsClassifiedRight(t *testing.T) {
	lines := index(known())
	var got []string
	for i, r := range recordings(t) {
		q, err := url.ParseQuery(r.Query)
		if err != nil {
			t.Fatalf("recording %d: %v", i+1, err)
		}
		function := q.Get("function")
		if path.Base(r.Path) == "conf_exten_check.php" {
			function = "(the page's own poll)"
		}
		v := lines.classify(function, r.Status, wire.Text([]byte(r.Body)))
		got = append(got, fmt.Sprintf("%d\t%s\t%s", i+1, function, told(v)))
		for _, secret := range []string{"apipass", "WRONG", "SELECT count"} {
			if strings.Contains(told(v)+v.text, secret) {
				t.Errorf("recording %d: %q holds %q", i+1, told(v)+v.text, secret)
			}
		}
	}
	if *update {
		if err := os.WriteFile("testdata/classified.tsv", []byte(strings.Join(got, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/classified.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(string(want)), "\n"), got); diff != "" {
		t.Error(diff)
	}
}

// Every line of the table is found again, under its own function and with its own meaning.
func TestEveryLineOfTheTableIsRead(t *testing.T) {
	lines := index(known())
	seen := map[string]bool{}
	for _, l := range known() {
		key := l.function + "/" + l.word + "/" + l.reason
		if seen[key] {
			t.Errorf("%s stands twice", key)
		}
		seen[key] = true
		function := l.function
		if function == "" {
			function = "external_dial"
		}
		for _, text := range []string{l.word + ": " + l.reason + " - 1|2\n", l.word + ": " + l.reason + " - 1|2", l.word + ": " + function + " " + l.reason + ": |1|"} {
			v := lines.classify(function, 200, text)
			if v.reason != l.reason || v.kind != l.kind || v.hint != l.hint || v.sent != "yes" {
				t.Errorf("%q is read as %+v, want %+v", text, v, l)
			}
		}
	}
}
