package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ctiagent/cti"
)

// cursorColumn is where a row says how to go on, in the answers of functions that take a limit.
const cursorColumn = "cursor"

// columnsOf are the columns of a function's answer as a table, in their order; none where it answers no rows. Those that were
// asked for by the parameter columns are all there is; where to go on is told only if a limit may cut the rows.
func columnsOf(f cti.FuncInfo, params map[string]any) []string {
	row := f.Row
	switch {
	case f.Out == nil || isFeed(f) || isRecording(f):
		return nil
	case row != nil:
	case f.Out.Kind() == reflect.Slice:
		row = f.Out.Elem()
	case f.Out.Implements(reflect.TypeFor[cti.Pieces]()): // func(yield func(T, error) bool)
		row = f.Out.In(0).In(0)
	default:
		return nil
	}
	var all []string
	for _, p := range cti.Params(row) {
		if p.Name != cursorColumn {
			all = append(all, p.Name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	if asked, _ := params["columns"].(*[]string); asked != nil && len(*asked) > 0 {
		all = picked(all, *asked)
	}
	if _, cut := params["limit"]; cut {
		all = append(all, cursorColumn)
	}
	return all
}

// picked are the columns that were asked for, in that order; all of them where one was asked for by another name than the
// answer has.
func picked(all, asked []string) []string {
	var out []string
	for _, name := range asked {
		i := slices.IndexFunc(all, func(n string) bool { return strings.EqualFold(n, name) })
		if i < 0 {
			return all
		}
		out = append(out, all[i])
	}
	return out
}

// sheet writes rows as CSV under a heading. The columns have the names of the JSON fields, in every language.
type sheet struct {
	w       *csv.Writer
	columns []string
	begun   bool
}

// row writes one row, what it lacks as an empty cell.
func (s *sheet) row(raw json.RawMessage) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return fmt.Errorf("read a row: %w", err)
	}
	cells := make([]string, len(s.columns))
	for i, name := range s.columns {
		cells[i] = string(members[name])
		var text *string // null is an empty cell too
		if json.Unmarshal(members[name], &text) == nil {
			cells[i] = ""
			if text != nil {
				cells[i] = *text
			}
		}
	}
	if err := s.head(); err != nil {
		return err
	}
	return s.w.Write(cells)
}

// head writes the heading, once.
func (s *sheet) head() error {
	if s.begun {
		return nil
	}
	s.begun = true
	return s.w.Write(s.columns)
}

// end writes what is left.
func (s *sheet) end() error {
	if err := s.head(); err != nil { // also of no rows at all
		return err
	}
	s.w.Flush()
	return s.w.Error()
}
