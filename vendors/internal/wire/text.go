package wire

import (
	"strings"
	"unicode/utf8"
)

// Text reads bytes as UTF-8 and, where they are none, as Latin-1. Control characters other than tab and line feed
// become blanks, for text from outside ends up in logs and on screens.
func Text(b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	write := func(r rune) {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			r = ' '
		}
		out.WriteRune(r)
	}
	if utf8.Valid(b) {
		for _, r := range string(b) {
			write(r)
		}
		return out.String()
	}
	for _, c := range b {
		write(rune(c))
	}
	return out.String()
}
