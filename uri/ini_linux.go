package uri

import (
	"slices"
	"strings"
)

// iniFile is a desktop entry or a mimeapps.list: groups of keys. What is not understood stays as it was.
type iniFile []string

func readINI(text string) iniFile {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// String is the file's text.
func (f iniFile) String() string {
	if len(f) == 0 {
		return ""
	}
	return strings.Join(f, "\n") + "\n"
}

// find is the line of a key, -1 for none, and the end of the group, -1 where the group is missing.
func (f iniFile) find(group, key string) (at, end int) {
	at, end = -1, -1
	within := false
	for i, line := range f {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			within = line == "["+group+"]"
		}
		if !within || line == "" {
			continue
		}
		end = i + 1
		if name, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(name) == key && at < 0 {
			at = i
		}
	}
	return at, end
}

func (f iniFile) get(group, key string) string {
	at, _ := f.find(group, key)
	if at < 0 {
		return ""
	}
	_, value, _ := strings.Cut(f[at], "=")
	return strings.TrimSpace(value)
}

// set writes a key; an empty value removes it, and the group with its last key.
func (f iniFile) set(group, key, value string) iniFile {
	at, end := f.find(group, key)
	switch {
	case at >= 0 && value != "":
		f = slices.Clone(f)
		f[at] = key + "=" + value
	case at >= 0:
		f = slices.Delete(slices.Clone(f), at, at+1)
		if _, end := f.find(group, ""); end > 0 && strings.TrimSpace(f[end-1]) == "["+group+"]" {
			f = slices.Delete(f, end-1, end)
		}
	case value == "":
	case end >= 0:
		f = slices.Insert(slices.Clone(f), end, key+"="+value)
	default:
		f = append(slices.Clone(f), "["+group+"]", key+"="+value)
	}
	return f
}

// list is a key's list of names.
func (f iniFile) list(group, key string) []string {
	return slices.DeleteFunc(strings.Split(f.get(group, key), ";"), func(s string) bool { return s == "" })
}

// first puts a name at the head of a list, the others stay behind it: they are who comes next.
func (f iniFile) first(group, key, name string) iniFile {
	rest := slices.DeleteFunc(f.list(group, key), func(s string) bool { return s == name })
	return f.set(group, key, joinList(append([]string{name}, rest...)))
}

// without takes a name out of a list.
func (f iniFile) without(group, key, name string) iniFile {
	have := f.list(group, key)
	if !slices.Contains(have, name) {
		return f
	}
	return f.set(group, key, joinList(slices.DeleteFunc(have, func(s string) bool { return s == name })))
}

func joinList(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return strings.Join(names, ";") + ";"
}
