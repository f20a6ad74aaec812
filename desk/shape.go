package desk

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"ctiagent/cti"
)

// method is one thing a desk can be asked for.
type method struct {
	info   cti.FuncInfo // as drivers describe it
	vendor string       // "" for a common verb and the desk's own
	own    bool         // the desk answers it itself

	once sync.Once // for what is looked at when the method is first asked for: a desk has hundreds
	in   *shape
	read func(json.RawMessage) (any, error)
}

func (m *method) prepare() *method {
	m.once.Do(func() { m.in, m.read = shapeOf(m.info.In), m.info.Decoder() })
	return m
}

// shape is what its parameters have.
func (m *method) shape() *shape { return m.prepare().in }

// decode reads its parameters.
func (m *method) decode(raw json.RawMessage) (any, error) { return m.prepare().read(raw) }

// reads says whether a method answers with a stream: it changes nothing, and
// goes on while somebody reads.
func (m *method) reads() bool {
	return m.info.Out != nil && m.info.Out.Implements(reflect.TypeFor[cti.Pieces]())
}

// methodsOf are all methods of a desk with these drivers, by name.
func methodsOf(drivers []Driver) map[string]*method {
	all := map[string]*method{}
	for _, v := range cti.Verbs() {
		all[v.Name] = &method{info: v}
	}
	for _, v := range ownMethods() {
		all[v.Name] = &method{info: v, own: true}
	}
	for _, r := range drivers {
		for _, f := range r.Driver.Functions {
			if all[f.Name] == nil {
				all[f.Name] = &method{info: f, vendor: r.Driver.Name}
			}
		}
	}
	return all
}

// field is one field of a parameter struct: where it is and how it is called.
type field struct {
	index []int
	name  string
	kind  reflect.Kind
}

func (f *field) of(in any) reflect.Value { return reflect.ValueOf(in).Elem().FieldByIndex(f.index) }

// text reads a text field; a field that does not exist reads as empty.
func (f *field) text(in any) string {
	if f == nil {
		return ""
	}
	return f.of(in).String()
}

func (f *field) set(in any, s string) {
	if f != nil {
		f.of(in).SetString(s)
	}
}

// shape is what a desk must know of a parameter struct, worked out once.
type shape struct {
	number, call, agent, extension, e164 *field // nil: none
	texts                                []field
}

func shapeOf(t reflect.Type) *shape {
	s := &shape{}
	if t.Kind() != reflect.Struct {
		return s
	}
	for _, v := range reflect.VisibleFields(t) {
		if !v.IsExported() || v.Anonymous {
			continue
		}
		name, _, _ := strings.Cut(v.Tag.Get("json"), ",")
		f := field{index: v.Index, name: name, kind: v.Type.Kind()}
		switch {
		case f.kind == reflect.String:
			s.role(v.Tag.Get("role"), &f)
			s.texts = append(s.texts, f)
		case v.Type == reflect.TypeFor[[]string](), v.Type == reflect.TypeFor[map[string]string]():
			s.texts = append(s.texts, f)
		}
	}
	return s
}

func (s *shape) role(role string, f *field) {
	switch {
	case role == cti.RoleNumber && s.number == nil:
		s.number = f
	case role == cti.RoleCall && s.call == nil:
		s.call = f
	case role == cti.RoleAgent && s.agent == nil:
		s.agent = f
	case role == cti.RoleExtension && s.extension == nil:
		s.extension = f
	case role == cti.RoleDesk && f.name == "e164":
		s.e164 = f
	}
}

// Bounds of what a page may put into a common verb.
const (
	maxText      = 1024 // bytes
	maxData      = 20   // entries of call.dial's data
	maxDatum     = 256  // bytes
	maxEntries   = 100  // of any other list
	maxRequestID = 128  // bytes
	maxDigits    = 64
)

// bounded refuses parameters that are larger than any honest ones. A vendor's
// own function may carry whole files; its number is bounded by the dial plan.
func (m *method) bounded(in any) error {
	s := m.shape()
	if m.vendor != "" {
		return nil
	}
	for i := range s.texts {
		f := &s.texts[i]
		v := f.of(in)
		entries, size := 1, maxText
		var ok bool
		switch f.kind {
		case reflect.Map:
			entries = maxEntries
			if f.name == "data" {
				entries, size = maxData, maxDatum
			}
			ok = fewEntries(v.Interface().(map[string]string), entries, size)
		case reflect.Slice:
			entries = maxEntries
			ok = fewLines(v.Interface().([]string))
		default:
			if f.name == "requestId" {
				size = maxRequestID
			}
			ok = v.Len() <= size
		}
		if !ok {
			return outOfBounds(m.info.Name, f.name, entries, size)
		}
	}
	if tones, ok := in.(*cti.DTMFIn); ok && (len(tones.Digits) > maxDigits || strings.Trim(tones.Digits, "0123456789ABCD*#,") != "") {
		return &cti.Error{Kind: cti.BadRequest, Op: m.info.Name,
			Text: fmt.Sprintf("the parameter digits may hold 0-9, A-D, *, # and , and %d of them at most", maxDigits), Hint: hintDigits}
	}
	return nil
}

func fewEntries(m map[string]string, entries, size int) bool {
	for k, v := range m {
		if len(k) > size || len(v) > size {
			return false
		}
	}
	return len(m) <= entries
}

func fewLines(s []string) bool {
	for _, v := range s {
		if len(v) > maxText {
			return false
		}
	}
	return len(s) <= maxEntries
}
