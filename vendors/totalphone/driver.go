package totalphone

import (
	"context"
	"strconv"
	"strings"
	"time"

	"ctiagent/cti"
)

// The keys of a [[driver]] block.
const (
	optionPath     = "path"
	optionPause    = "pause_ms"
	optionStart    = "start_ms"
	optionPassword = "password"
)

// The name and title of the driver, and what its options are when left out.
const (
	driverName   = "totalphone"
	driverTitle  = "TotalPhone"
	defaultPause = 250 * time.Millisecond
	defaultStart = 3 * time.Second
	longestPause = 10 * time.Second
	longestStart = 60 * time.Second
)

// Driver describes the support for TotalPhone. Sessions share nothing: each desk has a softphone of its own.
func Driver() cti.Driver {
	return cti.Driver{
		Name:  driverName,
		Title: driverTitle,
		Options: []cti.Option{
			{Name: optionPath, Kind: cti.OptionText, Required: true,
				Help: `full path of the program, such as 'C:\Program Files\TotalPhone\TotalPhone.exe'`},
			{Name: optionPassword, Kind: cti.OptionSecret, Secret: true,
				Help: "the extension's password, for logins that bring none"},
			{Name: optionPause, Kind: cti.OptionInteger, Default: milliseconds(defaultPause),
				Help: "the least time between two switches, in milliseconds; a slow computer wants more"},
			{Name: optionStart, Kind: cti.OptionInteger, Default: milliseconds(defaultStart),
				Help: "how long the program takes to start, in milliseconds; the next switch waits that long"},
		},
		Functions: cti.Infos(functions()),
		Omitted:   omitted(),
		// The softphone dials what a person would dial on it.
		Numbers:    cti.NumberStyle{},
		Blind:      true,
		Phone:      true,
		Unverified: true,
		Open: func(_ context.Context, cfg cti.Config, host cti.Host) (cti.Session, error) {
			o, e := vendor{driverName, driverTitle}.read(cfg)
			if e != nil {
				return nil, e
			}
			s := newSession(o, switches{}, host)
			s.actions = cti.Bind(s, functions())
			return s, nil
		},
	}
}

// vendor is who speaks: the room has two drivers.
type vendor struct{ name, title string }

// options are the checked options of one session.
type options struct {
	vendor
	program  string
	password string
	pause    time.Duration // between two launches
	start    time.Duration // after a launch that starts the program
}

func (v vendor) read(cfg cti.Config) (options, error) {
	o := options{vendor: v, program: cfg.Get(optionPath), password: cfg.Get(optionPassword)}
	if !isProgram(o.program) {
		return o, v.badOption(optionPath, "must be the full path of a program, without quotes; a .bat or .cmd file is none")
	}
	if o.password != "" && !isPassword(o.password) {
		return o, v.badOption(optionPassword, "must have at most 64 signs, without blanks, double quotes and signs outside ASCII")
	}
	var err error
	if o.pause, err = v.duration(cfg, optionPause, defaultPause, longestPause); err != nil {
		return o, err
	}
	o.start, err = v.duration(cfg, optionStart, defaultStart, longestStart)
	return o, err
}

// isProgram says whether a path may be launched. Whoever checks the configuration may sit at another system than the one it
// is for, so paths of both kinds are taken. Windows runs a batch file by its shell, which reads the arguments anew.
func isProgram(path string) bool {
	drive := len(path) > 3 && path[1] == ':' && (path[2] == '\\' || path[2] == '/') &&
		(path[0] >= 'A' && path[0] <= 'Z' || path[0] >= 'a' && path[0] <= 'z')
	if !drive && !strings.HasPrefix(path, "/") && !strings.HasPrefix(path, `\\`) {
		return false
	}
	if len(path) > 1024 || strings.HasSuffix(path, "/") || strings.HasSuffix(path, `\`) || strings.ContainsAny(path, `"<>|*?`) || strings.ContainsFunc(path, isControl) {
		return false
	}
	// Windows does not see blanks and dots at the end of a name.
	name := strings.ToLower(strings.TrimRight(path, ". "))
	return !strings.HasSuffix(name, ".bat") && !strings.HasSuffix(name, ".cmd")
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func (v vendor) duration(cfg cti.Config, option string, missing, most time.Duration) (time.Duration, error) {
	text := cfg.Get(option)
	if text == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(text)
	d := time.Duration(n) * time.Millisecond
	if err != nil || n < 0 || n > int(most/time.Millisecond) {
		return 0, v.badOption(option, "must be a number from 0 to "+milliseconds(most))
	}
	return d, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func (v vendor) badOption(name, what string) error {
	return &cti.Error{Kind: cti.BadRequest, Driver: v.name, Title: v.title, Text: "the option " + name + " " + what}
}
