package protocol

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"ctiagent/cti"
)

// AppendEvent appends the desk.event notification of an event: byte for byte
// what encoding/json makes of it, many times faster, because every event goes
// through here on its way to every page.
func AppendEvent(b []byte, e *cti.Event) []byte {
	b = append(b, `{"jsonrpc":"2.0","method":"desk.event","params":{"seq":`...)
	b = strconv.AppendUint(b, e.Seq, 10)
	b = appendTime(append(b, `,"time":`...), e.Time)
	b = AppendString(append(b, `,"type":`...), string(e.Type))
	if e.Call != nil {
		b = AppendCall(append(b, `,"call":`...), e.Call)
	}
	if e.Agent != nil {
		b = AppendAgent(append(b, `,"agent":`...), e.Agent)
	}
	if e.Driver != nil {
		b = appendDriver(append(b, `,"driver":`...), e.Driver)
	}
	if e.Contact != nil {
		b = appendContact(append(b, `,"contact":`...), e.Contact)
	}
	if e.Outbox != nil {
		b = appendOutbox(append(b, `,"outbox":`...), e.Outbox)
	}
	return append(b, "}}"...)
}

// AppendCall appends a call as encoding/json writes it.
func AppendCall(b []byte, c *cti.Call) []byte {
	b = AppendString(append(b, `{"id":`...), c.ID)
	b = optional(b, `,"ref":`, c.Ref)
	b = AppendString(append(b, `,"direction":`...), string(c.Direction))
	b = AppendString(append(b, `,"state":`...), string(c.State))
	if c.Inferred {
		b = append(b, `,"inferred":true`...)
	}
	b = optional(b, `,"from":`, c.From)
	b = optional(b, `,"to":`, c.To)
	if c.Remote != (cti.Remote{}) {
		b = append(b, `,"remote":{`...)
		start := len(b)
		b = first(b, start, `"raw":`, c.Remote.Raw)
		b = first(b, start, `"e164":`, c.Remote.E164)
		b = first(b, start, `"display":`, c.Remote.Display)
		b = append(b, '}')
	}
	b = optional(b, `,"campaign":`, c.Campaign)
	b = optional(b, `,"queue":`, c.Queue)
	b = appendMap(b, `,"contact":`, c.Contact)
	b = appendMap(b, `,"data":`, c.Data)
	b = optional(b, `,"via":`, c.Via)
	b = strconv.AppendBool(append(b, `,"muted":`...), c.Muted)
	b = strconv.AppendBool(append(b, `,"recording":`...), c.Recording)
	if c.Missed {
		b = append(b, `,"missed":true`...)
	}
	b = optionalTime(b, `,"startedAt":`, c.StartedAt)
	b = optionalTime(b, `,"answeredAt":`, c.AnsweredAt)
	b = optionalTime(b, `,"endedAt":`, c.EndedAt)
	b = optional(b, `,"endReason":`, string(c.EndReason))
	return append(appendList(append(b, `,"actions":`...), c.Actions), '}')
}

// AppendAgent appends an agent as encoding/json writes it.
func AppendAgent(b []byte, a *cti.Agent) []byte {
	b = append(b, '{')
	start := len(b)
	b = first(b, start, `"id":`, a.ID)
	b = first(b, start, `"extension":`, a.Extension)
	b = first(b, start, `"name":`, a.Name)
	if len(b) > start {
		b = append(b, ',')
	}
	b = AppendString(append(b, `"state":`...), string(a.State))
	b = optional(b, `,"reason":`, a.Reason)
	b = optionalTime(b, `,"since":`, a.Since)
	return append(appendList(append(b, `,"actions":`...), a.Actions), '}')
}

func appendDriver(b []byte, d *cti.DriverState) []byte {
	b = AppendString(append(b, `{"name":`...), d.Name)
	b = AppendString(append(b, `,"title":`...), d.Title)
	b = AppendString(append(b, `,"link":`...), string(d.Link))
	b = optionalTime(b, `,"since":`, d.Since)
	return append(optional(b, `,"detail":`, d.Detail), '}')
}

func appendContact(b []byte, c *cti.ContactShown) []byte {
	b = AppendString(append(b, `{"number":`...), c.Number)
	b = optional(b, `,"e164":`, c.E164)
	b = optional(b, `,"campaign":`, c.Campaign)
	return append(appendMap(b, `,"contact":`, c.Contact), '}')
}

func appendOutbox(b []byte, o *cti.OutboxCount) []byte {
	b = strconv.AppendInt(append(b, `{"waiting":`...), int64(o.Waiting), 10)
	b = strconv.AppendInt(append(b, `,"unconfirmed":`...), int64(o.Unconfirmed), 10)
	b = strconv.AppendInt(append(b, `,"refused":`...), int64(o.Refused), 10)
	return append(strconv.AppendInt(append(b, `,"expired":`...), int64(o.Expired), 10), '}')
}

func optional(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return AppendString(append(b, name...), text)
}

// first is optional for a member that may be the first of the object that
// begins at start.
func first(b []byte, start int, name, text string) []byte {
	if text != "" && len(b) > start {
		b = append(b, ',')
	}
	return optional(b, name, text)
}

func optionalTime(b []byte, name string, t cti.Time) []byte {
	if t.IsZero() {
		return b
	}
	return appendTime(append(b, name...), t)
}

func appendTime(b []byte, t cti.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	u := t.UTC()
	year, month, day := u.Date()
	if year < 1000 || year > 9999 { // never from a clock, but a fact is data
		return append(u.AppendFormat(append(b, '"'), "2006-01-02T15:04:05.000Z07:00"), '"')
	}
	hour, minute, second := u.Clock()
	milli := u.Nanosecond() / int(time.Millisecond)
	two := func(n int) (byte, byte) { return byte('0' + n/10), byte('0' + n%10) }
	y1, y2 := two(year / 100)
	y3, y4 := two(year % 100)
	m1, m2 := two(int(month))
	d1, d2 := two(day)
	h1, h2 := two(hour)
	n1, n2 := two(minute)
	s1, s2 := two(second)
	f1, f2 := two(milli / 10)
	return append(b, '"', y1, y2, y3, y4, '-', m1, m2, '-', d1, d2, 'T', h1, h2, ':', n1, n2, ':', s1, s2,
		'.', f1, f2, byte('0'+milli%10), 'Z', '"')
}

func appendList(b []byte, list []string) []byte {
	if list == nil {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(b, s)
	}
	return append(b, ']')
}

func appendMap(b []byte, name string, m map[string]string) []byte {
	if len(m) == 0 {
		return b
	}
	var few [16]string // most contacts fit, and need no memory then
	keys := few[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(append(b, name...), '{')
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendString(append(AppendString(b, k), ':'), m[k])
	}
	return append(b, '}')
}

const hex = "0123456789abcdef"

// AppendString appends s as a JSON string as encoding/json writes it: safe
// inside HTML, broken UTF-8 replaced.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
				i++
				continue
			}
			b = append(b, s[done:i]...)
			switch c {
			case '"', '\\':
				b = append(b, '\\', c)
			case '\b':
				b = append(b, `\b`...)
			case '\f':
				b = append(b, `\f`...)
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			default:
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[done:i]...), `\ufffd`...)
			done = i + size
		case r == '\u2028' || r == '\u2029': // line ends in JavaScript
			b = append(append(b, s[done:i]...), `\u202`...)
			b = append(b, hex[r&15])
			done = i + size
		}
		i += size
	}
	return append(append(b, s[done:]...), '"')
}
