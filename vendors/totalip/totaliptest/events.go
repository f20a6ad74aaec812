package totaliptest

import (
	"io"
	"net"
	"strings"
	"sync"
)

// reader is one connection to the event socket. Lines wait in pending, so that a slow reader holds up nobody.
type reader struct {
	conn net.Conn

	mu      sync.Mutex
	pending []byte
	over    bool
	wake    chan struct{}
}

func (p *PBX) serveEvents(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.closed || p.linkCut {
			p.mu.Unlock()
			reset(conn)
			continue
		}
		r := &reader{conn: conn, wake: make(chan struct{}, 1)}
		p.readers[r] = struct{}{}
		p.noteChange()
		p.mu.Unlock()
		p.start(r.write)
		p.start(func() { p.listenTo(r) })
	}
}

// listenTo notes what the other side writes: the manual lets nobody write on 25000, so a byte is a fault to be seen.
func (p *PBX) listenTo(r *reader) {
	buf := make([]byte, 512)
	for {
		n, err := r.conn.Read(buf)
		if n > 0 {
			p.mu.Lock()
			p.record(Request{Road: "events", Function: "write", Query: string(buf[:n]), Faults: []string{"the event socket is for reading"}})
			p.mu.Unlock()
		}
		if err != nil {
			break
		}
	}
	r.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.readers, r)
	p.noteChange()
}

// write sends what is pending until the connection ends.
func (r *reader) write() {
	for range r.wake {
		r.mu.Lock()
		out, over := r.pending, r.over
		r.pending = nil
		r.mu.Unlock()
		if len(out) > 0 {
			if _, err := r.conn.Write(out); err != nil {
				over = true
			}
		}
		if over {
			_ = r.conn.Close()
			return
		}
	}
}

func (r *reader) send(b []byte) {
	r.mu.Lock()
	r.pending = append(r.pending, b...)
	r.mu.Unlock()
	r.nudge()
}

// end closes the connection and lets write return.
func (r *reader) end() {
	r.mu.Lock()
	r.over = true
	r.mu.Unlock()
	_ = r.conn.Close()
	r.nudge()
}

func (r *reader) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// emit writes one event line to every reader: each field in angle brackets, no escaping, as the manual's examples in
// 1.2.1 show. The caller holds p.mu.
func (p *PBX) emit(fields ...string) {
	line := "<" + strings.Join(fields, "><") + ">"
	if p.opts.LineEnd != NoEnd {
		line += p.opts.LineEnd
	}
	p.broadcast(p.encode(line))
}

func (p *PBX) broadcast(b []byte) {
	if p.muted {
		return
	}
	for r := range p.readers {
		r.send(b)
	}
}

// WriteRaw writes these bytes as they are to every reader of the event socket: half lines, garbage, other encodings.
func (p *PBX) WriteRaw(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broadcast(b)
}

// Mute lets every line of the event socket be lost while it is on, with the connections standing.
func (p *PBX) Mute(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = on
}

// CutLink drops every connection to the event socket and resets new ones, until RestoreLink. Calls go on meanwhile.
func (p *PBX) CutLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkCut = true
	for r := range p.readers {
		r.end()
	}
	p.noteChange()
}

// RestoreLink lets the event socket be read again. Lines of the time in between are lost, as on a real socket.
func (p *PBX) RestoreLink() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.linkCut = false
	p.noteChange()
}

// reset closes a connection the way a refusing host does, without an orderly end.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// track counts a connection of the command socket among those that Close ends. It answers false once the system is closed.
func (p *PBX) track(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_ = c.Close()
		return false
	}
	p.conns[c] = struct{}{}
	return true
}

func (p *PBX) untrack(c io.Closer) {
	_ = c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	if conn, ok := c.(net.Conn); ok {
		delete(p.conns, conn)
	}
}
