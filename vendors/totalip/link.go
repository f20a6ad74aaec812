package totalip

import (
	"net"
	"time"

	"ctiagent/cti"
)

const (
	steadyAfter = 10 * time.Second // a link that held this long starts again with the first retry
	readSize    = 16 << 10
)

// connect begins one attempt: the event socket first, the snapshot second, so that no line between the two is lost.
func (w *watch) connect() {
	w.gen++
	w.split, w.early, w.live = splitter{}, nil, false
	w.spawn(func() {
		d := net.Dialer{Timeout: 5 * time.Second, KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}}
		conn, err := d.DialContext(w.ctx, "tcp", w.s.opts.events)
		if !w.post(dialed{conn, err}) && conn != nil {
			_ = conn.Close()
		}
	})
}

func (w *watch) connected(m dialed) {
	w.down = detail{}
	if m.err != nil {
		w.down = eventsUnreachable()
		w.s.log.Debug("event socket", "error", m.err)
	} else {
		w.conn = m.conn
		gen, conn := w.gen, m.conn
		w.spawn(func() { w.follow(gen, conn) })
	}
	switch {
	case w.ext == "":
		w.snapshot(nil)
		w.settle(noExtension())
	case w.keyRefused:
		w.snapshot(nil)
		w.settle(keyDetail())
	default:
		w.ask(forSnapshot)
	}
}

// follow reads the event socket. It never writes there: manual 002, 1.2 gives 25000 for reading.
func (w *watch) follow(gen int, conn net.Conn) {
	buf := make([]byte, readSize)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			taken := make(chan struct{})
			if !w.post(chunk{gen, buf[:n], taken}) {
				return
			}
			<-taken
		}
		if err != nil {
			w.post(lost{gen, err})
			return
		}
	}
}

func (w *watch) dropConn() {
	if w.conn != nil {
		_ = w.conn.Close()
		w.conn = nil
	}
	w.cancel(dueFlush)
	w.cancel(dueLook)
}

// disconnected is the end of an event connection. While a snapshot is under way its answer decides what comes next.
func (w *watch) disconnected(err error) {
	w.s.log.Debug("event socket", "error", err)
	w.dropConn()
	wasLive := w.live
	w.live = false
	w.down = eventsClosed()
	w.say(cti.LinkDegraded, w.down)
	if wasLive {
		if w.now().Sub(w.liveSince) >= steadyAfter {
			w.pauses.Reset()
		}
		w.retry()
	}
}

func (w *watch) retry() { w.after(dueRetry, w.pauses.NextBackOff()) }
