package localapi

import (
	"net"
	"sync"
	"syscall"
	"time"

	"ctiagent/localapi/protocol"
)

const (
	// closePatience is how long a caller has to take what was sent before its
	// connection closes.
	closePatience = 5 * time.Second
	// lingering is how long we still listen after the last word, so that the
	// system does not throw that word away over unread input.
	lingering = time.Second
	// keptBuffer is the largest buffer that is used again.
	keptBuffer = 256 << 10
)

// outbox is the only way out of a connection. What is put into it leaves in
// order, whole, and as much at a time as has gathered; nobody who puts waits
// for the reader. A goroutine exists only while a reader is slow.
type outbox struct {
	conn    net.Conn
	lines   bool // the program door's form: a message a line
	limit   int  // bytes that may wait
	buffers *sync.Pool
	spawn   func(func()) bool
	try     *trier

	mu      sync.Mutex
	pending []byte
	busy    bool // somebody is writing
	ended   bool // nothing more is taken in
}

func newOutbox(s *Server, c net.Conn, lines bool) *outbox {
	return &outbox{conn: c, lines: lines, limit: s.opt.Limits.PendingBytes, buffers: &s.buffers, spawn: s.goTracked, try: newTrier(c)}
}

// send puts one message in and starts writing.
func (o *outbox) send(message []byte) {
	o.mu.Lock()
	if o.room(len(message)) {
		if o.lines {
			o.pending = append(append(o.pending, message...), '\n')
		} else {
			o.pending = protocol.AppendText(o.pending, message)
		}
	}
	o.mu.Unlock()
	o.flush()
}

// put takes in messages in the connection's own form, without writing yet.
func (o *outbox) put(frames []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.room(len(frames)) {
		o.pending = append(o.pending, frames...)
	}
}

// pong answers a ping.
func (o *outbox) pong(payload string) {
	o.mu.Lock()
	if o.room(len(payload)) {
		o.pending = protocol.AppendPong(o.pending, []byte(payload))
	}
	o.mu.Unlock()
	o.flush()
}

// room makes room for n bytes; with the mutex held. A reader that has left too
// much unread loses what waits and is told to come back.
func (o *outbox) room(n int) bool {
	if o.ended {
		return false
	}
	if len(o.pending) > 0 && len(o.pending)+n > o.limit {
		o.pending = o.pending[:0]
		o.end(protocol.CloseTooSlow)
		return false
	}
	if o.pending == nil {
		if b, ok := o.buffers.Get().(*[]byte); ok {
			o.pending = (*b)[:0]
		}
	}
	return true
}

// end puts the last word in; with the mutex held.
func (o *outbox) end(why protocol.CloseCode) {
	o.ended = true
	if !o.lines {
		o.pending = protocol.AppendClose(o.pending, why, why.Reason())
	}
	// Writers that wait now fail in time; an error means that it is closed.
	_ = o.conn.SetDeadline(time.Now().Add(closePatience))
}

// close ends the connection once everything in the outbox is written. The one
// who reads from the connection closes it.
func (o *outbox) close(why protocol.CloseCode) {
	o.mu.Lock()
	if o.ended {
		o.mu.Unlock()
		return
	}
	o.end(why)
	idle := len(o.pending) == 0 && !o.busy
	o.mu.Unlock()
	if idle {
		o.finish()
		return
	}
	o.flush()
}

// over says whether the connection takes nothing in any more.
func (o *outbox) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ended
}

// flush writes what waits, as far as the system takes it at once, and leaves
// the rest to a goroutine.
func (o *outbox) flush() {
	o.mu.Lock()
	if o.busy || len(o.pending) == 0 {
		o.mu.Unlock()
		return
	}
	o.busy = true
	for {
		batch := o.pending
		o.pending = nil
		o.mu.Unlock()
		n, err := o.try.write(batch)
		if err != nil {
			o.fail()
			return
		}
		if n < len(batch) {
			if !o.spawn(func() { o.drain(batch, n) }) {
				o.drain(batch, n) // closing: the deadline is set
			}
			return
		}
		if o.next(batch) {
			return
		}
	}
}

// drain writes the rest of a batch and whatever has gathered since, waiting
// for the reader.
func (o *outbox) drain(batch []byte, from int) {
	for {
		if _, err := o.conn.Write(batch[from:]); err != nil {
			o.fail()
			return
		}
		if o.next(batch) {
			return
		}
		batch, from = o.pending, 0
		o.pending = nil
		o.mu.Unlock()
	}
}

// next gives a written batch's memory back. It answers true when the work is
// done; else it leaves the mutex held.
func (o *outbox) next(batch []byte) (done bool) {
	if cap(batch) <= keptBuffer {
		o.buffers.Put(&batch)
	}
	o.mu.Lock()
	if len(o.pending) > 0 {
		return false
	}
	o.busy = false
	ended := o.ended
	o.mu.Unlock()
	if ended {
		o.finish()
	}
	return true
}

// finish says that nothing follows. The reading side gives the caller a moment
// to go, and closes.
func (o *outbox) finish() {
	if half, ok := o.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		_ = o.conn.SetReadDeadline(time.Now().Add(lingering))
		return
	}
	o.conn.Close()
}

func (o *outbox) fail() {
	o.mu.Lock()
	o.ended, o.busy, o.pending = true, false, nil
	o.mu.Unlock()
	o.conn.Close()
}

// trier writes without waiting, where the system can.
type trier struct {
	raw     syscall.RawConn
	attempt func(fd uintptr) bool
	batch   []byte
	n       int
	err     error
}
