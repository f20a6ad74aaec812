package cti

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Param is one field of a parameter or answer struct as catalogues show it.
//
// A field says it with struct tags: `json` its name, `required:"true"`,
// `values:"a,b"` a closed set, `help:"…"` one English sentence,
// `secret:"true"` never shown or logged, and `role:"…"` what the desk does
// with it: "number" (goes through the dial plan), "call" (one of our call
// ids), "agent" and "extension" (forced to the desk's own unless a supervisor
// asks), "desk" (filled by the desk, no parameter at all).
type Param struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"`
	Required bool     `json:"required,omitempty"`
	Values   []string `json:"values,omitempty"`
	Help     string   `json:"help,omitempty"`
	Secret   bool     `json:"secret,omitempty"`
	// Params are the fields of an object, or of the objects of an array.
	Params []Param `json:"params,omitempty"`
	Role   string  `json:"-"`
	index  []int
}

// The roles a field may have.
const (
	RoleNumber    = "number"
	RoleCall      = "call"
	RoleAgent     = "agent"
	RoleExtension = "extension"
	RoleDesk      = "desk"
)

// Params lists the fields of a struct type in order; those of role "desk" are
// left out. A type that is no struct has none. A struct inside a struct is
// listed to the bottom; one that holds itself only once.
func Params(t reflect.Type) []Param {
	all := fields(t)
	return slices.DeleteFunc(all, func(p Param) bool { return p.Role == RoleDesk })
}

func fields(t reflect.Type) []Param {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var out []Param
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		p := Param{Name: name, Type: TypeName(f.Type), Required: f.Tag.Get("required") == "true",
			Help: f.Tag.Get("help"), Secret: f.Tag.Get("secret") == "true", Role: f.Tag.Get("role"), index: f.Index}
		if v := f.Tag.Get("values"); v != "" {
			p.Values = strings.Split(v, ",")
		}
		if inner := objectIn(f.Type); inner != nil && inner != t {
			p.Params = fields(inner)
		}
		out = append(out, p)
	}
	return out
}

// objectIn is the struct behind pointers and slices, nil where there is none.
func objectIn(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[Time]() {
		return nil
	}
	return t
}

// TypeName is the JSON type of a Go type in the words of the catalogue:
// string, integer, number, boolean, time, object, or the name with [].
func TypeName(t reflect.Type) string {
	if t == reflect.TypeFor[Time]() {
		return "time"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return TypeName(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "integer"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return TypeName(t.Elem()) + "[]"
	}
	return "object"
}

// Check holds a parameter struct (a pointer) against its tags: required fields
// are there, values are in their closed set. The error is bad_request and
// names the field.
func Check(op string, in any) error {
	t := reflect.TypeOf(in)
	if t == nil {
		return nil
	}
	return check(op, in, fields(t))
}

func check(op string, in any, params []Param) error {
	return checkIn(op, "", reflect.ValueOf(in), params)
}

// checkIn holds one object against its fields; place is where it stands, with a
// full stop at its end.
func checkIn(op, place string, v reflect.Value, params []Param) error {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	for i := range params {
		p := &params[i]
		if !p.Required && len(p.Values) == 0 && len(p.Params) == 0 {
			continue
		}
		f := v.FieldByIndex(p.index)
		if p.Required && f.IsZero() && p.Role != RoleDesk && p.Role != RoleAgent && p.Role != RoleExtension {
			name := place + p.Name
			return &Error{Kind: BadRequest, Op: op, Text: "the parameter " + name + " is missing",
				Hint: "error.hint.missing", Args: map[string]string{"Name": name}}
		}
		if err := checkValue(op, place+p.Name, f, p); err != nil {
			return err
		}
	}
	return nil
}

// checkValue holds one value, or each of an array, against what p allows.
func checkValue(op, name string, f reflect.Value, p *Param) error {
	switch {
	case f.Kind() == reflect.Slice || f.Kind() == reflect.Array:
		for i := range f.Len() {
			if err := checkValue(op, fmt.Sprintf("%s[%d]", name, i), f.Index(i), p); err != nil {
				return err
			}
		}
	case len(p.Params) > 0:
		return checkIn(op, name+".", f, p.Params)
	case len(p.Values) > 0 && f.Kind() == reflect.String && f.String() != "" && !slices.Contains(p.Values, f.String()):
		return &Error{Kind: BadRequest, Op: op, Text: fmt.Sprintf("the parameter %s must be one of %s", name, strings.Join(p.Values, ", ")),
			Hint: "error.hint.values", Args: map[string]string{"Name": name, "Values": strings.Join(p.Values, ", ")}}
	}
	return nil
}

// decodeError says which parameter of f does not fit.
func decodeError(f FuncInfo, err error) *Error {
	var te *json.UnmarshalTypeError
	if !errors.As(err, &te) || te.Field == "" {
		return &Error{Kind: BadRequest, Op: f.Name, Text: "the parameters must be one JSON object", Hint: "error.hint.params", Err: err}
	}
	name, typ := te.Field, TypeName(te.Type)
	if head, rest, nested := strings.Cut(name, "."); nested {
		// encoding/json puts the Go name of an embedded struct in front.
		if e, ok := f.In.FieldByName(head); ok && e.Anonymous {
			name = rest
		}
	}
	if te.Type == reflect.TypeFor[Time]() {
		typ += " like 2026-11-20T13:59:33.120Z"
	}
	return &Error{Kind: BadRequest, Op: f.Name, Text: "the parameter " + name + " must be of type " + typ,
		Hint: "error.hint.type", Args: map[string]string{"Name": name, "Type": typ}, Err: err}
}
