package vendors

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ctiagent/cti"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated references again")

// TestReferencesAreFresh holds docs/vendors against the drivers' own tables.
func TestReferencesAreFresh(t *testing.T) {
	for name, want := range map[string][]byte{
		"functions.md": functionsReference(All()),
		"support.md":   supportMatrix(All()),
	} {
		path := filepath.Join("..", "docs", "vendors", name)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; run make generate", err)
		}
		if d := cmp.Diff(string(got), string(want)); d != "" {
			t.Errorf("%s is stale, run make generate (-got +want):\n%s", path, d)
		}
	}
}

// functionsReference lists every function of every driver with its parameters.
func functionsReference(drivers []cti.Driver) []byte {
	var b bytes.Buffer
	b.WriteString("# Functions\n\nEvery function of every driver, made from the drivers' tables by `make generate`. A function is called with\n`ctiagent invoke NAME param=value …` or `functions.invoke`; a common verb by its own name. Effects are the scopes a\npage needs: observe, dial, control; supervise is never for a page.\n")
	for _, d := range drivers {
		fmt.Fprintf(&b, "\n## %s (`%s`)\n", d.Title, d.Name)
		rows := slices.Clone(d.Functions)
		slices.SortFunc(rows, func(x, y cti.FuncInfo) int { return strings.Compare(x.Name, y.Name) })
		for _, f := range rows {
			fmt.Fprintf(&b, "\n### %s\n\n%s. Effect: %s. Source: %s.\n", f.Name, f.Title, f.Effect, f.Source)
			params := cti.Params(f.In)
			if len(params) == 0 {
				continue
			}
			b.WriteString("\n| parameter | type | required | meaning |\n|---|---|---|---|\n")
			for _, p := range params {
				help := p.Help
				if len(p.Values) > 0 {
					if help != "" {
						help += "; "
					}
					help += "one of " + strings.Join(p.Values, ", ")
				}
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", p.Name, p.Type, map[bool]string{true: "yes"}[p.Required], help)
			}
		}
	}
	return b.Bytes()
}

// supportMatrix says which driver serves which common verb, and why not.
func supportMatrix(drivers []cti.Driver) []byte {
	var b bytes.Buffer
	b.WriteString("# Support matrix\n\nWhich driver serves which common verb, made from the drivers' tables by `make generate`. A number points to the reason\nbelow. *Unverified* drivers have met neither a recording nor a real server yet.\n\n| verb |")
	for _, d := range drivers {
		b.WriteString(" " + d.Title + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(drivers)) + "\n| *verified* |")
	for _, d := range drivers {
		b.WriteString(map[bool]string{true: " unverified |", false: " verified |"}[d.Unverified])
	}
	b.WriteString("\n")
	var reasons []string
	for _, v := range cti.Verbs() {
		b.WriteString("| " + v.Name + " |")
		for _, d := range drivers {
			b.WriteString(" " + support(d, v.Name, &reasons) + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Reasons\n\n")
	for i, r := range reasons {
		fmt.Fprintf(&b, "%d. %s\n", i+1, r)
	}
	return b.Bytes()
}

func support(d cti.Driver, verb string, reasons *[]string) string {
	for _, f := range d.Functions {
		if f.Name == verb {
			return f.Source
		}
	}
	for _, o := range d.Omitted {
		if o.Verb == verb {
			reason := d.Title + ": " + o.Reason
			i := slices.Index(*reasons, reason)
			if i < 0 {
				i = len(*reasons)
				*reasons = append(*reasons, reason)
			}
			return fmt.Sprintf("– (%d)", i+1)
		}
	}
	return "?"
}
