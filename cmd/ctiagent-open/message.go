package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// maxURI is more than any link that is followed has; of a longer one the beginning is enough to be refused.
const maxURI = 1024

var (
	errAbsent = errors.New("nobody listens there")
	errTold   = errors.New("refused, and the person was told before")
)

// refusal is what the service answered instead of a result, or with what one that was started ended.
type refusal struct {
	starting bool
	Message  string `json:"message"`
	Data     *struct {
		Kind string `json:"kind"`
		Hint string `json:"hint"`
	} `json:"data"`
}

// busy says that another ctiagent was faster.
func (r *refusal) busy() bool { return r != nil && r.Data != nil && r.Data.Kind == "busy" }

// Error is the service's own text.
func (r *refusal) Error() string { return r.Message }

// sentence is what the person is told.
func (r *refusal) sentence() string {
	if r.Data != nil && r.Data.Hint != "" {
		return r.Data.Hint
	}
	return r.Message
}

// request is the one message: uri.open of the local API's version 1.
func request(uri, language string) []byte {
	b := []byte(`{"jsonrpc":"2.0","id":1,"method":"uri.open","params":{"uri":`)
	b = appendText(b, uri, maxURI)
	b = append(b, `,"language":`...)
	b = appendText(b, language, 32)
	return append(b, "}}\n"...)
}

// appendText writes a text as a JSON string, at most so many bytes of it.
func appendText(b []byte, s string, most int) []byte {
	const hex = "0123456789abcdef"
	s = s[:min(len(s), most)]
	b = append(b, '"')
	for _, c := range s { // a byte that is no UTF-8 becomes U+FFFD, which no link has
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return append(b, '"')
}

// read judges the service's answer. The usual one is known by its beginning.
func read(answer []byte) error {
	if bytes.HasPrefix(answer, []byte(`{"jsonrpc":"2.0","id":1,"result":{"verdict":"do"`)) {
		return nil
	}
	var m struct {
		Result *struct {
			Verdict string `json:"verdict"`
		} `json:"result"`
		Error *refusal `json:"error"`
	}
	if err := json.Unmarshal(answer, &m); err != nil {
		return errors.New("what answered does not speak as ctiagent does: " + strings.ToValidUTF8(err.Error(), "?"))
	}
	switch {
	case m.Error != nil:
		return m.Error
	case m.Result == nil:
		return errors.New("ctiagent answered nothing")
	case m.Result.Verdict == "refuse":
		return errTold // one of a flood
	}
	return nil
}
