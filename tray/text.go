package tray

import (
	"strings"
	"unicode"
)

// longest is how many characters of a text that somebody else wrote a menu shows.
const longest = 60

// clean makes one short line of a text that a PBX, a page or a caller wrote: no control characters, nothing that turns
// the direction of writing or is invisible, every space a single one.
func clean(text string) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			n++
			space = false
		}
		if n >= longest {
			return strings.TrimRight(b.String(), " ") + "…"
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// maxNumber bounds the text in a clipboard that may be a number.
const maxNumber = 40

// dialable answers the text of a clipboard when it looks like a number. Whatever else lies there, a password perhaps,
// is nobody's business: it goes no further.
func dialable(text string) (string, bool) {
	text = strings.TrimSpace(text)
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0:
		case strings.ContainsRune(" -./()*#\u00a0", r):
		default:
			return "", false
		}
	}
	return text, digits > 0 && len(text) <= maxNumber
}
