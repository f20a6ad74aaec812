package ctiagent_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// place says where a foreign module may be used. Test files and packages made for tests may use every one.
type place struct {
	name   string // of the linter's rule
	module string
	rooms  []string // none: tests only
	asked  bool     // one of the four packages the project was asked to stand on
	why    string
}

var places = []place{
	{"tray-only", "github.com/getlantern/systray", []string{"tray", "internal/bench/idletray"}, true, "it links GTK on Linux, so only the tray program may carry it"},
	{"doors-only", "github.com/gorilla/websocket", []string{"localapi", "internal/bench/..."}, true, "the doors speak WebSocket, nobody else"},
	{"service-only", "github.com/kardianos/service", []string{"cmd/ctiagent"}, true, "installing the service is wiring"},
	{"hand-only", "github.com/go-vgo/robotgo", []string{"desktop/..."}, true, "typing and focusing need the user's session, so only the hand does it"},
	{"command-line-only", "github.com/spf13/cobra", []string{"cmd/*"}, false, "commands are wiring"},
	{"vault-only", "github.com/zalando/go-keyring", []string{"internal/vault"}, false, "what becomes of a password without a store is decided in one place"},
	{"journal-only", "modernc.org/sqlite", []string{"journal"}, false, "the journal alone knows how it is stored"},
	{"database-only", "github.com/jackc/pgx", []string{"vendors/totalip/db", "internal/bench"}, false, "one vendor has a database, and one room of it knows SQL"},
	{"browser-in-tests", "github.com/chromedp", nil, false, "drives Chromium in tests"},
	{"compare-in-tests", "github.com/google/go-cmp", nil, false, "compares in tests"},
	{"oracle-in-tests", "github.com/nyaruka/phonenumbers", nil, false, "linked into the program it would cost start time and memory"},
	{"scripts-in-tests", "github.com/rogpeppe/go-internal", nil, false, "runs command scripts in tests"},
	{"leaks-in-tests", "go.uber.org/goleak", nil, false, "finds goroutines left over in tests"},
}

func inModule(importPath, mod string) bool {
	return importPath == mod || strings.HasPrefix(importPath, mod+"/")
}

func modulesStayInTheirRooms(h *house) (findings []string) {
	for _, f := range h.files {
		for spec, p := range f.imports {
			for _, m := range places {
				if inModule(p, m.module) && !f.supportsTests() && !matches(f.dir, m.rooms...) {
					where := "tests"
					if len(m.rooms) > 0 {
						where = strings.Join(m.rooms, ", ")
					}
					findings = append(findings, h.at(spec, "%s belongs to %s only: %s", m.module, where, m.why))
				}
			}
		}
	}
	return findings
}

// programsStayPure follows the imports of the two programs that must start anywhere (a server without a screen, Windows'
// session 0) and reports the road by which a desktop library would get in. Build tags are not looked at: every file counts.
func programsStayPure(h *house) (findings []string) {
	banned := []string{"github.com/getlantern/systray", "github.com/go-vgo/robotgo"}
	imports := map[string][]string{}
	for _, f := range h.files {
		if f.supportsTests() {
			continue
		}
		for _, p := range f.imports {
			imports[f.dir] = append(imports[f.dir], p)
		}
	}
	for _, program := range []string{"cmd/ctiagent", "cmd/ctiagent-open"} {
		seen := map[string]bool{}
		var walk func(dir string, road []string)
		walk = func(dir string, road []string) {
			road = append(slices.Clip(road), dir)
			for _, p := range imports[dir] {
				if seen[p] {
					continue
				}
				seen[p] = true
				if target, ours := own(p); ours {
					walk(target, road)
				} else if slices.ContainsFunc(banned, func(mod string) bool { return inModule(p, mod) }) {
					findings = append(findings, fmt.Sprintf("%s must not link %s, which comes in by %s", program, p, strings.Join(road, " → ")))
				}
			}
		}
		walk(program, nil)
	}
	return findings
}

var requirement = regexp.MustCompile(`(?m)^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+/\S+)\s+v\S+(\s*// indirect)?\s*$`)

// requirements maps each module of go.mod to whether it is required by our own code.
func (h *house) requirements() map[string]bool {
	direct := map[string]bool{}
	for _, m := range requirement.FindAllStringSubmatch(h.read("go.mod"), -1) {
		direct[m[1]] = m[2] == ""
	}
	return direct
}

