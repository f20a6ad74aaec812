// Package fault makes a driver's errors, which tell what happened and never hold a secret.
package fault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"unicode/utf8"

	"ctiagent/cti"
	"ctiagent/vendors/internal/wire"
)

// LongestQuote bounds how much of a system's own words an error repeats, in bytes.
const LongestQuote = 200

// shortest is the length in bytes from which a secret is looked for in other text: a shorter one would blot out ordinary
// words.
const shortest = 6

// Maker makes the errors of one driver's session.
type Maker struct {
	driver, title string

	mu      sync.Mutex
	known   map[string]bool
	secrets *strings.Replacer
}

// New makes a maker for a driver that knows these secrets.
func New(driver, title string, secrets ...string) *Maker {
	m := &Maker{driver: driver, title: title, known: map[string]bool{}, secrets: strings.NewReplacer()}
	for _, s := range secrets {
		m.Learn(s)
	}
	return m
}

// Learn keeps a secret that came later, such as a token, out of all that is made from now on.
func (m *Maker) Learn(secret string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := false
	for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
		if len(form) >= shortest && !m.known[form] {
			m.known[form], changed = true, true
		}
	}
	if !changed {
		return
	}
	var hide []string
	for s := range m.known {
		hide = append(hide, s, "***")
	}
	m.secrets = strings.NewReplacer(hide...)
}

// Redact takes the secrets out of what a system said: a system may repeat what it was asked.
func (m *Maker) Redact(text string) string {
	m.mu.Lock()
	secrets := m.secrets
	m.mu.Unlock()
	return secrets.Replace(text)
}

// Make makes an error. The cause err may be nil.
func (m *Maker) Make(kind cti.Kind, op, text string, sent cti.Sent, err error) *cti.Error {
	e := &cti.Error{Kind: kind, Op: op, Driver: m.driver, Title: m.title, Text: m.Redact(text), Sent: sent, Err: err}
	if err != nil {
		if text := m.Redact(err.Error()); text != err.Error() {
			e.Err = errors.New(text)
		}
	}
	return e
}

// Sent says what an error of wire tells of the request.
func Sent(err error) cti.Sent {
	if errors.As(err, new(wire.NotSent)) {
		return cti.NotSent
	}
	return cti.MaybeSent
}

// Transport makes the error of a request that got no answer. Place is what was asked, in words such as "the system".
func (m *Maker) Transport(op, place string, err error) *cti.Error {
	sent := Sent(err)
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return m.Make(cti.Canceled, op, "the wish was given up", sent, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e := m.Make(cti.Timeout, op, place+" did not answer in time", sent, err)
		e.Retryable = sent == cti.NotSent
		return e
	case sent == cti.NotSent:
		e := m.Make(cti.Unavailable, op, place+" cannot be reached", sent, err)
		e.Retryable = true
		return e
	}
	return m.Make(cti.Unavailable, op, place+" dropped the connection without a whole answer", sent, err)
}

// Web judges the HTTP side of an answer: nil for a whole 200. What else came was not the function, so its words are not
// repeated.
func (m *Maker) Web(op string, a wire.Answer, err error) *cti.Error {
	told := func(kind cti.Kind, sent cti.Sent, format string, args ...any) *cti.Error {
		return m.Make(kind, op, fmt.Sprintf(format, args...), sent, nil)
	}
	switch {
	case a.Status == 0:
		return m.Transport(op, "the system", err)
	case a.Status == http.StatusUnauthorized, a.Status == http.StatusForbidden:
		return told(cti.Unauthorized, cti.CertainSent, "the web server answered %d: it does not let ctiagent in", a.Status)
	case a.Status == http.StatusNotFound:
		return told(cti.Unsupported, cti.CertainSent, "the web server answered 404: this system has no such function")
	case a.Status >= 300 && a.Status < 400:
		return told(cti.Unavailable, cti.CertainSent, "the web server answered %d and points to %s, where ctiagent does not follow", a.Status, hostOf(a.Location))
	case a.Status >= 400 && a.Status < 500:
		return told(cti.Unavailable, cti.CertainSent, "the web server answered %d instead of the function", a.Status)
	case a.Status != http.StatusOK:
		return told(cti.Unavailable, cti.MaybeSent, "the web server answered %d", a.Status)
	case err != nil:
		e := m.Transport(op, "the system", err)
		e.Sent = cti.MaybeSent
		return e
	case len(a.Body) > wire.LargestAnswer:
		return told(cti.Unavailable, cti.MaybeSent, "the answer is longer than 1 MiB")
	}
	return nil
}

// DetailID is the id of the sentence that tells in every language why a link is down; "" when nothing says it better than
// the error's own text.
func DetailID(err error) string {
	e := cti.AsError(err)
	switch {
	case e.Kind == cti.Timeout:
		return "vendors.link.timeout"
	case e.Kind == cti.Unavailable && e.Sent == cti.NotSent:
		return "vendors.link.unreachable"
	case e.Kind == cti.Unavailable:
		return "vendors.link.broken"
	}
	return ""
}

// hostOf is the host of an address from outside: the rest may hold anything.
func hostOf(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.Hostname() == "" {
		return "another path"
	}
	return Quote(u.Hostname())
}

// Strange is the error of an answer that no document prints: nobody can say what the system did.
func (m *Maker) Strange(op, text string) *cti.Error {
	if strings.TrimSpace(text) == "" {
		return m.Make(cti.Unavailable, op, "the system answered nothing", cti.MaybeSent, nil)
	}
	return m.Make(cti.Refused, op, "an answer no document knows: "+Quote(m.Redact(text)), cti.MaybeSent, nil)
}

// Quote makes a system's words fit to be shown: one line, bounded.
func Quote(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if len(text) <= LongestQuote {
		return text
	}
	cut := LongestQuote
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
