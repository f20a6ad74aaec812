package catix

import (
	"context"
	"net"
	"strings"

	"ctiagent/cti"
)

// The keys of a [[driver]] block for Catix.
const (
	optionAddress  = "address"
	optionUser     = "user"
	optionPassword = "password"
	optionMode     = "mode"
	optionUnpause  = "unpause"
)

// The two ways to log in, and the usual word that ends a pause.
const (
	modeSingle   = "single"
	modeMulti    = "multi"
	wordUnpause  = "DESPAUSAR"
	wordPause    = "PAUSAR"
	longestText  = 500 // bytes of one text that is sent
	driverName   = "catix"
	driverTitle  = "Catix"
	documentName = "Catix integration documents"
)

// Driver describes the support for Catix. Sessions opened from one Driver share what they know of an agent's calls, so that
// these keep their refs.
func Driver() cti.Driver {
	shelf := newShelf()
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionAddress, Kind: cti.OptionAddress, Required: true, Help: "host:port of the integration socket; the port is the site's own choice"},
			{Name: optionUser, Kind: cti.OptionText, Required: true, Help: "the integration user Catelani issued"},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true, Required: true, Help: "that user's password"},
			{Name: optionMode, Kind: cti.OptionEnum, Values: []string{modeSingle, modeMulti}, Default: modeSingle,
				Help: "whether the connection is logged in for one agent or for many"},
			{Name: optionUnpause, Kind: cti.OptionText, Default: wordUnpause, Help: "the word of pausa-acao that ends a pause, which no document prints"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// DISCAR: an outside number begins with 0.
		Numbers:    cti.NumberStyle{TrunkZero: true},
		Unverified: true,
		FilesBy:    []string{contactID, numberID, campaignID, scheduleID},
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, err := readOptions(cfg)
			if err != nil {
				return nil, err
			}
			return newSession(o, host, shelf), nil
		},
	}
}

// options are the checked options of one session.
type options struct{ address, user, password, mode, unpause string }

func readOptions(cfg cti.Config) (options, error) {
	o := options{cfg.Get(optionAddress), cfg.Get(optionUser), cfg.Get(optionPassword), cfg.Get(optionMode), cfg.Get(optionUnpause)}
	if o.mode == "" {
		o.mode = modeSingle
	}
	if o.unpause == "" {
		o.unpause = wordUnpause
	}
	if host, port, err := net.SplitHostPort(o.address); err != nil || host == "" || port == "" {
		return o, badOption(optionAddress, "must look like 192.168.0.1:8090")
	}
	if o.mode != modeSingle && o.mode != modeMulti {
		return o, badOption(optionMode, "must be single or multi")
	}
	for _, v := range [][2]string{{optionUser, o.user}, {optionPassword, o.password}, {optionUnpause, o.unpause}} {
		if v[1] == "" || len(v[1]) > longestText || strings.ContainsFunc(v[1], func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return o, badOption(v[0], "must have 1 to 500 bytes and no control characters")
		}
	}
	return o, nil
}

func badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: driverName, Title: driverTitle, Text: "the option " + name + " " + what}
}
