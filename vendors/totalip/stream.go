package totalip

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// longestRow bounds one row of a long list, in bytes.
const longestRow = 64 << 10

// errRowLength is a row that no system writes.
var errRowLength = errors.New("a row is longer than 64 KiB")

// begin opens a long answer and looks at its first bytes: a fixed answer or a web page is an error here, before any piece.
func (s *session) begin(ctx context.Context, op, folder, function string, params url.Values, is func(head []byte) bool) (*wire.Download, *bufio.Reader, error) {
	d, err := s.web.open(ctx, op, folder, function, params)
	if err != nil {
		return nil, nil, err
	}
	in := bufio.NewReaderSize(d, longestRow)
	head, err := firstBytes(in)
	if (err == nil || errors.Is(err, io.EOF)) && len(head) > 0 && is(head) {
		return d, in, nil
	}
	defer func() { _ = d.Close() }()          // it was only read
	if err == nil || errors.Is(err, io.EOF) { // whole and short: words
		rest, readErr := io.ReadAll(io.LimitReader(in, longestAnswer+1))
		if readErr == nil {
			return nil, nil, s.words(op, strings.TrimSpace(s.fails.Redact(wire.Text(rest))))
		}
		err = readErr
	}
	return nil, nil, s.fails.Transport(op, "the system", err)
}

// blank is what may stand before an answer: blanks, line ends and a byte order mark.
const blank = "\r\n\t \xef\xbb\xbf"

// firstBytes waits for the first bytes that say anything, without taking them.
func firstBytes(in *bufio.Reader) ([]byte, error) {
	for n := len(riff); ; n++ {
		head, err := in.Peek(n)
		for len(head) > 0 && strings.IndexByte(blank, head[0]) >= 0 {
			head = head[1:]
		}
		if len(head) >= len(riff) || err != nil || n >= longestAnswer {
			return head, err
		}
	}
}

// words is the error of an answer that should have been something else than words.
func (s *session) words(op, text string) error {
	if looksLikeHTML(text) {
		return s.fails.page(op)
	}
	if err := s.fails.rows(op, text); err != nil {
		return err
	}
	return s.fails.Strange(op, text)
}

// rowsOf reads a function that answers one row a line, however many there are, and hands each to read. A row of another form
// ends the stream with an error: what comes after it could be taken for all of it.
func rowsOf[T any](s *session, ctx context.Context, op, function string, params url.Values, read func([]string) (T, bool)) (cti.Stream[T], error) {
	d, in, err := s.begin(ctx, op, telephony, function, params, func(head []byte) bool { return head[0] == ';' || head[0] >= '0' && head[0] <= '9' })
	if err != nil {
		return nil, err
	}
	return func(yield func(T, error) bool) {
		defer func() { _ = d.Close() }() // it was only read
		var none T
		for {
			line, err := in.ReadSlice('\n')
			if errors.Is(err, bufio.ErrBufferFull) {
				yield(none, s.notUnderstood(op, function, errRowLength))
				return
			}
			if text := strings.TrimSpace(s.fails.Redact(wire.Text(line))); text != "" {
				f := strings.Split(text, ";")
				for i := range f {
					f[i] = strings.TrimSpace(f[i])
				}
				row, ok := read(f)
				switch {
				case err != nil && !errors.Is(err, io.EOF): // half a row
				case !ok:
					yield(none, s.notUnderstood(op, function, errRow))
					return
				case !yield(row, nil):
					return
				}
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(none, s.fails.Transport(op, "the system", err))
				return
			}
		}
	}, nil
}
