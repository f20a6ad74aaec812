package protocol

import (
	"bytes"
	"encoding/json"

	"ctiagent/cti"
)

// SubprotocolPorthole is the WebSocket sub-protocol of pages written for the
// agent portal of uContact: the window messages of Porthole 1.0.0.
const SubprotocolPorthole = "porthole"

// HintAction is the hint of an action that the porthole dialect lacks.
const HintAction = "porthole.hint.action"

// maxWindowName bounds the window names that an answer gives back, in bytes.
const maxWindowName = 256

// PortholeFrame is what a page posts: an action with its members.
type PortholeFrame struct {
	Action string
	// Source and Target are the names of the windows that it goes from and to.
	Source, Target string

	members map[string]json.RawMessage
}

// ParsePorthole reads one message as Porthole 1.0.0 posts it,
// {"data":{"action":…},"sourceOrigin":…}, or a bare {"action":…}. Its error is
// ready for the wire; the frame is filled as far as it could be read.
func ParsePorthole(data []byte) (PortholeFrame, *Error) {
	f := PortholeFrame{members: map[string]json.RawMessage{}}
	data = bytes.TrimSpace(data)
	if !Sound(data) {
		return f, problem(CodeParse, "the message is no valid JSON", HintParse)
	}
	if data[0] != '{' {
		return f, problem(CodeInvalidRequest, "the message is no JSON object", HintAction)
	}
	var inner json.RawMessage
	bare := false
	fields(data, func(key string, value json.RawMessage) {
		switch key {
		case "data":
			inner = value
		case "action":
			bare = true
		case "sourceWindowName":
			f.Source = windowName(value)
		case "targetWindowName":
			f.Target = windowName(value)
		}
	})
	switch {
	case bare: // an action may have a member called data
		inner = data
	case len(inner) == 0 || inner[0] != '{':
		return f, problem(CodeInvalidRequest, "the message names no action", HintAction)
	}
	fields(inner, func(key string, value json.RawMessage) { f.members[key] = value })
	if a := f.members["action"]; len(a) > maxMethod || json.Unmarshal(a, &f.Action) != nil || f.Action == "" {
		f.Action = ""
		return f, problem(CodeInvalidRequest, "the message names no action", HintAction)
	}
	return f, nil
}

func windowName(raw json.RawMessage) string {
	var name string
	if len(raw) > maxWindowName || json.Unmarshal(raw, &name) != nil {
		return ""
	}
	return name
}

// Text is a member that is text; a number counts as its digits, since pages
// write numbers either way. One that is missing or null is "".
func (f PortholeFrame) Text(name string) (string, error) {
	raw := f.members[name]
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", nil
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9':
		return string(raw), nil
	}
	return "", f.wrong(name, "string")
}

// Off says whether a switch is given as false.
func (f PortholeFrame) Off(name string) (bool, error) {
	switch raw := string(f.members[name]); raw {
	case "", "null", "true":
		return false, nil
	case "false":
		return true, nil
	}
	return false, f.wrong(name, "boolean")
}

// Object is a member that is an object, with its own members.
func (f PortholeFrame) Object(name string) (PortholeFrame, error) {
	o := PortholeFrame{Action: f.Action, members: map[string]json.RawMessage{}}
	raw := f.members[name]
	if len(raw) == 0 || raw[0] != '{' {
		if len(raw) == 0 || string(raw) == "null" {
			return o, &cti.Error{Kind: cti.BadRequest, Text: "the parameter " + name + " is missing", Hint: "error.hint.missing", Args: map[string]string{"Name": name}}
		}
		return o, f.wrong(name, "object")
	}
	fields(raw, func(key string, value json.RawMessage) { o.members[key] = value })
	return o, nil
}

// Set adds a text member.
func (f PortholeFrame) Set(name, text string) { f.members[name] = AppendString(nil, text) }

// JSON is all members as one object.
func (f PortholeFrame) JSON() (json.RawMessage, error) { return json.Marshal(f.members) }

func (f PortholeFrame) wrong(name, kind string) error {
	return &cti.Error{Kind: cti.BadRequest, Text: "the parameter " + name + " must be of type " + kind,
		Hint: "error.hint.type", Args: map[string]string{"Name": name, "Type": kind}}
}

// AppendPorthole appends the answer to f as Porthole 1.0.0 would post it back,
// from window to window the other way round: data is JSON, own our origin and
// page the page's.
func AppendPorthole(b []byte, f PortholeFrame, own, page string, data json.RawMessage) []byte {
	b = append(append(b, `{"data":`...), data...)
	b = AppendString(append(b, `,"sourceOrigin":`...), own)
	b = AppendString(append(b, `,"targetOrigin":`...), page)
	b = AppendString(append(b, `,"sourceWindowName":`...), f.Target)
	b = AppendString(append(b, `,"targetWindowName":`...), f.Source)
	return append(b, '}')
}
