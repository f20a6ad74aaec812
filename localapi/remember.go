package localapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/wholefile"
)

// remembered is the file of what people have said of pages: by the person's id
// and the origin.
type remembered struct {
	Version int                             `json:"version"`
	People  map[string]map[string]knownPage `json:"people"`
}

type knownPage struct {
	Scopes  []cti.Effect `json:"scopes,omitempty"`
	Blocked bool         `json:"blocked,omitempty"`
}

const (
	rememberedVersion = 1
	// brokenSuffix is added to the name of a file that cannot be read.
	brokenSuffix = ".broken"
	// maxRemembered bounds the file, in bytes.
	maxRemembered = 1 << 20
)

// load reads what was said before. A file that cannot be understood is put aside
// under another name, so that nothing in it is lost, and the error says so.
func (p *pairings) load(path string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	data, err := os.ReadFile(path)
	p.path = path
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		p.path = "" // what is there may not be written over
		return fmt.Errorf("read which pages were allowed: %w", err)
	}
	known, err := understood(data)
	if err != nil {
		if moved := os.Rename(path, path+brokenSuffix); moved != nil {
			p.path = ""
			return fmt.Errorf("read which pages were allowed: %w", errors.Join(err, moved))
		}
		return fmt.Errorf("which pages were allowed cannot be read, and people are asked again; the file is now %s: %w", path+brokenSuffix, err)
	}
	for person, pages := range known.People {
		for origin, page := range pages {
			k := p.of(person, origin)
			k.scopes, k.blocked = page.Scopes, page.Blocked
		}
	}
	return nil
}

// understood reads the file strictly: it gives rights.
func understood(data []byte) (known remembered, err error) {
	if len(data) > maxRemembered {
		return known, errors.New("the file is too large")
	}
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(&known); err != nil {
		return known, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return known, errors.New("something follows its end")
	}
	if known.Version != rememberedVersion {
		return known, fmt.Errorf("version %d is not known", known.Version)
	}
	n := 0
	for person, pages := range known.People {
		for origin, page := range pages {
			n++
			if person == "" || strings.Contains(person, " ") || !isOrigin(origin) || n > mostPairings {
				return known, fmt.Errorf("%q of %q is no page, or one too many", origin, person)
			}
			for _, s := range page.Scopes {
				if !slices.Contains(pageScopes(), s) {
					return known, fmt.Errorf("%q of %q may not be allowed", s, origin)
				}
			}
		}
	}
	return known, nil
}

// save writes what has been said, all of it or nothing; p.mu is held.
func (p *pairings) save() error {
	if p.path == "" {
		return nil
	}
	known := remembered{Version: rememberedVersion, People: map[string]map[string]knownPage{}}
	for key, k := range p.origin {
		if len(k.scopes) == 0 && !k.blocked {
			continue
		}
		person, origin, _ := strings.Cut(key, " ")
		if known.People[person] == nil {
			known.People[person] = map[string]knownPage{}
		}
		known.People[person][origin] = knownPage{k.scopes, k.blocked}
	}
	data, err := json.MarshalIndent(known, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(p.path), 0o700)
	}
	if err == nil {
		err = wholefile.Write(p.path, append(data, '\n'), 0o600, nil)
	}
	if err != nil {
		return fmt.Errorf("remember which pages are allowed: %w", err)
	}
	return nil
}
