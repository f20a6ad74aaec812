package localapi

import (
	"slices"
	"sync"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// maxEarly is how many events may come while a watcher is being given its
// snapshot.
const maxEarly = 4096

// hub hands one desk's events to all who watch it: each event is written down
// once, and one goroutine, which exists only while there is something to do,
// brings it to all sockets.
type hub struct {
	desk  Desk
	spawn func(func()) bool
	users int // connections; guarded by Server.mu

	start sync.Mutex // held while the watch of the desk begins or ends
	stop  func()

	mu       sync.Mutex
	subs     []*watcher
	dirty    bool
	flushing bool
	frames   batch // for pages
	lines    batch // for programs
	scratch  []byte
}

// batch is events written down one after the other that every live watcher of
// one form is still to be given. Since the watchers are the same for all of
// it, one copy a page serves many events.
type batch struct {
	wanted bool
	bytes  []byte
}

// watcher is one connection that watches.
type watcher struct {
	out   *outgoing
	lang  i18n.Lang
	last  uint64 // the last event it was given before it went live
	live  bool
	early []cti.Event // what came while its snapshot was taken
}

// watch gives w the answer that first makes, and then every event after the
// seq that first tells, without gap or repetition. Nothing of the hub is
// locked while first runs: it asks the desk.
func (h *hub) watch(w *watcher, first func() (answer []byte, after uint64, missed []cti.Event)) {
	h.start.Lock()
	h.mu.Lock()
	h.subs = append(h.subs, w)
	h.mu.Unlock()
	if h.stop == nil {
		_, h.stop = h.desk.Watch(h.publish)
	}
	h.start.Unlock()
	// From here on no event can be missed: it is either in what first sees,
	// or among the early ones, or both, which last sorts out.
	answer, after, missed := first()
	h.mu.Lock()
	h.deal() // what was written down before is for the others
	w.last = after
	if answer != nil {
		w.out.send(answer)
	}
	for _, events := range [][]cti.Event{missed, w.early} {
		for i := range events {
			if e := &events[i]; e.Seq > w.last {
				w.last = e.Seq
				h.tell(w, e)
			}
		}
	}
	w.early, w.live = nil, true
	h.mu.Unlock()
}

// unwatch ends what watch began; when it returns w gets nothing more.
func (h *hub) unwatch(w *watcher) {
	h.start.Lock()
	defer h.start.Unlock()
	h.mu.Lock()
	if i := slices.Index(h.subs, w); i >= 0 {
		h.subs = slices.Delete(h.subs, i, i+1)
	}
	none := len(h.subs) == 0
	h.mu.Unlock()
	if none && h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

// publish is what the desk calls. It never waits for a reader.
func (h *hub) publish(events []cti.Event) {
	if len(events) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	// Events that differ from page to page: told in its language, or known to
	// it from its snapshot.
	apart := slices.ContainsFunc(events, hasSentence)
	for _, w := range h.subs {
		if w.live {
			apart = apart || events[0].Seq <= w.last
			continue
		}
		if len(w.early)+len(events) > maxEarly {
			w.out.close(protocol.CloseTooSlow)
			continue
		}
		w.early = append(w.early, events...)
	}
	if apart {
		h.deal()
		for _, w := range h.subs {
			for i := range events {
				if w.live && events[i].Seq > w.last {
					h.tell(w, &events[i])
				}
			}
		}
	} else {
		h.write(events)
	}
	h.dirty = true
	if !h.flushing {
		h.flushing = h.spawn(h.flush)
	}
}

// speak changes the language that a watcher is told of links in.
func (h *hub) speak(w *watcher, lang i18n.Lang) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w.lang = lang
}

// tell gives one watcher one event in its own language.
func (h *hub) tell(w *watcher, e *cti.Event) {
	own := spokenEvent(w.lang, *e)
	h.scratch = protocol.AppendEvent(h.scratch[:0], &own)
	w.out.send(h.scratch)
}

// write writes the events down in the forms that the watchers want.
func (h *hub) write(events []cti.Event) {
	if len(h.frames.bytes)+len(h.lines.bytes) == 0 {
		h.frames.wanted, h.lines.wanted = false, false
		for _, w := range h.subs {
			if w.live && w.out.lines {
				h.lines.wanted = true
			} else if w.live {
				h.frames.wanted = true
			}
		}
	}
	if !h.frames.wanted && !h.lines.wanted {
		return
	}
	for i := range events {
		h.scratch = protocol.AppendEvent(h.scratch[:0], &events[i])
		if h.frames.wanted {
			h.frames.bytes = protocol.AppendText(h.frames.bytes, h.scratch)
		}
		if h.lines.wanted {
			h.lines.bytes = append(append(h.lines.bytes, h.scratch...), '\n')
		}
		if max(len(h.frames.bytes), len(h.lines.bytes)) >= chunkBytes/2 {
			h.deal()
		}
	}
}

// settle gives every live watcher what was written down, so that what is sent
// next comes behind it.
func (h *hub) settle() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.deal()
}

// deal gives every live watcher what was written down; with the mutex held,
// and before the watchers change.
func (h *hub) deal() {
	for _, w := range h.subs {
		b := &h.frames
		if w.out.lines {
			b = &h.lines
		}
		if w.live && len(b.bytes) > 0 {
			w.out.put(b.bytes)
		}
	}
	for _, b := range []*batch{&h.frames, &h.lines} {
		if b.bytes = b.bytes[:0]; cap(b.bytes) > keptBuffer {
			b.bytes = nil
		}
	}
}

// flush brings what waits to the sockets until nothing does. While it writes,
// events gather, so that a burst leaves in few large writes.
func (h *hub) flush() {
	var outs []*outgoing
	for {
		h.mu.Lock()
		if !h.dirty {
			h.flushing = false
			h.mu.Unlock()
			return
		}
		h.dirty = false
		h.deal()
		outs = outs[:0]
		for _, w := range h.subs {
			outs = append(outs, w.out)
		}
		h.mu.Unlock()
		for _, o := range outs {
			o.flush()
		}
	}
}
