package localapi

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"

	"ctiagent/cti"
	"ctiagent/internal/peer"
	"ctiagent/localapi/protocol"
)

// servePrograms answers at one path of the program door.
func (s *Server) servePrograms(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			if s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return nil
			}
			return fmt.Errorf("program door: %w", err)
		}
		if !s.goTracked(func() { s.serveProgram(c) }) {
			c.Close()
		}
	}
}

// serveProgram speaks with one program, a message a line, both ways.
func (s *Server) serveProgram(nc net.Conn) {
	defer nc.Close()
	u, err := peer.OfSocket(nc)
	if err != nil {
		s.opt.Log.Warn("program refused", "error", err)
		return
	}
	if !s.opt.SharedSockets {
		if self, err := peer.Self(); err != nil || self.ID != u.ID {
			s.opt.Log.Warn("program refused", "why", "it belongs to another user", "person", u.Name)
			return
		}
	}
	c := s.newConn(cti.Person{ID: u.ID, Name: u.Name}, "")
	c.out = newOutgoing(s, nc, true)
	c.admin = u.Admin
	c.pace = newPace(s.opt.Limits)
	c.grant(c.personScopes())
	defer c.end()
	// Every user of a shared socket has a share of its own.
	share := "program of " + u.ID
	if !s.counts.enter(share, true) {
		c.answerError(nil, c.wireError("", &cti.Error{Kind: cti.RateLimited, Text: "too many connections", Retryable: true}))
		c.out.close(protocol.CloseTooMany)
		return
	}
	defer s.counts.leave(share, true)
	if !s.add(c) {
		return
	}
	defer s.remove(c)
	limit := s.opt.Limits.MessageBytes
	lines := bufio.NewScanner(nc)
	lines.Buffer(make([]byte, 0, 1024), limit+1)
	for lines.Scan() {
		if c.out.over() {
			continue
		}
		if len(lines.Bytes()) > 0 {
			c.receive(append([]byte(nil), lines.Bytes()...))
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		c.answerError(nil, c.wireError("", tooBig(limit)))
		c.out.close(protocol.CloseTooBig)
		_, _ = io.Copy(io.Discard, nc) // until the program goes, or the deadline
	}
}
