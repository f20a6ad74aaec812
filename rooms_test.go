package ctiagent_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// room is one row of the import table: what the code of a folder may import of ours. Foreign modules are another table.
type room struct {
	dir   string
	may   []string
	tests []string // what its _test.go files may import besides
}

// all is the right to import everything: programs wire, the bench measures a whole program, and the tests of the web
// pages need one.
var all = []string{"..."}

// rooms is the one-way street. The first row that fits a folder counts. The picture's table in docs/architecture.md and
// the depguard rules in .golangci.yml are made from it.
var rooms = []room{
	{dir: "cti"},
	{dir: "cti/ctitest", may: []string{"cti"}},
	{dir: "dialplan/...", may: []string{"dialplan/..."}},
	{dir: "vendors", may: []string{"cti", "vendors/*"}, tests: []string{"dialplan"}},
	{dir: "vendors/internal/...", may: []string{"cti", "dialplan", "internal/...", "vendors/internal/..."}},
	{dir: "vendors/totalip", may: []string{"cti", "dialplan", "internal/...", "vendors/internal/...", "vendors/totalip/db"}},
	{dir: "vendors/*", may: []string{"cti", "dialplan", "internal/...", "vendors/internal/..."}},
	{dir: "vendors/totalip/mailing", may: []string{"cti", "dialplan", "internal/..."}},
	{dir: "vendors/totalip/db", may: []string{"cti", "internal/...", "vendors/internal/..."}},
	{dir: "vendors/*/*test", may: []string{"cti", "dialplan", "internal/..."}},
	{dir: "desk", may: []string{"cti", "dialplan", "internal/..."}},
	{dir: "desktop/...", may: []string{"cti", "internal/...", "desktop/..."}},
	{dir: "journal", may: []string{"cti", "internal/..."}},
	{dir: "uri", may: []string{"cti", "internal/..."}},
	{dir: "localapi", may: []string{"cti", "uri", "web", "internal/...", "localapi/protocol"}, tests: []string{"localapi/..."}},
	{dir: "localapi/protocol", may: []string{"cti"}},
	{dir: "localapi/client", may: []string{"cti", "internal/...", "localapi/protocol"}, tests: []string{"localapi/..."}},
	{dir: "localapi/localapitest", may: []string{"cti", "cti/ctitest", "uri", "web", "internal/...", "localapi", "localapi/protocol", "localapi/client"}},
	{dir: "tray", may: []string{"cti", "internal/...", "desktop/...", "localapi/client"}, tests: []string{"localapi/..."}},
	{dir: "web", tests: all},
	{dir: "installer", tests: all},
	{dir: "cmd/*", may: all},
	{dir: "internal/bench/...", may: all},
	{dir: "internal/chaos", tests: all},
	{dir: "internal/...", may: []string{"internal/..."}},
	{dir: ".", tests: all},
}

// everyTest is what the test files of every room may import: the model, the laws and the simulators.
var everyTest = []string{"cti", "cti/ctitest", "internal/...", "vendors/*/*test"}

func roomOf(dir string) (room, bool) {
	for _, r := range rooms {
		if matches(dir, r.dir) {
			return r, true
		}
	}
	return room{}, false
}

// allows tells whether a file of the room in dir may import target.
func (r room) allows(f *source, target string) bool {
	if f.test && (target == f.dir || permits(everyTest, target) || permits(r.tests, target)) {
		return true
	}
	return permits(r.may, target)
}

func permits(patterns []string, target string) bool {
	return slices.Contains(patterns, "...") || matches(target, patterns...)
}

func everyFolderIsARoom(h *house) (findings []string) {
	for _, dir := range h.dirs() {
		if _, ok := roomOf(dir); !ok {
			findings = append(findings, fmt.Sprintf("%s: no room of the import table; give it a row in rooms_test.go, or its code to a room that has one", dir))
		}
	}
	return findings
}

func importsFollowTheTable(h *house) (findings []string) {
	for _, f := range h.files {
		r, _ := roomOf(f.dir)
		for spec, p := range f.imports {
			if target, ours := own(p); ours && !r.allows(f, target) {
				may := "nothing of ours"
				if len(r.may) > 0 {
					may = strings.Join(r.may, ", ")
				}
				findings = append(findings, h.at(spec, "%s may not import %s; it may import %s", f.dir, target, may))
			}
		}
	}
	return findings
}

