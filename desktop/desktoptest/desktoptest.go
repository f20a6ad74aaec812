// Package desktoptest is a desktop without a screen, whose windows keep what is typed into them.
package desktoptest

import (
	"context"
	"sync"

	"ctiagent/cti"
	"ctiagent/desktop"
)

var (
	_ desktop.Screen = (*Screen)(nil)
	_ desktop.Clips  = (*Screen)(nil)
)

// Screen is a desktop. Its zero value has no window. It may be used concurrently.
type Screen struct {
	// Before, when set, is called before each thing that is asked of the screen, with its name: Active, Windows, Focus,
	// Type, Press. It may change the windows.
	Before func(what string)
	// Refuse, when set, keeps the keyboard where it is whatever window asks for it.
	Refuse bool
	// Marked and Copied are what Selection and Clipboard answer.
	Marked, Copied string

	mu      sync.Mutex
	windows []desktop.Window
	active  uint64
	typed   map[uint64]string
}

// Open adds a window, or gives the one of this number another title.
func (s *Screen) Open(id uint64, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.windows {
		if s.windows[i].ID == id {
			s.windows[i].Title = title
			return
		}
	}
	s.windows = append(s.windows, desktop.Window{ID: id, Title: title})
}

// Activate gives the keyboard to a window, as a person's click does.
func (s *Screen) Activate(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = id
}

// Typed is what a window got, each key in <brackets>.
func (s *Screen) Typed(id uint64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.typed[id]
}

func (s *Screen) before(ctx context.Context, what string) error {
	if s.Before != nil {
		s.Before(what)
	}
	return ctx.Err()
}

// Active is the window that was activated or focused last.
func (s *Screen) Active(ctx context.Context) (desktop.Window, error) {
	if err := s.before(ctx, "Active"); err != nil {
		return desktop.Window{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.windows {
		if w.ID == s.active {
			return w, nil
		}
	}
	return desktop.Window{}, nil
}

// Windows are those that were opened.
func (s *Screen) Windows(ctx context.Context) ([]desktop.Window, error) {
	if err := s.before(ctx, "Windows"); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]desktop.Window(nil), s.windows...), nil
}

// Focus activates a window that was opened, unless Refuse is set.
func (s *Screen) Focus(ctx context.Context, w desktop.Window) error {
	if err := s.before(ctx, "Focus"); err != nil {
		return err
	}
	if !s.Refuse {
		s.Activate(w.ID)
	}
	return nil
}

// Type adds the text to what the active window got.
func (s *Screen) Type(ctx context.Context, text string) error {
	if err := s.before(ctx, "Type"); err != nil {
		return err
	}
	if err := desktop.CheckText(text); err != nil {
		return err
	}
	return s.put(text)
}

// Press adds the key to what the active window got.
func (s *Screen) Press(ctx context.Context, key desktop.Key) error {
	if err := s.before(ctx, "Press"); err != nil {
		return err
	}
	if err := desktop.CheckKey(key); err != nil {
		return err
	}
	return s.put("<" + string(key) + ">")
}

func (s *Screen) put(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.active == 0 {
		return cti.Fail(cti.Unavailable, "desktop.type", "no window has the keyboard")
	}
	if s.typed == nil {
		s.typed = map[uint64]string{}
	}
	s.typed[s.active] += text
	return nil
}

// Selection is Marked.
func (s *Screen) Selection(ctx context.Context) (string, error) {
	return desktop.Clip(s.Marked), ctx.Err()
}

// Clipboard is Copied.
func (s *Screen) Clipboard(ctx context.Context) (string, error) {
	return desktop.Clip(s.Copied), ctx.Err()
}
