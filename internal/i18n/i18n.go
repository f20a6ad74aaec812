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

// One entry per language, each read once, at the first sentence asked for in
// that language: a service that nobody looks at keeps no sentence in memory.
var (
	ptBR = sync.OnceValue(func() catalogue { return load(locales, PtBR) })
	es   = sync.OnceValue(func() catalogue { return load(locales, Es) })
	en   = sync.OnceValue(func() catalogue { return load(locales, En) })
)

// T answers the sentence id in lang with args put into its placeholders. A
// sentence missing in lang comes in English; an id missing there too comes
// back in [brackets]. It never panics and is safe for concurrent use.
func T(lang Lang, id string, args map[string]any) string {
	if lang != En {
		if text, ok := of(lang).text(id, args); ok {
			return text
		}
	}
	if text, ok := en().text(id, args); ok {
		return text
	}
	return "[" + id + "]"
}

// Has tells whether id is a known sentence. Ids are the same in all languages.
func Has(id string) bool { _, ok := en()[id]; return ok }

func of(lang Lang) catalogue {
	switch lang {
	case PtBR:
		return ptBR()
	case Es:
		return es()
	default:
		return en()
	}
}

// catalogue holds the sentences of one language, by id.
type catalogue map[string]string

// load reads all files of one language. A file that cannot be read as messages
// is left out, and so is a sentence with half a placeholder: their ids then show
// in brackets, and the tests refuse them.
func load(files fs.FS, lang Lang) catalogue {
	c := catalogue{}
	names, _ := fs.Glob(files, "locales/*."+string(lang)+".json")
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			continue
		}
		texts, err := parse(data)
		if err != nil {
			continue
		}
		for id, text := range texts {
			if strings.Count(text, "{{.") == strings.Count(text, "}}") {
				c[id] = text
			}
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

func (c catalogue) text(id string, args map[string]any) (string, bool) {
	text, ok := c[id]
	return fill(text, args), ok
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
