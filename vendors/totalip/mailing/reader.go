package mailing

import (
	"io"
	"strings"
)

// Reader reads a file line by line and checks each. What it holds does not grow with the file; it belongs to one goroutine.
type Reader struct {
	lines *lines
	check Check
}

// NewReader reads r and holds its lines to check.
func NewReader(r io.Reader, check Check) *Reader {
	return &Reader{newLines(r), check}
}

// Next is the next line that is not blank. It answers io.EOF behind the last, a *FileError where the file is no list, and
// the error of reading as it is.
func (r *Reader) Next() (Line, error) {
	for {
		text, err := r.lines.next()
		if err != nil {
			return Line{}, err
		}
		if strings.Trim(text, blanks) == "" {
			continue
		}
		contact, problems := r.check.judge(r.lines.number, text)
		return Line{Number: r.lines.number, Raw: r.lines.raw, Contact: contact, Problems: problems}, nil
	}
}

// Encoding is how the file writes its letters, as far as it has been read.
func (r *Reader) Encoding() Encoding { return r.lines.encoding }

// Mark is the byte order mark the file begins with, if it has one; known once the first line is read.
func (r *Reader) Mark() []byte { return r.lines.mark }
