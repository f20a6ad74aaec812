// Package notify shows one sentence to the person who sits at the screen, from a program that has no window.
package notify

import (
	"context"
	"errors"
)

// ErrNoScreen says that there is nobody's screen to show anything on.
var ErrNoScreen = errors.New("there is no desktop to show a message on")

// Show shows a text under a title: by the desktop's notifications, or by a small window where it has none. On Windows it
// blocks until the person has closed the window. Both are plain text, whatever is in them.
func Show(ctx context.Context, title, text string) error { return show(ctx, title, text) }
