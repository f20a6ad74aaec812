package vocom

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// The keys of a [[driver]] block for Vocom.
const (
	optionURL     = "url"
	optionKey     = "key"
	optionCompany = "company"
	optionReports = "reports_url"
	optionQueue   = "queue"
	optionPoll    = "agent_poll"
	optionPop     = "screen_pop_poll"
)

// The name and title of the driver, and what its options may be.
const (
	driverName  = "vocom"
	driverTitle = "Vocom"
	root        = "/interact_cti" // under which all but the reports stand
	agentPoll   = 30              // seconds
	longestPoll = 3600            // seconds
)

// Driver describes the support for Vocom. Sessions opened from one Driver share what they know of an agent's calls, so that
// these keep their refs.
func Driver() cti.Driver {
	shelf := newShelf()
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the system, such as https://pabx.example.com"},
			{Name: optionKey, Kind: cti.OptionSecret, Secret: true, Required: true, Help: "the API key Vocom issued"},
			{Name: optionCompany, Kind: cti.OptionText, Required: true, Help: "the company's id, as the system shows it"},
			{Name: optionReports, Kind: cti.OptionURL, Help: "address of the two reports when it is another one than the system's"},
			{Name: optionQueue, Kind: cti.OptionText, Help: "the queue whose agent list shows how the agent stands"},
			{Name: optionPoll, Kind: cti.OptionInteger, Default: strconv.Itoa(agentPoll), Help: "seconds between two looks at the agent; 0 looks only after a wish"},
			{Name: optionPop, Kind: cti.OptionInteger, Default: "0",
				Help: "seconds between two looks for a call that comes in, by a function no manual documents; 0 never looks"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// Manual 003's example dials 1199999999: area code and number.
		Numbers:    cti.NumberStyle{AreaWhenLocal: true},
		Unverified: true,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, err := readOptions(cfg)
			if err != nil {
				return nil, err
			}
			s, err := newSession(o, host, shelf)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
}

// options are the checked options of one session.
type options struct {
	url     *url.URL // of the web server, without interact_cti
	reports *url.URL
	key     string
	company string
	queue   string
	poll    time.Duration // 0 is off
	pop     time.Duration // 0 is off
}

func readOptions(cfg cti.Config) (o options, err error) {
	if o.url, err = address(cfg, optionURL); err != nil {
		return o, err
	}
	if o.reports = o.url; cfg.Get(optionReports) != "" {
		if o.reports, err = address(cfg, optionReports); err != nil {
			return o, err
		}
	}
	o.key, o.company, o.queue = cfg.Get(optionKey), cfg.Get(optionCompany), cfg.Get(optionQueue)
	switch {
	case o.key == "":
		return o, badOption(optionKey, "is missing; Vocom issues it")
	case o.company == "":
		return o, badOption(optionCompany, "is missing; it is the id the system shows for the company")
	}
	for name, v := range map[string]string{optionKey: o.key, optionCompany: o.company, optionQueue: o.queue} {
		if len(v) > longestText || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return o, badOption(name, "must have at most 200 bytes and no control characters")
		}
	}
	if o.poll, err = seconds(cfg, optionPoll, agentPoll); err != nil {
		return o, err
	}
	o.pop, err = seconds(cfg, optionPop, 0)
	return o, err
}

func address(cfg cti.Config, name string) (*url.URL, error) {
	u, err := url.Parse(cfg.Get(name))
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, badOption(name, "must look like https://pabx.example.com")
	}
	if u.User != nil {
		return nil, badOption(name, "must not hold a password; give the key in the option key")
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), root)
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}, nil
}

func seconds(cfg cti.Config, name string, missing int) (time.Duration, error) {
	n := missing
	if text := cfg.Get(name); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 0 || n > longestPoll {
			return 0, badOption(name, "must be a number of seconds from 0 to "+strconv.Itoa(longestPoll))
		}
	}
	return time.Duration(n) * time.Second, nil
}

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
