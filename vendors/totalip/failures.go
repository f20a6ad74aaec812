package totalip

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"

	"ctiagent/cti"
)

// longestQuote bounds how much of a system's own words an error repeats, in bytes.
const longestQuote = 200

// shortestSecret is the length in bytes from which a secret is looked for in other text. Issued keys have 32 characters
// (manual 002, 1.1.20); a shorter one would blot out ordinary words.
const shortestSecret = 6

// failures makes the driver's errors; nothing that it makes holds the key.
type failures struct {
	secrets *strings.Replacer
	answers answerBook
}

func newFailures(o options) failures {
	hide := []string{}
	add := func(secret string) {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			if len(form) >= shortestSecret {
				hide = append(hide, form, "***")
			}
		}
	}
	add(o.key)
	if password, ok := o.url.User.Password(); ok {
		add(password)
	}
	return failures{secrets: strings.NewReplacer(hide...), answers: newAnswerBook()}
}

// redact takes the secrets out of what the system said: a system may repeat what it was asked.
func (f failures) redact(text string) string { return f.secrets.Replace(text) }

func (f failures) make(kind cti.Kind, op, text string, sent cti.Sent, err error) *cti.Error {
	e := &cti.Error{Kind: kind, Op: op, Driver: driverName, Title: driverTitle, Text: f.redact(text), Sent: sent}
	if err != nil {
		e.Err = err
		if text := f.redact(err.Error()); text != err.Error() {
			e.Err = errors.New(text)
		}
	}
	return e
}

// address is an error of something other than a Total IP that answered.
func (f failures) address(kind cti.Kind, op, text string, sent cti.Sent) *cti.Error {
	e := f.make(kind, op, text, sent, nil)
	e.Hint = hintAddress
	return e
}

// transport is an error on the way; place is "the system" or "the command socket".
func (f failures) transport(op, place string, sent cti.Sent, err error) *cti.Error {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return f.make(cti.Canceled, op, "the wish was given up", sent, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		e := f.make(cti.Timeout, op, place+" did not answer in time", sent, err)
		e.Retryable = sent == cti.NotSent
		return e
	case sent == cti.NotSent:
		e := f.make(cti.Unavailable, op, place+" cannot be reached", sent, err)
		e.Retryable = true
		return e
	}
	return f.make(cti.Unavailable, op, place+" dropped the connection without an answer", sent, err)
}

// refusal turns a fixed answer that is no success into its error.
func (f failures) refusal(op, text string, a answer) *cti.Error {
	e := f.make(a.kind, op, quote(text), cti.CertainSent, nil)
	e.Hint = a.hint
	return e
}

// strange is the error of an answer that the manual does not print: nobody can say what the system did.
func (f failures) strange(op, text string) *cti.Error {
	if text == "" {
		return f.make(cti.Unavailable, op, "the system answered nothing", cti.MaybeSent, nil)
	}
	return f.make(cti.Refused, op, "an answer the manual does not know: "+quote(text), cti.MaybeSent, nil)
}

// done answers nil when a text is a success, else the error it stands for.
func (f failures) done(op, text string) error {
	a, known := f.answers.find(text)
	switch {
	case !known:
		return f.strange(op, text)
	case !a.success():
		return f.refusal(op, text, a)
	}
	return nil
}

// rows answers nil when a text is a list, else the error it stands for.
func (f failures) rows(op, text string) error {
	if a, known := f.answers.find(text); known {
		if a.success() {
			return f.strange(op, text)
		}
		return f.refusal(op, text, a)
	}
	return nil
}

// quote makes a system's words fit to be shown: one line, bounded.
func quote(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= longestQuote {
		return text
	}
	return strings.ToValidUTF8(text[:longestQuote], "") + "…"
}
