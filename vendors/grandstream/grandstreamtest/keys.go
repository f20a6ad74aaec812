package grandstreamtest

import (
	"net/url"
	"slices"
	"strings"
)

// others are the keys that this phone takes and does nothing visible with. CTI guide, "Send Keys"; the soft keys are what
// programs press.
func others() []string {
	return []string{"OK", "LOCK", "UNLOCK", "UP", "DOWN", "LEFT", "RIGHT", "SPEAKER", "SOFT1", "SOFT2", "SOFT3", "SOFT4"}
}

// sendKeys presses keys one after the other; programs for these phones put a colon between them.
func (p *Phone) sendKeys(query url.Values) answer {
	keys := strings.Split(query.Get("keys"), ":")
	for _, k := range keys {
		if digitOf(k) == "" && !slices.Contains(others(), k) && !strings.HasPrefix(k, "MPK") &&
			!slices.Contains([]string{"SEND", "MUTE", "HOLD", "TRANSFER", "OFFHOOK", "ONHOOK"}, k) {
			return unknown()
		}
	}
	for _, k := range keys {
		p.press(k)
	}
	return completed()
}

// digitOf is the digit of a key, "" where it is none.
func digitOf(key string) string {
	switch {
	case key == "STAR":
		return "*" // CTI guide, "Send Keys"
	case key == "POUND":
		return "#"
	case len(key) == 1 && key[0] >= '0' && key[0] <= '9':
		return key
	}
	return ""
}

func (p *Phone) press(key string) {
	c := p.inFocus()
	switch digit := digitOf(key); {
	case digit != "" && (c == nil || p.handing):
		p.typed += digit
	case digit != "":
		c.Digits += digit
	case key == "SEND" && p.handing && c != nil && p.typed != "":
		c.TransferredTo = p.typed
		p.end(c)
	case key == "SEND" && c == nil && p.typed != "":
		_, _ = p.dial(p.typed)
		p.typed = ""
		return
	case key == "TRANSFER":
		p.handing, p.typed = c != nil && c.State == Connected, ""
	case key == "MUTE" && c != nil:
		c.Muted = !c.Muted
	case key == "HOLD" && c != nil:
		p.toggleHold(c)
	case key == "OFFHOOK" && p.ringing() != nil: // "Answer call"
		c = p.ringing()
		p.connect(c)
	case key == "ONHOOK": // "Reject call"
		if r := p.ringing(); r != nil {
			c = r
		}
		if c != nil {
			p.end(c)
		}
	}
	if c != nil {
		p.tell(c)
	}
}
