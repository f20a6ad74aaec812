package mailing

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// mostLine bounds a line, in bytes. The longest line that can be sent has a tenth of it, in UTF-16.
const mostLine = 64 << 10

// Encoding is how a file writes its letters.
type Encoding string

// The encodings that are read. ASCII is a file without an accent, which needs none of them.
const (
	ASCII       Encoding = "ascii"
	UTF8        Encoding = "utf-8"
	Windows1252 Encoding = "windows-1252" // and what Latin-1 has in common with it
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
)

// lines parts a file into its lines and reads their letters. What it holds does not grow with the file.
type lines struct {
	in       *bufio.Reader
	mark     []byte   // the byte order mark, as it stands
	encoding Encoding // as far as it is known
	marked   bool     // the mark has told the encoding
	since    int64    // the line that told the encoding, 0 for the mark
	number   int64    // of the last line
	raw      []byte
	begun    bool
}

func newLines(r io.Reader) *lines {
	return &lines{in: bufio.NewReaderSize(r, 64<<10), encoding: ASCII}
}

// begin reads the byte order mark.
func (l *lines) begin() error {
	l.begun = true
	head, err := l.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for _, m := range []struct {
		mark     string
		encoding Encoding
	}{{"\xef\xbb\xbf", UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if bytes.HasPrefix(head, []byte(m.mark)) {
			l.mark, l.encoding, l.marked = []byte(m.mark), m.encoding, true
			_, err := l.in.Discard(len(m.mark))
			return err
		}
	}
	return nil
}

// next is the next line without its end, in UTF-8 and good until the next call. It answers io.EOF behind the last one, a
// *FileError for what is no list, or the error of reading.
func (l *lines) next() ([]byte, error) {
	if !l.begun {
		if err := l.begin(); err != nil {
			return nil, err
		}
	}
	wide := l.encoding == UTF16LE || l.encoding == UTF16BE
	l.number++
	if err := l.collect(wide); err != nil {
		return nil, err
	}
	text := l.narrow
	if wide {
		text = l.wide
	}
	line, err := text()
	if err != nil {
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}

// collect reads the bytes of a line into raw.
func (l *lines) collect(wide bool) error {
	l.raw = l.raw[:0]
	for {
		part, err := l.in.ReadSlice('\n')
		l.raw = append(l.raw, part...)
		switch {
		case len(l.raw) > mostLine:
			return l.fail(fileLong, 1, 0)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			if len(l.raw) == 0 {
				return io.EOF
			}
			return nil
		case err != nil:
			return err
		case !wide:
			return nil
		}
		if done, err := l.widen(); done || err != nil {
			return err
		}
	}
}

// widen tells whether the byte that looks like the end of a line is one in UTF-16, and reads its other half.
func (l *lines) widen() (bool, error) {
	if l.encoding == UTF16BE {
		n := len(l.raw)
		return n%2 == 0 && l.raw[n-2] == 0, nil
	}
	if len(l.raw)%2 == 0 {
		return false, nil
	}
	b, err := l.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return true, nil // wide refuses half a letter
	}
	l.raw = append(l.raw, b)
	return b == 0, err
}

// narrow reads a line of one byte a letter, or of UTF-8. Which it is shows where the first accent stands, and every other
// line must agree.
func (l *lines) narrow() ([]byte, error) {
	if at := bytes.IndexByte(l.raw, 0); at >= 0 {
		return nil, l.fail(fileBinary, at+1, 0)
	}
	at := 0
	for at < len(l.raw) && l.raw[at] < utf8.RuneSelf {
		at++
	}
	if at == len(l.raw) {
		return l.raw, nil
	}
	its, column := UTF8, at+1
	if !utf8.Valid(l.raw[at:]) {
		valid := 0
		if valid, column = letters(l.raw); valid > 0 {
			return nil, l.fail(fileMixedLine, column, 0)
		}
		its = Windows1252
	}
	switch {
	case l.encoding == ASCII:
		l.encoding, l.since = its, l.number
	case its != l.encoding:
		return nil, l.fail(fileMixed, column, l.since)
	}
	if its == UTF8 {
		return l.raw, nil
	}
	return charmap.Windows1252.NewDecoder().Bytes(l.raw)
}

// letters counts the letters beyond ASCII that are UTF-8, in text with bytes that are not, and tells where the first of
// either stands that the other kind came before, or the first at all. Columns count from 1.
func letters(raw []byte) (valid, column int) {
	at, broken, mixed := 0, 0, false
	for b := raw; len(b) > 0; {
		at++
		if b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			broken++
		} else {
			valid++
		}
		if both := valid > 0 && broken > 0; column == 0 || both && !mixed {
			column, mixed = at, both
		}
		b = b[size:]
	}
	return valid, column
}

// wide reads a line of UTF-16.
func (l *lines) wide() ([]byte, error) {
	unit := func(i int) rune { return rune(l.raw[i])<<8 | rune(l.raw[i+1]) }
	if l.encoding == UTF16LE {
		unit = func(i int) rune { return rune(l.raw[i+1])<<8 | rune(l.raw[i]) }
	}
	var b []byte
	column := 0
	for i := 0; i < len(l.raw); i += 2 {
		column++
		if i+1 == len(l.raw) {
			return nil, l.fail(fileBroken, column, 0)
		}
		r := unit(i)
		if utf16.IsSurrogate(r) {
			second := rune(0)
			if i+3 < len(l.raw) {
				second = unit(i + 2)
			}
			if r = utf16.DecodeRune(r, second); r == utf8.RuneError {
				return nil, l.fail(fileBroken, column, 0)
			}
			i += 2
		}
		if r == 0 {
			return nil, l.fail(fileBinary, column, 0)
		}
		b = utf8.AppendRune(b, r)
	}
	return b, nil
}

func (l *lines) fail(rule fileRule, column int, since int64) *FileError {
	return &FileError{Line: l.number, Column: column, rule: rule, since: since, encoding: l.encoding}
}
