package totalphone

import "strings"

// The switches of manual 002, 1.6, as the program reads them. The manual prints some with a dash of typography or with
// blanks around it; its typed examples and its links have the plain form.
const (
	switchExtension  = "-ramal="        // 1.6.1, with the next
	switchPassword   = "-senha="        // 1.6.1
	switchDigit      = "-digito="       // 1.6.2, one of 0-9
	switchDial       = "-discar"        // 1.6.3, what is composed
	switchDialNumber = "-discar="       // 1.6.3
	switchHangup     = "-desligar"      // 1.6.4
	switchAnswer     = "-atender"       // 1.6.5
	switchHold       = "-espera"        // 1.6.6
	switchMute       = "-mudo"          // 1.6.7
	switchAutoAnswer = "-autoanswer"    // 1.6.8
	switchRedial     = "-rediscar"      // 1.6.9
	switchPickup     = "-capturar"      // 1.6.10
	switchTransfer   = "-transferencia" // 1.6.11, then the digits
	switchLine       = "-linha="        // 1.6.12, 1 to 6
	switchQuit       = "-fechar"        // 1.6.13
	switchRestart    = "-reiniciar"     // 1.6.14
)

// Bounds of what goes into an argument.
const (
	digits        = "0123456789"
	dialable      = digits + "*#+"
	longestNumber = 32 // as the other telephones have it; the manual names no bound
	longestTones  = 64
	lastLine      = 6 // 1.6.12
)

// deed is what a person would do at a softphone: what the two drivers of this room have in common.
type deed string

const (
	deedDial       deed = "dial"
	deedAnswer     deed = "answer"
	deedReject     deed = "reject"
	deedHangup     deed = "hangup"
	deedHold       deed = "hold"
	deedResume     deed = "resume"
	deedToggleHold deed = "toggle_hold"
	deedMute       deed = "mute"
	deedUnmute     deed = "unmute"
	deedToggleMute deed = "toggle_mute"
	deedTransfer   deed = "transfer"
	deedTones      deed = "tones"
	deedRedial     deed = "redial"
	deedPickup     deed = "pickup"
	deedQuit       deed = "quit"
)

// commands tells how a program is told to do something.
type commands interface {
	// of are the arguments of each launch that does it, in order. Number is checked; it is "" where the deed takes none.
	of(d deed, number string) [][]string
	// takes are the signs that a number may have for the deed.
	takes(d deed) string
	// toggles says that hold and mute are switches that turn what they find.
	toggles() bool
}

// switches are TotalPhone's.
type switches struct{}

func (switches) toggles() bool { return true }

func (switches) takes(d deed) string {
	if d == deedDial {
		return dialable
	}
	return digits // by -digito, 1.6.2
}

func (switches) of(d deed, number string) [][]string {
	switch d {
	case deedDial:
		return one(switchDialNumber + number)
	case deedAnswer:
		return one(switchAnswer)
	case deedHangup:
		return one(switchHangup)
	case deedHold, deedResume, deedToggleHold:
		return one(switchHold)
	case deedMute, deedUnmute, deedToggleMute:
		return one(switchMute)
	case deedTransfer:
		return append(one(switchTransfer), typed(number)...)
	case deedTones:
		return typed(number)
	case deedRedial:
		return one(switchRedial)
	case deedPickup:
		return one(switchPickup)
	case deedQuit:
		return one(switchQuit)
	}
	return nil // no other deed has a row
}

func one(args ...string) [][]string { return [][]string{args} }

// typed presses one key after another: 1.6.2 knows no other way.
func typed(number string) (launches [][]string) {
	for _, d := range number {
		launches = append(launches, []string{switchDigit + string(d)})
	}
	return launches
}

// isNumber says whether a text has 1 to most signs, all of them among those allowed.
func isNumber(text, allowed string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, allowed) == ""
}

// isPassword takes what reaches the program as it is, however it reads its command line.
func isPassword(text string) bool {
	return text != "" && len(text) <= 64 && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || r == '"'
	})
}
