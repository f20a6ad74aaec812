package mailing

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// separator parts the fields; the format allows no other sign (manual 002, 1.5).
const separator = ';'

// cell is one field of a line: its text without surrounding blanks, and where it stands.
type cell struct {
	text   string
	column int // from 1, in letters
	rule   Rule
}

// blanks surround fields in files that people made.
const blanks = " \t\u00a0"

// split parts a line into its fields, which it puts behind out, as many as most; what stands behind them is one field more. Spreadsheets write quotes
// around fields, which are taken off; a field that the format could not hold has a rule.
func split(out []cell, line string, most int) []cell {
	for column := 1; ; {
		trimmed := trimLeft(line)
		column += utf8.RuneCountInString(line[:len(line)-len(trimmed)])
		c, used := cell{column: column}, 0
		switch {
		case len(out) == most:
			behind := strings.TrimLeft(trimmed, blanks+string(separator))
			if behind != "" {
				column += utf8.RuneCountInString(trimmed[:len(trimmed)-len(behind)])
				out = append(out, cell{strings.TrimRight(behind, blanks+string(separator)), column, RuleManyFields})
			}
			return out
		case strings.HasPrefix(trimmed, `"`):
			used = c.quoted(trimmed)
		default:
			if used = strings.IndexByte(trimmed, separator); used < 0 {
				used = len(trimmed)
			}
			if c.text = trimRight(trimmed[:used]); strings.IndexByte(c.text, '"') >= 0 {
				c.rule = RuleQuote
			}
		}
		out = append(out, c)
		if used == len(trimmed) {
			return out
		}
		column += utf8.RuneCountInString(trimmed[:used]) + 1
		line = trimmed[used+1:]
	}
}

// trimLeft and trimRight take blanks away, at once where there are none.
func trimLeft(text string) string {
	if text == "" || text[0] > ' ' && text[0] < utf8.RuneSelf {
		return text
	}
	return strings.TrimLeft(text, blanks)
}

// isBlank tells lines that hold nothing.
func isBlank(line []byte) bool {
	if len(line) > 0 && line[0] > ' ' && line[0] < utf8.RuneSelf {
		return false
	}
	return len(bytes.TrimLeft(line, blanks)) == 0
}

func trimRight(text string) string {
	if text == "" || text[len(text)-1] > ' ' && text[len(text)-1] < utf8.RuneSelf {
		return text
	}
	return strings.TrimRight(text, blanks)
}

// quoted reads a field in quotes and answers how much of the line it takes, up to the separator.
func (c *cell) quoted(line string) int {
	var b strings.Builder
	rest := line[1:]
	for {
		part, after, closed := strings.Cut(rest, `"`)
		b.WriteString(part)
		rest = after
		if !closed {
			c.text, c.rule = b.String(), RuleQuoteOpen
			return len(line)
		}
		if !strings.HasPrefix(rest, `"`) {
			break
		}
		b.WriteByte('"')
		c.rule = RuleQuote
		rest = rest[1:]
	}
	c.text = strings.Trim(b.String(), blanks)
	if c.rule == "" && strings.IndexByte(c.text, separator) >= 0 {
		c.rule = RuleSemicolon
	}
	behind := strings.IndexByte(rest, separator)
	if behind < 0 {
		behind = len(rest)
	}
	if strings.Trim(rest[:behind], blanks) != "" {
		c.rule = RuleQuote
	}
	return len(line) - len(rest) + behind
}

// fold writes text without accents, which the format forbids, and tells the first letter that has no such form.
func fold(text string) (plain string, odd string) {
	ascii := true
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			ascii = false
			break
		}
	}
	if ascii {
		return text, ""
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if r >= ' ' && r < 0x7f {
			b.WriteRune(r)
			continue
		}
		if plain := unaccented(r); plain != 0 {
			b.WriteByte(plain)
			continue
		}
		from := b.Len()
		for _, d := range norm.NFKD.String(string(r)) {
			switch s, known := relatives(d); {
			case d >= ' ' && d < 0x7f:
				b.WriteRune(d)
			case known:
				b.WriteString(s)
			case !isAccent(d):
				return "", string(r)
			}
		}
		if strings.ContainsAny(b.String()[from:], `;"`) { // ＂ and the Greek question mark would become signs of the format
			return "", string(r)
		}
	}
	return b.String(), ""
}

// unaccented is what Unicode makes of the letters that names of these countries have, without its tables; 0 for others.
func unaccented(r rune) byte {
	switch r {
	case 'À', 'Á', 'Â', 'Ã', 'Ä', 'Å':
		return 'A'
	case 'Ç':
		return 'C'
	case 'È', 'É', 'Ê', 'Ë':
		return 'E'
	case 'Ì', 'Í', 'Î', 'Ï':
		return 'I'
	case 'Ñ':
		return 'N'
	case 'Ò', 'Ó', 'Ô', 'Õ', 'Ö':
		return 'O'
	case 'Ù', 'Ú', 'Û', 'Ü':
		return 'U'
	case 'Ý':
		return 'Y'
	case 'à', 'á', 'â', 'ã', 'ä', 'å':
		return 'a'
	case 'ç':
		return 'c'
	case 'è', 'é', 'ê', 'ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï':
		return 'i'
	case 'ñ':
		return 'n'
	case 'ò', 'ó', 'ô', 'õ', 'ö':
		return 'o'
	case 'ù', 'ú', 'û', 'ü':
		return 'u'
	case 'ý', 'ÿ':
		return 'y'
	}
	return 0
}

// isAccent tells the accents that letters of Latin script come apart into.
func isAccent(r rune) bool { return r >= 0x0300 && r <= 0x036f }

// relatives are letters and signs that Unicode does not take apart, as people write them without.
func relatives(r rune) (string, bool) {
	switch r {
	case '\t', '\u2028', '\u2029':
		return " ", true
	case 'æ':
		return "ae", true
	case 'Æ':
		return "AE", true
	case 'œ':
		return "oe", true
	case 'Œ':
		return "OE", true
	case 'ß':
		return "ss", true
	case 'ø':
		return "o", true
	case 'Ø':
		return "O", true
	case 'ł':
		return "l", true
	case 'Ł':
		return "L", true
	case 'đ', 'ð':
		return "d", true
	case 'Đ', 'Ð':
		return "D", true
	case 'ı':
		return "i", true
	case '‘', '’', '‚', '‹', '›':
		return "'", true
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return "-", true
	case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad':
		return "", true // cannot be seen
	}
	return "", false
}
