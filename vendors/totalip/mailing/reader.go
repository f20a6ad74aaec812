package mailing

import (
	"io"
	"runtime"
	"sync"
)

const (
	blockLines = 1024      // that are checked together
	blockBytes = 256 << 10 // of them, so that long lines fill no memory
	mostHands  = 4         // that check at a time
)

// Reader reads a file line by line and checks each, a block of lines on all processors at once. What it holds does not grow
// with the file; it belongs to one goroutine.
type Reader struct {
	lines *lines
	hands []checker
	raw   []byte // of the block
	block []read
	next  int   // in the block
	err   error // behind it
}

// read is one line of a block.
type read struct {
	number   int64
	from, to int // in raw
	text     string
	contact  Contact
	problems []Problem
}

// NewReader reads r and holds its lines to check.
func NewReader(r io.Reader, check Check) *Reader {
	hands := make([]checker, min(runtime.GOMAXPROCS(0), mostHands))
	for i := range hands {
		hands[i].Check = check
	}
	return &Reader{lines: newLines(r), hands: hands}
}

// Next is the next line that is not blank. It answers io.EOF behind the last, a *FileError where the file is no list, and
// the error of reading as it is.
func (r *Reader) Next() (Line, error) {
	if r.next == len(r.block) {
		if r.err == nil {
			r.fill()
		}
		if r.next == len(r.block) {
			return Line{}, r.err
		}
	}
	l := &r.block[r.next]
	r.next++
	return Line{Number: l.number, Raw: r.raw[l.from:l.to], Contact: l.contact, Problems: l.problems}, nil
}

// fill reads the next block and checks it.
func (r *Reader) fill() {
	r.raw, r.block, r.next = r.raw[:0], r.block[:0], 0
	for len(r.block) < blockLines && len(r.raw) < blockBytes && r.err == nil {
		var text string
		if text, r.err = r.lines.next(); r.err != nil || trimLeft(text) == "" {
			continue
		}
		from := len(r.raw)
		r.raw = append(r.raw, r.lines.raw...)
		r.block = append(r.block, read{number: r.lines.number, from: from, to: len(r.raw), text: text})
	}
	var wg sync.WaitGroup
	share := (len(r.block) + len(r.hands) - 1) / len(r.hands)
	for i := range r.hands {
		part := r.block[min(i*share, len(r.block)):min((i+1)*share, len(r.block))]
		if i == len(r.hands)-1 || len(part) < share {
			r.hands[i].all(part)
			break
		}
		wg.Go(func() { r.hands[i].all(part) })
	}
	wg.Wait()
}

// all judges lines.
func (k *checker) all(lines []read) {
	k.numbers = k.numbers[:0]
	for i := range lines {
		l := &lines[i]
		l.contact, l.problems = k.judge(l.number, l.text)
	}
}

// Encoding is how the file writes its letters, as far as it has been read.
func (r *Reader) Encoding() Encoding { return r.lines.encoding }

// Mark is the byte order mark the file begins with, if it has one; known once the first line is read.
func (r *Reader) Mark() []byte { return r.lines.mark }
