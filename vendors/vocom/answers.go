package vocom

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// The words of response.status, manual 003, "Respostas possíveis".
const (
	statusOK    = "ok"
	statusError = "error"
)

// The ids of sentences for the person.
const (
	hintParameters = "vocom.hint.parameters"
	hintKey        = "vocom.hint.key"
	hintExecute    = "vocom.hint.execute"
	hintNotFound   = "vocom.hint.not_found"
	hintAddress    = "vocom.hint.address"
	hintChannel    = "vocom.hint.channel"
	hintCall       = "vocom.hint.call"
	hintBreak      = "vocom.hint.break"
	hintPeriod     = "vocom.hint.period"
)

// mostRows is where every list of the system ends: manual 003, "Observação".
const mostRows = 2000

// meaning is what one word of status_type means.
type meaning struct {
	word, text, hint string
	kind             cti.Kind
}

// meanings are the words of manual 003, "Tipos de retornos do status_type".
func meanings() []meaning {
	return []meaning{
		{"params_failed", "a parameter is missing or not valid", hintParameters, cti.BadRequest},
		{"authentication_failed", "the key was refused", hintKey, cti.Unauthorized},
		{"execute_failed", "the system could not do it", hintExecute, cti.Refused},
		{"not_found_failed", "the system does not know something that was named", hintNotFound, cti.NotFound},
	}
}

// reply is what stands inside response. Status is nil where the system wrote null.
type reply struct {
	Status *string         `json:"status"`
	Type   string          `json:"status_type"`
	CallID *string         `json:"call_id"`
	Result json.RawMessage `json:"result"`
	List   json.RawMessage `json:"list"`
	Count  *lax            `json:"count"`
}

// lax is a number that may be written as a string.
type lax int

// UnmarshalJSON reads 2 and "2".
func (n *lax) UnmarshalJSON(b []byte) error {
	i, err := strconv.Atoi(strings.Trim(string(b), `"`))
	*n = lax(i)
	return err
}

var errNoResponse = errors.New("the answer has no response")

// readReply reads a whole answer: one object with response in it. What a web server of PHP writes before it, a warning or a
// page, makes it no answer.
func readReply(body []byte, into any) error {
	var whole struct {
		Response json.RawMessage `json:"response"`
	}
	text := []byte(strings.TrimPrefix(wire.Text(body), "\ufeff"))
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	if b := bytes.TrimSpace(whole.Response); len(b) == 0 || b[0] != '{' {
		return errNoResponse
	}
	return json.Unmarshal(whole.Response, into)
}

// judge answers nil for ok, else the error the reply stands for.
func (s *session) judge(op string, r reply) *cti.Error {
	switch {
	case r.Status == nil && r.Type == "":
		// Seen in a public server: no channel was found, and nobody knows whether a call is under way.
		e := s.fails.Make(cti.Unavailable, op, "the system says neither yes nor no: it found no line for the agent", cti.MaybeSent, nil)
		e.Hint = hintChannel
		return e
	case r.Status != nil && *r.Status == statusOK && r.Type == "":
		return nil
	}
	for _, m := range meanings() {
		if r.Type == m.word {
			e := s.fails.Make(m.kind, op, m.text+": "+m.word, cti.CertainSent, nil)
			e.Hint = m.hint
			return e
		}
	}
	status := ""
	if r.Status != nil {
		status = *r.Status
	}
	return s.fails.Strange(op, fmt.Sprintf("status %q, status_type %q", fault.Quote(status), fault.Quote(r.Type)))
}

// AgentRow is one agent of a queue.
type AgentRow struct {
	Name             string `json:"name"`
	Status           string `json:"status" help:"Available, Available (On Demand), On Break, Logged Out"`
	Branch           string `json:"branch"`
	FirstLogin       string `json:"first_login" help:"seconds since 1970"`
	Answered         string `json:"answered_count"`
	AnsweredDuration string `json:"answered_duration" help:"seconds"`
	NotAnswered      string `json:"not_answered_count"`
	Outbound         string `json:"outbound_count"`
	OutboundDuration string `json:"outbound_duration" help:"seconds"`
}

// readAgents reads a list of agents: "" when there are none, else an array or an object with numeric keys (seen in a public
// server, where both lists share one counter).
func readAgents(raw json.RawMessage) ([]AgentRow, error) {
	b := bytes.TrimSpace(raw)
	switch {
	case len(b) == 0, string(b) == `""`, string(b) == "null":
		return []AgentRow{}, nil
	case b[0] == '[':
		out := []AgentRow{}
		err := json.Unmarshal(b, &out)
		return out, err
	}
	keyed := map[string]AgentRow{}
	if err := json.Unmarshal(b, &keyed); err != nil {
		return nil, err
	}
	out := make([]AgentRow, 0, len(keyed))
	for _, k := range sortedNumbers(keyed) {
		out = append(out, keyed[k])
	}
	return out, nil
}
