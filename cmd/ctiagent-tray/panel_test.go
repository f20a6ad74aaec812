//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/godbus/dbus/v5"
)

// The names of a panel that shows StatusNotifierItems, and of their menus.
const (
	watcherName = "org.kde.StatusNotifierWatcher"
	watcherPath = dbus.ObjectPath("/StatusNotifierWatcher")
	itemName    = "org.kde.StatusNotifierItem"
	menuName    = "com.canonical.dbusmenu"
	properties  = "org.freedesktop.DBus.Properties"
)

// panel is a shell's panel as programs see it: it takes the items that register, reads their menus and clicks.
type panel struct {
	*session
	conn    *dbus.Conn
	items   chan item
	changes chan *dbus.Signal
	shown   item
	menu    dbus.ObjectPath
}

// item is where a StatusNotifierItem is.
type item struct {
	owner dbus.Sender
	path  dbus.ObjectPath
}

// newPanel connects a panel that nobody sees yet.
func newPanel(s *session) *panel {
	s.Helper()
	conn, err := dbus.Connect(s.bus)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = conn.Close() })
	p := &panel{session: s, conn: conn, items: make(chan item, 16), changes: make(chan *dbus.Signal, 4096)}
	p.must(conn.Export(p, watcherPath, watcherName))
	p.must(conn.Export(watcherState{}, watcherPath, properties))
	p.must(conn.AddMatchSignal(dbus.WithMatchInterface(menuName)))
	p.must(conn.AddMatchSignal(dbus.WithMatchInterface(itemName)))
	conn.Signal(p.changes)
	return p
}

func (p *panel) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// appears takes the name by which programs look for a panel.
func (p *panel) appears() {
	p.Helper()
	if reply, err := p.conn.RequestName(watcherName, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		p.Fatalf("the panel's name is taken: %v, %v", reply, err)
	}
}

func (p *panel) disappears() {
	p.Helper()
	if _, err := p.conn.ReleaseName(watcherName); err != nil {
		p.Fatal(err)
	}
}

// RegisterStatusNotifierItem is called by a program that has an icon.
func (p *panel) RegisterStatusNotifierItem(service string, sender dbus.Sender) *dbus.Error {
	at := item{sender, "/StatusNotifierItem"}
	if strings.HasPrefix(service, "/") {
		at.path = dbus.ObjectPath(service)
	}
	p.items <- at
	return nil
}

// watcherState is what a panel tells of itself.
type watcherState struct{}

// GetAll answers every property.
func (watcherState) GetAll(string) (map[string]dbus.Variant, *dbus.Error) {
	return map[string]dbus.Variant{"IsStatusNotifierHostRegistered": dbus.MakeVariant(true),
		"ProtocolVersion": dbus.MakeVariant(int32(0)), "RegisteredStatusNotifierItems": dbus.MakeVariant([]string{})}, nil
}

// Get answers one property.
func (w watcherState) Get(iface, name string) (dbus.Variant, *dbus.Error) {
	all, _ := w.GetAll(iface)
	v, ok := all[name]
	if !ok {
		return v, dbus.NewError("org.freedesktop.DBus.Error.UnknownProperty", nil)
	}
	return v, nil
}

// takes waits for an item to register, and looks at its menu from then on.
func (p *panel) takes() {
	p.Helper()
	select {
	case p.shown = <-p.items:
	case <-p.ctx.Done():
		p.Fatal("no icon ever came to the panel")
	}
	var menu dbus.ObjectPath
	v, err := p.item().GetProperty(itemName + ".Menu")
	if err == nil {
		err = v.Store(&menu)
	}
	if err != nil {
		p.Fatalf("the icon has no menu: %v", err)
	}
	p.menu = menu
}

func (p *panel) item() dbus.BusObject { return p.conn.Object(string(p.shown.owner), p.shown.path) }

// entry is one line of the menu.
type entry struct {
	id                        int32
	label                     string
	enabled, visible, checked bool
	children                  []entry
}

// layout reads the whole menu.
func (p *panel) layout() []entry {
	p.Helper()
	var revision uint32
	var root struct {
		ID         int32
		Properties map[string]dbus.Variant
		Children   []dbus.Variant
	}
	call := p.conn.Object(string(p.shown.owner), p.menu).CallWithContext(p.ctx, menuName+".GetLayout", 0, int32(0), int32(-1), []string{})
	if err := call.Store(&revision, &root); err != nil {
		p.Fatalf("read the menu: %v", err)
	}
	return entries(root.Children)
}

