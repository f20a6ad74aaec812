package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"ctiagent/internal/i18n"
)

// maxErrors bounds how many problems are told; a hostile file could have a
// hundred thousand.
const maxErrors = 100

// Error is one problem of one key.
type Error struct {
	// File is where the key stands.
	File string
	// Line and Column count from 1, the column in bytes; 0 when the problem is
	// no place in the file.
	Line, Column int
	// Key is the key's path, such as api.port.
	Key string
	// Message is the English sentence, with what to do next.
	Message string
	// Nearest is the known word nearest to an unknown one, or "".
	Nearest string
	// Allowed lists what is allowed, where that is a list.
	Allowed []string
	// ID and Args are the sentence, for i18n.T.
	ID   string
	Args map[string]any
}

// Error answers the English sentence with file and line.
func (e *Error) Error() string { return e.In(i18n.En) }

// In answers the sentence in lang with file and line.
func (e *Error) In(lang i18n.Lang) string {
	text := i18n.T(lang, e.ID, e.Args)
	switch {
	case e.File == "":
		return text
	case e.Line == 0:
		return e.File + ": " + text
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, text)
}

// Errors is every problem found, by file in the order of reading and by line.
type Errors []*Error

// Error answers one line per problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap answers the single problems, for errors.As.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}

// problem is what is wrong with a value, before it is known where it stands.
type problem struct {
	id      string
	args    map[string]any
	nearest string
	allowed []string
}

// report collects the problems of one file.
type report struct {
	file string
	at   map[string]place
	list Errors
}

func (r *report) add(key string, p *problem) {
	if p == nil || len(r.list) >= maxErrors {
		return
	}
	args := map[string]any{"Key": key, "Nearest": p.nearest, "Allowed": strings.Join(p.allowed, ", ")}
	for k, v := range p.args {
		args[k] = v
	}
	at := r.find(key)
	e := &Error{File: r.file, Line: at.line, Column: at.column, Key: key, Nearest: p.nearest, Allowed: p.allowed, ID: p.id, Args: args}
	e.Message = i18n.T(i18n.En, e.ID, e.Args)
	r.list = append(r.list, e)
}

// find answers the place of key, or of the table that should have it.
func (r *report) find(key string) place {
	for {
		if at, ok := r.at[key]; ok {
			return at
		}
		i := strings.LastIndexAny(key, ".[")
		if i < 0 {
			return place{}
		}
		key = key[:i]
	}
}

func (r *report) sorted() Errors {
	slices.SortStableFunc(r.list, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return r.list
}

// unknown tells of a key that is not among known.
func unknown(name string, known []string) *problem {
	p := &problem{id: "config.unknown_key", allowed: known, nearest: nearest(name, known)}
	if p.nearest != "" {
		p.id = "config.unknown_key.nearest"
	}
	return p
}

// nearest answers the word of known that name was probably meant to be, or "".
func nearest(name string, known []string) string {
	if len(name) > maxPart {
		return ""
	}
	best, bestDistance := "", 0
	for _, word := range known {
		d := distance(strings.ToLower(name), word)
		if d > (max(len(name), len(word))+2)/3 {
			continue
		}
		if best == "" || d < bestDistance {
			best, bestDistance = word, d
		}
	}
	return best
}

// distance counts the letters to insert, drop, change or swap with their
// neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, last[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
