package localapi

import (
	"encoding/json"
	"path"
	"reflect"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/localapi/protocol"
)

// entry is one method of the description.
type entry struct {
	info    cti.FuncInfo
	program bool
	socket  bool
}

type openDoc struct {
	OpenRPC    string         `json:"openrpc"`
	Info       openInfo       `json:"info"`
	Methods    []openMethod   `json:"methods"`
	Components openComponents `json:"components"`
	Events     []string       `json:"x-events"`
	Closing    []openClose    `json:"x-close-codes"`
}

type openInfo struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type openMethod struct {
	Name      string      `json:"name"`
	Summary   string      `json:"summary,omitempty"`
	Structure string      `json:"paramStructure"`
	Params    []openParam `json:"params"`
	Result    openParam   `json:"result"`
	Errors    []reference `json:"errors"`
	Effect    cti.Effect  `json:"x-effect"`
	Door      string      `json:"x-door,omitempty"`
	Source    string      `json:"x-source,omitempty"`
}

type openParam struct {
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Secret      bool    `json:"x-secret,omitempty"`
	Schema      *schema `json:"schema"`
}

type reference struct {
	Ref string `json:"$ref"`
}

type openComponents struct {
	Schemas map[string]*schema   `json:"schemas"`
	Errors  map[string]openError `json:"errors"`

	names map[reflect.Type]string
}

type openError struct {
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Data    *errorKind `json:"data,omitempty"`
}

type errorKind struct {
	Kind cti.Kind `json:"kind"`
}

type openClose struct {
	Code   protocol.CloseCode `json:"code"`
	Reason string             `json:"reason"`
}

