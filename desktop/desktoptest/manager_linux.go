package desktoptest

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// AwaitManager waits until a display has a window manager that lists its windows (Extended Window Manager Hints 1.5).
func AwaitManager(ctx context.Context, display string) error {
	xgb.Logger.SetOutput(io.Discard) // every fault comes back as an error too
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return fmt.Errorf("display %s: %w", display, err)
	}
	defer context.AfterFunc(ctx, conn.Close)()
	defer conn.Close()
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	// Told before the first look, no change is missed.
	if err := xproto.ChangeWindowAttributesChecked(conn, root, xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check(); err != nil {
		return fmt.Errorf("display %s: %w", display, err)
	}
	for _, name := range []string{"_NET_SUPPORTING_WM_CHECK", "_NET_CLIENT_LIST"} {
		if err := await(conn, root, name); err != nil {
			return fmt.Errorf("display %s: no window manager sets %s: %w", display, name, errors.Join(err, ctx.Err()))
		}
	}
	return nil
}

// await waits until a window has a property.
func await(conn *xgb.Conn, w xproto.Window, name string) error {
	atom, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
	if err != nil {
		return err
	}
	for {
		there, err := xproto.GetProperty(conn, false, w, atom.Atom, xproto.GetPropertyTypeAny, 0, 1).Reply()
		if err != nil || there.Format != 0 {
			return err
		}
		if event, err := conn.WaitForEvent(); event == nil {
			if err == nil {
				return errors.New("the display is gone")
			}
			return err
		}
	}
}
