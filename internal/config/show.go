package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ctiagent/internal/secret"
)

// DefaultSource is the Source of an Entry that no file has.
const DefaultSource = "default"

// hidden stands for the value of a secret, and for values nobody can vouch for.
const hidden = "***"

// Entry is one effective setting. The names are a contract with scripts.
type Entry struct {
	// Key is the key's path, such as api.port or driver[0].url.
	Key string `json:"key"`
	// Value is the setting: text, number, true or false, or a list of texts.
	Value any `json:"value"`
	// Source is the file it comes from, or DefaultSource.
	Source string `json:"source"`
	// Line of the file, from 1; 0 where there is none.
	Line int `json:"line,omitempty"`
	// Policy says that a managed policy decides it.
	Policy bool `json:"policy,omitempty"`
	// Overrides is where a file says something else, which has no effect because
	// of the policy: the file, a colon and the line.
	Overrides string `json:"overrides,omitempty"`
}

// Place is the source with its line.
func (e Entry) Place() string { return Place{File: e.Source, Line: e.Line}.String() }

// Managed lists what managed policies decide, as Show does; of a list of tables
// its name alone.
func Managed(c Config, p Provenance) []Entry {
	return slices.DeleteFunc(Show(c, p, nil), func(e Entry) bool { return !e.Policy || strings.Contains(e.Key, "[") })
}

// Show lists the effective settings in the order of Config, secrets as ***.
// Without options, which may be nil, no value of a driver is shown.
func Show(c Config, p Provenance, options func(use string) (known []Option, ok bool)) []Entry {
	var list []Entry
	add := func(key string, value any) {
		e := Entry{Key: key, Value: value, Source: DefaultSource}
		if at := p[key]; at.File != "" {
			e.Source, e.Line, e.Policy = at.File, at.Line, at.Policy
			if at.Beats != nil {
				e.Overrides = at.Beats.String()
			}
		}
		list = append(list, e)
	}
	for _, f := range fields(&c) {
		v := f.value()
		if f.Kind == KindSecret && v != "" {
			v = hidden
		}
		add(f.key, v)
	}
	// A list that a policy decides is shown as such, empty ones too.
	managed := func(name string, n int) {
		if p[name].Policy {
			add(name, n)
		}
	}
	managed("driver", len(c.Drivers))
	for i, d := range c.Drivers {
		at := fmt.Sprintf("driver[%d].", i)
		add(at+"use", d.Use)
		var known []Option
		if options != nil {
			known, _ = options(d.Use)
		}
		shown := map[string]bool{"use": true}
		for _, o := range known {
			if shown[o.Name] {
				continue
			}
			shown[o.Name] = true
			switch v, has := d.Values[o.Name]; {
			case has:
				add(at+o.Name, o.shown(v))
			case o.Default != "" && o.Kind != KindSecret:
				add(at+o.Name, o.Default)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(d.Values)) {
			if !shown[key] {
				add(at+part(key), hidden) // unknown: it may be a misspelt password
			}
		}
	}
	managed("pop", len(c.Pops))
	for i := range c.Pops {
		for _, f := range popFields(&c.Pops[i]) {
			value := f.value()
			if s, ok := value.(string); ok {
				value = (*secret.Redactor)(nil).Redact(s)
			}
			add(fmt.Sprintf("pop[%d].%s", i, f.key), value)
		}
	}
	managed("recipe", len(c.Recipes))
	for i := range c.Recipes {
		at := fmt.Sprintf("recipe[%d].", i)
		for _, f := range recipeFields(&c.Recipes[i]) {
			add(at+f.key, f.value())
		}
		for n := range c.Recipes[i].Steps {
			for _, f := range stepFields(&c.Recipes[i].Steps[n]) {
				if v := f.value(); v != "" && v != 0 {
					add(fmt.Sprintf("%ssteps[%d].%s", at, n, f.key), v)
				}
			}
		}
	}
	return list
}

// shown answers what may be seen of a driver's value.
func (o Option) shown(v any) any {
	switch v := v.(type) {
	case int64, bool, float64:
		if o.Kind != KindSecret {
			return v
		}
	case string:
		if o.Kind != KindSecret {
			// A password can stand in an address too.
			return (*secret.Redactor)(nil).Redact(v)
		}
	}
	return hidden
}
