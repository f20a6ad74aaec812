package secret

import "strings"

const (
	// keptDigits stay visible, enough to find a call again.
	keptDigits = 4
	// minNumber is the least count of digits that makes a telephone number in
	// free text; fewer are extensions, ports, ids and counts.
	minNumber = 8
)

// MaskNumber hides all but the last four digits of a telephone number; other
// characters stay. Numbers of up to four digits, such as extensions, stay whole.
func MaskNumber(number string) string {
	digits := 0
	for i := range len(number) {
		if digit(number[i]) {
			digits++
		}
	}
	b := []byte(number)
	for i, c := range b {
		if !digit(c) {
			continue
		}
		if digits > keptDigits {
			b[i] = '*'
		}
		digits--
	}
	return string(b)
}

// MaskNumbers hides all but the last four digits of every telephone number in
// a log line: eight digits or more, also written with blanks, dots, dashes and
// parentheses. Dates, IPv4 addresses and Asterisk's unique ids stay readable.
func MaskNumbers(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			b.WriteByte(text[i])
			i++
			continue
		}
		if n := plain(text, i); n > 0 {
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		end, digits := run(text, i)
		part := text[i:end]
		if digits >= minNumber {
			part = MaskNumber(part)
		}
		b.WriteString(part)
		i = end
	}
	return b.String()
}

// run answers the end of the digits and separators that begin at i, and how
// many digits they are. It stops before what must stay readable.
func run(text string, i int) (end, digits int) {
	end, gap := i, 0
	for j := i; j < len(text); j++ {
		switch c := text[j]; {
		case digit(c):
			if j > i && gap > 0 && plain(text, j) > 0 {
				return end, digits
			}
			digits++
			gap, end = 0, j+1
		case strings.IndexByte(" ().-", c) >= 0 && gap < 3:
			gap++
		default:
			return end, digits
		}
	}
	return end, digits
}

// plain answers the length of a date, an IPv4 address or a unique id at i, or 0.
func plain(text string, i int) int {
	if i > 0 && (digit(text[i-1]) || text[i-1] == '+') {
		return 0
	}
	for _, shape := range []func(string) int{date, ipv4, uniqueID} {
		if n := shape(text[i:]); n > 0 && (i+n == len(text) || !digit(text[i+n])) {
			return n
		}
	}
	return 0
}

// date matches 2026-11-20.
func date(s string) int {
	const length = len("2026-11-20")
	if len(s) < length || s[4] != '-' || s[7] != '-' || (s[:2] != "19" && s[:2] != "20") {
		return 0
	}
	for i := range length {
		if i != 4 && i != 7 && !digit(s[i]) {
			return 0
		}
	}
	return length
}

// ipv4 matches four numbers up to 255 between dots.
func ipv4(s string) int {
	i := 0
	for group := range 4 {
		if group > 0 {
			if i >= len(s) || s[i] != '.' {
				return 0
			}
			i++
		}
		n, start := 0, i
		for i < len(s) && digit(s[i]) && i-start < 3 {
			n = n*10 + int(s[i]-'0')
			i++
		}
		if i == start || n > 255 {
			return 0
		}
	}
	return i
}

// uniqueID matches Asterisk's call id: seconds since 1970, a dot, a counter.
func uniqueID(s string) int {
	const seconds = 10
	if len(s) < seconds+2 || s[0] != '1' || s[1] < '5' || s[seconds] != '.' {
		return 0
	}
	for i := range seconds {
		if !digit(s[i]) {
			return 0
		}
	}
	i := seconds + 1
	for i < len(s) && digit(s[i]) {
		i++
	}
	if n := i - seconds - 1; n == 0 || n > 8 {
		return 0
	}
	return i
}

func digit(c byte) bool { return c >= '0' && c <= '9' }