func askedForPackagesAreUsed(h *house) (findings []string) {
	direct := h.requirements()
	for _, m := range places {
		home := m.rooms[:min(1, len(m.rooms))]
		if !m.asked || !slices.ContainsFunc(h.dirs(), func(dir string) bool { return matches(dir, home...) }) {
			continue
		}
		used := slices.ContainsFunc(h.files, func(f *source) bool {
			for _, p := range f.imports {
				if inModule(p, m.module) && !f.supportsTests() && matches(f.dir, home...) {
					return true
				}
			}
			return false
		})
		if !used {
			findings = append(findings, fmt.Sprintf("%s: its code does not import %s, which it is there for", home[0], m.module))
		}
		if !direct[m.module] {
			findings = append(findings, fmt.Sprintf("go.mod: %s is not required directly (go mod tidy)", m.module))
		}
	}
	return findings
}

const reasons = "docs/decisions/0004-asked-for-packages.md"

// everyModuleHasItsReason looks for each imported module in the list of reasons, and for the modules of that list in the
// code: a list that must match is held to it.
func everyModuleHasItsReason(h *house) (findings []string) {
	used := map[string]bool{}
	mods := h.requirements()
	for _, f := range h.files {
		for _, p := range f.imports {
			for mod := range mods {
				if inModule(p, mod) {
					used[mod] = true
				}
			}
		}
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(h.read(reasons), -1) {
		listed[m[1]] = true
	}
	for mod := range used {
		if !listed[mod] {
			findings = append(findings, fmt.Sprintf("%s: no row with the reason for %s", reasons, mod))
		}
	}
	for mod := range listed {
		direct, required := mods[mod]
		if asked := slices.ContainsFunc(places, func(m place) bool { return m.asked && m.module == mod }); !asked && !used[mod] && (direct || !required) {
			findings = append(findings, fmt.Sprintf("%s: %s has a reason but is not used", reasons, mod))
		}
	}
	slices.Sort(findings)
	return findings
}

func TestModuleRulesCatch(t *testing.T) {
	const robot, tray, socket = "github.com/go-vgo/robotgo", "github.com/getlantern/systray", "github.com/gorilla/websocket"
	code := func(pkg string, imports ...string) string {
		s := "package " + pkg
		for _, i := range imports {
			s += "\nimport _ \"" + i + "\""
		}
		return s
	}
	for name, b := range map[string]bad{
		"a module outside its room": {modulesStayInTheirRooms, map[string]string{
			"desk/a.go":      code("desk", robot, socket, "github.com/google/go-cmp/cmp"),
			"desk/a_test.go": code("desk", socket, "github.com/google/go-cmp/cmp"),
			"desktop/a.go":   code("desktop", robot),
			"cmd/x/a.go":     code("main", "github.com/kardianos/service"),
		}, []string{"service belongs to cmd/ctiagent", "robotgo belongs to desktop", "websocket belongs to localapi", "go-cmp belongs to tests"}},
		"a desktop library two rooms away": {programsStayPure, map[string]string{
			"cmd/ctiagent/a.go":      code("main", "ctiagent/desktop"),
			"cmd/ctiagent-tray/a.go": code("main", "ctiagent/desktop", "ctiagent/tray"),
			"desktop/a.go":           code("desktop", "ctiagent/desktop/type"),
			"desktop/type/a.go":      code("type_", robot),
			"tray/a.go":              code("tray", tray),
		}, []string{"cmd/ctiagent must not link " + robot + ", which comes in by cmd/ctiagent → desktop → desktop/type"}},
		"an asked-for package that is only there for show": {askedForPackagesAreUsed, map[string]string{
			"go.mod":              "module ctiagent\n\nrequire (\n\t" + socket + " v1.5.3 // indirect\n\t" + tray + " v1.2.2\n)\nrequire " + robot + " v1.1.0\n",
			"localapi/a.go":       code("localapi", socket),
			"tray/a.go":           code("tray"),
			"tray/a_test.go":      code("tray", tray),
			"desktop/a.go":        code("desktop", robot),
			"cmd/ctiagent/a.go":   code("main"),
			"internal/bench/b.go": code("main", socket),
		}, []string{"tray: its code does not import " + tray, "go.mod: " + socket + " is not required directly",
			"cmd/ctiagent: its code does not import", "go.mod: github.com/kardianos/service is not required"}},
		"a module without a reason, a reason without a module": {everyModuleHasItsReason, map[string]string{
			"go.mod":     "module ctiagent\nrequire (\n\ta.example/x v1.0.0\n\ta.example/y v1.0.0\n\ta.example/z v1.0.0 // indirect\n)\n",
			"desk/a.go":  code("desk", "a.example/x/sub"),
			reasons:      "| `a.example/y` | it is nice |\n| `a.example/gone` | it was nice |\n| `github.com/go-vgo/robotgo` | asked for, its room is to come |\n",
			"cti/cti.go": code("cti", "fmt"),
		}, []string{"a.example/gone has a reason but is not used", "a.example/y has a reason but is not used", "no row with the reason for a.example/x"}},
	} {
		t.Run(name, b.check)
	}
}
