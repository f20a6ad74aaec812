package config

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// RegistryKey is where group policy writes, below HKEY_LOCAL_MACHINE for a
// computer and below HKEY_CURRENT_USER for a person. A sub key for each table
// has a value for each of its keys: REG_SZ for text and for a number with
// decimals, REG_DWORD for a whole number, and 1 or 0 for true or false. A list
// is a sub key of its table's, with REG_SZ values named 1, 2, 3. Of the tables
// that stand several times, the TOML is one value of the key itself, in
// REG_MULTI_SZ or REG_SZ: driver, pop, recipe.
const RegistryKey = `Software\Policies\CTIAgent\ctiagent`

// The roots of the registry, as people know them.
const (
	machineRoot = `HKEY_LOCAL_MACHINE`
	userRoot    = `HKEY_CURRENT_USER`
)

// The types of registry values that a policy may have (winnt.h).
const (
	regSZ      = 1
	regDWORD   = 4
	regMultiSZ = 7
)

// regKey is one registry key as it was found.
type regKey struct {
	name   string // of this key; of the root the whole path
	values []regValue
	keys   []regKey
}

type regValue struct {
	name string
	kind uint32
	data []byte
}

// registry reads a policy of the registry, where this system has one.
func (l *loader) registry(path string) {
	root, found, err := readRegistry(path)
	switch {
	case err != nil:
		l.fail(path, "config.unreadable", map[string]any{"Cause": err.Error()})
	case found:
		root.name = path
		l.policyKey(root)
	}
}

// policyKey merges a whole policy of the registry.
func (l *loader) policyKey(root regKey) {
	r := report{file: root.name}
	for _, v := range root.values {
		name := strings.ToLower(v.name)
		if !slices.Contains(Lists(), name) {
			r.add(part(v.name), misplaced(name, append(names(fields(&l.config), ""), Lists()...), fields(&l.config)))
			continue
		}
		if text, p := v.lines(); p != nil {
			r.add(name, p)
		} else {
			l.listOf(root.name, name, text)
		}
	}
	l.problems = append(l.problems, r.sorted()...)
	for _, k := range root.keys {
		l.tableOf(root.name, k)
	}
}

