package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// examples are the folders of the client's examples.
var examples = []string{"jquery", "react", "vue"}

// example serves one of the client's examples as a CRM would: with the
// libraries from its own server, and a list of customers.
type example struct {
	*httptest.Server
	files map[string]string
	port  int // the program's, which is known later
}

func newExample(t *testing.T, name string) *example {
	t.Helper()
	e := &example{files: map[string]string{}}
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	folder := filepath.Join(sdk, "examples", name)
	e.files["/"] = read(filepath.Join(folder, "index.html"))
	e.files["/ctiagent.js"], e.files["/ctiagent.mjs"] = read(filepath.Join(sdk, "ctiagent.js")), read(filepath.Join(sdk, "ctiagent.mjs"))
	switch name {
	case "react":
		e.files["/phone.js"] = transpile(t, filepath.Join(folder, "phone.tsx"))
		for path, text := range reactModules(t, read) {
			e.files[path] = text
		}
	case "vue":
		e.files["/vendor/vue.js"] = read(nodeTool(t, "vue/dist/vue.esm-browser.prod.js"))
	case "jquery":
		e.files["/vendor/jquery.js"] = read(nodeTool(t, "jquery/dist/jquery.min.js"))
	}
	if e.files["/phone.js"] == "" {
		e.files["/phone.js"] = read(filepath.Join(folder, "phone.js"))
	}
	e.Server = httptest.NewServer(e)
	t.Cleanup(e.Close)
	return e
}

func (e *example) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/customers" {
		if r.FormValue("phone") != "+5521987650103" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"`+helenaName+`"}`)
		return
	}
	text, ok := e.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind := "text/javascript; charset=utf-8"
	if r.URL.Path == "/" {
		kind = "text/html; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	// The one thing that is not as in the example: the program has a port of its own in each test.
	_, _ = io.WriteString(w, strings.Replace(text, "client: 'acme-crm/3.2'", "client: 'acme-crm/3.2', port: "+strconv.Itoa(e.port), 1))
}

// transpile makes of TypeScript what browsers read, as a CRM's build does.
func transpile(t *testing.T, file string) string {
	t.Helper()
	const script = `const ts = require(process.argv[1]); const fs = require('fs');
process.stdout.write(ts.transpileModule(fs.readFileSync(process.argv[2], 'utf8'), { compilerOptions: { jsx: 'react-jsx', module: 'esnext', target: 'es2022' } }).outputText);`
	out, err := exec.CommandContext(t.Context(), "node", "-e", script, nodeTool(t, "typescript"), file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// reactModules are React's own files as modules a browser can import, which a
// CRM's bundler would do.
func reactModules(t *testing.T, read func(string) string) map[string]string {
	t.Helper()
	var all strings.Builder
	all.WriteString("const made = {}, make = {};\nexport function require(name) {\n  if (!made[name]) { const module = { exports: {} }; made[name] = module; make[name](module, module.exports, require); }\n  return made[name].exports;\n}\n")
	for name, file := range map[string]string{"react": "react/cjs/react.production.js", "react/jsx-runtime": "react/cjs/react-jsx-runtime.production.js",
		"react-dom": "react-dom/cjs/react-dom.production.js", "react-dom/client": "react-dom/cjs/react-dom-client.production.js", "scheduler": "scheduler/cjs/scheduler.production.js"} {
		fmt.Fprintf(&all, "make[%q] = function (module, exports, require) {\n%s\n};\n", name, read(nodeTool(t, file)))
	}
	export := func(name, names string) string {
		return fmt.Sprintf("import { require } from '/vendor/react-all.js';\nexport const { %s } = require('%s');\n", names, name)
	}
	return map[string]string{
		"/vendor/react-all.js":         all.String(),
		"/vendor/react.js":             export("react", "useEffect, useState, useSyncExternalStore"),
		"/vendor/react-jsx-runtime.js": export("react/jsx-runtime", "jsx, jsxs, Fragment"),
		"/vendor/react-dom-client.js":  export("react-dom/client", "createRoot"),
	}
}

// pressesText presses a button of the example's call bar, by what stands on it.
func (tb *tab) pressesText(text string) {
	tb.t.Helper()
	tb.shows("#cti-calls button", text)
	tb.run("press "+text, chromedp.Evaluate(fmt.Sprintf(`[...document.querySelectorAll('#cti-calls button')].find((e) => e.textContent === %q).click()`, text), nil))
}

// Each example is a CRM of its own: what a developer copies is what runs here.
func TestExamplesOfTheClientWork(t *testing.T) {
	b := startBrowser(t)
	for _, name := range examples {
		t.Run(name, func(t *testing.T) {
			crm := newExample(t, name)
			sim := newVocomDemo()
			t.Cleanup(sim.Close)
			p := serveProgram(t, func(a *app, cfg config.Config) (*program, error) { return a.demoProgram(cfg, sim) },
				func(cfg *config.Config) { cfg.API.Origins = []string{crm.URL} })
			crm.port = p.server.Port()
			s := &vendorSite{t, b, sim, p}
			tb := b.person(t).goes(crm.URL)
			tb.until("the example is connected", `document.querySelector('#cti-state')?.textContent === ''`)

			tb.click(`[data-phone="(11) 98765-0101"]`)
			tb.shows(`#cti-calls [data-state="dialing"]`, "+5511987650101")
			s.does("the customer answers", sim.customerAnswers)
			tb.shows(`#cti-calls [data-state="connected"]`, "Desligar")
			tb.pressesText("Espera")
			tb.shows(`#cti-calls [data-state="held"]`, "Retomar")
			tb.pressesText("Retomar")
			tb.shows(`#cti-calls [data-state="connected"]`, "Espera")
			tb.pressesText("Desligar")
			tb.until("the call is gone", `!document.querySelector('#cti-calls li')`)
			if asked := tb.asked("call.dial"); len(asked) != 1 {
				t.Errorf("one click asked for %d calls", len(asked))
			}

			s.does("a customer calls", func() error { return sim.ring(helenaCalls) })
			tb.shows("#customer", helenaName)
			tb.wait("the page says that it shows the customer", func() bool {
				pops := tb.told("desk.pop")
				return len(pops) == 1 && tb.answer(pops[0]) != nil && string(tb.answer(pops[0]).Result) == `{"shown":true}`
			})
			s.does("the customer hangs up", sim.hangup)
			tb.until("that call is gone too", `!document.querySelector('#cti-calls li')`)
		})
	}
}

// Who may not connect yet is told so and can ask.
func TestExamplesAskToBePaired(t *testing.T) {
	b := startBrowser(t)
	for _, name := range examples {
		t.Run(name, func(t *testing.T) {
			crm := newExample(t, name)
			s := demoSite(t, b)
			crm.port = s.p.server.Port()
			tb := s.crmAt(crm.URL)
			tb.shows("#cti-state", "Esta página ainda não foi autorizada")
			tb.click("#cti-pair")
			tb.wait("the program is asked", func() bool { return len(tb.asked("session.pair")) == 1 })
			s.dialled(0)
		})
	}
}

// An example that is new must be run, too.
func TestEveryExampleIsRun(t *testing.T) {
	folders, err := os.ReadDir(filepath.Join(sdk, "examples"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range folders {
		got = append(got, f.Name())
	}
	if d := cmp.Diff(examples, got); d != "" {
		t.Errorf("(-run +there):\n%s", d)
	}
}
