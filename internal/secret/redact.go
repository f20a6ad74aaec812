package secret

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// maxKnown is how many secrets a Redactor knows; the oldest is forgotten.
	maxKnown = 256
	// minAnywhere is the shortest secret replaced inside words. A shorter one is
	// replaced only when it stands alone, or "12" would eat every number.
	minAnywhere = 4
)

// Redactor replaces secrets in text by ***: those it was told, in all the
// spellings they travel in, and whatever stands where secrets usually stand
// (password=…, user:…@host, Authorization). The zero value is ready; a nil one
// knows the usual places only. Safe for concurrent use.
type Redactor struct {
	mu    sync.Mutex
	known []string
	// forms is replaced as a whole, so that Redact takes no lock.
	forms atomic.Pointer[forms]
}

type forms struct {
	anywhere *strings.Replacer
	alone    []string
}

// Add makes the redactor know one more secret. Empty and known ones are ignored.
func (r *Redactor) Add(secret string) {
	if r == nil || secret == "" || secret == hidden || len(secret) > maxSecret {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slices.Contains(r.known, secret) {
		return
	}
	if len(r.known) == maxKnown {
		r.known = r.known[1:]
	}
	r.known = append(r.known, secret)

	var f forms
	var spelt []string
	for _, s := range r.known {
		for _, form := range spellings(s) {
			if len(form) < minAnywhere {
				f.alone = append(f.alone, form)
			} else {
				spelt = append(spelt, form)
			}
		}
	}
	// Longest first: of two that begin alike the longer must win, or the rest
	// of it would stay.
	slices.SortFunc(spelt, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(spelt))
	for _, s := range spelt {
		pairs = append(pairs, s, hidden)
	}
	f.anywhere = strings.NewReplacer(pairs...)
	r.forms.Store(&f)
}

// Redact answers text without secrets.
func (r *Redactor) Redact(text string) string {
	if r != nil {
		if f := r.forms.Load(); f != nil {
			text = f.anywhere.Replace(text)
			for _, s := range f.alone {
				text = replaceAlone(text, s)
			}
		}
	}
	return redactPlaces(text)
}

// spellings lists the forms in which a secret can appear.
func spellings(s string) []string {
	quotedJSON, _ := json.Marshal(s)
	list := []string{
		s,
		url.QueryEscape(s), url.PathEscape(s),
		strings.Trim(string(quotedJSON), `"`),
		strings.Trim(strconv.Quote(s), `"`),
		strings.Trim(strconv.QuoteToASCII(s), `"`),
		html.EscapeString(s),
		escapeAll(s),
	}
	if latin, ok := latin1(s); ok {
		list = append(list, latin, url.QueryEscape(latin), url.PathEscape(latin))
	}
	for _, form := range list {
		list = append(list, lowerEscapes(form))
	}
	list = append(list, base64Cores(s)...)
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(f string) bool { return f == "" || f == hidden })
}

// base64Cores answers how s looks inside base64 text, where it may begin at
// any of three offsets (as a password does in "user:password"): the characters
// that depend on s alone. Too short ones would match by chance.
func base64Cores(s string) []string {
	var cores []string
	for offset := range 3 {
		padded := append(make([]byte, offset), s...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(padded)
			if len(padded)%3 != 0 {
				text = text[:len(text)-1]
			}
			if skip := []int{0, 2, 3}[offset]; len(text) >= skip+5 {
				cores = append(cores, text[skip:])
			}
		}
	}
	// The whole of it too: the core leaves the last character behind.
	if len(s) >= minAnywhere {
		cores = append(cores, base64.StdEncoding.EncodeToString([]byte(s)), base64.URLEncoding.EncodeToString([]byte(s)),
			base64.RawStdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	return cores
}

// escapeAll percent-escapes everything but letters and digits, as some senders do.
func escapeAll(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(s) {
		if wordByte(c) && c != '_' {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String()
}

// lowerEscapes writes the hex digits of percent escapes small.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
			i += 2
		}
	}
	return string(b)
}

// latin1 answers s in ISO 8859-1, the older PBXs' encoding, if it differs.
func latin1(s string) (string, bool) {
	var b []byte
	for _, c := range s {
		if c > 0xff {
			return "", false
		}
		b = append(b, byte(c))
	}
	return string(b), string(b) != s
}

// replaceAlone hides s where no letter or digit touches it.
func replaceAlone(text, s string) string {
	var b strings.Builder
	rest, before := text, byte(0)
	for {
		i := strings.Index(rest, s)
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		end := i + len(s)
		if i > 0 {
			before = rest[i-1]
		}
		if wordByte(before) || end < len(rest) && wordByte(rest[end]) {
			b.WriteString(rest[:i+1])
			before, rest = rest[i], rest[i+1:]
			continue
		}
		b.WriteString(rest[:i] + hidden)
		before, rest = '*', rest[end:]
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// places is where secrets usually stand. The names are those of the vendors'
// own interfaces (chave and chave_seguranca: manual 002; -senha: TotalPhone's
// switches; pass: VICIdial; passcode: Grandstream) and the common ones.
type places struct{ named, inURL, header, bearer *regexp.Regexp }

// Compiled at the first line that needs them, not when the program starts.
var compiled = sync.OnceValue(func() places {
	return places{
		named: regexp.MustCompile(`(?i)(chave(?:_?seguran[cç]a)?|passcode|password|passwd|pass|pwd|senha|token)` +
			`(\\?["']?\s*=\s*|\\?["']\s*:\s*|%3D)` +
			`("(?:[^"\\]|\\.)*"?|\\"(?:[^"\\]|\\[^"])*(?:\\"|$)|'[^']*'?|[^\s&"'<>]+)`),
		inURL:  regexp.MustCompile(`(?i)(://|\bsips?:)([^/\s:@"'<>]*):[^\s/"'<>?#]*@`),
		header: regexp.MustCompile(`(?i)((?:proxy-)?authorization|set-cookie|cookie|x-api-key)(\\?["']?\s*[:=]\s*)(\[?["']?(?:basic|bearer|digest)\s+)?[^\r\n]+`),
		bearer: regexp.MustCompile(`(?i)\b(bearer\s+)[a-z0-9+/=._~-]{16,}`),
	}
})

// redactPlaces hides what stands in the usual places.
func redactPlaces(text string) string {
	// Most log lines have none of these characters; the expressions cost far
	// more than this look.
	if !strings.ContainsAny(text, "=:%") && !strings.Contains(strings.ToLower(text), "bearer") {
		return text
	}
	p := compiled()
	text = p.header.ReplaceAllString(text, "${1}${2}${3}"+hidden)
	text = p.named.ReplaceAllStringFunc(text, p.hideNamed)
	text = p.inURL.ReplaceAllString(text, "${1}${2}:"+hidden+"@")
	return p.bearer.ReplaceAllString(text, "${1}"+hidden)
}

// hideNamed keeps the quotes around a value, so that JSON stays JSON.
func (p places) hideNamed(match string) string {
	g := p.named.FindStringSubmatch(match)
	value := hidden
	switch v := g[3]; {
	case strings.HasPrefix(v, `\"`):
		value = `\"` + hidden + `\"`
	case v[0] == '"', v[0] == '\'':
		value = v[:1] + hidden + v[:1]
	}
	return g[1] + g[2] + value
}
