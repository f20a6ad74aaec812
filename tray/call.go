package tray

import (
	"fmt"

	"ctiagent/cti"
	"ctiagent/internal/i18n"
)

// callVerbs are the verbs of a call that a click alone can say, in the order of the menu.
func callVerbs() []string {
	return []string{cti.CallAnswer.Name, cti.CallReject.Name, cti.CallHangup.Name, cti.CallHold.Name, cti.CallResume.Name,
		cti.CallToggleHold.Name, cti.CallMute.Name, cti.CallUnmute.Name, cti.CallToggleMute.Name,
		cti.CallStartRecording.Name, cti.CallStopRecording.Name, cti.CallCompleteTransfer.Name, cti.CallCancelTransfer.Name,
		cti.CallConference.Name}
}

// calls are the calls under way, each with the verbs that are legal now.
func (p painter) calls() []Item {
	var live []*cti.Call
	if p.Online {
		for _, c := range p.Desk.Calls {
			if c.Live() {
				live = append(live, c)
			}
		}
	}
	out := []Item{{ID: "nocall", Title: p.t("tray.call.none"), Disabled: true, Hidden: len(live) > 0}}
	for i := range maxCalls {
		it := Item{ID: fmt.Sprintf("call.%d", i+1), Submenu: true, Hidden: true}
		if i < len(live) {
			it.Hidden, it.Title, it.Items = false, p.callTitle(live[i]), p.verbs(live[i])
		}
		out = append(out, it)
	}
	return out
}

func (p painter) callTitle(c *cti.Call) string {
	text := other(p.lang, c) + " · " + p.t("tray.call.state."+string(c.State))
	at := c.AnsweredAt
	if at.IsZero() {
		at = c.StartedAt
	}
	if !at.IsZero() {
		text += ", " + p.t("tray.since", "Time", at.Local().Format("15:04"))
	}
	return text
}

// verbs are what can be done with a call now, by a click or with the number in the clipboard.
func (p painter) verbs(c *cti.Call) []Item {
	var out []Item
	for _, verb := range callVerbs() {
		if has(c.Actions, verb) {
			out = append(out, Item{ID: "do:" + verb + ":" + c.ID, Title: p.t("tray.verb." + verb),
				Do: Command{Name: verb, Params: cti.CallIn{Call: c.ID}, Call: c.ID}})
		}
	}
	if has(c.Actions, cti.CallTransfer.Name) && p.hand.Clipboard != nil && p.hand.Confirm != nil {
		out = append(out, Item{ID: "do:" + cti.CallTransfer.Name + ":" + c.ID, Title: p.t("tray.verb.call.transfer"),
			Do: Command{Name: transferClipboard, Call: c.ID}})
	}
	return out
}

// other is the other end of a call: the customer's name where it is known, else the number.
func other(lang i18n.Lang, c *cti.Call) string {
	number := clean(number(c))
	if name := clean(c.Remote.Display); name != "" && name != number {
		if number == "" {
			return name
		}
		return name + " " + number
	}
	if number == "" {
		return i18n.T(lang, "tray.call.hidden", nil)
	}
	return number
}

func number(c *cti.Call) string {
	if c.Remote.E164 != "" {
		return c.Remote.E164
	}
	return c.Remote.Raw
}

// numbers dials what is in the clipboard and the numbers of the last calls.
func (p painter) numbers() []Item {
	var recent []Item
	if p.Online {
		for _, c := range p.recent() {
			recent = append(recent, Item{ID: "dial:" + number(c), Title: other(p.lang, c),
				Do: Command{Name: cti.CallDial.Name, Params: cti.DialIn{Number: number(c)}}})
		}
	}
	return []Item{
		{ID: "clipboard", Title: p.t("tray.clipboard"), Disabled: !p.Online, Hidden: p.hand.Clipboard == nil, Do: Command{Name: dialClipboard}},
		{ID: "recent", Title: p.t("tray.recent"), Submenu: true, Items: recent, Hidden: len(recent) == 0},
	}
}

// recent are the last calls with a number, each number once, the newest first.
func (s *State) recent() []*cti.Call {
	var out []*cti.Call
	seen := map[string]bool{}
	for _, c := range s.Desk.Recent {
		n := number(c)
		if n == "" || seen[n] {
			continue
		}
		seen[n] = true
		if out = append(out, c); len(out) == maxRecent {
			break
		}
	}
	return out
}
