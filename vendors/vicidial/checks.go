package vicidial

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// What the server would cut or drop without a word is refused before it is sent. The sizes are those of the cells: section
// 4 of what is known of the server.
const (
	sizeDial       = 100
	sizeStatus     = 255
	sizeTones      = 100
	sizeTransfer   = 120
	sizeSuffix     = 14
	sizeComments   = 200
	epochSize      = len("1795169505")
	callerIDSize   = 20
	mostPressOne   = 10
	defaultInGroup = "DEFAULTINGROUP"
)

func tooLong(what string, has, most int) string {
	return fmt.Sprintf("%s has %d characters where VICIdial keeps %d and would cut the rest without a word", what, has, most)
}

func checkStatus(_ options, in StatusIn, _ url.Values) string {
	if n := len([]rune(in.Comments)); n > sizeComments {
		return tooLong("the parameter callback_comments", n, sizeComments)
	}
	packed := strings.Join([]string{in.Value, in.At, "USERONLY", in.Comments, in.QMCode}, "!")
	if len(packed) > sizeStatus {
		return tooLong("the status with its callback", len(packed), sizeStatus)
	}
	return ""
}

func checkDial(o options, in DialIn, f url.Values) string {
	if in.Next {
		if in.Value != "" || in.Lead != "" {
			return "manual_next goes without value and lead_id"
		}
		f.Set("value", "MANUALNEXT")
	}
	switch v := f.Get("value"); {
	case v == "" && in.Lead == "":
		return "one of value, lead_id and manual_next is needed"
	case v != "" && !in.Next && !isMadeOf(v, digits, 2, 18):
		return "the parameter value must be 2 to 18 digits: the national number, with the country code in phone_code"
	case in.Alt != "" && in.Lead == "":
		return "alt_dial needs lead_id"
	}
	missing(f, "phone_code", o.phoneCode)
	missing(f, "search", "YES")
	missing(f, "preview", "NO")
	missing(f, "focus", "NO")
	size := epochSize + 13 // the separators
	for _, name := range []string{"value", "phone_code", "search", "preview", "focus", "vendor_id", "dial_prefix", "group_alias", "outbound_cid", "vtiger_callback", "lead_id", "alt_dial", "dial_ingroup"} {
		size += len(f.Get(name))
	}
	if in.Alias != "" && in.CallerID == "" {
		size += callerIDSize // which the server looks up
	}
	if size > sizeDial {
		return tooLong("the dial command", size, sizeDial)
	}
	return ""
}

func checkLead(o options, _ AddLeadIn, f url.Values) string {
	missing(f, "phone_code", o.phoneCode)
	return ""
}

func checkRemote(_ options, in RemoteIn, _ url.Values) string {
	switch {
	case in.Stage == "EXTENSIONTRANSFER" && len(in.Phone) < 2:
		return "the parameter phone_number is needed for EXTENSIONTRANSFER"
	case in.Stage == "INGROUPTRANSFER" && in.InGroup == "":
		return "the parameter ingroup_choices is needed for INGROUPTRANSFER"
	case len(in.Status) > 6:
		return tooLong("the parameter status", len(in.Status), 6)
	}
	return ""
}

// tones writes digits as the server wants them: a literal # or * would be deleted (recorded: 12#34* sends 1234).
func tones(text string) (string, bool) {
	out := strings.NewReplacer("*", "S", "#", "P", ",", "Q").Replace(text)
	return out, isMadeOf(out, digits+"SPQ", 1, sizeTones)
}

func checkTones(_ options, in DTMFIn, f url.Values) string {
	sent, ok := tones(in.Value)
	if !ok {
		return "the parameter value must be 1 to 100 of 0-9, *, # and the comma"
	}
	f.Set("value", sent)
	return ""
}

func checkTransfer(_ options, in TransferIn, f url.Values) string {
	dials := in.Value == "BLIND_TRANSFER" || in.Value == "DIAL_WITH_CUSTOMER" || in.Value == "PARK_CUSTOMER_DIAL"
	switch {
	// Recorded: BLIND_TRANSFER without a number is SUCCESS, and nothing happens.
	case dials && len(in.Phone) < 2 && in.Consultative != "YES" && len(in.Phones) == 0:
		return "the parameter phone_number is needed for " + in.Value
	case (in.Value == "LOCAL_CLOSER" || in.Consultative == "YES") && in.InGroup == "":
		return "the parameter ingroup_choices is needed, an in-group or " + defaultInGroup
	case len(in.Phones) > mostPressOne:
		return fmt.Sprintf("the parameter multi_dial_phones has %d numbers where VICIdial calls 10 and drops the rest", len(in.Phones))
	case slices.ContainsFunc(in.Phones, func(n string) bool { return !isMadeOf(n, digits, 2, 18) }):
		return "the parameter multi_dial_phones must hold numbers of 2 to 18 digits"
	}
	if len(in.Phones) > 0 {
		f.Set("multi_dial_phones", strings.Join(in.Phones, ","))
	}
	size := epochSize + 8 + callerIDSize
	for _, name := range []string{"value", "ingroup_choices", "phone_number", "consultative", "dial_override", "group_alias", "cid_choice"} {
		size += len(f.Get(name))
	}
	if size > sizeTransfer {
		return tooLong("the transfer command", size, sizeTransfer)
	}
	return ""
}

func checkAudio(_ options, in AudioIn, _ url.Values) string {
	if in.Stage == "PLAY" && in.Value == "" {
		return "the parameter value is needed for PLAY: which file"
	}
	return ""
}

// Of both the document says that lead_id wins, and the server lets the code win (recorded).
func checkSwitch(_ options, in SwitchIn, _ url.Values) string {
	if (in.Lead == "") == (in.Vendor == "") {
		return "one of lead_id and vendor_lead_code is needed, and not both"
	}
	return ""
}

func checkMessage(_ options, in MessageIn, f url.Values) string {
	if len(in.Files) == 0 || slices.ContainsFunc(in.Files, func(file string) bool { return !isMadeOf(file, wordChars, 1, 100) }) {
		return "the parameter value must hold names of audio files, made of letters, digits, - and _"
	}
	joined := strings.Join(in.Files, "|")
	if len(joined) > longestText {
		return tooLong("the list of files", len(joined), longestText)
	}
	f.Set("value", joined)
	return ""
}

func checkPauseCode(_ options, in PauseCodeIn, _ url.Values) string {
	if len(in.Value) > longestPauseID {
		return tooLong("the parameter value", len(in.Value), longestPauseID)
	}
	return ""
}

func checkFronter(_ options, in FronterIn, _ url.Values) string {
	if in.Value == "CCC_REMOTE" && in.Lead == "" {
		return "the parameter lead_id is needed for CCC_REMOTE"
	}
	return ""
}
