package typescript

import (
	"fmt"
	"slices"
	"strings"
)

// nouns writes an interface for each word before a method's dot, and the verbs of the objects that follow a call and the
// agent.
func (w *writer) nouns(data map[string]any) error {
	methods := map[string]method{}
	var order []string
	for _, m := range w.d.Methods {
		if m.Door == "program" {
			continue
		}
		methods[m.Name] = m
		if noun, _, _ := strings.Cut(m.Name, "."); !slices.Contains(order, noun) {
			order = append(order, noun)
		}
	}
	for name, words := range w.positions {
		m, ok := methods[name]
		if !ok {
			return fmt.Errorf("the client has %s, which no page may call", name)
		}
		for _, p := range words {
			if !slices.ContainsFunc(m.Params, func(have param) bool { return have.Name == p }) {
				return fmt.Errorf("the client takes %s of %s, which has no such parameter", p, name)
			}
		}
	}
	var nouns, members strings.Builder
	for _, noun := range order {
		name := strings.ToUpper(noun[:1]) + noun[1:] + "Verbs"
		fmt.Fprintf(&members, "  %s: %s;\n", noun, name)
		fmt.Fprintf(&nouns, "\nexport interface %s {\n", name)
		for _, m := range w.d.Methods {
			if _, ours := methods[m.Name]; !ours || !strings.HasPrefix(m.Name, noun+".") {
				continue
			}
			words, known := w.positions[m.Name]
			if !known {
				return fmt.Errorf("pages may call %s, which the client lacks", m.Name)
			}
			nouns.WriteString(w.verb(m, m.Params, words))
		}
		if noun == "stream" {
			nouns.WriteString("  /** Reads a stream to its end; answer false to stop early. Answers how many pieces came. */\n" +
				"  each(stream: string, onPiece: (piece: StreamReadOut) => unknown, cb?: Callback<number>): Promise<number>;\n")
		}
		nouns.WriteString("}\n")
	}
	data["Nouns"], data["Members"] = nouns.String(), members.String()
	data["CallVerbs"] = w.about(methods, "call.", "call", "call.dial", "call.redial", "call.pickup")
	data["AgentVerbs"] = w.about(methods, "agent.", "", "agent.state")
	return nil
}

// about are the verbs of an object, which fills in the parameter `of` itself.
func (w *writer) about(methods map[string]method, noun, of string, except ...string) string {
	var b strings.Builder
	for _, m := range w.d.Methods {
		if _, ours := methods[m.Name]; !ours || !strings.HasPrefix(m.Name, noun) || slices.Contains(except, m.Name) {
			continue
		}
		params := slices.DeleteFunc(slices.Clone(m.Params), func(p param) bool { return p.Name == of })
		words := slices.DeleteFunc(slices.Clone(w.positions[m.Name]), func(p string) bool { return p == of })
		b.WriteString(w.verb(m, params, words))
	}
	return b.String()
}

// verb writes one overload for each number of parameters given by position, most first.
func (w *writer) verb(m method, params []param, words []string) string {
	var b strings.Builder
	_, name, _ := strings.Cut(m.Name, ".")
	result := w.typ(m.Result.Schema)
	b.WriteString(comment("  ", m.Summary))
	for n := len(words); n >= 0; n-- {
		var signature []string
		for _, word := range words[:n] {
			p := params[slices.IndexFunc(params, func(p param) bool { return p.Name == word })]
			t := w.typ(p.Schema)
			if m.Name == "call.setDisposition" && word == "code" {
				t = "string | string[]" // levels are given in the same place
			}
			signature = append(signature, word+": "+t)
		}
		var rest []string
		for _, p := range params {
			if !slices.Contains(words[:n], p.Name) {
				mark := "?"
				if p.Required {
					mark = ""
				}
				rest = append(rest, p.Name+mark+": "+w.typ(p.Schema))
			}
		}
		more := "None"
		if len(rest) > 0 {
			more = "{ " + strings.Join(rest, "; ") + " }"
		}
		signature = append(signature, fmt.Sprintf("...rest: Rest<%s, %s>", more, result))
		fmt.Fprintf(&b, "  %s(%s): Request<%s>;\n", name, strings.Join(signature, ", "), result)
	}
	return b.String()
}
