package tray

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/getlantern/systray"
)

// Made by the test TestIconsAreDrawn from internal/icon.
//
//go:generate go test -run ^TestIconsAreDrawn$ -update .
//go:embed icons
var icons embed.FS

var _ Bar = (*Systray)(nil)

// Systray is the Bar of this session: on Linux a StatusNotifierItem (GTK must reach a display), on Windows the
// notification area. A process has one.
type Systray struct {
	goos   string
	icons  map[Icon][]byte // kept for good: the system reads them after SetIcon has returned
	clicks chan string
	done   chan struct{}
	end    func() // closes done; a session that ends may tell twice

	// What follows belongs to the goroutine that calls Show.
	shown View
	slots []*slot // the top-level items, in order; nil for a separator
}

// slot is one place of the menu. Items cannot be taken away again, so what is not needed is hidden.
type slot struct {
	item     *systray.MenuItem
	children []*slot

	mu    sync.Mutex
	shows Item
	used  bool // it has been shown before
}

// NewSystray makes the Bar of a system, named as Go names it.
func NewSystray(goos string) (*Systray, error) {
	b := &Systray{goos: goos, icons: map[Icon][]byte{}, clicks: make(chan string), done: make(chan struct{})}
	b.end = sync.OnceFunc(func() { close(b.done) })
	for _, i := range Icons() {
		data, err := icons.ReadFile("icons/" + string(i) + iconSuffix(goos))
		if err != nil {
			return nil, fmt.Errorf("read the icon: %w", err)
		}
		b.icons[i] = data
	}
	return b, nil
}

// Run shows the icon, calls ready in a goroutine of its own and answers after Quit. It belongs into main's goroutine:
// Windows sends what happens to a window to the thread that made it.
func (b *Systray) Run(ready func()) {
	systray.Run(ready, b.end)
}

// Quit ends Run.
func (b *Systray) Quit() { systray.Quit() }

// Clicks tells the ID of each item chosen.
func (b *Systray) Clicks() <-chan string { return b.clicks }

// Show changes what differs from the View before.
func (b *Systray) Show(v View) {
	first := b.slots == nil
	if first || v.Icon != b.shown.Icon {
		systray.SetIcon(b.icons[v.Icon])
	}
	if first || v.Tooltip != b.shown.Tooltip {
		systray.SetTooltip(clip(v.Tooltip, maxTooltip))
	}
	if first {
		for _, it := range v.Menu {
			if it.Separator {
				systray.AddSeparator()
				b.slots = append(b.slots, nil)
				continue
			}
			b.slots = append(b.slots, b.add(systray.AddMenuItem(label(b.goos, it.Title), "")))
		}
	}
	for i, it := range v.Menu {
		if s := b.slots[i]; s != nil {
			b.set(s, it)
		}
	}
	b.shown = v
}

func (b *Systray) add(item *systray.MenuItem) *slot {
	s := &slot{item: item}
	go func() { // ends with Run
		for {
			select {
			case <-item.ClickedCh:
			case <-b.done:
				return
			}
			s.mu.Lock()
			it := s.shows
			s.mu.Unlock()
			if it.Checkable {
				item.SetTitle(label(b.goos, it.Title)) // GTK has moved the mark by itself: put it back
			}
			select {
			case b.clicks <- it.ID:
			case <-b.done:
				return
			}
		}
	}()
	return s
}

// set makes a slot show an item, and the places below it the items of its submenu. Windows adds nothing to a submenu
// whose own item is hidden, so the item comes first.
func (b *Systray) set(s *slot, it Item) {
	s.mu.Lock()
	before, used := s.shows, s.used
	s.shows, s.used = it, true
	s.mu.Unlock()
	b.change(s.item, before, it, used)
	for i, child := range it.Items {
		if i == len(s.children) {
			if title := label(b.goos, child.Title); child.Checkable {
				s.children = append(s.children, b.add(s.item.AddSubMenuItemCheckbox(title, "", child.Checked)))
			} else {
				s.children = append(s.children, b.add(s.item.AddSubMenuItem(title, "")))
			}
		}
		b.set(s.children[i], child)
	}
	for _, spare := range s.children[len(it.Items):] {
		b.set(spare, Item{Hidden: true})
	}
}

// change tells the system what differs. Every change but hiding shows an item again, so that what stays hidden is left
// alone.
func (b *Systray) change(item *systray.MenuItem, before, now Item, used bool) {
	switch {
	case now.Hidden && used && before.Hidden:
		return
	case now.Hidden:
		item.Hide()
		return
	case !used || before.Hidden || before.Title != now.Title:
		item.SetTitle(label(b.goos, now.Title))
	}
	switch {
	case now.Disabled && !item.Disabled():
		item.Disable()
	case !now.Disabled && item.Disabled():
		item.Enable()
	}
	switch {
	case now.Checked && !item.Checked():
		item.Check()
	case !now.Checked && item.Checked():
		item.Uncheck()
	}
}

// maxTooltip is what a tooltip of Windows holds, in UTF-16 units, less the zero that ends it.
const maxTooltip = 127

// clip cuts a text to so many UTF-16 units.
func clip(text string, units int) string {
	n := 0
	for i, r := range text {
		n++
		if r > 0xFFFF {
			n++
		}
		if n > units {
			return text[:i]
		}
	}
	return text
}

// iconSuffix is how a system's icon files end.
func iconSuffix(goos string) string {
	if goos == "windows" {
		return ".ico"
	}
	return ".png"
}

// label writes a title so that the system's menu shows it as it is: it takes a character for the mark of a key, Windows &
// and Linux (com.canonical.dbusmenu, the property label) an underscore.
func label(goos, title string) string {
	if goos == "windows" {
		return strings.ReplaceAll(title, "&", "&&")
	}
	return strings.ReplaceAll(title, "_", "__")
}
