package ctiagent_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var (
	fence   = regexp.MustCompile("(?ms)^```.*?^```[ \t]*$")
	codeBit = regexp.MustCompile("`[^`\n]*`")
	link    = regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)|(?:src|href)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *$`)
)

// linksLeadSomewhere follows the links of the papers that stay in the tree, down to the heading.
func linksLeadSomewhere(h *house) (findings []string) {
	for _, p := range h.paths {
		if path.Ext(p) != ".md" || strings.Contains("/"+p, "/testdata/") {
			continue
		}
		text := codeBit.ReplaceAllString(fence.ReplaceAllString(h.read(p), ""), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1]+m[2], "#")
			if strings.Contains(target, ":") {
				continue // to another site: a rule that needs the network would be a rule for fair weather
			}
			file := p
			if target != "" {
				file = path.Join(path.Dir(p), target)
			}
			switch {
			case !h.exists(file):
				findings = append(findings, fmt.Sprintf("%s: the link to %s leads nowhere", p, m[1]+m[2]))
			case anchor != "" && path.Ext(file) == ".md" && !slices.Contains(h.anchors(file), anchor):
				findings = append(findings, fmt.Sprintf("%s: %s has no heading %q", p, file, anchor))
			}
		}
	}
	return findings
}

// anchors are the headings of a paper as links name them.
func (h *house) anchors(p string) (out []string) {
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(h.read(p), ""), -1) {
		var b strings.Builder
		for _, r := range strings.ToLower(strings.ReplaceAll(m[1], "`", "")) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r > 127:
				b.WriteRune(r)
			}
		}
		out = append(out, b.String())
	}
	return out
}

// proof is how a paper names a test: its folder, then its function.
var proof = regexp.MustCompile("`([a-z][a-z/-]*) (Test[A-Za-z0-9]+)`")

// provedByTests holds the tests that papers name against the tree.
func provedByTests(h *house) (findings []string) {
	there := map[string]bool{}
	for _, f := range h.files {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && f.test {
				there[f.dir+" "+fn.Name.Name] = true
			}
		}
	}
	for _, p := range h.paths {
		if path.Ext(p) != ".md" {
			continue
		}
		for _, m := range proof.FindAllStringSubmatch(h.read(p), -1) {
			if !there[m[1]+" "+m[2]] {
				findings = append(findings, fmt.Sprintf("%s: there is no test %s in %s", p, m[2], m[1]))
			}
		}
	}
	return findings
}

const glossary = "docs/glossary.md"

// glossaryHoldsTheClosedSets compares each set of string constants in cti with its row of the glossary's table
// “Closed sets”: | `Type` | meaning | `value` `value` … |
func glossaryHoldsTheClosedSets(h *house) (findings []string) {
	sets := h.closedSets("cti")
	rows := map[string][]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z]\\w*)` \\|[^|]*\\|([^|]*)\\|").FindAllStringSubmatch(h.read(glossary), -1) {
		for _, v := range codeBit.FindAllString(m[2], -1) {
			rows[m[1]] = append(rows[m[1]], strings.Trim(v, "`"))
		}
	}
	for set, values := range sets {
		for _, v := range values {
			if !slices.Contains(rows[set], v) {
				findings = append(findings, fmt.Sprintf("%s: the row of %s lacks %q", glossary, set, v))
			}
		}
	}
	for set, values := range rows {
		for _, v := range values {
			if !slices.Contains(sets[set], v) {
				findings = append(findings, fmt.Sprintf("%s: %s knows no %q", glossary, set, v))
			}
		}
	}
	slices.Sort(findings)
	return findings
}

// closedSets are the typed string constants of a package: type name → values in order.
func (h *house) closedSets(dir string) map[string][]string {
	sets := map[string][]string{}
	for _, f := range h.files {
		if f.dir != dir || f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, s := range decl.Specs {
				spec, ok := s.(*ast.ValueSpec)
				if !ok {
					continue
				}
				typ, _ := spec.Type.(*ast.Ident)
				for _, v := range spec.Values {
					if name, text, ok := typedString(typ, v); ok && ast.IsExported(name) {
						sets[name] = append(sets[name], text)
					}
				}
			}
		}
	}
	return sets
}

// typedString reads `X T = "text"` and `X = T("text")`.
func typedString(typ *ast.Ident, v ast.Expr) (name, text string, ok bool) {
	if call, is := v.(*ast.CallExpr); is && len(call.Args) == 1 {
		typ, _ = call.Fun.(*ast.Ident)
		v = call.Args[0]
	}
	lit, is := v.(*ast.BasicLit)
	if !is || lit.Kind != token.STRING || typ == nil || typ.Name == "string" {
		return "", "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return typ.Name, text, err == nil
}

func TestPaperRulesCatch(t *testing.T) {
	for name, b := range map[string]bad{
		"links to nothing": {linksLeadSomewhere, map[string]string{
			"README.md":       "[a](docs/a.md) [b](docs/b.md#the-street) [c](docs/a.md#lost) ![x](x.png) <img src=\"y.png\"> [web](https://a.example/b)\n```\n[z](z.md)\n```\n`[q](q.md)`",
			"docs/a.md":       "# A\n## The `one` way, street\n[up](../README.md) [here](#the-one-way-street) [not](#here)",
			"a/testdata/x.md": "[z](z.md)",
		}, []string{"README.md: the link to docs/b.md#the-street leads nowhere", `docs/a.md has no heading "lost"`, "link to x.png", "link to y.png", `docs/a.md has no heading "here"`}},
		"a proof that nobody runs": {provedByTests, map[string]string{
			"docs/a.md":   "`a TestOne` `a TestTwo` `b TestOne` TestThree",
			"a/a_test.go": "package a\nfunc TestOne(t *testing.T) {}",
			"a/a.go":      "package a\nfunc TestTwo() {}",
		}, []string{"no test TestTwo in a", "no test TestOne in b"}},
		"a word in the code that people are not told": {glossaryHoldsTheClosedSets, map[string]string{
			"cti/a.go":      "package cti\ntype State string\nconst (\n\tRinging State = \"ringing\"\n\tHeld = State(\"held\")\n\tlimit = 3\n\tname string = \"n\"\n)",
			"cti/a_test.go": "package cti\nconst Odd State = \"odd\"",
			glossary:        "| `State` | where a call stands | `ringing`, `parked` |\n",
		}, []string{"State knows no \"parked\"", "the row of State lacks \"held\""}},
	} {
		t.Run(name, b.check)
	}
}
