package chaos

import (
	"math/rand/v2"
	"net"
	"slices"
	"time"
)

// way is one direction of one connection.
type way struct {
	p        *Proxy
	c        *connection
	to, from net.Conn
	dice     *rand.Rand
	faults   []Fault
	due      int // bytes until the next fault
}

// hand hands bytes on, with what happens to them; false ends the connection.
func (w *way) hand(b []byte) bool {
	for len(b) > 0 {
		if len(w.faults) == 0 || w.p.whole.Err() != nil || w.due >= len(b) {
			w.due -= len(b)
			return w.write(b)
		}
		before := max(w.due, 0)
		if before > 0 && !w.write(b[:before]) {
			return false
		}
		b = b[before:]
		w.due = 1 + distance(w.dice)
		fault := w.faults[w.dice.IntN(len(w.faults))]
		taken, ok := w.happen(fault, b)
		if !ok {
			return false
		}
		w.due = max(w.due-taken, 0)
		b = b[taken:]
	}
	return true
}

func (w *way) write(b []byte) bool {
	_, err := w.to.Write(b)
	return err == nil
}

// happen does a fault to the first bytes of b and answers how many of them it has handed on.
func (w *way) happen(f Fault, b []byte) (taken int, ok bool) {
	if lies := f == Stall || f == Corrupt || f == Duplicate; !w.note(f, lies) {
		return 0, true
	}
	switch f {
	case Split:
		n := min(len(b), 1+w.dice.IntN(16))
		for i := range n {
			if !w.write(b[i:i+1]) || w.dice.IntN(4) == 0 && !w.wait(time.Duration(w.dice.Int64N(int64(brief)))) {
				return i, false
			}
		}
		return n, true
	case Merge:
		return len(b), w.merge(b)
	case Delay:
		return 0, w.wait(time.Duration(w.dice.Int64N(int64(brief))))
	case Cut:
		if w.dice.IntN(2) == 0 {
			reset(w.c.client)
			reset(w.c.server)
		}
		return 0, false
	case Stall:
		<-w.p.whole.Done() // and Heal cuts it
		return 0, false
	case Corrupt:
		return 1, w.write([]byte{b[0] ^ 1<<w.dice.IntN(8)})
	case Duplicate:
		n := min(len(b), 1+w.dice.IntN(400))
		return n, w.write(slices.Concat(b[:n], b[:n]))
	}
	return 0, true
}

// wait lets a moment go by; false when the proxy is closed meanwhile.
func (w *way) wait(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.p.whole.Done():
	}
	return w.p.over.Err() == nil
}

// merge holds bytes back until more come, or none do for a moment.
func (w *way) merge(b []byte) bool {
	held := slices.Clone(b)
	more := make([]byte, longest)
	_ = w.from.SetReadDeadline(time.Now().Add(brief)) // without one, bytes are held until more come
	n, _ := w.from.Read(more)                         // what ends the connection is met again
	_ = w.from.SetReadDeadline(time.Time{})
	return w.write(append(held, more[:n]...))
}

// note counts a fault, and with lies marks the connection as one that cannot be trusted any more; false when the network has
// become whole meanwhile.
func (w *way) note(f Fault, lies bool) bool {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if w.p.whole.Err() != nil {
		return false
	}
	w.p.counts[f]++
	w.c.spoilt = w.c.spoilt || lies
	return true
}
