package installer_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
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

// templates is where the templates of group policy stand, and in words/ what they say in each language.
const templates = "windows/policy"

// languages are those of the templates, as Windows names their folders.
func languages() []string { return []string{"en-US", "es-ES", "pt-BR"} }

// policyDefinitions is an ADMX file (learn.microsoft.com: Group Policy ADMX Syntax Reference Guide). The order of what is in a
// policy is fixed by its schema.
type policyDefinitions struct {
	XMLName       xml.Name `xml:"http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions policyDefinitions"`
	Revision      string   `xml:"revision,attr"`
	SchemaVersion string   `xml:"schemaVersion,attr"`
	Namespaces    struct {
		Target struct {
			Prefix    string `xml:"prefix,attr"`
			Namespace string `xml:"namespace,attr"`
		} `xml:"target"`
	} `xml:"policyNamespaces"`
	Resources struct {
		MinRequiredRevision string `xml:"minRequiredRevision,attr"`
	} `xml:"resources"`
	SupportedOn []definition `xml:"supportedOn>definitions>definition"`
	Categories  []category   `xml:"categories>category"`
	Policies    []admxPolicy `xml:"policies>policy"`
}

type definition struct {
	Name        string `xml:"name,attr"`
	DisplayName string `xml:"displayName,attr"`
}

type reference struct {
	Ref string `xml:"ref,attr"`
}

type category struct {
	Name        string     `xml:"name,attr"`
	DisplayName string     `xml:"displayName,attr"`
	ExplainText string     `xml:"explainText,attr"`
	Parent      *reference `xml:"parentCategory"`
}

type admxPolicy struct {
	Name         string     `xml:"name,attr"`
	Class        string     `xml:"class,attr"`
	DisplayName  string     `xml:"displayName,attr"`
	ExplainText  string     `xml:"explainText,attr"`
	Presentation string     `xml:"presentation,attr,omitempty"`
	Key          string     `xml:"key,attr"`
	ValueName    string     `xml:"valueName,attr,omitempty"`
	Parent       reference  `xml:"parentCategory"`
	SupportedOn  reference  `xml:"supportedOn"`
	Enabled      *admxValue `xml:"enabledValue"`
	Disabled     *admxValue `xml:"disabledValue"`
	Elements     *elements  `xml:"elements"`
}

type admxValue struct {
	Decimal *struct {
		Value string `xml:"value,attr"`
	} `xml:"decimal"`
	String string `xml:"string,omitempty"`
}

type elements struct {
	Decimal   *element `xml:"decimal"`
	Text      *element `xml:"text"`
	MultiText *element `xml:"multiText"`
	Enum      *element `xml:"enum"`
	List      *element `xml:"list"`
}

type element struct {
	ID          string     `xml:"id,attr"`
	Key         string     `xml:"key,attr,omitempty"`
	ValueName   string     `xml:"valueName,attr,omitempty"`
	ValuePrefix *string    `xml:"valuePrefix,attr"`
	Required    string     `xml:"required,attr,omitempty"`
	MinValue    string     `xml:"minValue,attr,omitempty"`
	MaxValue    string     `xml:"maxValue,attr,omitempty"`
	MaxLength   string     `xml:"maxLength,attr,omitempty"`
	Items       []enumItem `xml:"item"`
}

type enumItem struct {
	DisplayName string    `xml:"displayName,attr"`
	Value       admxValue `xml:"value"`
}

// policyResources is an ADML file.
type policyResources struct {
	XMLName       xml.Name       `xml:"http://schemas.microsoft.com/GroupPolicy/2006/07/PolicyDefinitions policyDefinitionResources"`
	Revision      string         `xml:"revision,attr"`
	SchemaVersion string         `xml:"schemaVersion,attr"`
	DisplayName   string         `xml:"displayName"`
	Description   string         `xml:"description"`
	Strings       []admlString   `xml:"resources>stringTable>string"`
	Presentations []presentation `xml:"resources>presentationTable>presentation"`
}

type admlString struct {
	ID   string `xml:"id,attr"`
	Text string `xml:",chardata"`
}

type presentation struct {
	ID           string      `xml:"id,attr"`
	Decimal      *decimalBox `xml:"decimalTextBox"`
	TextBox      *labelled   `xml:"textBox"`
	MultiTextBox *control    `xml:"multiTextBox"`
	Dropdown     *control    `xml:"dropdownList"`
	ListBox      *control    `xml:"listBox"`
}

