// Package ctiagent_test keeps the rules of the house: which room may import which, how files are shaped, and that the
// papers match the code. The rules read the source files themselves, so no build cache can give them a stale pass, and
// each one is shown a small wrong tree that it must complain about.
package ctiagent_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "write the generated parts of .golangci.yml and docs/architecture.md again")

// module is what our own import paths begin with.
const module = "ctiagent"

// house is the source tree as the rules see it.
type house struct {
	fsys  fs.FS
	paths []string  // every file, sorted
	files []*source // the Go files among them that a build can reach
	fset  *token.FileSet
}

// source is one Go file.
type source struct {
	path, dir string
	pkg       string // the package clause
	test      bool   // _test.go
	generated bool
	lines     int
	ast       *ast.File
}

// open reads and parses the tree. Folders that neither Go nor git looks into are left out.
func open(fsys fs.FS) (*house, error) {
	h := &house{fsys: fsys, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if slices.Contains([]string{".git", "node_modules", "bin", "build"}, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		h.paths = append(h.paths, p)
		if !strings.HasSuffix(p, ".go") || strings.Contains("/"+p, "/testdata/") {
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(h.fset, p, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		h.files = append(h.files, &source{
			path: p, dir: path.Dir(p), pkg: tree.Name.Name, test: strings.HasSuffix(p, "_test.go"),
			generated: ast.IsGenerated(tree), lines: bytes.Count(text, []byte("\n")), ast: tree,
		})
		return nil
	})
	return h, err
}

// at words a finding with its place.
func (h *house) at(n ast.Node, format string, args ...any) string {
	p := h.fset.Position(n.Pos())
	return fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(format, args...))
}

// read is the text of one file; a file that is not there reads as empty.
func (h *house) read(p string) string {
	text, err := fs.ReadFile(h.fsys, p)
	if err != nil {
		return ""
	}
	return string(text)
}

func (h *house) exists(p string) bool {
	_, err := fs.Stat(h.fsys, p)
	return err == nil
}

// dirs are the folders that hold Go code, sorted.
func (h *house) dirs() []string {
	var dirs []string
	for _, f := range h.files {
		dirs = append(dirs, f.dir)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// supportsTests is true for a test file, and for a package that exists for tests: the laws, a simulator.
func (s *source) supportsTests() bool { return s.test || strings.HasSuffix(s.dir, "test") }

// imports yields each import with its path.
func (s *source) imports(yield func(*ast.ImportSpec, string) bool) {
	for _, i := range s.ast.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil && !yield(i, p) {
			return
		}
	}
}

// own splits one of our import paths from a foreign one: the folder, and whether it is ours.
func own(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// matches tells whether dir fits one of the patterns: "a/b" is that folder, "*" stands for a part of one step ("*test"),
// and a trailing "/..." takes the folder with everything below it.
func matches(dir string, patterns ...string) bool {
	for _, p := range patterns {
		below, deep := strings.CutSuffix(p, "/...")
		d := dir
		if deep {
			if steps, all := strings.Count(below, "/")+1, strings.Split(dir, "/"); len(all) > steps {
				d = strings.Join(all[:steps], "/")
			}
		}
		if ok, err := path.Match(below, d); err == nil && ok {
			return true
		}
	}
	return false
}

// rule reads a house and returns what is wrong with it, one sentence each.
type rule func(*house) []string

// TestHouse holds every rule against the tree as it stands.
func TestHouse(t *testing.T) {
	h, err := open(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]rule{
		"every folder with Go code is a room of the table":         everyFolderIsARoom,
		"rooms import only what the table allows":                  importsFollowTheTable,
		"foreign modules stay in their rooms":                      modulesStayInTheirRooms,
		"the programs without a desktop link no desktop library":   programsStayPure,
		"asked-for packages are required and used":                 askedForPackagesAreUsed,
		"every module used has its line of reason":                 everyModuleHasItsReason,
		"every package has exactly one package comment":            onePackageComment,
		"files stay short":                                         filesStayShort,
		"nothing is left to do without a condition":                nothingLeftToDo,
		"tests do not sleep":                                       testsDoNotSleep,
		"no package has an init function":                          noInit,
		"every vendor has the same files":                          vendorsHaveTheSameFiles,
		"links in the papers lead somewhere":                       linksLeadSomewhere,
		"tests that the papers name are there":                     provedByTests,
		"the glossary holds the closed sets of cti, and only them": glossaryHoldsTheClosedSets,
	} {
		t.Run(name, func(t *testing.T) {
			for _, finding := range r(h) {
				t.Error(finding)
			}
		})
	}
}

// bad is a wrong tree and what a rule must say about it: one finding per line of want, each containing that text.
type bad struct {
	rule  rule
	files map[string]string
	want  []string
}

// check runs the rule over the wrong tree and compares.
func (b bad) check(t *testing.T) {
	t.Helper()
	fsys := fstest.MapFS{}
	for p, text := range b.files {
		fsys[p] = &fstest.MapFile{Data: []byte(text)}
	}
	h, err := open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	got := b.rule(h)
	if len(got) != len(b.want) {
		t.Fatalf("got %d findings, want %d:\n%s", len(got), len(b.want), strings.Join(got, "\n"))
	}
	for i, want := range b.want {
		if !strings.Contains(got[i], want) {
			t.Errorf("finding %d is %q, want one with %q", i, got[i], want)
		}
	}
}