// listOf merges the TOML of one value, which may have one list of tables only.
func (l *loader) listOf(root, name, text string) {
	file := root + `\` + name
	d, problems := read(file, []byte(text))
	if problems != nil {
		l.problems = append(l.problems, problems...)
		return
	}
	r := report{file: file, at: d.at}
	for other := range d.values {
		if other != name {
			r.add(part(other), &problem{id: "config.registry.other", args: map[string]any{"Name": name}})
			delete(d.values, other)
		}
	}
	l.apply(d, &r)
	l.problems = append(l.problems, r.sorted()...)
	l.places[file] = r
}

// tableOf merges one sub key, which stands for a table.
func (l *loader) tableOf(root string, k regKey) {
	name := strings.ToLower(k.name)
	r := report{file: root + `\` + part(k.name), at: map[string]place{}}
	all := fields(&l.config)
	table := map[string]any{}
	known := names(all, "")
	if !slices.Contains(known, name) {
		p := misplaced(name, append(known, Lists()...), all)
		if slices.Contains(Lists(), name) {
			p = &problem{id: "config.registry.list", args: map[string]any{"Name": name}}
		}
		r.add(part(name), p)
		l.problems = append(l.problems, r.list...)
		return
	}
	put := func(key string, v any, p *problem) {
		if p != nil {
			r.add(name+"."+part(key), p)
			return
		}
		table[key] = v
	}
	for _, v := range k.values {
		key := strings.ToLower(v.name)
		i := slices.IndexFunc(all, func(f field) bool { return f.key == name+"."+key })
		if i < 0 {
			table[key] = nil // told of as unknown
			continue
		}
		value, p := v.of(all[i].Kind)
		put(key, value, p)
	}
	for _, sub := range k.keys {
		key := strings.ToLower(sub.name)
		i := slices.IndexFunc(all, func(f field) bool { return f.key == name+"."+key })
		switch {
		case i < 0:
			table[key] = nil
		case all[i].Kind != KindList:
			put(key, nil, &problem{id: "config.registry.value"})
		default:
			list, p := sub.list()
			if p != nil || len(list) > 0 { // group policy leaves an empty key behind
				put(key, list, p)
			}
		}
	}
	l.table(name, table, nil, &r, all)
	l.problems = append(l.problems, r.sorted()...)
	l.places[r.file] = r
}

// of answers a value as TOML would give it to a setting of this kind.
func (v regValue) of(kind string) (any, *problem) {
	switch kind {
	case KindInteger, KindBoolean:
		if v.kind != regDWORD || len(v.data) != 4 {
			return nil, wants("REG_DWORD")
		}
		n := int64(binary.LittleEndian.Uint32(v.data))
		if kind == KindInteger {
			return n, nil
		}
		if n > 1 {
			return nil, &problem{id: "config.registry.boolean"}
		}
		return n == 1, nil
	case KindNumber:
		if v.kind == regDWORD && len(v.data) == 4 {
			return int64(binary.LittleEndian.Uint32(v.data)), nil
		}
		text, p := v.text()
		if p != nil {
			return nil, p
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, &problem{id: "config.registry.number"}
		}
		return n, nil
	case KindList:
		return nil, &problem{id: "config.registry.key"}
	}
	text, p := v.text()
	if p != nil {
		return nil, p
	}
	return text, nil
}

// list answers the numbered values of a key in the order of their numbers.
func (k regKey) list() ([]any, *problem) {
	type numbered struct {
		n    int
		text string
	}
	var all []numbered
	for _, v := range k.values {
		n, err := strconv.Atoi(v.name)
		if err != nil || n < 0 || strconv.Itoa(n) != v.name {
			return nil, &problem{id: "config.registry.numbered"}
		}
		text, p := v.text()
		if p != nil {
			return nil, p
		}
		all = append(all, numbered{n, text})
	}
	if len(k.keys) > 0 {
		return nil, &problem{id: "config.registry.numbered"}
	}
	slices.SortFunc(all, func(a, b numbered) int { return cmp.Compare(a.n, b.n) })
	list := make([]any, 0, len(all))
	for _, one := range all {
		list = append(list, one.text)
	}
	return list, nil
}

func wants(kind string) *problem {
	return &problem{id: "config.registry.type", args: map[string]any{"Type": kind}}
}

// text answers a REG_SZ.
func (v regValue) text() (string, *problem) {
	if v.kind != regSZ {
		return "", wants("REG_SZ")
	}
	s, ok := decoded(v.data)
	if !ok || strings.Contains(s, "\x00") {
		return "", &problem{id: "config.registry.text"}
	}
	return s, nil
}

// lines answers a REG_SZ, or the lines of a REG_MULTI_SZ.
func (v regValue) lines() (string, *problem) {
	if v.kind != regMultiSZ {
		return v.text()
	}
	s, ok := decoded(v.data)
	if !ok {
		return "", &problem{id: "config.registry.text"}
	}
	return strings.ReplaceAll(strings.TrimSuffix(s, "\x00"), "\x00", "\n"), nil
}

// decoded reads UTF-16 with or without the zero at its end, and tells whether
// it is any.
func decoded(data []byte) (string, bool) {
	if len(data)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	if n := len(units); n > 0 && units[n-1] == 0 {
		units = units[:n-1]
	}
	runes := utf16.Decode(units)
	for i, at := 0, 0; i < len(runes); i++ { // what is no character became one that was not there
		if runes[i] == '\uFFFD' && units[at] != '\uFFFD' {
			return "", false
		}
		at++
		if runes[i] > 0xFFFF {
			at++
		}
	}
	return string(runes), true
}
