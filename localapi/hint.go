package localapi

import (
	"context"
	"errors"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
	"ctiagent/localapi/protocol"
)

// hint is the sentence that tells a person what to do after an error.
func hint(lang i18n.Lang, e *cti.Error) string {
	id := e.Hint
	if id == "" || !i18n.Has(id) {
		id = "error.hint." + string(e.Kind)
	}
	args := make(map[string]any, len(e.Args)+2)
	args["Driver"], args["Op"] = e.Title, e.Op
	for k, v := range e.Args {
		args[k] = v
	}
	return i18n.T(lang, id, args)
}

// wireError makes of any error what the caller may see. What is internal stays
// in the log.
func (c *conn) wireError(op string, err error) *protocol.Error {
	var ready *protocol.Error
	if errors.As(err, &ready) {
		if ready.Data.Hint == "" {
			ready.Data.Hint = i18n.T(c.language(), ready.HintID(), nil)
		}
		return ready
	}
	var e *cti.Error
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.Canceled):
		e = &cti.Error{Kind: cti.Canceled, Op: op, Text: "the request was canceled", Sent: cti.MaybeSent, Err: err}
	case errors.Is(err, context.DeadlineExceeded):
		e = &cti.Error{Kind: cti.Timeout, Op: op, Text: "the answer did not come in time", Sent: cti.MaybeSent, Err: err}
	default:
		e = cti.AsError(err)
	}
	if e.Op == "" {
		named := *e
		named.Op = op
		e = &named
	}
	if e.Kind == cti.InternalError {
		c.srv.opt.Log.Error("request failed", "method", op, "origin", c.origin, "person", c.person.Name, "error", err)
	}
	return protocol.FromCTI(e, hint(c.language(), e))
}

// refusal is an error of the door itself.
func refusal(kind cti.Kind, op, text, hintID string) *cti.Error {
	return &cti.Error{Kind: kind, Op: op, Text: text, Hint: hintID}
}
