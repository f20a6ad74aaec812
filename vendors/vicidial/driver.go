package vicidial

import (
	"context"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"ctiagent/cti"
)

// The keys of a [[driver]] block for VICIdial.
const (
	optionURL       = "url"
	optionUser      = "user"
	optionPassword  = "password"
	optionSource    = "source"
	optionPhoneCode = "phone_code"
	optionEvents    = "agent_events"
	optionGoTo      = "webform_goto"
	optionReasons   = "pause_codes"
	optionCallback  = "callback_status"
	optionZone      = "time_zone"
)

// The roads of call events: section 8 of what is known of the server.
const (
	roadPoll    = "poll"
	roadWebForm = "webform"
	roadHook    = "hook"
)

// The name and title of the driver, and what its options may be.
const (
	driverName      = "vicidial"
	driverTitle     = "VICIdial"
	usualSource     = "ctiagent"
	usualCode       = "55"
	usualCallback   = "CALLBK"
	longestPauseID  = 6   // characters: the cell's size
	longestPassword = 100 // characters
)

// The characters that the server does not delete, recorded.
const (
	digits    = "0123456789"
	letters   = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	wordChars = "-_" + digits + letters
	passChars = "-.+/=_" + digits + letters
)

// Driver describes the support for VICIdial. Sessions opened from one Driver share what they know of an agent's calls and
// which of the agent's cells were written when.
func Driver() cti.Driver {
	memory := newMemory()
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the web server, such as https://dialer.example.com"},
			{Name: optionUser, Kind: cti.OptionText, Required: true, Help: "the API user, with Agent API Access"},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true, Required: true, Help: "the API user's password, made of letters, digits and - . + / = _ only"},
			{Name: optionSource, Kind: cti.OptionText, Default: usualSource, Help: "how VICIdial's log calls ctiagent, 2 to 20 letters and digits"},
			{Name: optionPhoneCode, Kind: cti.OptionText, Default: usualCode, Help: "the country code of numbers that name none"},
			{Name: optionEvents, Kind: cti.OptionEnum, Default: roadPoll, Values: []string{roadPoll, roadHook, roadWebForm},
				Help: "how calls are learnt of: by asking, from the agent's page, or from the campaign's Web Form"},
			{Name: optionGoTo, Kind: cti.OptionText, Help: "where the Web Form's window goes, with {phone_number} and other fields in the address; closed when left out"},
			{Name: optionReasons, Kind: cti.OptionText, Help: "the pause codes that are set up in VICIdial, such as LUNCH=Lunch, TRAIN=Training"},
			{Name: optionCallback, Kind: cti.OptionText, Default: usualCallback, Help: "the status that schedules a callback"},
			{Name: optionZone, Kind: cti.OptionText, Help: "the time zone of the server, such as America/Sao_Paulo; what its clock shows when left out"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// The Agent API wants the national number and the country code apart: section 5, external_dial.
		Numbers:    cti.NumberStyle{AreaWhenLocal: true},
		Unverified: true,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, err := readOptions(cfg)
			if err != nil {
				return nil, err
			}
			s, err := newSession(o, host, memory)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
}

// options are the checked options of one session.
type options struct {
	url            *url.URL // of the web server, without agc
	user, password string
	source         string
	phoneCode      string
	road           string
	goTo           string
	reasons        []cti.PauseReason
	callback       string
	zone           *time.Location // nil: as the server's clock shows
}

func readOptions(cfg cti.Config) (o options, err error) {
	if o.url, err = address(cfg.Get(optionURL)); err != nil {
		return o, err
	}
	get := func(name, missing string) string {
		if v := cfg.Get(name); v != "" {
			return v
		}
		return missing
	}
	o.user, o.password = cfg.Get(optionUser), cfg.Get(optionPassword)
	o.source, o.phoneCode = get(optionSource, usualSource), get(optionPhoneCode, usualCode)
	o.road, o.goTo, o.callback = get(optionEvents, roadPoll), cfg.Get(optionGoTo), get(optionCallback, usualCallback)
	// What the server deletes from a word before it compares is refused here: such a word could never work.
	switch {
	case !isMadeOf(o.user, wordChars, 2, 20):
		return o, badOption(optionUser, "must be 2 to 20 letters, digits, - and _, for VICIdial deletes every other character")
	case !isMadeOf(o.password, passChars, 2, longestPassword):
		return o, badOption(optionPassword, "must be 2 or more letters, digits and - . + / = _, for VICIdial deletes every other character and could never let it in")
	case !isMadeOf(o.source, digits+letters, 2, 20):
		return o, badOption(optionSource, "must be 2 to 20 letters and digits")
	case !isMadeOf(o.phoneCode, digits, 1, 4):
		return o, badOption(optionPhoneCode, "must be a country code of 1 to 4 digits, such as 55")
	case !isMadeOf(o.callback, wordChars, 1, 6):
		return o, badOption(optionCallback, "must be a status of 1 to 6 letters, digits, - and _")
	case o.road != roadPoll && o.road != roadHook && o.road != roadWebForm:
		return o, badOption(optionEvents, "must be poll, hook or webform")
	}
	if o.goTo != "" {
		if _, err := goal(o.goTo, nil); err != nil {
			return o, badOption(optionGoTo, "must look like https://crm.example.com/?phone={phone_number}")
		}
	}
	if name := cfg.Get(optionZone); name != "" {
		if o.zone, err = time.LoadLocation(name); err != nil {
			return o, badOption(optionZone, "must be a time zone such as America/Sao_Paulo")
		}
	}
	o.reasons, err = reasons(cfg.Get(optionReasons))
	return o, err
}

func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, badOption(optionURL, "must look like https://dialer.example.com")
	}
	if u.User != nil {
		return nil, badOption(optionURL, "must not hold a password; give it in the option password")
	}
	path := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api.php"), "/agc")
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}, nil
}

// reasons reads LUNCH=Lunch, TRAIN=Training: a code alone is its own name.
func reasons(text string) ([]cti.PauseReason, error) {
	out := []cti.PauseReason{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		id, name, named := strings.Cut(part, "=")
		if id, name = strings.TrimSpace(id), strings.TrimSpace(name); !named || name == "" {
			name = id
		}
		if !isMadeOf(id, wordChars, 1, longestPauseID) || !utf8.ValidString(name) || strings.ContainsFunc(name, isControl) {
			return nil, badOption(optionReasons, "must look like LUNCH=Lunch, TRAIN=Training, with codes of 1 to 6 letters, digits, - and _")
		}
		out = append(out, cti.PauseReason{ID: id, Name: name})
	}
	return out, nil
}

// reason is what people call a pause code.
func (o options) reason(code string) string {
	for _, r := range o.reasons {
		if r.ID == code {
			return r.Name
		}
	}
	return code
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

// isMadeOf says whether a text has characters of a set only, and as many as it may.
func isMadeOf(text, set string, least, most int) bool {
	return len(text) >= least && len(text) <= most && strings.Trim(text, set) == ""
}

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
