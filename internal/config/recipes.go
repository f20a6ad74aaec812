package config

import (
	"errors"
	"fmt"
	"slices"

	"ctiagent/internal/hotkey"
	"ctiagent/internal/i18n"
)

// Hotkey says which keys are heard whatever window has the keyboard.
type Hotkey struct {
	// Dial dials the number that is marked, once the person has agreed. A key of package hotkey; empty: none.
	Dial string
}

// Recipe is one [[recipe]] table: what is typed into another program when an event comes. What its words mean is checked
// by package desktop.
type Recipe struct {
	Name, On string
	Steps    []Step
	// File is where the table stands; Line the line of its header, from 1.
	File string
	Line int
	// Key is the table's path, such as recipe[0].
	Key string
}

// Step is one thing a recipe does.
type Step struct {
	Focus, Wait, Type, Press, Match string
	WaitSeconds                     int
	// Line is where the step stands, from 1.
	Line int
}

// Problem is something wrong with the recipe, at step n from 1 or at none for 0. id and args are the sentence.
func (r Recipe) Problem(n int, id string, args map[string]any) *Error {
	e := &Error{File: r.File, Line: r.Line, Key: r.Key, ID: id, Args: args, Message: i18n.T(i18n.En, id, args)}
	if n > 0 && n <= len(r.Steps) {
		e.Line, e.Key = r.Steps[n-1].Line, fmt.Sprintf("%s.steps[%d]", r.Key, n-1)
	}
	return e
}

// recipeFields lists the keys of one [[recipe]] table but its steps, bound to c.
func recipeFields(c *Recipe) []field {
	return []field{text("name", &c.Name, filledLine), text("on", &c.On, filledLine)}
}

// stepFields lists the keys of one step, bound to s.
func stepFields(s *Step) []field {
	return []field{
		text("focus", &s.Focus, filledLine),
		text("wait", &s.Wait, filledLine),
		text("type", &s.Type, filledLine),
		text("press", &s.Press, filledLine),
		text("match", &s.Match, filledLine),
		integer("wait_seconds", &s.WaitSeconds, 1, 60),
	}
}

func (l *loader) recipes(d *document, v any, r *report) {
	l.forget("recipe", r)
	l.config.Recipes = nil
	for i, row := range rows("recipe", "recipe", v, r) {
		one := Recipe{File: d.file, Key: fmt.Sprintf("recipe[%d]", i)}
		one.Line = r.find(one.Key).line
		l.row(one.Key, row, recipeFields(&one), r, "steps")
		steps, has := row["steps"]
		if !has {
			r.add(one.Key+".steps", &problem{id: "config.required"})
		} else {
			for n, step := range rows(one.Key+".steps", "recipe.steps", steps, r) {
				at := fmt.Sprintf("%s.steps[%d]", one.Key, n)
				s := Step{Line: r.lineOf(at, step)}
				l.row(at, step, stepFields(&s), r)
				one.Steps = append(one.Steps, s)
			}
		}
		for _, f := range recipeFields(&one) {
			if _, has := row[f.key]; !has {
				r.add(one.Key+"."+f.key, &problem{id: "config.required"})
			}
		}
		l.config.Recipes = append(l.config.Recipes, one)
	}
}

// lineOf is where a table stands: its header, or in a line with others the first of its keys.
func (r *report) lineOf(at string, table map[string]any) int {
	if header, ok := r.at[at]; ok {
		return header.line
	}
	line := 0
	for key := range table {
		if k, ok := r.at[at+"."+part(key)]; ok && (line == 0 || k.line < line) {
			line = k.line
		}
	}
	if line == 0 {
		line = r.find(at).line
	}
	return line
}

// row stores the keys of one table in a list; besides are those that somebody else stores.
func (l *loader) row(at string, row map[string]any, all []field, r *report, besides ...string) {
	known := besides
	for _, f := range all {
		known = append(known, f.key)
		if v, has := row[f.key]; has {
			r.add(at+"."+f.key, f.store(v))
			l.provenance[at+"."+f.key] = l.place(r, at+"."+f.key)
		}
	}
	for key := range row {
		if !slices.Contains(known, key) {
			r.add(at+"."+part(key), unknown(key, known))
		}
	}
}

// heardKey accepts a key of package hotkey, or none.
func heardKey(s string) (string, *problem) {
	if s == "" {
		return s, nil
	}
	_, err := hotkey.Parse(s)
	switch {
	case errors.Is(err, hotkey.ErrBare):
		return "", &problem{id: "config.hotkey.bare", args: map[string]any{"Value": shorten(s)}}
	case err != nil:
		return "", &problem{id: "config.hotkey", args: map[string]any{"Value": shorten(s)}}
	}
	return s, nil
}
