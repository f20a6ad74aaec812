package totalip

import (
	"bytes"
	"strings"

	"ctiagent/vendors/internal/wire"
)

// longestLine bounds one event line; what is longer is dropped up to the next line.
const longestLine = 8 << 10

// splitter cuts the event socket's bytes into lines. The manual names no line end: CR, LF and NUL end a line, and a
// known tag that follows the ">" of a whole line begins the next one.
type splitter struct {
	pending    []byte
	scanned    int  // how far pending was searched for a second line
	tried      int  // how many known tags inside pending turned out to be free text
	judged     int  // where the last of them stands
	terminated bool // a line end has been seen, so an unfinished line is waited for
	skipping   bool // an overlong line is being dropped
	skipped    byte // the last byte dropped
	dropped    int  // bytes dropped since the last call of takeDropped
}

// add takes bytes and calls each for every whole line among them.
func (p *splitter) add(b []byte, each func(string)) {
	for len(b) > 0 {
		end := bytes.IndexAny(b, "\r\n\x00")
		if end < 0 {
			p.keep(b, each)
			p.cutWhole(each)
			return
		}
		p.terminated = true
		p.keep(b[:end], each)
		p.finish(each)
		b = b[end+1:]
	}
}

// keep adds bytes to the unfinished line. When that becomes too long, it is dropped with all that follows up to the
// next line.
func (p *splitter) keep(b []byte, each func(string)) {
	for len(b) > 0 {
		if p.skipping {
			next := -1
			if !p.terminated { // no line end to wait for: the next known tag is where lines begin again
				next = p.nextLine(b)
			}
			if next < 0 {
				p.dropped += len(b)
				p.skipped = b[len(b)-1]
				return
			}
			p.dropped += next
			p.skipping = false
			b = b[next:]
		}
		n := min(len(b), longestLine-len(p.pending))
		p.pending = append(p.pending, b[:n]...)
		b = b[n:]
		if len(b) == 0 {
			return
		}
		if p.cutWhole(each); len(p.pending) == longestLine {
			p.skipping = true
			p.dropped += len(p.pending)
			p.skipped = p.pending[len(p.pending)-1]
			p.drop()
		}
	}
}

// nextLine finds where a known tag follows a ">" in bytes that are being dropped, or -1.
func (p *splitter) nextLine(b []byte) int {
	before := p.skipped
	for i, c := range b {
		if c == '<' && before == '>' && beginsLine(b[i:]) {
			return i
		}
		before = c
	}
	return -1
}

// finish ends the unfinished line.
func (p *splitter) finish(each func(string)) {
	if p.skipping {
		p.skipping = false
		return
	}
	p.cutWhole(each)
	if rest := wire.Text(p.pending); strings.TrimSpace(rest) != "" {
		each(rest)
	}
	p.drop()
}

func (p *splitter) drop() { p.pending, p.scanned, p.tried, p.judged = p.pending[:0], 0, 0, 0 }

// cutWhole hands out the whole lines that stand before a known tag.
func (p *splitter) cutWhole(each func(string)) {
	from := 0
	for i := max(1, p.scanned); i < len(p.pending) && p.tried < mostTags; i++ {
		if p.pending[i] != '<' || i <= p.judged {
			continue
		}
		before := bytes.TrimRight(p.pending[from:i], " ")
		if len(before) == 0 || before[len(before)-1] != '>' || !beginsLine(p.pending[i:]) {
			continue
		}
		if head := wire.Text(before); !holdsFreeText(head) || complete(head) {
			each(head)
			from, p.tried, p.judged = i, 0, 0
		} else {
			p.tried, p.judged = p.tried+1, i
		}
	}
	if from > 0 {
		p.pending = append(p.pending[:0], p.pending[from:]...)
		p.judged = max(0, p.judged-from)
	}
	p.scanned = max(0, len(p.pending)-tagWindow)
}

// mostTags bounds the work that one line can make: with more tags than this in its free text it is not cut again.
const mostTags = 32

// holdsFreeText says whether a tag that is followed by free text begins s, so that another tag may stand inside.
func holdsFreeText(s string) bool {
	t, _, ok := tagOf(strings.TrimSpace(s))
	return ok && (t == tagDialer || t == tagPreview || t == tagCallback || t == tagStatus)
}

// tagWindow is enough of a line to see its tag and its extension.
const tagWindow = 64

// beginsLine says whether a known tag and the extension after it stand at the start.
func beginsLine(b []byte) bool {
	if len(b) < 3 || !bytes.ContainsAny(b[1:2], "ARDHSPa$") {
		return false
	}
	_, rest, ok := tagOf(string(b[:min(len(b), tagWindow)]))
	if !ok {
		return false
	}
	ext, _, ok := cutFirst(rest)
	return ok && isNumber(ext)
}

// waiting says whether the unfinished line is whole and the system has shown no line end so far: it may be all that
// comes until the next event.
func (p *splitter) waiting() bool {
	return !p.terminated && !p.skipping && len(p.pending) > 0 && complete(wire.Text(p.pending))
}

// takeDropped answers how many bytes of overlong lines were dropped since it was last asked.
func (p *splitter) takeDropped() int {
	n := p.dropped
	p.dropped = 0
	return n
}
