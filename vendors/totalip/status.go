package totalip

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// The words that tell the lines of status_ramal apart (manual 002, 1.1.23), without accents and in capitals.
const (
	kindReceived = "RECEPTIVA"
	kindActive   = "ATIVA"
	kindDialer   = "DISCADOR"
	phoneRinging = "TOCANDO" // manual 002, 1.1.24
)

// The two user statuses with a fixed meaning (manual 002, 1.1.5 and 1.2.1.7).
const (
	statusLoggedIn  = "1"
	statusLoggedOut = "2"
)

// ExtensionStatus is the answer of status_ramal. Which fields are filled depends on Kind.
type ExtensionStatus struct {
	Name      string `json:"nome"`
	Extension string `json:"ramal"`
	// Kind is receptiva, ativa or discador during a call, livre otherwise.
	Kind         string  `json:"tipo" values:"receptiva,ativa,discador,livre"`
	From         string  `json:"origem,omitempty"`
	Number       string  `json:"numero,omitempty" help:"the number dialled, or the dialer's contact"`
	Campaign     string  `json:"id_campanha,omitempty"`
	CampaignName string  `json:"nome_campanha,omitempty"`
	Param1       string  `json:"parametro1,omitempty"`
	Param2       string  `json:"parametro2,omitempty"`
	Call         string  `json:"codigo_ligacao,omitempty"`
	Seconds      float64 `json:"duracao_segundos,omitempty" help:"zero while nobody has answered"`
	Complement   string  `json:"complemento,omitempty"`
	Phone        string  `json:"status_ramal,omitempty"`
	Status       string  `json:"status_usuario,omitempty"`
	StatusID     string  `json:"id_status,omitempty"`
}

var errStatusLine = errors.New("the line is none of the four forms of status_ramal")

// inCall says whether the line shows a call.
func (e ExtensionStatus) inCall() bool { return e.Kind != "livre" }

// talking says whether the call's duration runs.
func (e ExtensionStatus) talking() bool { return e.Seconds > 0 }

func (e ExtensionStatus) ringing() bool { return !e.inCall() && plain(e.Phone) == phoneRinging }

func (e ExtensionStatus) age() time.Duration { return time.Duration(e.Seconds * float64(time.Second)) }

// parseStatus reads the line of status_ramal. Free text may hold ";", so fields are taken from both ends.
func parseStatus(s string) (ExtensionStatus, error) {
	f := strings.Split(firstLine(s), ";")
	for i := range f {
		f[i] = strings.TrimSpace(f[i])
	}
	if len(f) < 4 || !isNumber(f[1]) {
		return ExtensionStatus{}, errStatusLine
	}
	e := ExtensionStatus{Name: f[0], Extension: f[1]}
	ok := false
	switch plain(f[2]) {
	case kindReceived:
		ok = e.received(f[3:])
	case kindActive:
		ok = e.active(f[3:])
	case kindDialer:
		ok = e.dialer(f[3:])
	default:
		ok = e.idle(f[2:])
	}
	if !ok {
		return ExtensionStatus{}, errStatusLine
	}
	return e, nil
}

// received reads from;dialled;call;duration;complement, the last of which may be missing.
func (e *ExtensionStatus) received(f []string) bool {
	if len(f) < 4 || !isRef(f[2]) {
		return false
	}
	e.Kind, e.From, e.Number, e.Call = "receptiva", f[0], f[1], f[2]
	e.Complement = strings.Join(f[4:], ";")
	return e.duration(f[3])
}

// active reads number;call;duration, or number;duration: the syntax of manual 002, 1.1.23 has both, its example one.
// A code of a call starts with seconds since 1970, nine digits at least, which no duration has.
func (e *ExtensionStatus) active(f []string) bool {
	e.Kind, e.Number = "ativa", f[0]
	switch {
	case len(f) == 2 && longCode(f[1]):
		e.Call = f[1]
		return true
	case len(f) == 2:
		return e.duration(f[1])
	case len(f) == 3 && (f[1] == "" || isRef(f[1])):
		e.Call = f[1]
		return e.duration(f[2])
	}
	return false
}

// dialer reads campaign;name;parameter 1;parameter 2;call;phone;duration.
func (e *ExtensionStatus) dialer(f []string) bool {
	n := len(f)
	if n < 7 || !isRef(f[n-3]) {
		return false
	}
	e.Kind, e.Campaign, e.CampaignName, e.Param1 = "discador", f[0], f[1], f[2]
	e.Param2 = strings.Join(f[3:n-3], ";")
	e.Call, e.Number = f[n-3], f[n-2]
	return e.duration(f[n-1])
}

// idle reads the phone's status;the user's status;its id.
func (e *ExtensionStatus) idle(f []string) bool {
	n := len(f)
	if n < 3 || !isDigits(f[n-1]) {
		return false
	}
	e.Kind, e.Phone, e.Status, e.StatusID = "livre", f[0], strings.Join(f[1:n-1], ";"), f[n-1]
	return true
}

// duration reads seconds, as 768.484154; an empty field is a call that nobody has answered.
func (e *ExtensionStatus) duration(s string) bool {
	if s == "" {
		return true
	}
	d, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	if err != nil || !(d >= 0 && d < 1e8) {
		return false
	}
	e.Seconds = d
	return true
}

func longCode(s string) bool {
	before, _, _ := strings.Cut(s, ".")
	return len(before) >= 9 && isUniqueID(s)
}

// firstLine is the first line that says anything.
func firstLine(s string) string {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			return l
		}
	}
	return ""
}

// plain writes words for comparing: capitals, no accents, single spaces. The manual prints the same answers with and
// without accents.
func plain(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch r {
		case 'Á', 'À', 'Â', 'Ã', 'Ä', 'á', 'à', 'â', 'ã', 'ä':
			return 'A'
		case 'É', 'È', 'Ê', 'Ë', 'é', 'è', 'ê', 'ë':
			return 'E'
		case 'Í', 'Ì', 'Î', 'Ï', 'í', 'ì', 'î', 'ï':
			return 'I'
		case 'Ó', 'Ò', 'Ô', 'Õ', 'Ö', 'ó', 'ò', 'ô', 'õ', 'ö':
			return 'O'
		case 'Ú', 'Ù', 'Û', 'Ü', 'ú', 'ù', 'û', 'ü':
			return 'U'
		case 'Ç', 'ç':
			return 'C'
		case '\u0300', '\u0301', '\u0302', '\u0303', '\u0308', '\u0327':
			return -1
		}
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)), " ")
}
