package protocol

import (
	"bytes"
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// Bounds of a message, apart from its length.
const (
	maxDepth  = 64
	maxID     = 128
	maxMethod = 128
)

// Message is one JSON-RPC message: a request (Method and ID), a notification
// (Method alone) or an answer to the service's own request (ID alone). The
// raw fields are parts of the text it was parsed from.
type Message struct {
	ID     json.RawMessage // nil when absent
	Method string
	Params json.RawMessage // an object, or nil
	Result json.RawMessage
	Error  json.RawMessage
}

// Note says whether nobody waits for an answer.
func (m Message) Note() bool { return m.ID == nil }

// Answer says whether the message answers a request of the service.
func (m Message) Answer() bool { return m.Method == "" }

// Parse reads one message, strictly: exact field names, no batch, nothing
// nested deeper than 64. Its error is ready for the wire; the ID is filled as
// far as it could be read.
func Parse(data []byte) (Message, *Error) {
	var m Message
	data = bytes.TrimSpace(data)
	if len(data) > 0 && data[0] == '[' {
		return m, problem(CodeInvalidRequest, "batches are not spoken here, send one request per message", HintBatch)
	}
	if !Sound(data) {
		return m, problem(CodeParse, "the message is no valid JSON", HintParse)
	}
	if data[0] != '{' {
		return m, problem(CodeInvalidRequest, "the message is no JSON object", HintRequest)
	}
	var version, method, params json.RawMessage
	fields(data, func(key string, value json.RawMessage) {
		switch key {
		case "jsonrpc":
			version = value
		case "id":
			m.ID = value
		case "method":
			method = value
		case "params":
			params = value
		case "result":
			m.Result = value
		case "error":
			m.Error = value
		}
	})
	if m.ID != nil && !validID(m.ID) {
		m.ID = nil
		return m, problem(CodeInvalidRequest, "the id must be a string, a number or null", HintRequest)
	}
	if string(version) != `"2.0"` {
		return m, problem(CodeInvalidRequest, `the field jsonrpc must be "2.0"`, HintRequest)
	}
	if method == nil {
		if m.ID == nil || (m.Result == nil) == (m.Error == nil) {
			return m, problem(CodeInvalidRequest, "the message names no method", HintRequest)
		}
		return m, nil
	}
	if len(method) > maxMethod || json.Unmarshal(method, &m.Method) != nil || m.Method == "" {
		m.Method = ""
		return m, problem(CodeInvalidRequest, "the method must be a string of 1 to 126 characters", HintRequest)
	}
	switch {
	case params == nil || string(params) == "null":
	case params[0] == '{':
		m.Params = params
	default:
		return m, problem(CodeInvalidParams, "the parameters must be one JSON object", "error.hint.params")
	}
	return m, nil
}

// Sound says whether data is JSON in UTF-8, nested no deeper than 64.
func Sound(data []byte) bool {
	return utf8.Valid(data) && depth(data) <= maxDepth && json.Valid(data)
}

// validID refuses objects, arrays, booleans and what is too long to keep.
func validID(id json.RawMessage) bool {
	if len(id) > maxID {
		return false
	}
	switch id[0] {
	case '{', '[', 't', 'f':
		return false
	}
	return true
}

// depth is how deep the text nests, strings apart. It is right for valid JSON
// and harmless for anything else.
func depth(data []byte) int {
	deepest, now := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			i = skipString(data, i) - 1
		case '{', '[':
			now++
			deepest = max(deepest, now)
		case '}', ']':
			now--
		}
	}
	return deepest
}

// skipString is the end of the string that begins at i. It looks at each byte twice at most, whatever is escaped.
func skipString(data []byte, i int) int {
	for i++; i < len(data); {
		quote := bytes.IndexByte(data[i:], '"')
		if quote < 0 {
			break
		}
		end := i + quote
		from := end
		for from > i && data[from-1] == '\\' {
			from--
		}
		if (end-from)%2 == 0 {
			return end + 1
		}
		i = end + 1 // this one is escaped
	}
	return len(data)
}

// fields calls f for each member of a valid JSON object, in order.
func fields(data []byte, f func(key string, value json.RawMessage)) {
	i := skipSpace(data, 1)
	for i < len(data) && data[i] == '"' {
		end := skipValue(data, i)
		var key string
		if raw := data[i+1 : end-1]; bytes.IndexByte(raw, '\\') < 0 {
			key = string(raw)
		} else if json.Unmarshal(data[i:end], &key) != nil {
			return
		}
		i = skipSpace(data, skipSpace(data, end)+1) // over the colon
		end = skipValue(data, i)
		f(key, json.RawMessage(data[i:end:end]))
		i = skipSpace(data, end)
		if i < len(data) && data[i] == ',' {
			i = skipSpace(data, i+1)
		}
	}
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\t' || data[i] == '\n' || data[i] == '\r') {
		i++
	}
	return i
}

// skipValue is the end of the value that begins at i.
func skipValue(data []byte, i int) int {
	level := 0
	for i < len(data) {
		switch data[i] {
		case '"':
			i = skipString(data, i)
		case '{', '[':
			level++
			i++
			continue
		case '}', ']':
			level--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			i++
			continue
		default:
			for i < len(data) && !bytes.ContainsRune([]byte(",:]} \t\n\r"), rune(data[i])) {
				i++
			}
		}
		if level <= 0 {
			return i
		}
	}
	return i
}

// AppendRequest appends a request, or with a nil id a notification.
func AppendRequest(b []byte, id json.RawMessage, method string, params any) ([]byte, error) {
	raw, err := json.Marshal(params)
	if err != nil {
		return b, err
	}
	b = slices.Grow(b, len(raw)+len(id)+len(method)+64)
	b = append(b, `{"jsonrpc":"2.0",`...)
	if id != nil {
		b = append(append(append(b, `"id":`...), id...), ',')
	}
	b = append(AppendString(append(b, `"method":`...), method), `,"params":`...)
	return append(append(b, raw...), '}'), nil
}

// AppendResult appends the answer to a request; result is JSON.
func AppendResult(b []byte, id, result json.RawMessage) []byte {
	b = slices.Grow(b, len(id)+len(result)+40)
	b = append(append(b, `{"jsonrpc":"2.0","id":`...), id...)
	return append(append(append(b, `,"result":`...), result...), '}')
}

// AppendError appends the answer to a request that failed; a nil id is null,
// as for a request that could not be read.
func AppendError(b []byte, id json.RawMessage, e *Error) []byte {
	if id == nil {
		id = json.RawMessage("null")
	}
	raw, err := json.Marshal(e)
	if err != nil { // cannot be: only strings, numbers and booleans
		raw = []byte(`{"code":-32000,"message":"internal"}`)
	}
	b = append(append(b, `{"jsonrpc":"2.0","id":`...), id...)
	return append(append(append(b, `,"error":`...), raw...), '}')
}
