package screen_test

import (
	"testing"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// steal gives the keyboard to a window that no window manager knows, as menus and launchers do.
func steal(t *testing.T) (release func()) {
	t.Helper()
	conn, err := xgb.NewConn()
	if err != nil {
		t.Fatal(err)
	}
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	w, err := xproto.NewWindowId(conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		xproto.CreateWindowChecked(conn, 0, w, root, 0, 0, 10, 10, 0, xproto.WindowClassInputOutput, 0, xproto.CwOverrideRedirect, []uint32{1}).Check(),
		xproto.MapWindowChecked(conn, w).Check(),
		xproto.SetInputFocusChecked(conn, xproto.InputFocusParent, w, xproto.TimeCurrentTime).Check(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return conn.Close
}
