// Package shelf keeps what a driver must remember from one session to the next: of an agent, of a phone.
package shelf

import (
	"strings"
	"sync"
)

// Shelf keeps one T for every name. It may be used from any goroutine.
type Shelf[T any] struct {
	most int
	make func() *T

	mu   sync.Mutex
	kept map[string]*T
}

// New makes a shelf that makes what is asked for first, and keeps at most so many: more than one computer can have. When
// it is full everything on it is forgotten, for only somebody who makes names up can fill it.
func New[T any](most int, make func() *T) *Shelf[T] {
	return &Shelf[T]{most: most, make: make, kept: map[string]*T{}}
}

// Of is what stands under a name, whose parts may hold anything but NUL.
func (s *Shelf[T]) Of(name ...string) *T {
	key := strings.Join(name, "\x00")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept[key] == nil {
		if len(s.kept) >= s.most {
			clear(s.kept)
		}
		s.kept[key] = s.make()
	}
	return s.kept[key]
}
