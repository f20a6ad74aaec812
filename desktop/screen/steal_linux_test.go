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

// manager is the little that a window manager tells about itself.
type manager struct {
	t    *testing.T
	conn *xgb.Conn
	root xproto.Window
	own  xproto.Window
}

func newManager(t *testing.T) *manager {
	t.Helper()
	conn, err := xgb.NewConn()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	m := &manager{t: t, conn: conn, root: xproto.Setup(conn).DefaultScreen(conn).Root}
	m.own, err = xproto.NewWindowId(conn)
	m.must(err)
	m.must(xproto.CreateWindowChecked(conn, 0, m.own, m.root, -1, -1, 1, 1, 0, xproto.WindowClassInputOnly, 0, 0, nil).Check())
	return m
}

func (m *manager) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *manager) atom(name string) uint32 {
	m.t.Helper()
	reply, err := xproto.InternAtom(m.conn, false, uint16(len(name)), name).Reply()
	m.must(err)
	return uint32(reply.Atom)
}

func (m *manager) set(w xproto.Window, name string, kind xproto.Atom, values ...uint32) {
	m.t.Helper()
	data := make([]byte, 4*len(values))
	for i, v := range values {
		xgb.Put32(data[4*i:], v)
	}
	m.must(xproto.ChangePropertyChecked(m.conn, xproto.PropModeReplace, w, xproto.Atom(m.atom(name)), kind, 32, uint32(len(values)), data).Check())
}

// supports says what the manager will tell, and tells none of it yet.
func (m *manager) supports(names ...string) {
	m.t.Helper()
	var atoms []uint32
	for _, name := range names {
		atoms = append(atoms, m.atom(name))
	}
	m.set(m.root, "_NET_SUPPORTED", xproto.AtomAtom, atoms...)
	for _, w := range []xproto.Window{m.root, m.own} {
		m.set(w, "_NET_SUPPORTING_WM_CHECK", xproto.AtomWindow, uint32(m.own))
	}
}

// dies leaves what the manager said where it is, as one that is killed does.
func (m *manager) dies() {
	m.t.Helper()
	m.must(xproto.DestroyWindowChecked(m.conn, m.own).Check())
}
