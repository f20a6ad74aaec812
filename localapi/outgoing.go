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
	closePatience = 10 * time.Second
	// lingering is how long we still listen after the last word, so that the
	// system does not throw that word away over unread input.
	lingering = time.Second
	// chunkBytes is how much is written at a time. What waits is a list of
	// chunks: one growing piece of memory would be copied again and again.
	chunkBytes = 32 << 10
	// keptBuffer is the largest buffer a hub keeps.
	keptBuffer = 256 << 10
)

// outgoing is the only way out of a connection. What is put into it leaves in
// order, whole, and as much at a time as has gathered; nobody who puts waits
// for the reader. A goroutine exists only while a reader is slow.
type outgoing struct {
	conn   net.Conn
	lines  bool // the program door's form: a message a line
	limit  int  // bytes that may wait
	chunks *sync.Pool
	spawn  func(func()) bool
	try    *trier

	mu      sync.Mutex
	pending []*[]byte
	waiting int  // bytes in pending
	busy    bool // somebody is writing
	ended   bool // nothing more is taken in
	spare   []*[]byte
}

func newOutgoing(s *Server, c net.Conn, lines bool) *outgoing {
	return &outgoing{conn: c, lines: lines, limit: s.opt.Limits.PendingBytes, chunks: &s.chunks, spawn: s.goTracked, try: newTrier(c)}
}

// send puts one message in and starts writing.
func (o *outgoing) send(message []byte) {
	const head = 10 // the longest head of a frame; a line's end is shorter
	o.mu.Lock()
	if o.room(len(message)) {
		b := o.space(len(message) + head)
		before := len(*b)
		if o.lines {
			*b = append(append(*b, message...), '\n')
		} else {
			*b = protocol.AppendText(*b, message)
		}
		o.waiting += len(*b) - before
	}
	o.mu.Unlock()
	o.flush()
}

// put takes in messages in the connection's own form, without writing yet.
func (o *outgoing) put(frames []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.room(len(frames)) {
		b := o.space(len(frames))
		*b = append(*b, frames...)
		o.waiting += len(frames)
	}
}

// pong answers a ping.
func (o *outgoing) pong(payload string) {
	o.mu.Lock()
	if o.room(len(payload)) {
		b := o.space(len(payload) + 2)
		*b = protocol.AppendPong(*b, []byte(payload))
		o.waiting += len(payload) + 2
	}
	o.mu.Unlock()
	o.flush()
}

// room says whether n bytes may be taken in; with the mutex held. A reader
// that has left too much unread loses what waits and is told to come back.
func (o *outgoing) room(n int) bool {
	if o.ended {
		return false
	}
	if o.waiting > 0 && o.waiting+n > o.limit {
		o.giveBack(o.pending)
		o.pending, o.waiting = nil, 0
		o.end(protocol.CloseTooSlow)
		return false
	}
	return true
}

// space is a chunk in which n more bytes fit; with the mutex held.
func (o *outgoing) space(n int) *[]byte {
	if last := len(o.pending) - 1; last >= 0 && cap(*o.pending[last])-len(*o.pending[last]) >= n {
		return o.pending[last]
	}
	b, ok := o.chunks.Get().(*[]byte)
	if !ok || n > chunkBytes {
		fresh := make([]byte, 0, max(n, chunkBytes))
		b = &fresh
	}
	o.pending = append(o.pending, b)
	return b
}

// giveBack keeps chunks of the usual size for others.
func (o *outgoing) giveBack(chunks []*[]byte) {
	for i, b := range chunks {
		if cap(*b) == chunkBytes {
			*b = (*b)[:0]
			o.chunks.Put(b)
		}
		chunks[i] = nil
	}
}

// end puts the last word in; with the mutex held.
func (o *outgoing) end(why protocol.CloseCode) {
	o.ended = true
	if !o.lines {
		b := o.space(2 + 125)
		*b = protocol.AppendClose(*b, why, why.Reason())
	}
	// Writers that wait now fail in time; an error means that it is closed.
	_ = o.conn.SetDeadline(time.Now().Add(closePatience))
}

// close ends the connection once everything that waits is written. The one
// who reads from the connection closes it.
func (o *outgoing) close(why protocol.CloseCode) {
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
func (o *outgoing) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ended
}

// flush writes what waits, as far as the system takes it at once, and leaves
// the rest to a goroutine.
func (o *outgoing) flush() {
	o.mu.Lock()
	if o.busy || len(o.pending) == 0 {
		o.mu.Unlock()
		return
	}
	o.busy = true
	for batch := o.take(); ; batch = o.take() {
		for i, b := range batch {
			n, err := o.try.write(*b)
			if err != nil {
				o.fail()
				return
			}
			if n == len(*b) {
				continue
			}
			rest := func() { o.drain(batch[i:], n) }
			if !o.spawn(rest) {
				rest() // closing: the deadline is set
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
func (o *outgoing) drain(batch []*[]byte, from int) {
	for ; ; batch = o.take() {
		for _, b := range batch {
			if _, err := o.conn.Write((*b)[from:]); err != nil {
				o.fail()
				return
			}
			from = 0
		}
		if o.next(batch) {
			return
		}
	}
}

// take hands out what waits, to be written. It is called with the mutex
// held and leaves it free.
func (o *outgoing) take() []*[]byte {
	batch := o.pending
	o.pending, o.waiting = o.spare, 0
	o.spare = nil
	o.mu.Unlock()
	return batch
}

// next gives a written batch's memory back. It answers true when the work is
// done; else it leaves the mutex held.
func (o *outgoing) next(batch []*[]byte) (done bool) {
	o.giveBack(batch)
	o.mu.Lock()
	if len(o.pending) > 0 {
		o.spare = batch[:0]
		return false
	}
	if o.pending = nil; cap(batch) <= 4 {
		o.pending = batch[:0] // small, and nearly always enough
	}
	o.spare, o.busy = nil, false
	ended := o.ended
	o.mu.Unlock()
	if ended {
		o.finish()
	}
	return true
}

// finish says that nothing follows. The reading side gives the caller a moment
// to go, and closes.
func (o *outgoing) finish() {
	if half, ok := o.conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		_ = o.conn.SetReadDeadline(time.Now().Add(lingering))
		return
	}
	o.conn.Close()
}

func (o *outgoing) fail() {
	o.mu.Lock()
	o.ended, o.busy, o.pending, o.waiting = true, false, nil, 0
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
