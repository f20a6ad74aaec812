package khomp

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// The keys of a [[driver]] block for a Khomp phone.
const (
	optionURL        = "url"
	optionUser       = "user"
	optionPassword   = "password"
	optionLine       = "line"
	optionPath       = "path"
	optionKeysPath   = "keys_path"
	optionActionURLs = "action_urls"
)

// The name and title of the driver, and what its options may be.
const (
	driverName  = "khomp"
	driverTitle = "Khomp"
	factory     = "root" // user and password as manual 002, 1.1.20 has them
	defaultLine = 127    // manual 002, 1.1.20; that it means the phone's default line is inferred
	lastLine    = 127
	defaultPath = "SavePhoneCAllInfoCfg" // manual 002, 1.1.20
	defaultKeys = "ConfigManApp.com"
)

// mostPhones is more than one computer has.
const mostPhones = 256

// Driver describes the support for Khomp desk phones. Sessions opened from one Driver share what they know of a phone, so
// that its calls keep their refs.
func Driver() cti.Driver {
	phones := shelf.New(mostPhones, newPhone)
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the phone's web page, such as http://192.168.0.25"},
			{Name: optionUser, Kind: cti.OptionText, Default: factory, Help: "the user of the phone's web page"},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true, Help: "the password of the phone's web page; the factory's own when left out"},
			{Name: optionLine, Kind: cti.OptionInteger, Default: strconv.Itoa(defaultLine), Help: "the line that dials, counted from 0; 127 is the phone's default line"},
			{Name: optionPath, Kind: cti.OptionText, Default: defaultPath,
				Help: "the page that dials and hangs up; some phones spell it SavePhoneCallInfoCfg"},
			{Name: optionKeysPath, Kind: cti.OptionText, Default: defaultKeys, Help: "the page that takes keys"},
			{Name: optionActionURLs, Kind: cti.OptionBoolean, Default: "false",
				Help: "whether the phone tells of calls at the receiver door, which must be open and entered in the phone"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// The phone dials what a person would dial on it.
		Numbers: cti.NumberStyle{},
		// Also with action URLs: they are lost when nobody listens, and the phone cannot be asked.
		Blind:      true,
		Phone:      true,
		Unverified: true,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, err := readOptions(cfg)
			if err != nil {
				return nil, err
			}
			s, err := newSession(o, host, phones.Of(o.url.Host))
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
}

// options are the checked options of one session.
type options struct {
	url        *url.URL // of the web server, with user and password, without a path
	password   string
	line       int
	path       string // with a slash in front, as keysPath
	keysPath   string
	actionURLs bool
}

func readOptions(cfg cti.Config) (options, error) {
	u, err := url.Parse(cfg.Get(optionURL))
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return options{}, badOption(optionURL, "must look like http://192.168.0.25")
	}
	if u.User != nil {
		return options{}, badOption(optionURL, "must not hold a password; give it in the options user and password")
	}
	user, password := cmp.Or(cfg.Get(optionUser), factory), cmp.Or(cfg.Get(optionPassword), factory)
	if len(user) > 128 || strings.ContainsFunc(user, isControl) || strings.Contains(user, ":") {
		return options{}, badOption(optionUser, "must have at most 128 bytes, no colon and no control characters")
	}
	if len(password) > 128 || strings.ContainsFunc(password, isControl) {
		return options{}, badOption(optionPassword, "must have at most 128 bytes and no control characters")
	}
	o := options{url: &url.URL{Scheme: u.Scheme, Host: u.Host, User: url.UserPassword(user, password)}, password: password, line: defaultLine}
	if text := cfg.Get(optionLine); text != "" {
		if o.line, err = strconv.Atoi(text); err != nil || o.line < 0 || o.line > lastLine {
			return options{}, badOption(optionLine, "must be a number from 0 to "+strconv.Itoa(lastLine))
		}
	}
	if o.path, err = page(cfg, optionPath, "/goform/", defaultPath); err != nil {
		return options{}, err
	}
	if o.keysPath, err = page(cfg, optionKeysPath, "/cgi-bin/", defaultKeys); err != nil {
		return options{}, err
	}
	if text := cfg.Get(optionActionURLs); text != "" {
		if o.actionURLs, err = strconv.ParseBool(text); err != nil {
			return options{}, badOption(optionActionURLs, "must be true or false")
		}
	}
	return o, nil
}

// page reads the name of a page below a folder; the folder may stand in front of it.
func page(cfg cti.Config, option, folder, missing string) (string, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(cmp.Or(cfg.Get(option), missing), "/"), folder[1:])
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
	if name == "" || len(name) > 64 || strings.Trim(name, allowed) != "" {
		return "", badOption(option, "must be the name of a page below "+folder+", such as "+missing)
	}
	return folder + name, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
