package desk

import (
	"context"

	"ctiagent/cti"
)

// page is a connected page, or the extension of a browser, that can show a
// screen pop.
type page struct {
	id               string
	pop              func(ctx context.Context, p cti.Pop) (bool, error)
	visible, focused bool
	added, focusedAt uint64 // counted, 0 is never
	extension        bool
}

// pages are the pages of a desk. The desk's lock guards them.
type pages struct {
	list  map[string]*page
	count uint64
}

// elect chooses the page the person looks at: the focused one, else of the
// visible ones the one focused last, else the one focused last, else the
// newest. Of the browsers' extensions it chooses in the same way the browser
// the person works in. nil without any.
func (p *pages) elect(extension bool) *page {
	var best *page
	for _, o := range p.list {
		if o.extension == extension && (best == nil || o.before(best)) {
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
	d.addPage(&page{id: id, pop: pop})
}

// AddExtension is AddPage for the extension of a browser, which shows what no
// page shows.
func (d *Desk) AddExtension(id string, pop func(ctx context.Context, p cti.Pop) (shown bool, err error)) {
	d.addPage(&page{id: id, pop: pop, extension: true})
}

func (d *Desk) addPage(p *page) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pages.list == nil {
		d.pages.list = map[string]*page{}
	}
	d.pages.count++
	p.added = d.pages.count
	d.pages.list[p.id] = p
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
