package uri

import (
	"encoding/json"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/secret"
)

// The bounds of what is read at all, in bytes.
const (
	maxText      = 512
	maxNumber    = 32 // without separators; E.164 has 15 digits, keypad codes are longer
	maxExtension = 16
	maxPassword  = 64
)

// Schemes are the schemes of telephone links, in the order they are shown.
func Schemes() []string { return []string{"sip", "sips", "tel", "callto"} }

// Reason says in one word why a link is done, asked about or refused. The values are wire strings; i18n's
// "links.reason.<Reason>" is the sentence.
type Reason string

// Why a link is refused before anybody's policy is asked.
const (
	Empty      Reason = "empty"
	TooLong    Reason = "too_long"
	Characters Reason = "characters"   // a sign that no telephone link has
	Scheme     Reason = "scheme"       // no telephone link at all
	NoNumber   Reason = "not_a_number" // a name, a host, or nothing
	Pause      Reason = "pause"        // pauses or tones behind the number
	Verb       Reason = "unknown_verb"
	Digit      Reason = "digit" // not exactly one
	Line       Reason = "line"  // not 1 to 6
	BadLogin   Reason = "login" // not the one form of a login link
)

// Refusal is a text that is no link this program follows. Its sentence holds nothing of the text.
type Refusal struct{ Reason Reason }

// Error names the reason.
func (e *Refusal) Error() string { return "the link is refused: " + string(e.Reason) }

// Link is what a link asks for: a method of the local API, and no more parameters than that method needs.
type Link struct {
	Method    string       // a common verb, such as call.dial
	Number    string       // of call.dial: [0-9*#] with at most a + in front
	Digit     string       // of softphone.digit: one of 0 to 9
	Line      int          // of softphone.line: 1 to 6
	Extension string       // of agent.login; of call.dial the digits behind ;ext=, which are not dialled
	Password  secret.Value // of agent.login
}

// Star says that the link dials a keypad code, which can divert calls or lock a telephone.
func (l Link) Star() bool { return strings.ContainsAny(l.Number, "*#") }

// Params are the method's parameters as the desk takes them, nil for none. Those of a login hold the password.
func (l Link) Params() (json.RawMessage, error) {
	switch l.Method {
	case cti.CallDial.Name:
		in := cti.DialIn{Number: l.Number}
		if l.Extension != "" {
			in.Data = map[string]string{"ext": l.Extension}
		}
		return json.Marshal(in)
	case cti.SoftphoneDigit.Name:
		return json.Marshal(cti.DigitIn{Digit: l.Digit})
	case cti.SoftphoneLine.Name:
		return json.Marshal(cti.LineIn{Line: l.Line})
	case cti.AgentLogin.Name:
		return json.Marshal(cti.LoginIn{Extension: l.Extension, Password: l.Password.Reveal()})
	}
	return nil, nil
}

// Parse reads one link. Every error is a *Refusal.
//
// It knows tel (RFC 3966), sip and sips with a telephone number for a user (RFC 3261, 19.1.6), callto, the leniencies that
// pages rely on (a bare sip:1000, two slashes, blanks between digits), and the switches of TotalPhone as links write them
// (manual 002, 1.6). Host, headers, parameters and a password behind a user are read to be checked, and dropped.
func Parse(text string) (Link, error) {
	switch {
	case text == "":
		return refuse(Empty)
	case len(text) > maxText:
		return refuse(TooLong)
	case !printable(text):
		return refuse(Characters)
	case strings.EqualFold(text, "sip-desligar"): // manual 002, 1.6.4, as printed: without the colon
		return Link{Method: cti.CallHangup.Name}, nil
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok {
		return refuse(Scheme)
	}
	switch strings.ToLower(scheme) {
	case "tel":
		return number(withoutSlashes(rest))
	case "callto":
		rest, _, _ = strings.Cut(withoutSlashes(rest), "+type=") // callto:1000+type=phone
		return number(strings.TrimSuffix(rest, "/"))
	case "sip":
		if strings.HasPrefix(rest, "-") {
			return switches(rest[1:])
		}
		return address(withoutSlashes(rest))
	case "sips":
		return address(withoutSlashes(rest))
	}
	return refuse(Scheme)
}

func refuse(r Reason) (Link, error) { return Link{}, &Refusal{r} }

// printable says that a text is made of ASCII without control characters. Other digits (fullwidth ones) look like ours and
// are none.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func withoutSlashes(s string) string { return strings.TrimPrefix(s, "//") }

// decode undoes percent escapes once. What is escaped twice, or hides what may not stand in a link, is refused.
func decode(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil || v == '%' {
			return "", false
		}
		b.WriteByte(byte(v))
		i += 2
	}
	return b.String(), printable(b.String())
}

