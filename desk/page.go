package desk

import (
	"context"

	"ctiagent/cti"
)

// page is a connected page that can show a screen pop.
type page struct {
	id               string
	pop              func(ctx context.Context, p cti.Pop) (bool, error)
	visible, focused bool
	added, focusedAt uint64 // counted, 0 is never
}

// pages are the pages of a desk. The desk's lock guards them.
type pages struct {
	list  map[string]*page
	count uint64
}

// elect chooses the page the person looks at: the focused one, else of the
// visible ones the one focused last, else the one focused last, else the
// newest. nil without pages.
func (p *pages) elect() *page {
	var best *page
	for _, o := range p.list {
		if best == nil || o.before(best) {
			best = o
		}
	}
	return best
}

func (p *page) before(o *page) bool {
	switch {
	case p.focused != o.focused:
		return p.focused
	case p.visible != o.visible:
		return p.visible
	case p.focusedAt != o.focusedAt:
		return p.focusedAt > o.focusedAt
	}
	return p.added > o.added
}

// AddPage tells of a page that can show a screen pop; pop answers whether the
// page showed it, and gives up when its ctx ends. A page of the same id is
// replaced.
func (d *Desk) AddPage(id string, pop func(ctx context.Context, p cti.Pop) (shown bool, err error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pages.list == nil {
		d.pages.list = map[string]*page{}
	}
	d.pages.count++
	d.pages.list[id] = &page{id: id, pop: pop, added: d.pages.count}
}

// FocusPage tells which page the person looks at. An id that was never added
// is ignored.
func (d *Desk) FocusPage(id string, visible, focused bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.pages.list[id]
	if p == nil {
		return
	}
	p.visible, p.focused = visible, focused
	if focused {
		d.pages.count++
		p.focusedAt = d.pages.count
	}
}

// RemovePage tells that a page is gone.
func (d *Desk) RemovePage(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pages.list, id)
}
