package desk

import (
	"fmt"
	"slices"
	"strings"

	"ctiagent/cti"
	"ctiagent/dialplan"
)

// The ids of the sentences that tell a person what to do next.
const (
	hintBounds       = "desk.hint.bounds"
	hintDigits       = "desk.hint.digits"
	hintCallUnknown  = "desk.hint.call_unknown"
	hintCallNone     = "desk.hint.call_none"
	hintCallSeveral  = "desk.hint.call_several"
	hintCallState    = "desk.hint.call_state"
	hintElsewhere    = "desk.hint.elsewhere"
	hintNoDriver     = "desk.hint.no_driver"
	hintNowhere      = "desk.hint.nowhere"
	hintMethod       = "desk.hint.method"
	hintDown         = "desk.hint.down"
	hintUnknown      = "desk.hint.outcome_unknown"
	hintThrottle     = "desk.hint.throttle"
	hintLiveCalls    = "desk.hint.live_calls"
	hintDialing      = "desk.hint.already_dialing"
	hintVendor       = "desk.hint.vendor"
	hintCursor       = "desk.hint.cursor"
	hintJournal      = "desk.hint.journal"
	hintOutbox       = "desk.hint.outbox"
	hintOutboxFull   = "desk.hint.outbox_full"
	hintOutboxFails  = "desk.hint.outbox_fails"
	hintOutboxGone   = "desk.hint.outbox_gone"
	hintOutboxSent   = "desk.hint.outbox_sent"
	hintUnwritable   = "desk.hint.unwritable"
	hintClosed       = "desk.hint.closed"
	hintCrashed      = "desk.hint.crashed"
	hintNoHand       = "desk.hint.no_hand"
	hintNoReceiver   = "desk.hint.no_receiver"
	noticePauseFails = "desk.notice.pause_failed"

	questionPop        = "desk.question.pop"
	questionPopUnknown = "desk.question.pop_unknown"

	// The dial plan owns these: one for each of its reasons.
	hintReason = "dialplan.reason."
)

func noHand() *cti.Error {
	return &cti.Error{Kind: cti.Unavailable, Text: "nobody's session is attached", Hint: hintNoHand}
}

func isClosed(op string) *cti.Error {
	return &cti.Error{Kind: cti.Unavailable, Op: op, Text: "the desk is closed", Hint: hintClosed, Retryable: true}
}

// notAPhone refuses a text with the dial plan's own reason.
func notAPhone(op, param string, e dialplan.Explanation) *cti.Error {
	return &cti.Error{Kind: cti.BadRequest, Op: op, Text: fmt.Sprintf("the parameter %s is no telephone number (%s)", param, e.Reason),
		Hint: hintReason + e.Reason}
}

// outOfBounds names the parameter and the most that is allowed, in signs that
// need no translation.
func outOfBounds(op, param string, entries, size int) *cti.Error {
	allowed := fmt.Sprintf("%d bytes", size)
	if entries > 1 {
		allowed = fmt.Sprintf("%d × %d bytes", entries, size)
	}
	return &cti.Error{Kind: cti.BadRequest, Op: op, Text: fmt.Sprintf("the parameter %s is larger than %s", param, allowed),
		Hint: hintBounds, Args: map[string]string{"Name": param, "Allowed": allowed}}
}

// unserved says why no driver can be asked for m: a driver that has it could
// not be opened, or which configured drivers lack it and which would have it.
func (d *Desk) unserved(m *method) *cti.Error {
	name := m.info.Name
	var lacking []string
	var reason string
	for _, l := range d.links {
		if !l.lists(name) {
			lacking = append(lacking, l.driver.Title)
			if i := slices.IndexFunc(l.driver.Omitted, func(o cti.Omission) bool { return o.Verb == name }); i >= 0 && reason == "" {
				reason = " (" + l.driver.Omitted[i].Reason + ")"
			}
			continue
		}
		if l.current() == nil {
			l.mu.Lock()
			detail := l.detail
			l.mu.Unlock()
			return &cti.Error{Kind: cti.Unavailable, Op: name, Driver: l.driver.Name, Title: l.driver.Title, Text: detail,
				Hint: hintDown, Args: map[string]string{"Driver": l.driver.Title}, Retryable: true}
		}
		lacking = append(lacking, l.driver.Title)
		if reason == "" {
			reason = " (not with this licence or these rights)"
		}
	}
	var having []string
	for _, k := range d.known() {
		configured := slices.ContainsFunc(d.links, func(l *link) bool { return l.driver.Name == k.Name })
		if !configured && slices.ContainsFunc(k.Functions, func(f cti.FuncInfo) bool { return f.Name == name }) {
			having = append(having, k.Title)
		}
	}
	text := name + " is not offered by " + strings.Join(lacking, ", ") + reason
	if len(lacking) == 0 {
		text = "no driver is configured that offers " + name
	}
	e := &cti.Error{Kind: cti.Unsupported, Op: name, Hint: hintNowhere,
		Args: map[string]string{"Verb": name, "Lacking": strings.Join(lacking, ", ")}}
	if len(having) > 0 {
		text += "; " + strings.Join(having, ", ") + " would offer it"
		e.Hint, e.Args["Having"] = hintElsewhere, strings.Join(having, ", ")
		if len(lacking) == 0 {
			e.Hint = hintNoDriver
		}
	}
	e.Text = text
	return e
}

// outcomeOpen is what a dial answers when the PBX may have taken it.
func outcomeOpen(err error) *cti.Error {
	e := *cti.AsError(err)
	if e.Kind != cti.Timeout {
		e.Kind = cti.Unavailable
	}
	e.Text = "it is unknown whether the call was made (" + textOf(err) + ")"
	e.Hint, e.Args, e.Sent, e.Retryable = hintUnknown, nil, cti.MaybeSent, false
	if e.Err == nil {
		e.Err = err
	}
	return &e
}

func textOf(err error) string {
	e := cti.AsError(err)
	if e.Text == "" {
		return string(e.Kind)
	}
	return e.Text
}
