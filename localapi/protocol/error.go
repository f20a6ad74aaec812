package protocol

import (
	"fmt"
	"strings"

	"ctiagent/cti"
)

// The codes of errors: JSON-RPC's own, and one for all that a desk or PBX
// refuses.
const (
	CodeParse          = -32700
	CodeInvalidRequest = -32600
	CodeUnknownMethod  = -32601
	CodeInvalidParams  = -32602
	CodeApplication    = -32000
)

// Ids of the hints that only the doors give.
const (
	HintParse         = "error.hint.parse"
	HintRequest       = "error.hint.request"
	HintBatch         = "error.hint.batch"
	HintTooBig        = "error.hint.too_big"
	HintUnknownMethod = "error.hint.unknown_method"
	HintVersion       = "error.hint.version"
	HintTicket        = "error.hint.ticket"
	HintTicketWait    = "error.hint.ticket_wait"
	HintAdministrator = "error.hint.administrator"
	HintNoHand        = "error.hint.no_hand"
	HintNobodyToAsk   = "error.hint.nobody_to_ask"
	HintSecret        = "error.hint.secret"
	HintScope         = "error.hint.scope"
	HintSupervise     = "error.hint.supervise"
	HintProgramDoor   = "error.hint.program_door"
	HintSocketOnly    = "error.hint.socket_only"
	HintInFlight      = "error.hint.in_flight"
	HintStream        = "error.hint.stream"
)

// Error is an error on the wire.
type Error struct {
	Code    int        `json:"code"`
	Message string     `json:"message"`
	Data    *ErrorData `json:"data,omitempty"`
	hint    string
}

// ErrorData is what a page may decide by, and what it shows.
type ErrorData struct {
	Kind      cti.Kind `json:"kind"`
	Op        string   `json:"op,omitempty"`
	Driver    string   `json:"driver,omitempty"`
	Text      string   `json:"text,omitempty" help:"the vendor's own wording"`
	Hint      string   `json:"hint,omitempty" help:"one sentence in the person's language: what to do next"`
	Retryable bool     `json:"retryable"`
	Sent      cti.Sent `json:"sent,omitempty" values:"no,unknown,yes" help:"whether the wish may have reached the PBX"`
}

// Error is one line for logs.
func (e *Error) Error() string { return fmt.Sprintf("%s (%d)", e.Message, e.Code) }

// HintID is the id of the hint that fits an error made by Parse.
func (e *Error) HintID() string { return e.hint }

func problem(code int, text, hint string) *Error {
	return &Error{Code: code, Message: text, hint: hint, Data: &ErrorData{Kind: cti.BadRequest, Text: text}}
}

// UnknownMethod is the error of a method nobody serves.
func UnknownMethod(name string) *Error {
	return &Error{Code: CodeUnknownMethod, Message: "unknown method " + name, hint: HintUnknownMethod,
		Data: &ErrorData{Kind: cti.Unsupported, Op: name, Text: "there is no method of this name"}}
}

// FromCTI puts an error on the wire, with its hint as a sentence. The cause
// stays behind.
func FromCTI(e *cti.Error, hint string) *Error {
	code := CodeApplication
	if e.Kind == cti.BadRequest {
		code = CodeInvalidParams
	}
	text, sent := e.Text, e.Sent
	if text == "" {
		text = string(e.Kind)
	}
	if sent == "" {
		sent = cti.NotSent
	}
	return &Error{Code: code, Message: e.Message(), Data: &ErrorData{Kind: e.Kind, Op: e.Op, Driver: e.Driver,
		Text: text, Hint: hint, Retryable: e.Retryable, Sent: sent}}
}

// CTI turns an error from the wire back; the hint is a sentence then and stays
// in Data.
func (e *Error) CTI() *cti.Error {
	if e.Data == nil {
		kind := cti.InternalError
		switch e.Code {
		case CodeParse, CodeInvalidRequest, CodeInvalidParams:
			kind = cti.BadRequest
		case CodeUnknownMethod:
			kind = cti.Unsupported
		}
		return cti.Fail(kind, "", e.Message)
	}
	d := e.Data
	out := &cti.Error{Kind: d.Kind, Op: d.Op, Driver: d.Driver, Text: d.Text, Sent: d.Sent, Retryable: d.Retryable}
	if title, ok := strings.CutSuffix(e.Message, ": "+d.Text); ok && d.Driver != "" {
		out.Title = title
	}
	return out
}
