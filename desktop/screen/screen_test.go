package screen_test

import (
	"context"

	"ctiagent/desktop/screen"
)

// number is a caller as a recipe types it, and sample what it might type at worst: signs behind Shift, and letters that the
// keyboard of the display lacks.
const (
	number = "+55 (11) 3355-3400*#"
	sample = `João Ção & Co. "50%" {x} ñ € Ж +1-2*3#`
)

// How the tests of Windows are told that the desktop is there for them alone, and how many they are.
const (
	ownDesktopName = "CTIAGENT_TEST_DESKTOP"
	windowsTests   = 4
	otherFile      = "other.txt" // an empty file on drive C:
)

// meddling does something after so many characters.
type meddling struct {
	*screen.Screen
	after int
	do    func()
}

// Type types and meddles.
func (m *meddling) Type(ctx context.Context, text string) error {
	err := m.Screen.Type(ctx, text)
	if m.after--; m.after == 0 {
		m.do()
	}
	return err
}
