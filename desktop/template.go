package desktop

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ctiagent/cti"
)

// Values are what a call puts into the texts of a recipe. They come from outside and are typed only after CheckText.
type Values struct {
	Number  string            // {number}: as the PBX wrote it
	E164    string            // {e164}: with + and country code
	Contact map[string]string // {contact.NAME}
}

// ValuesOf are those of a call.
func ValuesOf(c *cti.Call) Values {
	return Values{Number: c.Remote.Raw, E164: c.Remote.E164, Contact: c.Contact}
}

// Template is a text with placeholders, parsed.
type Template struct{ parts []part }

// part is text as it stands, or the name of a value.
type part struct{ text, name string }

const contactPrefix = "contact."

// maxName is the longest placeholder in bytes.
const maxName = 80

// ParseTemplate reads a text that may hold {number}, {e164} and {contact.NAME}; "{{" and "}}" stand for the braces
// themselves. The error is a *Problem.
func ParseTemplate(text string) (Template, error) {
	var t Template
	if CheckText(text) != nil {
		return t, problem("desktop.problem.text", map[string]any{"Max": maxTyped})
	}
	var plain strings.Builder
	for rest := text; rest != ""; {
		at := strings.IndexAny(rest, "{}")
		if at < 0 {
			plain.WriteString(rest)
			break
		}
		plain.WriteString(rest[:at])
		brace := rest[at : at+1]
		rest = rest[at+1:]
		if after, doubled := strings.CutPrefix(rest, brace); doubled {
			plain.WriteString(brace)
			rest = after
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if brace == "}" || !closed || strings.Contains(name, "{") {
			return Template{}, problem("desktop.problem.brace", nil)
		}
		if !validName(name) {
			return Template{}, problem("desktop.problem.placeholder", map[string]any{"Value": name})
		}
		if plain.Len() > 0 {
			t.parts = append(t.parts, part{text: plain.String()})
			plain.Reset()
		}
		t.parts = append(t.parts, part{name: name})
		rest = after
	}
	if plain.Len() > 0 {
		t.parts = append(t.parts, part{text: plain.String()})
	}
	return t, nil
}

// validName knows the placeholders. A vendor names the fields of its contacts, so those are held to a form only.
func validName(name string) bool {
	if name == "number" || name == "e164" {
		return true
	}
	field, ok := strings.CutPrefix(name, contactPrefix)
	return ok && field != "" && len(name) <= maxName && strings.IndexFunc(field, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-.", r)
	}) < 0
}

// Fill puts the values into their places. A value that is missing, empty or cannot be typed is a *cti.Error that names
// the placeholder and not the value.
func (t Template) Fill(v Values) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.name == "" {
			b.WriteString(p.text)
			continue
		}
		value := v.of(p.name)
		if strings.TrimSpace(value) == "" {
			return "", &cti.Error{Kind: cti.NotFound, Op: opType, Text: "the call has no value for {" + p.name + "}",
				Hint: "desktop.hint.value", Args: map[string]string{"Name": p.name, "Known": v.known()}}
		}
		if CheckText(value) != nil {
			return "", &cti.Error{Kind: cti.BadRequest, Op: opType, Text: "the value of {" + p.name + "} cannot be typed",
				Hint: "desktop.hint.value_text", Args: map[string]string{"Name": p.name}}
		}
		b.WriteString(value)
	}
	text := b.String()
	if err := CheckText(text); err != nil {
		return "", err
	}
	return text, nil
}

func (v Values) of(name string) string {
	switch field, contact := strings.CutPrefix(name, contactPrefix); {
	case contact:
		return v.Contact[field]
	case name == "e164":
		return v.E164
	}
	return v.Number
}

// known names the placeholders that have a value. Whoever wrote the recipe most likely misspelt one of them; names that
// are no placeholders are the vendor's and left out.
func (v Values) known() string {
	var names []string
	for _, name := range []string{"number", "e164"} {
		if v.of(name) != "" {
			names = append(names, name)
		}
	}
	for _, field := range slices.Sorted(maps.Keys(v.Contact)) {
		if name := contactPrefix + field; v.Contact[field] != "" && utf8.ValidString(name) && validName(name) && len(names) < 20 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