func entries(from []dbus.Variant) (out []entry) {
	for _, v := range from {
		fields, ok := v.Value().([]any)
		if !ok || len(fields) != 3 {
			continue
		}
		id, _ := fields[0].(int32)
		props, _ := fields[1].(map[string]dbus.Variant)
		children, _ := fields[2].([]dbus.Variant)
		e := entry{id: id, enabled: true, visible: true, children: entries(children)}
		for name, into := range map[string]any{"label": &e.label, "enabled": &e.enabled, "visible": &e.visible} {
			if v, ok := props[name]; ok {
				_ = v.Store(into) // another type says nothing
			}
		}
		e.label = shown(e.label)
		if v, ok := props["toggle-state"]; ok {
			e.checked = v.Value() == int32(1)
		}
		out = append(out, e)
	}
	return out
}

// shown is what a panel shows of a label: an underscore marks a key and is not shown, two are one.
func shown(label string) string {
	parts := strings.Split(label, "__")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(p, "_", "")
	}
	return strings.Join(parts, "_")
}

// text is what a person sees of the menu, a line each.
func text(menu []entry) string {
	var b strings.Builder
	var draw func([]entry, string)
	draw = func(menu []entry, indent string) {
		for _, e := range menu {
			if !e.visible || e.label == "" {
				continue
			}
			line := e.label
			if e.checked {
				line = "[x] " + line
			}
			if !e.enabled {
				line = "(" + line + ")"
			}
			b.WriteString(indent + line + "\n")
			draw(e.children, indent+"  ")
		}
	}
	draw(menu, "")
	return b.String()
}

// shows waits until the menu has a line like this, and answers the menu.
func (p *panel) shows(line string) []entry {
	p.Helper()
	return p.until("a line "+line, func(menu []entry) bool {
		return slices.ContainsFunc(strings.Split(text(menu), "\n"), func(l string) bool { return strings.TrimSpace(l) == line })
	})
}

// until waits until the menu fulfils a condition.
func (p *panel) until(what string, ok func([]entry) bool) []entry {
	p.Helper()
	for {
		menu := p.layout()
		if ok(menu) {
			return menu
		}
		select {
		case <-p.changes:
		case <-p.ctx.Done():
			p.Fatalf("the menu never showed %s:\n%s", what, text(menu))
		}
	}
}

// clicks waits until a line can be chosen, and chooses it.
func (p *panel) clicks(label string) {
	p.Helper()
	var id int32
	p.until("anything to choose "+label+" by", func(menu []entry) (ok bool) {
		id, ok = seek(menu, label)
		return ok
	})
	call := p.conn.Object(string(p.shown.owner), p.menu).CallWithContext(p.ctx, menuName+".Event", 0, id, "clicked", dbus.MakeVariant(int32(0)), uint32(0))
	if call.Err != nil {
		p.Fatalf("click on %q: %v", label, call.Err)
	}
}

func seek(menu []entry, label string) (int32, bool) {
	for _, e := range menu {
		if e.visible && e.enabled && e.label == label {
			return e.id, true
		}
		if id, ok := seek(e.children, label); ok && e.visible && e.enabled {
			return id, true
		}
	}
	return 0, false
}

// board shows notices, as the desktop of a session does, and presses their keys.
type board struct {
	p    *panel
	told chan string
	key  atomic.Pointer[string] // the words on the key that is pressed; nil for none
}

// newBoard takes the notices of a session.
func newBoard(p *panel) *board {
	p.Helper()
	d := &board{p: p, told: make(chan string, 16)}
	p.must(p.conn.Export(d, noticesPath, noticesName))
	if _, err := p.conn.RequestName(noticesName, dbus.NameFlagDoNotQueue); err != nil {
		p.Fatal(err)
	}
	return d
}

// GetCapabilities tells what notices can do here.
func (d *board) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "body-markup", "actions"}, nil
}

// Notify shows a notice.
func (d *board) Notify(_ string, _ uint32, _, title, body string, keys []string, hints map[string]dbus.Variant, stays int32) (uint32, *dbus.Error) {
	const id = 7
	if len(keys) > 0 && (stays != 0 || hints["urgency"].Value() != byte(2)) {
		body += " (this question goes away by itself)"
	}
	go d.press(id, keys)
	d.told <- fmt.Sprintf("%s|%s", title, body)
	return id, nil
}

// CloseNotification takes a notice away.
func (d *board) CloseNotification(uint32) *dbus.Error { return nil }

// presses has a key pressed at each question from now on: the one with these words.
func (d *board) presses(words string) { d.key.Store(&words) }

// press presses the key of a notice.
func (d *board) press(id uint32, keys []string) {
	words := d.key.Load()
	for i := 0; i+1 < len(keys) && words != nil; i += 2 {
		if keys[i+1] == *words {
			_ = d.p.conn.Emit(noticesPath, noticesName+".ActionInvoked", id, keys[i]) // without it the test fails at its end
		}
	}
}

// tells waits for a notice.
func (d *board) tells() string {
	d.p.Helper()
	select {
	case text := <-d.told:
		return text
	case <-d.p.ctx.Done():
		d.p.Fatal("the person was told nothing")
		return ""
	}
}
