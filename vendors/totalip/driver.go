package totalip

import (
	"context"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// The keys of a [[driver]] block for Total IP.
const (
	optionURL         = "url"
	optionEvents      = "events"
	optionCommands    = "commands"
	optionKey         = "key"
	optionRoad        = "road"
	optionRingingPoll = "ringing_poll"
	optionDatabase    = "database"
	optionDBPassword  = "database_password"
	optionDBTimeout   = "database_timeout"
)

// The roads a wish can take where several serve it.
const (
	roadHTTP     = "http"
	roadSocket   = "socket"
	roadDatabase = "database"
)

// The name and title of the driver, and the ports of manual 002, 1.2. PostgreSQL's own port is the database's.
const (
	driverName   = "totalip"
	driverTitle  = "Total IP"
	eventsPort   = "25000"
	commandsPort = "27000"
	databasePort = "5432"
)

// Driver describes the support for Total IP.
func Driver() cti.Driver {
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionURL, Kind: cti.OptionURL, Required: true, Help: "address of the system, such as http://192.168.0.1"},
			{Name: optionEvents, Kind: cti.OptionAddress, Help: "host:port of the event socket; port 25000 of the system when left out"},
			{Name: optionCommands, Kind: cti.OptionAddress, Help: "host:port of the command socket; port 27000 of the system when left out"},
			{Name: optionKey, Kind: cti.OptionSecret, Secret: true, Help: "the key Total IP issued; dialling needs one"},
			{Name: optionRoad, Kind: cti.OptionEnum, Values: []string{roadHTTP, roadSocket, roadDatabase}, Default: roadHTTP,
				Help: "which way wishes go that several serve; what the command socket or the database lacks goes over HTTP"},
			{Name: optionRingingPoll, Kind: cti.OptionInteger, Default: "0",
				Help: "seconds between two looks for a ringing phone, because the system reports none; 0 never looks"},
			{Name: optionDatabase, Kind: cti.OptionAddress, Help: "host:port of the database, port 5432; it is not used when left out"},
			{Name: optionDBPassword, Kind: cti.OptionSecret, Secret: true, Help: "password of the database's user integracao"},
			{Name: optionDBTimeout, Kind: cti.OptionInteger, Default: "60", Help: "seconds a statement of the database may take"},
		},
		Functions: cti.Infos(rows()),
		Omitted:   omitted(),
		FilesBy:   []string{param1Name},
		// Manual 002's examples dial 33553434 and 984160601: area code in two digits without 0, none for a local number.
		Numbers:    cti.NumberStyle{},
		Unverified: true,
		Check:      checkDatabase,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, err := readOptions(cfg)
			if err != nil {
				return nil, err
			}
			s, err := newSession(o, host)
			if err != nil {
				return nil, err
			}
			return s, nil
		},
	}
}

// options are the checked options of one session.
type options struct {
	url         *url.URL // of the system, without api/
	events      string
	commands    string
	key         string
	road        string
	ringingPoll time.Duration // 0 is off

	database   string // host:port, "" is none
	dbPassword string
	dbTimeout  time.Duration // of one statement
}

func readOptions(cfg cti.Config) (options, error) {
	u, err := url.Parse(cfg.Get(optionURL))
	// The parser's own error repeats the address, which may hold a password.
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return options{}, badOption(optionURL, "must look like http://192.168.0.1")
	}
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), "/api")
	u.RawPath, u.RawQuery, u.Fragment = "", "", ""
	o := options{url: u, events: cfg.Get(optionEvents), commands: cfg.Get(optionCommands), key: cfg.Get(optionKey), road: cfg.Get(optionRoad)}
	if o.events == "" {
		o.events = net.JoinHostPort(u.Hostname(), eventsPort)
	}
	if o.commands == "" {
		o.commands = net.JoinHostPort(u.Hostname(), commandsPort)
	}
	if err := o.readDatabase(cfg); err != nil {
		return options{}, err
	}
	for name, address := range map[string]string{optionEvents: o.events, optionCommands: o.commands} {
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			return options{}, badOption(name, "must look like 192.168.0.1:25000")
		}
	}
	if strings.ContainsAny(o.key, "<>\r\n\x00") {
		return options{}, badOption(optionKey, "must not hold angle brackets or line ends, the command socket could not carry it")
	}
	switch o.road {
	case "":
		o.road = roadHTTP
	case roadHTTP, roadSocket:
	case roadDatabase:
		if o.database == "" {
			return options{}, badOption(optionRoad, "must not be database while the option database is left out")
		}
	default:
		return options{}, badOption(optionRoad, "must be http, socket or database")
	}
	if text := cfg.Get(optionRingingPoll); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 || seconds > 3600 {
			return options{}, badOption(optionRingingPoll, "must be a number of seconds from 0 to 3600")
		}
		o.ringingPoll = time.Duration(seconds) * time.Second
	}
	return o, nil
}

// readDatabase reads how the database is reached. Manual 002, 1.3.1 gives its user and its name.
func (o *options) readDatabase(cfg cti.Config) error {
	o.database, o.dbPassword, o.dbTimeout = cfg.Get(optionDatabase), cfg.Get(optionDBPassword), time.Minute
	if text := cfg.Get(optionDBTimeout); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 1 || seconds > 3600 {
			return badOption(optionDBTimeout, "must be a number of seconds from 1 to 3600")
		}
		o.dbTimeout = time.Duration(seconds) * time.Second
	}
	if o.database == "" {
		return nil
	}
	if host, port, err := net.SplitHostPort(o.database); err != nil || host == "" || port == "" {
		return badOption(optionDatabase, "must look like 192.168.0.1:"+databasePort)
	}
	if o.dbPassword == "" || strings.ContainsRune(o.dbPassword, 0) {
		return badOption(optionDBPassword, "is missing; the database wants one of the user "+databaseUser)
	}
	return nil
}

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
