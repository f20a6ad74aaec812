package mailing

import (
	"errors"
	"io"
	"iter"
	"runtime"
	"sync"
)

const (
	blockLines = 1024      // that are checked together
	blockBytes = 256 << 10 // of them, so that long lines fill no memory
	mostHands  = 4         // that check at a time
)

// Reader reads a file line by line and checks each, a block of lines on all processors at once and one block ahead. What it
// holds does not grow with the file; it belongs to one goroutine.
type Reader struct {
	lines  *lines
	behind int64
	now    *block
	next   int         // in now
	ahead  chan *block // nil before the first block
	spare  *block
}

// block is lines that are checked together.
type block struct {
	hands    []checker
	raw      []byte // as they stand in the file
	text     []byte
	lines    []read
	encoding Encoding // as far as this block
	err      error    // behind it
}

// read is one line of a block.
type read struct {
	number   int64
	raw      span
	text     span
	contact  Contact
	problems []Problem
}

// span is a part of a block's bytes.
type span struct{ from, to int }

// NewReader reads r and holds its lines to check.
func NewReader(r io.Reader, check Check) *Reader {
	return &Reader{lines: newLines(r), now: newBlock(check), spare: newBlock(check)}
}

// Behind leaves the lines up to a number out, unchecked. It is called before anything is read.
func (r *Reader) Behind(line int64) *Reader {
	r.behind = line
	return r
}

func newBlock(check Check) *block {
	b := &block{hands: make([]checker, min(runtime.GOMAXPROCS(0), mostHands))}
	for i := range b.hands {
		b.hands[i].Check = check
	}
	return b
}

// Next is the next line that is not blank. It answers io.EOF behind the last, a *FileError where the file is no list, and
// the error of reading as it is.
func (r *Reader) Next() (Line, error) {
	for r.next == len(r.now.lines) {
		if r.now.err != nil {
			return Line{}, r.now.err
		}
		r.turn()
	}
	l := &r.now.lines[r.next]
	r.next++
	return Line{Number: l.number, Raw: r.now.raw[l.raw.from:l.raw.to], Contact: l.contact, Problems: l.problems}, nil
}

// turn goes on to the next block, and lets the one behind it be read meanwhile.
func (r *Reader) turn() {
	used := r.now
	if r.ahead == nil {
		r.now = r.spare
		r.now.fill(r.lines, r.behind)
		r.ahead = make(chan *block, 1) // a reader that is left behind holds nobody up
	} else {
		r.now = <-r.ahead
	}
	r.next = 0
	if r.now.err == nil {
		go func(to chan<- *block) {
			used.fill(r.lines, r.behind)
			to <- used
		}(r.ahead)
	}
}

// Contacts are the contacts one by one, without the lines that have a problem. The error is as of Next, without io.EOF.
func (r *Reader) Contacts() iter.Seq2[Part[Contact], error] {
	return func(yield func(Part[Contact], error) bool) {
		for {
			l, err := r.Next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(Part[Contact]{}, err)
				return
			case len(l.Problems) == 0 && !yield(Part[Contact]{l.Number, l.Number, 1, len(l.Contact.Numbers), l.Contact}, nil):
				return
			}
		}
	}
}

// fill reads the next lines behind a number and checks them.
func (b *block) fill(in *lines, behind int64) {
	b.raw, b.text, b.lines = b.raw[:0], b.text[:0], b.lines[:0]
	for len(b.lines) < blockLines && len(b.raw) < blockBytes && b.err == nil {
		var text []byte
		if text, b.err = in.next(); b.err != nil || in.number <= behind || isBlank(text) {
			continue
		}
		raw, words := len(b.raw), len(b.text)
		b.raw, b.text = append(b.raw, in.raw...), append(b.text, text...)
		b.lines = append(b.lines, read{number: in.number, raw: span{raw, len(b.raw)}, text: span{words, len(b.text)}})
	}
	b.encoding = in.encoding
	all := string(b.text)
	var wg sync.WaitGroup
	share := (len(b.lines) + len(b.hands) - 1) / len(b.hands)
	for i := range b.hands {
		part := b.lines[min(i*share, len(b.lines)):min((i+1)*share, len(b.lines))]
		if i == len(b.hands)-1 || len(part) < share {
			b.hands[i].all(part, all)
			break
		}
		wg.Go(func() { b.hands[i].all(part, all) })
	}
	wg.Wait()
}

// all judges lines, whose words are parts of a text.
func (k *checker) all(lines []read, text string) {
	k.numbers = k.numbers[:0]
	k.whole.Reset()
	if k.Plan != nil {
		k.whole.Grow(32 * len(lines))
	}
	for i := range lines {
		l := &lines[i]
		l.contact, l.problems = k.judge(l.number, text[l.text.from:l.text.to])
	}
}

// Encoding is how the file writes its letters, as far as it has been read.
func (r *Reader) Encoding() Encoding { return r.now.encoding }

// Mark is the byte order mark the file begins with, if it has one; known once the first line is read.
func (r *Reader) Mark() []byte { return r.lines.mark }
