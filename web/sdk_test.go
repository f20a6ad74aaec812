package web

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

//go:generate go test -run ^TestClientIsMadeOfItsParts$ -update .

var update = flag.Bool("update", false, "write the JavaScript client's generated files again")

// clientParts is the order in which the parts of sdk/src make the client.
var clientParts = []string{"methods", "texts", "basics", "view", "walls", "client", "requests", "socket", "messages", "page", "objects", "diagnose", "api"}

const clientHead = `/*
 * CTIAgent connects a web page to the ctiagent program on the same computer.
 *
 * One file on purpose: a CRM copies it to its own server. %s
 * It is made of the parts in src/ (go generate ./web): change those. ES5 syntax only and no dependency, because legacy
 * CRMs still build for old engines. README.md beside this file has examples.
 */
`

// The one file for a script tag and CommonJS, and the one for import. Both say the same.
func buildClient(t *testing.T) map[string]string {
	t.Helper()
	var body strings.Builder
	for _, name := range clientParts {
		part, err := os.ReadFile(filepath.Join("sdk", "src", name+".js"))
		if err != nil {
			t.Fatal(err)
		}
		body.WriteString("\n" + string(part))
	}
	var script strings.Builder
	script.WriteString(strings.Replace(clientHead, "%s", "This one is for a <script> tag, or require().", 1) + "(function (root) {\n  'use strict';\n")
	for line := range strings.Lines(body.String()) {
		if line != "\n" {
			script.WriteString("  ")
		}
		script.WriteString(line)
	}
	script.WriteString(`
  if (typeof module === 'object' && module && module.exports) { module.exports = api; }
  root.CTIAgent = api;
}(typeof window !== 'undefined' ? window : (typeof self !== 'undefined' ? self : globalThis)));
`)
	return map[string]string{
		"sdk/ctiagent.js": script.String(),
		"sdk/ctiagent.mjs": strings.Replace(clientHead, "%s", "This one is the ES module, and sets no global.", 1) +
			"var root = typeof window !== 'undefined' ? window : (typeof self !== 'undefined' ? self : globalThis);\n" + body.String() + `
export var connect = api.connect;
export var diagnose = api.diagnose;
export var METHODS = api.METHODS;
export { CTIError, EVENTS, PROTOCOL };
export default api;
`,
	}
}

func TestClientIsMadeOfItsParts(t *testing.T) {
	files, err := filepath.Glob("sdk/src/*")
	if err != nil || len(files) != len(clientParts) {
		t.Errorf("sdk/src has %d files, %d of them are parts of the client (%v)", len(files), len(clientParts), err)
	}
	for name, want := range buildClient(t) {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s is stale; go generate ./web writes it:\n%s", name, d)
		}
	}
}