type decimalBox struct {
	RefID   string `xml:"refId,attr"`
	Default string `xml:"defaultValue,attr,omitempty"`
	Label   string `xml:",chardata"`
}

type labelled struct {
	RefID   string `xml:"refId,attr"`
	Label   string `xml:"label"`
	Default string `xml:"defaultValue,omitempty"`
}

type control struct {
	RefID       string `xml:"refId,attr"`
	NoSort      string `xml:"noSort,attr,omitempty"`
	DefaultItem string `xml:"defaultItem,attr,omitempty"`
	Label       string `xml:",chardata"`
}

// said is what the templates say of one thing.
type said struct {
	Title string `json:"title"`
	Help  string `json:"help"`
}

func wordsOf(t *testing.T, lang string) map[string]said {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(templates, "words", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]said{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&words); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	return words
}

// template is the ADMX file, and what its names say in one language.
type template struct {
	words         map[string]said
	used          map[string]bool
	missing       []string
	admx          policyDefinitions
	strings       []admlString
	presentations []presentation
}

const (
	supported  = "SUPPORTED_ctiagent"
	admxPrefix = "$(string."
)

func (b *template) word(key string) said {
	b.used[key] = true
	w, ok := b.words[key]
	if !ok {
		b.missing = append(b.missing, key)
	}
	return w
}

// text puts a text into the table and answers how it is referred to.
func (b *template) text(id, text string) string {
	b.strings = append(b.strings, admlString{id, text})
	return admxPrefix + id + ")"
}

func (b *template) category(name, parent string) {
	w := b.word(name)
	c := category{Name: name, DisplayName: b.text(name, w.Title), ExplainText: b.text(name+"_help", w.Help)}
	if parent != "" {
		c.Parent = &reference{parent}
	}
	b.admx.Categories = append(b.admx.Categories, c)
}

// build makes the template from the settings, as the program declares them.
func build(words map[string]said) *template {
	b := &template{words: words, used: map[string]bool{}}
	d := &b.admx
	d.Revision, d.SchemaVersion, d.Resources.MinRequiredRevision = "1.0", "1.0", "1.0"
	d.Namespaces.Target.Prefix, d.Namespaces.Target.Namespace = "ctiagent", "CTIAgent.Policies.ctiagent"
	d.SupportedOn = []definition{{supported, b.text(supported, b.word("words.supported").Title)}}
	b.category("ctiagent", "")
	for _, s := range config.Settings() {
		table, _, _ := strings.Cut(s.Key, ".")
		if !slices.ContainsFunc(d.Categories, func(c category) bool { return c.Name == table }) {
			b.category(table, "ctiagent")
		}
		b.setting(s, table)
	}
	for _, name := range config.Lists() {
		b.list(name)
	}
	return b
}

