// Package nativehost tells browsers that the extension may start ctiagent-native, by the manifests that they look for, and
// looks whether they have been told.
package nativehost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// What browsers know the program and its extension by. The Chromium id follows from the key in web/extension/manifest.json.
const (
	Name        = "com.ctiagent.native"
	ChromiumID  = "mmiddanfklhcokebbdeeipcaokfhckbn"
	FirefoxID   = "ctiagent@example.com"
	description = "Lets the ctiagent extension dial and follow calls"
)

// maxManifest bounds a manifest that is read, in bytes.
const maxManifest = 64 << 10

// Manifest is a browser's permission to start the program.
type Manifest struct {
	Name              string   `json:"name"`
	Description       string   `json:"description"`
	Path              string   `json:"path"`
	Type              string   `json:"type"`
	AllowedOrigins    []string `json:"allowed_origins,omitempty"`    // Chromium and its kin
	AllowedExtensions []string `json:"allowed_extensions,omitempty"` // Firefox
}

// IDs are extensions that have another name than the project's own; "" is no other.
type IDs struct{ Chromium, Firefox string }

// ErrID says that a text is the id of no extension.
var ErrID = errors.New("that is the id of no extension")

// How Chromium and Firefox write the id of an extension. Each is compiled when it is needed: a program that only serves
// needs none.
var (
	chromiumID     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-p]{32}$`) })
	chromiumOrigin = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^chrome-extension://[a-p]{32}/$`) })
	firefoxID      = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\{[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}|[A-Za-z0-9._-]{1,64}@[A-Za-z0-9._-]{1,64})$`)
	})
)

// ParseIDs reads at most one id for each kind of browser, with blanks, commas or semicolons between them; the shape tells
// which is which. The error is ErrID.
func ParseIDs(texts ...string) (IDs, error) {
	var ids IDs
	for _, id := range strings.FieldsFunc(strings.Join(texts, " "), func(r rune) bool { return strings.ContainsRune(" \t,;", r) }) {
		switch {
		case chromiumID().MatchString(id) && ids.Chromium == "":
			ids.Chromium = id
		case firefoxID().MatchString(id) && ids.Firefox == "":
			ids.Firefox = id
		default:
			return IDs{}, fmt.Errorf("%w: %q", ErrID, id)
		}
	}
	return ids, nil
}

// Registration says who may start what.
type Registration struct {
	Program string // the full path of ctiagent-native
	IDs     IDs
	// Root is the folder of a package that is being made: the files go below it. "" is this computer itself.
	Root string
}

// Register lets the browsers that look at the place start the program, and answers the manifest's file. An extension that an
// earlier registration named stays, unless another one is named.
func (r Registration) Register(p Place) (string, error) {
	m := Manifest{Name: Name, Description: description, Path: r.Program, Type: "stdio"}
	p.Dir = filepath.Join(r.Root, p.Dir)
	had, _ := readManifest(p.File())
	if p.Firefox {
		m.AllowedExtensions = choose(r.IDs.Firefox, firefoxID(), had.AllowedExtensions, FirefoxID)
	} else {
		m.AllowedOrigins = choose(origin(r.IDs.Chromium), chromiumOrigin(), had.AllowedOrigins, origin(ChromiumID))
	}
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return "", err
	}
	dir, file := fs.FileMode(0o700), fs.FileMode(0o600)
	if p.Machine {
		dir, file = 0o755, 0o644
	}
	if err := os.MkdirAll(p.Dir, dir); err != nil {
		return "", fmt.Errorf("make the folder of manifests: %w", err)
	}
	if err := os.WriteFile(p.File(), append(b, '\n'), file); err != nil {
		return "", fmt.Errorf("write the manifest: %w", err)
	}
	if err := os.Chmod(p.File(), file); err != nil { // whatever the caller's mask is
		return "", fmt.Errorf("write the manifest: %w", err)
	}
	if r.Root == "" {
		err = enter(p)
	}
	return p.File(), err
}

func origin(id string) string {
	if id == "" {
		return ""
	}
	return "chrome-extension://" + id + "/"
}

// choose is the one named, else those before as far as they are well written, else the project's own.
func choose(named string, shape *regexp.Regexp, before []string, own string) []string {
	if named != "" {
		return []string{named}
	}
	var kept []string
	for _, b := range before {
		if shape.MatchString(b) {
			kept = append(kept, b)
		}
	}
	if len(kept) == 0 {
		return []string{own}
	}
	return kept
}

// Unregister takes back what Register wrote, and answers the file that is gone, "" when there was none.
func Unregister(p Place) (string, error) {
	if err := leave(p); err != nil {
		return "", err
	}
	err := os.Remove(p.File())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("remove the manifest: %w", err)
	}
	if p.Key != "" { // the folder is ours alone; what is not empty stays
		_ = os.Remove(p.Dir)
		_ = os.Remove(filepath.Dir(p.Dir))
	}
	if err != nil {
		return "", nil //nolint:nilerr // it was not there
	}
	return p.File(), nil
}

// Read is the manifest that the browser finds at the place; fs.ErrNotExist when there is none.
func Read(p Place) (Manifest, error) {
	file, err := entered(p)
	if err != nil {
		return Manifest{}, err
	}
	return readManifest(file)
}

func readManifest(file string) (Manifest, error) {
	f, err := os.Open(file)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	var m Manifest
	if err := json.NewDecoder(io.LimitReader(f, maxManifest)).Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("read %s: %w", file, err)
	}
	if !filepath.IsAbs(m.Path) {
		m.Path = filepath.Join(filepath.Dir(file), m.Path)
	}
	return m, nil
}