func TestRoomRulesCatch(t *testing.T) {
	for name, b := range map[string]bad{
		"a folder nobody planned": {everyFolderIsARoom, map[string]string{
			"util/util.go": "package util",
			"cti/cti.go":   "package cti",
		}, []string{"util: no room"}},
		"the model importing the core": {importsFollowTheTable, map[string]string{
			"cti/a.go": "package cti\nimport _ \"ctiagent/desk\"",
		}, []string{"cti/a.go:2: cti may not import desk; it may import nothing of ours"}},
		"a vendor importing the core, or another vendor": {importsFollowTheTable, map[string]string{
			"vendors/catix/a.go": "package catix\nimport _ \"ctiagent/desk\"\nimport _ \"ctiagent/vendors/totalip\"\nimport _ \"ctiagent/vendors/internal/lines\"",
		}, []string{"vendors/catix may not import desk", "vendors/catix may not import vendors/totalip"}},
		"the core importing a vendor, in a test too": {importsFollowTheTable, map[string]string{
			"desk/a.go":      "package desk\nimport _ \"ctiagent/vendors\"",
			"desk/a_test.go": "package desk\nimport _ \"ctiagent/vendors/totalip\"\nimport _ \"ctiagent/vendors/totalip/totaliptest\"\nimport _ \"ctiagent/cti/ctitest\"",
		}, []string{"desk may not import vendors", "desk may not import vendors/totalip"}},
		"code that needs the test support of its tests": {importsFollowTheTable, map[string]string{
			"desk/a.go": "package desk\nimport _ \"ctiagent/cti/ctitest\"",
		}, []string{"desk may not import cti/ctitest"}},
		"a simulator built on the driver it tests": {importsFollowTheTable, map[string]string{
			"vendors/catix/catixtest/a.go": "package catixtest\nimport _ \"ctiagent/vendors/catix\"",
		}, []string{"vendors/catix/catixtest may not import vendors/catix"}},
		"the door importing the core": {importsFollowTheTable, map[string]string{
			"localapi/a.go": "package localapi\nimport _ \"ctiagent/desk\"\nimport _ \"ctiagent/localapi/protocol\"",
		}, []string{"localapi may not import desk"}},
	} {
		t.Run(name, b.check)
	}
}

// TestTableIsPrinted holds the two places that repeat the import table against it; -update writes them again.
func TestTableIsPrinted(t *testing.T) {
	for _, c := range []struct{ file, begin, end, want string }{
		{".golangci.yml", "        # rooms: made from rooms_test.go", "        # end of rooms", depguardRules()},
		{"docs/architecture.md", "<!-- rooms: made from rooms_test.go -->", "<!-- end of rooms -->", markdownTable()},
	} {
		text, err := os.ReadFile(c.file)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(text), c.begin+"\n")
		got, after, ok2 := strings.Cut(rest, c.end+"\n")
		if !ok || !ok2 {
			t.Errorf("%s lacks the lines %q and %q", c.file, c.begin, c.end)
			continue
		}
		if got == c.want {
			continue
		}
		if !*update {
			t.Errorf("%s does not show the import table as it is; `go test -run TestTableIsPrinted -update .` writes it", c.file)
			continue
		}
		if err := os.WriteFile(c.file, []byte(before+c.begin+"\n"+c.want+c.end+"\n"+after), 0o644); err != nil {
			t.Error(err)
		}
	}
}

// depguardRules are the import table in the linter's words. The linter is told about code only, not about tests; what a
// foreign module may be used for is the other half of the table.
func depguardRules() string {
	var b strings.Builder
	for _, r := range rooms {
		if r.dir == "." || permits(r.may, "any/thing") {
			continue
		}
		name := strings.NewReplacer("/...", "", "/*", "-any", "*", "any-", "/", "-").Replace(r.dir)
		fmt.Fprintf(&b, "        %s:\n          list-mode: lax\n          files: [%s]\n", name, strings.Join(globs(r), ", "))
		if len(r.may) > 0 {
			fmt.Fprintf(&b, "          allow: [%s]\n", strings.Join(allowed(r), ", "))
		}
		fmt.Fprintf(&b, "          deny: [{pkg: %s/, desc: the import table in docs/architecture.md}]\n", module)
	}
	for _, m := range places {
		fmt.Fprintf(&b, "        %s:\n          list-mode: lax\n          files: [\"!$test\", \"!**/*test/*.go\"", m.name)
		for _, in := range m.rooms {
			fmt.Fprintf(&b, ", %q", "!**/"+glob(in))
		}
		fmt.Fprintf(&b, "]\n          deny: [{pkg: %q, desc: %q}]\n", m.module, m.why)
	}
	return b.String()
}

// globs are the linter's patterns of the room's files, less those of rooms inside it that have their own row.
func globs(r room) []string {
	out := []string{fmt.Sprintf("%q", "**/"+glob(r.dir)), `"!$test"`}
	for _, other := range rooms {
		inside := strings.TrimSuffix(other.dir, "/...")
		if other.dir != r.dir && (matches(inside, r.dir) || strings.HasSuffix(inside, "/"+strings.TrimSuffix(r.dir, "/..."))) {
			out = append(out, fmt.Sprintf("%q", "!**/"+glob(other.dir)))
		}
	}
	return out
}

func glob(dir string) string {
	if below, deep := strings.CutSuffix(dir, "/..."); deep {
		return below + "/**"
	}
	return dir + "/*.go"
}

// allowed are the linter's patterns of what the room may import. It matches by prefix, a trailing $ ends it, and it
// knows no star, so a star widens to everything below: the exact word is the root test's.
func allowed(r room) []string {
	var out []string
	for _, p := range r.may {
		below, deep := strings.CutSuffix(p, "/...")
		before, _, star := strings.Cut(below, "/*")
		switch {
		case deep || star:
			out = append(out, module+"/"+before)
		default:
			out = append(out, module+"/"+p+"$")
		}
	}
	return out
}

// markdownTable is the import table for people.
func markdownTable() string {
	var b strings.Builder
	b.WriteString("| room | may import | its tests besides |\n|---|---|---|\n")
	words := func(patterns []string, none string) string {
		switch {
		case len(patterns) == 0:
			return none
		case permits(patterns, "any/thing"):
			return "everything"
		}
		return "`" + strings.Join(patterns, "` `") + "`"
	}
	for _, r := range rooms {
		if r.dir != "." {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.dir, words(r.may, "nothing of ours"), words(r.tests, ""))
		}
	}
	return b.String()
}
