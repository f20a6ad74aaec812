package wire

import (
	"errors"
	"net"
	"os"
	"time"
)

// stands says whether the other side has neither closed an idle connection nor said anything on it. The system offers
// no look that does not wait, so it waits for a millisecond.
func stands(c net.Conn) bool {
	if c.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return false
	}
	var b [1]byte
	_, err := c.Read(b[:])
	return errors.Is(err, os.ErrDeadlineExceeded)
}
