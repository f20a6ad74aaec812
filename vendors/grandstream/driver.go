package grandstream

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
	"ctiagent/vendors/internal/shelf"
)

// The keys of a [[driver]] block for a Grandstream phone.
const (
	optionURL        = "url"
	optionPassword   = "password"
	optionVariant    = "variant"
	optionAccount    = "account"
	optionPoll       = "poll"
	optionActionURLs = "action_urls"
)

// The dialects of api-make_call.
const (
	variantPasscode = "passcode"
	variantPassword = "password"
)

// The name and title of the driver, and what its options may be.
const (
	driverName  = "grandstream"
	driverTitle = "Grandstream"
	lastAccount = 15   // the largest of these phones have 16 accounts
	longestPoll = 3600 // seconds
)

// mostPhones is more than one computer has.
const mostPhones = 256

// Driver describes the support for Grandstream desk phones. Sessions opened from one Driver share what they know of a phone,
// so that its calls keep their refs.
func Driver() cti.Driver {
	phones := shelf.New(mostPhones, newPhone)
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the phone's web page, such as http://192.168.0.25"},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true, Required: true, Help: "the admin's or user's password of the phone's web page"},
			{Name: optionVariant, Kind: cti.OptionEnum, Values: []string{variantPasscode, variantPassword}, Default: variantPasscode,
				Help: "how the phone wants to be asked for a call: passcode as Grandstream documents it, password as Total IP does"},
			{Name: optionAccount, Kind: cti.OptionInteger, Default: "0", Help: "the phone's account that dials, counted from 0"},
			{Name: optionPoll, Kind: cti.OptionInteger, Default: "2",
				Help: "seconds between two looks at an idle phone; 0 looks only after a wish or an action URL"},
			{Name: optionActionURLs, Kind: cti.OptionBoolean, Default: "false",
				Help: "whether the phone tells of calls at the receiver door, which must be open and entered in the phone"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// The phone dials what a person would dial on it.
		Numbers:    cti.NumberStyle{},
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
	url        *url.URL // of the web server, without a path
	password   string
	variant    string
	account    int
	poll       time.Duration // 0 is off
	actionURLs bool
}

func readOptions(cfg cti.Config) (options, error) {
	u, err := url.Parse(cfg.Get(optionURL))
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return options{}, badOption(optionURL, "must look like http://192.168.0.25")
	}
	if u.User != nil {
		return options{}, badOption(optionURL, "must not hold a password; give it in the option password")
	}
	o := options{url: &url.URL{Scheme: u.Scheme, Host: u.Host}, password: cfg.Get(optionPassword), variant: cfg.Get(optionVariant)}
	switch {
	case o.password == "":
		return options{}, badOption(optionPassword, "is missing; it is the password of the phone's web page")
	case len(o.password) > 128 || strings.ContainsFunc(o.password, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return options{}, badOption(optionPassword, "must have at most 128 bytes and no control characters")
	}
	switch o.variant {
	case "":
		o.variant = variantPasscode
	case variantPasscode, variantPassword:
	default:
		return options{}, badOption(optionVariant, "must be passcode or password")
	}
	if o.account, err = number(cfg, optionAccount, 0, lastAccount); err != nil {
		return options{}, err
	}
	seconds, err := number(cfg, optionPoll, 2, longestPoll)
	if err != nil {
		return options{}, err
	}
	o.poll = time.Duration(seconds) * time.Second
	if text := cfg.Get(optionActionURLs); text != "" {
		if o.actionURLs, err = strconv.ParseBool(text); err != nil {
			return options{}, badOption(optionActionURLs, "must be true or false")
		}
	}
	return o, nil
}

// number reads an integer option between 0 and last.
func number(cfg cti.Config, name string, missing, last int) (int, error) {
	text := cfg.Get(name)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > last {
		return 0, badOption(name, "must be a number from 0 to "+strconv.Itoa(last))
	}
	return n, nil
}

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