// schema is the part of JSON Schema that our types need.
type schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        string             `json:"type,omitempty"`
	Format      string             `json:"format,omitempty"`
	Description string             `json:"description,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Values      *schema            `json:"additionalProperties,omitempty"`
}

// openRPC describes the methods from their declarations.
func openRPC(version string, methods []entry) ([]byte, error) {
	d := openDoc{OpenRPC: "1.3.2", Methods: []openMethod{}, Components: openComponents{Schemas: map[string]*schema{}, Errors: map[string]openError{}, names: map[reflect.Type]string{}},
		Info: openInfo{Title: "ctiagent local API", Version: version,
			Description: "JSON-RPC 2.0 over ws://127.0.0.1:21470/v1/ws (sub-protocol ctiagent.v1) or POST /v1/rpc. Effects are the scopes a page needs."}}
	for _, k := range cti.Kinds() {
		code := protocol.CodeApplication
		if k == cti.BadRequest {
			code = protocol.CodeInvalidParams
		}
		d.Components.Errors[string(k)] = openError{code, string(k), &errorKind{k}}
	}
	d.Components.Errors["parse"] = openError{Code: protocol.CodeParse, Message: "the message is no valid JSON"}
	d.Components.Errors["invalid_request"] = openError{Code: protocol.CodeInvalidRequest, Message: "the message is no request"}
	d.Components.Errors["unknown_method"] = openError{Code: protocol.CodeUnknownMethod, Message: "unknown method"}
	for _, t := range []reflect.Type{reflect.TypeFor[cti.Event](), reflect.TypeFor[cti.Pop](), reflect.TypeFor[protocol.ErrorData](), reflect.TypeFor[protocol.ProgressNote]()} {
		d.Components.of(t)
	}
	for _, e := range methods {
		d.Methods = append(d.Methods, d.Components.method(e))
	}
	for _, t := range []cti.EventType{cti.EventCallDialing, cti.EventCallRinging, cti.EventCallConnected, cti.EventCallHeld, cti.EventCallResumed,
		cti.EventCallTransferred, cti.EventCallEnded, cti.EventCallUpdated, cti.EventCallPreview, cti.EventCallbackDue, cti.EventAgentChanged, cti.EventDriverChanged, cti.EventOutboxChanged} {
		d.Events = append(d.Events, string(t))
	}
	for _, c := range []protocol.CloseCode{protocol.CloseTooBig, protocol.CloseProtocol, protocol.CloseOriginBlocked, protocol.CloseTooSlow, protocol.CloseStopping, protocol.CloseTooMany} {
		d.Closing = append(d.Closing, openClose{c, c.Reason()})
	}
	return json.MarshalIndent(d, "", "  ")
}

func (c *openComponents) method(e entry) openMethod {
	m := openMethod{Name: e.info.Name, Summary: e.info.Title, Structure: "by-name", Params: []openParam{}, Effect: e.info.Effect, Source: e.info.Source,
		Errors: []reference{}, Result: openParam{Name: "result", Schema: c.of(answerOf(e.info.Out))}}
	for _, k := range cti.Kinds() {
		m.Errors = append(m.Errors, reference{"#/components/errors/" + string(k)})
	}
	switch {
	case e.program:
		m.Door = "program"
	case e.socket:
		m.Door = "socket"
	}
	if e.info.In == nil {
		return m
	}
	for _, p := range cti.Params(e.info.In) {
		f := fieldOf(e.info.In, p.Name)
		s := c.of(f)
		if len(p.Values) > 0 {
			s = &schema{Type: "string", Enum: p.Values}
		}
		m.Params = append(m.Params, openParam{p.Name, p.Help, p.Required, p.Secret, s})
	}
	return m
}

// answerOf is what a page is answered where a driver answers less: the call
// itself, or the agent.
func answerOf(out reflect.Type) reflect.Type {
	switch {
	case out == nil:
		return reflect.TypeFor[any]()
	case out == reflect.TypeFor[cti.CallOut]():
		return reflect.TypeFor[cti.Call]()
	case out == reflect.TypeFor[cti.AgentOut]():
		return reflect.TypeFor[cti.Agent]()
	case out.Implements(reflect.TypeFor[cti.Pieces]()):
		return reflect.TypeFor[protocol.StreamOut]()
	}
	return out
}

// fieldOf is the type of the member called name.
func fieldOf(t reflect.Type, name string) reflect.Type {
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && !f.Anonymous && jsonName(f) == name {
			return f.Type
		}
	}
	return reflect.TypeFor[any]()
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return f.Name
	}
	return name
}

// of is the schema of a Go type; structs with a name become components.
func (c *openComponents) of(t reflect.Type) *schema {
	switch t {
	case reflect.TypeFor[cti.Time]():
		return &schema{Type: "string", Format: "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return &schema{}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return c.of(t.Elem())
	case reflect.String:
		return &schema{Type: "string"}
	case reflect.Bool:
		return &schema{Type: "boolean"}
	case reflect.Float32, reflect.Float64:
		return &schema{Type: "number"}
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &schema{Type: "string", Format: "byte"} // base64
		}
		return &schema{Type: "array", Items: c.of(t.Elem())}
	case reflect.Map:
		return &schema{Type: "object", Values: c.of(t.Elem())}
	case reflect.Struct:
		return c.object(t)
	case reflect.Interface, reflect.Func, reflect.Chan:
		return &schema{}
	}
	return &schema{Type: "integer"}
}

func (c *openComponents) object(t reflect.Type) *schema {
	if name := c.names[t]; name != "" {
		return &schema{Ref: "#/components/schemas/" + name}
	}
	name := t.Name()
	if _, another := c.Schemas[name]; another {
		name = path.Base(t.PkgPath()) + "." + name
	}
	s := &schema{Type: "object", Properties: map[string]*schema{}}
	if name != "" {
		c.Schemas[name], c.names[t] = s, name
	}
	for _, f := range reflect.VisibleFields(t) {
		member := jsonName(f)
		if !f.IsExported() || f.Anonymous || member == "-" || f.Tag.Get("role") == cti.RoleDesk {
			continue
		}
		p := c.of(f.Type)
		if v := f.Tag.Get("values"); v != "" && p.Type == "string" {
			p.Enum = strings.Split(v, ",")
		}
		if help := f.Tag.Get("help"); help != "" && p.Ref == "" {
			p.Description = help
		}
		s.Properties[member] = p
		if f.Tag.Get("required") == "true" {
			s.Required = append(s.Required, member)
		}
	}
	slices.Sort(s.Required)
	if name == "" {
		return s
	}
	return &schema{Ref: "#/components/schemas/" + name}
}
