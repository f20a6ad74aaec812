package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ctiagent/cti"
	"ctiagent/desk"
	"ctiagent/internal/config"
	"ctiagent/internal/typescript"
	"ctiagent/localapi/protocol"

	"github.com/google/go-cmp/cmp"
)

//go:generate go test -run ^TestTypesOfTheClientAreThoseOfTheProgram$ -update .

// sdk is the JavaScript client's folder.
const sdk = "../../web/sdk"

// clientMethods are the methods of the JavaScript client, each with what may be
// given to it by position.
func clientMethods(t *testing.T) map[string][]string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(sdk, "src", "methods.js"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(source), "var METHODS = [")
	list, _, found := strings.Cut(list, "];")
	out := map[string][]string{}
	for _, m := range regexp.MustCompile(`'([a-z]+\.[A-Za-z]+)((?: \w+)*)'`).FindAllStringSubmatch(list, -1) {
		out[m[1]] = strings.Fields(m[2])
	}
	if !found || len(out) < 50 {
		t.Fatalf("found %d methods of the client", len(out))
	}
	return out
}

// clientEvents are the events the JavaScript client names.
func clientEvents(t *testing.T) (out []string) {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(sdk, "src", "methods.js"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(source), "var EVENTS = [")
	for _, m := range regexp.MustCompile(`'([a-z.]+)'`).FindAllStringSubmatch(list, -1) {
		out = append(out, m[1])
	}
	return out
}

// openRPC is what the program says of itself, outside the demo.
func openRPC(t *testing.T) []byte {
	t.Helper()
	pbx := newTotalIPDemo()
	t.Cleanup(pbx.Close)
	p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) {
		return a.foreground(cfg, nil, demoDrivers(cfg, pbx), nil)
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.server.URL()+"v1/openrpc.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", res.Status, err)
	}
	return text
}

func TestTypesOfTheClientAreThoseOfTheProgram(t *testing.T) {
	types := []reflect.Type{reflect.TypeFor[cti.Event](), reflect.TypeFor[cti.Pop](), reflect.TypeFor[protocol.ErrorData](), reflect.TypeFor[protocol.HelloOut](),
		reflect.TypeFor[protocol.PairOut](), reflect.TypeFor[protocol.WatchOut](), reflect.TypeFor[protocol.StreamOut](), reflect.TypeFor[protocol.StreamReadOut]()}
	for _, m := range desk.Methods() {
		if m.Out != nil {
			types = append(types, m.Out)
		}
	}
	description := openRPC(t)
	want, err := typescript.Declarations(description, clientMethods(t), typescript.Always(types...))
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Events []string `json:"x-events"`
	}
	if err := json.Unmarshal(description, &told); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(told.Events, clientEvents(t)); d != "" {
		t.Errorf("events (-the program's +the client's):\n%s", d)
	}
	file := filepath.Join(sdk, "types", "ctiagent.d.ts")
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s is stale; go generate ./cmd/ctiagent writes it:\n%s", file, d)
	}
}

// nodeTool is a file of what web/testing pins.
func nodeTool(t *testing.T, path string) string {
	t.Helper()
	full, err := filepath.Abs(filepath.Join("../../web/testing/node_modules", path))
	if err == nil {
		_, err = os.Stat(full)
	}
	if err != nil {
		t.Fatalf("%v; scripts/deps.sh test fetches it", err)
	}
	return full
}

// compile checks files the way a CRM's developer does who has the client as a
// package, and answers the compiler's complaints.
func compile(t *testing.T, files map[string]string, module, resolution string) string {
	t.Helper()
	dir := t.TempDir()
	client, err := filepath.Abs(sdk)
	if err != nil {
		t.Fatal(err)
	}
	modules := filepath.Join(dir, "node_modules")
	if err := os.MkdirAll(modules, 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"ctiagent": client, "@types": nodeTool(t, "@types")} {
		if err := os.Symlink(to, filepath.Join(modules, link)); err != nil {
			t.Fatal(err)
		}
	}
	names, err := json.Marshal(slices.Sorted(maps.Keys(files)))
	if err != nil {
		t.Fatal(err)
	}
	all := maps.Clone(files)
	all["tsconfig.json"] = fmt.Sprintf(`{"files": %s, "compilerOptions": {"noEmit": true, "strict": true, "target": "es2022", "lib": ["es2022", "dom"], "types": [],
		"skipLibCheck": false, "skipDefaultLibCheck": true, "jsx": "react-jsx", "module": %q, "moduleResolution": %q}}`, names, module, resolution)
	for file, text := range all {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "node", nodeTool(t, "typescript/bin/tsc"), "--project", dir, "--pretty", "false")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	return string(out)
}

