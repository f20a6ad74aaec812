package cti

import (
	"errors"
	"strings"
)

// Kind is the closed set of reasons a wish fails. A Kind is an error itself,
// so errors.Is(err, cti.NotFound) asks for it.
type Kind string

// The kinds of error. They stand on the wire.
const (
	BadRequest      Kind = "bad_request"
	Unsupported     Kind = "unsupported"
	NotFound        Kind = "not_found"
	WrongState      Kind = "wrong_state"
	Unauthorized    Kind = "unauthorized"
	Forbidden       Kind = "forbidden"
	PairingRequired Kind = "pairing_required"
	Denied          Kind = "denied"
	Refused         Kind = "refused"
	Busy            Kind = "busy"
	Timeout         Kind = "timeout"
	Unavailable     Kind = "unavailable"
	RateLimited     Kind = "rate_limited"
	Canceled        Kind = "canceled"
	InternalError   Kind = "internal"
)

// Kinds lists every kind, in the order of the contract.
func Kinds() []Kind {
	return []Kind{BadRequest, Unsupported, NotFound, WrongState, Unauthorized, Forbidden, PairingRequired,
		Denied, Refused, Busy, Timeout, Unavailable, RateLimited, Canceled, InternalError}
}

// Error makes a Kind usable with errors.Is.
func (k Kind) Error() string { return string(k) }

// Sent says whether a failed wish may have reached the PBX.
type Sent string

// A wish that is NotSent may be tried elsewhere; any other must not.
const (
	NotSent     Sent = "no"
	MaybeSent   Sent = "unknown"
	CertainSent Sent = "yes"
)

// Error is the one error that crosses rooms. It is made once, at the edge
// where something went wrong, and carries no secret.
type Error struct {
	Kind   Kind
	Op     string // the verb or function, e.g. call.dial
	Driver string // driver name, "" when no driver spoke
	Title  string // driver title for people
	Text   string // the vendor's own wording, or a short English sentence
	// Hint is the id of the sentence that tells the person what to do next;
	// "" means the kind's own hint. Args fill its placeholders.
	Hint      string
	Args      map[string]string
	Sent      Sent // "" means NotSent
	Retryable bool
	Err       error // the cause, for the log only
}

// Error is one line for logs: driver, text and cause.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	b.WriteString(e.Message())
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Message is what a page is told: the driver's title and the text, no cause.
func (e *Error) Message() string {
	text := e.Text
	if text == "" {
		text = string(e.Kind)
	}
	switch {
	case e.Title != "":
		return e.Title + ": " + text
	case e.Driver != "":
		return e.Driver + ": " + text
	}
	return text
}

// Is matches a Kind, so that callers never look at text.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Fail makes an Error of a kind with an English text.
func Fail(kind Kind, op, text string) *Error { return &Error{Kind: kind, Op: op, Text: text} }

// AsError turns any error into an *Error; what is none yet becomes internal,
// its text kept as cause only.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: InternalError, Text: "something inside ctiagent went wrong", Err: err}
}

// MayHaveReached says whether a failed wish may have reached the PBX and so
// must not be tried again.
func MayHaveReached(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return true
	}
	return e.Sent == MaybeSent || e.Sent == CertainSent
}
