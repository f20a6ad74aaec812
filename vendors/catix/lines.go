package catix

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"ctiagent/vendors/internal/wire"
)

// The words of tipo and informacao.
const (
	kindAction    = "ACAO"
	kindError     = "ERRO"
	kindEvent     = "EVENT"
	kindEventToo  = "EVENTO" // the scheduled calls, document eventos
	kindKeepAlive = "KEEP_ALIVE"
	infoOK        = "OK"
)

// longestLine bounds one line of the system, in bytes.
const longestLine = 1 << 20

// message is one command.
type message struct {
	Kind       string         `json:"tipo"`
	Command    string         `json:"comando"`
	Agent      string         `json:"agente,omitempty"`
	Number     string         `json:"numeroDiscado,omitempty"`
	To         string         `json:"destino,omitempty"`
	ToID       string         `json:"idDestino,omitempty"`
	Attributes map[string]any `json:"atributos,omitempty"`
	Mailing    any            `json:"mailing,omitempty"`
	ID         string         `json:"messageId,omitempty"`
}

// reply is one line of the system, an event or an answer.
type reply struct {
	Kind       string          `json:"tipo"`
	Agent      json.RawMessage `json:"agente"`
	Info       string          `json:"informacao"`
	Code       json.RawMessage `json:"erroCod"`
	Attributes json.RawMessage `json:"atributos"`
	ID         json.RawMessage `json:"messageId"`
}

var errNoObject = errors.New("a line is no JSON object")

// readLine reads one line.
func readLine(line []byte) (r reply, err error) {
	text := strings.TrimSpace(strings.TrimPrefix(wire.Text(line), "\ufeff"))
	if !strings.HasPrefix(text, "{") {
		return reply{}, errNoObject
	}
	err = json.Unmarshal([]byte(text), &r)
	return r, err
}

// isEvent says whether a line tells of something nobody asked for.
func (r reply) isEvent() bool { return r.Kind == kindEvent || r.Kind == kindEventToo }

// word is a JSON string or number as text; the documents write ids both ways.
func word(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// text is a value of atributos that may be written as text, as a number or as a truth.
type text string

// UnmarshalJSON reads any of the three.
func (t *text) UnmarshalJSON(b []byte) error {
	if w := word(b); w != "" {
		*t = text(w)
		return nil
	}
	switch s := strings.TrimSpace(string(b)); s {
	case `""`, "null":
		*t = ""
	case "true", "false":
		*t = text(s)
	default:
		return errors.New("a value is neither text nor number")
	}
	return nil
}

// number is a count that may be written as text.
type number int64

// UnmarshalJSON reads 5 and "5".
func (n *number) UnmarshalJSON(b []byte) error {
	var t text
	if err := t.UnmarshalJSON(b); err != nil {
		return err
	}
	i, err := strconv.ParseInt(string(t), 10, 64)
	*n = number(i)
	return err
}

// moment writes a time as dd/MM/yyyy kk:mm:ss, where kk runs from 1 to 24: midnight is the day before at 24.
func moment(at time.Time) string {
	if at.Hour() == 0 {
		return at.AddDate(0, 0, -1).Format("02/01/2006") + " 24:" + at.Format("04:05")
	}
	return at.Format("02/01/2006 15:04:05")
}
