package localca

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"ctiagent/internal/secret"
	"ctiagent/internal/wholefile"
)

// Store is the file that holds the certificate in use, readable for its owner
// only. Its methods may be called concurrently.
type Store struct {
	// Path is the file, in a folder that belongs to who serves.
	Path string

	mu   sync.Mutex
	seen time.Time // of the file that was read last
	pair *tls.Certificate
}

// Load reads the pair. errors.Is(err, fs.ErrNotExist) where there is none; what
// is wrong with its mode or kind is a *secret.Error.
func (s *Store) Load() (Pair, error) {
	text, err := secret.ReadPrivate(s.Path)
	if err != nil {
		return Pair{}, err
	}
	p, err := Decode(text)
	if err != nil {
		return Pair{}, fmt.Errorf("%s: %w", s.Path, err)
	}
	return p, nil
}

// Save puts a pair in the place of the one that is there, for the owner of the
// folder.
func (s *Store) Save(p Pair) error {
	text, err := p.Encode()
	if err != nil {
		return err
	}
	dir := filepath.Dir(s.Path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of the certificate: %w", err)
	}
	return wholefile.Write(s.Path, text, 0o600, func(f *os.File) error { return secret.BelongTo(f, dir) })
}

// Remove removes the pair, if there is one.
func (s *Store) Remove() error {
	if err := os.Remove(s.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Certificate answers the one for a handshake. A file that was replaced is read
// again, so that a renewed certificate is shown without a new start.
func (s *Store) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Stat(s.Path)
	if err != nil {
		return nil, err
	}
	if s.pair != nil && info.ModTime().Equal(s.seen) {
		return s.pair, nil
	}
	p, err := s.Load()
	if err != nil {
		return nil, err
	}
	s.pair, s.seen = p.TLS(), info.ModTime()
	return s.pair, nil
}
