package notify

import (
	"context"

	"golang.org/x/sys/windows"
)

func show(_ context.Context, title, text string) error {
	t, err := windows.UTF16PtrFromString(title)
	if err != nil {
		return err
	}
	s, err := windows.UTF16PtrFromString(text)
	if err != nil {
		return err
	}
	_, err = windows.MessageBox(0, s, t, windows.MB_OK|windows.MB_ICONWARNING|windows.MB_SETFOREGROUND|windows.MB_TOPMOST)
	return err
}
