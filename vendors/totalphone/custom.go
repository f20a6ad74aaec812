package totalphone

import (
	"context"

	"ctiagent/cti"
)

// The name and title of the driver for other softphones.
const (
	customName  = "customphone"
	customTitle = "Softphone"
)

// tones are the signs of tones; a pause between them no template could write.
const tones = digits + "ABCD*#"

// entry is a row of the site's table: an option that says how a program is told to do something.
type entry struct {
	deed   deed // also the name of the option
	help   string
	number bool // whether the template takes one
	rows   []cti.Func[*session]
}

// entries are all that a site may put into its table.
func entries() []entry {
	const source = "the site's configuration"
	return []entry{
		{deedDial, "the arguments that dial, with {number} where the number goes, such as {number}", true,
			[]cti.Func[*session]{cti.Row(cti.CallDial, source, (*session).callDial)}},
		{deedAnswer, "the arguments that answer, such as /answer", false,
			[]cti.Func[*session]{cti.Row(cti.CallAnswer, source, (*session).callAnswer)}},
		{deedReject, "the arguments that reject a ringing call", false,
			[]cti.Func[*session]{cti.Row(cti.CallReject, source, (*session).callReject)}},
		{deedHangup, "the arguments that hang up, such as /hangupall", false,
			[]cti.Func[*session]{cti.Row(cti.CallHangup, source, (*session).callHangup)}},
		{deedHold, "the arguments that put the call in progress on hold and never take it off", false,
			[]cti.Func[*session]{cti.Row(cti.CallHold, source, (*session).callHold)}},
		{deedResume, "the arguments that take the call off hold and never put it on", false,
			[]cti.Func[*session]{cti.Row(cti.CallResume, source, (*session).callResume)}},
		{deedToggleHold, "the arguments that toggle hold", false,
			[]cti.Func[*session]{cti.Row(cti.CallToggleHold, source, (*session).callToggleHold)}},
		{deedMute, "the arguments that mute the microphone and never unmute it", false,
			[]cti.Func[*session]{cti.Row(cti.CallMute, source, (*session).callMute)}},
		{deedUnmute, "the arguments that unmute the microphone and never mute it", false,
			[]cti.Func[*session]{cti.Row(cti.CallUnmute, source, (*session).callUnmute)}},
		{deedToggleMute, "the arguments that toggle mute", false,
			[]cti.Func[*session]{cti.Row(cti.CallToggleMute, source, (*session).callToggleMute)}},
		{deedTransfer, "the arguments that transfer the call in progress without asking first, with {number}", true,
			[]cti.Func[*session]{cti.Row(cti.CallTransfer, source, (*session).callTransfer)}},
		{deedTones, "the arguments that send tones, with {number} where the digits go", true,
			[]cti.Func[*session]{cti.Row(cti.CallSendDTMF, source, (*session).callSendDTMF)}},
		{deedRedial, "the arguments that dial the last number again", false,
			[]cti.Func[*session]{cti.Row(cti.CallRedial, source, (*session).callRedial)}},
		{deedPickup, "the arguments that pick up a call of the pickup group", false,
			[]cti.Func[*session]{cti.Row(cti.CallPickup, source, (*session).callPickup)}},
		{deedQuit, "the arguments that close the program, such as /exit", false,
			[]cti.Func[*session]{cti.Row(cti.SoftphoneQuit, source, none(cti.SoftphoneQuit.Name, (*session).quit))}},
	}
}

// Custom describes the support for any other softphone that takes its orders as arguments. The site's table says which; a verb
// that is not in the table is not served.
func Custom() cti.Driver {
	options := []cti.Option{
		{Name: optionPath, Kind: cti.OptionText, Required: true,
			Help: `full path of the program, such as 'C:\Program Files\MicroSIP\microsip.exe'`},
		{Name: optionPause, Kind: cti.OptionInteger, Default: milliseconds(defaultPause),
			Help: "the least time between two launches, in milliseconds; a slow computer wants more"},
	}
	for _, e := range entries() {
		options = append(options, cti.Option{Name: string(e.deed), Kind: cti.OptionText, Help: e.help})
	}
	return cti.Driver{
		Name:       customName,
		Title:      customTitle,
		Options:    options,
		Functions:  cti.Infos(customFunctions()),
		Omitted:    customOmitted(),
		Numbers:    cti.NumberStyle{},
		Blind:      true,
		Phone:      true,
		Unverified: true,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			v := vendor{customName, customTitle}
			o, err := v.read(cfg)
			if err != nil {
				return nil, err
			}
			t, missing, err := v.table(cfg)
			if err != nil {
				return nil, err
			}
			s := newSession(o, t, host)
			s.actions = cti.Bind(s, customFunctions()).Without(missing...)
			return s, nil
		},
	}
}

func customFunctions() (rows []cti.Func[*session]) {
	for _, e := range entries() {
		rows = append(rows, e.rows...)
	}
	return rows
}

func customOmitted() []cti.Omission {
	return because(
		omission{"the site's table takes numbers only, so that no link and no page can put anything else into an argument",
			[]string{cti.AgentLogin.Name, cti.AgentLogout.Name}},
		omission{"the table of a command-line softphone has no entry for it", []string{cti.CallStartRecording.Name,
			cti.CallStopRecording.Name, cti.CallCompleteTransfer.Name, cti.CallCancelTransfer.Name, cti.CallConference.Name}},
		omission{"a switch of the TotalPhone softphone, manual 002, 1.6; the driver totalphone serves it", []string{
			cti.SoftphoneDial.Name, cti.SoftphoneDigit.Name, cti.SoftphoneLine.Name, cti.SoftphoneStartTransfer.Name,
			cti.SoftphoneToggleAutoAnswer.Name, cti.SoftphoneRestart.Name}},
		omission{"a softphone knows nothing of it; the telephone system above it does", notASoftphones()},
	)
}

// table is a site's table of commands.
type table map[deed]template

// table reads the entries of a configuration, and tells which functions have none.
func (v vendor) table(cfg cti.Config) (t table, missing []string, err error) {
	t = table{}
	for _, e := range entries() {
		text := cfg.Get(string(e.deed))
		if text == "" {
			for _, r := range e.rows {
				missing = append(missing, r.Name)
			}
			continue
		}
		args, wrong := parseTemplate(text, e.number)
		if wrong != "" {
			return nil, nil, v.badOption(string(e.deed), wrong)
		}
		t[e.deed] = args
	}
	if len(t) == 0 {
		return nil, nil, v.badOption(string(deedDial), "or another entry of the table must be there: the softphone has nothing to do")
	}
	return t, missing, nil
}

func (table) toggles() bool { return false }

func (table) takes(d deed) string {
	if d == deedTones {
		return tones
	}
	return dialable
}

func (t table) of(d deed, number string) [][]string { return one(t[d].with(number)...) }
