// Package i18n turns message ids into sentences in the person's language.
package i18n

import (
	"embed"
	"encoding/json"
	"io/fs"
	"path"
	"strings"
	"sync"

	goi18n "github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
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
	ptBR = sync.OnceValue(func() *catalogue { return load(locales, PtBR) })
	es   = sync.OnceValue(func() *catalogue { return load(locales, Es) })
	en   = sync.OnceValue(func() *catalogue { return load(locales, En) })
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
func Has(id string) bool { return en().ids[id] }

func of(lang Lang) *catalogue {
	switch lang {
	case PtBR:
		return ptBR()
	case Es:
		return es()
	default:
		return en()
	}
}

// catalogue holds the sentences of one language.
type catalogue struct {
	ids       map[string]bool
	localizer *goi18n.Localizer
}

// load reads all files of one language. A file that cannot be read as messages
// is left out: its ids then show in brackets, and the tests refuse it.
func load(files fs.FS, lang Lang) *catalogue {
	tag := language.Make(string(lang))
	bundle := goi18n.NewBundle(tag)
	c := &catalogue{ids: map[string]bool{}}
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
		messages := make([]*goi18n.Message, 0, len(texts))
		for id, text := range texts {
			messages = append(messages, &goi18n.Message{ID: id, Other: text})
		}
		if bundle.AddMessages(tag, messages...) != nil {
			continue
		}
		for id := range texts {
			c.ids[id] = true
		}
	}
	c.localizer = goi18n.NewLocalizer(bundle, string(lang))
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

func (c *catalogue) text(id string, args map[string]any) (string, bool) {
	if !c.ids[id] {
		return "", false
	}
	text, err := c.localizer.Localize(&goi18n.LocalizeConfig{MessageID: id, TemplateData: args})
	return text, err == nil
}

// domainOf answers the domain and language of a message file's name.
func domainOf(name string) (domain string, lang Lang) {
	base := strings.TrimSuffix(path.Base(name), ".json")
	domain, tag, _ := strings.Cut(base, ".")
	return domain, Lang(tag)
}
