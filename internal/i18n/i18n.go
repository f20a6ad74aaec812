// Package i18n turns message ids into sentences in the person's language.
package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// Lang is a language that every sentence exists in, written as its BCP 47 tag.
type Lang string

// The languages of the program. En is the fallback.
const (
	PtBR Lang = "pt-BR"
	Es   Lang = "es"
	En   Lang = "en"
)

// Langs lists every language, the fallback last.
func Langs() []Lang { return []Lang{PtBR, Es, En} }

// Every room keeps its sentences in files of its own, <domain>.<lang>.json.
//
//go:embed locales/*.json
var locales embed.FS

// domain is the sentences of one room in one language, read at the first one asked for: a service that nobody looks at keeps
// almost no sentence in memory.
type domain struct {
	name  string
	texts func() catalogue
}

// One entry per language.
var (
	ptBR = sync.OnceValue(func() []domain { return domains(locales, PtBR) })
	es   = sync.OnceValue(func() []domain { return domains(locales, Es) })
	en   = sync.OnceValue(func() []domain { return domains(locales, En) })
)

// T answers the sentence id in lang with args put into its placeholders. A
// sentence missing in lang comes in English; an id missing there too comes
// back in [brackets]. It never panics and is safe for concurrent use.
func T(lang Lang, id string, args map[string]any) string {
	if lang != En {
		if text, ok := find(of(lang), id); ok {
			return fill(text, args)
		}
	}
	if text, ok := find(en(), id); ok {
		return fill(text, args)
	}
	return "[" + id + "]"
}

// Has tells whether id is a known sentence. Ids are the same in all languages.
func Has(id string) bool { _, ok := find(en(), id); return ok }

func of(lang Lang) []domain {
	switch lang {
	case PtBR:
		return ptBR()
	case Es:
		return es()
	default:
		return en()
	}
}

// find looks where an id most likely stands first: in the domain its first part
// names, and for the words about a vendor's functions in the vendor's.
func find(all []domain, id string) (string, bool) {
	home, rest, _ := strings.Cut(id, ".")
	if about, ok := strings.CutPrefix(rest, "function."); ok {
		home, _, _ = strings.Cut(about, ".")
	} else if about, ok := strings.CutPrefix(rest, "option."); ok {
		home, _, _ = strings.Cut(about, ".")
	}
	for _, first := range []bool{true, false} {
		for _, d := range all {
			if (d.name == home) != first {
				continue
			}
			if text, ok := d.texts()[id]; ok {
				return text, true
			}
		}
	}
	return "", false
}

// catalogue holds sentences of one language, by id.
type catalogue map[string]string

// domains lists the files of one language.
func domains(files fs.FS, lang Lang) []domain {
	var out []domain
	names, _ := fs.Glob(files, "locales/*."+string(lang)+".json")
	for _, name := range names {
		of, _ := domainOf(name)
		out = append(out, domain{of, sync.OnceValue(func() catalogue { return load(files, name) })})
	}
	return out
}

// load reads one file. One that cannot be read as messages has none, and a
// sentence with half a placeholder is left out: their ids then show in
// brackets, and the tests refuse them.
func load(files fs.FS, name string) catalogue {
	c := catalogue{}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return c
	}
	texts, err := parse(data)
	if err != nil {
		return c
	}
	for id, text := range texts {
		if strings.Count(text, "{{.") == strings.Count(text, "}}") {
			c[id] = text
		}
	}
	return c
}

// parse reads one message file: a flat JSON object of id to text.
func parse(data []byte) (map[string]string, error) {
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, err
	}
	return texts, nil
}

// fill puts args into the placeholders of a sentence, {{.Name}} each. One that
// has no argument stays as it is. Package text/template could do more, but a
// program that links it keeps every exported method of every type.
func fill(text string, args map[string]any) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{{.")
		name, after, ok2 := strings.Cut(rest, "}}")
		if !ok || !ok2 {
			return b.String() + text
		}
		b.WriteString(before)
		if v, known := args[name]; known {
			fmt.Fprint(&b, v)
		} else {
			b.WriteString("{{." + name + "}}")
		}
		text = after
	}
}

// domainOf answers the domain and language of a message file's name.
func domainOf(name string) (domain string, lang Lang) {
	base := strings.TrimSuffix(path.Base(name), ".json")
	domain, tag, _ := strings.Cut(base, ".")
	return domain, Lang(tag)
}
