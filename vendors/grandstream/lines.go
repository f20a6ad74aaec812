package grandstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/actionurl"
	"ctiagent/vendors/internal/wire"
)

// Bounds of what a phone may tell.
const (
	mostLines   = 64
	longestName = 128 // bytes
)

// Line is one line of the phone, CTI guide, "Line Status Function".
type Line struct {
	Line         int    `json:"line" help:"counted from 1"`
	State        string `json:"state" help:"idle, dialing, calling, ringing, connected, onhold, failed, and what else the phone says"`
	Account      string `json:"acct,omitempty"`
	RemoteName   string `json:"remotename,omitempty"`
	RemoteNumber string `json:"remotenumber,omitempty"`
	Active       bool   `json:"active" help:"whether the line is in focus"`
}

var (
	errLines = errors.New("the body is no list of lines")
	errMany  = fmt.Errorf("more than %d lines", mostLines)
	errTwice = errors.New("a line is listed twice, or has no number")
)

// readLines reads the body of api-get_line_status.
func readLines(body json.RawMessage) ([]Line, error) {
	var rows []struct {
		Line         loose `json:"line"`
		State        loose `json:"state"`
		Account      loose `json:"acct"`
		RemoteName   loose `json:"remotename"`
		RemoteNumber loose `json:"remotenumber"`
		Active       loose `json:"active"`
	}
	if b := bytes.TrimSpace(body); len(b) == 0 || b[0] != '[' {
		return nil, errLines
	}
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, err
	}
	if len(rows) > mostLines {
		return nil, errMany
	}
	out, seen := make([]Line, len(rows)), map[int]bool{}
	for i, r := range rows {
		n, err := strconv.Atoi(string(r.Line))
		if err != nil || n < 0 || seen[n] || r.State == "" {
			return nil, errTwice
		}
		seen[n] = true
		out[i] = Line{Line: n, State: strings.ToLower(string(r.State)), Account: string(r.Account), RemoteName: string(r.RemoteName),
			RemoteNumber: string(r.RemoteNumber), Active: r.Active != "" && r.Active != "0" && r.Active != "false"}
	}
	return out, nil
}

// loose is a value that one firmware may write as text and another as a number: its text in one bounded line.
type loose string

// UnmarshalJSON takes text, a number, a truth or null.
func (l *loose) UnmarshalJSON(b []byte) error {
	var text string
	switch {
	case bytes.Equal(b, []byte("null")):
	case b[0] == '"':
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	case b[0] == '{' || b[0] == '[':
		return errLines
	default:
		text = string(b)
	}
	text = strings.Join(strings.Fields(wire.Text([]byte(text))), " ")
	if len(text) > longestName {
		text = strings.ToValidUTF8(text[:longestName], "")
	}
	*l = loose(text)
	return nil
}

// stage is what a line's state means.
type stage int

const (
	idle      stage = iota
	dialing         // the number may still be being typed
	calling         // the other side is being called
	ringing         // somebody calls this phone
	talking         // connected
	held            // on hold
	failed          // the call came to nothing, and the line says so until somebody hangs up
	uncharted       // a word that no document and no program knows
)

// stages are the words of api-get_line_status. idle stands in the CTI guide; the others are those that programs for these
// phones look for.
func stages() map[string]stage {
	return map[string]stage{
		"idle": idle, "none": idle, "available": idle,
		"dialing": dialing, "calling": calling, "ringing": ringing,
		"connected": talking, "onhold": held, "failed": failed,
	}
}

// stageOf reads a state.
func stageOf(state string) stage {
	if st, known := stages()[state]; known {
		return st
	}
	return uncharted
}

// state is the stage in the words of the house; failed calls have ended.
func (st stage) state() cti.CallState {
	switch st {
	case dialing, calling:
		return cti.Dialing
	case ringing:
		return cti.Ringing
	case held:
		return cti.Held
	case idle, failed:
		return cti.Ended
	case talking, uncharted:
	}
	return cti.Connected
}

// number is the other end as far as the line shows it.
func (l Line) number() string { return actionurl.Number(l.RemoteNumber) }
