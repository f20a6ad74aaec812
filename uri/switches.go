package uri

import (
	"strings"

	"ctiagent/cti"
	"ctiagent/internal/secret"
)

// plainSwitches are the switches without a value that a link may carry.
func plainSwitches() map[string]string {
	return map[string]string{
		"discar":        cti.SoftphoneDial.Name,             // manual 002, 1.6.3: dials the digits composed so far
		"desligar":      cti.CallHangup.Name,                // 1.6.4
		"atender":       cti.CallAnswer.Name,                // 1.6.5
		"espera":        cti.CallToggleHold.Name,            // 1.6.6
		"espera.":       cti.CallToggleHold.Name,            // 1.6.6, as printed
		"mudo":          cti.CallToggleMute.Name,            // 1.6.7
		"autoanswer":    cti.SoftphoneToggleAutoAnswer.Name, // 1.6.8
		"rediscar":      cti.CallRedial.Name,                // 1.6.9
		"capturar":      cti.CallPickup.Name,                // 1.6.10
		"transferencia": cti.SoftphoneStartTransfer.Name,    // 1.6.11
		"fechar":        cti.SoftphoneQuit.Name,             // 1.6.13
		"reiniciar":     cti.SoftphoneRestart.Name,          // 1.6.14
	}
}

// switches reads what stands behind "sip:-". The dash and the name are taken as they stand: an escaped one was written by
// somebody who wanted it not to be seen. Blanks may be escaped, since browsers do that by themselves.
func switches(s string) (Link, error) {
	s = strings.ReplaceAll(s, "%20", " ")
	name, value, valued := strings.Cut(strings.TrimPrefix(s, " "), "=") // 1.6.11 prints "sip:- transferencia"
	name = strings.ToLower(name)
	if !valued {
		if method := plainSwitches()[name]; method != "" {
			return Link{Method: method}, nil
		}
		return refuse(Verb)
	}
	switch name {
	case "discar": // 1.6.3
		digits, why := dialable(value)
		if why != "" {
			return refuse(why)
		}
		return Link{Method: cti.CallDial.Name, Number: digits}, nil
	case "digito": // 1.6.2
		if len(value) != 1 || value[0] < '0' || value[0] > '9' {
			return refuse(Digit)
		}
		return Link{Method: cti.SoftphoneDigit.Name, Digit: value}, nil
	case "linha": // 1.6.12
		if len(value) != 1 || value[0] < '1' || value[0] > '6' {
			return refuse(Line)
		}
		return Link{Method: cti.SoftphoneLine.Name, Line: int(value[0] - '0')}, nil
	case "ramal": // 1.6.1
		return login(value)
	case "senha":
		return refuse(BadLogin)
	}
	return refuse(Verb)
}

// login reads what stands behind "-ramal=". The password becomes an argument of the softphone, so it is letters, digits and
// inner signs that no program reads as anything else.
func login(s string) (Link, error) {
	extension, rest, ok := strings.Cut(s, " ")
	const key = "-senha="
	if !ok || len(rest) < len(key) || !strings.EqualFold(rest[:len(key)], key) {
		return refuse(BadLogin)
	}
	password := rest[len(key):]
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	if extension == "" || len(extension) > maxExtension || strings.Trim(extension, "0123456789") != "" ||
		password == "" || len(password) > maxPassword || strings.Trim(password, letters+"._-") != "" ||
		!strings.Contains(letters, password[:1]) {
		return refuse(BadLogin)
	}
	return Link{Method: cti.AgentLogin.Name, Extension: extension, Password: secret.New(password)}, nil
}