// number reads digits with RFC 3966's parameters behind them.
func number(s string) (Link, error) {
	s, params, _ := strings.Cut(s, ";")
	digits, why := dialable(s)
	if why != "" {
		return refuse(why)
	}
	extension, why := parameters(params)
	if why != "" {
		return refuse(why)
	}
	return Link{Method: cti.CallDial.Name, Number: digits, Extension: extension}, nil
}

// parameters checks what stands behind a number or a host. Only an extension is kept.
func parameters(list string) (extension string, why Reason) {
	for list != "" {
		var p string
		p, list, _ = strings.Cut(list, ";")
		name, value, _ := strings.Cut(p, "=")
		switch name = strings.ToLower(name); {
		case !parameter(name, value):
			return "", Characters
		case name == "postd": // RFC 2806: tones sent once somebody answers
			return "", Pause
		case name == "method" && !strings.EqualFold(value, "INVITE"): // RFC 3261: not a call at all
			return "", Characters
		case name == "ext":
			if extension, why = dialable(value); why != "" || len(extension) > maxExtension || strings.Trim(extension, "0123456789") != "" {
				return "", Characters
			}
		}
	}
	return extension, ""
}

// parameter says that a parameter is written as RFC 3966 and RFC 3261 allow.
func parameter(name, value string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	value, ok := decode(value)
	return ok && name != "" && strings.Trim(name, letters+"0123456789-") == "" &&
		strings.Trim(strings.ToLower(value), letters+"0123456789-_.!~*'()[]/:&+$@") == ""
}

// dialable reads one number: separators left out, a + kept in front. The separators are gone before anything else sees the
// number, since RFC 3966 lets one come first and "-5551234" looks like a switch.
func dialable(s string) (digits string, why Reason) {
	s, ok := decode(s)
	if !ok {
		return "", Characters
	}
	if isHost(s) {
		return "", NoNumber
	}
	var b strings.Builder
	some := false
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			some = true
			b.WriteRune(c)
		case c == '*' || c == '#':
			b.WriteRune(c)
		case c == '+' && b.Len() == 0:
			b.WriteRune(c)
		case strings.ContainsRune("-.() ", c):
		case c == ',' || (c == 'p' || c == 'w') && some: // RFC 2806
			return "", Pause
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			return "", NoNumber
		default:
			return "", Characters
		}
	}
	switch {
	case !some:
		return "", NoNumber
	case b.Len() > maxNumber:
		return "", TooLong
	}
	return b.String(), ""
}

// isHost tells the address of a computer, whose dots are no separators.
func isHost(s string) bool {
	groups := strings.Split(s, ".")
	if len(groups) != 4 {
		return false
	}
	for _, g := range groups {
		if n, err := strconv.ParseUint(g, 10, 16); err != nil || n > 255 || len(g) > 3 {
			return false
		}
	}
	return true
}

// address reads a SIP address whose user is a number. One without an @ is a number all the same: grammar calls that a host,
// every CRM page means a user.
func address(s string) (Link, error) {
	s, headers, _ := strings.Cut(s, "?")
	if !parameter("headers", strings.ReplaceAll(headers, "=", "")) {
		return refuse(Characters)
	}
	user, host, ok := strings.Cut(s, "@")
	if !ok {
		return number(s)
	}
	host, params, _ := strings.Cut(host, ";")
	if !hostPort(host) {
		return refuse(Characters)
	}
	user, password, _ := strings.Cut(user, ":")
	if !parameter("password", strings.NewReplacer("=", "", ",", "", "?", "").Replace(password)) {
		return refuse(Characters)
	}
	if _, why := parameters(params); why != "" {
		return refuse(why)
	}
	return number(user)
}

// hostPort says that a text is a host as RFC 3261 writes it, with or without a port.
func hostPort(s string) bool {
	rest := s
	if v6, after, ok := strings.Cut(s, "]"); ok {
		if !strings.HasPrefix(v6, "[") || len(v6) < 3 || strings.Trim(strings.ToLower(v6[1:]), "0123456789abcdef:.") != "" {
			return false
		}
		rest = "h" + after
	}
	host, port, hasPort := strings.Cut(rest, ":")
	if hasPort && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "") {
		return false
	}
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}
