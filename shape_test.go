package ctiagent_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// longest is the number of lines a file of code may have; from 400 on `make check` names it.
const longest = 600

// longFiles may be longer, each for its reason.
var longFiles = map[string]string{
	"web/sdk/ctiagent.js": "the JavaScript client is one file on purpose: a page takes it with one script tag",
}

func filesStayShort(h *house) (findings []string) {
	generated := map[string]bool{}
	for _, f := range h.files {
		generated[f.path] = f.generated
	}
	for _, p := range h.paths {
		if !slices.Contains([]string{".go", ".js", ".css", ".html", ".sh"}, path.Ext(p)) || generated[p] || strings.Contains("/"+p, "/testdata/") {
			continue
		}
		n := bytes.Count([]byte(h.read(p)), []byte("\n"))
		switch _, listed := longFiles[p]; {
		case n > longest && !listed:
			findings = append(findings, fmt.Sprintf("%s: %d lines, more than %d: split it by what changes together", p, n, longest))
		case n <= longest && listed:
			findings = append(findings, fmt.Sprintf("%s: %d lines, it needs its row in longFiles no more", p, n))
		}
	}
	return findings
}

func onePackageComment(h *house) (findings []string) {
	type pkg struct{ dir, name string }
	docs := map[pkg][]*source{}
	var order []pkg
	for _, f := range h.files {
		// The tests outside a package are no package of their own, unless nothing else is in the folder.
		k := pkg{f.dir, strings.TrimSuffix(f.pkg, "_test")}
		if _, seen := docs[k]; !seen {
			order = append(order, k)
			docs[k] = nil
		}
		if f.ast.Doc != nil && strings.TrimSpace(f.ast.Doc.Text()) != "" {
			docs[k] = append(docs[k], f)
		}
	}
	for _, k := range order {
		found := docs[k]
		if len(found) != 1 {
			findings = append(findings, fmt.Sprintf("%s: package %s has %d package comments, want one", k.dir, k.name, len(found)))
			continue
		}
		text := found[0].ast.Doc.Text()
		switch want := "Package " + found[0].pkg + " "; {
		case k.name == "main":
			if !strings.HasPrefix(strings.ToLower(text), path.Base(k.dir)+" ") && !strings.HasPrefix(text, "Command "+path.Base(k.dir)+" ") {
				findings = append(findings, h.at(found[0].ast.Doc, "the comment of a program begins with its name, %q", path.Base(k.dir)))
			}
		case !strings.HasPrefix(text, want):
			findings = append(findings, h.at(found[0].ast.Doc, "a package comment begins with %q", want))
		}
	}
	return findings
}

var (
	leftOver   = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)
	leftInText = regexp.MustCompile(`(//|/\*|^\s*\*|#|<!--)\s*(TODO|FIXME|XXX|HACK)\b`)
	conditions = regexp.MustCompile(`\bTODO:? (when|once|as soon as|until) \w`)
)

// nothingLeftToDo finds the promises nobody keeps. One that names the condition on which it becomes due may stay.
func nothingLeftToDo(h *house) (findings []string) {
	for _, f := range h.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				if word := leftOver.FindString(c.Text); word != "" && !conditions.MatchString(c.Text) {
					findings = append(findings, h.at(c, "%s without a condition (“TODO when …”)", word))
				}
			}
		}
	}
	for _, p := range h.paths {
		if !slices.Contains([]string{".js", ".css", ".html", ".sh", ".md", ".yml", ".toml"}, path.Ext(p)) || strings.Contains("/"+p, "/testdata/") {
			continue
		}
		for i, line := range strings.Split(h.read(p), "\n") {
			if leftInText.MatchString(line) && !conditions.MatchString(line) {
				findings = append(findings, fmt.Sprintf("%s:%d: something left to do without a condition", p, i+1))
			}
		}
	}
	return findings
}

// testsDoNotSleep finds time.Sleep in tests and in what is made for them. Inside a synctest bubble time is not real, so
// there sleeping is how one waits.
func testsDoNotSleep(h *house) (findings []string) {
	for _, f := range h.files {
		if !f.supportsTests() {
			continue
		}
		name := func(importPath string) string {
			for spec, p := range f.imports {
				if p == importPath {
					if spec.Name != nil {
						return spec.Name.Name
					}
					return path.Base(p)
				}
			}
			return ""
		}
		clock, bubble := name("time"), name("testing/synctest")
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isSelector(call.Fun, bubble, "Test") {
				return false
			}
			if e, ok := n.(ast.Expr); ok && isSelector(e, clock, "Sleep") {
				findings = append(findings, h.at(e, "tests wait for something that happens, not for time to pass"))
			}
			return true
		})
	}
	return findings
}

