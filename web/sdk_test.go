package web

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
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
export var STATES = api.STATES;
export { CTIError, CTIError as Error, EVENTS, PROTOCOL };
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

// What npm would publish: nothing of the suites or the parts, and no page's file.
func TestPackageHoldsTheClientAndItsTypes(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "npm", "pack", "--dry-run", "--json", "--offline", "--loglevel=error")
	cmd.Dir = "sdk"
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("npm pack: %v\n%s", err, out)
	}
	var packs []struct{ Files []struct{ Path string } }
	if err := json.Unmarshal(out, &packs); err != nil || len(packs) != 1 {
		t.Fatalf("%v in %s", err, out)
	}
	var got []string
	for _, f := range packs[0].Files {
		got = append(got, f.Path)
	}
	slices.Sort(got)
	want := []string{"README.md", "ctiagent.js", "ctiagent.mjs", "linkify.js", "package.json", "porthole.js", "types/ctiagent.d.mts", "types/ctiagent.d.ts"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the package's files (-want +got):\n%s", d)
	}
}

// node runs a script as a program that has the package, and answers what it prints.
func node(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	client, err := filepath.Abs("sdk")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "node_modules"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(client, filepath.Join(dir, "node_modules", "ctiagent")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "crm.mjs")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "node", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// Both kinds of modules have the same names, and only the script sets a global.
func TestPackageIsImportedAndRequiredAlike(t *testing.T) {
	out := node(t, `import * as named from 'ctiagent';
import all from 'ctiagent';
import { createRequire } from 'node:module';
const global = typeof CTIAgent;
const required = createRequire(import.meta.url)('ctiagent');
const names = (o) => Object.keys(o).filter((k) => k !== 'default').sort().join(' ');
console.log(JSON.stringify([global, typeof CTIAgent, names(named), names(all), names(required), named.Error === all.CTIError && required.Error === required.CTIError]));`)
	const names = "CTIError EVENTS Error METHODS PROTOCOL STATES connect diagnose"
	if d := cmp.Diff(`["undefined","object","`+names+`","`+names+`","`+names+`",true]`, out); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Who asked for something else than a call is not sent to look at one.
func TestRequestWithoutAnswerSaysWhatToLookAt(t *testing.T) {
	out := node(t, `import { connect } from 'ctiagent';
class Wire { // answers the greeting, and is gone with the next request
  constructor() { this.readyState = 1; queueMicrotask(() => this.onopen()); }
  send(text) {
    const { id, method } = JSON.parse(text);
    queueMicrotask(() => (method === 'session.hello' ? this.onmessage({ data: JSON.stringify({ id, result: {} }) }) : this.onclose({ code: 1006 })));
  }
}
for (const method of ['call.hold', 'queue.status']) {
  await connect({ WebSocket: Wire, watch: false, language: 'en' }).request(method).catch((err) => console.log(err.kind, err.sent, err.hint));
}
process.exit();`)
	if d := cmp.Diff("unavailable true Check the state of the call before you repeat this.\nunavailable true See what came of it before you repeat this.", out); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// A wall that a page is told of is one that somebody can look up.
func TestEveryWallIsInTheManuals(t *testing.T) {
	texts, err := os.ReadFile(filepath.Join("sdk", "src", "texts.js"))
	if err != nil {
		t.Fatal(err)
	}
	walls := regexp.MustCompile(`'((?:blocked|unpaired|absent|connected|connecting)\.[a-z_]+)':`).FindAllStringSubmatch(string(texts), -1)
	if len(walls) < 3*12 {
		t.Fatalf("found %d sentences", len(walls))
	}
	for _, file := range []string{"sdk/README.md", "../docs/browsers.md"} {
		manual, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range walls {
			_, reason, _ := strings.Cut(m[1], ".")
			// The manual of browsers is about what stands between them and the program, not about what comes and goes.
			if file != "sdk/README.md" && !slices.Contains([]string{"denied", "insecure_page", "iframe", "mixed_content", "page_policy", "permission_prompt", "not_running", "not_paired", "post_only"}, reason) {
				continue
			}
			if !strings.Contains(string(manual), reason) {
				t.Errorf("%s does not speak of %s", file, m[1])
			}
		}
	}
}
