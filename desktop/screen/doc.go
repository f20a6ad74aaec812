// Package screen is the person's own screen: robotgo presses the keys, and the window system tells which window has them,
// what is marked there, and when the key that dials is pressed. Only the tray program may link it.
package screen

import (
	"context"
	"time"

	"ctiagent/cti"
)

const (
	// handsOff is how long the person may still hold a key when something is to be typed.
	handsOff = 3 * time.Second
	// glance is the pause between two looks at what no window system announces.
	glance = 20 * time.Millisecond
	// offered is how long another program may take to hand over what is marked or copied.
	offered = 2 * time.Second
)

// held says that the person holds a key which would change what is typed.
func held() error {
	return &cti.Error{Kind: cti.WrongState, Text: "a key is held", Hint: "desktop.hint.held"}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