func isSelector(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && pkg != "" && x.Name == pkg
}

func noInit(h *house) (findings []string) {
	for _, f := range h.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				findings = append(findings, h.at(fn.Name, "no init functions: wiring is visible in cmd"))
			}
		}
	}
	return findings
}

// vendorsHaveTheSameFiles keeps the vendors alike, so that who knows one finds his way in all.
func vendorsHaveTheSameFiles(h *house) (findings []string) {
	for _, dir := range h.dirs() {
		if !matches(dir, "vendors/*") || dir == "vendors/internal" {
			continue
		}
		for _, name := range []string{"doc.go", "driver.go", "session.go", "functions.go"} {
			if !h.exists(dir + "/" + name) {
				findings = append(findings, fmt.Sprintf("%s: no %s, which every vendor has", dir, name))
			}
		}
		simulator := dir + "/" + path.Base(dir) + "test"
		if !slices.Contains(h.dirs(), simulator) {
			findings = append(findings, fmt.Sprintf("%s: no simulator in %s", dir, simulator))
		}
	}
	return findings
}

func TestShapeRulesCatch(t *testing.T) {
	for name, b := range map[string]bad{
		"a file that grew": {filesStayShort, map[string]string{
			"desk/a.go":          "package desk\n" + strings.Repeat("\n", longest),
			"desk/b.go":          "// Code generated by x. DO NOT EDIT.\n\npackage desk\n" + strings.Repeat("\n", longest),
			"desk/c.go":          "package desk\n" + strings.Repeat("\n", longest-1),
			"desk/testdata/d.go": strings.Repeat("\n", longest+1),
			"web/a.css":          strings.Repeat("\n", longest+1),
		}, []string{"desk/a.go: 601 lines", "web/a.css: 601 lines"}},
		"an exception nobody needs": {filesStayShort, map[string]string{
			"web/sdk/ctiagent.js": "\n",
		}, []string{"needs its row in longFiles no more"}},
		"no package comment, two of them, a wrong one": {onePackageComment, map[string]string{
			"a/a.go":      "package a",
			"a/a_test.go": "package a_test",
			"b/b.go":      "// Package b is b.\npackage b",
			"b/c.go":      "// Package b is b again.\npackage b",
			"c/c.go":      "// Does things.\npackage c",
			"d/d.go":      "//go:build linux\n\n// Package d is good.\npackage d",
			"cmd/e/e.go":  "// Here is a program.\npackage main",
			"cmd/f/f.go":  "// Command f is good.\npackage main",
		}, []string{"a: package a has 0", "b: package b has 2", `c/c.go:1: a package comment begins with "Package c "`, "cmd/e/e.go:1"}},
		"promises without a condition": {nothingLeftToDo, map[string]string{
			"a/a.go":   "package a // TODO nicer\nvar x = \"TODO\" // TODO when AMI 9 is the minimum: drop this\n/* FIXME */",
			"web/b.js": "x = 'TODO'; // TODO(me): y\nvar TODO;\n",
		}, []string{"a/a.go:1: TODO", "a/a.go:3: FIXME", "web/b.js:1"}},
		"a test that sleeps": {testsDoNotSleep, map[string]string{
			"a/a.go":         "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }",
			"a/a_test.go":    "package a\nimport \"time\"\nfunc g() { time.Sleep(1) }",
			"a/b_test.go":    "package a\nimport x \"time\"\nvar nap = x.Sleep",
			"a/c_test.go":    "package a\nimport (\"testing/synctest\"; \"time\")\nfunc h() { synctest.Test(nil, func() { time.Sleep(1) }) }",
			"a/atest/sim.go": "package atest\nimport \"time\"\nfunc f() { time.Sleep(1) }",
		}, []string{"a/a_test.go:3", "a/atest/sim.go:3", "a/b_test.go:3"}},
		"an init function": {noInit, map[string]string{
			"a/a.go": "package a\ntype t int\nfunc (t) init() {}\nfunc init() {}",
		}, []string{"a/a.go:4"}},
		"a vendor with files of its own naming": {vendorsHaveTheSameFiles, map[string]string{
			"vendors/catix/doc.go":                  "package catix",
			"vendors/catix/client.go":               "package catix",
			"vendors/catix/driver.go":               "package catix",
			"vendors/catix/functions.go":            "package catix",
			"vendors/totalip/totaliptest/a.go":      "package totaliptest",
			"vendors/totalip/totaliptest/b_test.go": "package totaliptest",
			"vendors/internal/lines/lines.go":       "package lines",
			"vendors/vendors.go":                    "package vendors",
		}, []string{"vendors/catix: no session.go", "vendors/catix: no simulator in vendors/catix/catixtest"}},
	} {
		t.Run(name, b.check)
	}
}
