package uri

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func (h Handler) owners(schemes []string) ([]Owner, error) {
	p := h.places()
	var out []Owner
	for _, s := range schemes {
		out = append(out, h.owner(p, s))
	}
	return out, nil
}

// owner follows the order of the MIME associations specification: a default somebody set, then an association somebody
// added, then the first program that says it can.
func (h Handler) owner(p places, scheme string) Owner {
	mime := handlerMIME + scheme
	for list := range p.lists {
		for _, id := range list.file.list(defaults, mime) {
			if o, ok := h.entry(p, scheme, id, list.by); ok {
				return o
			}
		}
	}
	var out []string // what somebody has taken away
	for list := range p.lists {
		out = append(out, list.file.list(removed, mime)...)
		for _, id := range list.file.list(added, mime) {
			if o, ok := h.entry(p, scheme, id, list.by); ok && !slices.Contains(out, id) {
				return o
			}
		}
	}
	for _, dir := range p.data {
		f, err := loadINI(filepath.Join(dir, applications, mimeCache))
		if err != nil {
			continue // what nobody can read decides nothing
		}
		by := ByMachine
		if dir == p.dataHome {
			by = ByUser
		}
		for _, id := range f.list(cacheGroup, mime) {
			if o, ok := h.entry(p, scheme, id, by); ok && !slices.Contains(out, id) {
				return o
			}
		}
	}
	return Owner{Scheme: scheme}
}

// associationList is a mimeapps.list, and whose word it is.
type associationList struct {
	file iniFile
	by   By
}

// lists yields the lists of associations, the most important first.
func (p places) lists(yield func(associationList) bool) {
	dirs := slices.Clone(p.config)
	for _, d := range p.data {
		dirs = append(dirs, filepath.Join(d, applications))
	}
	for _, dir := range dirs {
		by := ByMachine
		if p.dataHome != "" && (dir == p.configHome || dir == filepath.Join(p.dataHome, applications)) {
			by = ByChoice
		}
		for _, prefix := range p.desktops {
			f, err := loadINI(filepath.Join(dir, prefix+mimeApps))
			if err == nil && !yield(associationList{f, by}) {
				return
			}
		}
	}
}

// entry reads the entry of an application, if it is there and its program too.
func (h Handler) entry(p places, scheme, id string, by By) (Owner, bool) {
	if id == "" || strings.ContainsAny(id, "/") {
		return Owner{}, false
	}
	for _, dir := range p.data {
		for _, name := range []string{id, strings.Replace(id, "-", "/", 1)} { // a dash may stand for a folder
			f, err := loadINI(filepath.Join(dir, applications, name))
			if err != nil || f == nil {
				continue
			}
			if try := f.get(entryGroup, "TryExec"); filepath.IsAbs(try) {
				if _, err := os.Stat(try); err != nil {
					continue
				}
			}
			return Owner{Scheme: scheme, Owner: f.get(entryGroup, "Name"), ID: id, Command: h.command(f), Ours: h.command(f) == h.exec(), By: by}, true
		}
	}
	return Owner{}, false
}
