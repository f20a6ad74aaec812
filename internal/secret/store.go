package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"ctiagent/internal/wholefile"
)

// maxStore is the largest store file in bytes.
const maxStore = 1 << 20

// Store is a file of named secrets, a JSON object of name to secret, that only
// its owner can read. Programs that write it at the same time may lose a change
// but never leave half a file.
type Store struct {
	// Path is the file. It need not exist before the first Set.
	Path string
}

// Get answers the secret of that name. The error is an *Error.
func (s Store) Get(name string) (Value, error) {
	if !validName(name) {
		return Value{}, &Error{ID: "secret.name"}
	}
	all, err := s.read()
	if err != nil {
		return Value{}, err
	}
	text, ok := all[name]
	if !ok {
		return Value{}, &Error{ID: "secret.unknown", Args: map[string]any{"Name": name}}
	}
	return checked(text, "secret:"+name)
}

// Names lists the names, sorted. The error is an *Error.
func (s Store) Names() ([]string, error) {
	all, err := s.read()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// Set stores a secret under a name of letters, digits, '-', '_' and '.'.
func (s Store) Set(name string, v Value) error {
	if !validName(name) {
		return &Error{ID: "secret.name"}
	}
	if _, err := checked(v.Reveal(), "secret:"+name); err != nil {
		return err
	}
	all, err := s.read()
	if err != nil {
		return err
	}
	all[name] = v.Reveal()
	return s.write(all)
}

// Delete removes a secret; one that is not there is an *Error.
func (s Store) Delete(name string) error {
	if !validName(name) {
		return &Error{ID: "secret.name"}
	}
	all, err := s.read()
	if err != nil {
		return err
	}
	if _, ok := all[name]; !ok {
		return &Error{ID: "secret.unknown", Args: map[string]any{"Name": name}}
	}
	delete(all, name)
	return s.write(all)
}

// read answers all secrets; none when there is no file yet.
func (s Store) read() (map[string]string, error) {
	if s.Path == "" {
		return nil, &Error{ID: "secret.nostore"}
	}
	data, err := readPrivate(s.Path, maxStore)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	var all map[string]string
	// The decoder's own words may quote the file, so they are not passed on.
	if json.Unmarshal(data, &all) != nil || all == nil {
		return nil, &Error{ID: "secret.store.broken", Args: map[string]any{"Path": s.Path}}
	}
	return all, nil
}

// write replaces the file in one step.
func (s Store) write(all map[string]string) error {
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write secrets: %w", err)
	}
	if len(data) > maxStore {
		return &Error{ID: "secret.long", Args: map[string]any{"Place": s.Path, "Max": maxStore}}
	}
	dir := filepath.Dir(s.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make directory of secrets: %w", err)
	}
	// An administrator writes for the service.
	err = wholefile.Write(s.Path, append(data, '\n'), 0o600, func(f *os.File) error { return BelongTo(f, dir) })
	if err != nil {
		return fmt.Errorf("write secrets: %w", err)
	}
	return nil
}

// readAtMost reads up to one byte more than limit, so that too much is seen.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit+1))
}
