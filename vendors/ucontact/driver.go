package ucontact

import (
	"cmp"
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// The keys of a [[driver]] block for uContact.
const (
	optionURL       = "url"
	optionUser      = "user"
	optionPassword  = "password"
	optionTech      = "tech"
	optionContext   = "context"
	optionCampaign  = "campaign"
	optionStatus    = "status_campaign"
	optionCallerID  = "callerid"
	optionRecords   = "records"
	optionBackup    = "backup_records"
	optionReasons   = "pause_reasons"
	optionPoll      = "poll"
	optionRandom    = "param_random"
	optionFolder    = "param_folder"
	optionBlacklist = "param_blacklist"
)

// The name and title of the driver, and what its options may be.
const (
	driverName  = "ucontact"
	driverTitle = "uContact"
	root        = "/Integra/resources"
	usualPoll   = 5    // seconds
	longestPoll = 3600 // seconds
)

// Driver describes the support for uContact. Sessions opened from one Driver share what they know of an agent's calls, so that
// these keep their refs.
func Driver() cti.Driver {
	shelf := newShelf()
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the instance, such as https://example.ucontactcloud.com"},
			{Name: optionUser, Kind: cti.OptionText, Required: true, Help: "the user that the API knows ctiagent by"},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true, Required: true, Help: "that user's password"},
			{Name: optionTech, Kind: cti.OptionText, Default: "SIP", Help: "what stands before an extension, as in SIP/1010"},
			{Name: optionContext, Kind: cti.OptionText, Help: "the agents' context in uContact"},
			{Name: optionCampaign, Kind: cti.OptionText, Help: "the campaign of calls that name none, such as Sales->"},
			{Name: optionStatus, Kind: cti.OptionText, Help: "the campaign whose list of agents shows how the agent stands; the option campaign when left out"},
			{Name: optionCallerID, Kind: cti.OptionText, Help: "the number to show to customers when a call names none"},
			{Name: optionRecords, Kind: cti.OptionURL, Help: "address of the telephony host with the recordings when it is another one than the instance's"},
			{Name: optionBackup, Kind: cti.OptionURL, Help: "address of the host with older recordings"},
			{Name: optionReasons, Kind: cti.OptionText, Help: "the breaks that are set up in uContact, with commas between them"},
			{Name: optionPoll, Kind: cti.OptionInteger, Default: strconv.Itoa(usualPoll), Help: "seconds between two looks at an idle agent; 0 looks only after a wish"},
			{Name: optionRandom, Kind: cti.OptionText, Default: "random", Help: "getrecords' parameter that is always 1, whose name the manual shows translated"},
			{Name: optionFolder, Kind: cti.OptionText, Default: "folder", Help: "convert's parameter for the day's folder, whose name the manual shows translated"},
			{Name: optionBlacklist, Kind: cti.OptionText, Default: "blacklist", Help: "the black list's parameter, whose name the manual does not show"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// What a trunk wants is the site's affair: numbers go as the local network writes them.
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
	url             *url.URL // of the web server, without Integra/resources
	records, backup *url.URL // backup may be nil
	user, password  string
	tech, context   string
	campaign        string // "" is none
	status          string // the campaign whose agents are looked at; "" is none
	callerID        string
	reasons         []string
	poll            time.Duration // 0 is off
	random, folder  string
	blacklist       string
}

func readOptions(cfg cti.Config) (o options, err error) {
	if o.url, err = address(cfg, optionURL); err != nil {
		return o, err
	}
	if o.records = o.url; cfg.Get(optionRecords) != "" {
		if o.records, err = address(cfg, optionRecords); err != nil {
			return o, err
		}
	}
	if cfg.Get(optionBackup) != "" {
		if o.backup, err = address(cfg, optionBackup); err != nil {
			return o, err
		}
	}
	for name, to := range map[string]*string{optionUser: &o.user, optionPassword: &o.password, optionTech: &o.tech,
		optionContext: &o.context, optionCampaign: &o.campaign, optionStatus: &o.status, optionCallerID: &o.callerID,
		optionRandom: &o.random, optionFolder: &o.folder, optionBlacklist: &o.blacklist} {
		if *to = cfg.Get(name); len(*to) > longestText || hasControls(*to) {
			return o, badOption(name, "must have at most "+strconv.Itoa(longestText)+" bytes and no control characters")
		}
	}
	switch {
	case o.user == "":
		return o, badOption(optionUser, "is missing; it is the user that the API knows ctiagent by")
	case o.password == "":
		return o, badOption(optionPassword, "is missing; it is the user's password in uContact")
	}
	o.tech, o.status = cmp.Or(o.tech, "SIP"), cmp.Or(o.status, o.campaign)
	o.random, o.folder, o.blacklist = cmp.Or(o.random, "random"), cmp.Or(o.folder, "folder"), cmp.Or(o.blacklist, "blacklist")
	for reason := range strings.SplitSeq(cfg.Get(optionReasons), ",") {
		if reason = strings.TrimSpace(reason); reason != "" {
			o.reasons = append(o.reasons, reason)
		}
	}
	o.poll, err = seconds(cfg, optionPoll, usualPoll)
	return o, err
}

func address(cfg cti.Config, name string) (*url.URL, error) {
	u, err := url.Parse(cfg.Get(name))
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, badOption(name, "must look like https://example.ucontactcloud.com")
	}
	if u.User != nil {
		return nil, badOption(name, "must not hold a password; give it in the option password")
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.EscapedPath(), "/"), root)
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