// setting makes the policy of one key.
func (b *template) setting(s config.Setting, table string) {
	_, name, _ := strings.Cut(s.Key, ".")
	id, w := strings.ReplaceAll(s.Key, ".", "_"), b.word(s.Key)
	p := admxPolicy{Name: id, Class: "Both", DisplayName: b.text(id, w.Title), Key: config.RegistryKey + `\` + table,
		Parent: reference{table}, SupportedOn: reference{supported}}
	p.ExplainText = b.text(id+"_help", w.Help+"\n\n"+b.defaultOf(s)+"\n"+b.fileOf("["+table+"] "+name))
	if s.Kind == config.KindBoolean {
		p.ValueName = name
		p.Enabled, p.Disabled = decimal("1"), decimal("0")
		b.admx.Policies = append(b.admx.Policies, p)
		return
	}
	e, shown := &element{ID: id, ValueName: name, Required: "true"}, presentation{ID: id}
	p.Elements, p.Presentation = &elements{}, "$(presentation."+id+")"
	switch s.Kind {
	case config.KindInteger:
		e.MinValue, e.MaxValue = number(s.Min), number(s.Max)
		p.Elements.Decimal = e
		shown.Decimal = &decimalBox{id, fmt.Sprint(s.Default), w.Title}
	case config.KindEnum:
		at := ""
		for i, word := range s.Words {
			e.Items = append(e.Items, enumItem{b.text(id+"_"+strings.ReplaceAll(word, "-", "_"), word), admxValue{String: word}})
			if word == s.Default {
				at = strconv.Itoa(i)
			}
		}
		p.Elements.Enum = e
		shown.Dropdown = &control{RefID: id, NoSort: "true", DefaultItem: at, Label: w.Title}
	case config.KindList:
		none := ""
		p.Elements.List = &element{ID: id, Key: config.RegistryKey + `\` + table + `\` + name, ValuePrefix: &none}
		shown.ListBox = &control{RefID: id, Label: w.Title}
	default:
		p.Elements.Text = e
		shown.TextBox = &labelled{RefID: id, Label: w.Title, Default: fmt.Sprint(s.Default)}
	}
	b.admx.Policies = append(b.admx.Policies, p)
	b.presentations = append(b.presentations, shown)
}

// list makes the policy of a table that stands several times.
func (b *template) list(name string) {
	w := b.word(name)
	b.admx.Policies = append(b.admx.Policies, admxPolicy{Name: name, Class: "Both", DisplayName: b.text(name, w.Title),
		ExplainText: b.text(name+"_help", w.Help+"\n\n"+b.fileOf("[["+name+"]]")), Presentation: "$(presentation." + name + ")",
		Key: config.RegistryKey, Parent: reference{"ctiagent"}, SupportedOn: reference{supported},
		Elements: &elements{MultiText: &element{ID: name, ValueName: name, Required: "true", MaxLength: "65536"}}})
	b.presentations = append(b.presentations, presentation{ID: name, MultiTextBox: &control{RefID: name, Label: w.Title}})
}

func (b *template) fileOf(key string) string {
	return strings.Replace(b.word("words.file").Title, "{key}", key, 1)
}

// defaultOf says what holds where nobody sets a key.
func (b *template) defaultOf(s config.Setting) string {
	on, off, none := b.word("words.true").Title, b.word("words.false").Title, b.word("words.none").Title
	value := fmt.Sprint(s.Default)
	switch v := s.Default.(type) {
	case bool:
		value = off
		if v {
			value = on
		}
	case []string:
		value = strings.Join(v, ", ")
	}
	if value == "" {
		value = none
	}
	return strings.Replace(b.word("words.default").Title, "{value}", value, 1)
}

func decimal(value string) *admxValue {
	v := &admxValue{Decimal: &struct {
		Value string `xml:"value,attr"`
	}{value}}
	return v
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// written is the XML of a file.
func written(t *testing.T, v any) []byte {
	t.Helper()
	data, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const note = "<!-- Made from the settings of ctiagent by: go generate ./installer -->\n"
	return append([]byte(xml.Header+note), append(bytes.ReplaceAll(data, []byte("&#xA;"), []byte("\n")), '\n')...)
}

func TestGroupPolicyTemplatesAreFresh(t *testing.T) {
	files := map[string][]byte{}
	for _, lang := range languages() {
		b := build(wordsOf(t, lang))
		for _, key := range b.missing {
			t.Errorf("%s/words/%s.json says nothing of %s; write its title and help in every language", templates, lang, key)
		}
		for key := range b.words {
			if !b.used[key] {
				t.Errorf("%s/words/%s.json speaks of %s, which there is not; delete it", templates, lang, key)
			}
		}
		files["ctiagent.admx"] = written(t, b.admx)
		files[filepath.Join(lang, "ctiagent.adml")] = written(t, policyResources{Revision: "1.0", SchemaVersion: "1.0",
			DisplayName: "ctiagent", Description: b.word("ctiagent").Help, Strings: b.strings, Presentations: b.presentations})
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(templates, name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, files[name], 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(path)
		if d := cmp.Diff(string(got), string(files[name])); err != nil || d != "" {
			t.Errorf("%s: %v; make it anew with go generate ./installer\n%s", path, err, d)
		}
	}
}

func TestEveryLanguageOfTheTemplatesSaysItInItsOwnWords(t *testing.T) {
	english := wordsOf(t, "en-US")
	for _, lang := range languages()[1:] {
		for key, w := range wordsOf(t, lang) {
			e, ok := english[key]
			switch {
			case !ok:
				t.Errorf("%s: %s is not in English", lang, key)
			case w.Title == "" || (w.Help == "") != (e.Help == ""):
				t.Errorf("%s: %s is incomplete", lang, key)
			case w.Help != "" && w.Help == e.Help:
				t.Errorf("%s: %s is in English", lang, key)
			}
			for _, hole := range regexp.MustCompile(`\{[a-z]+\}`).FindAllString(e.Title, -1) {
				if !strings.Contains(w.Title, hole) {
					t.Errorf("%s: %s lacks %s", lang, key, hole)
				}
			}
		}
	}
}
