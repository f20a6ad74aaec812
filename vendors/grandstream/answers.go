package grandstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/fault"
	"ctiagent/vendors/internal/wire"
)

// What response may say, CTI guide, "Response format".
const (
	responseSuccess = "success"
	responseError   = "error"
)

// The ids of sentences for the person.
const (
	hintRefused  = "grandstream.hint.refused"
	hintPassword = "grandstream.hint.password"
	hintFunction = "grandstream.hint.function"
	hintAddress  = "grandstream.hint.address"
	hintLine     = "grandstream.hint.line"
	hintDigits   = "grandstream.hint.digits"
	hintTransfer = "grandstream.hint.transfer"
)

// meaning is what one body of an error answer means.
type meaning struct {
	body   string // as the phone writes it, without quotes
	kind   cti.Kind
	hint   string
	text   string
	source string
}

// meanings are the bodies of error answers. A success has no table: its body is true, "complete" or a list, and says
// nothing that response does not.
func meanings() []meaning {
	return []meaning{
		{"false", cti.Refused, hintRefused, "the phone did not accept it", `CTI guide, "Phone Operations Functions"`},
		{"failed", cti.Refused, hintRefused, "the phone did not accept it: failed", `CTI guide, "Response format"`},
		{"unknown", cti.BadRequest, hintRefused, "the phone does not know it: unknown", `CTI guide, "Send Keys"`},
		{"unauthorized", cti.Unauthorized, hintPassword, "the phone does not let ctiagent in: unauthorized", "users of the GXP2170; printed in no document"},
	}
}

// answer is a whole answer of the phone.
type answer struct {
	Response string          `json:"response"`
	Body     json.RawMessage `json:"body"`
}

// word is the body where it is a word or a truth, "" where it is a list.
func (a answer) word() string {
	b := bytes.TrimSpace(a.Body)
	if len(b) > 0 && (b[0] == '[' || b[0] == '{') {
		return ""
	}
	var text string
	if json.Unmarshal(b, &text) == nil {
		return text
	}
	return string(b)
}

var errNoAnswer = errors.New("the answer has no response")

// readAnswer reads what a function answered: one JSON object and nothing else.
func readAnswer(body []byte) (answer, error) {
	var a answer
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))
	if err := json.Unmarshal([]byte(utf8Text(body)), &a); err != nil {
		return answer{}, err
	}
	if a.Response != responseSuccess && a.Response != responseError {
		return answer{}, errNoAnswer
	}
	return a, nil
}

// utf8Text keeps a name in Latin-1 from turning into question marks.
func utf8Text(b []byte) string { return wire.Text(b) }

// judge answers nil for a success, else the error the answer stands for.
func (s *session) judge(op string, a answer) *cti.Error {
	if a.Response == responseSuccess {
		return nil
	}
	said := a.word()
	for _, m := range meanings() {
		if strings.EqualFold(said, m.body) {
			e := s.fails.Make(m.kind, op, m.text, cti.CertainSent, nil)
			e.Hint = m.hint
			return e
		}
	}
	e := s.fails.Make(cti.Refused, op, "the phone did not accept it: "+fault.Quote(s.fails.Redact(said)), cti.CertainSent, nil)
	e.Hint = hintRefused
	return e
}
