package desk

import (
	"context"
	"slices"

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
	silent           bool // when it was last asked; it may sleep
}

// pages are the pages of a desk. The desk's lock guards them.
type pages struct {
	list      map[string]*page
	count     uint64
	questions map[string]*question // that stand, by claim
}

// question is a screen pop that a page is being asked to show.
type question struct {
	page  *page
	taken bool
}

// inOrder are the pages by how the person looks at them: the focused one, then
// of the visible ones the one focused last, then the one focused last, then the
// newest; those that were silent come last. The browsers' extensions are
// ordered in the same way, by the browser the person works in.
func (p *pages) inOrder(extension bool) []*page {
	var list []*page
	for _, o := range p.list {
		if o.extension == extension {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b *page) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return list
}

func (p *page) before(o *page) bool {
	switch {
	case p.silent != o.silent:
		return o.silent
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
// page showed it, and gives up when its ctx ends. It is asked with a Claim, see
// ClaimPop. A page of the same id is replaced.
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
	p.visible, p.focused, p.silent = visible, focused, false
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

// ClaimPop says whether the page that was asked to show a screen pop shall do
// so now. While the question stands it shall, and then nobody else is asked
// unless the page says that it did not show it. A page that was asleep comes
// too late, for its question has gone on to somebody else.
func (d *Desk) ClaimPop(id, claim string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.pages.list[id]; p != nil {
		p.silent = false
	}
	q := d.pages.questions[claim]
	if q == nil || q.page.id != id || q.taken {
		return false
	}
	q.taken = true
	return true
}
