package config

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

const (
	// maxFile is the largest configuration file in bytes.
	maxFile = 1 << 20
	// maxDepth and maxPart bound the key paths that places are kept for: nothing
	// known is longer, and a hostile file cannot make them long by the thousand.
	maxDepth = 4
	maxPart  = 64
	// tooDeep is refused before the text is decoded: the decoder walks the whole
	// path of a table again for each of its keys.
	tooDeep = 32
)

// place is where a key stands; both count from 1, the column in bytes.
type place struct{ line, column int }

// document is one file, read but not yet understood.
type document struct {
	file   string
	values map[string]any
	at     map[string]place
}

// read parses TOML. The problems of a text that is not TOML come as errors.
func read(file string, data []byte) (*document, Errors) {
	d := &document{file: file, at: map[string]place{}}
	fail := func(at place, id string, args map[string]any) (*document, Errors) {
		r := report{file: file, at: map[string]place{"": at}}
		r.add("", &problem{id: id, args: args})
		return nil, r.list
	}
	if len(data) > maxFile {
		return fail(place{}, "config.too_big", map[string]any{"Max": maxFile})
	}
	if !utf8.Valid(data) {
		return fail(place{line: 1 + bytes.Count(data[:validPrefix(data)], []byte("\n"))}, "config.encoding", nil)
	}
	// Windows editors put a mark first, which TOML does not know.
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if at := d.locate(data); at != (place{}) {
		return fail(at, "config.deep", nil)
	}
	if err := toml.Unmarshal(data, &d.values); err != nil {
		var at place
		var de *toml.DecodeError
		if errors.As(err, &de) {
			at.line, at.column = de.Position()
		}
		return fail(at, "config.syntax", map[string]any{"Cause": shorten(strings.TrimPrefix(err.Error(), "toml: "))})
	}
	return d, nil
}

// locate notes where every key stands. The library's own strict mode stops at
// places of unknown keys only; ranges and choices need theirs too. It stops at
// the first fault of the text, which the decoder then names, and answers the
// place of a key that is too deep, if there is one.
func (d *document) locate(data []byte) (deep place) {
	starts := []int{0}
	for i, c := range data {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	placeOf := func(offset uint32) place {
		i, found := slices.BinarySearch(starts, int(offset))
		if !found {
			i--
		}
		return place{line: i + 1, column: int(offset) - starts[i] + 1}
	}
	tables := map[string]int{} // arrays of tables: how many so far
	note := func(path []string, at place) {
		if key := joined(path); len(path) <= maxDepth {
			if _, ok := d.at[key]; !ok {
				d.at[key] = at
			}
		}
	}
	// keyed walks a dotted key from prefix and answers the whole path.
	keyed := func(prefix []string, keys unstable.Iterator, each func(path []string)) []string {
		path := slices.Clone(prefix)
		for n := 0; keys.Next(); n++ {
			node := keys.Node()
			if n == tooDeep && deep == (place{}) {
				deep = placeOf(node.Raw.Offset)
			}
			if len(path) <= maxDepth {
				path = append(path, part(string(node.Data)))
			}
			note(path, placeOf(node.Raw.Offset))
			if each != nil {
				each(path)
			}
		}
		return path
	}
	var value func(path []string, node *unstable.Node)
	value = func(path []string, node *unstable.Node) {
		if len(path) > maxDepth {
			return
		}
		children := node.Children()
		switch node.Kind {
		case unstable.InlineTable:
			for children.Next() {
				child := children.Node()
				value(keyed(path, child.Key(), nil), child.Value())
			}
		case unstable.Array:
			for i := 0; children.Next(); i++ {
				child := children.Node()
				item := slices.Clone(path)
				item[len(item)-1] += "[" + strconv.Itoa(i) + "]"
				if child.Raw.Length > 0 {
					note(item, placeOf(child.Raw.Offset))
				}
				value(item, child)
			}
		}
	}
	var p unstable.Parser
	p.Reset(data)
	var table []string
	for deep == (place{}) && p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.KeyValue:
			value(keyed(table, e.Key(), nil), e.Value())
		case unstable.Table, unstable.ArrayTable:
			var header place
			table = keyed(nil, e.Key(), func(path []string) {
				// A part that names an array of tables means its last table.
				if n := tables[joined(path)]; n > 0 {
					last := e.Kind == unstable.ArrayTable && lastPart(e, path)
					if !last {
						path[len(path)-1] += "[" + strconv.Itoa(n-1) + "]"
					}
				}
			})
			for keys := e.Key(); keys.Next(); {
				if header.line == 0 {
					header = placeOf(keys.Node().Raw.Offset)
				}
			}
			if e.Kind == unstable.ArrayTable {
				name := joined(table)
				table = slices.Clone(table)
				table[len(table)-1] += "[" + strconv.Itoa(tables[name]) + "]"
				tables[name]++
				note(table, header)
			}
		}
	}
	return deep
}

// lastPart tells whether path is as long as the header e.
func lastPart(e *unstable.Node, path []string) bool {
	n := 0
	for keys := e.Key(); keys.Next(); {
		n++
	}
	return len(path) >= n
}

func joined(path []string) string { return strings.Join(path, ".") }

// part bounds one part of a key path and makes it fit for a message.
func part(key string) string {
	if len(key) > maxPart {
		key = strings.ToValidUTF8(key[:maxPart], "")
	}
	return printable(key)
}

// printable replaces control characters, which could play with a terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return '?'
		}
		return c
	}, s)
}

// validPrefix answers how many bytes of data are valid UTF-8.
func validPrefix(data []byte) int {
	n := 0
	for n < len(data) {
		r, size := utf8.DecodeRune(data[n:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}

// shorten keeps what is repeated from a file in a message readable.
func shorten(s string) string {
	const longest = 120
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return printable(s)
}
