package installer_test

import (
	"encoding/xml"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ctiagent/internal/config"

	"github.com/google/go-cmp/cmp"
)

// node is any element of a file.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// each calls f with every element and its parent.
func (n node) each(f func(n, parent node)) {
	for _, c := range n.Nodes {
		f(c, n)
		c.each(f)
	}
}

func readXML(t *testing.T, name string) node {
	t.Helper()
	f, err := os.Open(filepath.Join(templates, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var root node
	if err := xml.NewDecoder(f).Decode(&root); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return root
}

// TestGroupPolicyTemplatesHoldToTheirSchema checks, without the makers' schema at hand, what it asks of such files: known elements in
// their order, names of the allowed signs and unique, and every reference answered.
func TestGroupPolicyTemplatesHoldToTheirSchema(t *testing.T) {
	admx := readXML(t, "ctiagent.admx")
	const space = "http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions"
	if admx.XMLName != (xml.Name{Space: space, Local: "policyDefinitions"}) || admx.attr("revision") == "" || admx.attr("schemaVersion") == "" {
		t.Errorf("the root is %+v", admx.XMLName)
	}
	order := map[string]string{
		"policyDefinitions": "policyNamespaces resources supportedOn categories policies",
		"policy":            "parentCategory supportedOn enabledValue disabledValue elements",
		"elements":          "decimal text multiText enum list", "category": "parentCategory", "enum": "item", "item": "value",
		"policyDefinitionResources": "displayName description resources", "resources": "stringTable presentationTable",
		"presentation": "decimalTextBox textBox multiTextBox dropdownList listBox", "textBox": "label defaultValue",
		"enabledValue": "decimal", "disabledValue": "decimal", "value": "string",
	}
	checkOrder := func(n node) {
		allowed, known := order[n.XMLName.Local]
		if !known {
			return
		}
		last := -1
		for _, c := range n.Nodes {
			at := slices.Index(strings.Fields(allowed), c.XMLName.Local)
			if at < last || at < 0 || c.XMLName.Space != space {
				t.Errorf("%s in %s %s is not allowed there", c.XMLName.Local, n.XMLName.Local, n.attr("name"))
			}
			last = at
		}
	}
	checkOrder(admx)
	name := regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	seen := map[string]bool{}
	texts, shown := map[string]bool{}, map[string]string{} // the references: texts, and presentations with the kind of their element
	admx.each(func(n, parent node) {
		checkOrder(n)
		kind := n.XMLName.Local
		if kind == "policy" || kind == "category" || kind == "definition" {
			if !name.MatchString(n.attr("name")) || seen[kind+n.attr("name")] {
				t.Errorf("%s %q: the name is no name, or there are two", kind, n.attr("name"))
			}
			seen[kind+n.attr("name")] = true
		}
		for _, a := range n.Attrs {
			if id, ok := strings.CutPrefix(a.Value, admxPrefix); ok {
				texts[strings.TrimSuffix(id, ")")] = true
			}
		}
		if parent.XMLName.Local == "elements" {
			shown[n.attr("id")] = kind
		}
	})
	admx.each(func(n, _ node) {
		switch kind := n.XMLName.Local; kind {
		case "parentCategory":
			if !seen["category"+n.attr("ref")] {
				t.Errorf("there is no category %s", n.attr("ref"))
			}
		case "policy":
			if n.attr("class") != "Both" || !strings.HasPrefix(n.attr("key"), config.RegistryKey) || strings.HasPrefix(n.attr("key"), `Software\Policies\Microsoft`) {
				t.Errorf("%s writes to %s for %s", n.attr("name"), n.attr("key"), n.attr("class"))
			}
			if p := n.attr("presentation"); (p != "") != slices.ContainsFunc(n.Nodes, func(c node) bool { return c.XMLName.Local == "elements" }) || p != "" && p != "$(presentation."+n.attr("name")+")" {
				t.Errorf("%s has the presentation %q", n.attr("name"), p)
			}
		case "decimal":
			for _, limit := range []string{"minValue", "maxValue"} {
				if _, err := strconv.ParseUint(n.attr(limit), 10, 32); n.attr("id") != "" && err != nil {
					t.Errorf("%s: %s is %q", n.attr("id"), limit, n.attr(limit))
				}
			}
		}
	})
	controls := map[string]string{"decimalTextBox": "decimal", "textBox": "text", "multiTextBox": "multiText", "dropdownList": "enum", "listBox": "list"}
	for _, lang := range languages() {
		adml := readXML(t, lang+"/ctiagent.adml")
		checkOrder(adml)
		have, presented := map[string]bool{}, map[string]bool{}
		adml.each(func(n, parent node) {
			checkOrder(n)
			switch {
			case n.XMLName.Local == "string":
				if have[n.attr("id")] || !name.MatchString(n.attr("id")) || strings.TrimSpace(n.Text) == "" {
					t.Errorf("%s: the text %q stands twice, or says nothing", lang, n.attr("id"))
				}
				have[n.attr("id")] = true
			case parent.XMLName.Local == "presentation":
				if presented[parent.attr("id")] || n.attr("refId") != parent.attr("id") || controls[n.XMLName.Local] != shown[n.attr("refId")] {
					t.Errorf("%s: the presentation %s shows %q as %s", lang, parent.attr("id"), shown[n.attr("refId")], n.XMLName.Local)
				}
				presented[parent.attr("id")] = true
			}
		})
		if d := cmp.Diff(slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(texts))); d != "" {
			t.Errorf("%s: -texts +references\n%s", lang, d)
		}
		if d := cmp.Diff(slices.Sorted(maps.Keys(presented)), slices.Sorted(maps.Keys(shown))); d != "" {
			t.Errorf("%s: -presentations +elements\n%s", lang, d)
		}
	}
}
