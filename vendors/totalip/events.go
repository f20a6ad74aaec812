package totalip

import (
	"errors"
	"strings"
)

// tag is the first field of an event line.
type tag string

// The seven lines of the event socket (manual 002, 1.2.1.1 to 1.2.1.7).
const (
	tagActive   tag = "A"       // the extension is making a call
	tagReceived tag = "R"       // the extension has answered a call
	tagDialer   tag = "D"       // the extension got a contact of the dialer
	tagPreview  tag = "PREVIEW" // the extension is shown a contact before it is dialled
	tagCallback tag = "AGOP"    // the extension is reminded of an appointment
	tagHangup   tag = "H"       // the extension's call is over
	tagStatus   tag = "S"       // the extension's user has another status
)

// line is one event of the socket, only the fields of its tag filled.
type line struct {
	tag            tag
	extension      string
	from, to       string // R
	phone          string // A, D, PREVIEW, AGOP
	param1, param2 string // D, PREVIEW, AGOP: free text of the mailing
	campaign       string // D, PREVIEW, AGOP
	ref            string // A, R, D, H: the UNIQUEID
	statusID       string // S
	statusName     string // S
}

var (
	errUnknownTag = errors.New("no known tag at the start")
	errFields     = errors.New("the fields are not those of the tag")
)

// tagOf reads the tag a text begins with. The manual's own text prints <aGOP> in 1.2.1.5 and, by its typesetting, <$>
// for <S> in 1.2.1.7; both are taken.
func tagOf(s string) (t tag, rest string, ok bool) {
	if len(s) < 3 || s[0] != '<' {
		return "", "", false
	}
	end := strings.IndexByte(s[:min(len(s), len("<PREVIEW>"))], '>')
	if end < 0 {
		return "", "", false
	}
	switch name := s[1:end]; name {
	case "A", "R", "D", "H", "S", "PREVIEW", "AGOP":
		t = tag(name)
	case "aGOP":
		t = tagCallback
	case "$":
		t = tagStatus
	default:
		return "", "", false
	}
	return t, s[end+1:], true
}

// parseLine reads one event line that was already cut out of the stream. Fields are taken from both ends, because the
// two parameters of a mailing are free text and may hold "><" themselves.
func parseLine(s string) (line, error) {
	s = strings.TrimSpace(s)
	t, rest, ok := tagOf(s)
	if !ok {
		return line{}, errUnknownTag
	}
	l := line{tag: t}
	l.extension, rest, ok = cutFirst(rest)
	if !ok || !isNumber(l.extension) {
		return line{}, errFields
	}
	switch t {
	case tagActive, tagReceived, tagHangup:
		ok = l.plain(rest)
	case tagStatus:
		l.statusID, rest, ok = cutFirst(rest)
		ok = ok && isDigits(l.statusID)
		if rest != "" { // the name is free text; a line without it still tells the status
			l.statusName = strings.TrimSuffix(strings.TrimPrefix(rest, "<"), ">")
		}
	default:
		ok = l.contact(rest)
	}
	if !ok {
		return line{}, errFields
	}
	return l, nil
}

// plain reads the fields after the extension of the tags that hold no free text.
func (l *line) plain(rest string) bool {
	inner, ok1 := strings.CutPrefix(rest, "<")
	inner, ok2 := strings.CutSuffix(inner, ">")
	f := strings.Split(inner, "><")
	want := map[tag]int{tagActive: 2, tagReceived: 3, tagHangup: 1}[l.tag]
	if !ok1 || !ok2 || len(f) != want || !isRef(f[want-1]) {
		return false
	}
	l.ref = f[want-1]
	switch l.tag {
	case tagActive:
		l.phone = f[0]
	case tagReceived:
		l.from, l.to = f[0], f[1]
	}
	return isPhoneField(l.phone) && isPhoneField(l.from) && isPhoneField(l.to)
}

// contact reads the fields after the extension of D, PREVIEW and AGOP: the phone from the left, campaign and, in D,
// UNIQUEID from the right.
func (l *line) contact(rest string) bool {
	phone, rest, ok := cutFirst(rest)
	if !ok || !isPhoneField(phone) {
		return false
	}
	l.phone = phone
	if l.tag == tagDialer {
		if l.ref, rest, ok = cutRef(rest); !ok {
			return false
		}
	}
	if l.campaign, rest, ok = cutLast(rest); !ok || !isDigits(l.campaign) {
		return false
	}
	params, ok1 := strings.CutPrefix(rest, "<")
	params, ok2 := strings.CutSuffix(params, ">")
	// Where the free text holds "><" nobody can tell where the first parameter ends; it is usually a code, so it ends first.
	p1, p2, ok3 := strings.Cut(params, "><")
	l.param1, l.param2 = p1, p2
	return ok1 && ok2 && ok3
}

// cutFirst takes <field> off the left.
func cutFirst(s string) (field, rest string, ok bool) {
	s = strings.TrimLeft(s, " ")
	end := strings.IndexByte(s, '>')
	if end < 1 || s[0] != '<' {
		return "", "", false
	}
	return s[1:end], s[end+1:], true
}

// cutLast takes <field> off the right.
func cutLast(s string) (field, rest string, ok bool) {
	s = strings.TrimRight(s, " ")
	start := strings.LastIndexByte(s, '<')
	if start < 0 || len(s) < start+2 || s[len(s)-1] != '>' {
		return "", "", false
	}
	return s[start+1 : len(s)-1], s[:start], true
}

// cutRef takes the UNIQUEID of a D line off the right. The syntax in manual 002, 1.2.1.3 prints it without its opening
// bracket, "<ID CAMPANHA> UNIQUEID>"; either bracket may be missing.
func cutRef(s string) (ref, rest string, ok bool) {
	s = strings.TrimRight(s, " ")
	s = strings.TrimSuffix(s, ">")
	start := strings.LastIndexAny(s, "<> ") + 1
	ref, rest = s[start:], strings.TrimRight(s[:start], " ")
	rest = strings.TrimRight(strings.TrimSuffix(rest, "<"), " ")
	return ref, rest, isUniqueID(ref)
}

// complete says whether s could be a whole line: every field its tag must have is there.
func complete(s string) bool {
	l, err := parseLine(s)
	return err == nil && strings.HasSuffix(s, ">") && (l.tag != tagStatus || l.statusName != "")
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "0123456789*#+") == ""
}
func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}

// isPhoneField takes what a trunk may show as a number, a withheld one included.
func isPhoneField(s string) bool { return len(s) <= 64 && !strings.ContainsAny(s, "<>") }

// isRef takes any short word: the manual calls the UNIQUEID a code and prints only examples of it.
func isRef(s string) bool { return s != "" && len(s) <= 64 && !strings.ContainsAny(s, "<> ;\t") }

// isUniqueID is the form every example has, two numbers with a dot.
func isUniqueID(s string) bool {
	a, b, dot := strings.Cut(s, ".")
	return dot && isDigits(a) && isDigits(b)
}