// rightUse is what a page may write, wrongUse what the compiler has to refuse,
// one mistake a line.
const rightUse = `
const cti = connect({ client: 'acme-crm/3.2', language: 'pt-BR' });
cti.on('state', (state, detail) => { const words: string = state + detail.message; void words; });
cti.on('call.ringing', (event) => { const from: string | undefined = event.call.remote?.e164; void from; });
cti.on('driver.changed', (event) => { void event.driver?.link; });
cti.call.transfer('200', { mode: 'attended' }, (err, call) => { if (err) { void err.hint; } else { void call.id.length; } });
cti.call.hold(); cti.call.hold('01A'); cti.call.hold({ call: '01A' }, { timeoutSeconds: 5 });
cti.call.setDisposition(['venda', 'boleto'], { note: 'x' });
cti.agent.pause('3', { when: 'afterCall' }).then((agent) => { const s: 'paused' | string = agent.state; void s; });
cti.campaign.setActive({ campaign: '1', active: true });
cti.functions.invoke('totalip.fila_espera', { fila: '1' }, {}, { onProgress: (p) => p.done / p.total });
cti.report.calls({ from: '2026-11-01T00:00:00Z' }).then((a) => cti.stream.each(a.stream, (piece) => piece.items.length));
cti.onPop((pop) => pop.call?.direction === 'inbound');
cti.onPop((pop, answer) => { answer(pop.url !== ''); });
async function use() {
  const call = await cti.dial('(11) 98765-0101', { campaign: 'c1' });
  call.on('ended', (c) => c.endReason === 'completed');
  if (call.can('hold')) { await call.hold(); await call.transfer('200', { mode: 'blind' }); }
  const v = await diagnose();
  if (v.rung === 'link') { alert(v.message + v.hint); }
  try { await cti.me.pause('3'); } catch (e) { if (e instanceof CTIError && !e.sent) { void e.kind; } }
}
void use; void METHODS;
`

const wrongUse = `cti.call.transfer(200);
cti.call.transfer();
cti.call.transfer('200', { mode: 'later' });
cti.call.dail('1');
cti.on('call.rings', () => {});
cti.campaign.setActive({ campaign: '1' });
cti.call.dial('1').then((call) => call.estate);
cti.connect();
connect({ prot: 1 });
cti.uri.open({ uri: 'tel:1' });
cti.me.on('dancing', () => {});`

func TestTypesFitWhatPagesWrite(t *testing.T) {
	t.Parallel()
	const named = "import { connect, diagnose, CTIError, METHODS } from 'ctiagent';"
	out := compile(t, map[string]string{
		"named.mts": named + rightUse,
		"all.mts":   "import CTIAgent from 'ctiagent';\nconst { connect, diagnose, CTIError, METHODS } = CTIAgent;" + rightUse,
		"old.cts":   "import CTIAgent = require('ctiagent');\nconst { connect, diagnose, CTIError, METHODS } = CTIAgent;" + rightUse,
		"wrong.mts": "import { connect } from 'ctiagent'; const cti = connect();\n" + wrongUse,
	}, "nodenext", "nodenext")
	var refused []string
	for line := range strings.Lines(out) {
		if m := regexp.MustCompile(`^wrong\.mts\((\d+),`).FindStringSubmatch(line); m != nil {
			refused = append(refused, m[1])
		} else if !strings.HasPrefix(line, " ") { // which goes on about the line before
			t.Errorf("the compiler complains: %s", line)
		}
	}
	for i, line := range strings.Split(wrongUse, "\n") {
		if !slices.Contains(refused, strconv.Itoa(i+2)) {
			t.Errorf("the compiler lets pass: %s", line)
		}
	}
	react, err := os.ReadFile(filepath.Join(sdk, "examples", "react", "phone.tsx"))
	if err != nil {
		t.Fatal(err)
	}
	if out := compile(t, map[string]string{"crm.ts": named + rightUse, "phone.tsx": string(react)}, "esnext", "bundler"); out != "" {
		t.Errorf("for a bundler the compiler complains:\n%s", out)
	}
}
