package totalip

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// largestReply bounds what is read from the command socket; the longest answer the manual prints is a sentence.
const largestReply = 64 << 10

// commandSocket writes the commands of manual 002, 1.2.2: one connection, one command, one answer, then the system closes.
type commandSocket struct {
	address string
	dialer  net.Dialer
	fails   failures
}

func newCommandSocket(o options, fails failures) *commandSocket {
	return &commandSocket{address: o.commands, dialer: net.Dialer{Timeout: 5 * time.Second}, fails: fails}
}

// send writes one command and answers its reply. Fields that the socket's brackets cannot carry are refused before
// anything is sent.
func (c *commandSocket) send(ctx context.Context, op, command string, fields ...string) (string, error) {
	for _, f := range fields {
		if strings.ContainsFunc(f, func(r rune) bool { return r == '<' || r == '>' || r < ' ' || r == 0x7f }) {
			return "", c.fails.Make(cti.BadRequest, op, "a field of the command holds brackets or control characters", cti.NotSent, nil)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, wire.Timeout)
	defer cancel()
	conn, err := c.dialer.DialContext(ctx, "tcp", c.address)
	if err != nil {
		return "", c.fails.Transport(op, "the command socket", wire.NotSent{Err: err})
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	line := "<" + strings.Join(append([]string{command}, fields...), "><") + ">\r\n" // no line end is documented; telnet's is CR LF
	if _, err := io.WriteString(conn, line); err != nil {
		return "", c.fails.Transport(op, "the command socket", cause(ctx, err))
	}
	text, err := readReply(conn)
	text = strings.TrimSpace(c.fails.Redact(wire.Text([]byte(text))))
	if text == "" {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return "", c.fails.Transport(op, "the command socket", cause(ctx, err))
	}
	return text, nil
}

// readReply reads until the system closes, or until a line that says something has ended.
func readReply(r io.Reader) (string, error) {
	var text []byte
	buf := make([]byte, 1024)
	for len(text) < largestReply {
		n, err := r.Read(buf)
		text = append(text, buf[:n]...)
		said := strings.Trim(string(text), "\r\n\x00 ")
		if err != nil {
			return said, err
		}
		if said != "" && strings.ContainsAny(string(text[len(text)-1:]), "\r\n\x00") {
			return said, nil
		}
	}
	return string(text), nil
}

// cause says that the wish's own time ran out, where the socket only knows of a deadline.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return ctx.Err()
	}
	return err
}
