// Package typescript writes the types of the JavaScript client from the OpenRPC description of the local API.
package typescript

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"text/template"
)

// frame is what no description tells: the client itself.
//
//go:embed client.d.ts.tmpl
var frame string

type document struct {
	Methods    []method
	Components struct{ Schemas map[string]*schema }
	Events     []string `json:"x-events"`
}

type method struct {
	Name, Summary string
	Params        []param
	Result        struct{ Schema *schema }
	Door          string `json:"x-door"`
}

type param struct {
	Name, Description string
	Required          bool
	Schema            *schema
}

type schema struct {
	Ref, Type, Format, Description string
	Enum                           []string
	Items                          *schema
	Properties                     map[string]*schema
	Values                         *schema `json:"additionalProperties"`
}

func (s *schema) UnmarshalJSON(b []byte) error {
	type plain schema
	return json.Unmarshal(bytes.ReplaceAll(b, []byte(`"$ref"`), []byte(`"ref"`)), (*plain)(s))
}

// Declarations answers the declaration file. positions names, by method, the parameters that may be given by position,
// in order; always names, by schema, the members that an object of the program never lacks.
func Declarations(openrpc []byte, positions, always map[string][]string) ([]byte, error) {
	var d document
	if err := json.Unmarshal(openrpc, &d); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	w := writer{d: &d, positions: positions, always: always, used: map[string]bool{}}
	for _, name := range []string{"Event", "Pop", "ErrorData"} {
		w.use(name)
	}
	data := map[string]any{"Events": union(d.Events), "CallEvents": union(slices.DeleteFunc(slices.Clone(d.Events), func(e string) bool {
		return !strings.HasPrefix(e, "call.") || e == "call.preview"
	}))}
	if err := w.nouns(data); err != nil {
		return nil, err
	}
	data["Schemas"] = w.schemas()
	if w.err != nil {
		return nil, w.err
	}
	t, err := template.New("client").Parse(frame)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type writer struct {
	d                 *document
	positions, always map[string][]string
	used              map[string]bool
	err               error
}

func (w *writer) use(name string) string {
	if w.d.Components.Schemas[name] == nil && w.err == nil {
		w.err = fmt.Errorf("the description names %s and does not describe it", name)
	}
	w.used[name] = true
	if name == "Event" { // which is something else in a browser
		return "DeskEvent"
	}
	return name
}

func union(words []string) string { return "'" + strings.Join(words, "' | '") + "'" }

func (w *writer) typ(s *schema) string {
	switch {
	case s == nil:
		return "unknown"
	case s.Ref != "":
		return w.use(s.Ref[strings.LastIndexByte(s.Ref, '/')+1:])
	case len(s.Enum) > 0:
		return union(s.Enum)
	case s.Type == "array":
		t := w.typ(s.Items)
		if strings.Contains(t, " ") {
			t = "(" + t + ")"
		}
		return t + "[]"
	case s.Type == "object" && s.Values != nil:
		return "Record<string, " + w.typ(s.Values) + ">"
	case s.Type == "object":
		return "Record<string, unknown>"
	case s.Type == "integer":
		return "number"
	case s.Type == "":
		return "unknown"
	}
	return s.Type
}

func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	return indent + "/** " + strings.ReplaceAll(text, "*/", "* /") + " */\n"
}

// schemas are the objects that pages meet, and all they hold.
func (w *writer) schemas() string {
	done := map[string]string{}
	for len(done) < len(w.used) {
		for _, name := range slices.Sorted(maps.Keys(w.used)) {
			if _, ok := done[name]; ok || w.err != nil {
				continue
			}
			done[name] = w.object(name)
		}
		if w.err != nil {
			return ""
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(done)) {
		b.WriteString(done[name])
	}
	return b.String()
}

func (w *writer) object(name string) string {
	s := w.d.Components.Schemas[name]
	var b strings.Builder
	b.WriteString("\n" + comment("", s.Description))
	if len(s.Properties) == 0 {
		fmt.Fprintf(&b, "export type %s = Record<string, unknown>;\n", w.use(name))
		return b.String()
	}
	fmt.Fprintf(&b, "export interface %s {\n", w.use(name))
	for _, member := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[member]
		mark := "?"
		if slices.Contains(w.always[name], member) {
			mark = ""
		}
		b.WriteString(comment("  ", p.Description))
		t := w.typ(p)
		if name == "Event" && member == "type" {
			t = "EventName"
		}
		fmt.Fprintf(&b, "  %s%s: %s;\n", member, mark, t)
	}
	b.WriteString("}\n")
	return b.String()
}

// Always names, for each struct among these types and all they hold, the members that its JSON always has.
func Always(types ...reflect.Type) map[string][]string {
	out := map[string][]string{}
	for _, t := range types {
		collect(t, out)
	}
	return out
}

func collect(t reflect.Type, out map[string][]string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || out[t.Name()] != nil {
		return
	}
	out[t.Name()] = []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" {
			continue
		}
		if !f.Anonymous && !strings.Contains(options, "omit") {
			out[t.Name()] = append(out[t.Name()], name)
		}
		collect(f.Type, out)
	}
}
