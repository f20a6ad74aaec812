package totalip

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
)

// longestText bounds one parameter, in bytes; the manual names no limit.
const longestText = 500

// wireMinute is how the system writes a moment, in its own time. Manual 002 prints DDMMYYYYYHHMM in 1.2.2.2 and 1.2.2.7 and
// HHMMYYYYHHMM in 1.2.2.3; all its examples are as 300320120837 in 1.1.15.
const wireMinute = "020120061504"

// field is one parameter: its name over HTTP, its place on the socket.
type field struct{ name, value string }

// checks gathers the parameters of a wish and keeps the first that does not fit.
type checks struct {
	fails  failures
	op     string
	socket bool // brackets cannot go
	base   bool // moments are the database's
	whole  bool // what is missing at the end of the line is written as <> all the same
	fields []field
	err    error
}

func (s *session) checks(op, road string) *checks {
	return &checks{fails: s.fails, op: op, socket: road == roadSocket, base: road == roadDatabase}
}

func (c *checks) bad(name, what string) {
	if c.err == nil {
		c.err = c.fails.bad(c.op, name, what)
	}
}

// text takes words, which may be missing.
func (c *checks) text(name, value string) {
	switch {
	case len(value) > longestText:
		c.bad(name, fmt.Sprintf("must have at most %d bytes", longestText))
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }):
		c.bad(name, "must not hold control characters")
	case c.socket && strings.ContainsAny(value, "<>"):
		c.bad(name, "must not hold < or >, which part the fields on the command socket")
	}
	c.fields = append(c.fields, field{name, value})
}

// word takes words that must be there.
func (c *checks) word(name, value string) {
	if strings.TrimSpace(value) == "" {
		c.bad(name, "is missing")
	}
	c.text(name, value)
}

// digits takes a code or a number that must be there.
func (c *checks) digits(name, value string) {
	if !isDigits(value) {
		c.bad(name, "must be made of digits only")
	}
	c.fields = append(c.fields, field{name, value})
}

// area takes an area code, which may be missing.
func (c *checks) area(name, value string) {
	if value != "" && (!isDigits(value) || len(value) != 2) {
		c.bad(name, "must be two digits")
	}
	c.fields = append(c.fields, field{name, value})
}

// place takes a number that counts from 1.
func (c *checks) place(name string, value int) {
	if value < 1 || value > 99 {
		c.bad(name, "must be 1 to 99")
	}
	c.fields = append(c.fields, field{name, strconv.Itoa(value)})
}

// minute takes a moment, which may be missing.
func (c *checks) minute(name string, value cti.Time) {
	text := ""
	if c.base {
		text = value.String()
	} else if !value.IsZero() {
		text = value.In(time.Local).Format(wireMinute)
	}
	c.fields = append(c.fields, field{name, text})
}

// values are the parameters for HTTP, without the missing ones.
func (c *checks) values() url.Values {
	q := url.Values{}
	for _, f := range c.fields {
		if f.value != "" {
			q.Set(f.name, f.value)
		}
	}
	return q
}

// line are the fields for the socket, without the missing ones at the end unless the command wants them all.
func (c *checks) line() []string {
	var out []string
	for _, f := range c.fields {
		out = append(out, f.value)
	}
	for !c.whole && len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

// send sends a checked wish by its road and answers the system's words when they are a success.
func (s *session) send(ctx context.Context, c *checks, name string) (Answer, error) {
	if c.err != nil {
		return Answer{}, c.err
	}
	var text string
	var err error
	if c.socket {
		text, err = s.commands.send(ctx, c.op, name, c.line()...)
	} else {
		text, err = s.web.ask(ctx, c.op, name, cti.Control, c.values())
	}
	if err == nil {
		err = s.fails.done(c.op, text)
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{Text: fault.Quote(text)}, nil
}

// byRoad serves an HTTP function or a command whose parameters fill checks.
func byRoad[In any](a cti.Action[In, Answer], road, name string, fill func(*session, *checks, cti.Target, In)) func(*session, context.Context, cti.Req[In]) (Answer, error) {
	return func(s *session, ctx context.Context, r cti.Req[In]) (Answer, error) {
		c := s.checks(a.Name, road)
		fill(s, c, r.Target, r.In)
		return s.send(ctx, c, name)
	}
}

// own takes the extension a wish is for.
func (s *session) ownExtension(c *checks, t cti.Target, in string) {
	ext, err := s.extension(c.op, t, in)
	if err != nil && c.err == nil {
		c.err = err
	}
	c.fields = append(c.fields, field{"ramal", ext})
}
