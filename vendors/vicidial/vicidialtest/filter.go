package vicidialtest

import (
	"net/url"
	"strings"
)

// params are the parameters of one request, as PHP reads them: of a name given twice the last one, of a name in the
// address and in the body the one in the address (recorded).
type params struct {
	address, body map[string]string
	twice         []string
}

func readParams(query, body string) params {
	p := params{address: map[string]string{}, body: map[string]string{}}
	p.read(query, p.address)
	p.read(body, p.body)
	return p
}

// read takes a query apart as leniently as PHP does: what is wrongly encoded stays as it is.
func (p *params) read(text string, into map[string]string) {
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = unescape(name); name == "" {
			continue
		}
		if _, there := into[name]; there {
			p.twice = append(p.twice, name)
		}
		into[name] = unescape(value)
	}
}

func unescape(s string) string {
	s = strings.ReplaceAll(s, "+", " ")
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

func (p params) get(name string) string {
	if v, ok := p.address[name]; ok {
		return v
	}
	return p.body[name]
}

func (p params) names() map[string]bool {
	out := map[string]bool{}
	for name := range p.address {
		out[name] = true
	}
	for name := range p.body {
		out[name] = true
	}
	return out
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	word    = "-_" + digits + letters
)

// filter deletes from a parameter what the server deletes, before anything looks at it. The sets of user, pass, source,
// value, phone_number and the texts were recorded; where neither recording nor document tells, the set is that of word.
func filter(name, value string, nonLatin bool) string {
	switch name {
	case "source":
		return keep(value, digits+letters)
	case "pass":
		return keep(value, "-.+/=_"+digits+letters)
	case "value":
		return keep(value, "|"+word)
	case "phone_number", "alt_phone":
		return keep(value, "*#"+digits+letters)
	case "lead_id", "phone_code", "outbound_cid", "dial_prefix":
		return keep(value, digits)
	case "multi_dial_phones":
		return keep(value, ","+digits)
	case "rank":
		return keep(value, "-"+digits)
	case "callback_datetime", "notification_date":
		return keep(blanks(value), "-: "+digits)
	case "ingroup_choices":
		return keep(blanks(value), " "+word)
	case "text_weight", "text_font":
		return keep(blanks(value), ", "+word)
	case "campaigns", "user_groups":
		return keep(value, "|"+word)
	case "comments", "vendor_lead_code", "source_id", "vendor_id":
		return drop(blanks(value), ",;#&", nonLatin) // quotes and backslashes reach the statement (recorded)
	case "callback_comments", "notes", "notification_text", "address1", "address2", "address3", "city", "country_code",
		"date_of_birth", "email", "first_name", "gender", "gmt_offset_now", "last_name", "middle_initial", "postal_code",
		"province", "security_phrase", "state", "title", "owner":
		return drop(blanks(value), ",;#&'\"\\", nonLatin)
	default:
		return keep(value, word)
	}
}

// blanks turns + into a blank, also where it was sent as %2B (recorded).
func blanks(s string) string { return strings.ReplaceAll(s, "+", " ") }

func keep(s, set string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) {
			return r
		}
		return -1
	}, s)
}

// drop deletes the characters of a set and, without use_non_latin, everything that is not ASCII. With it the comma and
// its neighbours stay: only accents were recorded there, and quotes, backslash and semicolon read in the source.
func drop(s, set string, nonLatin bool) string {
	if nonLatin {
		set = strings.Map(func(r rune) rune {
			if strings.ContainsRune(",#&", r) {
				return -1
			}
			return r
		}, set)
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(set, r) || r < ' ' || r > '~' && !nonLatin {
			return -1
		}
		return r
	}, s)
}
